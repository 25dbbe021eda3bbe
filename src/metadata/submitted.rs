//! What a client asks for, member by member, as far as each is sound by itself.

use crate::diagnostic::{Findings, Place, rule};
use crate::jose::KeySet;
use crate::oauth::{ApplicationType, AuthMethod, GrantType, ResponseType};
use crate::uri::RedirectUri;

use super::described::{Described, Description};
use super::members::Member;

/// What a client asks for.
#[derive(Debug, Default)]
pub(super) struct Submitted {
    /// The redirect URIs that may be registered, each with its index in the document.
    pub(super) redirect_uris: Vec<(usize, RedirectUri)>,
    /// Whether there is a list of redirect URIs with something in it.
    pub(super) redirects: Redirects,
    pub(super) application_type: Field<ApplicationType>,
    pub(super) auth_method: Field<AuthMethod>,
    pub(super) grant_types: Field<Vec<GrantType>>,
    pub(super) response_types: Field<Vec<ResponseType>>,
    pub(super) scope: Option<String>,
    pub(super) described: Vec<Description>,
    /// Members that are there, and unsound or not offered.
    pub(super) left_out: Vec<Member>,
    pub(super) jwks_uri: Field<String>,
    pub(super) jwks: Field<KeySet>,
}

/// Whether there is a list of redirect URIs with something in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Redirects {
    #[default]
    Missing,
    Given,
}

/// A member that others depend on.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Field<T> {
    /// It is not there.
    #[default]
    Absent,
    /// It is there, and a finding says what is wrong with it, so that nothing follows from it.
    Unsound,
    /// It is there.
    Sound(T),
}

impl<T> Field<T> {
    pub(super) fn from_sound(value: Option<T>) -> Self {
        value.map_or(Self::Unsound, Self::Sound)
    }

    /// What is there, or else this; `None` if what is there is unsound.
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
    /// The value of a member, in no particular language.
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

    /// Drops a member that has no meaning for this client.
    pub(super) fn leave_out(&mut self, member: Member, findings: &mut Findings) {
        if self.described(member).is_some() {
            self.described.retain(|d| d.member != member);
            findings.note(&rule::MEMBER_WITHOUT_MEANING, Place::top(member.name()));
        }
    }
}
