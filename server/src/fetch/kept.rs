//! What is remembered of a document: its last copy, and whether its site failed.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::error::FetchError;
use super::exchange::Answer;
use super::freshness::{Freshness, Validators};

/// How long a document is used at least, so that one sign-in, which needs it several times, fetches it once
/// (draft-ietf-oauth-client-id-metadata-document leaves the server bounds of its own).
const MIN_AGE: Duration = Duration::from_secs(10);

/// How long a site is left alone after it failed, or after its document was of no use.
const PAUSE: Duration = Duration::from_secs(30);

/// How long it takes at least until a document is fetched before its time once more.
const RENEWAL: Duration = Duration::from_secs(60);

/// A document as it was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The body, which may be anything.
    pub body: Arc<[u8]>,
    /// Whether there may be a newer one already: it was not fetched just now, and may be fetched before its
    /// time.
    pub is_renewable: bool,
    /// Why this is a copy that should have been replaced.
    pub stale: Option<FetchError>,
}

/// How long copies may be used.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ages {
    pub(super) max_age: Duration,
    pub(super) max_stale: Duration,
}

/// What is remembered of one document.
#[derive(Debug, Default)]
pub(super) struct Kept {
    copy: Option<Copy>,
    failure: Option<(FetchError, Since)>,
    renewed: Option<Since>,
}

#[derive(Debug)]
struct Copy {
    body: Arc<[u8]>,
    validators: Option<Validators>,
    /// Whether it may be used after its time, and asked about.
    may_keep: bool,
    checked: Since,
    lifetime: Duration,
}

/// Since when something is so. A clock that was set back does not make it last longer.
#[derive(Clone, Copy, Debug)]
struct Since(SystemTime);

impl Since {
    fn is_within(self, time: Duration, now: SystemTime) -> bool {
        now.duration_since(self.0).is_ok_and(|passed| passed < time)
    }
}

impl Kept {
    /// What there is without asking the site. `None`: it has to be asked.
    pub(super) fn known(
        &self,
        is_renewal: bool,
        ages: Ages,
        now: SystemTime,
    ) -> Option<Result<Document, FetchError>> {
        let copy = self.copy.as_ref();
        let fresh = copy.filter(|copy| copy.checked.is_within(copy.lifetime, now));
        if let Some(copy) = fresh
            && !(is_renewal && self.may_renew(now))
        {
            return Some(Ok(self.document(copy, None, now)));
        }
        match &self.failure {
            Some((error, since)) if since.is_within(PAUSE, now) => {
                Some(self.instead(error.clone(), ages, now))
            }
            _ => None,
        }
    }

    /// What a copy is known by, to ask whether the document has changed.
    pub(super) fn validators(&self) -> Option<&Validators> {
        let copy = self.copy.as_ref().filter(|copy| copy.may_keep);
        copy.and_then(|copy| copy.validators.as_ref())
    }

    /// Remembers what a site answered.
    pub(super) fn learn(
        &mut self,
        answer: Result<Answer, FetchError>,
        is_renewal: bool,
        ages: Ages,
        now: SystemTime,
    ) -> Result<Document, FetchError> {
        if is_renewal {
            self.renewed = Some(Since(now));
        }
        let (headers, body) = match answer {
            Ok(Answer::Document { headers, body }) => (headers, body.into()),
            Ok(Answer::Unchanged { headers }) => match &self.copy {
                Some(copy) => (headers, Arc::clone(&copy.body)),
                None => return Err(FetchError::Status(304)),
            },
            Err(error) => {
                // That its site answers otherwise ends the last copy; that it is away does not.
                if !error.is_passing() {
                    self.copy = None;
                }
                self.failure = Some((error.clone(), Since(now)));
                return self.instead(error, ages, now);
            }
        };
        let freshness = Freshness::of(&headers, now);
        // A site need not repeat what the document is known by.
        let validators = Validators::of(&headers).or_else(|| self.validators().cloned());
        let copy = Copy {
            body,
            validators,
            may_keep: freshness.may_keep,
            checked: Since(now),
            // An administrator's bound counts, however short.
            lifetime: freshness.lifetime.max(MIN_AGE).min(ages.max_age),
        };
        let document = Document {
            body: Arc::clone(&copy.body),
            is_renewable: false,
            stale: None,
        };
        self.copy = Some(copy);
        self.failure = None;
        Ok(document)
    }

    /// What there is although the site failed, or was not asked.
    pub(super) fn instead(
        &self,
        error: FetchError,
        ages: Ages,
        now: SystemTime,
    ) -> Result<Document, FetchError> {
        let copy = self.copy.as_ref().filter(|copy| {
            let longest = copy.lifetime.saturating_add(ages.max_stale);
            copy.may_keep && error.is_passing() && copy.checked.is_within(longest, now)
        });
        match copy {
            Some(copy) => Ok(self.document(copy, Some(error), now)),
            None => Err(error),
        }
    }

    /// A document that was of no use is fetched again soon, and does not stay for as long as its site allows.
    pub(super) fn is_unfit(&mut self) {
        if let Some(copy) = &mut self.copy {
            copy.lifetime = copy.lifetime.min(PAUSE);
            copy.may_keep = false;
        }
    }

    /// How much memory it takes, in bytes, near enough.
    pub(super) fn size(&self) -> usize {
        self.copy.as_ref().map_or(0, |copy| copy.body.len())
    }

    fn may_renew(&self, now: SystemTime) -> bool {
        self.renewed
            .is_none_or(|since| !since.is_within(RENEWAL, now))
    }

    fn document(&self, copy: &Copy, stale: Option<FetchError>, now: SystemTime) -> Document {
        Document {
            body: Arc::clone(&copy.body),
            is_renewable: stale.is_none() && self.may_renew(now),
            stale,
        }
    }
}
