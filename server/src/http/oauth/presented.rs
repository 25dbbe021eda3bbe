//! What was issued before and comes back: a code, or a token.

use gatepost_directory::secret::SecretHash;
use gatepost_directory::{Exchange, NewToken, Token, TokenKind};
use gatepost_plugin::Caller;

use crate::http::oauth::fault::Fault;
use crate::http::shared::app::App;
use crate::http::shared::{answer, session};

/// What a secret stands for that was presented.
///
/// That it was is noted only while the refresh token that it was issued for may be exchanged once more: the answer
/// with this one arrived.
pub(super) async fn look_up(
    app: &App,
    hash: Option<SecretHash>,
    now: u64,
) -> Result<Option<Token>, Fault> {
    let Some(hash) = hash else {
        return Ok(None);
    };
    let directory = app.decider.directory();
    let token = directory.token(hash).await;
    let token = token.map_err(|error| answer::refusal(error.into()))?;
    if !token.as_ref().is_some_and(|token| token.is_awaited(now)) {
        return Ok(token);
    }
    let presented = directory.present(hash).await;
    presented.map_err(|error| answer::refusal(error.into()))?;
    // Somebody else may have been faster.
    let token = directory.token(hash).await;
    Ok(token.map_err(|error| answer::refusal(error.into()))?)
}

/// A token that is presented for others: there is one, of the right kind, issued to this client, in
/// time, by somebody who may still sign in. Whether it was spent before is for the directory to say.
pub(super) fn checked(
    token: Option<Token>,
    kind: TokenKind,
    client_id: &str,
    now: u64,
) -> Result<Token, Fault> {
    let is_good = |token: &Token| {
        token.kind == kind
            && token.grant.client_id == client_id
            && now < token.expires_at
            && token
                .grant
                .account
                .as_ref()
                .is_none_or(session::may_sign_in)
    };
    token.filter(is_good).ok_or(Fault::grant(
        "It has expired, was revoked, or is not this client's.",
    ))
}

/// Spends a token and issues others, or none.
pub(super) async fn spend(
    app: &App,
    caller: &Caller,
    token: &Token,
    spent: SecretHash,
    issued: Vec<NewToken>,
    now: u64,
) -> Result<(), Fault> {
    let repeatable_for = match token.kind {
        TokenKind::Refresh => app.lifetimes.refresh_token_grace,
        TokenKind::Code | TokenKind::DeviceCode | TokenKind::Access => 0,
    };
    let exchange = app
        .decider
        .exchange(caller, token, spent, issued, repeatable_for, now)
        .await;
    match exchange.map_err(|error| answer::refusal(error.into()))? {
        Exchange::Done | Exchange::Repeated => Ok(()),
        Exchange::Reused => Err(Fault::grant(
            "It was used before. All that was issued with it is revoked.",
        )),
        Exchange::Gone => Err(Fault::grant("It has expired, or was revoked.")),
    }
}

#[cfg(test)]
mod tests {
    use gatepost_directory::{Grant, GrantId};

    use super::*;

    #[test]
    fn what_may_be_presented_for_others() {
        let token = |kind, client_id: &str, expires_at| Token {
            kind,
            data: String::new(),
            issued_at: 0,
            expires_at,
            is_spent: false,
            predecessor_repeatable_until: None,
            grant: Grant {
                id: GrantId::numbered(1),
                client_id: client_id.to_owned(),
                account: None,
                scope: String::new(),
                resources: String::new(),
                created_at: 0,
                last_used_at: 0,
            },
        };
        for (name, found, is_good) in [
            ("right", Some(token(TokenKind::Refresh, "a", 101)), true),
            ("expired", Some(token(TokenKind::Refresh, "a", 100)), false),
            (
                "another client's",
                Some(token(TokenKind::Refresh, "b", 101)),
                false,
            ),
            ("a code", Some(token(TokenKind::Code, "a", 101)), false),
            (
                "an access token",
                Some(token(TokenKind::Access, "a", 101)),
                false,
            ),
            ("nothing", None, false),
        ] {
            let checked = checked(found, TokenKind::Refresh, "a", 100);
            assert_eq!(checked.is_ok(), is_good, "{name}");
        }
    }
}
