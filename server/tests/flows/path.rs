//! A public URL with a path, behind a proxy that takes the path away and behind one that does not.

use serde_json::{Value, json};

use crate::common::browser::{Browser, VERIFIER, ask, demo_password, location, query};
use crate::common::{Answer, Host, NATIVE};
use crate::{LOOPBACK, Tokens, works};

const ORIGIN: &str = "https://mail.example.org";
const PATH: &str = "/mail/oauth";

/// The server, and what a proxy before it makes of an address.
struct Proxied {
    host: Host,
    stripped: &'static str,
}

impl Proxied {
    fn start(stripped: &'static str) -> Self {
        let settings =
            format!("[server]\ntrusted-proxies = []\npublic-url = \"{ORIGIN}{PATH}/\"\n");
        let host = Host::start(&settings);
        Self { host, stripped }
    }

    /// What is asked for at an address that the server gave out.
    fn path<'a>(&self, address: &'a str) -> &'a str {
        let path = address
            .strip_prefix(ORIGIN)
            .unwrap_or_else(|| panic!("{address} is elsewhere"));
        path.strip_prefix(self.stripped).unwrap_or(path)
    }

    fn document(&self, address: &str) -> Value {
        let answer = self.host.get(self.path(address));
        assert_eq!(answer.status, 200, "{address}: {answer:?}");
        answer.json()
    }
}

/// The page that an address leads to.
fn follow(browser: &mut Browser<'_>, address: &str) -> Answer {
    let mut address = address.strip_prefix(ORIGIN).unwrap_or(address).to_owned();
    for _ in 0..5 {
        let page = browser.get(&address);
        match page.header("location") {
            Some(on) => address = on.strip_prefix(ORIGIN).unwrap_or(on).to_owned(),
            None => {
                assert_eq!(page.status, 200, "{address}: {page:?}");
                return page;
            }
        }
    }
    panic!("{address} leads nowhere");
}

#[test]
fn each_document_is_where_its_standard_puts_it() {
    for stripped in ["", PATH] {
        let proxied = Proxied::start(stripped);
        let issuer = format!("{ORIGIN}{PATH}");
        let resource = format!("{issuer}/jmap/session");
        // RFC 8414 §3.1 and §5, OpenID Connect Discovery 1.0 §4
        let server = proxied.document(&format!(
            "{ORIGIN}/.well-known/oauth-authorization-server{PATH}"
        ));
        for address in [
            format!("{issuer}/.well-known/openid-configuration"),
            format!("{ORIGIN}/.well-known/openid-configuration{PATH}"),
        ] {
            assert_eq!(proxied.document(&address), server, "{address}");
        }
        assert_eq!(server["issuer"], issuer);
        // RFC 9728 §3.1
        for (about, expected) in [("", &issuer), ("/jmap/session", &resource)] {
            let document = proxied.document(&format!(
                "{ORIGIN}/.well-known/oauth-protected-resource{PATH}{about}"
            ));
            assert_eq!(document["resource"], **expected);
            assert_eq!(document["authorization_servers"], json!([issuer]));
        }
        let found = proxied.document(&format!(
            "{ORIGIN}/.well-known/user-agent-configuration.json"
        ));
        assert_eq!(found["authentication"]["oauth-public"]["issuer"], issuer);
        for missing in [
            format!("{ORIGIN}/.well-known/oauth-authorization-server/mail"),
            format!("{ORIGIN}/mail/.well-known/openid-configuration"),
        ] {
            let answer = proxied.host.get(proxied.path(&missing));
            assert_eq!(answer.status, 404, "{missing}: {answer:?}");
        }
    }
}

