//! Reads the registered metadata in a record, as far as decisions about a client's use need them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::facts::Misuse;
use crate::oauth::{AuthMethod, GrantType, ResponseType};
use crate::text::ProtectedNames;

/// The registered metadata of a client. They were valid when they were registered.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Registered<'a> {
    #[serde(borrow, default)]
    pub(crate) redirect_uris: Vec<Cow<'a, str>>,
    pub(crate) token_endpoint_auth_method: AuthMethod,
    #[serde(default)]
    pub(crate) grant_types: Vec<GrantType>,
    #[serde(default)]
    pub(crate) response_types: Vec<ResponseType>,
    /// The scope tokens, separated by spaces. No token has a character that JSON escapes.
    #[serde(borrow, default)]
    pub(crate) scope: &'a str,
    #[serde(borrow, default)]
    pub(crate) jwks: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(crate) jwks_uri: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(crate) token_endpoint_auth_signing_alg: Option<Cow<'a, str>>,
    #[serde(default)]
    pub(crate) require_pushed_authorization_requests: bool,
}

impl<'a> Registered<'a> {
    /// Reads the metadata of a record.
    pub(crate) fn read(metadata: &'a RawValue) -> Result<Self, Misuse> {
        serde_json::from_str(metadata.get()).map_err(|_| Misuse::RecordUnreadable)
    }
}

/// Returns the metadata without the names that are protected by now; `None` if none is. The names
/// were allowed when they were registered.
pub(crate) fn without_protected_names(
    metadata: &RawValue,
    protected: &ProtectedNames,
) -> Result<Option<String>, Misuse> {
    let read = serde_json::from_str::<BTreeMap<String, &RawValue>>(metadata.get());
    let mut members = read.map_err(|_| Misuse::RecordUnreadable)?;
    let before = members.len();
    members.retain(|member, value| {
        // RFC 7591 §2.2
        let is_name = member.split('#').next() == Some("client_name");
        let name = || serde_json::from_str::<String>(value.get());
        !(is_name && name().is_ok_and(|name| protected.are_imitated_by(&name)))
    });
    let is_less = members.len() < before;
    let written = is_less.then(|| serde_json::to_string(&members));
    written.transpose().map_err(|_| Misuse::RecordUnreadable)
}
