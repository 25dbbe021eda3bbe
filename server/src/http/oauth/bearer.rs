//! Whether an access token is good.

use gatepost_directory::secret::SecretHash;
use gatepost_directory::{Grant, Inquiry, Token, TokenKind};
use gatepost_plugin::{Operation, Outcome};

use crate::http::oauth::fault::Fault;
use crate::http::oauth::issue::Extent;
use crate::http::oauth::presented;
use crate::http::shared::answer;
use crate::http::shared::app::App;
use crate::http::shared::refusal::Refusal;
use crate::http::shared::session;

/// What an access token stands for, if it is good: its grant's scope and resources are those of the
/// token, which may be less than what was granted.
pub(in crate::http) async fn bearer(app: &App, presented: &str) -> Result<Option<Token>, Refusal> {
    let now = gatepost_directory::now();
    match live(app, presented, now).await? {
        Some(token) if token.kind == TokenKind::Access => Ok(Some(token)),
        _ => Ok(None),
    }
}

/// What an access token or a refresh token stands for, if it is good.
///
/// The token's client is asked about each time: one that is denied, disabled or removed, or that would
/// have to be registered by now, is stopped at once, with all that it holds.
pub(super) async fn live(app: &App, secret: &str, now: u64) -> Result<Option<Token>, Refusal> {
    let found = presented::look_up(app, Some(SecretHash::of(secret)), now).await;
    let found = match found {
        Ok(found) => found,
        Err(Fault::Undecided(refusal)) => return Err(refusal),
        Err(Fault::Refused(_) | Fault::Answer { .. }) => return Ok(None),
    };
    let is_good = |token: &Token| {
        matches!(token.kind, TokenKind::Access | TokenKind::Refresh)
            && !token.is_spent
            && now < token.expires_at
            && token
                .grant
                .account
                .as_ref()
                .is_none_or(session::may_sign_in)
    };
    let Some(mut token) = found.filter(is_good) else {
        return Ok(None);
    };
    if !is_still_good(app, &token.grant, now).await? {
        return Ok(None);
    }
    let Extent { scope, resources } = Extent::of(&token);
    token.grant.scope = scope;
    token.grant.resources = resources;
    Ok(Some(token))
}

/// Whether the client of a grant may be used still, by whoever granted it.
pub(in crate::http) async fn is_still_good(
    app: &App,
    grant: &Grant,
    now: u64,
) -> Result<bool, Refusal> {
    let caller = session::caller(grant.account.as_ref(), None);
    let inquiry = Inquiry {
        client_id: Some(grant.client_id.clone()),
        registrant: None,
        revision: None,
        counts_tokens: false,
        now,
    };
    // What the token may do was granted by a user, and is not asked about again.
    let operation = Operation::Usable {
        client_id: grant.client_id.clone(),
        scope: None,
    };
    let decided = app.decider.consult(inquiry, caller, operation).await;
    let decision = decided.map_err(answer::refusal)?;
    Ok(decision.outcome == Outcome::Accept)
}
