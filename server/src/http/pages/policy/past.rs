//! Other settings are tried on past decisions: which would be others than with the settings in force. The command `replay` compares
//! with what was decided then, by the settings of that time.

use std::error::Error;
use std::io;
use std::time::{Duration, Instant};

use gatepost_plugin::{Decision, Plugin};

use crate::http::pages::when::when;
use crate::http::shared::cut::Cut;
use crate::observe::audit::{Audit, Bounds, Line, Logged};
use crate::observe::replay::{Again, Gist, again};

/// How many decisions are made again, and how far they are looked for.
const BOUNDS: Bounds = Bounds {
    events: 5_000,
    bytes: 256 << 20,
    time: Duration::from_secs(2),
};

/// How many are shown of those that would be others.
const MOST_SHOWN: usize = 50;

/// What would become of past decisions.
#[derive(Default)]
pub(super) struct Past {
    /// How many were made again, and how many of them are others.
    pub(super) again: u64,
    pub(super) changed: u64,
    /// How many cannot be made again: without a secret or all that was asked, without the client's record, and because the
    /// plugin fails.
    pub(super) undecidable: u64,
    pub(super) lost: u64,
    pub(super) failed: u64,
    /// How many were not made again, because there was no time to find the client's record.
    pub(super) unreached: u64,
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
    /// What is decided with the settings in force, and with those that are tried.
    pub(super) in_force: String,
    pub(super) tried: String,
}

impl Past {
    /// Makes the latest decisions again with the settings in force and with those that are tried, until then. It takes as much of a
    /// processor as there is.
    pub(super) fn replay(
        audit: &Audit,
        in_force: &dyn Plugin,
        tried: &dyn Plugin,
        until: Instant,
    ) -> io::Result<Self> {
        audit.flush();
        let left = until.saturating_duration_since(Instant::now());
        // Most of the time is for the decisions.
        let time = BOUNDS.time.min(left / 4);
        let latest = audit.history().decisions(&Bounds { time, ..BOUNDS })?;
        let mut past = Self {
            lost: latest.lost,
            unreached: latest.unreached,
            is_cut_short: latest.is_cut_short,
            ..Self::default()
        };
        let mut earliest = None;
        for logged in &latest.lines {
            if Instant::now() >= until {
                past.is_cut_short = true;
                break;
            }
            let Ok(both) = both(in_force, tried, logged) else {
                past.failed += 1;
                continue;
            };
            let Some((before, after)) = both else {
                past.undecidable += 1;
                continue;
            };
            past.again += 1;
            earliest = Some(logged.line.at);
            let (before, after) = (Gist::of(&before), Gist::of(&after));
            if before == after {
                continue;
            }
            past.changed += 1;
            if past.shown.len() < MOST_SHOWN {
                past.shown.push(Changed::of(&logged.line, before, after));
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

/// What is decided with the settings in force, and with those that are tried; nothing if it cannot be made again.
fn both(
    in_force: &dyn Plugin,
    tried: &dyn Plugin,
    logged: &Logged,
) -> Result<Option<(Box<Decision>, Box<Decision>)>, Box<dyn Error>> {
    let Logged { line, record } = logged;
    let Again::Decided(before) = again(in_force, line, record.as_deref())? else {
        return Ok(None);
    };
    let Again::Decided(after) = again(tried, line, record.as_deref())? else {
        return Ok(None);
    };
    Ok(Some((before, after)))
}

impl Changed {
    fn of(line: &Line, before: Gist<'_>, after: Gist<'_>) -> Self {
        let client = line.client_id.as_deref().or(line.subject.as_deref());
        Self {
            at: when(line.at),
            number: line.request.clone(),
            operation: line.operation.clone(),
            client: Cut::new(client.unwrap_or("a new client")),
            in_force: before.to_string(),
            tried: after.to_string(),
        }
    }
}
