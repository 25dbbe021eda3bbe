//! The mail profile (draft-ietf-mailmaint-oauth-public §3.3): the rules for clients of callers
//! without an API key. Its one security rule is that only a native program can receive the
//! authorization response.

use crate::config::Policy;
use crate::diagnostic::{Findings, Place, rule};
use crate::oauth::{AuthMethod, GrantType, ResponseType};

use super::redirects::native;
use super::submitted::{Field, Submitted};

/// Checks submitted metadata by the mail profile (requirements G1, G2).
pub(super) fn restrict(submitted: &mut Submitted, policy: &Policy, findings: &mut Findings) {
    let list = Place::top("redirect_uris");
    for (index, uri) in &submitted.redirect_uris {
        native(uri, list.item(*index), findings);
    }
    if submitted
        .auth_method
        .sound()
        .is_some_and(|m| *m != AuthMethod::None)
    {
        findings.error(
            &rule::AUTH_METHOD_NOT_PUBLIC,
            Place::top("token_endpoint_auth_method"),
        );
    }

    let place = Place::top("grant_types");
    if submitted.grant_types == Field::Absent {
        submitted.grant_types = Field::Sound(vec![GrantType::AuthorizationCode]);
    }
    let Field::Sound(grant_types) = &mut submitted.grant_types else {
        return;
    };
    let without_code = matches!(
        &submitted.response_types,
        Field::Sound(types) if !types.contains(&ResponseType::Code)
    );
    let by_code = grant_types.contains(&GrantType::AuthorizationCode);
    let by_device = policy.anonymous_device && grant_types.contains(&GrantType::DeviceCode);
    if !by_code && !by_device || by_code && without_code {
        findings.error(&rule::GRANT_TYPES_NOT_MAIL, place);
        return;
    }
    // Anonymous callers get only grants whose response is a redirect to the user's machine, unless
    // the policy opens the device grant. The client credentials grant has a finding of its own,
    // because no public client can use it.
    let named = grant_types.len();
    grant_types.retain(|grant| match grant {
        GrantType::DeviceCode => policy.anonymous_device,
        GrantType::Ciba => false,
        _ => true,
    });
    if grant_types.len() < named {
        findings.note(&rule::GRANT_TYPE_LEFT_OUT, place);
    }
    if !grant_types.contains(&GrantType::RefreshToken) {
        grant_types.push(GrantType::RefreshToken);
        findings.note(&rule::REFRESH_TOKEN_COMPLETED, place);
    }
}

#[cfg(test)]
mod tests;
