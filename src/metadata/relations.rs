//! Checks the members against each other, and adds defaults for absent ones.

use crate::config::Policy;
use crate::diagnostic::{Findings, Place, rule};
use crate::document::{self, Object};
use crate::oauth::{ApplicationType, AuthMethod, GrantType, ResponseType};
use crate::uri::{RedirectKind, RedirectUri};

use super::client_metadata::ClientMetadata;
use super::described::Described;
use super::members::Member;
use super::profile::Profile;
use super::read::{auth_method_not_offered, grant_type_not_offered, read};
use super::submitted::{Field, Redirects, Submitted};
use super::{extensions, mail, scope, site, statement};

/// Reads a document and returns what is registered for it, or reports all that is wrong with it.
pub(crate) fn judge(
    body: &[u8],
    profile: Profile,
    now: u64,
    policy: &Policy,
    findings: &mut Findings,
) -> Option<ClientMetadata> {
    let document = document::read(body, &policy.document_limits(), findings)?;
    accept(&document, profile, now, policy, findings)
}

/// Returns what is registered for a document, or reports all that is wrong with it.
pub(crate) fn accept(
    document: &Object<'_>,
    profile: Profile,
    now: u64,
    policy: &Policy,
    findings: &mut Findings,
) -> Option<ClientMetadata> {
    let statement = statement::read(document, profile, now, policy, findings);
    let vouched = statement.as_ref().map(|statement| {
        statement.judge(profile, policy, findings);
        statement.over(document, policy)
    });
    let document = vouched.as_ref().unwrap_or(document);
    let mut submitted = read(document, profile, policy, findings);
    if let Some(statement) = &statement {
        let token = Described::Text(statement.token.to_owned());
        submitted.keep(Member::SoftwareStatement, None, token);
    }
    if profile == Profile::Mail {
        mail::restrict(&mut submitted, policy, findings);
    }
    let auth_method = auth_method(&submitted, profile, policy, findings);
    let grants = grants(
        std::mem::take(&mut submitted.grant_types),
        std::mem::take(&mut submitted.response_types),
        policy,
        findings,
    );
    let refreshes = grants
        .as_ref()
        .is_none_or(|(grant_types, _)| grant_types.contains(&GrantType::RefreshToken));
    let scope = scope::registered(submitted.scope.as_deref(), refreshes, policy, findings);
    if let Some((grant_types, _)) = &grants {
        if grant_types.contains(&GrantType::AuthorizationCode)
            && submitted.redirects == Redirects::Missing
        {
            findings.error(&rule::REDIRECT_URIS_MISSING, Place::top("redirect_uris"));
        }
        // RFC 6749 §4.4
        if grant_types.contains(&GrantType::ClientCredentials)
            && auth_method == Some(AuthMethod::None)
        {
            let place = Place::top("token_endpoint_auth_method");
            findings.error(&rule::GRANT_NEEDS_AUTHENTICATION, place);
        }
    }
    let application_type = application_type(
        &submitted.application_type,
        &submitted.redirect_uris,
        findings,
    );
    // RFC 7591 §2
    if submitted.jwks != Field::Absent && submitted.jwks_uri != Field::Absent {
        findings.error(&rule::JWKS_AND_JWKS_URI, Place::top("jwks_uri"));
    }
    own_keys(&submitted, auth_method, policy, findings);
    let grant_types = grants
        .as_ref()
        .map(|(grant_types, _)| grant_types.as_slice());
    extensions::relate(
        &mut submitted,
        auth_method,
        grant_types,
        profile,
        policy,
        findings,
    );
    site::relate(&submitted, policy, findings);

    if findings.has_errors() {
        return None;
    }
    let (grant_types, response_types) = grants?;
    let mut described = submitted.described;
    described.sort_by(|a, b| (a.member, &a.tag).cmp(&(b.member, &b.tag)));
    Some(ClientMetadata {
        redirect_uris: submitted
            .redirect_uris
            .into_iter()
            .map(|(_, uri)| uri)
            .collect(),
        application_type,
        token_endpoint_auth_method: auth_method?,
        grant_types,
        response_types,
        scope,
        described,
        jwks_uri: submitted.jwks_uri.sound().cloned(),
        jwks: submitted.jwks.sound().cloned(),
    })
}

