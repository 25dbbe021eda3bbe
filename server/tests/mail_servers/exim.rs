//! Exim, which expands its settings: it asks over a socket, or calls a function of a library.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rusqlite::Connection;

use crate::MAIL;
use crate::case::{Mechanism, Verdict, hold};
use crate::common::NATIVE;
use crate::common::browser::DEMO;
use crate::issuer::Issuer;
use crate::modules::build;
use crate::place::{Certificate, NAME, Place, Running, free_port, placed, user};
use crate::smtp::Smtp;
use crate::store::Store;

#[test]
#[ignore = "needs Exim, and root to start it; scripts/test-peers runs it"]
fn exim_asks_over_a_socket() {
    let issuer = Issuer::start("", "exim");
    let exim = Exim::asking(&issuer.address(), &issuer.secret);
    let cases = issuer.cases();
    hold(&cases, |mechanism, user, token| {
        exim.sign_in(mechanism, user, token)
    });

    let token = &cases[0].token;
    let good = format!("auth=Bearer {token}\x01");
    let lower = good.replace("Bearer", "bearer");
    for response in [
        format!("n,,\x01{good}\x01"),
        format!("y,,\x01host=h\x01{lower}port=1\x01\x01"),
    ] {
        assert_eq!(exim.answer(&response), Verdict::Allowed, "{response:?}");
    }
    for response in [
        format!("p=x,,\x01{good}\x01"),
        format!("n,a=x=,\x01{good}\x01"),
        format!("n,,\x01{good}"),
        format!("n,,\x01{good}{good}\x01"),
        format!("n,,\x01auth=Basic {token}\x01\x01"),
        format!("n,,\x01auth=Bearer {token}\r\nX: y\x01\x01"),
        "n,,\x01auth=Bearer \x01\x01".to_owned(),
        "n".to_owned(),
    ] {
        assert_eq!(exim.answer(&response), Verdict::Refused, "{response:?}");
    }

    exim.place
        .write_for("credential", "exim:wrong\n", exim.user);
    let sign_in = || exim.sign_in(Mechanism::Xoauth2, DEMO, token);
    assert_eq!(sign_in(), Verdict::Undecided, "it may not ask");
    fs::remove_file(exim.place.path("credential")).expect("it is there");
    assert_eq!(sign_in(), Verdict::Undecided, "it has no secret");
    let credential = format!("exim:{}\n", issuer.secret);
    exim.place.write_for("credential", credential, exim.user);
    assert_eq!(sign_in(), Verdict::Allowed);
    let secret = issuer.secret.clone();
    issuer.stop();
    assert_eq!(sign_in(), Verdict::Undecided, "nobody answers");

    let log = exim.place.read("spool/log-main");
    assert!(log.contains("oauth_sign_in: allowed: admin@example.org by client gpc_"));
    for secret in cases.iter().map(|case| &case.token).chain([&secret]) {
        assert!(!log.contains(&**secret), "a secret is in the log:\n{log}");
    }
}

