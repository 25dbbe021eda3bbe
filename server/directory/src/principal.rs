//! Accounts and API keys.

use crate::permission::Permission;
use crate::secret::SecretHash;

/// The number of an account in this directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AccountId(pub(crate) i64);

/// An account, as far as a decision needs to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The account's number.
    pub id: AccountId,
    /// The account's name.
    pub name: String,
    /// What it may do, by name.
    pub permissions: Vec<String>,
}

/// An account as it is managed, and as it signs in.
#[derive(Clone)]
pub struct AccountEntry {
    /// Who it is.
    pub account: Account,
    /// The password's hash (a PHC string); without one, nobody can sign in.
    pub password_hash: Option<String>,
    /// Seconds since 1970.
    pub created_at: u64,
    /// How many clients it registered that still exist.
    pub clients: u64,
}

/// The hash does not show itself.
impl std::fmt::Debug for AccountEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccountEntry")
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}

/// An account to be added.
#[derive(Clone)]
pub struct NewAccount {
    /// Its name.
    pub name: String,
    /// The hash of its password (a PHC string).
    pub password_hash: String,
    /// What it may do.
    pub permissions: Vec<Permission>,
    /// Seconds since 1970.
    pub created_at: u64,
}

/// What is to be changed of an account.
#[derive(Clone, Default)]
pub struct AccountChange {
    /// The hash of its password (a PHC string); `None` leaves it as it is.
    pub password_hash: Option<String>,
    /// What it may do; `None` leaves it as it is.
    pub permissions: Option<Vec<Permission>>,
}

/// The number of an API key in this directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyId(pub(crate) i64);

impl KeyId {
    /// The number. It is no secret.
    pub const fn number(self) -> i64 {
        self.0
    }

    /// The key with this number, if there is one.
    pub const fn numbered(number: i64) -> Self {
        Self(number)
    }
}

/// An API key that is live.
#[derive(Clone, Debug)]
pub struct Key {
    /// The key's number.
    pub id: KeyId,
    /// The account the key acts for.
    pub account: Option<Account>,
    /// What the key allows.
    pub permissions: Vec<String>,
    /// What may be registered with it, in the plugin's JSON.
    pub terms: Option<String>,
    /// When it ends, in seconds since 1970.
    pub expires_at: Option<u64>,
}

/// An API key as it is listed.
#[derive(Clone, Debug)]
pub struct KeyEntry {
    /// The key's number.
    pub id: KeyId,
    /// What the key is for, in its owner's words.
    pub name: String,
    /// The name of the account the key acts for.
    pub account: Option<String>,
    /// What the key allows.
    pub permissions: Vec<String>,
    /// What may be registered with it, in the plugin's JSON.
    pub terms: Option<String>,
    /// How many clients were registered with it in all.
    pub registrations: u64,
    /// Seconds since 1970.
    pub created_at: u64,
    /// Seconds since 1970, if the key expires.
    pub expires_at: Option<u64>,
    /// Seconds since 1970, if it was revoked.
    pub revoked_at: Option<u64>,
    /// When it was last used, in seconds since 1970, to within [`LAST_USE_PRECISION`].
    pub last_used_at: Option<u64>,
}

/// An API key to be added.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// What is kept of the key itself.
    pub hash: SecretHash,
    /// What the key is for, in its owner's words.
    pub name: String,
    /// The name of the account the key acts for.
    pub account: Option<String>,
    /// What the key allows.
    pub permissions: Vec<Permission>,
    /// What may be registered with it, in JSON that the plugin has checked.
    pub terms: Option<String>,
    /// Seconds since 1970.
    pub created_at: u64,
    /// Seconds since 1970, if the key expires.
    pub expires_at: Option<u64>,
}

/// How exactly the last use of an API key and of a client is noted, in seconds: reading would be
/// writing otherwise.
pub const LAST_USE_PRECISION: u64 = 60;
