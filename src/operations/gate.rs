//! Collects what a client may do, whether it is registered or not.

use std::borrow::Cow;

use crate::client::{By, Usable};
use crate::config::Policy;
use crate::decision::Standing;
use crate::diagnostic::{Findings, Place, Severity, rule};
use crate::facts::Misuse;
use crate::metadata::{self, Profile, Registered};
use crate::oauth::client_id::is_client_id;
use crate::oauth::{AuthMethod, GrantType, ResponseType};
use crate::policy;
use crate::uri::{self, InternalHosts, RedirectUri, RedirectUriRules, redirect_uri_matches};

use super::parameters::Parameters;

/// What a client may do: its redirect URIs, grant types and scopes.
#[derive(Debug)]
pub(super) struct Gate<'a> {
    pub(super) standing: Standing,
    redirects: Redirects<'a>,
    /// Whether the client has no credential, so that another program could use its id.
    pub(super) is_public: bool,
    pub(super) grant_types: Vec<GrantType>,
    pub(super) answers_with_code: bool,
    /// Whether the client must push its authorization requests (RFC 9126 §6).
    pub(super) pushes: bool,
    /// The scopes that it may have, and those that it gets if it requests none.
    pub(super) scopes: Vec<&'a str>,
    pub(super) default_scopes: Vec<&'a str>,
    /// Who registered it; `None` if it is not registered.
    by: Option<By>,
}

/// How the error of an authorization request gets to the client's redirect URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Telling {
    /// By a redirect.
    AtOnce,
    /// By a redirect that the host should have the user ask for.
    WhenAsked,
    /// It does not.
    Nobody,
}

/// The redirect URIs that a client may use.
#[derive(Debug)]
enum Redirects<'a> {
    /// One of the registered ones, and whether the parameter may be absent if there is only one.
    Registered(Vec<Cow<'a, str>>, Unsaid),
    /// Every URI that could be registered.
    Any(Whose),
    /// Every native URI that could be registered.
    Native,
}

/// Whose word it is that a client without a registration is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    /// The word of an account that may use any client id.
    Accounts,
    /// Nobody's.
    Strangers,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unsaid {
    Allowed,
    Refused,
}

impl<'a> Gate<'a> {
    pub(super) fn of(
        client_id: &str,
        usable: &'a Usable<'_>,
        policy: &'a Policy,
        findings: &mut Findings,
    ) -> Result<Option<Self>, Misuse> {
        Ok(match usable {
            Usable::Known(known) => {
                let stored = &known.stored;
                let registered = Registered::read(stored.metadata.raw())?;
                let scopes = registered.scope.split_terminator(' ');
                let is_offered = |scope: &&str| policy.scopes.0.iter().any(|o| o == scope);
                let scopes = Vec::from_iter(scopes.filter(is_offered));
                let is_public = registered.token_endpoint_auth_method == AuthMethod::None;
                Some(Self {
                    standing: known.standing,
                    by: Some(stored.registered_by.by),
                    is_public,
                    grant_types: grants(&registered.grant_types, usable, is_public, policy),
                    answers_with_code: registered.response_types.contains(&ResponseType::Code),
                    pushes: registered.require_pushed_authorization_requests,
                    default_scopes: scopes.clone(),
                    scopes,
                    redirects: Redirects::Registered(
                        registered.redirect_uris,
                        match stored.registered_by.profile {
                            Profile::Mail => Unsaid::Refused,
                            Profile::Full | Profile::Administrator | Profile::Document => {
                                Unsaid::Allowed
                            }
                        },
                    ),
                })
            }
            Usable::Shared => {
                let mut shared = Self::unregistered(Standing::Shared, usable, policy);
                shared.redirects = Redirects::Native;
                shared.grant_types.retain(|grant| {
                    matches!(
                        grant,
                        GrantType::AuthorizationCode | GrantType::RefreshToken
                    )
                });
                Some(shared)
            }
            Usable::Unregistered | Usable::Overridden if !is_client_id(client_id) => {
                findings.error(&rule::CLIENT_ID_CHARACTERS, Place::top("client_id"));
                None
            }
            // The id is all that the user sees of such a client.
            Usable::Unregistered | Usable::Overridden
                if !policy
                    .protected_names
                    .permit(client_id, Place::top("client_id"), findings) =>
            {
                None
            }
            Usable::Unregistered => {
                findings.note(&rule::CLIENT_UNREGISTERED, Place::top("client_id"));
                let mut stranger = Self::unregistered(Standing::Unregistered, usable, policy);
                stranger.redirects = Redirects::Any(Whose::Strangers);
                Some(stranger)
            }
            Usable::Overridden => {
                findings.warning(&rule::CLIENT_OVERRIDDEN, Place::top("client_id"));
                Some(Self::unregistered(Standing::Overridden, usable, policy))
            }
            Usable::Unread => {
                findings.error(&rule::CLIENT_DOCUMENT_UNREAD, Place::top("client_id"));
                None
            }
            Usable::Waiting(_) => {
                findings.error(&rule::CLIENT_WAITS, Place::top("client_id"));
                None
            }
            Usable::No(_) => {
                findings.error(&rule::CLIENT_UNKNOWN, Place::top("client_id"));
                None
            }
        })
    }

