//! What users have let clients do: grants and the tokens that stand for them, and browsers that
//! signed in.

use crate::principal::{Account, AccountId};
use crate::secret::SecretHash;

/// What is done in the transaction of a decision that was accepted.
#[derive(Clone, Debug)]
pub enum Change {
    /// A user, or the server for the client itself, grants something: the client has been used and,
    /// if there is a user, authorised. If one of the tokens was issued already, nothing is done:
    /// [`DirectoryError::GrantedBefore`](crate::DirectoryError::GrantedBefore).
    Grant {
        /// What is granted.
        grant: NewGrant,
        /// What stands for it.
        tokens: Vec<NewToken>,
    },
    /// A user agrees to what a device asks for (RFC 8628 §3.3): the device code stands for the grant
    /// now. Nothing is done if nobody is waiting with this code.
    ApproveDevice {
        /// The code that the user was shown by the device.
        user_code: SecretHash,
        /// What is granted.
        grant: NewGrant,
    },
    /// An administrator disabled a client, or enabled it: what the list says of it.
    Disable {
        /// Which.
        client_id: String,
        /// Whether it is disabled now.
        is_disabled: bool,
    },
    /// A client was deleted, and a record stays that denies it: its grants end as if the record was
    /// [removed](gatepost_plugin::Effect::Remove).
    EndGrants {
        /// Which.
        client_id: String,
    },
}

/// Something to be granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewGrant {
    /// To whom. It need not be a client that is registered.
    pub client_id: String,
    /// By whom; `None` if the client acts for itself (RFC 6749 §4.4).
    pub account: Option<AccountId>,
    /// What: scopes with a space between them.
    pub scope: String,
    /// Where: resource indicators (RFC 8707) with a space between them.
    pub resources: String,
    /// Seconds since 1970.
    pub created_at: u64,
}

/// The number of a grant in this directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GrantId(pub(crate) i64);

impl GrantId {
    /// The number. It is no secret.
    pub const fn number(self) -> i64 {
        self.0
    }

    /// The grant with this number, if there is one.
    pub const fn numbered(number: i64) -> Self {
        Self(number)
    }
}

/// What was granted. It ends when its client is removed, or its account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The grant's number.
    pub id: GrantId,
    /// To whom.
    pub client_id: String,
    /// By whom.
    pub account: Option<Account>,
    /// What: scopes with a space between them.
    pub scope: String,
    /// Where: resource indicators with a space between them.
    pub resources: String,
    /// Seconds since 1970.
    pub created_at: u64,
    /// When a token of it was last issued, in seconds since 1970.
    pub last_used_at: u64,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// An authorization code: good for one use.
    Code,
    /// A device code that a user has agreed to: good for one use.
    DeviceCode,
    /// An access token.
    Access,
    /// A refresh token: good for one use, which gives a new one.
    Refresh,
}

impl Token {
    /// Whether the directory has to be told that it was presented.
    pub fn is_awaited(&self, now: u64) -> bool {
        self.predecessor_repeatable_until
            .is_some_and(|until| now < until)
    }
}

impl TokenKind {
    const ALL: [Self; 4] = [Self::Code, Self::DeviceCode, Self::Access, Self::Refresh];

    /// The name it is kept under.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::DeviceCode => "device-code",
            Self::Access => "access",
            Self::Refresh => "refresh",
        }
    }

    /// The kind that is kept under a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A token to be issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// What is kept of the token itself.
    pub hash: SecretHash,
    /// What it is.
    pub kind: TokenKind,
    /// What the program has to know of it again, such as a code's PKCE challenge.
    pub data: String,
    /// Seconds since 1970.
    pub issued_at: u64,
    /// Seconds since 1970.
    pub expires_at: u64,
}

impl NewToken {
    /// How many access tokens of a grant may stay when these are issued.
    pub(crate) fn room_for_access(issued: &[Self]) -> i64 {
        let issued = issued
            .iter()
            .filter(|token| token.kind == TokenKind::Access);
        let issued = i64::try_from(issued.count()).unwrap_or(i64::MAX);
        MOST_ACCESS_TOKENS.saturating_sub(issued).max(0)
    }
}

/// A token that was issued and has not been forgotten: it may have expired, or been spent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// What was to be known of it again.
    pub data: String,
    /// Seconds since 1970.
    pub issued_at: u64,
    /// Seconds since 1970.
    pub expires_at: u64,
    /// Whether it has had its one use.
    pub is_spent: bool,
    /// Until when the refresh token that it was issued for may be exchanged once more, in seconds since
    /// 1970. [`Directory::present`](crate::Directory::present) ends that. `None`: it may not.
    pub predecessor_repeatable_until: Option<u64>,
    /// What it stands for.
    pub grant: Grant,
}

/// What came of spending a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exchange {
    /// It is spent, and the new ones stand for the same grant.
    Done,
    /// It was spent a moment before, and nobody presented what was issued for it: the answer was lost. What
    /// was issued then has ended, and the new ones stand for the same grant. A refresh token among what has ended
    /// counts as spent, because whoever presents it has an answer that was said to be lost.
    Repeated,
    /// It was spent before: somebody else has it. The grant and all its tokens are gone
    /// (RFC 6749 §10.5, RFC 9700 §4.14.2).
    Reused,
    /// There is no such token any more, or it has expired.
    Gone,
}

