//! Decisions of the audit log, made again by other settings.

use std::error::Error;
use std::fmt;

use gatepost_plugin::{Context, Decision, Outcome, Plugin};

use crate::decide::entropy;
use crate::observe::audit::Line;

/// What became of a decision that was to be made again.
#[derive(Debug)]
pub enum Again {
    /// It was made again.
    Decided(Box<Decision>),
    /// It cannot be made again, because a secret was needed.
    Undecidable,
    /// It cannot be made again, because what was asked was too long to be written down whole.
    Cut,
}

/// Makes a decision of the log again, about a client with this record if the line refers to one.
pub fn again(
    plugin: &dyn Plugin,
    line: &Line,
    record: Option<&str>,
) -> Result<Again, Box<dyn Error>> {
    let Some(operation) = line.operation() else {
        return Ok(match line.cut {
            true => Again::Cut,
            false => Again::Undecidable,
        });
    };
    let (facts, caller) = line.facts();
    let context = Context {
        now: line.at,
        entropy: entropy::draw()?,
        caller,
        usage: facts.usage,
        record: record.map(str::to_owned).or(facts.record),
    };
    let decision = operation.ask(plugin, &context, &facts.activity)?;
    Ok(Again::Decided(Box::new(decision)))
}

/// What was decided, in short. Two decisions are the same if this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gist<'a> {
    /// It was accepted.
    Accepted,
    /// It was refused, and the code of the first finding.
    Refused(Option<&'a str>),
}

impl<'a> Gist<'a> {
    /// What the log says of a decision.
    pub fn of_line(line: &'a Line) -> Self {
        match line.accepted {
            true => Self::Accepted,
            false => Self::Refused(line.codes.first().map(String::as_str)),
        }
    }

    /// A decision that was made again.
    pub fn of(decision: &'a Decision) -> Self {
        match decision.outcome {
            Outcome::Accept => Self::Accepted,
            Outcome::Refuse => {
                let first = decision.diagnostics.first();
                Self::Refused(first.map(|finding| &*finding.code))
            }
        }
    }
}

impl fmt::Display for Gist<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted => f.write_str("accepted"),
            Self::Refused(Some(code)) => write!(f, "refused ({code})"),
            Self::Refused(None) => f.write_str("refused"),
        }
    }
}
