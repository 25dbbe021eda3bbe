//! The submitted members, each valid by itself.

use crate::diagnostic::{Findings, Place, rule};
use crate::jose::KeySet;
use crate::oauth::{ApplicationType, AuthMethod, GrantType, ResponseType};
use crate::uri::RedirectUri;

use super::described::{Described, Description};
use super::members::Member;

/// The members that a client submitted.
#[derive(Debug, Default)]
pub(super) struct Submitted {
    /// The valid redirect URIs, each with its index in the document.
    pub(super) redirect_uris: Vec<(usize, RedirectUri)>,
    /// Whether the document has a list of redirect URIs that is not empty.
    pub(super) redirects: Redirects,
    pub(super) application_type: Field<ApplicationType>,
    pub(super) auth_method: Field<AuthMethod>,
    pub(super) grant_types: Field<Vec<GrantType>>,
    pub(super) response_types: Field<Vec<ResponseType>>,
    pub(super) scope: Option<String>,
    pub(super) described: Vec<Description>,
    /// The members that are in the document, but are invalid or not offered.
    pub(super) left_out: Vec<Member>,
    pub(super) jwks_uri: Field<String>,
    pub(super) jwks: Field<KeySet>,
}

/// Whether the document has a list of redirect URIs that is not empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Redirects {
    #[default]
    Missing,
    Given,
}

/// A member that other members depend on.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Field<T> {
    /// The member is absent.
    #[default]
    Absent,
    /// The member is invalid and has a finding. Other members are not checked against it, so one
    /// mistake gives one finding.
    Unsound,
    /// The member is valid.
    Sound(T),
}

impl<T> Field<T> {
    pub(super) fn from_sound(value: Option<T>) -> Self {
        value.map_or(Self::Unsound, Self::Sound)
    }

    /// Returns the value, or the default if the member is absent; `None` if it is invalid.
    pub(super) fn or_default(self, default: impl FnOnce() -> T) -> Option<T> {
        match self {
            Self::Absent => Some(default()),
            Self::Unsound => None,
            Self::Sound(value) => Some(value),
        }
    }

    pub(super) fn sound(&self) -> Option<&T> {
        match self {
            Self::Sound(value) => Some(value),
            Self::Absent | Self::Unsound => None,
        }
    }
}

impl Submitted {
    /// Returns the value of a member without a language tag.
    pub(super) fn described(&self, member: Member) -> Option<&Described> {
        let description = self
            .described
            .iter()
            .find(|d| d.member == member && d.tag.is_none());
        description.map(|d| &d.value)
    }

    pub(super) fn keep(&mut self, member: Member, tag: Option<&str>, value: Described) {
        self.described.push(Description {
            member,
            tag: tag.map(str::to_owned),
            value,
        });
    }

    /// Removes a member that has no meaning for this client.
    pub(super) fn leave_out(&mut self, member: Member, findings: &mut Findings) {
        if self.described(member).is_some() {
            self.described.retain(|d| d.member != member);
            findings.note(&rule::MEMBER_WITHOUT_MEANING, Place::top(member.name()));
        }
    }
}
