//! Software statements (RFC 7591 §2.3): metadata that a trusted issuer signed.

use std::borrow::Cow;

use crate::config::Policy;
use crate::diagnostic::{Findings, Place, Rule, rule};
use crate::document::{Json, Object, wrong_type};
use crate::jose::jws::{self, Fault, Jws};

use super::members::Member;
use super::profile::Profile;
use super::read;

/// An accepted statement.
pub(super) struct Statement<'d> {
    /// The statement as it was sent.
    pub(super) token: &'d str,
    payload: Vec<u8>,
}

/// Reads the statement in a document, if it has one (requirements C1, C2). A statement that is not
/// accepted gives `None` and a finding.
pub(super) fn read<'d>(
    document: &'d Object<'_>,
    profile: Profile,
    now: u64,
    policy: &Policy,
    findings: &mut Findings,
) -> Option<Statement<'d>> {
    let name = Member::SoftwareStatement.name();
    let place = Place::top(name);
    match document.member(name) {
        None | Some(Json::Null) => {
            // An administrator need not show a statement.
            if policy.require_software_statement && profile != Profile::Administrator {
                findings.error(&rule::STATEMENT_MISSING, place);
            }
            None
        }
        Some(Json::Text(token)) => match verify(token, now, policy) {
            Ok(payload) => Some(Statement { token, payload }),
            Err(fault) => {
                findings.error(fault, place);
                None
            }
        },
        Some(_) => {
            wrong_type(findings, place, "a string");
            None
        }
    }
}

fn verify(token: &str, now: u64, policy: &Policy) -> Result<Vec<u8>, &'static Rule> {
    let limits = policy.document_limits();
    let jws = Jws::read(token, &limits).map_err(reason)?;
    let claims = jws::claims(&jws.payload, &limits).ok_or(&rule::STATEMENT_SYNTAX)?;
    let issuer = jws::text(&claims, "iss").ok_or(&rule::STATEMENT_SYNTAX)?;
    // An algorithm that the library cannot verify is reported first, for every issuer.
    jws.is_by(jws::VERIFIABLE).map_err(reason)?;
    let trusted = policy
        .trusted_issuers
        .named(issuer)
        .ok_or(&rule::STATEMENT_NOT_APPROVED)?;
    jws.verify(&trusted.algorithms, &trusted.keys)
        .map_err(reason)?;
    if !jws::is_current(&claims, now) {
        return Err(&rule::STATEMENT_TIME);
    }
    let own = [
        &policy.issuer,
        &policy.registration_endpoint,
        &policy.token_endpoint,
    ];
    let is_own = |audience: &str| own.into_iter().flatten().any(|url| url.0 == audience);
    if claims.member("aud").is_some() && !jws::audiences(&claims).any(is_own) {
        return Err(&rule::STATEMENT_AUDIENCE);
    }
    Ok(jws.payload)
}

const fn reason(fault: Fault) -> &'static Rule {
    match fault {
        Fault::Syntax => &rule::STATEMENT_SYNTAX,
        Fault::Algorithm => &rule::STATEMENT_ALGORITHM,
        Fault::Signature => &rule::STATEMENT_SIGNATURE,
    }
}

impl Statement<'_> {
    /// Returns the document with the statement's claims instead of members of the same name
    /// (requirements C3).
    pub(super) fn over<'s>(&'s self, document: &'s Object<'_>, policy: &Policy) -> Object<'s> {
        let claims = self.claims(policy);
        let is_claimed = |name: &str| claims.iter().any(|(claim, _)| is_same(claim, name));
        let plain = document.iter().filter(|(name, _)| !is_claimed(name));
        plain.chain(claims.iter()).map(copied).collect()
    }

    /// Checks the types of the claims. A wrong type is reported as a flaw of the statement, in
    /// addition to the finding about the member.
    pub(super) fn judge(&self, profile: Profile, policy: &Policy, findings: &mut Findings) {
        let mut scratch = Findings::default();
        read::read(&self.claims(policy), profile, policy, &mut scratch);
        let mut found = scratch.into_diagnostics().into_iter();
        if found.any(|diagnostic| diagnostic.code == rule::MEMBER_TYPE.code) {
            let place = Place::top(Member::SoftwareStatement.name());
            findings.error(&rule::STATEMENT_CLAIM_TYPE, place);
        }
    }

    /// Returns the claims that are not `null`. Claims about the statement itself, and a statement
    /// inside it, are no members that are read.
    fn claims(&self, policy: &Policy) -> Object<'_> {
        let claims = jws::claims(&self.payload, &policy.document_limits()).unwrap_or_default();
        let given = claims.iter().filter(|(_, value)| **value != Json::Null);
        given.map(copied).collect()
    }
}

fn copied<'o>((name, value): (&str, &Json<'o>)) -> (Cow<'o, str>, Json<'o>) {
    (Cow::Owned(name.to_owned()), value.clone())
}

/// Whether two names mean the same member. Language tags are compared without case (requirements
/// A19).
fn is_same(name: &str, other: &str) -> bool {
    match (name.split_once('#'), other.split_once('#')) {
        (Some((name, tag)), Some((other, other_tag))) => {
            name == other && tag.eq_ignore_ascii_case(other_tag)
        }
        _ => name == other,
    }
}

#[cfg(test)]
mod tests;
