//! Members of the extensions that a server can offer: OpenID Connect, logout, certificates, signed
//! requests and the like (requirements F). Where an extension is not offered, its members are left
//! out, and the client sees in the answer that they are.

use std::net::IpAddr;

use crate::config::{Policy, Unoffered};
use crate::diagnostic::{Findings, Place, Role, rule};
use crate::document::Json;
use crate::uri::{self, RedirectUri, Report};

use super::members::{Kind, Member};
use super::profile::Profile;
use super::submitted::{Field, Submitted, wrong_type};
use super::value::{AuthMethod, Extension, GrantType};
use super::{Described, text};

/// How many entries a list in a member of an extension may have, and how many characters a text.
const MAX_ITEMS: usize = 32;
const MAX_TEXT: u64 = 256;

/// How long a URI of a request object may be (OpenID Connect Core 1.0 §6.2).
const MAX_REQUEST_URI: usize = 512;

/// The largest integer that every JSON reader keeps (RFC 8259 §6).
const MAX_SECONDS: u64 = (1 << 53) - 1;

/// Algorithms for the encryption of something, and what encrypts its content.
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

/// The five ways to name a certificate's subject, of which a client uses one (RFC 8705 §2.1.2).
const SUBJECTS: [Member; 5] = [
    Member::TlsClientAuthSubjectDn,
    Member::TlsClientAuthSanDns,
    Member::TlsClientAuthSanUri,
    Member::TlsClientAuthSanIp,
    Member::TlsClientAuthSanEmail,
];

/// Reads a member that has no rules but those of its kind.
pub(super) fn read(
    member: Member,
    value: &Json<'_>,
    place: Place<'_>,
    profile: Profile,
    policy: &Policy,
    findings: &mut Findings,
) -> Option<Described> {
    if let Err(expected) = typed(member.kind(), value) {
        wrong_type(findings, place, expected);
        return None;
    }
    if let Some(extension) = member.extension()
        && (profile == Profile::Mail || !policy.extensions.contains(&extension))
    {
        unoffered(member.kind(), value, place, policy, findings);
        return None;
    }
    Judge {
        place,
        policy,
        findings,
    }
    .value(member.kind(), value)
}

