//! Checks the members of extensions against each other and against the rest: OpenID Connect,
//! logout, certificates, signed requests and so on (requirements F).

use crate::config::Policy;
use crate::diagnostic::{Findings, Place, rule};
use crate::oauth::{AuthMethod, Extension, GrantType};
use crate::uri::{self, RedirectUri};

use super::by_kind;
use super::described::Described;
use super::members::Member;
use super::profile::Profile;
use super::submitted::{Field, Submitted};

/// The members with a key management algorithm, each with its member for the content encryption
/// algorithm.
const ENCRYPTED: [(Member, Member); 4] = [
    (
        Member::IdTokenEncryptedResponseAlg,
        Member::IdTokenEncryptedResponseEnc,
    ),
    (
        Member::UserinfoEncryptedResponseAlg,
        Member::UserinfoEncryptedResponseEnc,
    ),
    (
        Member::RequestObjectEncryptionAlg,
        Member::RequestObjectEncryptionEnc,
    ),
    (
        Member::IntrospectionEncryptedResponseAlg,
        Member::IntrospectionEncryptedResponseEnc,
    ),
];

/// The five members that name the subject of a certificate. A client uses one of them (RFC 8705
/// §2.1.2).
const SUBJECTS: [Member; 5] = [
    Member::TlsClientAuthSubjectDn,
    Member::TlsClientAuthSanDns,
    Member::TlsClientAuthSanUri,
    Member::TlsClientAuthSanIp,
    Member::TlsClientAuthSanEmail,
];

/// Checks the members of extensions against each other and against the rest.
pub(super) fn relate(
    submitted: &mut Submitted,
    auth_method: Option<AuthMethod>,
    grant_types: Option<&[GrantType]>,
    profile: Profile,
    policy: &Policy,
    findings: &mut Findings,
) {
    encryption(submitted, policy, findings);
    keys(submitted, findings);
    assertion_algorithm(submitted, auth_method, policy, findings);
    subjects(submitted, auth_method, findings);
    pairwise(submitted, findings);
    own_hosts(submitted, findings);
    ciba(submitted, grant_types, findings);
    let bound = |member| submitted.described(member) == Some(&Described::Flag(true));
    if bound(Member::DpopBoundAccessTokens) && bound(Member::TlsClientCertificateBoundAccessTokens)
    {
        let place = Place::top("dpop_bound_access_tokens");
        findings.error(&rule::BOUND_TWICE, place);
    }
    if profile != Profile::Mail && policy.extensions.contains(&Extension::OpenId) {
        openid_defaults(submitted, policy);
    }
}

/// Checks that each `enc` has its `alg`, and adds the default `enc` to an `alg` (requirements F3).
fn encryption(submitted: &mut Submitted, policy: &Policy, findings: &mut Findings) {
    const DEFAULT: &str = "A128CBC-HS256";
    let offered = policy.content_encryption_algs.names();
    for (alg, enc) in ENCRYPTED {
        match (submitted.described(alg), submitted.described(enc)) {
            (None, Some(_)) if submitted.left_out.contains(&alg) => {}
            (None, Some(_)) => findings.error(&rule::ENC_WITHOUT_ALG, Place::top(enc.name())),
            (Some(_), None) => {
                let default = offered.iter().find(|a| **a == DEFAULT).or(offered.first());
                if let Some(default) = default {
                    submitted.keep(enc, None, Described::Text((*default).to_owned()));
                }
            }
            (Some(_), Some(_)) | (None, None) => {}
        }
    }
}

/// Checks that a client with an algorithm for encryption to it, or for its own signatures, has keys
/// (OpenID Connect Registration 1.0 §2).
fn keys(submitted: &Submitted, findings: &mut Findings) {
    let by_value = match &submitted.jwks {
        Field::Absent => false,
        Field::Unsound => true,
        Field::Sound(keys) => !keys.is_empty(),
    };
    if by_value || submitted.jwks_uri != Field::Absent {
        return;
    }
    let signed = [
        Member::RequestObjectSigningAlg,
        Member::BackchannelAuthenticationRequestSigningAlg,
    ];
    let encrypted = ENCRYPTED.map(|(alg, _)| alg);
    for member in signed.into_iter().chain(encrypted) {
        if submitted.described(member).is_some() {
            findings.error(&rule::ALGORITHM_NEEDS_KEYS, Place::top(member.name()));
        }
    }
}

