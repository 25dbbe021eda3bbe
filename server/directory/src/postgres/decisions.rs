//! The task that carries decisions out.
//!
//! A commit waits for the disk, however much is in it, and whoever changes what is counted waits for the row with the
//! counters. So whatever came in while the database was busy is carried out in one transaction, one decision after the
//! other, and its senders are answered after the commit.

use std::sync::Arc;
use std::time::Duration;

use gatepost_plugin::Decision;
use tokio::sync::{mpsc, oneshot};

use super::client;
use super::link::{Borrowed, PATIENCE, Pool, unanswered};
use crate::client::{Inquiry, Judge, Verdict};
use crate::error::{DecideError, DirectoryError};

/// How many decisions may wait.
const QUEUE: usize = 4096;

/// How many go into one transaction. Other servers wait for the counters meanwhile.
const BATCH: usize = 64;

/// How long decisions that are carried out together may take. A connection may be dead, and nobody have said so.
const LONGEST: Duration = Duration::from_secs(25);

/// Two statements, so that what comes after them sees all that whoever had the lock before has done.
pub(super) const COUNTING: &str = "BEGIN; SELECT id FROM tally FOR UPDATE";

/// Where decisions are left to be carried out.
pub(super) struct Decisions {
    queue: mpsc::Sender<Waiting>,
}

type Decided = Result<Decision, DecideError>;

/// What is decided, and by whom.
struct Case {
    inquiry: Inquiry,
    judge: Judge,
}

/// A decision that somebody waits for.
struct Waiting {
    case: Case,
    /// Told when it is begun.
    begun: oneshot::Sender<()>,
    reply: oneshot::Sender<Decided>,
}

impl Decisions {
    /// Carries out what is left here, until nobody can leave anything any more.
    pub(super) fn begin(pool: Arc<Pool>) -> Self {
        let (queue, incoming) = mpsc::channel(QUEUE);
        tokio::spawn(work(pool, incoming));
        Self { queue }
    }

    /// Decides in a transaction, and answers once it is on disk. A decision that fails leaves nothing behind and harms no
    /// other.
    pub(super) async fn run(&self, inquiry: Inquiry, judge: Judge) -> Decided {
        let (begun, begins) = oneshot::channel();
        let (reply, answer) = oneshot::channel();
        let waiting = Waiting {
            case: Case { inquiry, judge },
            begun,
            reply,
        };
        self.queue
            .try_send(waiting)
            .map_err(|_| DirectoryError::Busy)?;
        // What nobody waits for is not begun.
        match tokio::time::timeout(PATIENCE, begins).await {
            Ok(_) => answer.await.unwrap_or_else(|_| Err(ended())),
            Err(_) => Err(DirectoryError::Busy.into()),
        }
    }
}

async fn work(pool: Arc<Pool>, mut incoming: mpsc::Receiver<Waiting>) {
    let mut batch = Vec::new();
    while incoming.recv_many(&mut batch, BATCH).await > 0 {
        // Nobody is told that it begins before there is a connection.
        let link = pool.link().await;
        let begun = batch.drain(..).filter_map(Waiting::begin);
        let (cases, replies): (Vec<Case>, Vec<_>) = begun.unzip();
        let decided = match link {
            Ok(link) => tokio::time::timeout(LONGEST, decide(&pool, link, &cases))
                .await
                .unwrap_or_else(|_| failed(unanswered(), cases.len())),
            Err(error) => failed(error, cases.len()),
        };
        for (reply, decided) in replies.into_iter().zip(decided) {
            // Who gave up waiting in the meantime does not need to know.
            let _ = reply.send(decided);
        }
    }
}

impl Waiting {
    /// Takes what is to be decided, if somebody still waits for it.
    fn begin(self) -> Option<(Case, oneshot::Sender<Decided>)> {
        self.begun.send(()).ok()?;
        Some((self.case, self.reply))
    }
}

/// Carries decisions out together, or one by one if any of them fails.
async fn decide(pool: &Pool, mut link: Borrowed, cases: &[Case]) -> Vec<Decided> {
    let together = carry_out(&mut link, cases).await;
    drop(link);
    match together {
        Ok(decided) => decided,
        Err(error) if cases.len() == 1 => failed(error, 1),
        Err(_) => {
            let mut decided = Vec::new();
            for case in cases {
                match pool.link().await {
                    Ok(mut link) => {
                        let alone = carry_out(&mut link, std::slice::from_ref(case)).await;
                        decided.extend(alone.unwrap_or_else(|error| failed(error, 1)));
                    }
                    // The database is gone, and nobody waits for it as often as there are cases.
                    Err(error) => {
                        let left = cases.len() - decided.len();
                        decided.extend(failed(error, left));
                        break;
                    }
                }
            }
            decided
        }
    }
}

fn failed(error: DirectoryError, number: usize) -> Vec<Decided> {
    (0..number).map(|_| Err(error.clone().into())).collect()
}

/// Carries decisions out in one transaction: all of them, or none. A judge that makes no decision is no reason to carry out
/// none of the others.
async fn carry_out(link: &mut Borrowed, cases: &[Case]) -> Result<Vec<Decided>, DirectoryError> {
    let mut all = Vec::new();
    for Case { inquiry, judge } in cases {
        let facts = match all.is_empty() {
            true => {
                link.begin_and_ask(COUNTING, async |link| client::facts(link, inquiry).await)
                    .await
            }
            false => client::facts(link, inquiry).await,
        }?;
        let Verdict { decision, changes } = match judge(&facts) {
            Ok(verdict) => verdict,
            Err(abandoned) => {
                all.push(Err(abandoned.into()));
                continue;
            }
        };
        let mut carried_out = client::carry_out(link, &decision.effect, inquiry).await;
        for change in &changes {
            if carried_out.is_ok() {
                carried_out = client::change(link, change, inquiry.now).await;
            }
        }
        if let Err(error) = carried_out {
            // The connection may be the reason, and is given up then.
            let _ = link.undo().await;
            return Err(error);
        }
        all.push(Ok(decision));
    }
    link.commit().await?;
    Ok(all)
}

fn ended() -> DecideError {
    DirectoryError::Failed("the directory is closed".into()).into()
}
