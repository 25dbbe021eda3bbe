//! The page that asks a user whether a program may act for them.

use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gatepost_directory::Account;
use gatepost_directory::secret::Secret;
use gatepost_plugin::{Client, Standing};
use serde_json::Value;
use sha2::{Digest, Sha256};
use url::{Host, Url};

use crate::http::shared::cut::Cut;
use crate::http::shared::page::Leave;

/// What a user is asked.
#[derive(Template)]
#[template(path = "consent.html")]
pub(super) struct Consent<'a> {
    program: Program,
    account: &'a str,
    scopes: Vec<&'a str>,
    ask: Ask<'a>,
    destination: Option<Destination>,
    /// The website that a program which nobody registered would let in: it is what the user decides about.
    stranger: Option<String>,
    csrf: String,
    seen: String,
    /// Whether the user has agreed to something else before.
    has_changed: bool,
}

/// How the program asks.
pub(super) enum Ask<'a> {
    /// By the browser, which takes the answer back to it.
    InBrowser {
        /// The query of the authorization request.
        request: &'a str,
        /// Where the answer goes.
        redirect_uri: &'a str,
        /// What this page alone is known by: its form is good for one code.
        form: Secret,
    },
    /// From another device (RFC 8628).
    FromDevice {
        /// The code as the device shows it.
        user_code: &'a str,
    },
}

/// What a program says of itself, and what this server knows of it.
struct Program {
    name: String,
    client_id: Cut,
    /// The host of the document that describes it.
    site: String,
    logo: Option<Url>,
    home: Option<Url>,
    policy: Option<Url>,
    terms: Option<Url>,
    trust: Trust,
}

/// How much of that was verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trust {
    /// An administrator registered it.
    Verified,
    /// It registered itself.
    OwnWord,
    /// A website describes it, and that it is that website is sure.
    Site,
    /// Nobody registered it.
    Unknown,
    /// Everybody may use its id.
    Shared,
}

/// Where the answer goes, as a person understands it.
#[derive(Debug, PartialEq, Eq)]
struct Destination {
    text: String,
    /// The source of a content security policy that lets a form lead there, and on from there: the program
    /// should clear the code from the address (RFC 6749 §3.1.2.5), and browsers hold that redirect to it
    /// too. `http:` stands for `https:` as well.
    source: Option<String>,
}

impl<'a> Consent<'a> {
    pub(super) fn new(
        client: &'a Client,
        account: &'a Account,
        ask: Ask<'a>,
        csrf: String,
        has_changed: bool,
    ) -> Self {
        let scope = client.scope.as_deref().unwrap_or_default();
        let program = Program::of(client);
        Self {
            stranger: match (&ask, program.trust) {
                (Ask::InBrowser { redirect_uri, .. }, Trust::Unknown | Trust::Shared) => {
                    website(redirect_uri)
                }
                _ => None,
            },
            program,
            account: &account.name,
            scopes: scope.split_ascii_whitespace().map(described).collect(),
            destination: match &ask {
                Ask::InBrowser { redirect_uri, .. } => Some(Destination::of(redirect_uri)),
                Ask::FromDevice { .. } => None,
            },
            ask,
            csrf,
            seen: seen(client),
            has_changed,
        }
    }

    /// What this page may do that others may not.
    pub(super) fn leave(&self) -> Leave {
        let logo = self.program.logo.as_ref();
        Leave {
            form_action: self
                .destination
                .as_ref()
                .and_then(|destination| destination.source.clone()),
            picture: logo.map(|logo| logo.origin().ascii_serialization()),
        }
    }

    /// Where to come back to after signing out.
    fn here(&self) -> String {
        match &self.ask {
            Ask::InBrowser { request, .. } => format!("/auth/authorize?{request}"),
            Ask::FromDevice { user_code } => {
                format!("/auth/device/verify?user_code={user_code}")
            }
        }
    }
}

/// What a program calls itself, or is called.
pub(super) fn name(client: &Client) -> String {
    Program::of(client).name
}

/// What a page with its form says of a client was about: all that the user agrees to. A client may change
/// its registration while the page is open.
pub(super) fn seen(client: &Client) -> String {
    let Client {
        client_id,
        standing,
        scope,
        redirect_uri,
        metadata,
        ..
    } = client;
    let all = serde_json::json!([
        client_id,
        format!("{standing:?}"),
        scope,
        redirect_uri,
        metadata
    ]);
    URL_SAFE_NO_PAD.encode(Sha256::digest(all.to_string()))
}

/// Whether a client is as it was on the page that the user has answered.
pub(super) fn is_seen(client: &Client, on_page: &str) -> bool {
    seen(client) == on_page
}

