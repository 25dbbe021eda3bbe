//! This server as the one that issues tokens and that a mail server asks about them.

use crate::case::{Case, Verdict};
use crate::common::browser::{Browser, DEMO, VERIFIER, ask, demo_password, query};
use crate::common::{Folder, Host, NATIVE, run, text};
use crate::{CONTACTS, MAIL};

const REDIRECT_URI: &str = "http://127.0.0.1:49152/callback";

pub struct Issuer {
    pub host: Host,
    /// The secret of the mail server.
    pub secret: String,
}

impl Issuer {
    /// A server with these settings, where the mail server is registered by this name.
    pub fn start(settings: &str, mail_server: &str) -> Self {
        let host = Host::start(settings);
        let secret = host.folder.provision_mail_server(mail_server);
        Self { host, secret }
    }

    pub fn address(&self) -> String {
        self.host.address.to_string()
    }

    pub fn register(&self) -> String {
        let key = self.host.first_key("registration");
        self.host.register_with_key(key, NATIVE).client_id()
    }

    /// An access token by code and PKCE.
    pub fn token(&self, client_id: &str, scope: &str) -> String {
        let mut browser = Browser::signed_in(&self.host, DEMO, &demo_password(&self.host));
        let code = browser.code(&query(client_id, REDIRECT_URI, &[("scope", scope)]));
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", &*code),
            ("redirect_uri", REDIRECT_URI),
            ("client_id", client_id),
            ("code_verifier", VERIFIER),
        ];
        let answer = ask(&self.host, "/auth/token", &[], &fields);
        assert_eq!(answer.status, 200, "{answer:?}");
        let token = answer.json()["access_token"].as_str().map(str::to_owned);
        token.expect("a token")
    }

    /// `disable`, `enable` or `remove`, by an administrator.
    pub fn administer(&self, command: &str, client_id: &str) {
        let data = self.host.folder.data();
        let data = data.to_str().expect("a path in UTF-8");
        let mut arguments = vec!["client", command, client_id, "--data", data];
        if command == "remove" {
            arguments.push("--yes");
        }
        let output = run(&arguments, &self.host.folder.data());
        assert!(output.status.success(), "{}", text(&output.stderr));
    }

    /// What every mail server has to tell apart.
    pub fn cases(&self) -> Vec<Case> {
        let [good, disabled, removed] = [(); 3].map(|()| self.register());
        let token = self.token(&good, MAIL);
        let of_disabled = self.token(&disabled, MAIL);
        let of_removed = self.token(&removed, MAIL);
        self.administer("disable", &disabled);
        self.administer("remove", &removed);
        let other = self.token(&good, CONTACTS);
        let case = Case::new;
        vec![
            case("allowed", DEMO, &token, Verdict::Allowed),
            case(
                "other letters",
                "Admin@Example.org",
                &token,
                Verdict::Allowed,
            ),
            case("another user", "x@example.org", &token, Verdict::Refused),
            case("a comma", "d=mo,@example.org", &token, Verdict::Refused),
            case("disabled", DEMO, &of_disabled, Verdict::Refused),
            case("removed", DEMO, &of_removed, Verdict::Refused),
            case("another scope", DEMO, &other, Verdict::Refused),
            case("no token of ours", DEMO, "gpat_nobody", Verdict::Refused),
            case("other characters", DEMO, "a+b/c==", Verdict::Refused),
        ]
    }

    /// Ends it, and leaves its folder.
    pub fn stop(self) -> Folder {
        self.host.kill()
    }
}
