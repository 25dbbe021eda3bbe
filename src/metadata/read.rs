//! Reads the members of a document one by one, each by its own type and rules. `relations` checks
//! them against each other.

use crate::config::Policy;
use crate::diagnostic::{Findings, Place, Role, Rule, rule};
use crate::document::{Json, Object, wrong_type};
use crate::jose::{KeyRules, KeySet};
use crate::oauth::{ApplicationType, AuthMethod, GrantType, ResponseType};
use crate::text;
use crate::uri::{self, RedirectUri, Report};

use super::by_kind;
use super::described::Described;
use super::members::{Member, is_language_tag};
use super::profile::Profile;
use super::redirects::permit;
use super::submitted::{Field, Redirects, Submitted};

/// The maximum number of members with a language tag.
const MAX_LOCALISED: usize = 64;

/// The maximum number of contacts (requirements A17), and the maximum length of each, in
/// characters.
const MAX_CONTACTS: usize = 10;
const MAX_CONTACT_LENGTH: u64 = 320;

/// Reads the members of a submitted document.
pub(super) fn read(
    document: &Object<'_>,
    profile: Profile,
    policy: &Policy,
    findings: &mut Findings,
) -> Submitted {
    let mut reader = Reader {
        submitted: Submitted::default(),
        localised: 0,
        profile,
        policy,
        findings,
    };
    for (name, value) in document.iter() {
        // RFC 7592 §2.2: `null` means absent.
        if *value != Json::Null {
            reader.member(name, value);
        }
    }
    reader.submitted
}

struct Reader<'a> {
    submitted: Submitted,
    localised: usize,
    profile: Profile,
    policy: &'a Policy,
    findings: &'a mut Findings,
}

