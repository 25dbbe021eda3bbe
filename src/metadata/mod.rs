//! Client metadata (RFC 7591 §2): what is submitted, and what is registered in its place.

mod extensions;
mod keys;
mod members;
mod profile;
mod registered;
mod relations;
mod scope;
mod site;
mod statement;
mod submitted;
mod text;
mod value;

pub(crate) use self::keys::{KeySet, PublicKey};
pub(crate) use self::profile::{Profile, native};
pub(crate) use self::registered::Registered;
pub(crate) use self::relations::accept;
pub(crate) use self::scope::{Cut, cut, is_scope_token};
pub(crate) use self::submitted::permit;
pub(crate) use self::value::{
    AuthMethod, CONTENT_ENCRYPTION_ALGORITHMS, ENCRYPTION_ALGORITHMS, Extension, GrantType,
    ResponseType, SIGNING_ALGORITHMS,
};

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::{RawValue, to_raw_value};

use self::members::Member;
use self::value::ApplicationType;
use crate::decision::{Due, Fetch};
use crate::diagnostic::Place;
use crate::uri::{self, RedirectUri};

/// A client's registered metadata: whole, consistent, and the same when it is submitted again.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ClientMetadata {
    pub(crate) redirect_uris: Vec<RedirectUri>,
    application_type: Option<ApplicationType>,
    pub(crate) token_endpoint_auth_method: AuthMethod,
    grant_types: Vec<GrantType>,
    response_types: Vec<ResponseType>,
    scope: Option<String>,
    described: Vec<Description>,
    jwks_uri: Option<String>,
    jwks: Option<KeySet>,
}

/// A member that is kept as it stands, once it was found to be sound.
#[derive(Clone, Debug, PartialEq)]
struct Description {
    member: Member,
    /// The language of a human-readable member (RFC 7591 §2.2).
    tag: Option<String>,
    value: Described,
}

#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[serde(untagged)]
enum Described {
    Text(String),
    List(Vec<String>),
    Flag(bool),
    Number(u64),
}

impl ClientMetadata {
    /// What the client has named for the host to fetch (requirements A22).
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

    /// What all who register the same have in common (requirements G5): not the version of the
    /// program, nor the port of a loopback redirect URI, which is another at each start.
    pub(crate) fn shared(&self) -> Box<RawValue> {
        let mut common = self.clone();
        common
            .described
            .retain(|d| d.member != Member::SoftwareVersion);
        for uri in &mut common.redirect_uris {
            uri.text = uri::portless(&uri.text);
        }
        common.to_raw()
    }

    /// As JSON, which is both answered and stored.
    pub(crate) fn to_raw(&self) -> Box<RawValue> {
        to_raw_value(self).expect("the members have string keys, and nothing in them fails")
    }
}

impl Serialize for ClientMetadata {
    /// In a fixed order, what is absent left out.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if !self.redirect_uris.is_empty() {
            map.serialize_entry("redirect_uris", &Texts(&self.redirect_uris))?;
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
        for Description { member, tag, value } in &self.described {
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

impl Fetch {
    /// A client's keys, at its `jwks_uri`.
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

struct Texts<'a>(&'a [RedirectUri]);

impl Serialize for Texts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|uri| &uri.text))
    }
}

struct Names<'a, T>(&'a [T], fn(T) -> &'static str);

impl<T: Copy> Serialize for Names<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|item| (self.1)(*item)))
    }
}
