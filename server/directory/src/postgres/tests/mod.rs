//! The contract, on a server of its own.

#[expect(
    dead_code,
    reason = "it is killed and started again by the tests of several servers, too"
)]
mod server;

use super::Postgres;
use crate::contract;
use crate::directory::Directory;
use crate::error::OpenError;
use crate::store::Database;

/// What the server's helper shows of a program's output.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
#[ignore = "needs PostgreSQL; scripts/test-peers runs it"]
fn it_is_a_directory() {
    let server = server::Server::start();
    let settings: toml::Table = server.settings().parse().expect("it is TOML");
    let url = settings["store"]["url"].as_str().expect("a URL");
    let database: Database = url.parse().expect("a database");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be made");
    runtime.block_on(async {
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