/// Returns the authentication method. The default is that of the profile or, if the policy does not
/// offer it, the first offered one (requirements A8, RFC 7591 §3.2.1).
fn auth_method(
    submitted: &Submitted,
    profile: Profile,
    policy: &Policy,
    findings: &mut Findings,
) -> Option<AuthMethod> {
    let offered = &policy.auth_methods;
    let method = submitted.auth_method.clone().or_default(|| {
        let default = profile.default_auth_method();
        match offered.first() {
            Some(first) if !offered.contains(&default) && !profile.is_public() => *first,
            _ => default,
        }
    })?;
    if !offered.contains(&method) {
        let place = Place::top("token_endpoint_auth_method");
        auth_method_not_offered(offered, place, findings);
        return None;
    }
    Some(method)
}

/// Checks that a client that authenticates with a key registers one (requirements A14). For signed
/// assertions the key must verify an offered algorithm (RFC 7523 §2.2).
fn own_keys(
    submitted: &Submitted,
    auth_method: Option<AuthMethod>,
    policy: &Policy,
    findings: &mut Findings,
) {
    let Some(method) = auth_method.filter(|method| method.uses_keys()) else {
        return;
    };
    let missing = match &submitted.jwks {
        Field::Absent => submitted.jwks_uri == Field::Absent,
        Field::Unsound => false,
        Field::Sound(keys) => keys.is_empty(),
    };
    if missing {
        let place = Place::top("token_endpoint_auth_method");
        findings.error(&rule::AUTH_METHOD_NEEDS_KEYS, place);
    } else if method == AuthMethod::PrivateKeyJwt
        && let Field::Sound(keys) = &submitted.jwks
    {
        let offered = policy.assertion_algs();
        let asked = match submitted.described(Member::TokenEndpointAuthSigningAlg) {
            Some(Described::Text(asked)) => offered.iter().find(|a| *a == asked),
            _ => None,
        };
        if !keys.can_sign_in(asked.map_or(offered.as_slice(), std::slice::from_ref)) {
            let place = Place::top("jwks");
            findings.error(&rule::AUTH_METHOD_NEEDS_SIGNING_KEY, place);
        }
    }
}

/// Returns the grant types and the response types, and checks that they agree (requirements A8, A9;
/// RFC 7591 §2.1). Without the authorization code grant, absent response types mean an empty list.
fn grants(
    grant_types: Field<Vec<GrantType>>,
    response_types: Field<Vec<ResponseType>>,
    policy: &Policy,
    findings: &mut Findings,
) -> Option<(Vec<GrantType>, Vec<ResponseType>)> {
    let defaulted = grant_types == Field::Absent;
    let grant_types = grant_types.or_default(|| vec![GrantType::AuthorizationCode])?;
    if defaulted && !policy.grant_types.contains(&GrantType::AuthorizationCode) {
        grant_type_not_offered(&policy.grant_types, Place::top("grant_types"), findings);
        return None;
    }
    if grant_types == [GrantType::RefreshToken] {
        findings.error(&rule::GRANT_TYPES_UNUSABLE, Place::top("grant_types"));
    }
    let by_code = grant_types.contains(&GrantType::AuthorizationCode);
    let response_types = response_types
        .or_default(|| by_code.then_some(ResponseType::Code).into_iter().collect())?;
    let place = Place::top("response_types");
    match (by_code, response_types.contains(&ResponseType::Code)) {
        (true, false) => findings.error(&rule::GRANT_WITHOUT_RESPONSE_TYPE, place),
        (false, true) => findings.error(&rule::RESPONSE_TYPES_WITHOUT_GRANT, place),
        (true, true) | (false, false) => {}
    }
    Some((grant_types, response_types))
}

/// Returns the application type. If it is absent, it is derived from the redirect URIs
/// (requirements E9, F1): with OpenID's default, `web`, every mail client that does not know the
/// member would be refused.
fn application_type(
    asked: &Field<ApplicationType>,
    redirect_uris: &[(usize, RedirectUri)],
    findings: &mut Findings,
) -> Option<ApplicationType> {
    if asked.sound() == Some(&ApplicationType::Web) {
        let list = Place::top("redirect_uris");
        for (index, uri) in redirect_uris {
            if uri.kind != RedirectKind::Https {
                findings.error(&rule::REDIRECT_URI_NOT_WEB, list.item(*index));
            }
        }
    }
    match asked {
        Field::Sound(asked) => Some(*asked),
        Field::Unsound => None,
        Field::Absent if redirect_uris.is_empty() => None,
        Field::Absent if redirect_uris.iter().any(|(_, uri)| uri.kind.is_native()) => {
            Some(ApplicationType::Native)
        }
        Field::Absent => Some(ApplicationType::Web),
    }
}

