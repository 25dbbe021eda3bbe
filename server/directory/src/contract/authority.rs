//! A key has at most the authority of its owner, and of the key that it was made with.

use super::given::{add_account, done, registration_key, secret};
use crate::directory::Directory;
use crate::error::DirectoryError;
use crate::permission::Permission;
use crate::principal::{AccountChange, KeyId, NewKey};

const ALL: &[Permission] = &[
    Permission::Authenticate,
    Permission::OauthClientCreate,
    Permission::OauthClientDelete,
];

async fn permit(directory: &dyn Directory, name: &str, permissions: &[Permission]) {
    let change = AccountChange {
        permissions: Some(permissions.to_vec()),
        ..AccountChange::default()
    };
    assert!(done(directory.change_account(name, change).await));
}

fn new_key(permissions: &[Permission]) -> NewKey {
    NewKey {
        account: None,
        permissions: permissions.to_vec(),
        ..registration_key()
    }
}

pub(super) async fn a_key_allows_what_its_owner_may_do_now(directory: &dyn Directory) {
    let alice = add_account(directory, "alice").await.id;
    permit(directory, "alice", ALL).await;
    let acting = NewKey {
        account: Some("alice".into()),
        ..new_key(ALL)
    };
    let owned = NewKey {
        owner: Some(alice),
        permissions: [ALL, &[Permission::OauthClientRegistration]].concat(),
        ..new_key(ALL)
    };
    let both = [acting.hash, owned.hash];
    done(directory.add_key(acting).await);
    done(directory.add_key(owned).await);
    let nobodys = new_key(ALL);
    let nobodys_hash = nobodys.hash;
    let nobodys = done(directory.add_key(nobodys).await);
    let allowed = async |hash| {
        let key = done(directory.live_key(hash, 1_000).await);
        key.map(|key| key.permissions.join(" "))
    };
    for (held, expected) in [
        (
            ALL,
            [
                Some("authenticate oauth-client-create oauth-client-delete"),
                Some(
                    "authenticate oauth-client-create oauth-client-delete oauth-client-registration",
                ),
            ],
        ),
        (
            &[Permission::Authenticate, Permission::OauthClientDelete],
            [Some("authenticate oauth-client-delete"); 2],
        ),
        (&[Permission::Authenticate], [Some("authenticate"); 2]),
        (&[Permission::OauthClientDelete], [None; 2]),
        (&[], [None; 2]),
    ] {
        permit(directory, "alice", held).await;
        for (hash, expected) in both.into_iter().zip(expected) {
            assert_eq!(allowed(hash).await.as_deref(), expected, "{held:?}");
        }
        let listed = done(directory.keys(KeyId::numbered(i64::MIN), 9).await);
        let listed: Vec<_> = listed
            .into_iter()
            .map(|key| (key.owner, key.allowed.join(" ")))
            .collect();
        for ((owner, allowed), expected) in listed.iter().zip(expected) {
            assert_eq!(owner.as_deref(), Some("alice"));
            assert_eq!(allowed, expected.unwrap_or_default());
        }
        let holders = done(
            directory
                .holders(Permission::OauthClientDelete, 1_000)
                .await,
        );
        let keys = holders.iter().filter(|name| *name == "test").count();
        let deleting = expected.iter().flatten();
        let deleting = deleting.filter(|names| names.contains("oauth-client-delete"));
        assert_eq!(keys, 1 + deleting.count(), "{held:?}: {holders:?}");
        assert!(allowed(nobodys_hash).await.is_some(), "it is nobody's");
    }
    assert!(done(directory.remove_account("alice").await));
    for hash in both {
        assert!(allowed(hash).await.is_none(), "it ends with its owner");
    }
    assert!(allowed(nobodys_hash).await.is_some());
    assert!(done(directory.revoke_key(nobodys, 1_000).await));

    let late = NewKey {
        owner: Some(alice),
        ..new_key(ALL)
    };
    for account in [None, Some("alice")] {
        let late = NewKey {
            hash: secret(),
            account: account.map(str::to_owned),
            ..late.clone()
        };
        let added = directory.add_key(late).await;
        assert_eq!(added, Err(DirectoryError::NoSuchAccount));
    }
    let other = add_account(directory, "other").await.id;
    let of_another = NewKey {
        owner: Some(other),
        account: Some("alice".into()),
        ..late
    };
    let added = directory.add_key(of_another).await;
    assert_eq!(added, Err(DirectoryError::NoSuchAccount));
    assert!(done(directory.account("alice").await).is_none());
    assert!(done(directory.remove_account("other").await));
}

pub(super) async fn a_key_ends_with_the_one_that_it_was_made_with(directory: &dyn Directory) {
    let mut chain = Vec::new();
    for _ in 0..4 {
        let key = NewKey {
            made_with: chain.last().map(|(id, _)| *id),
            ..new_key(ALL)
        };
        let hash = key.hash;
        chain.push((done(directory.add_key(key).await), hash));
    }
    let live = async || {
        let mut live = Vec::new();
        for (_, hash) in &chain {
            live.push(done(directory.live_key(*hash, 1_000).await).is_some());
        }
        live
    };
    let (second, last) = (chain[1].0, chain[3].0);
    let listed = done(directory.keys(chain[2].0, 1).await);
    assert_eq!(listed[0].made_with, Some(chain[2].0));
    assert!(done(directory.revoke_key(last, 1_000).await));
    assert_eq!(live().await, [true, true, true, false]);
    assert!(done(directory.revoke_key(second, 1_500).await));
    assert_eq!(live().await, [true, false, false, false]);
    let listed = done(directory.keys(second, 2).await);
    let revoked: Vec<_> = listed.iter().map(|key| key.revoked_at).collect();
    assert_eq!(revoked, [Some(1_500), Some(1_000)], "each once");
    for maker in [second, KeyId::numbered(-1)] {
        let late = NewKey {
            made_with: Some(maker),
            ..new_key(ALL)
        };
        let added = directory.add_key(late).await;
        assert_eq!(added, Err(DirectoryError::NoSuchKey));
    }

    // One that is made while its maker is revoked.
    for _ in 0..10 {
        let maker = new_key(ALL);
        let maker = done(directory.add_key(maker).await);
        let child = NewKey {
            made_with: Some(maker),
            ..new_key(ALL)
        };
        let hash = child.hash;
        let (added, revoked) =
            tokio::join!(directory.add_key(child), directory.revoke_key(maker, 1_000));
        assert!(added.is_ok() || added == Err(DirectoryError::NoSuchKey));
        assert!(done(revoked));
        assert!(done(directory.live_key(hash, 1_000).await).is_none());
    }
    assert!(done(directory.revoke_key(chain[0].0, 1_000).await));
}