/// Holds a value against the type of its member; an error says what the type is.
fn typed(kind: Kind, value: &Json<'_>) -> Result<(), &'static str> {
    let strings = |items: &[Json<'_>]| items.iter().all(|item| matches!(item, Json::Text(_)));
    match (kind, value) {
        (Kind::Flag | Kind::Protection, Json::Bool(_))
        | (Kind::Seconds, Json::Integer(0..=MAX_SECONDS)) => Ok(()),
        (Kind::Flag | Kind::Protection, _) => Err("true or false"),
        (Kind::Seconds, _) => Err("a whole number of seconds, 0 or more"),
        (Kind::Texts | Kind::DetailTypes | Kind::RequestUris | Kind::LogoutRedirects, value) => {
            match value {
                Json::Array(items) if strings(items) => Ok(()),
                _ => Err("an array of strings"),
            }
        }
        (_, Json::Text(_)) => Ok(()),
        _ => Err("a string"),
    }
}

/// Nobody is told that a protection was dropped by leaving it out of an answer (requirements G9).
fn unoffered(
    kind: Kind,
    value: &Json<'_>,
    place: Place<'_>,
    policy: &Policy,
    findings: &mut Findings,
) {
    match (kind, value) {
        (Kind::Protection, Json::Bool(true)) => findings.error(&rule::MEMBER_NOT_HONOURED, place),
        (Kind::Protection, _) => {}
        _ => match policy.unoffered_metadata {
            Unoffered::Drop => findings.note(&rule::MEMBER_NOT_OFFERED, place),
            Unoffered::Refuse => findings.error(&rule::MEMBER_NOT_OFFERED, place),
        },
    }
}

/// Judges values that have the type of their member.
struct Judge<'a, 'p> {
    place: Place<'p>,
    policy: &'a Policy,
    findings: &'a mut Findings,
}

impl Judge<'_, '_> {
    fn value(&mut self, kind: Kind, value: &Json<'_>) -> Option<Described> {
        match value {
            Json::Bool(flag) => Some(Described::Flag(*flag)),
            Json::Integer(number) => Some(Described::Number(*number)),
            Json::Text(text) => self.text(kind, text).map(Described::Text),
            Json::Array(items) if items.len() > MAX_ITEMS => {
                let message = format!("The list has more than {MAX_ITEMS} entries.");
                self.findings
                    .error_saying(&rule::MEMBER_TOO_LONG, self.place, message);
                None
            }
            Json::Array(items) => {
                let list = self.place;
                let mut kept = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    let mut judge = Judge {
                        place: list.item(index),
                        policy: self.policy,
                        findings: self.findings,
                    };
                    if let Json::Text(text) = item
                        && let Some(text) = judge.text(kind, text)
                        && !kept.contains(&text)
                    {
                        kept.push(text);
                    }
                }
                Some(Described::List(kept))
            }
            _ => None,
        }
    }

    fn text(&mut self, kind: Kind, text: &str) -> Option<String> {
        let sound = match kind {
            Kind::Link | Kind::OwnHost | Kind::Called => {
                let mut report = Report::new(Role::Other, self.place, self.findings);
                uri::shown(text, &mut report)
            }
            Kind::RequestUris => self.request_uri(text),
            Kind::LogoutRedirects => self.logout_redirect(text),
            Kind::Signing => self.offered(text, self.policy.signing_algs.names()),
            Kind::Encryption => self.offered(text, self.policy.encryption_algs.names()),
            Kind::ContentEncryption => {
                self.offered(text, self.policy.content_encryption_algs.names())
            }
            Kind::OneOf(values) => self.offered(text, values),
            Kind::DetailTypes => {
                let types = &self.policy.authorization_details_types.0;
                let types: Vec<_> = types.iter().map(String::as_str).collect();
                self.offered(text, &types)
            }
            Kind::SubjectAddress => {
                let address = text.parse::<IpAddr>().is_ok();
                if !address {
                    self.findings.error(&rule::SUBJECT_ADDRESS, self.place);
                }
                address
            }
            _ => return text::shown(text, MAX_TEXT, self.place, self.findings),
        };
        sound.then(|| text.to_owned())
    }

    fn offered(&mut self, text: &str, offered: &[&str]) -> bool {
        let known = offered.contains(&text);
        if !known {
            let message = match offered {
                [] => "The value is not offered; none is.".to_owned(),
                offered => format!(
                    "The value is not offered; offered are {}.",
                    offered.join(", ")
                ),
            };
            self.findings
                .error_saying(&rule::VALUE_NOT_OFFERED, self.place, message);
        }
        known
    }

    /// https, and a fragment only if it is the SHA-256 of what is there (OpenID Connect Core 1.0
    /// §6.2).
    fn request_uri(&mut self, text: &str) -> bool {
        let (uri, hash) = match text.split_once('#') {
            Some((uri, hash)) => (uri, Some(hash)),
            None => (text, None),
        };
        let is_hash = |hash: &str| {
            hash.len() == 43
                && hash
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        };
        if text.len() > MAX_REQUEST_URI || !hash.is_none_or(is_hash) {
            self.findings.error(&rule::REQUEST_URI, self.place);
            return false;
        }
        let mut report = Report::new(Role::Other, self.place, self.findings);
        uri::shown(uri, &mut report)
    }

    /// The rules for redirect URIs, with the error for other metadata (OpenID Connect RP-Initiated
    /// Logout 1.0 §3.1).
    fn logout_redirect(&mut self, text: &str) -> bool {
        let rules = Profile::Full.redirect_uri_rules(self.policy);
        let mut scratch = Findings::default();
        let sound = RedirectUri::new(text, &rules, Place::Document, &mut scratch).is_some();
        if !sound {
            let message = match scratch.into_diagnostics().into_iter().next() {
                Some(first) => first.message.into_owned(),
                None => rule::LOGOUT_REDIRECT_URI.message.to_owned(),
            };
            self.findings
                .error_saying(&rule::LOGOUT_REDIRECT_URI, self.place, message);
        }
        sound
    }
}

/// What the members of extensions have to do with each other and with the rest.
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

/// Requirements F3: `enc` needs `alg`, and has a default beside it.
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

/// What is encrypted for the client, or signed by it, needs its keys (OpenID Connect Registration
/// 1.0 §2).
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

/// The algorithm of a client's assertions, which means nothing if it does not make any.
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
                let mut judge = Judge {
                    place: Place::top(member.name()),
                    policy,
                    findings,
                };
                judge.offered(algorithm, &policy.assertion_algs());
            }
        }
        Some(_) => submitted.leave_out(member, findings),
        None => {}
    }
}

