use std::sync::{Arc, mpsc};
use std::time::Duration;

use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use super::*;
use crate::keys::{ApiKey, Permission};

#[test]
fn a_key_is_live_until_it_expires_or_is_revoked() {
    let (folder, directory, runtime) = fresh();
    let key = new_key(Some("alice@example.org"), Some(2_000));
    let hash = key.hash;
    runtime
        .block_on(directory.add_key(key))
        .expect("it is added");
    let live = |now| {
        runtime
            .block_on(directory.live_key(hash, now))
            .expect("the directory can be read")
    };
    let found = live(1_999).expect("it is live");
    assert_eq!(
        found.permissions,
        ["authenticate", "oauth-client-registration"]
    );
    assert_eq!(found.account.expect("it has one").name, "alice@example.org");
    assert!(live(2_000).is_none(), "it expires");

    // By another process, as it were.
    Connection::open(folder.path().join("gatepost.db"))
        .expect("the file is there")
        .execute("UPDATE api_key SET revoked_at = 1500", ())
        .expect("the key is there");
    assert!(live(1_999).is_none(), "it is revoked");
    assert!(
        runtime
            .block_on(directory.live_key(KeyHash::of("gpak_"), 0))
            .expect("the directory can be read")
            .is_none(),
        "it never was"
    );
}

#[test]
fn first_keys_are_added_once() {
    let (_folder, directory, runtime) = fresh();
    let add = || {
        runtime
            .block_on(directory.add_first_keys(vec![new_key(None, None), new_key(None, None)]))
            .expect("the directory can be written")
    };
    assert!(add());
    assert!(!add());
}

#[test]
fn clients_are_counted_while_they_are_there_and_registrations_for_an_hour() {
    let (_folder, directory, runtime) = fresh();
    let key = new_key(Some("alice"), None);
    let hash = key.hash;
    runtime
        .block_on(directory.add_key(key))
        .expect("it is added");
    let key = runtime
        .block_on(directory.live_key(hash, 0))
        .expect("the directory can be read")
        .expect("it is live");
    let alice = key.account.expect("it has one").id;
    let origin = |address: &str, at| Origin {
        key: Some(key.id),
        account: Some(alice),
        address: address.parse().expect("the case is an address"),
        at,
    };
    let counts = |address: &str, now| {
        let address = address.parse().expect("the case is an address");
        let usage = runtime
            .block_on(directory.usage(Some(alice), address, now))
            .expect("the directory can be read");
        (
            usage.total_clients,
            usage.account_clients,
            usage.address_registrations,
        )
    };
    let do_now = |effect, origin| runtime.block_on(directory.carry_out(effect, origin));

    assert_eq!(counts("192.0.2.1", 7_200), (Some(0), Some(0), Some(0)));
    do_now(store_effect("a"), origin("192.0.2.1", 7_200)).expect("it is stored");
    do_now(store_effect("b"), origin("2001:db8::1", 7_201)).expect("it is stored");
    do_now(store_effect("c"), origin("::ffff:192.0.2.1", 7_202)).expect("it is stored");
    assert_eq!(counts("192.0.2.1", 7_203), (Some(3), Some(3), Some(2)));
    assert_eq!(counts("192.0.2.2", 7_203), (Some(3), Some(3), Some(0)));
    assert_eq!(
        counts("2001:db8::ffff", 7_203),
        (Some(3), Some(3), Some(1)),
        "one subscriber"
    );
    assert_eq!(
        counts("2001:db8:0:1::1", 7_203),
        (Some(3), Some(3), Some(0)),
        "another"
    );

    do_now(Effect::Remove("a".into()), origin("192.0.2.1", 7_300)).expect("it is there");
    assert_eq!(counts("192.0.2.1", 7_300), (Some(2), Some(2), Some(2)));
    assert_eq!(
        counts("192.0.2.1", 10_800),
        (Some(2), Some(2), Some(0)),
        "a new hour"
    );
    assert_eq!(
        runtime
            .block_on(directory.usage(None, "192.0.2.1".parse().expect("an address"), 0))
            .expect("the directory can be read")
            .account_clients,
        None,
        "no account, nothing to count"
    );
}

#[test]
fn a_client_id_is_never_given_to_another_client() {
    let (folder, directory, runtime) = fresh();
    let do_now = |effect| runtime.block_on(directory.carry_out(effect, nobody()));
    let record = |document: &str| ClientRecord {
        client_id: "a".into(),
        document: document.into(),
    };
    let stored = || {
        Connection::open(folder.path().join("gatepost.db"))
            .expect("the file is there")
            .query_row("SELECT record FROM oauth_client", (), |row| {
                row.get::<_, String>(0)
            })
            .optional()
            .expect("the file can be read")
    };
    assert_eq!(
        do_now(Effect::Replace(record("0"))),
        Err(DirectoryError::NoSuchClient)
    );
    assert_eq!(
        do_now(Effect::Remove("a".into())),
        Err(DirectoryError::NoSuchClient)
    );
    assert_eq!(do_now(Effect::Store(record("1"))), Ok(()));
    assert_eq!(
        do_now(Effect::Store(record("2"))),
        Err(DirectoryError::ClientExists)
    );
    assert_eq!(stored().as_deref(), Some("1"));
    assert_eq!(do_now(Effect::Replace(record("3"))), Ok(()));
    assert_eq!(stored().as_deref(), Some("3"));
    assert_eq!(do_now(Effect::None), Ok(()));
    assert_eq!(do_now(Effect::Remove("a".into())), Ok(()));
    assert_eq!(stored(), None);
}

