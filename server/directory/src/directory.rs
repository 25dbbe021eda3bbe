//! What a directory does, whichever store it is in.

use async_trait::async_trait;
use gatepost_plugin::{Assertion, Decision};

use crate::client::{Counts, Entry, Facts, Inquiry, Judge, Listed, Listing, Search};
use crate::error::{DecideError, DirectoryError};
use crate::grant::{
    Admission, Device, Exchange, Grant, GrantId, NewSession, NewToken, Poll, Session, SignedIn,
    Token,
};
use crate::permission::Permission;
use crate::principal::{
    AccountChange, AccountEntry, AccountId, Ended, Key, KeyEntry, KeyId, NamePlace, NewAccount,
    NewKey,
};
use crate::secret::SecretHash;
use crate::sign_in::SignInPast;
use crate::transfer::{ImportError, Line, Unreadable};

/// Where principals are kept.
///
/// What a method says is done, is on disk: neither a killed process nor a power cut undoes it.
#[async_trait]
pub trait Directory: Send + Sync {
    /// What a decision may depend on, as it is now.
    async fn facts(&self, inquiry: &Inquiry) -> Result<Facts, DirectoryError>;

    /// Makes a decision and, if it is accepted, carries out its effect and the changes that go with
    /// it, in one transaction with reading the facts and counting what was registered: all of it or
    /// nothing, and nobody in between. A client that is removed takes its grants with it.
    ///
    /// Other changes wait while it decides. The judge is asked once, or more often; if it gives up, nothing is
    /// changed.
    async fn decide(&self, inquiry: Inquiry, judge: Judge) -> Result<Decision, DecideError>;

    /// The clients that are searched for.
    async fn clients(&self, search: &Search) -> Result<Vec<Entry>, DirectoryError>;

    /// The version of the schema that everything is kept in.
    fn schema(&self) -> usize;

    /// A page of the list of clients, without those that were deleted, and how many there are on all pages.
    async fn list(&self, listing: &Listing) -> Result<Listed, DirectoryError>;

    /// How many clients there are, by who registered them and by what became of them.
    async fn counts(&self, now: u64) -> Result<Counts, DirectoryError>;

    /// The account that has most clients, and how many it has; `None` if none has any.
    async fn fullest_account(&self) -> Result<Option<(String, u64)>, DirectoryError>;

    /// One client.
    async fn client(&self, client_id: &str, now: u64) -> Result<Option<Entry>, DirectoryError>;

    /// The clients that give way first if there is no room for another of a stranger: of the wider network that has
    /// most of them, the oldest, so many at most. They were registered without an API key, at this time or before, and
    /// no user has authorised them.
    async fn provisional(&self, until: u64, limit: u32) -> Result<Vec<String>, DirectoryError>;

    /// Says whether it is the first time that a client uses an assertion's id, and remembers it
    /// (RFC 7523 §3). It is not, as far as can be told, if 10,000 others of this client have not expired.
    async fn first_use(
        &self,
        client_id: &str,
        assertion: &Assertion,
    ) -> Result<bool, DirectoryError>;

    /// An account.
    async fn account(&self, name: &str) -> Result<Option<AccountEntry>, DirectoryError>;

    /// All accounts, by name: those after a place, so many at most.
    async fn accounts(
        &self,
        after: &NamePlace,
        limit: u32,
    ) -> Result<Vec<AccountEntry>, DirectoryError>;

    /// Adds an account, and says whether there was none of that name.
    async fn add_account(&self, account: NewAccount) -> Result<bool, DirectoryError>;

    /// Changes an account, and says whether there is one of that name. A new password ends all its sessions, and
    /// [unless told otherwise](AccountChange::keeps_grants) all its grants.
    async fn change_account(
        &self,
        name: &str,
        change: AccountChange,
    ) -> Result<bool, DirectoryError>;

    /// Ends all sessions and all grants of an account; `None` if there is none of that name.
    async fn sign_out(&self, name: &str) -> Result<Option<Ended>, DirectoryError>;

    /// Removes an account with its sessions, grants and API keys, and says whether there was one. The
    /// clients that it registered stay.
    async fn remove_account(&self, name: &str) -> Result<bool, DirectoryError>;

    /// The API key with this hash, unless it is expired or revoked, or its owner may not sign in. It allows what its
    /// owner may do now, and no more. That it was used is noted, to
    /// within [`LAST_USE_PRECISION`](crate::LAST_USE_PRECISION).
    async fn live_key(&self, hash: SecretHash, now: u64) -> Result<Option<Key>, DirectoryError>;

    /// The names of the accounts that have a permission, and of the live API keys that allow it now.
    async fn holders(
        &self,
        permission: Permission,
        now: u64,
    ) -> Result<Vec<String>, DirectoryError>;

    /// All API keys, revoked ones too, in the order of their numbers: those after a number, so many at
    /// most.
    async fn keys(&self, after: KeyId, limit: u32) -> Result<Vec<KeyEntry>, DirectoryError>;

    /// Adds an API key. Without an owner, it is the account's that it acts for, which is added if there is none of that
    /// name.
    async fn add_key(&self, key: NewKey) -> Result<KeyId, DirectoryError>;

    /// Whether there never was an API key.
    async fn is_new(&self) -> Result<bool, DirectoryError>;

