//! One question with all that stays as it is while it is asked again.

use std::sync::Arc;

use gatepost_directory::Facts;
use gatepost_plugin::{Caller, Context, Decision, Due, Effect, Fetch, Operation, Outcome, Plugin};

use super::error::Undecided;
use super::response;

/// What is asked, of whom, and all the facts that stay as they are.
pub(super) struct Case {
    pub(super) plugin: Arc<dyn Plugin>,
    pub(super) operation: Operation,
    pub(super) caller: Caller,
    pub(super) entropy: Vec<u8>,
    pub(super) revision: Option<u64>,
    pub(super) now: u64,
}

impl Case {
    pub(super) fn decide(&self, facts: &Facts) -> Result<Decision, Undecided> {
        let context = Context {
            now: self.now,
            entropy: self.entropy.clone(),
            caller: self.caller.clone(),
            usage: facts.usage,
            record: facts.record.clone(),
        };
        let decision = self
            .operation
            .ask(&*self.plugin, &context, &facts.activity)?;
        vet(&decision)?;
        // A precondition counts only where all else is well (RFC 9110 §13.2.1).
        if decision.outcome == Outcome::Accept
            && self.revision.is_some()
            && facts.revision != self.revision
        {
            return Err(Undecided::Changed);
        }
        Ok(decision)
    }
}

/// What this program is asked to do has to be what it can do, all of it.
fn vet(decision: &Decision) -> Result<(), Undecided> {
    if decision.outcome == Outcome::Refuse && decision.effect != Effect::None {
        return Err(Undecided::Malformed("it refused, and asked for an effect"));
    }
    // One that cannot be answered must not have had its effect.
    if response::head(&decision.response).is_none() {
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
