//! Decisions of the audit log, made again by other settings.

use std::error::Error;

use gatepost_plugin::{Context, Decision, Outcome, Plugin};

use crate::decide::entropy;
use crate::observe::audit::Line;

/// What became of a decision that was made again.
#[derive(Debug)]
pub enum Again {
    /// It is the same: what is accepted is accepted, and what is refused is refused for the same reason.
    Same,
    /// It is another one.
    Other(Box<Decision>),
    /// It cannot be made again, because a secret was needed.
    Undecidable,
    /// It cannot be made again, because what was asked was too long to be written down whole.
    Cut,
}

/// Makes a decision of the log again. The line has the client's record, if it refers to one.
pub fn again(plugin: &dyn Plugin, line: &Line) -> Result<Again, Box<dyn Error>> {
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
        record: facts.record,
    };
    let decision = operation.ask(plugin, &context, &facts.activity)?;
    let is_accepted = decision.outcome == Outcome::Accept;
    let first = decision.diagnostics.first().map(|finding| &finding.code);
    let is_same = line.accepted == is_accepted && (is_accepted || line.codes.first() == first);
    Ok(match is_same {
        true => Again::Same,
        false => Again::Other(Box::new(decision)),
    })
}
