//! Dovecot: it asks this server about tokens, or its own passdb asks the library.

use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use rusqlite::Connection;

use crate::MAIL;
use crate::case::{Mechanism, Verdict, hold};
use crate::common::NATIVE;
use crate::common::browser::{Browser, DEMO, query};
use crate::compiler::run;
use crate::imap;
use crate::issuer::Issuer;
use crate::modules::build;
use crate::place::{Place, Running, free_port, placed, user};
use crate::store::Store;

#[test]
#[ignore = "needs Dovecot, and root to start it; scripts/test-peers runs it"]
fn a_mail_program_signs_in_to_a_mail_server_until_it_is_deleted() {
    let issuer = Issuer::start("", "dovecot");
    let dovecot = Dovecot::asking(&issuer, "");
    hold(&issuer.cases(), |mechanism, user, token| {
        dovecot.sign_in(mechanism, user, token)
    });

    let key = issuer.host.first_key("registration");
    let registered = issuer.host.register_with_key(key, NATIVE).json();
    let client_id = registered["client_id"].as_str().expect("a client id");
    let token = issuer.token(client_id, MAIL);
    let sign_in = || dovecot.sign_in(Mechanism::OauthBearer, DEMO, &token);
    assert_eq!(sign_in(), Verdict::Allowed);
    let own = registered["registration_access_token"]
        .as_str()
        .expect("a token");
    let deleted = issuer.host.send(
        format!(
            "DELETE /auth/register/{client_id} HTTP/1.1\r\nHost: localhost\r\n\
             Authorization: Bearer {own}\r\n\r\n"
        )
        .as_bytes(),
    );
    assert_eq!(deleted.status, 204, "{deleted:?}");
    assert_eq!(sign_in(), Verdict::Refused, "it is deleted");

    issuer.stop();
    assert_eq!(sign_in(), Verdict::Undecided, "nobody answers");
}

#[test]
#[ignore = "needs Dovecot, and root to start it; scripts/test-peers runs it"]
fn an_unregistered_program_gets_no_token_where_registration_is_required() {
    let issuer = Issuer::start("[oauth.client-registration]\nrequire = true\n", "dovecot");
    let folder = &issuer.host.folder;
    folder.create_account("plain@example.org", "correct horse battery");
    let mut browser =
        Browser::signed_in(&issuer.host, "plain@example.org", "correct horse battery");
    let asked = query("nobody", "http://127.0.0.1:49152/callback", &[]);
    let refused = browser.get(&format!("/auth/authorize?{asked}"));
    assert_eq!(refused.status, 400, "{refused:?}");
    assert_eq!(refused.header("location"), None);

    // Who may use any client still may.
    let token = issuer.token("nobody", MAIL);
    let dovecot = Dovecot::asking(&issuer, "");
    let verdict = dovecot.sign_in(Mechanism::Xoauth2, DEMO, &token);
    assert_eq!(verdict, Verdict::Allowed);
}

/// What Dovecot's cache means for a client that is disabled, as `docs/mail-servers.md` says it.
#[test]
#[ignore = "needs Dovecot, and root to start it; scripts/test-peers runs it"]
fn the_cache_of_dovecot_knows_nothing_of_disabled_clients() {
    let issuer = Issuer::start("", "dovecot");
    let client = issuer.register();
    let token = issuer.token(&client, MAIL);
    let long = "auth_cache_size = 1M\nauth_cache_ttl = 1 hour\n";
    let dovecot = Dovecot::asking(&issuer, long);
    let sign_in = || dovecot.sign_in(Mechanism::OauthBearer, DEMO, &token);
    assert_eq!(sign_in(), Verdict::Allowed);
    issuer.administer("disable", &client);
    assert_eq!(sign_in(), Verdict::Allowed, "it is in the cache");
    // Dovecot does not find the entries of this passdb by their user.
    let said = dovecot.doveadm(&["auth", "cache", "flush", DEMO]);
    assert!(said.contains("0 cache entries flushed"), "{said}");
    assert_eq!(sign_in(), Verdict::Allowed, "it is in the cache still");
    let said = dovecot.doveadm(&["auth", "cache", "flush"]);
    assert!(said.contains("1 cache entries flushed"), "{said}");
    assert_eq!(sign_in(), Verdict::Refused, "it was asked again");
    issuer.administer("enable", &client);
    assert_eq!(sign_in(), Verdict::Allowed);
    drop(dovecot);

    // An entry that has expired is used if nobody answers.
    let short = "auth_cache_size = 1M\nauth_cache_ttl = 1 secs\n";
    let dovecot = Dovecot::asking(&issuer, short);
    let sign_in = || dovecot.sign_in(Mechanism::OauthBearer, DEMO, &token);
    assert_eq!(sign_in(), Verdict::Allowed);
    issuer.stop();
    sleep(Duration::from_secs(3));
    assert_eq!(sign_in(), Verdict::Allowed, "it has expired, and is used");
    dovecot.doveadm(&["auth", "cache", "flush"]);
    assert_eq!(sign_in(), Verdict::Undecided, "it is gone");
}