impl Reader<'_> {
    fn member(&mut self, name: &str, value: &Json<'_>) {
        let place = Place::top(name);
        let (base, tag) = match name.split_once('#') {
            Some((base, tag)) => (base, Some(tag)),
            None => (name, None),
        };
        // Unknown members are ignored (RFC 7591 §2). Members that only a server sets, such as
        // `client_id`, are among them.
        let Some(member) = Member::named(base) else {
            return;
        };
        if let Some(tag) = tag {
            if member.is_human_readable() && is_language_tag(tag) {
                self.localised(member, tag, value, place);
            }
            return;
        }
        match member {
            Member::RedirectUris => self.redirect_uris(value, place),
            Member::ApplicationType => {
                let named = self.one_of(value, place, ApplicationType::named, |findings| {
                    let types = ApplicationType::ALL.map(ApplicationType::name).join(" or ");
                    let message = format!("application_type must be {types}.");
                    findings.error_saying(&rule::APPLICATION_TYPE_VALUE, place, message);
                });
                self.submitted.application_type = Field::from_sound(named);
            }
            Member::TokenEndpointAuthMethod => {
                let offered = &self.policy.auth_methods;
                let named = self.one_of(
                    value,
                    place,
                    |name| AuthMethod::named(name).filter(|m| offered.contains(m)),
                    |findings| auth_method_not_offered(offered, place, findings),
                );
                self.submitted.auth_method = Field::from_sound(named);
            }
            Member::GrantTypes => {
                let offered = &self.policy.grant_types;
                let names = self.some_of(
                    value,
                    place,
                    |name| GrantType::named(name).filter(|g| offered.contains(g)),
                    |findings, place| grant_type_not_offered(offered, place, findings),
                );
                if names.as_ref().is_some_and(Vec::is_empty) {
                    self.findings.error(&rule::GRANT_TYPES_EMPTY, place);
                }
                self.submitted.grant_types = Field::from_sound(names.filter(|n| !n.is_empty()));
            }
            Member::ResponseTypes => {
                let names = self.some_of(value, place, ResponseType::named, |findings, place| {
                    findings.error_saying(
                        &rule::RESPONSE_TYPE_NOT_OFFERED,
                        place,
                        "The response type is not offered; offered is code.".to_owned(),
                    );
                });
                self.submitted.response_types = Field::from_sound(names);
            }
            Member::Scope => {
                self.submitted.scope = self.text(value, place).map(str::to_owned);
            }
            Member::Contacts => self.contacts(value, place),
            Member::JwksUri if by_kind::is_left_empty(value, place, self.policy, self.findings) => {
            }
            Member::JwksUri => {
                let uri = self.uri(value, place);
                self.submitted.jwks_uri = Field::from_sound(uri);
            }
            Member::Jwks => {
                let rules = KeyRules {
                    max_keys: self.policy.max_keys,
                };
                let keys = KeySet::new(value, &rules, place, self.findings);
                self.submitted.jwks = Field::from_sound(keys);
            }
            // The statement was read before all other members.
            Member::SoftwareStatement => {}
            _ => self.describe(member, None, value, place),
        }
    }

    fn redirect_uris(&mut self, value: &Json<'_>, place: Place<'_>) {
        let Json::Array(items) = value else {
            self.submitted.redirects = Redirects::Given;
            self.findings.error(&rule::REDIRECT_URIS_TYPE, place);
            return;
        };
        if items.is_empty() {
            return;
        }
        self.submitted.redirects = Redirects::Given;
        let most = usize::try_from(self.policy.max_redirect_uris).unwrap_or(usize::MAX);
        if items.len() > most {
            self.findings.error_saying(
                &rule::REDIRECT_URIS_TOO_MANY,
                place,
                format!("There are more than {most} redirect URIs."),
            );
            return;
        }
        let rules = self.profile.redirect_uri_rules(self.policy);
        for (index, item) in items.iter().enumerate() {
            let place = place.item(index);
            let Json::Text(text) = item else {
                self.findings.error(&rule::REDIRECT_URIS_TYPE, place);
                continue;
            };
            let registered = &mut self.submitted.redirect_uris;
            if registered
                .iter()
                .any(|(_, known)| uri::is_same(&known.text, text))
            {
                self.findings.note(&rule::REDIRECT_URI_DUPLICATE, place);
            } else if let Some(uri) = RedirectUri::new(text, &rules, place, self.findings) {
                // An administrator can register any scheme and host.
                if self.profile != Profile::Administrator {
                    permit(&uri.text, self.policy, place, self.findings);
                }
                self.submitted.redirect_uris.push((index, uri));
            }
        }
    }

    /// Reads a human-readable member in one language (requirements A19).
    fn localised(&mut self, member: Member, tag: &str, value: &Json<'_>, place: Place<'_>) {
        self.localised += 1;
        if self.localised == MAX_LOCALISED + 1 {
            self.findings.error_saying(
                &rule::DOCUMENT_TOO_MANY_MEMBERS,
                Place::Document,
                format!("More than {MAX_LOCALISED} members have a language tag."),
            );
        }
        if self.localised > MAX_LOCALISED {
            return;
        }
        let twice = self.submitted.described.iter().any(|d| {
            d.member == member && d.tag.as_ref().is_some_and(|t| t.eq_ignore_ascii_case(tag))
        });
        if twice {
            self.findings.error(&rule::MEMBER_DUPLICATE, place);
        } else {
            self.describe(member, Some(tag), value, place);
        }
    }

    /// Reads a member that has only the rules of its kind.
    fn describe(&mut self, member: Member, tag: Option<&str>, value: &Json<'_>, place: Place<'_>) {
        let described = match member {
            Member::ClientName => self
                .text(value, place)
                .and_then(|t| text::shown(t, self.policy.max_name_length, place, self.findings))
                .filter(|name| {
                    // An administrator registers the client that really has the name.
                    let protected = &self.policy.protected_names;
                    self.profile == Profile::Administrator
                        || protected.permit(name, place, self.findings)
                })
                .map(Described::Text),
            _ => by_kind::read(
                member,
                value,
                place,
                self.profile,
                self.policy,
                self.findings,
            ),
        };
        match described {
            Some(described) => self.submitted.keep(member, tag, described),
            None => self.submitted.left_out.push(member),
        }
    }

    fn contacts(&mut self, value: &Json<'_>, place: Place<'_>) {
        let Json::Array(items) = value else {
            wrong_type(self.findings, place, "an array of strings");
            return;
        };
        if items.len() > MAX_CONTACTS {
            self.findings.error(&rule::CONTACTS_TOO_MANY, place);
            return;
        }
        let mut contacts = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let place = place.item(index);
            let contact = self
                .text(item, place)
                .and_then(|t| text::shown(t, MAX_CONTACT_LENGTH, place, self.findings));
            match contact {
                Some(contact) if text::is_contact(&contact) => contacts.push(contact),
                Some(_) => self.findings.error(&rule::CONTACT_SYNTAX, place),
                None => {}
            }
        }
        if !contacts.is_empty() {
            self.submitted
                .keep(Member::Contacts, None, Described::List(contacts));
        }
    }

    fn uri(&mut self, value: &Json<'_>, place: Place<'_>) -> Option<String> {
        let text = self.text(value, place)?;
        let mut report = Report::new(Role::Other, place, self.findings);
        uri::shown(text, &mut report).then(|| text.to_owned())
    }

    fn text<'v>(&mut self, value: &'v Json<'_>, place: Place<'_>) -> Option<&'v str> {
        match value {
            Json::Text(text) => Some(text),
            _ => {
                wrong_type(self.findings, place, "a string");
                None
            }
        }
    }

    fn one_of<T>(
        &mut self,
        value: &Json<'_>,
        place: Place<'_>,
        named: impl Fn(&str) -> Option<T>,
        refuse: impl Fn(&mut Findings),
    ) -> Option<T> {
        let item = named(self.text(value, place)?);
        if item.is_none() {
            refuse(self.findings);
        }
        item
    }

    /// Reads a list of names, and leaves out duplicates.
    fn some_of<T: PartialEq>(
        &mut self,
        value: &Json<'_>,
        place: Place<'_>,
        named: impl Fn(&str) -> Option<T>,
        refuse: impl Fn(&mut Findings, Place<'_>),
    ) -> Option<Vec<T>> {
        let Json::Array(items) = value else {
            wrong_type(self.findings, place, "an array of strings");
            return None;
        };
        let mut list = Vec::with_capacity(items.len().min(8));
        let mut sound = true;
        for (index, item) in items.iter().enumerate() {
            let place = place.item(index);
            let refuse = |findings: &mut Findings| refuse(findings, place);
            match self.one_of(item, place, &named, refuse) {
                Some(item) if !list.contains(&item) => list.push(item),
                Some(_) => {}
                None => sound = false,
            }
        }
        sound.then_some(list)
    }
}

