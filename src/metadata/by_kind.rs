//! Reads members that have only the rules of their kind. The members of an extension that is not
//! offered are left out of the registration, and so of the response.

use std::net::IpAddr;

use crate::config::{EmptyLinks, Policy, Unoffered};
use crate::diagnostic::{Findings, Place, Role, rule};
use crate::document::{Json, wrong_type};
use crate::text;
use crate::uri::{self, RedirectUri, Report};

use super::described::Described;
use super::members::{Kind, Member};
use super::profile::Profile;

/// The maximum number of entries of a list, and the maximum length of a text, in characters.
const MAX_ITEMS: usize = 32;
const MAX_TEXT: u64 = 256;

/// The maximum length of the URI of a request object, in bytes (OpenID Connect Core 1.0 §6.2).
const MAX_REQUEST_URI: usize = 512;

/// The largest integer that every JSON parser reads exactly (RFC 8259 §6).
const MAX_SECONDS: u64 = (1 << 53) - 1;

/// Reads a member that has only the rules of its kind.
pub(super) fn read(
    member: Member,
    value: &Json<'_>,
    place: Place<'_>,
    profile: Profile,
    policy: &Policy,
    findings: &mut Findings,
) -> Option<Described> {
    if let Some(extension) = member.extension()
        && (profile == Profile::Mail || !policy.extensions.contains(&extension))
    {
        unoffered(member.kind(), value, place, policy, findings);
        return None;
    }
    let is_link = matches!(member.kind(), Kind::Link | Kind::Called | Kind::OwnHost);
    if is_link && is_left_empty(value, place, policy, findings) {
        return None;
    }
    if let Err(expected) = typed(member.kind(), value) {
        wrong_type(findings, place, expected);
        return None;
    }
    Judge {
        place,
        policy,
        findings,
    }
    .value(member.kind(), value)
}

/// Whether a link is an empty text that counts as absent; it is noted then.
pub(super) fn is_left_empty(
    value: &Json<'_>,
    place: Place<'_>,
    policy: &Policy,
    findings: &mut Findings,
) -> bool {
    let is_empty = policy.empty_links == EmptyLinks::Drop
        && matches!(value, Json::Text(text) if text.is_empty());
    if is_empty {
        findings.note(&rule::MEMBER_EMPTY, place);
    }
    is_empty
}

