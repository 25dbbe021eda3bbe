//! Other settings are tried on past decisions, as the command `replay` does it: which would be others.

use std::time::{Duration, Instant};

use gatepost_plugin::{Decision, Outcome, Plugin};

use crate::http::pages::when::when;
use crate::http::shared::cut::Cut;
use crate::observe::audit::{Audit, Bounds, Line};
use crate::observe::replay::{Again, again};

/// How many decisions are made again, and how far they are looked for.
const BOUNDS: Bounds = Bounds {
    events: 5_000,
    bytes: 256 << 20,
    time: Duration::from_secs(2),
};

/// For how long they are made again. What is left then is said.
const LONGEST: Duration = Duration::from_secs(10);

/// How many are shown of those that would be others.
const MOST_SHOWN: usize = 50;

/// What would become of past decisions.
#[derive(Default)]
pub(super) struct Past {
    /// How many were made again, and how many of them are others.
    pub(super) again: u64,
    pub(super) changed: u64,
    /// How many cannot be made again.
    pub(super) undecidable: u64,
    pub(super) unreadable: u64,
    /// When the earliest of them was made.
    pub(super) since: String,
    /// Whether there are earlier ones.
    pub(super) is_cut_short: bool,
    pub(super) shown: Vec<Changed>,
}

/// A decision that would be another.
pub(super) struct Changed {
    pub(super) at: String,
    /// The number of its event, if it has one.
    pub(super) number: Option<String>,
    pub(super) operation: String,
    pub(super) client: Cut,
    pub(super) was: String,
    pub(super) would_be: String,
}

impl Past {
    /// Makes the latest decisions again. It takes as much of a processor as there is.
    pub(super) fn replay(audit: &Audit, plugin: &dyn Plugin) -> std::io::Result<Self> {
        audit.flush();
        let latest = audit.history().decisions(&BOUNDS)?;
        let begun = Instant::now();
        let mut past = Self {
            unreadable: latest.lost,
            is_cut_short: latest.is_cut_short,
            ..Self::default()
        };
        let mut earliest = None;
        for line in &latest.lines {
            if begun.elapsed() >= LONGEST {
                past.is_cut_short = true;
                break;
            }
            earliest = Some(line.at);
            match again(plugin, line) {
                Ok(Again::Same) => past.again += 1,
                Ok(Again::Other(decision)) => {
                    past.again += 1;
                    past.changed += 1;
                    if past.shown.len() < MOST_SHOWN {
                        past.shown.push(Changed::of(line, &decision));
                    }
                }
                Ok(Again::Undecidable | Again::Cut) => past.undecidable += 1,
                Err(_) => past.unreadable += 1,
            }
        }
        past.since = earliest.map(when).unwrap_or_default();
        Ok(past)
    }

    /// Whether more would be others than are shown.
    pub(super) fn is_cut(&self) -> bool {
        self.changed > self.shown.len() as u64
    }
}

impl Changed {
    fn of(line: &Line, decision: &Decision) -> Self {
        let said = |accepted: bool, code: Option<&str>| match (accepted, code) {
            (true, _) => "accepted".to_owned(),
            (false, Some(code)) => format!("refused ({code})"),
            (false, None) => "refused".to_owned(),
        };
        let first = decision.diagnostics.first().map(|finding| &*finding.code);
        let client = line.client_id.as_deref().or(line.subject.as_deref());
        Self {
            at: when(line.at),
            number: line.request.clone(),
            operation: line.operation.clone(),
            client: Cut::new(client.unwrap_or("a new client")),
            was: said(line.accepted, line.codes.first().map(String::as_str)),
            would_be: said(decision.outcome == Outcome::Accept, first),
        }
    }
}