    /// Adds this account and these API keys if there never was a key, nor is there an account of that name,
    /// and says whether it did.
    async fn add_first(
        &self,
        account: NewAccount,
        keys: Vec<NewKey>,
    ) -> Result<bool, DirectoryError>;

    /// Revokes an API key with those that were made with it, and so on, and says whether there is such a key.
    async fn revoke_key(&self, id: KeyId, now: u64) -> Result<bool, DirectoryError>;

    /// What a token stands for; `None` if there is no such token, or it ended.
    async fn token(&self, hash: SecretHash) -> Result<Option<Token>, DirectoryError>;

    /// Notes that a token was presented that [is awaited](Token::is_awaited): the token that it was issued
    /// for is not exchanged once more. If it was before, this one [has ended](Exchange::Repeated).
    async fn present(&self, hash: SecretHash) -> Result<(), DirectoryError>;

    /// Spends a token that is good for one use, and issues others for the same grant.
    ///
    /// Of the access tokens of a grant, the [last](crate::MOST_ACCESS_TOKENS) are good, and of the refresh tokens that are
    /// spent, the [last](crate::MOST_SPENT_TOKENS) are remembered.
    ///
    /// For so many seconds, it may be [exchanged once more](Exchange::Repeated), as long as none of the others
    /// was presented, exchanged or ended. Of those who try that at once, one succeeds.
    async fn exchange(
        &self,
        spent: SecretHash,
        issued: Vec<NewToken>,
        repeatable_for: u64,
        now: u64,
    ) -> Result<Exchange, DirectoryError>;

    /// Ends a token, and no other. The token was presented.
    async fn end_token(&self, hash: SecretHash) -> Result<(), DirectoryError>;

    /// Ends a grant with all its tokens and sessions, and says whether there was one.
    async fn end_grant(&self, id: GrantId) -> Result<bool, DirectoryError>;

    /// What an account has granted and has not ended: those with a token or a session that is good.
    async fn grants(&self, account: AccountId, now: u64) -> Result<Vec<Grant>, DirectoryError>;

    /// Waits for a user's answer to a device, unless [too many](crate::MOST_DEVICES) wait already.
    async fn add_device(&self, device: Device, now: u64) -> Result<Admission, DirectoryError>;

    /// The device that waits with this user code, unless it has expired or been answered.
    async fn device(
        &self,
        user_code: SecretHash,
        now: u64,
    ) -> Result<Option<Device>, DirectoryError>;

    /// Notes that the user said no, and says whether a device waited for it.
    async fn deny_device(&self, user_code: SecretHash, now: u64) -> Result<bool, DirectoryError>;

    /// How things are for a device of this client, which should not ask often.
    async fn poll_device(
        &self,
        device_code: SecretHash,
        client_id: &str,
        now: u64,
    ) -> Result<Poll, DirectoryError>;

    /// Remembers a browser that signed in, of the [last](crate::MOST_SESSIONS) of its account.
    async fn add_session(&self, session: NewSession) -> Result<(), DirectoryError>;

    /// The browser with this cookie, unless it has expired.
    async fn session(&self, hash: SecretHash, now: u64) -> Result<Option<Session>, DirectoryError>;

    /// The browsers in which an account is signed in, the latest first.
    async fn sessions(&self, account: AccountId, now: u64)
    -> Result<Vec<SignedIn>, DirectoryError>;

    /// Forgets a browser.
    async fn end_session(&self, hash: SecretHash) -> Result<(), DirectoryError>;

    /// What is remembered of sign-ins to the account of which this is the name's hash, whether there is one or not.
    async fn sign_in_past(
        &self,
        name: SecretHash,
        place: SecretHash,
        now: u64,
    ) -> Result<SignInPast, DirectoryError>;

    /// Counts a wrong password for the account of which this is the name's hash, whether there is one or not.
    async fn note_wrong_guess(&self, name: SecretHash, now: u64) -> Result<(), DirectoryError>;

    /// Remembers that a sign-in to an account was right at a place. `name` is the hash of the account's name, and
    /// `place` the hash of where it was. Of each account, the 20 places are remembered that were used last.
    async fn note_place(
        &self,
        account: AccountId,
        name: SecretHash,
        place: SecretHash,
        now: u64,
    ) -> Result<(), DirectoryError>;

    /// Forgets what is over: counts of windows, and of wider windows, that began before then, and tokens, devices, sessions
    /// and assertions that expired so long ago that nobody needs to hear why, and grants that nothing
    /// stands for any more.
    async fn forget(&self, windows_before: u64, now: u64) -> Result<(), DirectoryError>;

    /// Hands out all that there is, as it is at one moment. What cannot be read is left out and given back; then there is
    /// no [last line](Line::End), so that nobody takes the rest for the whole.
    async fn export(&self, each: Each<'_>) -> Result<Vec<Unreadable>, DirectoryError>;

    /// Takes a directory over, into one that is empty: all of it, or nothing.
    async fn import(&self, lines: Lines) -> Result<(), ImportError>;

    /// Whether it can be read and written.
    async fn check(&self) -> Result<(), DirectoryError>;

    /// Finishes what was begun. Nothing can be changed afterwards.
    async fn close(&self);
}

/// What is done with each line of a directory that is handed out.
pub type Each<'a> = &'a mut (dyn for<'l> FnMut(&'l Line) -> Result<(), DirectoryError> + Send);

/// The lines of a directory that is taken over.
pub type Lines = Box<dyn Iterator<Item = Result<Line, ImportError>> + Send>;
