//! The sign-in of this server's own pages, which are the OAuth client `webadmin`.
//!
//! Whether the client may be used is the plugin's decision, as for every client. The answer goes to a page of this
//! server, and to no address that a client names. So the plugin is asked whether the client may be used
//! (`Operation::Usable`), and the record of the client needs no redirect URI for it.

use std::borrow::Cow;

use askama::Template;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gatepost_directory::secret::{Purpose, Secret};
use gatepost_directory::{Account, Inquiry, Permission};
use gatepost_plugin::{Caller, Client, Decision, Operation};
use sha2::{Digest, Sha256};
use url::form_urlencoded;

use crate::decide::WEB_ADMINISTRATION;
use crate::http::shared::answer;
use crate::http::shared::app::App;
use crate::http::shared::cookie;
use crate::http::shared::form::{Parameters, encode};
use crate::http::shared::page::{self, Leave, go_to};
use crate::http::shared::refusal::Refusal;

/// The client's id.
pub(in crate::http) const CLIENT: &str = WEB_ADMINISTRATION;

/// The least that can be asked for. What the pages show depends on the account's permissions; they need nobody's mail.
const SCOPE: &str = "offline_access";

/// How long the browser remembers that it began to sign in, in seconds: as long as a code lasts.
const KEPT: u32 = 600;

/// How long the address may be that a browser returns to, in bytes. It has to fit into a cookie.
const LONGEST_PLACE: usize = 1024;

/// The cookie in which the verifier is kept until the code is there (RFC 7636 §4.1). Nobody else may set it:
/// whoever knows the verifier could let the browser in as somebody else.
const fn begun_cookie(is_https: bool) -> &'static str {
    if is_https {
        "__Host-gatepost-admin-verifier"
    } else {
        "gatepost-admin-verifier"
    }
}

/// The page that takes the answer.
pub(in crate::http) fn callback(app: &App) -> String {
    app.public_url.at("/admin/callback")
}

/// A sign-in that a browser began at the entrance.
pub(in crate::http) struct Begun {
    verifier: String,
    /// The page that the browser returns to.
    place: String,
}

impl Begun {
    /// Begins a sign-in, and goes to the authorization endpoint.
    pub(in crate::http) fn now(app: &App, place: String) -> Result<Response, Refusal> {
        let verifier = Secret::draw(Purpose::Session).map_err(|_| Refusal::Failed)?;
        let begun = Self {
            verifier: verifier.reveal().to_owned(),
            place: Some(place)
                .filter(|place| place.len() <= LONGEST_PLACE)
                .unwrap_or_default(),
        };
        let mut response = go_to(&format!("/auth/authorize?{}", begun.request(app)?))?;
        let place = URL_SAFE_NO_PAD.encode(&begun.place);
        let value = format!("{}.{place}", begun.verifier);
        keep(app, &mut response, &value);
        Ok(response)
    }

    /// The sign-in that this browser began, unless that is too long ago.
    pub(in crate::http) fn of(app: &App, headers: &HeaderMap) -> Option<Self> {
        let kept = cookie::value(headers, begun_cookie(app.public_url.is_https()))?;
        let (verifier, place) = kept.split_once('.')?;
        let place = URL_SAFE_NO_PAD.decode(place).ok()?;
        Some(Self {
            verifier: verifier.to_owned(),
            place: String::from_utf8(place).ok()?,
        })
    }

    /// What only this browser knows.
    pub(in crate::http) fn verifier(&self) -> &str {
        &self.verifier
    }

    /// The page that the browser returns to; empty if none was named. Whoever set the cookie may have written anything.
    pub(in crate::http) fn place(&self) -> &str {
        &self.place
    }

    /// What ties the answer to the question.
    pub(in crate::http) fn state(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(format!("state {}", self.verifier)))
    }

    /// The authorization request, as a query.
    fn request(&self, app: &App) -> Result<String, Refusal> {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&self.verifier));
        let (redirect_uri, state) = (callback(app), self.state());
        let mut asked = vec![
            ("client_id", CLIENT),
            ("redirect_uri", &*redirect_uri),
            ("response_type", "code"),
            ("state", &state),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let metadata = app.decider.plugin().server_metadata();
        let metadata = metadata.map_err(|error| answer::refusal(error.into()))?;
        if metadata.contains(&format!("\"{SCOPE}\"")) {
            asked.push(("scope", SCOPE));
        }
        Ok(encode(&asked))
    }
}

