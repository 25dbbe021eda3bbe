//! The thread that writes.
//!
//! Making one change durable costs a wait for the disk, and so does making a hundred durable
//! together. So whatever came in while the disk was busy is committed in one transaction, and its
//! senders are answered after that.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use crate::error::DirectoryError;

/// How many changes may wait. At a thousand commits a second this is a few seconds' work even if
/// every change needed its own.
const QUEUE: usize = 4096;

/// How many changes go into one transaction, so that the first in line is not kept waiting.
const BATCH: usize = 512;

pub(super) struct Writer {
    queue: mpsc::Sender<Message>,
    /// Whether the last transaction came to nothing: the disk is full, and the like.
    is_failing: Arc<AtomicBool>,
}

enum Message {
    Change(Box<dyn Change>),
    Close(oneshot::Sender<()>),
}

impl Writer {
    pub(super) fn start(connection: Connection) -> Self {
        let (queue, incoming) = mpsc::channel(QUEUE);
        let is_failing = Arc::new(AtomicBool::new(false));
        let failing = Arc::clone(&is_failing);
        thread::spawn(move || work(connection, incoming, &failing));
        Self { queue, is_failing }
    }

    /// Whether the last transaction came to nothing.
    pub(super) fn is_failing(&self) -> bool {
        self.is_failing.load(Ordering::Relaxed)
    }

    /// Runs a change in a transaction and answers once it is on disk. A change that fails leaves
    /// nothing behind and harms no other.
    pub(super) async fn run<T, F>(&self, change: F) -> Result<T, DirectoryError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, DirectoryError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.queue
            .try_send(Message::Change(Box::new(Pending {
                change: Some(change),
                result: None,
                reply,
            })))
            .map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => DirectoryError::Busy,
                mpsc::error::TrySendError::Closed(_) => closed(),
            })?;
        answer.await.unwrap_or_else(|_| Err(closed()))
    }

    /// Runs a change when there is time for it. Nobody waits for it, and if much is waiting to be
    /// written it is left out.
    pub(super) fn run_some_time<F>(&self, change: F)
    where
        F: FnOnce(&Connection) -> Result<(), DirectoryError> + Send + 'static,
    {
        if self.queue.capacity() > QUEUE / 2 {
            let unattended = Unattended(Some(change));
            // A queue that is closed has no time.
            let _ = self.queue.try_send(Message::Change(Box::new(unattended)));
        }
    }

    /// Waits until all that was queued is on disk and the file is closed.
    pub(super) async fn close(&self) {
        let (reply, done) = oneshot::channel();
        if self.queue.send(Message::Close(reply)).await.is_ok() {
            // The answer is that the sender is gone, whether it said something or not.
            let _ = done.await;
        }
    }
}

fn work(
    mut connection: Connection,
    mut incoming: mpsc::Receiver<Message>,
    is_failing: &AtomicBool,
) {
    let mut close = None;
    while close.is_none()
        && let Some(first) = incoming.blocking_recv()
    {
        let mut batch = Vec::new();
        let mut next = Some(first);
        while let Some(message) = next {
            match message {
                // Who gave up waiting was told that nothing happened, so nothing should.
                Message::Change(change) if change.is_abandoned() => {}
                Message::Change(change) => batch.push(change),
                Message::Close(reply) => {
                    close = Some(reply);
                    break;
                }
            }
            next = if batch.len() < BATCH {
                incoming.try_recv().ok()
            } else {
                None
            };
        }
        let committed = commit(&mut connection, &mut batch);
        is_failing.store(committed.is_err(), Ordering::Relaxed);
        for change in batch {
            change.settle(committed.clone());
        }
    }
    if let Err((_, error)) = connection.close() {
        tracing::warn!(%error, "the directory did not close cleanly; what was stored is safe");
    }
}

fn commit(
    connection: &mut Connection,
    batch: &mut [Box<dyn Change>],
) -> Result<(), DirectoryError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let say = |sql: &str| transaction.prepare_cached(sql)?.execute(());
    for change in batch {
        say("SAVEPOINT change")?;
        let is_done = change.run(&transaction);
        if transaction.is_autocommit() {
            // A full disk and the like end the whole transaction, not one change.
            return Err(DirectoryError::Failed("the transaction was aborted".into()));
        }
        if !is_done {
            say("ROLLBACK TO change")?;
        }
        say("RELEASE change")?;
    }
    transaction.commit()?;
    Ok(())
}

trait Change: Send {
    fn is_abandoned(&self) -> bool;
    /// Says whether it succeeded.
    fn run(&mut self, connection: &Connection) -> bool;
    fn settle(self: Box<Self>, committed: Result<(), DirectoryError>);
}

struct Pending<F, T> {
    change: Option<F>,
    result: Option<Result<T, DirectoryError>>,
    reply: oneshot::Sender<Result<T, DirectoryError>>,
}

impl<F, T> Change for Pending<F, T>
where
    T: Send,
    F: FnOnce(&Connection) -> Result<T, DirectoryError> + Send,
{
    fn is_abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    fn run(&mut self, connection: &Connection) -> bool {
        self.result = self.change.take().map(|change| change(connection));
        matches!(self.result, Some(Ok(_)))
    }

    fn settle(self: Box<Self>, committed: Result<(), DirectoryError>) {
        let result = match (committed, self.result) {
            (Ok(()), Some(result)) => result,
            (Ok(()), None) => Err(closed()),
            (Err(error), _) => Err(error),
        };
        // Who gave up waiting in the meantime does not need to know.
        let _ = self.reply.send(result);
    }
}

/// A change that nobody waits for.
struct Unattended<F>(Option<F>);

impl<F> Change for Unattended<F>
where
    F: FnOnce(&Connection) -> Result<(), DirectoryError> + Send,
{
    fn is_abandoned(&self) -> bool {
        false
    }

    fn run(&mut self, connection: &Connection) -> bool {
        self.0
            .take()
            .is_some_and(|change| change(connection).is_ok())
    }

    fn settle(self: Box<Self>, _committed: Result<(), DirectoryError>) {}
}

fn closed() -> DirectoryError {
    DirectoryError::Failed("the directory is closed".into())
}
