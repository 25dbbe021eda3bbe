//! Postfix, which has Dovecot answer.

use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::case::{Mechanism, Verdict, hold};
use crate::common::browser::DEMO;
use crate::common::peers;
use crate::dovecot::Dovecot;
use crate::issuer::Issuer;
use crate::place::{Certificate, NAME, Place, Running, free_port, placed, user};
use crate::smtp::Smtp;

/// Stands for the user `postfix`, whom Debian's package makes: it cannot be installed beside Exim's.
const OWNER: &str = "daemon";

#[test]
#[ignore = "needs Postfix and Dovecot, and root to start them; scripts/test-peers runs it"]
fn postfix_has_dovecot_answer() {
    let issuer = Issuer::start("", "dovecot");
    let place = Place::new();
    let postfix = Postfix::start(place);
    let auth = placed(
        "postfix/dovecot-auth.conf.ext",
        &[
            ("/var/spool/postfix", &postfix.place.name("queue")),
            ("= postfix", &format!("= {OWNER}")),
        ],
    );
    let dovecot = Dovecot::asking(&issuer, &auth);
    let cases = issuer.cases();
    hold(&cases, |mechanism, user, token| {
        postfix.sign_in(mechanism, user, token)
    });
    let token = &cases[0].token;
    let log = postfix.place.read("log");
    assert!(log.contains("sasl_method=XOAUTH2, sasl_username=admin@example.org"));
    assert!(!log.contains(&**token), "a token is in the log:\n{log}");

    let client = issuer.register();
    let token = issuer.token(&client, crate::MAIL);
    let sign_in = || postfix.sign_in(Mechanism::OauthBearer, DEMO, &token);
    assert_eq!(sign_in(), Verdict::Allowed);
    issuer.administer("disable", &client);
    assert_eq!(sign_in(), Verdict::Refused);
    issuer.administer("enable", &client);
    assert_eq!(sign_in(), Verdict::Allowed);
    // This version does not pass on that it may be tried again.
    issuer.stop();
    assert_eq!(sign_in(), Verdict::Refused, "nobody answers Dovecot");
    drop(dovecot);
    assert_eq!(sign_in(), Verdict::Refused, "nobody answers Postfix");
}

struct Postfix {
    place: Place,
    port: u16,
    certificate: Certificate,
    _running: Running,
}

impl Postfix {
    fn start(place: Place) -> Self {
        let owner = user(OWNER);
        let certificate = place.certify(owner);
        for folder in ["queue", "queue/pid", "queue/maildrop", "configuration"] {
            place.folder_of(folder, (0, 0));
        }
        for folder in ["data", "queue/private", "queue/public", "queue/incoming"] {
            place.folder_of(folder, owner);
        }
        let port = free_port();
        // Debian's package, which scripts/install-peers does not install, but unpacks.
        let package = peers::folder().join("postfix");
        let (package, path) = (package.display(), place.name(""));
        let main = format!(
            "compatibility_level = 3.6
config_directory = {path}configuration
queue_directory = {path}queue
data_directory = {path}data
command_directory = {package}/usr/sbin
daemon_directory = {package}/usr/lib/postfix/sbin
shlib_directory = {package}/usr/lib/postfix
meta_directory = {package}/etc/postfix
import_environment = LD_LIBRARY_PATH MAIL_CONFIG POSTLOG_SERVICE POSTLOG_HOSTNAME
mail_owner = {OWNER}
setgid_group = mail
maillog_file_prefixes = {path}
maillog_file = {path}log
myhostname = {NAME}
mynetworks = 192.0.2.1
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
local_recipient_maps =
smtpd_client_connection_count_limit = 0
smtpd_tls_chain_files = {} {}
{}",
            certificate.key,
            certificate.certificate,
            placed("postfix/main.cf", &[])
        );
        place.write("configuration/main.cf", main);
        place.write(
            "configuration/master.cf",
            format!(
                "127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
rewrite unix - - n - - trivial-rewrite
tlsmgr unix - - n 1000? 1 tlsmgr
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
"
            ),
        );
        let mut command = Command::new(format!("{package}/usr/lib/postfix/sbin/master"));
        command.args(["-d", "-c", &place.name("configuration")]);
        command.env("LD_LIBRARY_PATH", format!("{package}/usr/lib/postfix"));
        // It ends its process group when it ends.
        command.process_group(0);
        let running = Running::start(&mut command, &place, port, "log");
        Self {
            place,
            port,
            certificate,
            _running: running,
        }
    }

    /// Signs in. Only who has may send elsewhere.
    fn sign_in(&self, mechanism: Mechanism, user: &str, token: &str) -> Verdict {
        let mut smtp = Smtp::connect(self.port, &self.certificate);
        let code = smtp.authenticate(mechanism, user, token);
        let (submitted, said) = smtp.submit();
        match code {
            235 => {
                assert_eq!(submitted, 250, "{said}");
                Verdict::Allowed
            }
            535 => {
                assert_eq!(submitted, 554, "{said}");
                Verdict::Refused
            }
            code => panic!("{code}\n{}", self.place.read("log")),
        }
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("postfix logged:\n{}", self.place.read("log"));
        }
    }
}
