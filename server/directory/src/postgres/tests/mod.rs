//! The contract, on a server of its own.

#[expect(
    dead_code,
    reason = "it is killed and started again by the tests of several servers, too"
)]
mod server;

use std::time::{Duration, Instant};

use super::Postgres;
use super::link::Pool;
use super::schema::MIGRATIONS;
use crate::contract;
use crate::directory::Directory;
use crate::error::OpenError;
use crate::grant::Exchange;
use crate::secret::SecretHash;
use crate::store::Database;

/// What the server's helper shows of a program's output.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
#[ignore = "needs PostgreSQL; scripts/test-peers runs it"]
fn it_is_a_directory() {
    with_database(async |database| {
        assert!(matches!(
            Postgres::open_to_read(&database).await,
            Err(OpenError::TooOld { .. })
        ));
        let directory = Postgres::open(&database).await.expect("a new directory");
        contract::holds(&directory).await;
        directory.close().await;
        let again = Postgres::open_to_read(&database)
            .await
            .expect("it is there");
        again.close().await;
    });
}

#[test]
#[ignore = "needs PostgreSQL; scripts/test-peers runs it"]
fn a_database_that_does_not_answer_is_given_up() {
    with_server(async |server, database| {
        let directory = Postgres::open(&database).await.expect("a new directory");
        let stored = |client_id| contract::stored(&directory, client_id);
        assert_eq!(stored("before").await, Ok(()));
        server.pause();
        let begun = Instant::now();
        let given_up = stored("meanwhile").await;
        assert!(given_up.is_err());
        assert!(begun.elapsed() < Duration::from_secs(30), "{begun:?}");
        server.go_on();
        assert_eq!(stored("after").await, Ok(()));
        directory.close().await;
    });
}

#[test]
#[ignore = "needs PostgreSQL; scripts/test-peers runs it"]
fn a_database_of_version_1_is_brought_up_to_date() {
    with_database(async |database| {
        let refresh = SecretHash::of("a refresh token");
        let hex = |hash: SecretHash| -> String {
            let bytes = hash.bytes().iter();
            bytes.map(|byte| format!("{byte:02x}")).collect()
        };
        let bytes = hex(refresh);
        let key = |name: &str| SecretHash::of(name);
        let (live, over) = (hex(key("live")), hex(key("over")));
        let pool = Pool::new(&database).expect("a database");
        let link = pool.link().await.expect("it is there");
        for script in [
            include_str!("../1.sql"),
            "CREATE TABLE gatepost_schema (version BIGINT NOT NULL);
             INSERT INTO gatepost_schema (version) VALUES (1);
             INSERT INTO oauth_grant (client_id, scope, resources, created_at, last_used_at)
             VALUES ('mail', 'a', '', 1000, 1000)",
            &format!(
                "INSERT INTO oauth_token (hash, kind, grant_id, data, issued_at, expires_at)
                 SELECT '\\x{bytes}', 'refresh', id, '', 1000, 2000 FROM oauth_grant"
            ),
            // An account that was made for its keys, and has no permissions.
            "INSERT INTO account (name, permissions, created_at) VALUES ('partner', '', 1000);
             INSERT INTO account (name, password_hash, permissions, created_at)
             VALUES ('alice', '$hash', 'authenticate', 1000)",
            &format!(
                "INSERT INTO api_key (hash, name, account_id, permissions, created_at, expires_at)
                 SELECT '\\x{live}'::BYTEA, 'live', id, 'authenticate oauth-client-registration', 1000,
                        NULL::BIGINT FROM account WHERE name = 'partner'
                 UNION ALL
                 SELECT '\\x{over}'::BYTEA, 'over', id, 'oauth-client-delete', 1000, 1001
                 FROM account WHERE name = 'partner'"
            ),
        ] {
            link.run(script).await.expect("the script is right");
        }
        drop(link);
        pool.close();

        assert!(matches!(
            Postgres::open_to_read(&database).await,
            Err(OpenError::TooOld { .. })
        ));
        let directory = Postgres::open(&database).await.expect("of version 1");
        let token = directory.token(refresh).await.expect("it can be read");
        let token = token.expect("it stays");
        assert_eq!((token.is_spent, token.is_awaited(0)), (false, false));
        let permissions = async |name| {
            let entry = directory.account(name).await.expect("it can be read");
            entry.expect("it stays").account.permissions.join(" ")
        };
        let expected = "authenticate oauth-client-registration";
        assert_eq!(permissions("partner").await, expected, "those of live keys");
        assert_eq!(permissions("alice").await, "authenticate");
        let found = directory.live_key(key("live"), 1_500).await;
        let found = found.expect("it can be read").expect("it goes on working");
        assert_eq!(found.permissions.join(" "), expected);
        assert_eq!(found.owner, found.account.map(|account| account.id));
        for expected in [Exchange::Done, Exchange::Repeated, Exchange::Reused] {
            let exchanged = directory.exchange(refresh, Vec::new(), 30, 1_500).await;
            assert_eq!(exchanged, Ok(expected));
        }
        directory.close().await;
        let again = Postgres::open(&database).await.expect("of version 3");
        again.close().await;
    });
}

#[test]
#[ignore = "needs PostgreSQL; scripts/test-peers runs it"]
fn clients_of_version_5_have_their_states() {
    with_database(async |database| {
        let pool = Pool::new(&database).expect("a database");
        let link = pool.link().await.expect("it is there");
        for script in MIGRATIONS.iter().take(5) {
            link.run(script).await.expect("the script is right");
        }
        link.run(
            "CREATE TABLE gatepost_schema (version BIGINT NOT NULL);
             INSERT INTO gatepost_schema (version) VALUES (5)",
        )
        .await
        .expect("the version is noted");
        for (client_id, record) in contract::EARLIER {
            let added = format!(
                "INSERT INTO oauth_client (client_id, record, anonymous, created_at, changed_at)
                 VALUES ('{client_id}', '{record}', FALSE, 1000, 1000)"
            );
            link.run(&added).await.expect("a client");
        }

        let directory = Postgres::open(&database).await.expect("of version 5");
        contract::earlier_ones_have_their_states(&directory).await;
        directory.close().await;
        let columns =
            "SELECT string_agg(waits::TEXT || ' ' || secret_until::TEXT, ', ' ORDER BY id)
                       FROM oauth_client_listed";
        let row = link.row(columns, &[]).await.expect("the columns are there");
        assert_eq!(
            row.get::<_, String>(0),
            "true 0, false 1500, false 1501, false 0, false 0"
        );
        drop(link);
        pool.close();
    });
}

fn with_database(test: impl AsyncFnOnce(Database)) {
    with_server(async |_, database| test(database).await);
}

fn with_server(test: impl AsyncFnOnce(&server::Server, Database)) {
    let server = server::Server::start();
    let settings: toml::Table = server.settings().parse().expect("it is TOML");
    let url = settings["store"]["url"].as_str().expect("a URL");
    let database: Database = url.parse().expect("a database");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be made");
    runtime.block_on(test(&server, database));
}
