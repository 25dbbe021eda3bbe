use std::sync::{Arc, mpsc};
use std::time::Duration;

use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use super::super::{AccountId, KeyId, Registrant};
use super::*;
use crate::keys::{ApiKey, Permission};
use crate::plugin::{ClientRecord, Effect, Outcome, Response, Usage};

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
fn keys_are_found_by_what_they_allow() {
    let (_folder, directory, runtime) = fresh();
    for (name, permissions, expires_at) in [
        ("all", Permission::ADMINISTRATOR, None),
        ("some", Permission::REGISTRATION, None),
        ("later", &[Permission::OauthClientOverride], Some(2_000)),
    ] {
        let key = NewKey {
            name: name.into(),
            permissions: permissions.to_vec(),
            ..new_key(None, expires_at)
        };
        runtime
            .block_on(directory.add_key(key))
            .expect("it is added");
    }
    let names = |permission, now| {
        runtime
            .block_on(directory.keys_with(permission, now))
            .expect("the directory can be read")
    };
    assert_eq!(
        names(Permission::OauthClientOverride, 1_999),
        ["all", "later"]
    );
    assert_eq!(names(Permission::OauthClientOverride, 2_000), ["all"]);
    assert_eq!(names(Permission::Authenticate, 0), ["all", "some"]);
}

#[test]
fn what_is_registered_is_counted() {
    let (_folder, directory, runtime) = fresh();
    let key = NewKey {
        terms: Some("{}".into()),
        ..new_key(Some("alice"), None)
    };
    let hash = key.hash;
    runtime
        .block_on(directory.add_key(key))
        .expect("it is added");
    let key = runtime
        .block_on(directory.live_key(hash, 0))
        .expect("the directory can be read")
        .expect("it is live");
    assert_eq!(key.terms.as_deref(), Some("{}"));
    let alice = |network, window_start| {
        let account = key.account.as_ref().expect("it has one").id;
        registrant(Some((key.id, account)), Some(network), window_start)
    };
    let stranger = |network| registrant(None, network, 7_200);
    let counts = |inquiry: &Inquiry| {
        let facts = runtime.block_on(directory.facts(inquiry));
        let usage = facts.expect("the directory can be read").usage;
        [
            usage.total_clients,
            usage.anonymous_clients,
            usage.account_clients,
            usage.key_registrations,
            usage.address_registrations,
        ]
    };
    let of = |total, anonymous, account, key, address| {
        [total, anonymous, account, key, address].map(Some)
    };
    let do_now = |effect, inquiry| {
        runtime
            .block_on(carry_out(&directory, effect, inquiry))
            .expect("it is done");
    };

    assert_eq!(counts(&alice("a", 7_200)), of(0, 0, 0, 0, 0));
    do_now(store_effect("1"), alice("a", 7_200));
    do_now(store_effect("2"), alice("b", 7_200));
    do_now(share_effect("3"), stranger(Some("a")));
    assert_eq!(counts(&alice("a", 7_200)), of(3, 1, 2, 2, 2));
    assert_eq!(counts(&alice("b", 7_200)), of(3, 1, 2, 2, 1));
    assert_eq!(counts(&alice("a", 10_800)), of(3, 1, 2, 2, 0));
    assert_eq!(
        counts(&stranger(Some("a"))),
        [Some(3), Some(1), None, None, Some(2)],
        "no account, nothing to count"
    );
    assert_eq!(
        counts(&stranger(None))[4],
        None,
        "no address, nothing to count"
    );

    do_now(share_effect("3"), stranger(Some("a")));
    assert_eq!(
        counts(&alice("a", 7_200)),
        of(3, 1, 2, 2, 2),
        "it was there already"
    );
    do_now(store_effect("4"), Inquiry::default());
    assert_eq!(
        counts(&alice("a", 7_200)),
        of(4, 1, 2, 2, 2),
        "by an administrator"
    );
    for client_id in ["1", "3", "4"] {
        do_now(Effect::Remove(client_id.into()), Inquiry::default());
    }
    assert_eq!(counts(&alice("a", 7_200)), of(1, 0, 1, 2, 2));

    runtime
        .block_on(directory.forget_windows(7_200))
        .expect("it is done");
    assert_eq!(counts(&alice("a", 7_200))[4], Some(2));
    runtime
        .block_on(directory.forget_windows(7_201))
        .expect("it is done");
    assert_eq!(counts(&alice("a", 7_200))[4], Some(0));
}

#[test]
fn a_client_id_is_never_given_to_another_client() {
    let (_folder, directory, runtime) = fresh();
    let do_now = |effect| runtime.block_on(carry_out(&directory, effect, Inquiry::default()));
    let about = Inquiry {
        client_id: Some("a".into()),
        ..Inquiry::default()
    };
    let stored = || {
        let facts = runtime.block_on(directory.facts(&about));
        facts.expect("the directory can be read").record
    };
    let exists = DirectoryError::ClientExists;
    let missing = DirectoryError::NoSuchClient;
    for (effect, done, then) in [
        (Effect::Replace(record("a", "0")), Err(&missing), None),
        (Effect::Remove("a".into()), Err(&missing), None),
        (Effect::Store(record("a", "1")), Ok(()), Some("1")),
        (Effect::Store(record("a", "2")), Err(&exists), Some("1")),
        (Effect::Share(record("a", "2")), Ok(()), Some("1")),
        (Effect::Replace(record("a", "3")), Ok(()), Some("3")),
        (Effect::None, Ok(()), Some("3")),
        (Effect::Remove("a".into()), Ok(()), None),
        (Effect::Share(record("a", "4")), Ok(()), Some("4")),
    ] {
        let name = format!("{effect:?}");
        assert_eq!(do_now(effect), done.map_err(Clone::clone), "{name}");
        assert_eq!(stored().as_deref(), then, "{name}");
    }
}

