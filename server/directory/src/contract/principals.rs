//! Accounts and API keys.

use super::given::{add_account, done, new_account, registration_key};
use crate::directory::Directory;
use crate::permission::Permission;
use crate::principal::{AccountChange, AccountEntry, KeyId, NamePlace, NewAccount};

pub(super) async fn accounts(directory: &dyn Directory) {
    assert!(done(directory.account("alice").await).is_none());
    let alice = add_account(directory, "alice").await;
    assert_eq!(alice.permissions, ["authenticate"]);
    let another = NewAccount {
        password_hash: "$other".into(),
        ..new_account("alice")
    };
    assert!(!done(directory.add_account(another).await), "there is one");
    let change = AccountChange {
        permissions: Some(vec![Permission::OauthClientOverride]),
        ..AccountChange::default()
    };
    assert!(done(
        directory.change_account("alice", change.clone()).await
    ));
    assert!(!done(directory.change_account("bob", change).await));
    let entry = done(directory.account("alice").await).expect("there is one");
    assert_eq!(entry.account.permissions, ["oauth-client-override"]);
    assert_eq!(entry.password_hash.as_deref(), Some("$hash"), "it stays");
    assert_eq!(entry.account.id, alice.id);
    assert_eq!(
        done(directory.holders(Permission::OauthClientOverride, 0).await),
        ["alice"]
    );

    let bob = add_account(directory, "bob").await;
    let names = |page: Vec<AccountEntry>| -> Vec<String> {
        page.into_iter().map(|entry| entry.account.name).collect()
    };
    let first = done(directory.accounts(&NamePlace::default(), 1).await);
    let after = first[0].place.clone();
    assert_eq!(names(first), ["alice"]);
    assert_eq!(names(done(directory.accounts(&after, 9).await)), ["bob"]);
    assert!(done(directory.remove_account("bob").await));
    assert!(!done(directory.remove_account("bob").await));
    let another_bob = add_account(directory, "bob").await;
    assert_ne!(another_bob.id, bob.id, "whoever was bob is not this one");
    assert!(done(directory.remove_account("bob").await));
    assert!(done(directory.remove_account("alice").await));
}

pub(super) async fn keys(directory: &dyn Directory) {
    assert!(done(directory.is_new().await));
    add_account(directory, "somebody").await;
    let first = new_account("somebody");
    let added = directory.add_first(first, vec![registration_key()]).await;
    assert!(!done(added), "the account is somebody's");
    assert!(done(directory.is_new().await));
    assert!(done(directory.remove_account("somebody").await));

    let key = registration_key();
    let hash = key.hash;
    let id = done(directory.add_key(key).await);
    assert!(!done(directory.is_new().await));
    let live = done(directory.live_key(hash, 1_999).await).expect("it is live");
    assert_eq!((live.id, live.terms.as_deref()), (id, Some("{}")));
    assert_eq!(
        live.permissions,
        ["authenticate", "oauth-client-registration"]
    );
    let account = live.account.expect("it has one");
    assert_eq!(account.name, "carol");
    assert_eq!(account.permissions, live.permissions, "it was made for it");
    assert_eq!(live.owner, Some(account.id));
    assert!(
        done(directory.live_key(hash, 2_000).await).is_none(),
        "it expires"
    );

    let before = KeyId::numbered(i64::MIN);
    let listed = done(directory.keys(before, 9).await);
    let [entry] = &listed[..] else {
        panic!("{listed:?}")
    };
    assert_eq!((&*entry.name, entry.revoked_at), ("test", None));
    assert!(done(directory.keys(id, 9).await).is_empty());
    assert!(done(directory.revoke_key(id, 1_500).await));
    assert!(
        done(directory.live_key(hash, 1_999).await).is_none(),
        "it is revoked"
    );
    assert!(
        done(directory.revoke_key(id, 1_600).await),
        "once more is no mistake"
    );
    let listed = done(directory.keys(before, 9).await);
    assert_eq!(listed[0].revoked_at, Some(1_500));
    assert_eq!(
        listed[0].last_used_at,
        Some(1_999),
        "that it was used is noted"
    );
    assert!(!done(
        directory.revoke_key(KeyId::numbered(-1), 1_500).await
    ));
    assert!(done(directory.remove_account("carol").await));
    assert!(
        done(directory.keys(before, 9).await).is_empty(),
        "its keys go with it"
    );

    assert!(!done(directory.is_new().await), "there was one");
    let first = new_account("somebody");
    assert!(!done(
        directory.add_first(first, vec![registration_key()]).await
    ));
    assert!(done(directory.account("somebody").await).is_none());
    let next = done(directory.add_key(registration_key()).await);
    assert_ne!(next, id, "what is known of the other key is not its");
    assert!(done(directory.remove_account("carol").await));
}