#[test]
#[ignore = "needs Dovecot, its headers, and root to start it; scripts/test-peers runs it"]
fn a_passdb_of_dovecot_asks_the_library() {
    let place = Place::new();
    build(&place, "dovecot");
    let store = Store::new(&place);
    let passdb = placed(
        "dovecot/auth-module.conf.ext",
        &[
            ("/etc/gatepost/gatepost.toml", &store.settings),
            ("/var/lib/oauth/oauth.db", &store.path),
        ],
    );
    // The cache is on: this passdb makes no use of it.
    let dovecot = Dovecot::start(place, &passdb, "auth_cache_size = 1M\n");
    hold(&store.cases(), |mechanism, user, token| {
        dovecot.sign_in(mechanism, user, token)
    });

    let client = store.register(NATIVE);
    let token = store.good_token(&client);
    let sign_in = || dovecot.sign_in(Mechanism::Xoauth2, DEMO, &token);
    assert_eq!(sign_in(), Verdict::Allowed);
    store.disable(&client);
    assert_eq!(sign_in(), Verdict::Refused);
    store.enable(&client);
    assert_eq!(sign_in(), Verdict::Allowed);
    let lock = Connection::open(&store.path).expect("it is there");
    lock.execute_batch("BEGIN EXCLUSIVE")
        .expect("nobody writes");
    assert_eq!(sign_in(), Verdict::Undecided, "the database is locked");
    drop(lock);
    assert_eq!(sign_in(), Verdict::Allowed);

    let log = dovecot.place.read("log");
    assert!(log.contains("refused: client"), "{log}");
    assert!(log.contains(": client-disabled"), "{log}");
    assert!(!log.contains(&token), "a token is in the log:\n{log}");
}

pub struct Dovecot {
    place: Place,
    port: u16,
    _running: Running,
}

impl Dovecot {
    /// One that asks this server, with these settings beside its own.
    pub fn asking(issuer: &Issuer, settings: &str) -> Self {
        let place = Place::new();
        let asked = placed(
            "dovecot/gatepost-oauth2.conf.ext",
            &[
                ("127.0.0.1:8080", &issuer.address()),
                ("SECRET@", &format!("{}@", issuer.secret)),
            ],
        );
        let asked = place.write_for("oauth2.conf.ext", asked, (0, 0));
        let passdb = placed(
            "dovecot/auth-introspection.conf.ext",
            &[("/etc/dovecot/gatepost-oauth2.conf.ext", &asked)],
        );
        Self::start(place, &passdb, settings)
    }

    /// Starts it with a passdb, and these settings beside its own.
    fn start(place: Place, passdb: &str, settings: &str) -> Self {
        let mail = place.folder_of("mail", user("mail"));
        let (base, log) = (place.name("run"), place.name("log"));
        let users = place.write("users", format!("{DEMO}:{{PLAIN}}password\n"));
        let (uid, gid) = user("mail");
        let port = free_port();
        // Without the penalty, so that what is refused does not slow down what comes next.
        let file = place.write(
            "dovecot.conf",
            format!(
                "base_dir = {base}
log_path = {log}
auth_verbose = yes
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_failure_delay = 0
auth_mechanisms = plain
{passdb}
passdb {{
  driver = passwd-file
  args = {users}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={mail}/%u
}}
first_valid_uid = 1
mail_location = maildir:~/Maildir
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
{settings}"
            ),
        );
        // Dovecot looks for modules in one folder alone, which is another for this one.
        let modules = place.path("root/usr/lib/dovecot/modules/auth");
        let mut command = Command::new("unshare");
        command.args(["--mount", "sh", "-c"]);
        command.arg(match modules.is_dir() {
            true => {
                "mount --bind \"$1\" /usr/lib/dovecot/modules/auth && exec dovecot -F -c \"$2\""
            }
            false => "exec dovecot -F -c \"$2\"",
        });
        command.arg("sh").arg(modules).arg(file);
        let running = Running::start(&mut command, &place, port, "log");
        Self {
            place,
            port,
            _running: running,
        }
    }

    fn sign_in(&self, mechanism: Mechanism, user: &str, token: &str) -> Verdict {
        imap::sign_in(self.port, mechanism, user, token)
    }

    fn doveadm(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("doveadm");
        command.arg("-c").arg(self.place.path("dovecot.conf"));
        run(command.args(arguments))
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("dovecot logged:\n{}", self.place.read("log"));
        }
    }
}