/// Checks the algorithm of a client's assertions. It is left out if the client makes no assertions.
fn assertion_algorithm(
    submitted: &mut Submitted,
    auth_method: Option<AuthMethod>,
    policy: &Policy,
    findings: &mut Findings,
) {
    let member = Member::TokenEndpointAuthSigningAlg;
    match auth_method {
        Some(AuthMethod::PrivateKeyJwt) => {
            if let Some(Described::Text(algorithm)) = submitted.described(member) {
                let place = Place::top(member.name());
                by_kind::offered(algorithm, &policy.assertion_algs(), place, findings);
            }
        }
        Some(_) => submitted.leave_out(member, findings),
        None => {}
    }
}

/// Checks the members that name the subject of a certificate (RFC 8705 §2.1.2).
fn subjects(submitted: &mut Submitted, auth_method: Option<AuthMethod>, findings: &mut Findings) {
    match auth_method {
        Some(AuthMethod::TlsClientAuth) => {
            let named = SUBJECTS
                .iter()
                .filter(|m| submitted.described(**m).is_some() || submitted.left_out.contains(m));
            if named.count() != 1 {
                let place = Place::top("token_endpoint_auth_method");
                findings.error(&rule::SUBJECT_COUNT, place);
            }
        }
        Some(_) => SUBJECTS
            .iter()
            .for_each(|member| submitted.leave_out(*member, findings)),
        None => {}
    }
}

/// Checks that a client with pairwise subject identifiers has one host, which they are made for. If
/// the redirect URIs have several hosts, or none, it needs a `sector_identifier_uri` (OpenID
/// Connect Core 1.0 §8.1).
fn pairwise(submitted: &Submitted, findings: &mut Findings) {
    let pairwise = Described::Text("pairwise".to_owned());
    if submitted.described(Member::SubjectType) != Some(&pairwise)
        || submitted.described(Member::SectorIdentifierUri).is_some()
    {
        return;
    }
    let mut hosts: Vec<Option<&str>> = Vec::new();
    for (_, uri) in &submitted.redirect_uris {
        let host = (!uri.kind.is_native()).then(|| uri::host(&uri.text));
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    if hosts.len() != 1 || hosts.contains(&None) {
        findings.error(&rule::SECTOR_NEEDED, Place::top("sector_identifier_uri"));
    }
}

/// Checks that the logout URIs that the server calls are on a host of a redirect URI (requirements
/// F6).
fn own_hosts(submitted: &Submitted, findings: &mut Findings) {
    for member in [Member::FrontchannelLogoutUri, Member::BackchannelLogoutUri] {
        let Some(Described::Text(logout)) = submitted.described(member) else {
            continue;
        };
        let own = |uri: &RedirectUri| uri::is_same(uri::origin(&uri.text), uri::origin(logout));
        if !submitted.redirect_uris.iter().any(|(_, uri)| own(uri)) {
            findings.error(&rule::LOGOUT_URI_HOST, Place::top(member.name()));
        }
    }
}

/// Checks the members for CIBA (OpenID Connect CIBA Core 1.0 §4).
fn ciba(submitted: &Submitted, grant_types: Option<&[GrantType]>, findings: &mut Findings) {
    let mode = submitted.described(Member::BackchannelTokenDeliveryMode);
    if grant_types.is_some_and(|g| g.contains(&GrantType::Ciba)) && mode.is_none() {
        let place = Place::top(Member::BackchannelTokenDeliveryMode.name());
        findings.error(&rule::DELIVERY_MODE_MISSING, place);
    }
    let notified = matches!(mode, Some(Described::Text(mode)) if mode != "poll");
    let endpoint = Member::BackchannelClientNotificationEndpoint;
    if notified && submitted.described(endpoint).is_none() {
        findings.error(
            &rule::NOTIFICATION_ENDPOINT_MISSING,
            Place::top(endpoint.name()),
        );
    }
}

/// Adds the defaults of OpenID Connect (OpenID Connect Registration 1.0 §2). If RS256 is not
/// offered, the default algorithm is the first offered one.
fn openid_defaults(submitted: &mut Submitted, policy: &Policy) {
    let offered = policy.signing_algs.names();
    let signing = offered.iter().find(|a| **a == "RS256").or(offered.first());
    for (member, default) in [
        (Member::SubjectType, Some(&"public")),
        (Member::IdTokenSignedResponseAlg, signing),
    ] {
        if let (None, Some(default)) = (submitted.described(member), default) {
            submitted.keep(member, None, Described::Text((*default).to_owned()));
        }
    }
}

#[cfg(test)]
mod tests;
