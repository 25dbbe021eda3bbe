//! From a request's facts to a decision that is carried out.
//!
//! A decision is made twice. The first time it is made from what a reader finds, which costs
//! microseconds and holds nobody up; most of those that refuse or change nothing end there. If there
//! is something to do, the directory makes it again from the facts inside its transaction, and that
//! one counts: of many registrations at once, no more are accepted than a limit allows. The same
//! entropy gives the same client, so that nothing else differs.

use std::sync::Arc;

use thiserror::Error;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::directory::{
    Change, Directory, DirectoryError, Facts, Inquiry, Judge, Key, Registrant, Verdict,
};
use crate::http::answer;
use crate::plugin::{
    Caller, Context, Decision, Due, Effect, Fetch, Outcome, Plugin, PluginError, Request,
};

/// Has the plugin decide, and the directory do what was decided.
pub struct Decider {
    directory: Arc<dyn Directory>,
    plugin: Arc<dyn Plugin>,
    window: u64,
    turns: Semaphore,
}

/// Why there is no decision, or none that was carried out.
#[derive(Debug, Error)]
pub enum Undecided {
    /// The plugin failed.
    #[error("the plugin made no decision")]
    Plugin(#[from] PluginError),
    /// The directory failed.
    #[error("the directory did not do its part")]
    Directory(#[from] DirectoryError),
    /// The plugin's decision makes no sense.
    #[error("the plugin's decision is not carried out: {0}")]
    Malformed(&'static str),
    /// A client that is to be believed only after a document was read.
    #[error(
        "the document at the URI in {pointer:?} has to be read first, and this program fetches none"
    )]
    Unfetched {
        /// Where the URI stands. The URI itself is the client's, and may hold anything.
        pointer: String,
    },
    /// Somebody else changed the client since it was last seen.
    #[error("the client was changed in the meantime")]
    Changed,
    /// There is nothing to make credentials of.
    #[error("the operating system gave no randomness")]
    Randomness(#[from] getrandom::Error),
}

impl Decider {
    /// Decides with this plugin, so many times at once, about what is in this directory.
    ///
    /// A decision is made in place. One that hangs holds up its thread until its time is up, so there
    /// should be fewer turns than threads.
    pub fn new(
        directory: Arc<dyn Directory>,
        plugin: Arc<dyn Plugin>,
        turns: usize,
    ) -> Result<Self, PluginError> {
        Ok(Self {
            window: plugin.window()?.max(1),
            directory,
            plugin,
            turns: Semaphore::new(turns),
        })
    }

    /// Registers a client for whoever has this key, or none.
    pub async fn register(
        &self,
        caller: Caller,
        key: Option<&Key>,
        metadata: Vec<u8>,
        now: u64,
    ) -> Result<Decision, Undecided> {
        let account = key.and_then(|key| key.account.as_ref());
        let registrant = Registrant {
            key: key.map(|key| key.id),
            account: account.map(|account| account.id),
            network: match &caller.address {
                Some(address) => self.network(address).await?,
                None => None,
            },
            window_start: self.window_start(now),
        };
        let inquiry = Inquiry {
            client_id: None,
            registrant: Some(registrant),
            revision: None,
            now,
        };
        self.decide(inquiry, caller, move |plugin, context, _| {
            plugin.register(context, &metadata)
        })
        .await
    }

    /// Makes a decision, and carries out its effect.
    pub async fn decide(
        &self,
        inquiry: Inquiry,
        caller: Caller,
        operation: impl Fn(&dyn Plugin, &Context, &Facts) -> Result<Decision, PluginError>
        + Send
        + Sync
        + 'static,
    ) -> Result<Decision, Undecided> {
        self.decide_and(inquiry, caller, operation, |_| Vec::new())
            .await
    }

    /// Makes a decision, and carries out its effect and what else follows if it is accepted.
    pub async fn decide_and(
        &self,
        mut inquiry: Inquiry,
        caller: Caller,
        operation: impl Fn(&dyn Plugin, &Context, &Facts) -> Result<Decision, PluginError>
        + Send
        + Sync
        + 'static,
        follows: impl Fn(&Decision) -> Vec<Change> + Send + Sync + 'static,
    ) -> Result<Decision, Undecided> {
        let mut entropy = vec![0; 32];
        getrandom::fill(&mut entropy)?;
        let plugin = Arc::clone(&self.plugin);
        let now = inquiry.now;
        let revision = inquiry.revision;
        let judge: Judge = Arc::new(move |facts| {
            if revision.is_some() && facts.revision != revision {
                return Err(Undecided::Changed);
            }
            let context = Context {
                now,
                entropy: entropy.clone(),
                caller: caller.clone(),
                usage: facts.usage,
                record: facts.record.clone(),
            };
            let decision = operation(&*plugin, &context, facts)?;
            vet(&decision)?;
            let changes = match decision.outcome {
                Outcome::Accept => follows(&decision),
                Outcome::Refuse => Vec::new(),
            };
            Ok(Verdict { decision, changes })
        });
        loop {
            let facts = self.directory.facts(&inquiry).await?;
            let Verdict { decision, changes } = {
                let _turn = self.turn().await;
                judge(&facts)?
            };
            // It may be a client that is there already. What is decided about one that is adds
            // nothing, and so is not held to limits.
            if inquiry.client_id.is_none()
                && let Some(client_id) = named(&decision)
            {
                inquiry.client_id = Some(client_id.to_owned());
                continue;
            }
            return match decision.effect {
                Effect::None if changes.is_empty() => Ok(decision),
                _ => self.directory.decide(inquiry, judge).await,
            };
        }
    }

    /// The id of the client that a request speaks of.
    pub async fn identify(&self, request: &Request) -> Result<Option<String>, Undecided> {
        let _turn = self.turn().await;
        Ok(self.plugin.identify(request)?)
    }

    /// The network that an address is counted under; `None` if it is no address.
    pub async fn network(&self, address: &str) -> Result<Option<String>, Undecided> {
        let _turn = self.turn().await;
        Ok(self.plugin.network(address)?)
    }

    async fn turn(&self) -> SemaphorePermit<'_> {
        self.turns
            .acquire()
            .await
            .expect("the semaphore is never closed")
    }

    /// When the window began in which registrations are counted now.
    pub fn window_start(&self, now: u64) -> u64 {
        now - now % self.window
    }

    /// What decides.
    pub fn plugin(&self) -> &dyn Plugin {
        &*self.plugin
    }

    /// Where the decisions are carried out.
    pub fn directory(&self) -> &dyn Directory {
        &*self.directory
    }
}

/// The client that a decision turns out to be about.
fn named(decision: &Decision) -> Option<&str> {
    match (&decision.client, &decision.effect) {
        (Some(client), _) => Some(&client.client_id),
        (None, Effect::Share(record)) => Some(&record.client_id),
        (None, _) => None,
    }
}

/// What this program is asked to do has to be what it can do, all of it.
fn vet(decision: &Decision) -> Result<(), Undecided> {
    if decision.outcome == Outcome::Refuse && decision.effect != Effect::None {
        return Err(Undecided::Malformed("it refused, and asked for an effect"));
    }
    // One that cannot be answered must not have had its effect.
    if answer::head(&decision.response).is_none() {
        return Err(Undecided::Malformed("its response cannot be sent"));
    }
    let first = |fetch: &&Fetch| fetch.due == Due::BeforeEffect;
    match decision.fetches.iter().find(first) {
        // What a client has named for later use is none of this program's business.
        Some(Fetch { pointer, .. }) if decision.outcome == Outcome::Accept => {
            Err(Undecided::Unfetched {
                pointer: pointer.clone(),
            })
        }
        _ => Ok(()),
    }
}
