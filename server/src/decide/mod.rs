//! From a request's facts to a decision that is carried out.
//!
//! A decision is made from what a reader finds, which costs microseconds and holds nobody up; most of
//! those that refuse or change nothing end there. If there is something to do, the directory looks at
//! the facts again inside its transaction, where nobody is in between. The first decision was made for
//! counters that are somewhat higher than they were, so that it holds if others have registered in the
//! meantime; where it does not, because a limit is near or something else has changed, it is made again
//! there, and that one counts. So of many registrations at once, no more are accepted than a limit
//! allows. The same entropy gives the same client, so that nothing else differs.
//!
//! Where registrations store nothing lately, because ids carry them (`stateless`), the counters are not read at all.

mod after;
mod assumed;
mod case;
pub mod entropy;
mod error;
mod hear;
mod named;
pub mod observer;
mod reason;
pub mod response;
mod room;
pub mod stored;
mod warnings;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use arc_swap::ArcSwap;
use gatepost_directory::secret::SecretHash;
use gatepost_directory::{
    Abandoned, Change, DecideError, Directory, DirectoryError, Exchange, Facts, Inquiry, Judge,
    Key, NewToken, Registrant, Token, Verdict, Wider,
};
use gatepost_plugin::{
    BearerCredential, Caller, Decision, Effect, Operation, Outcome, Plugin, PluginError, Request,
};
use tokio::sync::{Semaphore, SemaphorePermit};

use self::after::{changes_after, is_about_counts, named};
use self::assumed::{assume, is_covered};
use self::case::{Case, Ruled};
use self::observer::{Decided, Observer, Reuse};
use self::room::Room;
use crate::fetch::Fetcher;

pub use self::error::Undecided;
pub use self::reason::reason;
pub use self::warnings::{WEB_ADMINISTRATION, remarks, warnings};

/// What registrations are counted under whose network is not known. No network is written so.
const UNKNOWN: &str = "unknown";

/// Has the plugin decide, and the directory do what was decided.
pub struct Decider {
    directory: Arc<dyn Directory>,
    ruling: ArcSwap<Ruling>,
    turns: Semaphore,
    room: Room,
    observer: Option<Arc<dyn Observer>>,
    fetcher: Option<Arc<Fetcher>>,
}

/// What decides, as long as the settings stay as they are.
struct Ruling {
    plugin: Arc<dyn Plugin>,
    window: u64,
    wider_window: u64,
    /// What a request without an `Authorization` header is.
    without_header: BearerCredential,
    /// Whether something was stored for the last registration that was accepted: of a stranger, and with a key. It is a guess
    /// about the next one, and only its time depends on it.
    stores: [AtomicBool; 2],
}