impl Exchange {
    /// What comes of exchanging a token that is there: when it expires, when it was spent, and until when it
    /// may be exchanged once more.
    pub(crate) fn judge(
        expires_at: u64,
        spent_at: Option<u64>,
        repeatable_until: Option<u64>,
        now: u64,
    ) -> Self {
        match (spent_at, repeatable_until) {
            (Some(_), Some(until)) if now < until && now < expires_at => Self::Repeated,
            // Whenever it was: whoever comes second has what is not his.
            (Some(_), _) => Self::Reused,
            (None, _) if expires_at <= now => Self::Gone,
            (None, _) => Self::Done,
        }
    }

    /// Until when a token may be exchanged once more of which this came: the first time alone.
    pub(crate) fn repeatable_until(self, repeatable_for: u64, now: u64) -> Option<u64> {
        (self == Self::Done && repeatable_for > 0).then_some(now + repeatable_for)
    }
}

/// Whether a device waits for a user from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It waits.
    Added,
    /// The user code is another device's: another is to be drawn.
    CodeTaken,
    /// Too many wait, from its network or in all.
    TooMany,
}

/// What a device asks for, until a user answers (RFC 8628 §3.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// What is kept of the device code.
    pub device_code: SecretHash,
    /// What is kept of the code that the user types.
    pub user_code: SecretHash,
    /// Who asks.
    pub client_id: String,
    /// The request's parameters that it is decided on again by.
    pub parameters: String,
    /// The network that it asks from, as it is counted; empty if that is not known.
    pub network: String,
    /// How long the device has to wait between two questions, in seconds.
    pub interval: u64,
    /// Seconds since 1970.
    pub expires_at: u64,
}

/// What a device is told that asks how things are (RFC 8628 §3.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Poll {
    /// The user has not answered.
    Pending,
    /// The user has not answered, and the device asks too often: its interval is five seconds
    /// longer now.
    SlowDown,
    /// The user said no.
    Denied,
    /// The code has expired.
    Expired,
    /// There is no such code for this client.
    Gone,
    /// The user agreed: the device code is a token of this grant, to be exchanged for others.
    Approved(Box<Token>),
}

impl Poll {
    /// What a client is told whose device code has become this token.
    pub(crate) fn of(token: Token, client_id: &str, now: u64) -> Self {
        if token.kind != TokenKind::DeviceCode || token.grant.client_id != client_id {
            Self::Gone
        } else if token.expires_at <= now && !token.is_spent {
            Self::Expired
        } else {
            Self::Approved(Box::new(token))
        }
    }
}

/// A browser that signed in, to be remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSession {
    /// What is kept of the cookie.
    pub hash: SecretHash,
    /// Who signed in.
    pub account: AccountId,
    /// The grant that it stands on, for a page of this program that is an OAuth client.
    pub grant: Option<GrantId>,
    /// Which browser it is, as it says; empty if it does not.
    pub agent: String,
    /// The address that it signed in from; empty if that is not known.
    pub address: String,
    /// Seconds since 1970.
    pub created_at: u64,
    /// Seconds since 1970.
    pub expires_at: u64,
}

/// A browser in which an account is signed in, as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// What is kept of the cookie.
    pub hash: SecretHash,
    /// The grant that it stands on, for a page of this program that is an OAuth client.
    pub grant: Option<GrantId>,
    /// Which browser it is, as it says; empty if that is not known.
    pub agent: String,
    /// The address that it signed in from; empty if that is not known.
    pub address: String,
    /// Seconds since 1970.
    pub created_at: u64,
}

/// A browser that signed in. It ends with its account, and with its grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Who signed in.
    pub account: Account,
    /// The grant that it stands on.
    pub grant: Option<Grant>,
    /// Seconds since 1970.
    pub created_at: u64,
    /// Seconds since 1970.
    pub expires_at: u64,
}

/// How long what is over is remembered, in seconds: a code or a refresh token that is used again was
/// stolen, and that can be told only as long as it is known.
pub const REMEMBERED: u64 = 7 * 86_400;

/// How many browsers may be signed in to an account. The one that signed in first is signed out first.
pub const MOST_SESSIONS: i64 = 100;

/// How many grants an account may have, and how many a client may have that acts for itself. The one that was used
/// longest ago ends first.
pub const MOST_GRANTS: i64 = 1_000;

/// How many access tokens of a grant are good. The one that was issued first ends first.
pub const MOST_ACCESS_TOKENS: i64 = 64;

/// How many spent refresh tokens of a grant are remembered, those that were spent last. One that was spent before is not
/// known any more when it is used again, so that the grant goes on.
pub const MOST_SPENT_TOKENS: i64 = 32;

/// How many devices of a network may wait for a user.
pub const MOST_DEVICES_OF_NETWORK: i64 = 20;

/// How many devices may wait in all.
pub const MOST_DEVICES: i64 = 10_000;

/// How many seconds longer a device has to wait that asked too often (RFC 8628 §3.5).
pub(crate) const SLOW_DOWN: u64 = 5;