#[cfg(test)]
mod tests {
    use crate::config;

    use super::*;

    #[test]
    fn keys_for_authentication() {
        const P256: &str = r#""kty": "EC", "crv": "P-256", "x": "yGn1d9KKyQAf8zsam7iSOwo1YzZ2iGrhOJyNZpb-ih4", "y": "SduZV73l2lyKcHwKsev4-c1gWI1D9xcc3t5jtQyllHo""#;
        const P384: &str = r#""kty": "EC", "crv": "P-384", "x": "d-tcLXD3PgYzLP5w_1kDKs5i1XkhDYmyL9F8DMpWYDxVyomHr26gcsEajS5_F-nM", "y": "JQSciIXC_yLAg2lWG8KFO4TI5yzp_2JYmAIQSVcm6ZdhmBrkQVU_XEhuiddjWzf4""#;
        let set = |key: &str| format!(r#", "jwks": {{"keys": [{{{key}}}]}}"#);
        let uri = r#", "jwks_uri": "https://a.example.com/jwks""#;
        let in_algorithm = |name| {
            format!(
                r#"{}, "token_endpoint_auth_signing_alg": "{name}""#,
                set(P256)
            )
        };
        let no_keys: &[&str] = &["auth-method-needs-keys /token_endpoint_auth_method"];
        let no_use: &[&str] = &["auth-method-needs-signing-key /jwks"];
        let (by_jwt, by_tls) = ("private_key_jwt", "self_signed_tls_client_auth");
        let empty = r#", "jwks": {"keys": []}"#;
        let table: &[(&str, &str, &[&str])] = &[
            ("none", "", &[]),
            ("none", &set(P384), &[]),
            ("none", empty, &[]),
            (by_jwt, "", no_keys),
            (by_jwt, r#", "jwks": null"#, no_keys),
            (by_jwt, empty, no_keys),
            (by_jwt, uri, &[]),
            (by_jwt, &set(P256), &[]),
            (by_jwt, &set(&format!("{P384}}}, {{{P256}")), &[]),
            // ES384 is not offered.
            (by_jwt, &set(P384), no_use),
            (by_jwt, &set(&format!(r#"{P256}, "use": "enc""#)), no_use),
            (by_jwt, &in_algorithm("ES256"), &[]),
            (by_jwt, &in_algorithm("EdDSA"), no_use),
            (
                by_jwt,
                &in_algorithm("HS256"),
                &["value-not-offered /token_endpoint_auth_signing_alg"],
            ),
            // The finding about the set is enough.
            (by_jwt, r#", "jwks": []"#, &["jwks-shape /jwks"]),
            (by_tls, "", no_keys),
            (by_tls, empty, no_keys),
            (by_tls, uri, &[]),
            (by_tls, &set(P384), &[]),
        ];
        let policy = config::compile(
            "[oauth.client-registration]\n\
             extensions = ['mutual-tls']\n\
             auth-methods = ['none', 'private_key_jwt', 'self_signed_tls_client_auth']\n",
        )
        .expect("the settings are right")
        .policy;
        for (method, members, expected) in table {
            let document = format!(
                r#"{{"redirect_uris": ["https://a.example.com/cb"], "token_endpoint_auth_method": "{method}"{members}}}"#
            );
            let mut findings = Findings::default();
            let limits = policy.document_limits();
            let object = document::read(document.as_bytes(), &limits, &mut findings)
                .expect("the document is JSON");
            let accepted = accept(&object, Profile::Full, 0, &policy, &mut findings);
            assert_eq!(accepted.is_some(), expected.is_empty(), "{document}");
            let found = findings.into_diagnostics().into_iter();
            let found: Vec<_> = found.map(|d| format!("{} {}", d.code, d.pointer)).collect();
            assert_eq!(found, *expected, "{document}");
        }
    }
}