/// A decision, what it was made from, and the client that it is about.
type CarriedOut = (Decision, Facts, Option<String>);

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
            directory,
            ruling: ArcSwap::from_pointee(Ruling::of(plugin)?),
            turns: Semaphore::new(turns),
            room: Room::default(),
            observer: None,
            fetcher: None,
        })
    }

    /// Lets somebody see all decisions.
    pub fn observed_by(self, observer: Arc<dyn Observer>) -> Self {
        Self {
            observer: Some(observer),
            ..self
        }
    }

    /// Fetches what a client names, where a decision depends on it. Without this, such a decision is a
    /// refusal.
    pub fn fetching_by(self, fetcher: Arc<Fetcher>) -> Self {
        Self {
            fetcher: Some(fetcher),
            ..self
        }
    }

    /// Decides with another plugin from now on. What has begun is finished with the old one.
    pub fn replace(&self, plugin: Arc<dyn Plugin>) -> Result<(), PluginError> {
        self.ruling.store(Arc::new(Ruling::of(plugin)?));
        Ok(())
    }

    /// Registers a client for whoever has this key, or none.
    pub async fn register(
        &self,
        caller: Caller,
        key: Option<&Key>,
        metadata: Vec<u8>,
        now: u64,
    ) -> Result<Decision, Undecided> {
        let about = Inquiry {
            now,
            ..Inquiry::default()
        };
        let mut case = Arc::new(self.case(&about, caller, Operation::Register { metadata })?);
        let ruling = self.ruling.load_full();
        let stores = &ruling.stores[usize::from(key.is_some())];
        if !stores.load(Ordering::Relaxed) {
            let uncounted = self.register_uncounted(&about, &mut case).await;
            if let Some(decided) = uncounted.transpose() {
                return self.show(&case, decided);
            }
        }
        let account = key.and_then(|key| key.account.as_ref());
        let registrant = Registrant {
            key: key.map(|key| key.id),
            account: account.map(|account| account.id),
            network: Some(self.counted_network(&case.caller).await?),
            window_start: self.window_start(now),
            wider: match key {
                Some(_) => None,
                None => Some(self.wider(&case.caller, now).await?),
            },
        };
        let inquiry = Inquiry {
            registrant: Some(registrant),
            ..about
        };
        let decided = self.register_or_make_room(inquiry, &mut case).await;
        if let Ok((decision, ..)) = &decided
            && decision.outcome == Outcome::Accept
        {
            stores.store(decision.effect != Effect::None, Ordering::Relaxed);
        }
        self.show(&case, decided)
    }

    /// Decides a registration without counters, which limit only what is stored. Nothing is decided if something would be.
    async fn register_uncounted(
        &self,
        about: &Inquiry,
        case: &mut Arc<Case>,
    ) -> Result<Option<CarriedOut>, Undecided> {
        let mut facts = Facts::default();
        let mut decision = self.hear(case, &facts).await?.decision;
        let client_id = named(&decision).map(str::to_owned);
        // An administrator may have deleted or disabled the client whose id this is.
        if decision.effect == Effect::None && client_id.is_some() {
            let about = Inquiry {
                client_id: client_id.clone(),
                ..about.clone()
            };
            facts = self.directory.facts(&about).await?;
            if facts.record.is_some() {
                decision = self.hear(case, &facts).await?.decision;
            }
        }
        Ok((decision.effect == Effect::None).then_some((decision, facts, client_id)))
    }

    /// Makes a decision, and carries out its effect.
    pub async fn decide(
        &self,
        inquiry: Inquiry,
        caller: Caller,
        operation: Operation,
    ) -> Result<Decision, Undecided> {
        self.decide_and(inquiry, caller, operation, |_| Vec::new())
            .await
    }

    /// Makes a decision, and carries out its effect and what else follows if it is accepted.
    pub async fn decide_and(
        &self,
        inquiry: Inquiry,
        caller: Caller,
        operation: Operation,
        follows: impl Fn(&Decision) -> Vec<Change> + Send + Sync + 'static,
    ) -> Result<Decision, Undecided> {
        let mut case = Arc::new(self.case(&inquiry, caller, operation)?);
        let decided = self.carry_out(inquiry, &mut case, follows).await;
        self.show(&case, decided)
    }

    /// Makes a decision, and carries nothing out: the decision comes without its effect.
    pub async fn consult(
        &self,
        inquiry: Inquiry,
        caller: Caller,
        operation: Operation,
    ) -> Result<Decision, Undecided> {
        let mut case = Arc::new(self.case(&inquiry, caller, operation)?);
        let decided = async {
            let mut facts = self.directory.facts(&inquiry).await?;
            let Ruled {
                mut decision,
                record,
                ..
            } = self.hear(&mut case, &facts).await?;
            decision.effect = Effect::None;
            facts.record = record;
            Ok((decision, facts, inquiry.client_id))
        };
        let decided = decided.await;
        self.show(&case, decided)
    }

    async fn carry_out(
        &self,
        mut inquiry: Inquiry,
        case: &mut Arc<Case>,
        follows: impl Fn(&Decision) -> Vec<Change> + Send + Sync + 'static,
    ) -> Result<CarriedOut, Undecided> {
        let mut before = None;
        loop {
            let mut facts = self.directory.facts(&inquiry).await?;
            let (assumed, ruled) = match before.take() {
                // There is no such client, and the same was decided about it.
                Some((assumed, ruled)) if is_covered(&facts, &assumed) => (assumed, ruled),
                _ => self.weigh(case, &facts).await?,
            };
            // It may be a client that is there already. What is decided about one that is adds
            // nothing, and so is not held to limits.
            if inquiry.client_id.is_none()
                && let Some(client_id) = named(&ruled.decision)
            {
                inquiry.client_id = Some(client_id.to_owned());
                before = Some((assumed, ruled));
                continue;
            }
            let Ruled {
                decision, record, ..
            } = ruled;
            let changes = changes_after(&case.operation, &decision, &follows);
            let client_id = inquiry.client_id.clone();
            if decision.effect == Effect::None && changes.is_empty() {
                facts.record = record;
                return Ok((decision, facts, client_id));
            }
            let first = Verdict { decision, changes };
            facts.record.clone_from(&record);
            let seen = Arc::new(Mutex::new(Seen {
                facts,
                undecided: None,
            }));
            let last = Arc::clone(&seen);
            let case = Arc::clone(case);
            let judge: Judge = Arc::new(move |facts| {
                let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
                last.facts.clone_from(facts);
                if is_covered(facts, &assumed) {
                    last.facts.record.clone_from(&record);
                    return Ok(first.clone());
                }
                let Ruled {
                    decision, record, ..
                } = case.decide(facts).map_err(|undecided| {
                    last.undecided = Some(undecided);
                    Abandoned
                })?;
                last.facts.record = record;
                let changes = changes_after(&case.operation, &decision, &follows);
                Ok(Verdict { decision, changes })
            });
            let begun = Instant::now();
            let decided = self.directory.decide(inquiry, judge).await;
            if let Some(observer) = &self.observer {
                observer.stored(begun.elapsed());
            }
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            let decision = decided.map_err(|error| match (error, seen.undecided.take()) {
                (DecideError::Directory(error), _) => error.into(),
                (DecideError::Abandoned, Some(undecided)) => undecided,
                (DecideError::Abandoned, None) => {
                    DirectoryError::Failed("it gave up without being told to".into()).into()
                }
            })?;
            return Ok((decision, seen.facts.clone(), client_id));
        }
    }

    /// Has the plugin decide for facts that hold for a while, and says for which.
    async fn weigh(
        &self,
        case: &mut Arc<Case>,
        facts: &Facts,
    ) -> Result<(Facts, Ruled), Undecided> {
        let assumed = match &case.operation {
            // Whether it makes room for another has to be known for certain.
            Operation::Lifecycle { .. } => facts.clone(),
            _ => assume(facts),
        };
        let ruled = self.hear(case, &assumed).await?;
        if is_about_counts(&ruled.decision) && assumed.usage != facts.usage {
            let ruled = self.hear(case, facts).await?;
            return Ok((facts.clone(), ruled));
        }
        Ok((assumed, ruled))
    }

    /// Lets what was decided be seen.
    fn show(
        &self,
        case: &Case,
        decided: Result<CarriedOut, Undecided>,
    ) -> Result<Decision, Undecided> {
        let Some(observer) = &self.observer else {
            return decided.map(|(decision, _, _)| decision);
        };
        match decided {
            Ok((decision, facts, client_id)) => {
                observer.decided(&Decided {
                    operation: &case.operation,
                    caller: &case.caller,
                    facts: &facts,
                    client_id: client_id.as_deref(),
                    now: case.now,
                    decision: &decision,
                });
                Ok(decision)
            }
            Err(undecided) => {
                observer.undecided(&case.operation, &undecided);
                Err(undecided)
            }
        }
    }

    fn case(
        &self,
        inquiry: &Inquiry,
        caller: Caller,
        operation: Operation,
    ) -> Result<Case, Undecided> {
        let client_id = match &operation {
            Operation::Authorize(_)
            | Operation::Authenticate(_)
            | Operation::AuthenticateAndAuthorize(_)
            | Operation::Usable { .. } => inquiry.client_id.as_ref(),
            _ => None,
        };
        Ok(Case {
            plugin: self.plugin(),
            site: client_id.filter(|id| id.starts_with("https://")).cloned(),
            operation,
            caller,
            entropy: entropy::draw()?,
            revision: inquiry.revision,
            now: inquiry.now,
            fetched: BTreeMap::new(),
            has_just_begun: self.fetcher.as_ref().is_some_and(|f| f.has_just_begun()),
        })
    }

    /// Spends a token that is good for one use, and issues others for the same grant. If it was spent before,
    /// that is seen, whatever comes of it.
    pub async fn exchange(
        &self,
        caller: &Caller,
        token: &Token,
        spent: SecretHash,
        issued: Vec<NewToken>,
        repeatable_for: u64,
        now: u64,
    ) -> Result<Exchange, DirectoryError> {
        let exchanged = self.directory.exchange(spent, issued, repeatable_for, now);
        let exchange = exchanged.await?;
        let is_repeated = match exchange {
            Exchange::Done | Exchange::Gone => return Ok(exchange),
            Exchange::Repeated => true,
            Exchange::Reused => false,
        };
        if let Some(observer) = &self.observer {
            observer.reused(&Reuse {
                caller,
                client_id: &token.grant.client_id,
                kind: token.kind,
                is_repeated,
                now,
            });
        }
        Ok(exchange)
    }

    /// The id of the client that a request speaks of.
    pub async fn identify(&self, request: &Request) -> Result<Option<String>, Undecided> {
        let _turn = self.turn().await;
        Ok(self.plugin().identify(request)?)
    }

    /// What an `Authorization` header is (RFC 6750 §2.1).
    pub async fn bearer(&self, header: Option<&str>) -> Result<BearerCredential, Undecided> {
        let Some(header) = header else {
            return Ok(self.ruling.load().without_header.clone());
        };
        let _turn = self.turn().await;
        Ok(self.plugin().bearer(Some(header))?)
    }

    /// The network that an address is counted under; `None` if it is no address.
    pub async fn network(&self, address: &str) -> Result<Option<String>, Undecided> {
        let _turn = self.turn().await;
        Ok(self.plugin().network(address)?)
    }

    /// The network that the registrations of a caller are counted under. Those of whom nobody knows where
    /// they are from are counted together, so that being unknown is no way around a limit.
    async fn counted_network(&self, caller: &Caller) -> Result<String, Undecided> {
        let network = match &caller.address {
            Some(address) => self.network(address).await?,
            None => None,
        };
        Ok(network.unwrap_or_else(|| UNKNOWN.to_owned()))
    }

    /// The wider network of a caller, as [`Self::counted_network`] finds the network.
    async fn wider(&self, caller: &Caller, now: u64) -> Result<Wider, Undecided> {
        let _turn = self.turn().await;
        let network = match &caller.address {
            Some(address) => self.plugin().wider_network(address)?,
            None => None,
        };
        Ok(Wider {
            network: network.unwrap_or_else(|| UNKNOWN.to_owned()),
            window_start: self.wider_window_start(now),
        })
    }

    async fn turn(&self) -> SemaphorePermit<'_> {
        self.turns
            .acquire()
            .await
            .expect("the semaphore is never closed")
    }

    /// When the window began in which registrations are counted now.
    fn window_start(&self, now: u64) -> u64 {
        now - now % self.ruling.load().window
    }

    fn wider_window_start(&self, now: u64) -> u64 {
        now - now % self.ruling.load().wider_window
    }

    /// When the oldest of the windows began in which registrations are counted now.
    pub fn oldest_window_start(&self, now: u64) -> u64 {
        self.window_start(now).min(self.wider_window_start(now))
    }

    /// What decides now.
    pub fn plugin(&self) -> Arc<dyn Plugin> {
        Arc::clone(&self.ruling.load().plugin)
    }

    /// Where the decisions are carried out.
    pub fn directory(&self) -> &dyn Directory {
        &*self.directory
    }
}

impl Ruling {
    fn of(plugin: Arc<dyn Plugin>) -> Result<Self, PluginError> {
        Ok(Self {
            window: plugin.window()?.max(1),
            wider_window: plugin.wider_window()?.max(1),
            without_header: plugin.bearer(None)?,
            stores: [AtomicBool::new(true), AtomicBool::new(true)],
            plugin,
        })
    }
}

/// What the judge saw last, in the directory's transaction.
struct Seen {
    facts: Facts,
    undecided: Option<Undecided>,
}
