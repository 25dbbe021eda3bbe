//! What is sent: a decision's response, or why there is none.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use gatepost_directory::DirectoryError;
use gatepost_plugin::{Decision, Effect};

use super::refusal::Refusal;
use crate::decide::Undecided;

/// Sends what was decided, and writes it to the log.
pub(super) fn of(decided: Result<Decision, Undecided>) -> Result<Response, Refusal> {
    let decision = decided.map_err(refusal)?;
    note(&decision);
    send(decision.response)
}

/// Writes to the log what was decided.
pub(super) fn note(decision: &Decision) {
    let findings: Vec<&str> = decision
        .diagnostics
        .iter()
        .map(|finding| &*finding.code)
        .collect();
    let status = decision.response.status;
    let client_id = match &decision.effect {
        Effect::None => None,
        Effect::Store(record) | Effect::Share(record) | Effect::Replace(record) => {
            Some(&record.client_id)
        }
        Effect::Remove(client_id) => Some(client_id),
    };
    // Codes only: what a client wrote may be anything, and what it is answered may be a secret.
    tracing::info!(status, client_id, ?findings, "decided");
}

/// Sends a plugin's response.
pub(super) fn send(response: gatepost_plugin::Response) -> Result<Response, Refusal> {
    let (status, headers) = head(&response).ok_or(Refusal::Failed)?;
    let mut response = Response::new(response.body.into());
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}

/// The status and the headers of a plugin's response, if it is one that can be sent.
pub(crate) fn head(response: &gatepost_plugin::Response) -> Option<(StatusCode, HeaderMap)> {
    // Where a message ends is for the server to say.
    const OURS: [HeaderName; 3] = [
        header::CONTENT_LENGTH,
        header::TRANSFER_ENCODING,
        header::CONNECTION,
    ];
    let status = StatusCode::from_u16(response.status).ok()?;
    let mut headers = HeaderMap::new();
    for gatepost_plugin::Header { name, value } in &response.headers {
        let name = HeaderName::try_from(name).ok()?;
        if OURS.contains(&name) {
            return None;
        }
        headers.append(name, HeaderValue::try_from(value).ok()?);
    }
    (!status.is_informational()).then_some((status, headers))
}

pub(super) fn refusal(undecided: Undecided) -> Refusal {
    let refusal = match &undecided {
        Undecided::Plugin(error) if error.is_busy() => Refusal::Unavailable,
        Undecided::Directory(DirectoryError::Busy | DirectoryError::Failed(_)) => {
            Refusal::Unavailable
        }
        Undecided::Changed => return Refusal::Changed,
        Undecided::Unfetched { .. } => Refusal::Unfetched,
        Undecided::Plugin(_)
        | Undecided::Directory(
            DirectoryError::ClientExists
            | DirectoryError::NoSuchClient
            | DirectoryError::NoSuchDevice,
        )
        | Undecided::Malformed(_)
        | Undecided::Randomness(_) => Refusal::Failed,
    };
    let cause = std::error::Error::source(&undecided).map(tracing::field::display);
    tracing::error!(cause, "{undecided}");
    refusal
}
