//! Checks a registered client, or a draft of one, against the policy. It reports every finding and
//! issues nothing.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::client;
use crate::config::Policy;
use crate::decision::{Decision, Outcome, response};
use crate::diagnostic::{Diagnostic, Findings, Place, rule};
use crate::facts::{Context, Misuse};
use crate::metadata::{self, ClientMetadata};
use crate::policy;

/// Checks whether a registered client could register the same metadata today.
pub(crate) fn client(
    context: &Context<'_>,
    now: u64,
    client_id: &str,
    policy: &Policy,
) -> Result<Decision, Misuse> {
    let mut findings = Findings::default();
    let known = client::look_up(client_id, context, now, policy)?;
    let Some(stored) = known.map(|known| known.stored) else {
        findings.error(&rule::CLIENT_NOT_FOUND, Place::Document);
        return Ok(verdict(Some(client_id), None, findings));
    };
    if stored.is_shut_out() || policy.denies(client_id) {
        findings.error(&rule::CLIENT_DENIED, Place::Document);
    }
    if stored.waiting_since.is_some() {
        findings.warning(&rule::CLIENT_WAITS, Place::Document);
    }
    if stored
        .client_secret
        .as_ref()
        .is_some_and(|s| !s.is_good(now))
    {
        findings.warning(&rule::CLIENT_SECRET_OVER, Place::Document);
    }
    let profile = stored.registered_by.profile;
    let within = policy::within_terms(&stored.registered_by, policy)?;
    let metadata = stored.metadata.get().as_bytes();
    let metadata = metadata::judge(metadata, profile, now, &within, &mut findings);
    Ok(verdict(Some(client_id), metadata, findings))
}

/// Checks a draft as if the caller submitted it.
pub(crate) fn draft(
    context: &Context<'_>,
    now: u64,
    body: &[u8],
    policy: &Policy,
) -> Result<Decision, Misuse> {
    let mut findings = Findings::default();
    let admission = policy::admit(&context.caller, now, policy, &mut findings)?;
    let metadata = admission.and_then(|admission| {
        metadata::judge(
            body,
            admission.profile,
            now,
            &admission.policy,
            &mut findings,
        )
    });
    Ok(verdict(None, metadata, findings))
}

/// Makes the decision. The response has the status 200 in any case, because the findings are what
/// was asked for.
fn verdict(
    client_id: Option<&str>,
    metadata: Option<ClientMetadata>,
    findings: Findings,
) -> Decision {
    let acceptable = !findings.has_errors();
    let members = metadata.filter(|_| acceptable).map(|m| m.to_raw());
    let diagnostics = findings.into_diagnostics();
    let body = response::to_json(&Verdict {
        client_id,
        acceptable,
        metadata: members.as_deref(),
        diagnostics: &diagnostics,
    });
    Decision {
        outcome: if acceptable {
            Outcome::Accept
        } else {
            Outcome::Refuse
        },
        ..Decision::refuse(response::json(200, body), diagnostics)
    }
}

#[derive(Serialize)]
struct Verdict<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<&'a str>,
    acceptable: bool,
    /// The metadata that would be registered.
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<&'a RawValue>,
    diagnostics: &'a [Diagnostic],
}

#[cfg(test)]
mod tests;