#[test]
#[ignore = "needs Exim, and root to start it; scripts/test-peers runs it"]
fn exim_believes_only_what_it_understands() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let address = listener.local_addr().expect("it listens").to_string();
    let exim = Exim::asking(&address, "secret");
    let full = |member: &str| {
        let account = format!(r#""username":"{DEMO}","scope":"offline_access {MAIL}""#);
        let body = format!(r#"{{"active":true,{account}{member}}}"#);
        format!("HTTP/1.0 200 OK\r\nX: y\r\n\r\n{body}")
    };
    let allowed = vec![
        full(""),
        full(r#","aud":"mail.example.com""#),
        full(r#","aud":["other","mail.example.com"]"#),
    ];
    let refused = vec![
        full(r#","aud":"other""#),
        full(r#","aud":"mailxexample.com""#),
        full(r#","aud":["other","x.mail.example.com"]"#),
        full("").replace(DEMO, ""),
        full("").replace("username", "sub"),
        full("").replace("scope:mail", "scope:mails"),
        full("").replace("scope", "scopes"),
        full("").replace("true", "false"),
    ];
    let undecided = vec![
        full("").replace("true", r#""true""#),
        full("").replace("active", "alive"),
        full("").replace("200 OK", "503 Busy"),
        full("").replace("200 OK", "401 No"),
        "HTTP/1.0 200 OK\r\n\r\n".to_owned(),
        "HTTP/1.0 200 OK\r\n\r\nactive".to_owned(),
        "active".to_owned(),
        String::new(),
    ];
    for (answers, verdict) in [
        (allowed, Verdict::Allowed),
        (refused, Verdict::Refused),
        (undecided, Verdict::Undecided),
    ] {
        for answer in answers {
            let said = std::thread::scope(|scope| {
                scope.spawn(|| {
                    let mut asked = accepted(&listener);
                    let read = asked.read(&mut [0; 4096]).expect("it says what");
                    assert_ne!(read, 0);
                    asked.write_all(answer.as_bytes()).expect("it listens");
                });
                exim.answer("n,,\x01auth=Bearer token\x01\x01")
            });
            assert_eq!(said, verdict, "{answer:?}");
        }
    }

    // It hears nothing, and gives up.
    let began = Instant::now();
    let said = exim.sign_in(Mechanism::OauthBearer, DEMO, "token");
    assert_eq!(said, Verdict::Undecided);
    assert!(began.elapsed() < Duration::from_secs(20), "ten seconds");
}

/// Exim's connection. It asks while it has the mail program wait, or not at all.
fn accepted(listener: &TcpListener) -> TcpStream {
    listener.set_nonblocking(true).expect("it can be asked");
    let began = Instant::now();
    loop {
        match listener.accept() {
            Ok((asked, _)) => {
                asked.set_nonblocking(false).expect("it can be waited for");
                return asked;
            }
            Err(_) => assert!(began.elapsed() < Duration::from_secs(20), "exim asks"),
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
#[ignore = "needs Exim, its headers, and root to start it; scripts/test-peers runs it"]
fn exim_calls_the_library() {
    let place = Place::new();
    build(&place, "exim");
    let store = Store::new(&place);
    let main = placed(
        "exim/dlfunc-main.conf",
        &[
            (
                "/usr/lib/exim4/oauth_sign_in.so",
                &place.name("root/usr/lib/exim4/oauth_sign_in.so"),
            ),
            ("/etc/gatepost/gatepost.toml", &store.settings),
            ("/var/lib/oauth/oauth.db", &store.path),
        ],
    );
    let exim = Exim::start(place, &main, "exim/dlfunc-acl.conf");
    let cases = store.cases();
    hold(&cases, |mechanism, user, token| {
        exim.sign_in(mechanism, user, token)
    });

    let client = store.register(NATIVE);
    let token = store.good_token(&client);
    let sign_in = || exim.sign_in(Mechanism::OauthBearer, DEMO, &token);
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
    for file in [&store.path, &store.settings] {
        let hidden = format!("{file}.hidden");
        fs::rename(file, &hidden).expect("it is there");
        assert_eq!(sign_in(), Verdict::Undecided, "{file} is missing");
        fs::rename(&hidden, file).expect("it is there");
    }
    assert_eq!(sign_in(), Verdict::Allowed);

    let log = exim.place.read("spool/log-main");
    assert!(log.contains("oauth_sign_in: refused: client"), "{log}");
    assert!(log.contains(": client-disabled"), "{log}");
    for case in &cases {
        assert!(!log.contains(&case.token), "a token is in the log:\n{log}");
    }
}

struct Exim {
    place: Place,
    port: u16,
    certificate: Certificate,
    user: (u32, u32),
    _running: Running,
}

impl Exim {
    /// One that asks a server at this address.
    fn asking(address: &str, secret: &str) -> Self {
        let place = Place::new();
        let user = user("Debian-exim");
        let credential = place.write_for("credential", format!("exim:{secret}\n"), user);
        let main = placed(
            "exim/readsocket-main.conf",
            &[
                ("127.0.0.1:8080", address),
                ("/etc/exim4/gatepost-credential", &credential),
            ],
        );
        Self::start(place, &main, "exim/readsocket-acl.conf")
    }

    fn start(place: Place, main: &str, acl: &str) -> Self {
        let user = user("Debian-exim");
        let certificate = place.certify(user);
        let spool = place.folder_of("spool", user);
        let port = free_port();
        let settings = format!(
            "{main}
primary_hostname = {NAME}
spool_directory = {spool}
log_file_path = {spool}/log-%s
pid_file_path = {spool}/pid
keep_environment =
tls_advertise_hosts = *
tls_certificate = {}
tls_privatekey = {}
acl_smtp_rcpt = rcpt
begin acl
rcpt:
  accept
    authenticated = *
    message = $authenticated_id
{}
begin authenticators
{}",
            certificate.certificate,
            certificate.key,
            placed(acl, &[]),
            placed("exim/authenticators.conf", &[]),
        );
        let file = place.write("exim.conf", settings);
        let mut command = Command::new("exim4");
        command.args(["-C", &file, "-bdf", "-oX"]);
        command.arg(format!("127.0.0.1.{port}"));
        let running = Running::start(&mut command, &place, port, "spool/log-main");
        Self {
            place,
            port,
            certificate,
            user,
            _running: running,
        }
    }

    fn sign_in(&self, mechanism: Mechanism, user: &str, token: &str) -> Verdict {
        let mut smtp = Smtp::connect(self.port, &self.certificate);
        let code = smtp.authenticate(mechanism, user, token);
        self.verdict(smtp, code)
    }

    /// What becomes of a response of `OAUTHBEARER` that is written out.
    fn answer(&self, response: &str) -> Verdict {
        let response = STANDARD.encode(response);
        let mut smtp = Smtp::connect(self.port, &self.certificate);
        let (code, _) = smtp.command(&format!("AUTH OAUTHBEARER {response}"));
        self.verdict(smtp, code)
    }

    /// Only who has signed in may send, and then as whom the token is for.
    fn verdict(&self, mut smtp: Smtp, code: u16) -> Verdict {
        let (submitted, said) = smtp.submit();
        let verdict = match code {
            235 => Verdict::Allowed,
            535 => Verdict::Refused,
            435 => Verdict::Undecided,
            code => panic!("{code}\n{}", self.place.read("spool/log-main")),
        };
        match verdict {
            Verdict::Allowed => assert_eq!((submitted, said.trim()), (250, DEMO)),
            Verdict::Refused | Verdict::Undecided => assert_eq!(submitted, 550, "{said}"),
        }
        verdict
    }
}