/// RFC 8705 §2.1.2
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

/// OpenID Connect Core 1.0 §8.1: a pairwise identifier is made for a host, and several redirect
/// URIs, or one without a host of its own, do not tell which.
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

/// Requirements F6: what the server calls on logging out is on a host that the client redirects to.
fn own_hosts(submitted: &Submitted, findings: &mut Findings) {
    for member in [Member::FrontchannelLogoutUri, Member::BackchannelLogoutUri] {
        let Some(Described::Text(logout)) = submitted.described(member) else {
            continue;
        };
        let own = |uri: &RedirectUri| uri::origin(&uri.text) == uri::origin(logout);
        if !submitted.redirect_uris.iter().any(|(_, uri)| own(uri)) {
            findings.error(&rule::LOGOUT_URI_HOST, Place::top(member.name()));
        }
    }
}

/// OpenID Connect CIBA Core 1.0 §4
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

/// What an OpenID provider registers for a client that says nothing (OpenID Connect Registration
/// 1.0 §2); where RS256 is not offered, the first algorithm that is.
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
mod tests {
    use crate::{config, document, metadata};

    use super::*;

    /// What is registered, and the findings, each as code and pointer.
    fn accept(settings: &str, members: &str) -> (Option<String>, Vec<String>) {
        let settings = format!("[oauth.client-registration]\n{settings}");
        let (policy, _) = config::compile(&settings).unwrap();
        let document = format!(r#"{{"redirect_uris": ["https://a.example.com/cb"], {members}}}"#);
        let mut findings = Findings::default();
        let limits = policy.document_limits();
        let document = document::read(document.as_bytes(), &limits, &mut findings).unwrap();
        let accepted = metadata::accept(&document, Profile::Full, 0, &policy, &mut findings);
        let codes = findings
            .into_diagnostics()
            .into_iter()
            .map(|d| format!("{} {}", d.code, d.pointer))
            .collect();
        (accepted.map(|m| serde_json::to_string(&m).unwrap()), codes)
    }

    #[test]
    fn members_of_extensions() {
        let openid = "extensions = ['openid']";
        let logout =
            "extensions = ['rp-initiated-logout', 'front-channel-logout', 'back-channel-logout']";
        let signed = "extensions = ['signed-requests']";
        let tls = "extensions = ['mutual-tls', 'dpop']\nauth-methods = ['tls_client_auth', 'none']";
        let ciba = "extensions = ['ciba']\ngrant-types = ['urn:openid:params:grant-type:ciba']";
        let details =
            "extensions = ['authorization-details']\nauthorization-details-types = ['mailbox']";
        let jwt = "auth-methods = ['private_key_jwt', 'none']";
        let strict = "unoffered-metadata = 'refuse'";
        let keys = r#""jwks_uri": "https://a.example.com/jwks""#;
        let table: &[(&str, &str, &[&str])] = &[
            // Nothing is offered.
            (
                "",
                r#""subject_type": "pairwise""#,
                &["member-not-offered /subject_type"],
            ),
            (
                "",
                r#""subject_type": "x""#,
                &["member-not-offered /subject_type"],
            ),
            ("", r#""subject_type": 1"#, &["member-type /subject_type"]),
            (
                "",
                r#""require_auth_time": "true""#,
                &["member-type /require_auth_time"],
            ),
            (
                "",
                r#""default_max_age": 1.5"#,
                &["member-type /default_max_age"],
            ),
            ("", r#""request_uris": "x""#, &["member-type /request_uris"]),
            (
                strict,
                r#""subject_type": "public""#,
                &["member-not-offered /subject_type"],
            ),
            ("", r#""dpop_bound_access_tokens": false"#, &[]),
            (
                "",
                r#""dpop_bound_access_tokens": true"#,
                &["member-not-honoured /dpop_bound_access_tokens"],
            ),
            (
                "",
                r#""require_pushed_authorization_requests": true"#,
                &["member-not-honoured /require_pushed_authorization_requests"],
            ),
            // OpenID Connect.
            (openid, r#""subject_type": "public""#, &[]),
            (
                openid,
                r#""subject_type": "x""#,
                &["value-not-offered /subject_type"],
            ),
            (openid, r#""subject_type": "pairwise""#, &[]),
            (
                openid,
                r#""default_max_age": 0, "require_auth_time": true"#,
                &[],
            ),
            (
                openid,
                r#""default_max_age": -1"#,
                &["member-type /default_max_age"],
            ),
            (
                openid,
                r#""default_max_age": 9007199254740992"#,
                &["member-type /default_max_age"],
            ),
            (openid, r#""default_acr_values": ["a", "b"]"#, &[]),
            (
                openid,
                r#""default_acr_values": ["1","2","3","4","5","6","7","8","9","10","11","12","13","14","15","16","17","18","19","20","21","22","23","24","25","26","27","28","29","30","31","32","33"]"#,
                &["member-too-long /default_acr_values"],
            ),
            (
                openid,
                r#""default_acr_values": ["a", 1]"#,
                &["member-type /default_acr_values"],
            ),
            (
                openid,
                r#""initiate_login_uri": "http://a.example.com/""#,
                &["uri-scheme /initiate_login_uri"],
            ),
            (openid, r#""id_token_signed_response_alg": "ES256""#, &[]),
            (
                openid,
                r#""id_token_signed_response_alg": "HS256""#,
                &["value-not-offered /id_token_signed_response_alg"],
            ),
            (
                openid,
                r#""id_token_signed_response_alg": "none""#,
                &["value-not-offered /id_token_signed_response_alg"],
            ),
            (
                openid,
                r#""userinfo_encrypted_response_enc": "A256GCM""#,
                &["enc-without-alg /userinfo_encrypted_response_enc"],
            ),
            (
                openid,
                r#""userinfo_encrypted_response_alg": "dir", "userinfo_encrypted_response_enc": "A256GCM""#,
                &["value-not-offered /userinfo_encrypted_response_alg"],
            ),
            (
                openid,
                r#""userinfo_encrypted_response_alg": "ECDH-ES""#,
                &["algorithm-needs-keys /userinfo_encrypted_response_alg"],
            ),
            // Logout.
            (
                logout,
                r#""post_logout_redirect_uris": ["https://a.example.com/bye", "com.example.app:/bye"]"#,
                &[],
            ),
            (
                logout,
                r#""post_logout_redirect_uris": ["https://a.example.com/bye#x"]"#,
                &["logout-redirect-uri /post_logout_redirect_uris/0"],
            ),
            (
                logout,
                r#""frontchannel_logout_uri": "https://a.example.com/out""#,
                &[],
            ),
            (
                logout,
                r#""frontchannel_logout_uri": "https://b.example.com/out""#,
                &["logout-uri-host /frontchannel_logout_uri"],
            ),
            (
                logout,
                r#""backchannel_logout_uri": "https://a.example.com:8443/out""#,
                &["logout-uri-host /backchannel_logout_uri"],
            ),
            (
                logout,
                r#""backchannel_logout_uri": "https://a.example.com/#""#,
                &["uri-fragment /backchannel_logout_uri"],
            ),
            // Signed requests.
            (
                signed,
                r#""request_uris": ["https://a.example.com/r#LCa0a2j_xo_5m0U8HTBBNBNCLXBkg7-g-YpeiGJm564"]"#,
                &[],
            ),
            (
                signed,
                r#""request_uris": ["https://a.example.com/r#x"]"#,
                &["request-uri /request_uris/0"],
            ),
            (
                signed,
                r#""request_uris": ["http://a.example.com/r"]"#,
                &["uri-scheme /request_uris/0"],
            ),
            (
                signed,
                r#""request_object_signing_alg": "ES256""#,
                &["algorithm-needs-keys /request_object_signing_alg"],
            ),
            (signed, r#""require_signed_request_object": true"#, &[]),
            // Certificates and DPoP.
            (
                tls,
                r#""token_endpoint_auth_method": "tls_client_auth""#,
                &["subject-count /token_endpoint_auth_method"],
            ),
            (
                tls,
                r#""token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_san_dns": "a.example.com""#,
                &[],
            ),
            (
                tls,
                r#""token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_san_dns": "a.example.com", "tls_client_auth_subject_dn": "CN=a""#,
                &["subject-count /token_endpoint_auth_method"],
            ),
            (
                tls,
                r#""token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_san_ip": "192.0.2.300""#,
                &["subject-address /tls_client_auth_san_ip"],
            ),
            (
                tls,
                r#""token_endpoint_auth_method": "none", "tls_client_auth_san_dns": "a.example.com""#,
                &["member-without-meaning /tls_client_auth_san_dns"],
            ),
            (
                tls,
                r#""token_endpoint_auth_method": "none", "dpop_bound_access_tokens": true, "tls_client_certificate_bound_access_tokens": true"#,
                &["bound-twice /dpop_bound_access_tokens"],
            ),
            // Assertions.
            (
                "",
                r#""token_endpoint_auth_signing_alg": "HS256""#,
                &["member-without-meaning /token_endpoint_auth_signing_alg"],
            ),
            (
                jwt,
                r#""token_endpoint_auth_method": "private_key_jwt""#,
                &["auth-method-needs-keys /token_endpoint_auth_method"],
            ),
            (
                jwt,
                r#""token_endpoint_auth_method": "private_key_jwt", "token_endpoint_auth_signing_alg": "none", "jwks_uri": "https://a.example.com/jwks""#,
                &["value-not-offered /token_endpoint_auth_signing_alg"],
            ),
            // CIBA and authorization details.
            (
                ciba,
                r#""grant_types": ["urn:openid:params:grant-type:ciba"]"#,
                &["delivery-mode-missing /backchannel_token_delivery_mode"],
            ),
            (
                ciba,
                r#""grant_types": ["urn:openid:params:grant-type:ciba"], "backchannel_token_delivery_mode": "ping""#,
                &["notification-endpoint-missing /backchannel_client_notification_endpoint"],
            ),
            (
                ciba,
                r#""grant_types": ["urn:openid:params:grant-type:ciba"], "backchannel_token_delivery_mode": "poll""#,
                &[],
            ),
            (
                details,
                r#""authorization_details_types": ["mailbox"]"#,
                &[],
            ),
            (
                details,
                r#""authorization_details_types": ["mailbox", "x"]"#,
                &["value-not-offered /authorization_details_types/1"],
            ),
        ];
        for (settings, members, codes) in table {
            let (registered, found) = accept(settings, members);
            assert_eq!(&found, codes, "{members}");
            let harmless = ["member-not-offered", "member-without-meaning"];
            let refused = *settings == strict
                || !codes
                    .iter()
                    .all(|c| harmless.iter().any(|h| c.starts_with(h)));
            assert_eq!(registered.is_none(), refused, "{members}");
        }
        let (registered, found) = accept(
            openid,
            &format!(r#"{keys}, "userinfo_encrypted_response_alg": "ECDH-ES""#),
        );
        assert_eq!(found, [""; 0]);
        for part in [
            r#""userinfo_encrypted_response_enc":"A128CBC-HS256""#,
            r#""id_token_signed_response_alg":"RS256""#,
            r#""subject_type":"public""#,
        ] {
            assert!(
                registered.as_ref().is_some_and(|r| r.contains(part)),
                "{registered:?}"
            );
        }
    }

    #[test]
    fn pairwise_subjects_need_one_host() {
        let settings = "extensions = ['openid']";
        for (uris, sector, codes) in [
            (
                r#"["https://a.example.com/1", "https://a.example.com/2"]"#,
                "",
                &[][..],
            ),
            (
                r#"["https://a.example.com/", "https://a.example.com:8443/"]"#,
                "",
                &[],
            ),
            (
                r#"["https://a.example.com/", "https://b.example.com/"]"#,
                "",
                &["sector-needed /sector_identifier_uri"],
            ),
            (
                r#"["com.example.app:/cb"]"#,
                "",
                &["sector-needed /sector_identifier_uri"],
            ),
            (
                r#"["com.example.app:/cb"]"#,
                r#", "sector_identifier_uri": "https://a.example.com/uris""#,
                &[],
            ),
        ] {
            let settings = format!("[oauth.client-registration]\n{settings}");
            let (policy, _) = config::compile(&settings).unwrap();
            let document =
                format!(r#"{{"redirect_uris": {uris}, "subject_type": "pairwise"{sector}}}"#);
            let mut findings = Findings::default();
            let limits = policy.document_limits();
            let object = document::read(document.as_bytes(), &limits, &mut findings).unwrap();
            metadata::accept(&object, Profile::Full, 0, &policy, &mut findings);
            let found = findings.into_diagnostics();
            let found: Vec<_> = found
                .iter()
                .map(|d| format!("{} {}", d.code, d.pointer))
                .collect();
            assert_eq!(found, codes, "{uris}");
        }
    }
}
