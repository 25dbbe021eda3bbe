//! The registered metadata, their order in JSON, and the documents in them that a host may have to
//! fetch.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::{RawValue, Value, to_raw_value};

use crate::decision::{Due, Fetch};
use crate::diagnostic::Place;
use crate::facts::Misuse;
use crate::jose::KeySet;
use crate::oauth::{ApplicationType, AuthMethod, GrantType, ResponseType};
use crate::uri::{self, RedirectUri};

use super::described::{Described, Description};
use super::members::Member;

/// The registered metadata of a client. They are complete and consistent, and the same if they are
/// submitted again.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ClientMetadata {
    pub(crate) redirect_uris: Vec<RedirectUri>,
    pub(super) application_type: Option<ApplicationType>,
    pub(crate) token_endpoint_auth_method: AuthMethod,
    pub(super) grant_types: Vec<GrantType>,
    pub(super) response_types: Vec<ResponseType>,
    pub(super) scope: Option<String>,
    pub(super) described: Vec<Description>,
    pub(super) jwks_uri: Option<String>,
    pub(super) jwks: Option<KeySet>,
}

impl ClientMetadata {
    /// Returns the documents that the client has named by URI (requirements A22).
    pub(crate) fn fetches(&self) -> Vec<Fetch> {
        let mut fetches = Vec::new();
        if let Some(uri) = &self.jwks_uri {
            fetches.push(Fetch::of_keys(uri, Due::OnUse));
        }
        for description in &self.described {
            match (description.member, &description.value) {
                (member @ Member::SectorIdentifierUri, Described::Text(uri)) => {
                    fetches.push(fetch(uri, member, None, Due::BeforeEffect));
                }
                (member @ Member::RequestUris, Described::List(uris)) => {
                    for (index, uri) in uris.iter().enumerate() {
                        fetches.push(fetch(uri, member, Some(index), Due::OnUse));
                    }
                }
                _ => {}
            }
        }
        fetches
    }

    pub(crate) fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }

    /// Returns what equal registrations have in common (requirements G5): everything except the
    /// version of the program, and the ports of loopback redirect URIs, which change at each start
    /// of the program.
    pub(crate) fn shared(&self) -> Box<RawValue> {
        to_raw(&InCommon(self))
    }

    /// Whether an approval of registered metadata is one of these, too: nothing differs but what nobody
    /// judges a client by (its keys, the version of the program, and ports of loopback redirect URIs),
    /// and redirect URIs that were left out.
    pub(crate) fn is_covered_by(&self, approved: &RawValue) -> Result<bool, Misuse> {
        let (here, targets) = judged(&self.to_raw())?;
        let (there, approved_targets) = judged(approved)?;
        Ok(here == there && targets.is_subset(&approved_targets))
    }

    /// Returns the metadata as JSON, as they are in the response and in the record.
    pub(crate) fn to_raw(&self) -> Box<RawValue> {
        to_raw(self)
    }

    /// Writes the members in a fixed order, without absent ones.
    fn write<'a, S: Serializer>(
        &self,
        serializer: S,
        redirect_uris: &impl Serialize,
        described: impl Iterator<Item = &'a Description>,
    ) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if !self.redirect_uris.is_empty() {
            map.serialize_entry("redirect_uris", redirect_uris)?;
        }
        if let Some(application_type) = self.application_type {
            map.serialize_entry("application_type", application_type.name())?;
        }
        map.serialize_entry(
            "token_endpoint_auth_method",
            self.token_endpoint_auth_method.name(),
        )?;
        map.serialize_entry("grant_types", &Names(&self.grant_types, GrantType::name))?;
        map.serialize_entry(
            "response_types",
            &Names(&self.response_types, ResponseType::name),
        )?;
        if let Some(scope) = &self.scope {
            map.serialize_entry("scope", scope)?;
        }
        for Description { member, tag, value } in described {
            match tag {
                None => map.serialize_entry(member.name(), value)?,
                Some(tag) => map.serialize_entry(&format!("{}#{tag}", member.name()), value)?,
            }
        }
        if let Some(jwks_uri) = &self.jwks_uri {
            map.serialize_entry("jwks_uri", jwks_uri)?;
        }
        if let Some(jwks) = &self.jwks {
            map.serialize_entry("jwks", jwks)?;
        }
        map.end()
    }
}

fn to_raw(metadata: &impl Serialize) -> Box<RawValue> {
    to_raw_value(metadata).expect("the members have string keys, and nothing in them fails")
}

/// Returns what an administrator judges a client by: its members, and its redirect URIs apart from them.
fn judged(metadata: &RawValue) -> Result<(BTreeMap<String, Value>, BTreeSet<String>), Misuse> {
    let read = serde_json::from_str(metadata.get());
    let mut members: BTreeMap<String, Value> = read.map_err(|_| Misuse::RecordUnreadable)?;
    // The type follows from the redirect URIs.
    let unjudged = ["application_type", "jwks", "jwks_uri", "software_version"];
    members.retain(|name, _| !unjudged.contains(&&**name));
    let uris = members.remove("redirect_uris").unwrap_or_default();
    let uris = uris.as_array().map(Vec::as_slice).unwrap_or_default();
    let uris = uris.iter().filter_map(Value::as_str);
    Ok((members, uris.map(uri::common_spelling).collect()))
}

impl Serialize for ClientMetadata {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let redirect_uris = Texts(&self.redirect_uris, |uri| Cow::Borrowed(uri));
        self.write(serializer, &redirect_uris, self.described.iter())
    }
}

/// What equal registrations have in common.
struct InCommon<'a>(&'a ClientMetadata);

impl Serialize for InCommon<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(metadata) = self;
        let redirect_uris = Texts(&metadata.redirect_uris, |uri| {
            Cow::Owned(uri::common_spelling(uri))
        });
        let described = metadata.described.iter();
        let described = described.filter(|d| d.member != Member::SoftwareVersion);
        metadata.write(serializer, &redirect_uris, described)
    }
}

impl Fetch {
    /// Makes the fetch of a client's keys from its `jwks_uri`.
    pub(crate) fn of_keys(uri: &str, due: Due) -> Self {
        fetch(uri, Member::JwksUri, None, due)
    }
}

fn fetch(uri: &str, member: Member, index: Option<usize>, due: Due) -> Fetch {
    let member = Place::top(member.name());
    Fetch {
        uri: uri.to_owned(),
        pointer: match index {
            Some(index) => member.item(index).pointer(),
            None => member.pointer(),
        },
        due,
        max_bytes: 65_536,
        timeout: 5,
    }
}

struct Texts<'a>(&'a [RedirectUri], fn(&str) -> Cow<'_, str>);

impl Serialize for Texts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|uri| (self.1)(&uri.text)))
    }
}

struct Names<'a, T>(&'a [T], fn(T) -> &'static str);

impl<T: Copy> Serialize for Names<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|item| (self.1)(*item)))
    }
}
