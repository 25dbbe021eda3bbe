//! A decision with all that it needs.

use std::sync::Arc;
use std::time::Instant;

use gatepost_directory::Facts;

use super::Decider;
use super::case::{Case, Ruled};
use super::error::Undecided;
use crate::fetch::{Asker, FetchError};

/// How many documents one decision may need, with one to spare: what describes the client, its keys, and
/// newer keys.
const FETCHES: usize = 5;

impl Decider {
    /// Has the plugin decide, and fetches what it needs for that. Nothing is held meanwhile: no turn, and
    /// no transaction.
    pub(super) async fn hear(
        &self,
        case: &mut Arc<Case>,
        facts: &Facts,
    ) -> Result<Ruled, Undecided> {
        for _ in 0..FETCHES {
            match self.ask(case, facts).await {
                Err(Undecided::Unfetched { fetch, is_renewal }) => {
                    let fetched = match &self.fetcher {
                        Some(fetcher) => {
                            let network = self.counted_network(&case.caller).await?;
                            let asker = Asker {
                                network: &network,
                                is_in_use: is_in_use(facts),
                            };
                            // Few requests need it, and what it takes is copied with every one.
                            Box::pin(fetcher.fetch(&fetch, is_renewal, asker)).await
                        }
                        None => Err(FetchError::Off),
                    };
                    if let Some(observer) = &self.observer {
                        observer.fetched(fetched.as_ref().err());
                    }
                    // No transaction has it yet, so that nothing is copied.
                    Arc::make_mut(case).fetched.insert(fetch.uri, fetched);
                }
                Ok(ruled) => {
                    if let (Some(fetcher), Some(unfit)) = (&self.fetcher, &ruled.unfit) {
                        fetcher.is_unfit(unfit);
                    }
                    return Ok(ruled);
                }
                undecided => return undecided,
            }
        }
        Err(Undecided::Malformed(
            "it needs one document after the other",
        ))
    }

    async fn ask(&self, case: &Case, facts: &Facts) -> Result<Ruled, Undecided> {
        let _turn = self.turn().await;
        let begun = Instant::now();
        let decided = case.decide(facts);
        if let Some(observer) = &self.observer {
            observer.asked_plugin(begun.elapsed());
        }
        decided
    }
}

/// Whether the client has been used: a user has let it act for them, or it has acted for itself.
fn is_in_use(facts: &Facts) -> bool {
    let activity = &facts.activity;
    let uses = activity.authorised_at.or(activity.last_used);
    facts.record.is_some() && uses.is_some()
}
