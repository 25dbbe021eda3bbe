//! Browsers that signed in, and assertions that clients authenticated with.

use gatepost_plugin::Assertion;

use super::given::{add_account, done, grant, secret};
use crate::directory::Directory;
use crate::grant::{NewSession, TokenKind};
use crate::principal::AccountChange;

pub(super) async fn sessions(directory: &dyn Directory) {
    let alice = add_account(directory, "alice").await;
    let token = secret();
    grant(
        directory,
        "webadmin",
        Some(alice.id),
        token,
        TokenKind::Access,
    )
    .await;
    let granted = done(directory.token(token).await)
        .expect("it was issued")
        .grant;
    let new = |grant| NewSession {
        hash: secret(),
        account: alice.id,
        grant,
        created_at: 1_000,
        expires_at: 2_000,
    };
    let (plain, standing) = (new(None), new(Some(granted.id)));
    for session in [&plain, &standing] {
        done(directory.add_session(session.clone()).await);
    }
    let live = async |hash, now| done(directory.session(hash, now).await);
    let found = live(plain.hash, 1_999).await.expect("it is live");
    assert_eq!((found.account.id, found.grant), (alice.id, None));
    let found = live(standing.hash, 1_999).await.expect("it is live");
    assert_eq!(found.grant.map(|grant| grant.id), Some(granted.id));
    assert!(live(plain.hash, 2_000).await.is_none(), "it expires");
    assert!(live(secret(), 1_000).await.is_none());
    assert!(done(directory.end_grant(granted.id).await));
    assert!(
        live(standing.hash, 1_000).await.is_none(),
        "it ends with its grant"
    );
    assert!(live(plain.hash, 1_000).await.is_some());

    let change = async |change| done(directory.change_account("alice", change).await);
    assert!(change(AccountChange::default()).await);
    assert!(
        live(plain.hash, 1_000).await.is_some(),
        "the password is the same"
    );
    let password = AccountChange {
        password_hash: Some("$other".into()),
        ..AccountChange::default()
    };
    assert!(change(password).await);
    assert!(
        live(plain.hash, 1_000).await.is_none(),
        "a new password ends it"
    );
    done(directory.add_session(plain.clone()).await);
    done(directory.end_session(plain.hash).await);
    assert!(live(plain.hash, 1_000).await.is_none());
    assert!(done(directory.remove_account("alice").await));
}

pub(super) async fn assertions(directory: &dyn Directory) {
    let assertion = Assertion {
        id: "once".into(),
        expires_at: 2_000,
    };
    assert!(done(directory.first_use("a", &assertion).await));
    assert!(!done(directory.first_use("a", &assertion).await));
    assert!(done(directory.first_use("b", &assertion).await));
}