#[test]
fn clients_are_listed_page_by_page() {
    let (folder, directory, runtime) = fresh();
    for client_id in ["a", "b", "c"] {
        runtime
            .block_on(carry_out(
                &directory,
                store_effect(client_id),
                Inquiry::default(),
            ))
            .expect("it is stored");
    }
    Connection::open(folder.path().join("gatepost.db"))
        .and_then(|other| {
            other.execute(
                "UPDATE oauth_client SET users = 7, last_used_at = 5 WHERE client_id = 'c'",
                (),
            )
        })
        .expect("the client is there");
    let page = |after| {
        runtime
            .block_on(directory.clients(after, 2))
            .expect("the directory can be read")
    };
    let first = page(Place::default());
    assert_eq!(first.len(), 2);
    let second = page(first[1].place);
    let [c] = &second[..] else {
        panic!("{second:?}")
    };
    assert_eq!((&*c.client_id, &*c.record, c.users), ("c", "{}", 7));
    assert_eq!(c.activity.last_used, Some(5));
    assert_eq!(c.activity.authorised_at, None);
    assert!(page(c.place).is_empty());
}

#[test]
fn a_directory_that_is_only_read_stays_as_it_is() {
    let (folder, directory, runtime) = fresh();
    let path = folder.path().join("gatepost.db");
    let reading = Sqlite::open_to_read(&path).expect("it is there");
    runtime
        .block_on(carry_out(&directory, store_effect("a"), Inquiry::default()))
        .expect("another may write");
    let listed = runtime.block_on(reading.clients(Place::default(), 9));
    assert_eq!(listed.expect("it can be read").len(), 1);
    assert!(matches!(
        runtime.block_on(carry_out(&reading, store_effect("b"), Inquiry::default())),
        Err(DirectoryError::Failed(_))
    ));
    runtime.block_on(reading.close());

    let missing = folder.path().join("missing.db");
    assert!(matches!(
        Sqlite::open_to_read(&missing),
        Err(OpenError::Sqlite { .. })
    ));
    assert!(!missing.exists(), "nothing is made");
    Connection::open(&path)
        .and_then(|earlier| earlier.pragma_update(None, "user_version", 0))
        .expect("the file is there");
    assert!(matches!(
        Sqlite::open_to_read(&path),
        Err(OpenError::TooOld { .. })
    ));
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
                carry_out(&directory, store_effect(client_id), Inquiry::default()).await
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
                carry_out(&directory, store_effect(&client_id), Inquiry::default()).await
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
        assert_eq!(usage(&directory).await.total_clients, Some(1));
    });
}

#[test]
fn what_was_queued_before_the_end_is_done_and_nothing_after_it() {
    let (folder, directory, runtime) = fresh();
    let (stored, ()) = runtime.block_on(async {
        tokio::join!(
            carry_out(&directory, store_effect("a"), Inquiry::default()),
            directory.close()
        )
    });
    assert_eq!(stored, Ok(()));
    assert!(matches!(
        runtime.block_on(carry_out(&directory, store_effect("b"), Inquiry::default())),
        Err(DirectoryError::Failed(_))
    ));
    let again = Sqlite::open(&folder.path().join("gatepost.db")).expect("it opens again");
    assert_eq!(runtime.block_on(usage(&again)).total_clients, Some(1));
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
        terms: None,
        created_at: 1_000,
        expires_at,
    }
}

/// Carries out what a decision asks for, whatever the facts are.
async fn carry_out(
    directory: &Sqlite,
    effect: Effect,
    inquiry: Inquiry,
) -> Result<(), DirectoryError> {
    let decision = Decision {
        outcome: Outcome::Accept,
        response: Response {
            status: 200,
            headers: Vec::new(),
            body: String::new(),
        },
        effect,
        diagnostics: Vec::new(),
        fetches: Vec::new(),
        client: None,
    };
    let judge: Judge = Arc::new(move |_| Ok(decision.clone()));
    match directory.decide(inquiry, judge).await {
        Ok(_) => Ok(()),
        Err(Undecided::Directory(error)) => Err(error),
        Err(error) => panic!("{error}"),
    }
}

/// What is counted for a stranger.
async fn usage(directory: &Sqlite) -> Usage {
    let facts = directory.facts(&registrant(None, None, 0)).await;
    facts.expect("the directory can be read").usage
}

fn registrant(
    key: Option<(KeyId, AccountId)>,
    network: Option<&str>,
    window_start: u64,
) -> Inquiry {
    Inquiry {
        client_id: None,
        registrant: Some(Registrant {
            key: key.map(|(key, _)| key),
            account: key.map(|(_, account)| account),
            network: network.map(str::to_owned),
            window_start,
        }),
        now: window_start,
    }
}

fn store_effect(client_id: &str) -> Effect {
    Effect::Store(record(client_id, "{}"))
}

fn share_effect(client_id: &str) -> Effect {
    Effect::Share(record(client_id, "{}"))
}

fn record(client_id: &str, document: &str) -> ClientRecord {
    ClientRecord {
        client_id: client_id.into(),
        document: document.into(),
    }
}

/// Keeps the writer busy until it is released.
async fn hold_up(directory: &Arc<Sqlite>) -> mpsc::Sender<()> {
    let (release, released) = mpsc::channel();
    let (begin, begun) = mpsc::channel();
    let directory = Arc::clone(directory);
    tokio::spawn(async move {
        directory
            .write(move |_| {
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
