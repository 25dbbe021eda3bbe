//! Accounts and API keys.

use crate::permission::Permission;
use crate::secret::SecretHash;

/// Whether an account can be called so: from 1 to 255 bytes, and no control characters.
pub fn is_account_name(name: &str) -> bool {
    (1..=255).contains(&name.len()) && !name.chars().any(char::is_control)
}

/// Whether an API key can be called so: from 1 to 100 characters, and no control characters.
pub fn is_key_name(name: &str) -> bool {
    (1..=100).contains(&name.chars().count()) && !name.chars().any(char::is_control)
}

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
    /// Its place in the list of all accounts.
    pub place: NamePlace,
    /// What of it cannot be read, if something cannot: text that is no UTF-8, which is shown with a mark in place of
    /// what is damaged.
    pub unreadable: Option<String>,
}

/// A place in the list of all accounts, which is in the order of their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamePlace(pub(crate) Vec<u8>);

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
    /// Whether what it granted stays, although the password is new.
    pub keeps_grants: bool,
}

/// How much of an account was ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// How many browsers are signed out.
    pub sessions: u64,
    /// How many grants have ended, with their tokens.
    pub grants: u64,
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
    /// The account whose key it is: the one it acts for, or that of who made it. A key of the command line may have
    /// none.
    pub owner: Option<AccountId>,
    /// What the key allows now: no more than its owner may do now.
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
    /// The name of the account whose key it is, if it is anybody's.
    pub owner: Option<String>,
    /// The key that it was made with, if it was made with one.
    pub made_with: Option<KeyId>,
    /// What the key was made for.
    pub permissions: Vec<String>,
    /// What of that it allows now, because its owner may do so; nothing if its owner may not sign in.
    pub allowed: Vec<String>,
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
    /// What of it cannot be read, if something cannot: text that is no UTF-8, which is shown with a mark in place of
    /// what is damaged.
    pub unreadable: Option<String>,
}

/// An API key to be added.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// What is kept of the key itself.
    pub hash: SecretHash,
    /// What the key is for, in its owner's words.
    pub name: String,
    /// The name of the account the key acts for. Unless the key has an owner, the account is made if there is none of
    /// that name, and gets the permissions of the key.
    pub account: Option<String>,
    /// The account of who makes the key. It ends with that account, and allows no more than the account may do. `None`
    /// on the command line: then the key is the account's that it acts for.
    pub owner: Option<AccountId>,
    /// The key that it is made with. It ends when that one is revoked.
    pub made_with: Option<KeyId>,
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
