//! What is sent: a decision's response, or why there is none.

use axum::response::Response;
use gatepost_directory::DirectoryError;
use gatepost_plugin::{Decision, Effect};

use crate::decide::response::head;
use crate::decide::{Undecided, reason};
use crate::http::shared::refusal::Refusal;
use crate::observe::log::brief;

/// Sends what was decided, and writes it to the log.
pub(in crate::http) fn of(decided: Result<Decision, Undecided>) -> Result<Response, Refusal> {
    let decision = decided.map_err(refusal)?;
    note(&decision);
    send(decision.response)
}

/// Writes to the log what was decided.
pub(in crate::http) fn note(decision: &Decision) {
    let findings: Vec<&str> = decision
        .diagnostics
        .iter()
        .map(|finding| &*finding.code)
        .collect();
    let status = decision.response.status;
    let client_id = match &decision.effect {
        Effect::None => None,
        Effect::Store(record) | Effect::Share(record) | Effect::Replace(record) => {
            Some(brief(&record.client_id))
        }
        Effect::Remove(client_id) => Some(brief(client_id)),
    };
    // Mostly codes: what a client wrote may be anything, and what it is answered may be a secret.
    let reason = reason(decision).map(tracing::field::debug);
    tracing::info!(status, client_id, ?findings, reason, "decided");
}

/// Sends a plugin's response.
pub(in crate::http) fn send(response: gatepost_plugin::Response) -> Result<Response, Refusal> {
    let (status, headers) = head(&response).ok_or(Refusal::Failed)?;
    let mut response = Response::new(response.body.into());
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}

pub(in crate::http) fn refusal(undecided: Undecided) -> Refusal {
    let refusal = match &undecided {
        Undecided::Plugin(error) if error.is_busy() => Refusal::Unavailable,
        Undecided::Directory(DirectoryError::Busy | DirectoryError::Failed(_)) => {
            Refusal::Unavailable
        }
        Undecided::Changed => return Refusal::Changed,
        // The client changed in between: it is decided anew when it is asked again.
        Undecided::Unfetched { .. } => Refusal::Unavailable,
        Undecided::Plugin(_)
        | Undecided::Directory(
            DirectoryError::ClientExists
            | DirectoryError::NoSuchClient
            | DirectoryError::NoSuchDevice
            | DirectoryError::GrantedBefore,
        )
        | Undecided::Malformed(_)
        | Undecided::Randomness(_) => Refusal::Failed,
    };
    let cause = std::error::Error::source(&undecided).map(tracing::field::display);
    tracing::error!(cause, "{undecided}");
    refusal
}
