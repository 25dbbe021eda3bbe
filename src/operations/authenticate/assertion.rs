//! Checks the assertions that clients sign (RFC 7523 §3).

use crate::config::Policy;
use crate::decision::Assertion;
use crate::diagnostic::{Rule, rule};
use crate::document::Json;
use crate::jose::KeySet;
use crate::jose::jws::{self, Fault, Jws};

/// The longest lifetime of an assertion, in seconds. The host remembers each assertion for its
/// lifetime.
const MAX_LIFETIME: u64 = 3600;

/// The maximum length of the id of an assertion, in bytes.
const MAX_ID: usize = 256;

/// An assertion whose claims are right, and whose signature is not verified yet.
pub(super) struct Unverified<'t> {
    jws: Jws<'t>,
    assertion: Assertion,
}

impl<'t> Unverified<'t> {
    /// Checks the claims: the client, this server, and the time. They are checked before the
    /// signature, because that takes longer, and the keys may have to be fetched first.
    pub(super) fn read(
        token: &'t str,
        client_id: &str,
        algorithms: &[&str],
        now: u64,
        policy: &Policy,
    ) -> Result<Self, &'static Rule> {
        let limits = policy.document_limits();
        let jws = Jws::read(token, &limits).map_err(reason)?;
        jws.is_by(algorithms).map_err(reason)?;
        let claims = jws::claims(&jws.payload, &limits).ok_or(&rule::ASSERTION_SYNTAX)?;
        let names_client = |claim| jws::text(&claims, claim) == Some(client_id);
        if !names_client("iss") || !names_client("sub") {
            return Err(&rule::ASSERTION_CLIENT);
        }
        let own = [&policy.issuer, &policy.token_endpoint];
        let is_own = |audience: &str| own.into_iter().flatten().any(|url| url.0 == audience);
        if !jws::audiences(&claims).any(is_own) {
            return Err(&rule::ASSERTION_AUDIENCE);
        }
        let Some(Json::Integer(expires_at)) = claims.member("exp") else {
            return Err(&rule::ASSERTION_TIME);
        };
        let latest = now.saturating_add(MAX_LIFETIME);
        if !jws::is_current(&claims, now) || *expires_at > latest {
            return Err(&rule::ASSERTION_TIME);
        }
        let id = jws::text(&claims, "jti").filter(|id| (1..=MAX_ID).contains(&id.len()));
        let assertion = Assertion {
            id: id.ok_or(&rule::ASSERTION_ID)?.to_owned(),
            // The assertion is accepted for the leeway too, so it must be remembered that long.
            expires_at: expires_at.saturating_add(jws::LEEWAY),
        };
        Ok(Self { jws, assertion })
    }

    /// Verifies the signature with these keys.
    pub(super) fn verify(
        self,
        algorithms: &[&str],
        keys: &KeySet,
    ) -> Result<Assertion, &'static Rule> {
        self.jws.verify(algorithms, keys).map_err(reason)?;
        Ok(self.assertion)
    }
}

const fn reason(fault: Fault) -> &'static Rule {
    match fault {
        Fault::Syntax => &rule::ASSERTION_SYNTAX,
        Fault::Algorithm => &rule::ASSERTION_ALGORITHM,
        Fault::Signature => &rule::ASSERTION_SIGNATURE,
    }
}
