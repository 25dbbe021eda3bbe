//! What is to be seen of the program while it runs: its audit log and its metrics.

use std::time::Duration;

use gatepost_plugin::{Effect, Operation, Outcome};
use tokio::task_local;

use crate::decide::Undecided;
use crate::decide::observer::{Decided, Observer, Reuse};
use crate::fetch::FetchError;
use crate::observe::audit::{Act, Audit};
use crate::observe::event::{Answered, Asked};
use crate::observe::log::brief;
use crate::observe::metrics::Metrics;

task_local! {
    /// The request that is being answered.
    pub static REQUEST: Asked;
}

/// The API key with this number was presented with the request that is being answered.
pub fn key_presented(number: i64) {
    let _ = REQUEST.try_with(|asked| asked.gathered().key = Some(number));
}

/// Sees all decisions.
pub struct Watch {
    /// Writes them down.
    pub audit: Audit,
    /// Counts them.
    pub metrics: Metrics,
}

impl Watch {
    /// Somebody did something, or was refused, that is no decision of the plugin's.
    pub fn acted(&self, act: Act) {
        let asked = REQUEST.try_with(Clone::clone).ok();
        self.audit.note_act(act, asked.as_ref());
    }

    /// A request was answered. Says what came of it.
    pub fn answered(&self, asked: &Asked, answered: &Answered<'_>) {
        self.audit
            .note_event(asked, answered, gatepost_directory::now());
    }
}

impl Observer for Watch {
    fn decided(&self, decided: &Decided<'_>) {
        let decision = decided.decision;
        let first = decision.diagnostics.first();
        self.metrics.decided(
            decided.operation.name(),
            decision.outcome == Outcome::Accept,
            first.map(|finding| &*finding.code),
        );
        // The sweep looks at every client, again and again; that one stays is nothing to write down.
        if matches!(decided.operation, Operation::Lifecycle { .. })
            && decision.effect == Effect::None
        {
            return;
        }
        let asked = REQUEST.try_with(Clone::clone).ok();
        self.audit.note(decided, asked.as_ref());
    }

    fn undecided(&self, operation: &Operation, undecided: &Undecided) {
        self.metrics.undecided(operation.name(), undecided.kind());
    }

    fn fetched(&self, error: Option<&FetchError>) {
        self.metrics.fetched(error.map_or("done", FetchError::code));
    }

    fn reused(&self, reuse: &Reuse<'_>) {
        let Reuse {
            client_id,
            is_repeated,
            ..
        } = *reuse;
        let client_id = brief(client_id);
        let code = reuse.code();
        match is_repeated {
            true => tracing::info!(
                client_id,
                code,
                "a refresh token was exchanged once more: the answer to the first time was lost"
            ),
            false => tracing::warn!(
                client_id,
                code,
                "a token was presented twice, and all that was issued with it is revoked"
            ),
        }
        self.metrics
            .decided(Reuse::OPERATION, is_repeated, Some(code));
        let asked = REQUEST.try_with(Clone::clone).ok();
        self.audit.note_reuse(reuse, asked.as_ref());
    }

    fn asked_plugin(&self, took: Duration) {
        self.metrics.asked_plugin(took);
    }

    fn stored(&self, took: Duration) {
        self.metrics.stored(took);
    }
}