pub(super) fn auth_method_not_offered(
    offered: &[AuthMethod],
    place: Place<'_>,
    findings: &mut Findings,
) {
    let names = offered.iter().map(|m| m.name());
    not_offered(&rule::AUTH_METHOD_NOT_OFFERED, names, place, findings);
}

pub(super) fn grant_type_not_offered(
    offered: &[GrantType],
    place: Place<'_>,
    findings: &mut Findings,
) {
    let names = offered.iter().map(|g| g.name());
    not_offered(&rule::GRANT_TYPE_NOT_OFFERED, names, place, findings);
}

fn not_offered(
    rule: &'static Rule,
    offered: impl Iterator<Item = &'static str>,
    place: Place<'_>,
    findings: &mut Findings,
) {
    let offered = Vec::from_iter(offered).join(", ");
    let message = format!(
        "{}; offered are {offered}.",
        rule.message.trim_end_matches('.')
    );
    findings.error_saying(rule, place, message);
}

#[cfg(test)]
mod tests {
    use crate::document::Limits;
    use crate::{config, document, metadata};

    use super::*;

    #[test]
    fn every_language_is_judged() {
        let settings = "[oauth.client-registration]\nprotected-names = ['Example Mail', 'admin']\n";
        let policy = config::compile(settings).unwrap().policy;
        let submitted = r#"{
            "redirect_uris": ["http://127.0.0.1/cb"],
            "client_name": "Exаmple-Mail",
            "client_name#de": "Post",
            "client_name#ja-Jpan-JP": "ＡＤＭＩＮ メール",
            "software_id": "admin"
        }"#;
        let limits: Limits = policy.document_limits();
        let mut findings = Findings::default();
        let document = document::read(submitted.as_bytes(), &limits, &mut findings).unwrap();
        let accepted = metadata::accept(
            &document,
            metadata::Profile::Full,
            0,
            &policy,
            &mut findings,
        );
        assert!(accepted.is_none());
        let found = findings.into_diagnostics();
        let found: Vec<_> = found.iter().map(|d| (d.code, d.pointer.as_str())).collect();
        assert_eq!(
            found,
            [
                ("client-name-protected", "/client_name"),
                ("client-name-protected", "/client_name#ja-Jpan-JP"),
            ]
        );
    }
}
