//! Decides who may read, change or delete a registration.

use crate::client::{self, Hash, Known};
use crate::config::Policy;
use crate::decision::{Decision, response};
use crate::diagnostic::{ErrorCode, Findings, Place, Rule, rule};
use crate::facts::{Context, Credential, Misuse};
use crate::permission;
use crate::policy;

/// An operation on a registration, and the permission that an administrator needs for it.
pub(super) struct Operation {
    permission: &'static str,
    missing: &'static Rule,
}

pub(super) const READ: Operation = Operation {
    permission: permission::GET,
    missing: &rule::PERMISSION_GET_MISSING,
};
pub(super) const CHANGE: Operation = Operation {
    permission: permission::UPDATE,
    missing: &rule::PERMISSION_UPDATE_MISSING,
};
pub(super) const DELETE: Operation = Operation {
    permission: permission::DELETE,
    missing: &rule::PERMISSION_DELETE_MISSING,
};

/// The description in every refusal of a wrong token.
const NOT_ITS_TOKEN: &str = "The registration access token is not one of this client.";

/// The client that the caller may manage, and the registration access token, if the caller used it.
pub(super) struct Permitted<'a> {
    pub(super) known: Known<'a>,
    pub(super) token: Option<&'a str>,
}

/// Decides whether the caller may manage a client. An API key belongs to an administrator; any
/// other token can only be the client's registration access token. A caller with neither is not
/// told whether the client exists (requirements D2).
pub(super) fn permit<'a>(
    operation: &Operation,
    context: &Context<'a>,
    now: u64,
    client_id: &str,
    policy: &Policy,
) -> Result<Result<Permitted<'a>, Decision>, Misuse> {
    let find = |id: &str, context: &Context<'a>| client::look_up(id, context, now, policy);
    let (known, nobody) = client::alike(client_id, context, find)?;
    let caller = &context.caller;
    let mut findings = Findings::default();
    if caller.credential == Credential::Rejected {
        let token = caller.token.unwrap_or_default();
        // An unknown client takes the same time as a known one.
        let nobody = nobody.flatten();
        let hash = known.as_ref().or(nobody.as_ref()).and_then(token_hash);
        let is_its_own = hash.unwrap_or(&Hash::default()).is_of(token);
        return Ok(match known {
            Some(known) if is_its_own => Ok(Permitted {
                known,
                token: Some(token),
            }),
            known => {
                let has_one = known.as_ref().and_then(token_hash).is_some();
                let reason = match has_one {
                    true => &rule::TOKEN_WRONG,
                    false => &rule::TOKEN_OF_NOBODY,
                };
                findings.error(reason, Place::Document);
                let challenge = response::challenge(ErrorCode::InvalidToken, NOT_ITS_TOKEN);
                Err(response::opaque(
                    findings,
                    ErrorCode::InvalidToken,
                    NOT_ITS_TOKEN,
                    challenge,
                ))
            }
        });
    }
    let reason = match policy::permit(caller, operation.permission, operation.missing) {
        Err(_) if caller.credential == Credential::Missing => &rule::TOKEN_MISSING,
        Err(refused) => refused,
        Ok(()) => match known {
            // It was deleted.
            Some(known) if known.stored.denied => &rule::CLIENT_NOT_FOUND,
            Some(known) => return Ok(Ok(Permitted { known, token: None })),
            None => &rule::CLIENT_NOT_FOUND,
        },
    };
    findings.error(reason, Place::Document);
    Ok(Err(response::refusal(findings)))
}

/// Decides whether the caller may manage a client as an administrator. A registration access token does not count.
pub(super) fn permit_administrator<'a>(
    operation: &Operation,
    context: &Context<'a>,
    now: u64,
    client_id: &str,
    policy: &Policy,
) -> Result<Result<Known<'a>, Decision>, Misuse> {
    let refuse = |reason| {
        let mut findings = Findings::default();
        findings.error(reason, Place::Document);
        response::refusal(findings)
    };
    if let Err(refused) = policy::permit(&context.caller, operation.permission, operation.missing) {
        return Ok(Err(refuse(refused)));
    }
    let known = client::look_up(client_id, context, now, policy)?;
    Ok(match known.filter(|known| !known.stored.denied) {
        Some(known) => Ok(known),
        None => Err(refuse(&rule::CLIENT_NOT_FOUND)),
    })
}

/// Returns the hash of the client's registration access token, if it has one and may be used.
fn token_hash<'k>(known: &'k Known<'_>) -> Option<&'k Hash> {
    let stored = &known.stored;
    let token = stored.registration_access_token.as_ref();
    token
        .filter(|_| !stored.is_shut_out())
        .map(|token| &token.sha256)
}
