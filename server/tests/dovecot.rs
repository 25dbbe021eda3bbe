//! Dovecot as the mail server: it asks this host about the tokens that mail programs sign in with.

mod common;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, chown};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tempfile::TempDir;

use crate::common::browser::{Browser, DEMO, VERIFIER, ask, demo_password, query};
use crate::common::{Answer, Host, NATIVE, run, text};

const REDIRECT_URI: &str = "http://127.0.0.1:49152/callback";

#[test]
#[ignore = "needs Dovecot, and root to start it; scripts/test-peers runs it"]
fn a_mail_program_signs_in_to_a_mail_server_until_it_is_deleted() {
    let host = Host::start("");
    let secret = resource_server(&host);
    let dovecot = Dovecot::start(&host, &secret);
    let key = host.first_key("registration").to_owned();
    let registered = host.register_with_key(&key, NATIVE);
    assert_eq!(registered.status, 201, "{registered:?}");
    let registered = registered.json();
    let client_id = registered["client_id"].as_str().expect("a client id");
    let token = sign_in(&host, client_id);

    for mechanism in [Mechanism::OauthBearer, Mechanism::Xoauth2] {
        assert!(dovecot.lets_in(mechanism, DEMO, &token), "{mechanism:?}");
        assert!(
            !dovecot.lets_in(mechanism, DEMO, "no token"),
            "{mechanism:?}"
        );
        let other = "somebody-else@example.org";
        assert!(!dovecot.lets_in(mechanism, other, &token), "{mechanism:?}");
    }

    let path = format!("/auth/register/{client_id}");
    let own = registered["registration_access_token"]
        .as_str()
        .expect("a token");
    let deleted = host.send(
        format!("DELETE {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {own}\r\n\r\n")
            .as_bytes(),
    );
    assert_eq!(deleted.status, 204, "{deleted:?}");
    assert!(
        !dovecot.lets_in(Mechanism::OauthBearer, DEMO, &token),
        "it is deleted"
    );
}

#[test]
#[ignore = "needs Dovecot, and root to start it; scripts/test-peers runs it"]
fn an_unregistered_program_gets_no_token_where_registration_is_required() {
    let settings = "[oauth.client-registration]\nrequire = true\n";
    let host = Host::start(settings);
    let data = host.folder.data();
    let data = data.to_str().expect("a path in UTF-8");
    let created = run(
        &[
            "account",
            "create",
            "--name",
            "plain@example.org",
            "--data",
            data,
        ],
        &host.folder.data(),
    );
    let password = text(&created.stdout);
    let mut browser = Browser::signed_in(&host, "plain@example.org", password.trim());
    let asked = query("nobody", REDIRECT_URI, &[]);
    let refused = browser.get(&format!("/auth/authorize?{asked}"));
    assert_eq!(refused.status, 400, "{refused:?}");
    assert_eq!(refused.header("location"), None);

    // Who may use any client still may.
    let token = sign_in(&host, "nobody");
    let secret = resource_server(&host);
    let dovecot = Dovecot::start(&host, &secret);
    assert!(dovecot.lets_in(Mechanism::Xoauth2, DEMO, &token));
}

/// Registers the mail server by hand, as one that only asks about tokens.
fn resource_server(host: &Host) -> String {
    let document = host.folder.write(
        "dovecot.json",
        r#"{"client_name":"Dovecot","grant_types":["client_credentials"],"response_types":[],
            "token_endpoint_auth_method":"client_secret_basic"}"#,
    );
    let (document, data) = (document.to_str(), host.folder.data());
    let added = run(
        &[
            "client",
            "add",
            document.expect("a path in UTF-8"),
            "--id",
            "dovecot",
            "--data",
            data.to_str().expect("a path in UTF-8"),
        ],
        &data,
    );
    assert!(added.status.success(), "{}", text(&added.stderr));
    let told: serde_json::Value = serde_json::from_slice(&added.stdout).expect("it is JSON");
    let secret = told["client_secret"].as_str().expect("a secret");
    secret.to_owned()
}

/// An access token by code and PKCE.
fn sign_in(host: &Host, client_id: &str) -> String {
    let mut browser = Browser::signed_in(host, DEMO, &demo_password(host));
    let code = browser.code(&query(client_id, REDIRECT_URI, &[]));
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &*code),
        ("redirect_uri", REDIRECT_URI),
        ("client_id", client_id),
        ("code_verifier", VERIFIER),
    ];
    let answer: Answer = ask(host, "/auth/token", &[], &fields);
    assert_eq!(answer.status, 200, "{answer:?}");
    let token = answer.json()["access_token"].as_str().map(str::to_owned);
    token.expect("a token")
}

#[derive(Clone, Copy, Debug)]
enum Mechanism {
    /// RFC 7628
    OauthBearer,
    /// What was there before it.
    Xoauth2,
}

