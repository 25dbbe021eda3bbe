//! A directory whose every call is a turn.

use std::sync::Arc;

use async_trait::async_trait;
use gatepost_directory::secret::SecretHash;
use gatepost_directory::transfer::{ImportError, Unreadable};
use gatepost_directory::{
    AccountChange, AccountEntry, AccountId, Admission, Counts, DecideError, Device, Directory,
    DirectoryError, Each, Ended, Entry, Exchange, Facts, Grant, GrantId, Inquiry, Judge, Key,
    KeyEntry, KeyId, Lines, Listed, Listing, NamePlace, NewAccount, NewKey, NewSession, NewToken,
    Permission, Poll, Search, Session, SignInPast, SignedIn, Token,
};
use gatepost_plugin::{Assertion, Decision};

use crate::orders::in_turn;

/// A fault in a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The judge is asked with facts of before the transaction.
    FactsOfBefore,
    /// The judge is asked in the transaction, with the facts that somebody else found a moment ago.
    FactsOfOthers,
}

/// The real directory. Its calls are made one after the other, in an order that is chosen.
pub struct InTurns {
    pub real: Arc<dyn Directory>,
    pub fault: Option<Fault>,
}

type Done<T> = Result<T, DirectoryError>;

/// The trait, with calls that are handed on as they are.
macro_rules! in_turns {
    ($($name:ident($($argument:ident: $type:ty),*) -> $returned:ty;)*) => {
        #[async_trait]
        impl Directory for InTurns {
            fn schema(&self) -> usize {
                self.real.schema()
            }

            async fn decide(&self, inquiry: Inquiry, judge: Judge) -> Result<Decision, DecideError> {
                let Some(fault) = self.fault else {
                    return in_turn(self.real.decide(inquiry, judge)).await;
                };
                let facts = in_turn(self.real.facts(&inquiry)).await?;
                let judge: Judge = match fault {
                    Fault::FactsOfBefore => {
                        let verdict = judge(&facts);
                        Arc::new(move |_| verdict.clone())
                    }
                    Fault::FactsOfOthers => Arc::new(move |_| judge(&facts)),
                };
                in_turn(self.real.decide(inquiry, judge)).await
            }

            $(async fn $name(&self, $($argument: $type),*) -> $returned {
                in_turn(self.real.$name($($argument),*)).await
            })*
        }
    };
}

in_turns! {
    facts(inquiry: &Inquiry) -> Done<Facts>;
    clients(search: &Search) -> Done<Vec<Entry>>;
    list(listing: &Listing) -> Done<Listed>;
    counts(now: u64) -> Done<Counts>;
    fullest_account() -> Done<Option<(String, u64)>>;
    client(client_id: &str, now: u64) -> Done<Option<Entry>>;
    provisional(until: u64, limit: u32) -> Done<Vec<String>>;
    first_use(client_id: &str, assertion: &Assertion) -> Done<bool>;
    account(name: &str) -> Done<Option<AccountEntry>>;
    accounts(after: &NamePlace, limit: u32) -> Done<Vec<AccountEntry>>;
    add_account(account: NewAccount) -> Done<bool>;
    change_account(name: &str, change: AccountChange) -> Done<bool>;
    sign_out(name: &str) -> Done<Option<Ended>>;
    remove_account(name: &str) -> Done<bool>;
    live_key(hash: SecretHash, now: u64) -> Done<Option<Key>>;
    holders(permission: Permission, now: u64) -> Done<Vec<String>>;
    keys(after: KeyId, limit: u32) -> Done<Vec<KeyEntry>>;
    add_key(key: NewKey) -> Done<KeyId>;
    is_new() -> Done<bool>;
    add_first(account: NewAccount, keys: Vec<NewKey>) -> Done<bool>;
    revoke_key(id: KeyId, now: u64) -> Done<bool>;
    token(hash: SecretHash) -> Done<Option<Token>>;
    present(hash: SecretHash) -> Done<()>;
    exchange(spent: SecretHash, issued: Vec<NewToken>, repeatable_for: u64, now: u64) -> Done<Exchange>;
    end_token(hash: SecretHash) -> Done<()>;
    end_grant(id: GrantId) -> Done<bool>;
    grants(account: AccountId, now: u64) -> Done<Vec<Grant>>;
    add_device(device: Device, now: u64) -> Done<Admission>;
    device(user_code: SecretHash, now: u64) -> Done<Option<Device>>;
    deny_device(user_code: SecretHash, now: u64) -> Done<bool>;
    poll_device(device_code: SecretHash, client_id: &str, now: u64) -> Done<Poll>;
    add_session(session: NewSession) -> Done<()>;
    session(hash: SecretHash, now: u64) -> Done<Option<Session>>;
    sessions(account: AccountId, now: u64) -> Done<Vec<SignedIn>>;
    end_session(hash: SecretHash) -> Done<()>;
    sign_in_past(name: SecretHash, place: SecretHash, now: u64) -> Done<SignInPast>;
    note_wrong_guess(name: SecretHash, now: u64) -> Done<()>;
    note_place(account: AccountId, name: SecretHash, place: SecretHash, now: u64) -> Done<()>;
    forget(windows_before: u64, now: u64) -> Done<()>;
    export(each: Each<'_>) -> Done<Vec<Unreadable>>;
    import(lines: Lines) -> Result<(), ImportError>;
    check() -> Done<()>;
    close() -> ();
}
