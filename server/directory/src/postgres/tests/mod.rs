//! The contract, on a server of its own.

#[expect(
    dead_code,
    reason = "it is killed and started again where there are hosts, too"
)]
mod server;

use crate::contract;
use crate::error::OpenError;
use crate::open;
use crate::open_to_read;
use crate::store::Store;

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
    let store: Store = url.parse().expect("a store");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be made");
    runtime.block_on(async {
        assert!(matches!(
            open_to_read(&store).await,
            Err(OpenError::TooOld { .. })
        ));
        let directory = open(&store).await.expect("a new directory");
        contract::holds(&*directory).await;
        directory.close().await;
        let again = open_to_read(&store).await.expect("it is there");
        again.close().await;
    });
}
