//! The mail profile (draft-ietf-mailmaint-oauth-public §3.3): what callers without an API key are
//! held to. Its one security rule is that only a native program can finish the flow.

use crate::diagnostic::{Findings, Place, rule};
use crate::oauth::{AuthMethod, GrantType, ResponseType};

use super::redirects::native;
use super::submitted::{Field, Submitted};

/// Requirements G1 and G2, for what was submitted.
pub(super) fn restrict(submitted: &mut Submitted, findings: &mut Findings) {
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
    if !grant_types.contains(&GrantType::AuthorizationCode) || without_code {
        findings.error(&rule::GRANT_TYPES_NOT_MAIL, place);
        return;
    }
    // What gets its answer otherwise than by a redirect to the user's own machine is not for
    // strangers. The grant that no public client may have has a finding of its own.
    let named = grant_types.len();
    grant_types.retain(|grant| !matches!(grant, GrantType::DeviceCode | GrantType::Ciba));
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
