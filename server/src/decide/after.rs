//! What a decision leads to beside its effect.

use gatepost_directory::Change;
use gatepost_plugin::{Decision, Effect, Operation, Outcome};

/// What is done after the effect of a decision: what the caller wants, and what keeps the rest of the
/// directory in step with the record of the client.
pub(super) fn changes_after(
    operation: &Operation,
    decision: &Decision,
    follows: &impl Fn(&Decision) -> Vec<Change>,
) -> Vec<Change> {
    if decision.outcome == Outcome::Refuse {
        return Vec::new();
    }
    let mut changes = follows(decision);
    changes.extend(in_step(operation, &decision.effect));
    changes
}

fn in_step(operation: &Operation, effect: &Effect) -> Option<Change> {
    match (operation, effect) {
        // The record that stays denies the client.
        (
            Operation::Remove { client_id } | Operation::Deny { client_id },
            Effect::Store(_) | Effect::Replace(_),
        ) => Some(Change::EndGrants {
            client_id: client_id.clone(),
        }),
        // The client is registered again, and is not disabled.
        (Operation::Provision { .. }, Effect::Replace(record)) => Some(Change::Disable {
            client_id: record.client_id.clone(),
            is_disabled: false,
        }),
        _ => None,
    }
}

/// Whether it may be because of the counters that a decision refuses.
pub(super) fn is_about_counts(decision: &Decision) -> bool {
    decision.outcome == Outcome::Refuse && matches!(decision.response.status, 403 | 429)
}

/// Whether a registration was refused because there are as many clients of strangers as there may be.
pub(super) fn needs_room(decision: &Decision) -> bool {
    let mut findings = decision.diagnostics.iter();
    decision.outcome == Outcome::Refuse && findings.any(|found| found.code == "quota-anonymous")
}

/// The client that a decision turns out to be about.
pub(super) fn named(decision: &Decision) -> Option<&str> {
    match (&decision.client, &decision.effect) {
        (Some(client), _) => Some(&client.client_id),
        (None, Effect::Share(record)) => Some(&record.client_id),
        (None, _) => None,
    }
}