#[test]
fn a_user_and_a_client_find_their_way() {
    for stripped in ["", PATH] {
        let proxied = Proxied::start(stripped);
        let host = &proxied.host;
        let server = proxied.document(&format!(
            "{ORIGIN}/.well-known/oauth-authorization-server{PATH}"
        ));
        let endpoint = |name: &str| {
            let address = server[name].as_str().expect("an address");
            proxied.path(address).to_owned()
        };

        let key = format!("Authorization: Bearer {}", host.first_key("registration"));
        let registered = host.send(&crate::common::http::request(
            "POST",
            &endpoint("registration_endpoint"),
            &[&key],
            NATIVE,
        ));
        let client_id = registered.client_id();
        let registered = registered.json();
        let managed = registered["registration_client_uri"]
            .as_str()
            .expect("an address");
        let token = registered["registration_access_token"]
            .as_str()
            .expect("a token");
        let read = host.send(
            format!(
                "GET {} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n",
                proxied.path(managed)
            )
            .as_bytes(),
        );
        assert_eq!(read.status, 200, "{read:?}");

        // Every link and form of every page leads on.
        let mut browser = Browser::new(host);
        browser.stripped = stripped;
        browser.lines = vec![format!("Origin: {ORIGIN}")];
        let asked = format!(
            "{}?{}",
            endpoint("authorization_endpoint"),
            query(&client_id, LOOPBACK, &[])
        );
        let sign_in = follow(&mut browser, &asked);
        assert!(
            sign_in
                .body
                .contains(&format!("href=\"{PATH}/assets/style.css")),
            "{}",
            sign_in.body
        );
        let password = demo_password(host);
        let fields = [("name", "admin@example.org"), ("password", &*password)];
        let signed_in = browser.submit(&sign_in, &format!("{PATH}/auth/sign-in"), &fields);
        let on = signed_in
            .header("location")
            .expect("it leads somewhere")
            .to_owned();
        assert!(on.starts_with(&format!("{PATH}/auth/authorize?")), "{on}");
        let consent = browser.get(&on);
        let action = format!("{PATH}/auth/authorize");
        let answer = browser.submit(&consent, &action, &[("answer", "allow")]);
        let back = location(&answer);
        assert_eq!(back["iss"], format!("{ORIGIN}{PATH}"));
        let tokens = Tokens::of(&ask(
            host,
            &endpoint("token_endpoint"),
            &[],
            &[
                ("grant_type", "authorization_code"),
                ("client_id", &client_id),
                ("code", &back["code"]),
                ("redirect_uri", LOOPBACK),
                ("code_verifier", VERIFIER),
            ],
        ));
        assert!(works(host, &tokens.access));

        // The administration is a client of this server, and comes back to it.
        let inside = follow(&mut browser, &format!("{PATH}/admin/"));
        assert!(inside.body.contains(&format!("href=\"{PATH}/admin/keys\"")));
        for attribute in ["href", "action", "src"] {
            let leads_out = inside
                .body
                .split(&format!("{attribute}=\"/"))
                .skip(1)
                .find(|rest| !rest.starts_with(&PATH[1..]));
            assert_eq!(leads_out, None, "{attribute}");
        }
    }
}

/// An issuer that an administrator names has its documents too, and nothing else is below its path.
#[test]
fn an_issuer_of_its_own_has_its_documents() {
    let host = Host::start(&format!(
        "[server]\ntrusted-proxies = []\npublic-url = \"{ORIGIN}\"\n\
         [oauth.client-registration]\nissuer = \"{ORIGIN}/tenant\"\n"
    ));
    for path in [
        "/.well-known/oauth-authorization-server/tenant",
        "/tenant/.well-known/openid-configuration",
    ] {
        let document = host.get(path).json();
        assert_eq!(document["issuer"], format!("{ORIGIN}/tenant"), "{path}");
        assert_eq!(
            document["token_endpoint"],
            format!("{ORIGIN}/auth/token"),
            "{path}"
        );
    }
    for path in ["/tenant/auth/token", "/tenant/admin/", "/tenant"] {
        assert_eq!(host.get(path).status, 404, "{path}");
    }
}

#[test]
fn a_server_that_does_not_know_its_address_says_what_it_advertises() {
    const UNSAID: &str = "server.public-url is not set";
    for (settings, is_unsaid) in [
        ("", false),
        (
            "[server]\ntrusted-proxies = ['127.0.0.1/32']\nproxy-protocol = true\n",
            true,
        ),
        (
            "[server]\ntrusted-proxies = []\npublic-url = 'https://mail.example.org'\n",
            false,
        ),
    ] {
        let host = Host::start(settings);
        let log = host.folder.logged();
        assert_eq!(log.contains(UNSAID), is_unsaid, "{settings}: {log}");
        let advertised = format!("say http://{}", host.address);
        assert_eq!(log.contains(&advertised), is_unsaid, "{settings}: {log}");
    }
}

/// A port is drawn for the server, which is not the one that it says.
#[test]
fn a_server_that_nobody_reaches_by_its_address_says_so() {
    const ELSEWHERE: &str = "nobody reaches it by that address: set server.listen to 127.0.0.1:1,";
    for (settings, is_elsewhere) in [
        ("", false),
        ("[server]\npublic-url = 'http://127.0.0.1:1'\n", true),
        (
            "[server]\npublic-url = 'http://127.0.0.1:1'\ntrusted-proxies = []\n",
            false,
        ),
    ] {
        let host = Host::start(settings);
        let log = host.folder.logged();
        assert_eq!(log.contains(ELSEWHERE), is_elsewhere, "{settings}: {log}");
    }
}
