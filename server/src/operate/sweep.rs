//! What time does to the directory: clients that nobody uses are removed, and counts that are over.

use std::sync::Arc;
use std::time::Duration;

use gatepost_directory::{DirectoryError, Inquiry, Search};
use gatepost_plugin::{Caller, Effect, Operation};
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use crate::decide::Decider;

/// How many clients are looked at together. Those that are removed are so in one transaction.
const PAGE: u32 = 256;

/// Sweeps at once, and then at an interval, for ever.
pub async fn regularly(decider: Arc<Decider>, interval: Duration, clock: fn() -> u64) {
    let mut ticks = tokio::time::interval(interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match once(&decider, clock(), || {}).await {
            Ok(Swept { removed: 0, .. }) => {}
            Ok(Swept {
                clients, removed, ..
            }) => {
                tracing::info!(clients, removed, "removed clients that nobody uses");
            }
            Err(error) => tracing::error!(%error, "the sweep came to an end too soon"),
        }
    }
}

/// What a sweep came upon.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Clients that were looked at.
    pub clients: u64,
    /// Clients that were removed.
    pub removed: u64,
    /// Clients that could not be judged, and stay.
    pub unjudged: u64,
}

/// Goes once through all clients, and tells of each. The plugin says which are removed; one that it cannot judge stays.
pub async fn once(
    decider: &Arc<Decider>,
    now: u64,
    mut each: impl FnMut(),
) -> Result<Swept, DirectoryError> {
    let mut swept = Swept::default();
    let mut search = Search::all(PAGE, now);
    loop {
        let page = decider.directory().clients(&search).await?;
        let Some(last) = page.last() else { break };
        search.after = Some(last.place);
        let mut judged = JoinSet::new();
        for entry in page {
            swept.clients += 1;
            each();
            if let Some(reason) = entry.unreadable {
                let client_id = entry.client_id;
                tracing::error!(
                    client_id,
                    reason,
                    "a client cannot be read, and was not swept"
                );
                swept.unjudged += 1;
                continue;
            }
            judged.spawn(judge(Arc::clone(decider), entry.client_id, now));
        }
        while let Some(fate) = judged.join_next().await {
            match fate.unwrap_or(Fate::Unjudged) {
                Fate::Stays => {}
                Fate::Removed => swept.removed += 1,
                Fate::Unjudged => swept.unjudged += 1,
            }
        }
    }
    decider
        .directory()
        .forget(decider.oldest_window_start(now), now)
        .await?;
    Ok(swept)
}

/// What became of a client.
enum Fate {
    Stays,
    Removed,
    /// It stays, because nobody knows.
    Unjudged,
}

async fn judge(decider: Arc<Decider>, client_id: String, now: u64) -> Fate {
    let inquiry = Inquiry {
        client_id: Some(client_id.clone()),
        registrant: None,
        revision: None,
        counts_tokens: true,
        now,
    };
    let decided = decider
        .decide(
            inquiry,
            Caller::default(),
            Operation::Lifecycle {
                client_id: client_id.clone(),
            },
        )
        .await;
    match decided {
        Ok(decision) => match decision.effect {
            Effect::Remove(_) => Fate::Removed,
            _ => Fate::Stays,
        },
        Err(error) => {
            let cause = std::error::Error::source(&error).map(tracing::field::display);
            tracing::error!(client_id, cause, "a client was not swept: {error}");
            Fate::Unjudged
        }
    }
}
