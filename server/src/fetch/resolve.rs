//! Names and their addresses.

use std::future::Future;
use std::io;
use std::net::{IpAddr, ToSocketAddrs};
use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::{Semaphore, oneshot};

/// Tells the addresses of a name.
pub trait Resolve: Send + Sync {
    /// The addresses of a host, as it is in a URI.
    ///
    /// # Errors
    ///
    /// The name has none, or it cannot be found out.
    fn resolve(&self, name: &str) -> Resolving;
}

/// Addresses that are being looked up.
pub type Resolving = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Asks the operating system, which looks into `/etc/hosts` and asks name servers.
pub(super) struct System {
    /// A look-up cannot be called off, and waits for name servers as long as `/etc/resolv.conf` says.
    turns: Arc<Semaphore>,
}

impl System {
    /// How many look-ups there are at once.
    const AT_ONCE: usize = 16;
}

impl Default for System {
    fn default() -> Self {
        Self {
            turns: Arc::new(Semaphore::new(Self::AT_ONCE)),
        }
    }
}

impl Resolve for System {
    fn resolve(&self, name: &str) -> Resolving {
        let turns = Arc::clone(&self.turns);
        let name = name.to_owned();
        Box::pin(async move {
            let turn = turns
                .acquire_owned()
                .await
                .expect("the semaphore is never closed");
            let (found, addresses) = oneshot::channel();
            // Not a thread of the runtime, which would wait for it when the program stops.
            std::thread::Builder::new()
                .name("resolver".to_owned())
                .spawn(move || {
                    let all = (&*name, 0).to_socket_addrs();
                    // Whoever asked may have given up.
                    let _ = found.send(all.map(|all| all.map(|one| one.ip()).collect()));
                    drop(turn);
                })?;
            addresses
                .await
                .unwrap_or_else(|_| Err(io::Error::other("the look-up ended without an answer")))
        })
    }
}
