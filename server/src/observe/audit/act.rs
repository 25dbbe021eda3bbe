//! What administrators did to keys, accounts and permissions, and who signed in.

use gatepost_plugin::Caller;
use serde::{Deserialize, Serialize};

use super::line::Asker;

/// Something that somebody did, or was refused, and that is no decision of the plugin's.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Act {
    /// Seconds since 1970.
    pub at: u64,
    /// What the request is known by in the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// What it was.
    pub act: Deed,
    /// Whether it was done.
    pub done: bool,
    /// Who did it.
    pub by: Asker,
    /// What it was done to: an account's name, or an API key's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What that may do from now on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<String>,
    /// What else there is to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Who works on the data folder itself.
const COMMAND_LINE: &str = "command-line";

/// What somebody did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "their names say what they are")]
pub enum Deed {
    FirstStart,
    SignIn,
    KeyMade,
    KeyRevoked,
    AccountMade,
    AccountRemoved,
    AccountSignedOut,
    GrantEnded,
    PasswordChanged,
    PermissionsChanged,
    Imported,
}

impl Deed {
    /// The name in the log.
    pub fn name(self) -> String {
        let value = serde_json::to_value(self).unwrap_or_default();
        value.as_str().unwrap_or_default().to_owned()
    }
}

impl Act {
    /// Something that was done over HTTP.
    pub fn by(caller: &Caller, act: Deed, now: u64) -> Self {
        Self::new(Asker::of(caller), act, now)
    }

    /// Something that was done on the command line, by whoever can read the data folder.
    pub fn on_command_line(act: Deed, now: u64) -> Self {
        let by = Asker {
            credential: COMMAND_LINE.to_owned(),
            ..Asker::default()
        };
        Self::new(by, act, now)
    }

    fn new(by: Asker, act: Deed, now: u64) -> Self {
        Self {
            at: now,
            request: None,
            act,
            done: true,
            by,
            subject: None,
            permissions: Vec::new(),
            note: None,
        }
    }

    /// Whether a stranger, or a user who may do nothing else, cannot bring it about.
    pub(super) fn is_administration(&self) -> bool {
        let is_of_anybody = matches!(
            self.act,
            Deed::SignIn | Deed::GrantEnded | Deed::AccountSignedOut
        );
        let may_more = |name: &String| name != "authenticate";
        let is_command = self.by.credential == COMMAND_LINE;
        self.done && (is_command || !is_of_anybody || self.by.permissions.iter().any(may_more))
    }

    /// The same, to somebody or something.
    #[must_use]
    pub fn to(self, subject: impl Into<String>) -> Self {
        Self {
            subject: Some(subject.into()),
            ..self
        }
    }

    /// The same, that lets it do this.
    #[must_use]
    pub fn allowing<P: AsRef<str>>(self, permissions: impl IntoIterator<Item = P>) -> Self {
        let permissions = permissions.into_iter();
        Self {
            permissions: permissions.map(|p| p.as_ref().to_owned()).collect(),
            ..self
        }
    }

    /// The same, and something else to say.
    #[must_use]
    pub fn noting(self, note: impl Into<String>) -> Self {
        Self {
            note: Some(note.into()),
            ..self
        }
    }

    /// The same, but it was refused.
    #[must_use]
    pub fn refused(self) -> Self {
        Self {
            done: false,
            ..self
        }
    }
}