#[test]
fn one_bad_change_harms_no_other_in_its_transaction() {
    let (_folder, directory, runtime) = fresh();
    let directory = Arc::new(directory);
    runtime.block_on(async {
        // While the writer is held up, everything else gets into one transaction.
        let release = hold_up(&directory).await;
        let mut changes = Vec::new();
        for client_id in ["a", "b", "a", "c"] {
            let directory = Arc::clone(&directory);
            changes.push(tokio::spawn(async move {
                directory.carry_out(store_effect(client_id), nobody()).await
            }));
        }
        tokio::task::yield_now().await;
        release.send(()).expect("the writer waits");
        let mut results = Vec::new();
        for change in changes {
            results.push(change.await.expect("no change panics"));
        }
        assert_eq!(
            results,
            [Ok(()), Ok(()), Err(DirectoryError::ClientExists), Ok(())]
        );
    });
}

#[test]
fn a_full_queue_says_so_and_what_nobody_waits_for_is_not_done() {
    let (_folder, directory, runtime) = fresh();
    let directory = Arc::new(directory);
    runtime.block_on(async {
        let release = hold_up(&directory).await;
        let mut waiting = Vec::new();
        let refused = loop {
            assert!(waiting.len() < 100_000, "the queue is bounded");
            let client_id = waiting.len().to_string();
            let directory = Arc::clone(&directory);
            let change = tokio::spawn(async move {
                directory
                    .carry_out(store_effect(&client_id), nobody())
                    .await
            });
            tokio::task::yield_now().await;
            if change.is_finished() {
                break change.await.expect("no change panics");
            }
            waiting.push(change);
        };
        assert_eq!(refused, Err(DirectoryError::Busy));

        let kept = waiting.remove(0);
        for change in &waiting {
            change.abort();
        }
        for change in waiting {
            assert!(change.await.is_err_and(|error| error.is_cancelled()));
        }
        release.send(()).expect("the writer waits");
        assert_eq!(kept.await.expect("no change panics"), Ok(()));
        directory.check().await.expect("it works again");
        let usage = directory
            .usage(None, nobody().address, 0)
            .await
            .expect("the directory can be read");
        assert_eq!(usage.total_clients, Some(1));
    });
}

#[test]
fn what_was_queued_before_the_end_is_done_and_nothing_after_it() {
    let (folder, directory, runtime) = fresh();
    let (stored, ()) = runtime.block_on(async {
        tokio::join!(
            directory.carry_out(store_effect("a"), nobody()),
            directory.close()
        )
    });
    assert_eq!(stored, Ok(()));
    assert!(matches!(
        runtime.block_on(directory.carry_out(store_effect("b"), nobody())),
        Err(DirectoryError::Failed(_))
    ));
    let again = Sqlite::open(&folder.path().join("gatepost.db")).expect("it opens again");
    let usage = runtime
        .block_on(again.usage(None, nobody().address, 0))
        .expect("the directory can be read");
    assert_eq!(usage.total_clients, Some(1));
}

#[test]
fn files_that_are_not_ours_are_left_alone() {
    let folder = TempDir::new().expect("the temporary folder can be written");
    let path = folder.path().join("gatepost.db");
    let other = Connection::open(&path).expect("a new file");
    other
        .execute_batch("CREATE TABLE other (a); PRAGMA user_version = 1;")
        .expect("a table");
    assert!(matches!(Sqlite::open(&path), Err(OpenError::Foreign(_))));

    drop((folder, other));
    let (folder, directory, runtime) = fresh();
    runtime.block_on(directory.close());
    let path = folder.path().join("gatepost.db");
    Connection::open(&path)
        .and_then(|later| later.pragma_update(None, "user_version", 1000))
        .expect("the file is there");
    assert!(matches!(
        Sqlite::open(&path),
        Err(OpenError::TooNew {
            found: 1000,
            known: 1,
            ..
        })
    ));
}

fn fresh() -> (TempDir, Sqlite, Runtime) {
    let folder = TempDir::new().expect("the temporary folder can be written");
    let directory = Sqlite::open(&folder.path().join("gatepost.db")).expect("a new directory");
    let runtime = Builder::new_current_thread()
        .build()
        .expect("a runtime can be made");
    (folder, directory, runtime)
}

fn new_key(account: Option<&str>, expires_at: Option<u64>) -> NewKey {
    NewKey {
        hash: ApiKey::draw().expect("there is randomness").hash(),
        name: "test".into(),
        account: account.map(str::to_owned),
        permissions: Permission::REGISTRATION.to_vec(),
        created_at: 1_000,
        expires_at,
    }
}

fn store_effect(client_id: &str) -> Effect {
    Effect::Store(ClientRecord {
        client_id: client_id.into(),
        document: "{}".into(),
    })
}

fn nobody() -> Origin {
    Origin {
        key: None,
        account: None,
        address: Ipv4Addr::LOCALHOST.into(),
        at: 1_000,
    }
}

/// Keeps the writer busy until it is released.
async fn hold_up(directory: &Arc<Sqlite>) -> mpsc::Sender<()> {
    let (release, released) = mpsc::channel();
    let (begin, begun) = mpsc::channel();
    let directory = Arc::clone(directory);
    tokio::spawn(async move {
        directory
            .writer
            .run(move |_| {
                begin.send(()).expect("the test waits");
                released
                    .recv_timeout(Duration::from_secs(60))
                    .expect("the test releases it");
                Ok(())
            })
            .await
    });
    tokio::task::yield_now().await;
    begun
        .recv_timeout(Duration::from_secs(60))
        .expect("the writer begins");
    release
}
