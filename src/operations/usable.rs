//! Decides whether a client may be used now, as a mail server asks at each sign-in.

use crate::client::{self, Absence, Usable};
use crate::config::Policy;
use crate::decision::{Client, Decision, Effect, Response, response};
use crate::diagnostic::{ErrorCode, Findings, Place, rule};
use crate::facts::{Context, Misuse};
use crate::oauth::cut;
use crate::policy;

use super::gate::Gate;

/// What is sent for every refusal. The reason is for the host.
const NOT_USABLE: &str = "The client must not be used.";

/// Decides whether a client may be used now, with every scope that the use needs.
pub(crate) fn usable(
    context: &Context<'_>,
    now: u64,
    client_id: &str,
    scope: Option<&str>,
    policy: &Policy,
) -> Result<Decision, Misuse> {
    let usable = client::usable(client_id, context, now, policy)?;
    let policy = &*policy::within_use(&usable, policy);
    let mut findings = Findings::default();
    if let Usable::No(Absence::Disabled) = usable {
        findings.error(&rule::CLIENT_DISABLED, Place::top("client_id"));
        return Ok(refuse(findings));
    }
    let Some(gate) = Gate::of(client_id, &usable, policy, &mut findings)? else {
        return Ok(refuse(findings));
    };
    let granted = match scope.map(|scope| cut(scope, |one| gate.scopes.contains(&one))) {
        None => gate.scopes.join(" "),
        Some(None) => {
            findings.error(&rule::SCOPE_MALFORMED, Place::top("scope"));
            return Ok(refuse(findings));
        }
        Some(Some(cut)) if cut.is_less => {
            findings.error(&rule::SCOPE_LACKING, Place::top("scope"));
            return Ok(refuse(findings));
        }
        Some(Some(cut)) => cut.kept.join(" "),
    };
    let metadata = match &usable {
        Usable::Known(known) => known.stored.metadata.get().to_owned(),
        _ => "{}".to_owned(),
    };
    Ok(Decision {
        client: Some(Client {
            client_id: client_id.to_owned(),
            standing: gate.standing,
            redirect_uri: None,
            scope: Some(granted).filter(|scope| !scope.is_empty()),
            metadata,
            assertion: None,
        }),
        ..Decision::accept(Response::none(), Effect::None, findings)
    })
}

fn refuse(findings: Findings) -> Decision {
    response::opaque(findings, ErrorCode::InvalidClient, NOT_USABLE, None)
}