/// Has the browser forget that it began to sign in.
pub(in crate::http) fn forget(app: &App, response: &mut Response) {
    keep(app, response, "");
}

fn keep(app: &App, response: &mut Response, value: &str) {
    let is_https = app.public_url.is_https();
    cookie::set(
        response,
        begun_cookie(is_https),
        is_https,
        value,
        Some(KEPT),
    );
}

/// An authorization request of the pages: with their own callback, and with what they ask for and no more. Any other
/// request of `webadmin` is decided like that of any client.
#[derive(Clone)]
pub(super) struct Own {
    scope: Option<&'static str>,
}

impl Own {
    /// The request, if it is one of the pages.
    pub(super) fn of(query: &str, callback: &str) -> Option<Self> {
        let mut scope = None;
        let mut found = [false; 6];
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let (index, is_right) = match &*name {
                "client_id" => (0, value == CLIENT),
                "redirect_uri" => (1, value == callback),
                "response_type" => (2, value == "code"),
                "code_challenge_method" => (3, value == "S256"),
                "code_challenge" => (4, is_digest(&value)),
                "state" => (5, is_digest(&value)),
                "scope" if scope.is_none() && value == SCOPE => {
                    scope = Some(SCOPE);
                    continue;
                }
                _ => return None,
            };
            if !is_right || std::mem::replace(&mut found[index], true) {
                return None;
            }
        }
        found.into_iter().all(|it| it).then_some(Self { scope })
    }

    /// Whether this browser began the sign-in at the entrance: it knows the verifier, and all that was asked for there
    /// is in the request.
    pub(super) fn was_begun(&self, app: &App, headers: &HeaderMap, query: &str) -> bool {
        let Some(begun) = Begun::of(app, headers) else {
            return false;
        };
        begun
            .request(app)
            .is_ok_and(|asked| asked == Parameters::read(query.as_bytes()).without(&[]))
    }

    /// The decision whether the pages may be used, and what they get.
    pub(super) async fn consider(
        &self,
        app: &App,
        caller: Caller,
        now: u64,
    ) -> Result<Decision, Refusal> {
        let decided = app.decider.consult(inquiry(now), caller, operation()).await;
        let mut decision = decided.map_err(answer::refusal)?;
        let granted = |client| self.granted_at(client, callback(app));
        decision.client = decision.client.map(granted);
        Ok(decision)
    }

    /// What is granted of what the client may have, and where the answer goes.
    pub(super) fn granted_at(&self, client: Client, callback: String) -> Client {
        let may_have = client.scope.as_deref().unwrap_or_default();
        let has = |scope: &&str| may_have.split(' ').any(|one| one == *scope);
        Client {
            scope: self.scope.filter(has).map(str::to_owned),
            redirect_uri: Some(callback),
            ..client
        }
    }
}

/// The question whether the pages may be used.
pub(super) fn operation() -> Operation {
    Operation::Usable {
        client_id: CLIENT.to_owned(),
        scope: None,
    }
}

/// What the decision about the pages depends on.
pub(super) fn inquiry(now: u64) -> Inquiry {
    Inquiry {
        client_id: Some(CLIENT.to_owned()),
        registrant: None,
        revision: None,
        counts_tokens: false,
        now,
    }
}

/// Whether a text is a SHA-256 digest, as the pages write it.
fn is_digest(text: &str) -> bool {
    URL_SAFE_NO_PAD
        .decode(text)
        .is_ok_and(|bytes| bytes.len() == 32)
}

/// The page that is shown while the administration is closed.
#[derive(Template)]
#[template(path = "closed.html")]
struct Closed<'a> {
    account: &'a str,
    reason: Cow<'static, str>,
    is_administrator: bool,
    /// What each command does, and the command.
    commands: Vec<(&'static str, String)>,
    csrf: String,
    provider: &'a str,
}