    /// Makes the gate of a public client that is not registered.
    fn unregistered(standing: Standing, usable: &Usable<'_>, policy: &'a Policy) -> Self {
        let grant_types = grants(&policy.grant_types, usable, true, policy);
        Self {
            standing,
            redirects: Redirects::Any(Whose::Accounts),
            is_public: true,
            default_scopes: policy
                .scopes_by_default(grant_types.contains(&GrantType::RefreshToken)),
            grant_types,
            answers_with_code: true,
            pushes: false,
            scopes: policy.scopes.0.iter().map(String::as_str).collect(),
            by: None,
        }
    }

    /// Returns how errors get to this verified redirect URI (requirements H5). They do not for a client
    /// without a registration, nor to a web page that an anonymous caller registered or a document
    /// names: otherwise anybody could make the server redirect users to any page (RFC 9700 §4.11.2).
    /// Where it leads to a program on the user's device that nobody answers for, or to one that may be
    /// another's that took the scheme (RFC 8252 §8.6), the user decides whether to go there.
    pub(super) fn telling(&self, redirect_uri: &str) -> Telling {
        let is_web = redirect_uri.starts_with("https:");
        let is_private_use = !is_web && !redirect_uri.starts_with("http:");
        match (self.standing, self.by) {
            (Standing::Unregistered | Standing::Overridden, _) => Telling::Nobody,
            (_, Some(By::Administrator)) => Telling::AtOnce,
            (_, Some(By::Key)) if !is_private_use => Telling::AtOnce,
            (_, Some(By::Stranger | By::Document)) if is_web => Telling::Nobody,
            (_, Some(By::Stranger | By::Document | By::Key) | None) => Telling::WhenAsked,
        }
    }

    /// Returns the redirect URI of a request, if the client may use it (requirements E2, E11).
    pub(super) fn redirect_uri(
        &self,
        parameters: &Parameters<'_>,
        policy: &Policy,
        findings: &mut Findings,
    ) -> Option<String> {
        let place = Place::top("redirect_uri");
        let asked = parameters.get("redirect_uri");
        let (flaw, message) = match (&self.redirects, asked) {
            (Redirects::Registered(registered, Unsaid::Allowed), None)
                if let [only] = registered.as_slice()
                    && !uri::is_loopback(only) =>
            {
                match self.no_more(only, policy) {
                    None => return Some(only.clone().into_owned()),
                    message => (&rule::REDIRECT_URI_UNSOUND, message),
                }
            }
            (_, None) => (&rule::REDIRECT_URI_UNNAMED, None),
            (Redirects::Registered(registered, _), Some(asked)) => {
                let is_one = |uri: &Cow<'_, str>| redirect_uri_matches(uri, asked);
                match registered.iter().any(is_one) {
                    true => match self.no_more(asked, policy) {
                        None => return Some(asked.to_owned()),
                        message => (&rule::REDIRECT_URI_UNSOUND, message),
                    },
                    false => (&rule::REDIRECT_URI_UNREGISTERED, None),
                }
            }
            (Redirects::Any(_), Some(asked))
                if let mut listed = policy.administrator_redirect_uris.0.iter()
                    && listed.any(|uri| uri == asked) =>
            {
                return Some(asked.to_owned());
            }
            (Redirects::Any(whose), Some(asked)) => {
                let mut rules = Profile::Full.redirect_uri_rules(policy);
                // Other hosts of internal networks are for callers with an API key.
                let is_in_terms = policy.anonymous_terms.internal_hosts == Some(true);
                if *whose == Whose::Strangers && !is_in_terms {
                    rules.https_hosts.internal = InternalHosts::Refuse;
                }
                match flaw(asked, Profile::Full, &rules, policy) {
                    None => return Some(asked.to_owned()),
                    message => (&rule::REDIRECT_URI_UNSOUND, message),
                }
            }
            (Redirects::Native, Some(asked)) => {
                let rules = Profile::Mail.redirect_uri_rules(policy);
                match flaw(asked, Profile::Mail, &rules, policy) {
                    None => return Some(asked.to_owned()),
                    message => (&rule::REDIRECT_URI_UNSOUND, message),
                }
            }
        };
        match message {
            Some(message) => findings.error_saying(flaw, place, message),
            None => findings.error(flaw, place),
        }
        None
    }
}

