//! What the plugin decides about the client of a request.

use gatepost_directory::Inquiry;
use gatepost_plugin::{Caller, Client, Decision, Operation, Outcome, Request};

use crate::http::oauth::fault::Fault;
use crate::http::shared::answer;
use crate::http::shared::app::App;
use crate::http::shared::refusal::Refusal;

/// The client that a request comes from and that may do what it asks for.
pub(super) async fn client(
    app: &App,
    caller: Caller,
    request: Request,
    question: fn(Request) -> Operation,
    now: u64,
) -> Result<Client, Fault> {
    let decision = consider(app, caller, request, question, now).await?;
    let client = match decision.outcome {
        Outcome::Refuse => return Err(Fault::Refused(Box::new(decision))),
        Outcome::Accept => accepted(decision)?,
    };
    if let Some(assertion) = &client.assertion {
        let is_first = app
            .decider
            .directory()
            .first_use(&client.client_id, assertion)
            .await
            .map_err(|error| answer::refusal(error.into()))?;
        if !is_first {
            return Err(Fault::ASSERTION_REUSED);
        }
    }
    Ok(client)
}

/// The decision about a request. What goes with it is not carried out: nothing is stored before a user
/// has agreed.
pub(super) async fn consider(
    app: &App,
    caller: Caller,
    request: Request,
    question: fn(Request) -> Operation,
    now: u64,
) -> Result<Decision, Refusal> {
    let inquiry = inquiry(app, &request, now).await?;
    let decided = app.decider.consult(inquiry, caller, question(request));
    decided.await.map_err(answer::refusal)
}

/// What a decision about a request depends on.
pub(super) async fn inquiry(app: &App, request: &Request, now: u64) -> Result<Inquiry, Refusal> {
    let client_id = app.decider.identify(request).await;
    Ok(Inquiry {
        client_id: client_id.map_err(answer::refusal)?,
        registrant: None,
        revision: None,
        counts_tokens: false,
        now,
    })
}

/// The client of a decision that accepts one.
pub(super) fn accepted(decision: Decision) -> Result<Client, Refusal> {
    answer::note(&decision);
    decision.client.ok_or_else(|| {
        tracing::error!("the plugin accepted a client and did not say which");
        Refusal::Failed
    })
}