/// Says to an account why it cannot use the pages, and to an administrator which command changes that.
pub(super) fn closed(app: &App, account: &Account, decision: &Decision, csrf: String) -> Response {
    let is = |code: &str| decision.diagnostics.iter().any(|found| found.code == code);
    let may = |permission: &Permission| {
        let mut held = account.permissions.iter();
        held.any(|held| held == permission.name())
    };
    let command = |words: &[&str]| app.command(words);
    let (reason, commands) = if is("client-unknown") {
        let mut permit = vec!["account", "permit", "--name", &account.name];
        let held = Permission::ALL.into_iter();
        for permission in held.filter(|p| may(p) || *p == Permission::OauthClientOverride) {
            permit.extend(["--permission", permission.name()]);
        }
        let uri = callback(app);
        let add = [
            "client",
            "add",
            "--id",
            CLIENT,
            "--name",
            "Web administration",
            "--redirect-uri",
            &uri,
        ];
        (
            Cow::from(
                "The setting require = true lets only registered clients in. These pages are the client webadmin, \
                 and it is not registered.",
            ),
            vec![
                ("This command registers it, for everybody:", command(&add)),
                (
                    "Or this command lets your account alone use clients that are not registered:",
                    command(&permit),
                ),
            ],
        )
    } else if is("client-disabled") {
        (
            Cow::from(
                "These pages are the client webadmin. It is disabled, or the settings deny its id.",
            ),
            vec![(
                "This command enables it. If the settings deny the id, change them instead:",
                command(&["client", "enable", CLIENT]),
            )],
        )
    } else {
        let said = decision.diagnostics.iter().map(|found| &*found.message);
        let said = said.collect::<Vec<_>>().join(" ");
        (
            Cow::from(format!(
                "These pages are the client webadmin, and it cannot be used: {said}"
            )),
            vec![(
                "This command shows what is wrong with it:",
                command(&["review"]),
            )],
        )
    };
    let rights = Permission::ALL.iter();
    let page = Closed {
        account: &account.name,
        reason,
        is_administrator: rights
            .filter(|permission| is_of_administrators(**permission))
            .any(may),
        commands,
        csrf,
        provider: app.provider(),
    };
    page::page(StatusCode::FORBIDDEN, &page, &Leave::default())
}

/// Whether only who administrates has a permission.
fn is_of_administrators(permission: Permission) -> bool {
    !matches!(
        permission,
        Permission::Authenticate | Permission::OauthClientRegistration
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_requests_are_the_pages_own() {
        const CALLBACK: &str = "https://mail.example.org/admin/callback";
        const DIGEST: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        let usual = [
            ("client_id", CLIENT),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("state", DIGEST),
            ("code_challenge", DIGEST),
            ("code_challenge_method", "S256"),
        ];
        let with = |name: &'static str, value: &'static str| {
            let mut all: Vec<_> = usual.into_iter().filter(|(n, _)| *n != name).collect();
            all.push((name, value));
            encode(&all)
        };
        for (name, query, expected) in [
            ("the pages", encode(&usual), true),
            ("with their scope", with("scope", SCOPE), true),
            ("another client", with("client_id", "whatever"), false),
            ("an app", with("redirect_uri", "stalwart://auth"), false),
            (
                "a longer URI",
                with("redirect_uri", "https://mail.example.org/admin/callback/"),
                false,
            ),
            (
                "another case",
                with("redirect_uri", "https://MAIL.example.org/admin/callback"),
                false,
            ),
            ("another answer", with("response_type", "token"), false),
            ("no digest", with("code_challenge_method", "plain"), false),
            ("a short challenge", with("code_challenge", "x"), false),
            ("no challenge", encode(&usual[..4]), false),
            (
                "more than they ask for",
                with("scope", "urn:ietf:params:oauth:scope:mail"),
                false,
            ),
            (
                "theirs and more",
                with("scope", "offline_access openid"),
                false,
            ),
            (
                "something else",
                with("resource", "https://mail.example.org"),
                false,
            ),
            (
                "twice",
                format!("{}&client_id=webadmin", encode(&usual)),
                false,
            ),
        ] {
            assert_eq!(Own::of(&query, CALLBACK).is_some(), expected, "{name}");
        }
    }
}