/// Checks the type of a value. The error is the name of the right type.
fn typed(kind: Kind, value: &Json<'_>) -> Result<(), &'static str> {
    let strings = |items: &[Json<'_>]| items.iter().all(|item| matches!(item, Json::Text(_)));
    match (kind, value) {
        (Kind::Flag | Kind::Protection, Json::Bool(_))
        | (Kind::Seconds, Json::Integer(0..=MAX_SECONDS)) => Ok(()),
        (Kind::Flag | Kind::Protection, _) => Err("true or false"),
        (Kind::Seconds, _) => Err("a whole number of seconds, 0 or more"),
        (Kind::Texts | Kind::DetailTypes | Kind::RequestUris | Kind::LogoutRedirects, value) => {
            match value {
                Json::Array(items) if strings(items) => Ok(()),
                _ => Err("an array of strings"),
            }
        }
        (_, Json::Text(_)) => Ok(()),
        _ => Err("a string"),
    }
}

/// Reports a member of an extension that is not offered: an unknown member, whatever its type
/// (requirements A5). A protection is refused: the client would not notice that the response leaves
/// it out (requirements G9).
fn unoffered(
    kind: Kind,
    value: &Json<'_>,
    place: Place<'_>,
    policy: &Policy,
    findings: &mut Findings,
) {
    match (kind, value) {
        (Kind::Protection, Json::Bool(false)) => {}
        (Kind::Protection, Json::Bool(true)) => findings.error(&rule::MEMBER_NOT_HONOURED, place),
        _ => match policy.unoffered_metadata {
            Unoffered::Drop => findings.note(&rule::MEMBER_NOT_OFFERED, place),
            Unoffered::Refuse => findings.error(&rule::MEMBER_NOT_OFFERED, place),
        },
    }
}

/// Checks values that have the right type.
struct Judge<'a, 'p> {
    place: Place<'p>,
    policy: &'a Policy,
    findings: &'a mut Findings,
}

impl Judge<'_, '_> {
    fn value(&mut self, kind: Kind, value: &Json<'_>) -> Option<Described> {
        match value {
            Json::Bool(flag) => Some(Described::Flag(*flag)),
            Json::Integer(number) => Some(Described::Number(*number)),
            Json::Text(text) => self.text(kind, text).map(Described::Text),
            Json::Array(items) if items.len() > MAX_ITEMS => {
                let message = format!("The list has more than {MAX_ITEMS} entries.");
                self.findings
                    .error_saying(&rule::MEMBER_TOO_LONG, self.place, message);
                None
            }
            Json::Array(items) => {
                let list = self.place;
                let mut kept = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    let mut judge = Judge {
                        place: list.item(index),
                        policy: self.policy,
                        findings: self.findings,
                    };
                    if let Json::Text(text) = item
                        && let Some(text) = judge.text(kind, text)
                        && !kept.contains(&text)
                    {
                        kept.push(text);
                    }
                }
                Some(Described::List(kept))
            }
            _ => None,
        }
    }

    fn text(&mut self, kind: Kind, text: &str) -> Option<String> {
        let sound = match kind {
            Kind::Link | Kind::OwnHost | Kind::Called => {
                let mut report = Report::new(Role::Other, self.place, self.findings);
                uri::shown(text, &mut report)
            }
            Kind::RequestUris => self.request_uri(text),
            Kind::LogoutRedirects => self.logout_redirect(text),
            Kind::Signing => offered(
                text,
                self.policy.signing_algs.names(),
                self.place,
                self.findings,
            ),
            Kind::Encryption => offered(
                text,
                self.policy.encryption_algs.names(),
                self.place,
                self.findings,
            ),
            Kind::ContentEncryption => offered(
                text,
                self.policy.content_encryption_algs.names(),
                self.place,
                self.findings,
            ),
            Kind::OneOf(values) => offered(text, values, self.place, self.findings),
            Kind::DetailTypes => {
                let types = &self.policy.authorization_details_types.0;
                let types: Vec<_> = types.iter().map(String::as_str).collect();
                offered(text, &types, self.place, self.findings)
            }
            Kind::SubjectAddress => {
                let address = text.parse::<IpAddr>().is_ok();
                if !address {
                    self.findings.error(&rule::SUBJECT_ADDRESS, self.place);
                }
                address
            }
            _ => return text::shown(text, MAX_TEXT, self.place, self.findings),
        };
        sound.then(|| text.to_owned())
    }

    /// Checks the URI of a request object: https, and a fragment only if it is the SHA-256 of the
    /// object (OpenID Connect Core 1.0 §6.2).
    fn request_uri(&mut self, text: &str) -> bool {
        let (uri, hash) = match text.split_once('#') {
            Some((uri, hash)) => (uri, Some(hash)),
            None => (text, None),
        };
        let is_hash = |hash: &str| {
            hash.len() == 43
                && hash
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        };
        if text.len() > MAX_REQUEST_URI || !hash.is_none_or(is_hash) {
            self.findings.error(&rule::REQUEST_URI, self.place);
            return false;
        }
        let mut report = Report::new(Role::Other, self.place, self.findings);
        uri::shown(uri, &mut report)
    }

    /// Checks a URI by the rules for redirect URIs, but with the error code for other metadata
    /// (OpenID Connect RP-Initiated Logout 1.0 §3.1).
    fn logout_redirect(&mut self, text: &str) -> bool {
        let rules = Profile::Full.redirect_uri_rules(self.policy);
        let mut scratch = Findings::default();
        let sound = RedirectUri::new(text, &rules, Place::Document, &mut scratch).is_some();
        if !sound {
            let message = match scratch.into_diagnostics().into_iter().next() {
                Some(first) => first.message.into_owned(),
                None => rule::LOGOUT_REDIRECT_URI.message.to_owned(),
            };
            self.findings
                .error_saying(&rule::LOGOUT_REDIRECT_URI, self.place, message);
        }
        sound
    }
}

/// Checks that a value is offered.
pub(super) fn offered(
    text: &str,
    offered: &[&str],
    place: Place<'_>,
    findings: &mut Findings,
) -> bool {
    let known = offered.contains(&text);
    if !known {
        let message = match offered {
            [] => "The value is not offered; none is.".to_owned(),
            offered => format!(
                "The value is not offered; offered are {}.",
                offered.join(", ")
            ),
        };
        findings.error_saying(&rule::VALUE_NOT_OFFERED, place, message);
    }
    known
}
