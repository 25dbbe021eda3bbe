//! What the tests begin with: accounts, keys, clients, grants, decisions.

use std::sync::Arc;

use gatepost_plugin::{ClientRecord, Decision, Effect, Outcome, Response};

use crate::client::{Inquiry, Judge, Registrant, Verdict};
use crate::directory::Directory;
use crate::error::{DecideError, DirectoryError};
use crate::grant::{Change, NewGrant, NewToken, TokenKind};
use crate::permission::Permission;
use crate::principal::{Account, AccountId, NewAccount, NewKey};
use crate::secret::{Purpose, Secret, SecretHash};

pub(super) fn done<T>(result: Result<T, DirectoryError>) -> T {
    result.expect("the directory does its part")
}

pub(super) fn secret() -> SecretHash {
    let secret = Secret::draw(Purpose::Code);
    secret.expect("there is randomness").hash()
}

pub(super) fn new_account(name: &str) -> NewAccount {
    NewAccount {
        name: name.into(),
        password_hash: "$hash".into(),
        permissions: vec![Permission::Authenticate],
        created_at: 1_000,
    }
}

pub(super) async fn add_account(directory: &dyn Directory, name: &str) -> Account {
    assert!(done(directory.add_account(new_account(name)).await));
    let entry = done(directory.account(name).await).expect("it was added");
    entry.account
}

pub(super) fn registration_key() -> NewKey {
    NewKey {
        hash: secret(),
        name: "test".into(),
        account: Some("carol".into()),
        owner: None,
        made_with: None,
        permissions: Permission::REGISTRATION.to_vec(),
        terms: Some("{}".into()),
        created_at: 1_000,
        expires_at: Some(2_000),
    }
}

pub(super) fn new_grant(client_id: &str, account: Option<AccountId>) -> NewGrant {
    NewGrant {
        client_id: client_id.into(),
        account,
        scope: "a b".into(),
        resources: "https://mail.example/".into(),
        created_at: 1_000,
    }
}

pub(super) fn new_token(hash: SecretHash, kind: TokenKind) -> NewToken {
    NewToken {
        hash,
        kind,
        data: "data".into(),
        issued_at: 1_000,
        expires_at: 2_000,
    }
}

pub(super) async fn grant(
    directory: &dyn Directory,
    client_id: &str,
    account: Option<AccountId>,
    token: SecretHash,
    kind: TokenKind,
) {
    let granted = Change::Grant {
        grant: new_grant(client_id, account),
        tokens: vec![new_token(token, kind)],
    };
    decide(directory, Effect::None, vec![granted]).await;
}

pub(super) fn store(client_id: &str, document: &str) -> Effect {
    Effect::Store(ClientRecord {
        client_id: client_id.into(),
        document: document.into(),
    })
}

/// A decision that has this done.
pub(crate) fn accepting(effect: Effect) -> Decision {
    Decision {
        outcome: Outcome::Accept,
        response: Response {
            status: 200,
            headers: Vec::new(),
            body: String::new(),
        },
        effect,
        diagnostics: Vec::new(),
        fetches: Vec::new(),
        client_id: None,
        client: None,
        client_secret: None,
        registration_access_token: None,
    }
}

/// Has something decided, whatever the facts are.
pub(super) async fn decide(directory: &dyn Directory, effect: Effect, changes: Vec<Change>) {
    decide_for(directory, None, effect, changes).await;
}

pub(super) async fn decide_for(
    directory: &dyn Directory,
    registrant: Option<Registrant>,
    effect: Effect,
    changes: Vec<Change>,
) {
    let decided = attempt(directory, registrant, effect, changes).await;
    decided.expect("the directory does its part");
}

/// Stores a client, and says whether that could be done.
pub(crate) async fn stored(directory: &dyn Directory, client_id: &str) -> Result<(), DecideError> {
    let attempted = attempt(directory, None, store(client_id, "{}"), Vec::new());
    attempted.await.map(|_| ())
}

pub(super) async fn attempt(
    directory: &dyn Directory,
    registrant: Option<Registrant>,
    effect: Effect,
    changes: Vec<Change>,
) -> Result<Decision, DecideError> {
    let verdict = Verdict {
        decision: accepting(effect),
        changes,
    };
    let judge: Judge = Arc::new(move |_| Ok(verdict.clone()));
    let inquiry = Inquiry {
        registrant,
        now: 1_000,
        ..Inquiry::default()
    };
    directory.decide(inquiry, judge).await
}
