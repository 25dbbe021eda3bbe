//! Decides who can register (RFC 7591 §3), and within which policy.

use std::borrow::Cow;

use crate::client::{By, Registrant, Usable};
use crate::config::{self, AnonymousProfile, Policy, Terms};
use crate::diagnostic::{Findings, Place, Rule, rule};
use crate::facts::{Caller, Credential, Misuse};
use crate::metadata::Profile;
use crate::permission::REGISTRATION;

/// The permission to register: who registers, by which rules, and within which policy.
#[derive(Debug)]
pub(crate) struct Admission<'a> {
    pub(crate) by: By,
    pub(crate) profile: Profile,
    /// The policy, narrowed to the caller's terms.
    pub(crate) policy: Cow<'a, Policy>,
    /// The maximum number of registrations of the caller's API key; 0 means no limit.
    pub(super) max_registrations: u64,
}

/// Decides whether a caller can register, and by which rules.
pub(crate) fn admit<'a>(
    caller: &Caller<'_>,
    now: u64,
    policy: &'a Policy,
    findings: &mut Findings,
) -> Result<Option<Admission<'a>>, Misuse> {
    let own = terms_of(caller)?;
    let terms = own.as_ref().unwrap_or(&policy.anonymous_terms);
    let admitted = profile(caller, policy).and_then(|(by, profile)| {
        let held_to = (by == By::Stranger || own.is_some()).then_some(terms);
        if let Some(terms) = held_to {
            bounds(terms, caller, now)?;
        }
        Ok(Admission {
            by,
            profile,
            policy: held_to.map_or(Cow::Borrowed(policy), |terms| terms.narrow(policy)),
            max_registrations: held_to.map_or(0, |terms| terms.max_registrations),
        })
    });
    Ok(match admitted {
        Ok(admission) => Some(admission),
        Err(refusal) => {
            findings.error(refusal, Place::Document);
            None
        }
    })
}

/// Returns the policy, narrowed to the terms that a client was registered under (requirements D4).
/// For clients of anonymous callers these are the current terms in the setting `anonymous-terms`.
pub(crate) fn within_terms<'a>(
    registrant: &Registrant<'_>,
    policy: &'a Policy,
) -> Result<Cow<'a, Policy>, Misuse> {
    if registrant.by == By::Stranger {
        return Ok(policy.anonymous_terms.narrow(policy));
    }
    match &registrant.terms {
        None => Ok(Cow::Borrowed(policy)),
        Some(terms) => {
            let terms = config::terms(terms.get()).map_err(|_| Misuse::RecordUnreadable)?;
            Ok(terms.narrow(policy))
        }
    }
}

/// Returns the policy for the use of a client: narrowed to the current terms in the setting
/// `anonymous-terms`, unless somebody answers for the client: an administrator, the owner of an API
/// key, the site that describes it, or the account that may use any client id. So nobody escapes
/// these terms by leaving the registration out.
pub(crate) fn within_use<'a>(usable: &Usable<'_>, policy: &'a Policy) -> Cow<'a, Policy> {
    match usable {
        Usable::Known(known) | Usable::Waiting(known)
            if known.stored.registered_by.by != By::Stranger =>
        {
            Cow::Borrowed(policy)
        }
        Usable::Overridden => Cow::Borrowed(policy),
        Usable::Known(_)
        | Usable::Waiting(_)
        | Usable::Shared
        | Usable::Unregistered
        | Usable::Unread
        | Usable::No(_) => policy.anonymous_terms.narrow(policy),
    }
}

/// Whether a client may use the device authorization grant (RFC 8628) by the setting
/// `anonymous-device`. The setting is about the clients that the mail profile holds for or, without
/// a registration, would hold for.
pub(crate) fn may_use_devices(usable: &Usable<'_>, policy: &Policy) -> bool {
    let is_held_to_mail = match usable {
        Usable::Known(known) => {
            let by = &known.stored.registered_by;
            by.by == By::Stranger && by.profile == Profile::Mail
        }
        Usable::Unregistered => policy.anonymous_profile == AnonymousProfile::Mail,
        Usable::Overridden => false,
        Usable::Waiting(_) | Usable::Shared | Usable::Unread | Usable::No(_) => return false,
    };
    !is_held_to_mail || policy.anonymous_device
}

/// Returns the terms of the caller's API key. Without an accepted API key, terms are ignored.
fn terms_of(caller: &Caller<'_>) -> Result<Option<Terms>, Misuse> {
    match (caller.credential, caller.terms) {
        (Credential::Accepted, Some(terms)) => {
            config::terms(terms).map(Some).map_err(Misuse::TermsInvalid)
        }
        _ => Ok(None),
    }
}

/// Returns who registers, and by which rules (RFC 6750 §3). A wrong token is not treated like a
/// missing one, and neither is a credential of another scheme: otherwise a client whose API key
/// expired would be registered as an anonymous one without noticing.
fn profile(caller: &Caller<'_>, policy: &Policy) -> Result<(By, Profile), &'static Rule> {
    match caller.credential {
        Credential::Missing if policy.anonymous => Ok((
            By::Stranger,
            match policy.anonymous_profile {
                AnonymousProfile::Mail => Profile::Mail,
                AnonymousProfile::None => Profile::Full,
            },
        )),
        _ => permit(caller, REGISTRATION, &rule::PERMISSION_MISSING)
            .map(|()| (By::Key, Profile::Full)),
    }
}

/// Checks that the caller has a live API key with a permission. The error is the rule that is
/// broken.
pub(crate) fn permit(
    caller: &Caller<'_>,
    permission: &str,
    missing: &'static Rule,
) -> Result<(), &'static Rule> {
    match caller.credential {
        Credential::Missing => Err(&rule::CREDENTIAL_MISSING),
        Credential::Malformed => Err(&rule::CREDENTIAL_MALFORMED),
        Credential::Rejected => Err(&rule::CREDENTIAL_REJECTED),
        Credential::OtherScheme => Err(&rule::CREDENTIAL_SCHEME),
        Credential::Accepted if caller.may(permission) => Ok(()),
        Credential::Accepted => Err(missing),
    }
}

/// Checks the time and the caller's network against the terms.
fn bounds(terms: &Terms, caller: &Caller<'_>, now: u64) -> Result<(), &'static Rule> {
    if terms.expires_at != 0 && terms.expires_at <= now {
        return Err(&rule::TERMS_EXPIRED);
    }
    if let Some(networks) = &terms.networks
        && !networks.permit(caller.address)
    {
        return Err(&rule::NETWORK_NOT_ALLOWED);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
