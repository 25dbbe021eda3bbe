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
mod tests {
    use crate::metadata::Profile;
    use crate::{config, document, metadata};

    use super::*;

    #[test]
    fn the_mail_profile() {
        const COMPLETED: &str = "refresh-token-completed /grant_types";
        let table: &[(&str, &str, &[&str])] = &[
            (
                "nothing but redirect URIs",
                r#""redirect_uris": ["http://127.0.0.1/cb", "http://[::1]/cb", "com.example.app:/cb"]"#,
                &[COMPLETED],
            ),
            (
                "all that the profile asks for",
                r#""redirect_uris": ["com.example.app:/cb"], "token_endpoint_auth_method": "none", "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"]"#,
                &[],
            ),
            (
                "loopback with a port",
                r#""redirect_uris": ["http://127.0.0.1:49152/cb"]"#,
                &[COMPLETED],
            ),
            (
                "https",
                r#""redirect_uris": ["http://127.0.0.1/cb", "https://a.example.com/cb"]"#,
                &["redirect-uri-not-native /redirect_uris/1", COMPLETED],
            ),
            (
                "localhost",
                r#""redirect_uris": ["http://localhost/cb"]"#,
                &["redirect-uri-localhost /redirect_uris/0", COMPLETED],
            ),
            (
                "the device grant beside the code grant",
                r#""redirect_uris": ["http://127.0.0.1/cb"], "grant_types": ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"]"#,
                &["grant-type-left-out /grant_types"],
            ),
            (
                "the device grant alone",
                r#""grant_types": ["urn:ietf:params:oauth:grant-type:device_code"], "response_types": []"#,
                &["grant-types-not-mail /grant_types"],
            ),
            (
                "the client credentials grant beside the code grant",
                r#""redirect_uris": ["http://127.0.0.1/cb"], "grant_types": ["authorization_code", "refresh_token", "client_credentials"]"#,
                &["grant-needs-authentication /token_endpoint_auth_method"],
            ),
            (
                "two dots in a path",
                r#""redirect_uris": ["http://127.0.0.1/a..b"]"#,
                &["redirect-uri-two-dots /redirect_uris/0", COMPLETED],
            ),
            (
                "two dots in a query",
                r#""redirect_uris": ["com.example.app:/cb?a=.."]"#,
                &["redirect-uri-two-dots /redirect_uris/0", COMPLETED],
            ),
            (
                "a fragment",
                r#""redirect_uris": ["com.example.app:/cb#"]"#,
                &["redirect-uri-fragment /redirect_uris/0", COMPLETED],
            ),
            (
                "no dot in the scheme",
                r#""redirect_uris": ["myapp:/cb"]"#,
                &[
                    "redirect-uri-scheme-not-reverse-domain /redirect_uris/0",
                    COMPLETED,
                ],
            ),
            (
                "a secret",
                r#""redirect_uris": ["http://127.0.0.1/cb"], "token_endpoint_auth_method": "client_secret_basic""#,
                &[
                    "auth-method-not-public /token_endpoint_auth_method",
                    COMPLETED,
                ],
            ),
            (
                "no code grant",
                r#""grant_types": ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"]"#,
                &["grant-types-not-mail /grant_types"],
            ),
            (
                "no response type",
                r#""redirect_uris": ["http://127.0.0.1/cb"], "grant_types": ["authorization_code", "refresh_token"], "response_types": []"#,
                &[
                    "grant-types-not-mail /grant_types",
                    "grant-without-response-type /response_types",
                ],
            ),
            (
                "client credentials",
                r#""redirect_uris": ["http://127.0.0.1/cb"], "grant_types": ["authorization_code", "client_credentials", "refresh_token"]"#,
                &["grant-needs-authentication /token_endpoint_auth_method"],
            ),
            (
                "links without https",
                r#""redirect_uris": ["http://127.0.0.1/cb"], "logo_uri": "http://a.example.com/""#,
                &["uri-scheme /logo_uri", COMPLETED],
            ),
            (
                "a member of an extension",
                r#""redirect_uris": ["http://127.0.0.1/cb"], "subject_type": "public""#,
                &["member-not-offered /subject_type", COMPLETED],
            ),
            (
                "a protection",
                r#""redirect_uris": ["http://127.0.0.1/cb"], "dpop_bound_access_tokens": true"#,
                &["member-not-honoured /dpop_bound_access_tokens", COMPLETED],
            ),
        ];
        let (policy, _) =
            config::compile("[oauth.client-registration]\nextensions = ['openid', 'dpop']\n")
                .unwrap();
        let limits = policy.document_limits();
        for (name, members, codes) in table {
            let submitted = format!("{{{members}}}");
            let mut findings = Findings::default();
            let object = document::read(submitted.as_bytes(), &limits, &mut findings).unwrap();
            metadata::accept(&object, Profile::Mail, 0, &policy, &mut findings);
            let found = findings.into_diagnostics().into_iter();
            let found: Vec<_> = found.map(|d| format!("{} {}", d.code, d.pointer)).collect();
            assert_eq!(&found, codes, "{name}");
        }
    }
}