struct Dovecot {
    child: Child,
    port: u16,
    folder: TempDir,
}

impl Dovecot {
    fn start(host: &Host, secret: &str) -> Self {
        let folder = TempDir::new().expect("the temporary folder can be written");
        let root = folder.path();
        // Its processes run as users of their own, and the mailbox belongs to one too.
        let open = fs::Permissions::from_mode(0o755);
        fs::set_permissions(root, open).expect("it is ours");
        let mail = root.join("mail");
        fs::create_dir(&mail).expect("it can be made");
        chown(&mail, Some(MAIL), Some(MAIL)).expect("root may do this");
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("there is a free port")
            .port();
        fs::write(
            root.join("oauth2.conf.ext"),
            format!(
                "introspection_mode = post\n\
                 introspection_url = http://dovecot:{secret}@{}/auth/introspect\n\
                 force_introspection = yes\n\
                 username_attribute = username\n\
                 active_attribute = active\n\
                 active_value = true\n\
                 scope = urn:ietf:params:oauth:scope:mail\n",
                host.address
            ),
        )
        .expect("it can be written");
        let path = root.display();
        fs::write(
            root.join("dovecot.conf"),
            format!(
                "base_dir = {path}/run\n\
                 log_path = {path}/log\n\
                 auth_verbose = yes\n\
                 protocols = imap\n\
                 listen = 127.0.0.1\n\
                 ssl = no\n\
                 disable_plaintext_auth = no\n\
                 default_login_user = dovenull\n\
                 default_internal_user = dovecot\n\
                 auth_mechanisms = oauthbearer xoauth2\n\
                 auth_failure_delay = 0\n\
                 mail_location = maildir:~/Maildir\n\
                 passdb {{\n  driver = oauth2\n  mechanisms = oauthbearer xoauth2\n  \
                   args = {path}/oauth2.conf.ext\n}}\n\
                 userdb {{\n  driver = static\n  args = uid={MAIL} gid={MAIL} home={path}/mail/%u\n}}\n\
                 first_valid_uid = 1\n\
                 service imap-login {{\n  chroot =\n  inet_listener imap {{\n    port = {port}\n  }}\n  \
                   inet_listener imaps {{\n    port = 0\n  }}\n}}\n\
                 service anvil {{\n  chroot =\n}}\n\
                 service stats {{\n  chroot =\n}}\n"
            ),
        )
        .expect("it can be written");
        let child = Command::new("dovecot")
            .arg("-F")
            .arg("-c")
            .arg(root.join("dovecot.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("dovecot is installed; scripts/install-peers does that");
        let dovecot = Self {
            child,
            port,
            folder,
        };
        let deadline = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "{}", dovecot.log());
            std::thread::sleep(Duration::from_millis(50));
        }
        dovecot
    }

    /// Signs in over IMAP and looks into the mailbox.
    fn lets_in(&self, mechanism: Mechanism, user: &str, token: &str) -> bool {
        let (name, initial) = match mechanism {
            Mechanism::OauthBearer => (
                "OAUTHBEARER",
                format!("n,a={user},\x01host=localhost\x01port=143\x01auth=Bearer {token}\x01\x01"),
            ),
            Mechanism::Xoauth2 => (
                "XOAUTH2",
                format!("user={user}\x01auth=Bearer {token}\x01\x01"),
            ),
        };
        let stream = TcpStream::connect(("127.0.0.1", self.port)).expect("dovecot listens");
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .expect("a time limit can be set");
        let mut reader = BufReader::new(stream.try_clone().expect("it is a socket"));
        let mut writer = stream;
        let mut line = String::new();
        reader.read_line(&mut line).expect("dovecot answers");
        assert!(line.starts_with("* OK"), "{line}");
        write!(
            writer,
            "a AUTHENTICATE {name} {}\r\n",
            STANDARD.encode(initial)
        )
        .expect("it can be sent");
        loop {
            line.clear();
            reader.read_line(&mut line).expect("dovecot answers");
            match line.split_once(' ') {
                // The reason of the refusal (RFC 7628 §3.2.2), which is to be acknowledged.
                Some(("+", _)) => writer.write_all(b"AQ==\r\n").expect("it can be sent"),
                Some(("a", rest)) if rest.starts_with("OK") => break,
                Some(("a", _)) => return false,
                Some(_) => {}
                None => panic!("{line:?}\n{}", self.log()),
            }
        }
        writer
            .write_all(b"b SELECT INBOX\r\n")
            .expect("it can be sent");
        loop {
            line.clear();
            let read = reader.read_line(&mut line).expect("dovecot answers");
            assert_ne!(read, 0, "{}", self.log());
            if let Some(rest) = line.strip_prefix("b ") {
                assert!(rest.starts_with("OK"), "{line}\n{}", self.log());
                return true;
            }
        }
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("dovecot logged:\n{}", self.log());
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Debian's user and group `mail`.
const MAIL: u32 = 8;
