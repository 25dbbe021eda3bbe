//! Decides whether a registration is shown (RFC 7592 §2.1).

use crate::config::Policy;
use crate::decision::{Decision, Effect};
use crate::diagnostic::{Findings, Place, rule};
use crate::facts::{Context, Misuse};
use crate::operations::information::Information;

use super::permit::{Permitted, READ, permit};

/// Decides a `GET` of the client configuration endpoint (RFC 7592 §2.1).
pub(crate) fn read(
    context: &Context<'_>,
    now: u64,
    client_id: &str,
    policy: &Policy,
) -> Result<Decision, Misuse> {
    Ok(match permit(&READ, context, now, client_id, policy)? {
        Err(refusal) => refusal,
        Ok(Permitted { known, token }) => {
            let information = Information::new(&known.stored).with_token(token, policy);
            let mut findings = Findings::default();
            if known.stored.waiting_since.is_some() {
                findings.note(&rule::CLIENT_WAITS, Place::Document);
            }
            information.accept(200, &known.stored, Effect::None, findings)
        }
    })
}
