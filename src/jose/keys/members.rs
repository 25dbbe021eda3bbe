//! Reads the members of a key by their types. `null` means absent.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::diagnostic::{Findings, Place, rule};
use crate::document::{Json, Object, wrong_type};

/// A value is invalid, and a finding about it was reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unsound;

/// The members of one submitted key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Members<'a> {
    pub(super) key: &'a Object<'a>,
    pub(super) place: Place<'a>,
}

impl<'a> Members<'a> {
    pub(super) fn value(&self, name: &str) -> Option<&'a Json<'a>> {
        self.key.member(name).filter(|value| **value != Json::Null)
    }

    pub(super) fn text(
        &self,
        name: &str,
        findings: &mut Findings,
    ) -> Result<Option<&'a str>, Unsound> {
        match self.value(name) {
            None => Ok(None),
            Some(Json::Text(text)) => Ok(Some(text)),
            Some(_) => {
                wrong_type(findings, self.place.member(name), "a string");
                Err(Unsound)
            }
        }
    }

    pub(super) fn list(
        &self,
        name: &str,
        findings: &mut Findings,
    ) -> Result<Option<&'a [Json<'a>]>, Unsound> {
        match self.value(name) {
            None => Ok(None),
            Some(Json::Array(items)) => Ok(Some(items)),
            Some(_) => {
                wrong_type(findings, self.place.member(name), "an array of strings");
                Err(Unsound)
            }
        }
    }

    /// Reads octets in base64url (RFC 7515 §2). Only the canonical encoding is accepted.
    pub(super) fn octets(
        &self,
        name: &str,
        findings: &mut Findings,
    ) -> Result<Option<Vec<u8>>, Unsound> {
        let Some(text) = self.text(name, findings)? else {
            return Ok(None);
        };
        match URL_SAFE_NO_PAD.decode(text) {
            Ok(octets) => Ok(Some(octets)),
            Err(_) => {
                findings.error(&rule::JWK_ENCODING, self.place.member(name));
                Err(Unsound)
            }
        }
    }

    /// Returns the value of a member that the type of the key requires (RFC 7518 §6, RFC 8037 §2).
    pub(super) fn required<T>(
        &self,
        name: &str,
        read: Result<Option<T>, Unsound>,
        findings: &mut Findings,
    ) -> Result<T, Unsound> {
        read?.ok_or_else(|| {
            findings.error(&rule::JWK_MEMBER_MISSING, self.place.member(name));
            Unsound
        })
    }
}
