//! Authorization codes (RFC 6749 §4.1, RFC 7636).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gatepost_directory::secret::SecretHash;
use gatepost_directory::{Grant, NewToken, Token, TokenKind};
use gatepost_plugin::Outcome;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::http::oauth::fault::Fault;
use crate::http::oauth::request::is_part;
use crate::http::oauth::{own, presented};
use crate::http::shared::answer;
use crate::http::shared::app::App;
use crate::http::shared::form;
use crate::http::shared::form::Parameters;
use crate::http::shared::session;

/// What has to be known of an authorization request when its code comes back.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Asked {
    /// The PKCE challenge, always S256. Only a client that proves who it is can do without.
    pub(super) challenge: Option<String>,
    /// Where the code was sent.
    pub(super) redirect_uri: String,
    /// Whether the request said so, or it went without saying.
    pub(super) redirect_uri_asked: bool,
}

impl Asked {
    /// What the directory keeps of a code.
    pub(super) fn token(&self, hash: SecretHash, issued_at: u64, expires_at: u64) -> NewToken {
        NewToken {
            hash,
            kind: TokenKind::Code,
            data: serde_json::json!(self).to_string(),
            issued_at,
            expires_at,
        }
    }

    /// Whether a token request repeats what has to be repeated, and knows what only the client knows.
    fn check(&self, parameters: &Parameters<'_>) -> Result<(), Fault> {
        match parameters.get("redirect_uri") {
            Some(repeated) if repeated == self.redirect_uri => {}
            None if !self.redirect_uri_asked => {}
            _ => {
                return Err(Fault::grant(
                    "The redirect URI is not that of the authorization request.",
                ));
            }
        }
        match (&self.challenge, parameters.get("code_verifier")) {
            (None, None) => Ok(()),
            (Some(_), None) => Err(Fault::grant("The code verifier is missing.")),
            // Somebody took the challenge out of the request (RFC 9700 §4.8.2).
            (None, Some(_)) => Err(Fault::grant(
                "There is a code verifier, and there was no code challenge.",
            )),
            (Some(_), Some(verifier)) if !is_verifier(verifier) => Err(Fault::grant(
                "A code verifier has 43 to 128 characters: letters, digits, and any of -._~",
            )),
            (Some(challenge), Some(verifier)) => {
                let given = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
                match bool::from(given.as_bytes().ct_eq(challenge.as_bytes())) {
                    true => Ok(()),
                    false => Err(Fault::grant("The code verifier is wrong.")),
                }
            }
        }
    }
}

/// RFC 7636 §4.1
fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b))
}

/// Checks that a code is good, for this client and with this request. It is not spent by a request that
/// is wrong: only who has both code and verifier can end what was issued for it.
pub(super) fn check(
    presented: Option<Token>,
    client_id: &str,
    parameters: &Parameters<'_>,
    now: u64,
) -> Result<Token, Fault> {
    let code = presented::checked(presented, TokenKind::Code, client_id, now)?;
    let asked: Asked = serde_json::from_str(&code.data)
        .map_err(|_| Fault::grant("The code cannot be used any more."))?;
    asked.check(parameters)?;
    Ok(code)
}

/// Takes the code of this server's own pages, and gives back what was granted, for a session to stand on. Nobody has to
/// authenticate: it is this program that asks.
pub(in crate::http) async fn redeem(
    app: &App,
    code: &str,
    verifier: &str,
    now: u64,
) -> Result<Grant, Fault> {
    let redirect_uri = own::callback(app);
    let encoded = form::encode(&[("redirect_uri", &redirect_uri), ("code_verifier", verifier)]);
    let parameters = Parameters::read(encoded.as_bytes());
    let hash = SecretHash::of(code);
    let known = presented::look_up(app, Some(hash), now).await?;
    let account = known.as_ref().and_then(|t| t.grant.account.as_ref());
    let caller = session::caller(account, None);
    let decided = app
        .decider
        .consult(own::inquiry(now), caller.clone(), own::operation())
        .await;
    let decision = decided.map_err(answer::refusal)?;
    if decision.outcome == Outcome::Refuse {
        return Err(Fault::Refused(Box::new(decision)));
    }
    let code = check(known, own::CLIENT, &parameters, now)?;
    presented::spend(app, &caller, &code, hash, Vec::new(), now).await?;
    Ok(code.grant)
}

/// The resources of a token request, all of them granted.
pub(super) fn narrowed(resources: String, grant: &Grant) -> Result<String, Fault> {
    match (resources.is_empty(), grant.resources.is_empty()) {
        (true, _) => Ok(grant.resources.clone()),
        (false, true) => Ok(resources),
        (false, false) if is_part(&resources, &grant.resources) => Ok(resources),
        (false, false) => Err(Fault::RESOURCE_NOT_GRANTED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_repeated_and_what_only_the_client_knows() {
        // RFC 7636 appendix B
        const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        let asked = |challenge: Option<&str>, redirect_uri_asked| Asked {
            challenge: challenge.map(str::to_owned),
            redirect_uri: "https://a/cb".to_owned(),
            redirect_uri_asked,
        };
        let right = format!("redirect_uri=https://a/cb&code_verifier={VERIFIER}");
        for (name, asked, request, is_right) in [
            ("right", asked(Some(CHALLENGE), true), &right[..], true),
            (
                "right, unasked",
                asked(Some(CHALLENGE), false),
                &right,
                true,
            ),
            (
                "it went without saying",
                asked(Some(CHALLENGE), false),
                &right[26..],
                true,
            ),
            (
                "not repeated",
                asked(Some(CHALLENGE), true),
                &right[26..],
                false,
            ),
            (
                "another redirect URI",
                asked(Some(CHALLENGE), false),
                "redirect_uri=https://a/cb2",
                false,
            ),
            (
                "no verifier",
                asked(Some(CHALLENGE), true),
                "redirect_uri=https://a/cb",
                false,
            ),
            ("no challenge", asked(None, true), &right, false),
            (
                "neither",
                asked(None, true),
                "redirect_uri=https://a/cb",
                true,
            ),
            (
                "the challenge itself",
                asked(Some(CHALLENGE), false),
                &format!("code_verifier={CHALLENGE}"),
                false,
            ),
            (
                "a short one",
                asked(Some("x"), false),
                "code_verifier=x",
                false,
            ),
        ] {
            let parameters = Parameters::read(request.as_bytes());
            assert_eq!(asked.check(&parameters).is_ok(), is_right, "{name}");
        }
    }

    #[test]
    fn verifiers() {
        for (text, expected) in [
            ("a".repeat(42), false),
            ("a".repeat(43), true),
            ("a".repeat(128), true),
            ("a".repeat(129), false),
            ("-._~".repeat(11), true),
            ("a+".repeat(22), false),
            ("é".repeat(22), false),
        ] {
            assert_eq!(is_verifier(&text), expected, "{text}");
        }
    }
}