impl Gate<'_> {
    /// Returns the reason why a registered redirect URI is allowed no more: the settings
    /// `redirect-hosts` and `redirect-schemes` may have changed since. They do not hold for the
    /// client of an administrator.
    fn no_more(&self, uri: &str, policy: &Policy) -> Option<String> {
        if self.by == Some(By::Administrator) {
            return None;
        }
        let mut findings = Findings::default();
        metadata::permit(uri, policy, Place::top("redirect_uri"), &mut findings);
        first(findings)
    }
}

/// How many registered redirect URIs are named, and how many characters of the one that was asked
/// for.
const SHOWN_URIS: usize = 10;
const SHOWN_LENGTH: usize = 512;

impl Gate<'_> {
    /// Notes which redirect URI was asked for, and which ones are registered, for the host: it can
    /// show them to the user, and to the administrator. They are no part of the response, because a
    /// stranger could send the request.
    pub(super) fn compare(&self, parameters: &Parameters<'_>) -> Findings {
        let mut findings = Findings::default();
        if let (Redirects::Registered(registered, _), Some(asked)) =
            (&self.redirects, parameters.get("redirect_uri"))
        {
            let printable = |c: char| if c.is_ascii_graphic() { c } else { '?' };
            let asked = String::from_iter(asked.chars().take(SHOWN_LENGTH).map(printable));
            let registered = registered.iter().take(SHOWN_URIS);
            let registered = Vec::from_iter(registered.map(AsRef::as_ref)).join(" ");
            findings.note_saying(
                &rule::REDIRECT_URI_COMPARED,
                Place::top("redirect_uri"),
                format!("Asked for: {asked} Registered: {registered}"),
            );
        }
        findings
    }
}

/// Returns the registered grant types that are still offered to this client. A public client has none
/// that depends on client authentication alone (RFC 6749 §4.4, OpenID Connect CIBA Core 1.0 §10.1). Neither
/// has a client that its own site describes: a URL is had by anybody, and no user would agree to it.
fn grants(
    granted: &[GrantType],
    usable: &Usable<'_>,
    is_public: bool,
    policy: &Policy,
) -> Vec<GrantType> {
    let by_proof =
        |grant: &GrantType| matches!(grant, GrantType::ClientCredentials | GrantType::Ciba);
    let by_device = policy::may_use_devices(usable, policy);
    let offered = |grant: &GrantType| {
        policy.grant_types.contains(grant) && (by_device || *grant != GrantType::DeviceCode)
    };
    let is_of_anybody = matches!(usable, Usable::Known(known)
        if known.stored.registered_by.by == By::Document);
    let granted = granted.iter().copied().filter(offered);
    granted
        .filter(|grant| !((is_public || is_of_anybody) && by_proof(grant)))
        .collect()
}

/// Returns the reason why a client with this profile and by these rules could not register a URI;
/// `None` if it could.
fn flaw(uri: &str, profile: Profile, rules: &RedirectUriRules, policy: &Policy) -> Option<String> {
    let place = Place::top("redirect_uri");
    let mut findings = Findings::default();
    let sound = RedirectUri::new(uri, rules, place, &mut findings);
    if let Some(uri) = sound {
        metadata::permit(&uri.text, policy, place, &mut findings);
        if profile == Profile::Mail {
            metadata::native(&uri, place, &mut findings);
        }
    }
    first(findings)
}

/// Returns the message of the first mistake, if there is one.
fn first(findings: Findings) -> Option<String> {
    let mut diagnostics = findings.into_diagnostics().into_iter();
    let first = diagnostics.find(|found| found.severity == Severity::Error)?;
    Some(first.message.into_owned())
}
