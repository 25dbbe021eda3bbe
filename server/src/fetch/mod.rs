//! Documents that clients name by URI: client ID metadata documents and key sets.
//!
//! A stranger chooses what is fetched here. So a URI has to be https; its name is resolved once, all of its
//! addresses have to be public, and the connection goes to one of those that were checked; and the request has
//! no credentials, follows no redirect and no proxy, and decodes nothing (RFC 9700 §4, RFC 7591 §5). Time, bytes,
//! requests at once, requests that wait, requests to one site, and what is remembered have bounds.

mod address;
mod cache;
mod connect;
mod error;
mod exchange;
mod freshness;
mod kept;
mod resolve;
mod settings;
mod shares;
mod target;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use gatepost_directory::pem::PemError;
use gatepost_plugin::Fetch;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use tokio::time::{Instant, timeout_at};

use self::cache::{Cache, Key};
use self::connect::Dialler;
use self::exchange::Answer;
use self::freshness::Validators;
use self::kept::Ages;
use self::resolve::System;
use self::shares::Shares;
use self::target::Target;

pub use self::connect::Roots;
pub use self::error::FetchError;
pub use self::kept::Document;
pub use self::resolve::{Resolve, Resolving};
pub use self::settings::{FetchSettings, InternalHost};

/// What is outside of this program: names, authorities and the time. A test has others; what is checked is
/// the same.
#[derive(Clone)]
pub struct Outside {
    /// Tells the addresses of names.
    pub resolver: Arc<dyn Resolve>,
    /// Who may have signed the certificate of a site, beside `fetch.tls-authority`.
    pub roots: Roots,
    /// The time.
    pub clock: Clock,
}

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

impl Default for Outside {
    /// What the operating system has.
    fn default() -> Self {
        Self {
            resolver: Arc::new(System::default()),
            roots: Roots::System,
            clock: Arc::new(SystemTime::now),
        }
    }
}

/// Fetches documents, and remembers them as long as HTTP allows it.
pub struct Fetcher {
    settings: FetchSettings,
    clock: Clock,
    began: SystemTime,
    dialler: Dialler,
    cache: Cache,
    /// How often each site is asked.
    sites: Option<DefaultKeyedRateLimiter<String>>,
    shares: Shares,
}

/// Whom something is fetched for.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'a> {
    /// The network that the request comes from; one name for all of whom that is not known.
    pub network: &'a str,
    /// Whether the client is in use: a user has let it act for them, or it has acted for itself. The copies
    /// of others make room first, which a stranger can name any number of.
    pub is_in_use: bool,
}

impl Fetcher {
    /// Makes ready to fetch. Nothing is connected to yet.
    ///
    /// # Errors
    ///
    /// The file of `fetch.tls-authority` cannot be read.
    pub fn new(settings: FetchSettings, outside: Outside) -> Result<Self, PemError> {
        let Outside {
            resolver,
            roots,
            clock,
        } = outside;
        let at_once = settings.at_once as usize;
        Ok(Self {
            began: clock(),
            clock,
            dialler: Dialler::new(&settings, resolver, roots)?,
            cache: Cache::new(settings.cache_bytes),
            sites: std::num::NonZero::new(settings.requests_per_minute)
                .map(|requests| RateLimiter::keyed(Quota::per_minute(requests))),
            shares: Shares::new(at_once),
            settings,
        })
    }

    /// The document that a client names, fetched or remembered. A renewal is fetched although the copy is
    /// fresh, once in a while.
    ///
    /// # Errors
    ///
    /// It cannot be fetched, and there is no copy that may be used.
    pub async fn fetch(
        &self,
        wanted: &Fetch,
        is_renewal: bool,
        asker: Asker<'_>,
    ) -> Result<Document, FetchError> {
        if !self.settings.is_enabled {
            return Err(FetchError::Off);
        }
        let target = Target::read(&wanted.uri)?;
        let timeout = Duration::from_secs(wanted.timeout.into()).min(self.settings.timeout);
        let deadline = Instant::now() + timeout;
        let ages = self.ages();
        let key = key(wanted);
        let slot = self.cache.slot(&key, asker.is_in_use);
        let share = self.shares.of(asker.network);
        // What is remembered needs no place, however many wait for slow sites.
        if let Ok(kept) = slot.try_lock() {
            if let Some(known) = kept.known(is_renewal, ages, (self.clock)()) {
                return known;
            }
            if share.is_full() {
                return kept.instead(FetchError::Busy, ages, (self.clock)());
            }
        }
        let _place = share.place()?;
        let Ok(mut kept) = timeout_at(deadline, slot.lock()).await else {
            return Err(FetchError::Busy);
        };
        // Whoever had it may have fetched it.
        if let Some(known) = kept.known(is_renewal, ages, (self.clock)()) {
            return known;
        }
        let turn = match self.may_ask(&target) {
            true => share.turn(deadline).await,
            false => Err(FetchError::TooOften),
        };
        // That this program does not ask says nothing about the site.
        let _turn = match turn {
            Ok(turn) => turn,
            Err(error) => return kept.instead(error, ages, (self.clock)()),
        };
        let asked = self.ask(&target, kept.validators(), wanted.max_bytes);
        let answer = timeout_at(deadline, asked)
            .await
            .unwrap_or(Err(FetchError::Timeout));
        let reason = answer.as_ref().err().cloned();
        let document = kept.learn(answer, is_renewal, ages, (self.clock)());
        self.cache.weigh(&key, kept.size());
        if let Some(reason) = reason {
            tracing::warn!(
                uri = error::quoted(&wanted.uri),
                code = reason.code(),
                its_last_copy_serves = document.is_ok(),
                "a document that a client names is not fetched: {reason}"
            );
        }
        document
    }

    /// Does not keep a document for long that is of no use: it is not what it should be
    /// (draft-ietf-oauth-client-id-metadata-document: it must not be cached).
    pub fn is_unfit(&self, wanted: &Fetch) {
        // Whoever holds it replaces it.
        if let Some(slot) = self.cache.known(&key(wanted))
            && let Ok(mut kept) = slot.try_lock()
        {
            kept.is_unfit();
        }
    }

    /// Whether this program runs for so short a time that what is stored of a document can be a copy that
    /// would still serve, had it been remembered.
    pub fn has_just_begun(&self) -> bool {
        (self.clock)()
            .duration_since(self.began)
            .is_ok_and(|passed| passed < self.settings.max_stale)
    }

    /// Drops what was counted and is over.
    pub fn forget(&self) {
        self.dialler.pace.forget();
        if let Some(sites) = &self.sites {
            sites.retain_recent();
            sites.shrink_to_fit();
        }
    }

    async fn ask(
        &self,
        target: &Target,
        validators: Option<&Validators>,
        max_bytes: u32,
    ) -> Result<Answer, FetchError> {
        let stream = self.dialler.connect(target).await?;
        exchange::ask(stream, target, validators, max_bytes).await
    }

    fn may_ask(&self, target: &Target) -> bool {
        let site = target.site();
        let sites = self.sites.as_ref();
        sites.is_none_or(|sites| sites.check_key(&site).is_ok())
    }

    fn ages(&self) -> Ages {
        Ages {
            max_age: self.settings.max_age,
            max_stale: self.settings.max_stale,
        }
    }
}

fn key(wanted: &Fetch) -> Key {
    Key {
        uri: wanted.uri.clone(),
        max_bytes: wanted.max_bytes,
    }
}
