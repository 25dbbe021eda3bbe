//! The log on standard error: lines until there are too many of a kind, and then how many were left out.

use std::collections::HashMap;
use std::io::{self, IsTerminal};
use std::sync::{Arc, Mutex, PoisonError};

use tracing::callsite::Identifier;
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, Filter, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{Log, LogFormat};
use crate::origin::pace::Pace;

/// How long a text of somebody else's may be in a line, in bytes.
const LONGEST: usize = 256;

/// As much of a text as there is room for in a line.
pub fn brief(text: &str) -> &str {
    cut(text, LONGEST)
}

/// As much of a text as so many bytes take.
pub(super) fn cut(text: &str, longest: usize) -> &str {
    &text[..text.floor_char_boundary(longest)]
}

/// Which lines were left out.
pub struct LeftOut {
    /// How many lines a minute are written that one place in this program writes.
    pace: Pace<Identifier>,
    counts: Mutex<HashMap<&'static str, u64>>,
}

impl LeftOut {
    fn new(lines_per_minute: u32) -> Self {
        Self {
            pace: Pace::new(lines_per_minute),
            counts: Mutex::default(),
        }
    }

    /// Whether there is room for another line from this place; otherwise it is counted.
    fn admit(&self, place: &'static Metadata<'static>) -> bool {
        let is_written = self.pace.check(&place.callsite()).is_ok();
        if !is_written {
            let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
            *counts.entry(place.name()).or_default() += 1;
        }
        is_written
    }

    /// Says how many lines were left out since this was last said.
    pub fn say(&self) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = std::mem::take(&mut *counts);
        for (place, lines) in counts {
            tracing::warn!(
                lines,
                place,
                "lines were left out of this log, because there were too many"
            );
        }
    }
}

/// Lets lines pass that there is room for.
struct Gate(Arc<LeftOut>);

impl<S: Subscriber> Filter<S> for Gate {
    fn enabled(&self, _: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        true
    }

    fn event_enabled(&self, event: &Event<'_>, _: &Context<'_, S>) -> bool {
        self.0.admit(event.metadata())
    }
}

/// Writes lines to standard error from now on.
pub fn begin(log: &Log) -> Arc<LeftOut> {
    let left_out = Arc::new(LeftOut::new(log.lines_per_minute));
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal());
    let lines = match log.format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    // What is not important enough is not counted either.
    let lines = lines
        .with_filter(Gate(Arc::clone(&left_out)))
        .with_filter(log.level);
    tracing_subscriber::registry().with(lines).init();
    left_out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_one_kind_leave_room_for_others() {
        let left_out = Arc::new(LeftOut::new(3));
        let written = Arc::new(Mutex::new(Vec::new()));
        let to = Arc::clone(&written);
        let lines = tracing_subscriber::fmt::layer()
            .with_ansi(false)
            .with_writer(move || Into(Arc::clone(&to)))
            .with_filter(Gate(Arc::clone(&left_out)));
        let subscriber = tracing_subscriber::registry().with(lines);
        tracing::subscriber::with_default(subscriber, || {
            for number in 0..100 {
                tracing::info!(number, "many");
            }
            tracing::info!("another");
            left_out.say();
            left_out.say();
        });
        let written = written.lock().expect("nobody came to grief").clone();
        let written = String::from_utf8(written).expect("it is text");
        assert_eq!(written.matches("many").count(), 3 + 1, "{written}");
        assert_eq!(written.matches("another").count(), 1, "{written}");
        assert_eq!(written.matches("lines=97 ").count(), 1, "{written}");
    }

    #[derive(Clone)]
    struct Into(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Into {
        fn write(&mut self, text: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("nobody came to grief").extend(text);
            Ok(text.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn how_much_of_a_text_there_is_room_for() {
        assert_eq!(brief("a"), "a");
        assert_eq!(brief(&"\u{e9}".repeat(LONGEST)).len(), LONGEST);
        assert_eq!(brief(&"\u{20ac}".repeat(LONGEST)).len(), LONGEST / 3 * 3);
    }
}
