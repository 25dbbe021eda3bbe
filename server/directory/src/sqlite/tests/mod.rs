mod client;
mod rotation;
mod writer;

use std::sync::Arc;

use gatepost_plugin::{ClientRecord, Effect, Usage};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use super::*;
use crate::client::{Registrant, Wider};
use crate::contract;
use crate::permission::Permission;
use crate::principal::{AccountId, KeyId};
use crate::secret::{Purpose, Secret};

#[test]
fn it_is_a_directory() {
    let (_folder, directory, runtime) = fresh();
    runtime.block_on(contract::holds(&directory));
}

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
            .block_on(directory.live_key(SecretHash::of("gpak_"), 0))
            .expect("the directory can be read")
            .is_none(),
        "it never was"
    );
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
            .block_on(directory.holders(permission, now))
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
fn a_directory_that_is_only_read_stays_as_it_is() {
    let (folder, directory, runtime) = fresh();
    let path = folder.path().join("gatepost.db");
    let reading = Sqlite::open_to_read(&path).expect("it is there");
    runtime
        .block_on(carry_out(&directory, store_effect("a"), Inquiry::default()))
        .expect("another may write");
    let listed = runtime.block_on(reading.clients(&Search::all(9, 0)));
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
            known: 6,
            ..
        })
    ));
}

#[test]
fn clients_of_version_5_have_their_states() {
    let folder = TempDir::new().expect("the temporary folder can be written");
    let path = folder.path().join("gatepost.db");
    let earlier = Connection::open(&path).expect("a new file");
    for script in schema::MIGRATIONS.iter().take(5) {
        earlier.execute_batch(script).expect("the script is right");
    }
    for (client_id, record) in contract::EARLIER {
        earlier
            .execute(
                "INSERT INTO oauth_client (client_id, record, anonymous, created_at, changed_at)
                 VALUES (?1, ?2, 0, 1000, 1000)",
                (client_id, record),
            )
            .expect("a client");
    }
    earlier
        .pragma_update(None, "application_id", schema::APPLICATION_ID)
        .and_then(|()| earlier.pragma_update(None, "user_version", 5))
        .expect("it is ours");
    drop(earlier);

    let directory = Sqlite::open(&path).expect("of version 5");
    let runtime = Builder::new_current_thread()
        .build()
        .expect("a runtime can be made");
    runtime.block_on(contract::earlier_ones_have_their_states(&directory));
    runtime.block_on(directory.close());
    let upgraded = Connection::open(&path).expect("the file is there");
    let mut statement = upgraded
        .prepare("SELECT waits, secret_until FROM oauth_client_listed ORDER BY id")
        .expect("the columns are there");
    let columns = statement
        .query_map((), |row| Ok((row.get(0)?, row.get(1)?)))
        .and_then(Iterator::collect::<Result<Vec<(i64, i64)>, _>>);
    let columns = columns.expect("they can be read");
    assert_eq!(columns, [(1, 0), (0, 1500), (0, 1501), (0, 0), (0, 0)]);
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
        hash: Secret::draw(Purpose::ApiKey)
            .expect("there is randomness")
            .hash(),
        name: "test".into(),
        account: account.map(str::to_owned),
        owner: None,
        made_with: None,
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
    let decision = contract::accepting(effect);
    let judge: Judge = Arc::new(move |_| {
        Ok(Verdict {
            decision: decision.clone(),
            changes: Vec::new(),
        })
    });
    match directory.decide(inquiry, judge).await {
        Ok(_) => Ok(()),
        Err(DecideError::Directory(error)) => Err(error),
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
        revision: None,
        counts_tokens: false,
        registrant: Some(Registrant {
            key: key.map(|(key, _)| key),
            account: key.map(|(_, account)| account),
            network: network.map(str::to_owned),
            window_start,
            wider: key.is_none().then(|| Wider {
                network: "a".into(),
                window_start,
            }),
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
