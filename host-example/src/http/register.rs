//! `POST /auth/register` (RFC 7591 §3.1): facts in, decision carried out, answer sent.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;

use super::refusal::Refusal;
use super::{App, Peer, body, caller};
use crate::directory::{self, DirectoryError, Origin};
use crate::plugin::{self, Caller, Context, Due, Effect, Fetch, Outcome, PluginError};

pub(super) async fn register(
    State(app): State<Arc<App>>,
    Extension(Peer(peer)): Extension<Peer>,
    request: Request,
) -> Result<Response, Refusal> {
    let (head, body) = request.into_parts();
    let metadata = body::read(&head.headers, body, app.limits.body).await?;

    let now = directory::now();
    let address = peer.ip().to_canonical();
    let (credential, key) = caller::identify(&head.headers, &*app.directory, now)
        .await
        .map_err(directory_failed)?;
    let account = key.as_ref().and_then(|key| key.account.as_ref());
    let origin = Origin {
        key: key.as_ref().map(|key| key.id),
        account: account.map(|account| account.id),
        address,
        at: now,
    };
    let mut entropy = vec![0; 32];
    getrandom::fill(&mut entropy).map_err(|error| {
        tracing::error!(%error, "the operating system gave no randomness");
        Refusal::Failed
    })?;
    let context = Context {
        now,
        entropy,
        usage: app
            .directory
            .usage(origin.account, address, now)
            .await
            .map_err(directory_failed)?,
        caller: Caller {
            credential,
            account: account.map(|account| account.name.clone()),
            permissions: key.map(|key| key.permissions).unwrap_or_default(),
            address: Some(address.to_string()),
        },
    };

    // A decision takes microseconds and is made in place. One that hangs holds up its thread until
    // its time is up, so no more are made at once than leave threads for everything else.
    let decision = {
        let _turn = app
            .decisions
            .acquire()
            .await
            .expect("the semaphore is never closed");
        app.plugin.register(&context, &metadata)
    }
    .map_err(plugin_failed)?;
    let findings: Vec<&str> = decision
        .diagnostics
        .iter()
        .map(|finding| &*finding.code)
        .collect();
    let status = decision.response.status;
    let client_id = match &decision.effect {
        Effect::Store(record) => Some(record.client_id.clone()),
        _ => None,
    };

    // The answer is made first: one that cannot be sent must not have had its effect.
    let response = answer(decision.response)?;
    match (decision.outcome, decision.effect) {
        (Outcome::Accept, effect) => {
            nothing_unfetched(&decision.fetches)?;
            app.directory
                .carry_out(effect, origin)
                .await
                .map_err(directory_failed)?;
        }
        (Outcome::Refuse, Effect::None) => {}
        (Outcome::Refuse, _) => {
            tracing::error!("the plugin refused, and asked for an effect");
            return Err(Refusal::Failed);
        }
    }
    // Codes only: what a client wrote may be anything, and what it is answered may be a secret.
    tracing::info!(%address, status, client_id, ?findings, "decided");
    Ok(response)
}

/// This program fetches nothing. What a client has named for later use is none of its business, but a
/// client that is to be believed only after a document was read is not registered.
fn nothing_unfetched(fetches: &[Fetch]) -> Result<(), Refusal> {
    match fetches.iter().find(|fetch| fetch.due == Due::BeforeEffect) {
        None => Ok(()),
        Some(Fetch { pointer, .. }) => {
            // Not the URI: it is the client's, and may hold anything.
            tracing::warn!(
                ?pointer,
                "not registered: the document at this member's URI has to be read first, and this \
                 program fetches none"
            );
            Err(Refusal::Unfetched)
        }
    }
}

/// A plugin's response as it is, if it is one.
fn answer(response: plugin::Response) -> Result<Response, Refusal> {
    let malformed = || {
        tracing::error!("the plugin's response cannot be sent");
        Refusal::Failed
    };
    let status = StatusCode::from_u16(response.status)
        .ok()
        .filter(|status| !status.is_informational())
        .ok_or_else(malformed)?;
    let mut answer = Response::new(response.body.into());
    *answer.status_mut() = status;
    for plugin::Header { name, value } in response.headers {
        let name = HeaderName::try_from(name).map_err(|_| malformed())?;
        let value = HeaderValue::try_from(value).map_err(|_| malformed())?;
        // Where a message ends is for the server to say.
        if [
            header::CONTENT_LENGTH,
            header::TRANSFER_ENCODING,
            header::CONNECTION,
        ]
        .contains(&name)
        {
            return Err(malformed());
        }
        answer.headers_mut().append(name, value);
    }
    Ok(answer)
}

fn plugin_failed(error: PluginError) -> Refusal {
    tracing::error!(%error, "the plugin made no decision");
    if error.is_busy() {
        Refusal::Unavailable
    } else {
        Refusal::Failed
    }
}

fn directory_failed(error: DirectoryError) -> Refusal {
    tracing::error!(%error, "the directory did not do its part");
    match error {
        DirectoryError::Busy | DirectoryError::Failed(_) => Refusal::Unavailable,
        DirectoryError::ClientExists | DirectoryError::NoSuchClient => Refusal::Failed,
    }
}