impl Program {
    fn of(client: &Client) -> Self {
        let metadata: Value = serde_json::from_str(&client.metadata).unwrap_or_default();
        let text = |member: &str| metadata[member].as_str();
        // The plugin let no other through; but it goes into a link.
        let link = |member: &str| {
            let url = Url::parse(text(member)?).ok()?;
            (url.scheme() == "https").then_some(url)
        };
        let trust = match client.standing {
            Standing::Provisioned => Trust::Verified,
            Standing::Registered => Trust::OwnWord,
            Standing::Document => Trust::Site,
            Standing::Unregistered | Standing::Overridden => Trust::Unknown,
            Standing::Shared => Trust::Shared,
        };
        let url = Url::parse(&client.client_id).ok();
        let host = url.as_ref().and_then(Url::host_str);
        Self {
            name: match trust {
                // Its id may be any text, and nobody answers for it.
                Trust::Unknown | Trust::Shared => "an unknown program".to_owned(),
                Trust::Verified | Trust::OwnWord | Trust::Site => {
                    let name = text("client_name").map(str::to_owned);
                    name.unwrap_or_else(|| Cut::new(&client.client_id).to_string())
                }
            },
            client_id: Cut::new(&client.client_id),
            site: host.unwrap_or(&client.client_id).to_owned(),
            // Loading it tells its site who is about to agree, and when.
            logo: link("logo_uri").filter(|_| trust == Trust::Verified),
            home: link("client_uri"),
            policy: link("policy_uri"),
            terms: link("tos_uri"),
            trust,
        }
    }

    /// The host of its home page.
    fn host(&self) -> Option<&str> {
        self.home.as_ref()?.host_str()
    }
}

/// The host of a website that an answer goes to: not of a program on this computer.
fn website(redirect_uri: &str) -> Option<String> {
    let url = Url::parse(redirect_uri).ok()?;
    let is_website = matches!(url.scheme(), "http" | "https") && !is_loopback(&url);
    let host = url.host().filter(|_| is_website)?;
    Some(host.to_string())
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

impl Destination {
    fn of(redirect_uri: &str) -> Self {
        let Ok(url) = Url::parse(redirect_uri) else {
            return Self {
                text: redirect_uri.to_owned(),
                source: None,
            };
        };
        let scheme = url.scheme();
        let is_loopback = is_loopback(&url);
        match (scheme, url.host()) {
            // A source cannot name an address in brackets.
            ("http", Some(Host::Ipv6(_))) => Self {
                text: "a program on this computer".to_owned(),
                source: Some("http:".to_owned()),
            },
            ("http", _) if is_loopback => Self {
                text: "a program on this computer".to_owned(),
                source: Some("http:".to_owned()),
            },
            ("http" | "https", Some(host)) => Self {
                text: format!("the website {host}"),
                source: Some(format!("{scheme}:")),
            },
            _ => Self {
                text: format!("the program on this device that opens “{scheme}:” links"),
                source: Some(format!("{scheme}:")),
            },
        }
    }
}

/// What a scope means.
pub(in crate::http) fn described(scope: &str) -> &str {
    match scope {
        "urn:ietf:params:oauth:scope:mail" => "Read, send, move and delete all your mail",
        "urn:ietf:params:oauth:scope:contacts" => "Read and change all your contacts",
        "urn:ietf:params:oauth:scope:calendars" => "Read and change all your calendars",
        "offline_access" => "Stay signed in while you are away, until you take this back",
        "openid" => "Know which account this is",
        "email" => "Know your e-mail address",
        "profile" => "Know your name",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations() {
        let local = "a program on this computer";
        for (uri, text, source) in [
            ("http://127.0.0.1:4321/cb", local, Some("http:")),
            ("http://[::1]:4321/cb", local, Some("http:")),
            ("http://localhost/cb", local, Some("http:")),
            (
                "https://webmail.example.com/cb?a=1",
                "the website webmail.example.com",
                Some("https:"),
            ),
            (
                "https://webmail.example.com:8443/cb",
                "the website webmail.example.com",
                Some("https:"),
            ),
            (
                "com.example.mail:/cb",
                "the program on this device that opens “com.example.mail:” links",
                Some("com.example.mail:"),
            ),
            (
                "stalwart://auth",
                "the program on this device that opens “stalwart:” links",
                Some("stalwart:"),
            ),
            ("nothing", "nothing", None),
        ] {
            let expected = Destination {
                text: text.to_owned(),
                source: source.map(str::to_owned),
            };
            assert_eq!(Destination::of(uri), expected, "{uri}");
        }
    }
}
