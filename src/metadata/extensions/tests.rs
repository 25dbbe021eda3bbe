use crate::{config, document, metadata};

use super::*;

/// What is registered, and the findings, each as code and pointer.
fn accept(settings: &str, members: &str) -> (Option<String>, Vec<String>) {
    let settings = format!("[oauth.client-registration]\n{settings}");
    let policy = config::compile(&settings).unwrap().policy;
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
    let full_links = "empty-links = 'refuse'";
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
        (
            "",
            r#""subject_type": 1"#,
            &["member-not-offered /subject_type"],
        ),
        (
            "",
            r#""require_auth_time": "true""#,
            &["member-not-offered /require_auth_time"],
        ),
        (
            "",
            r#""default_max_age": 1.5"#,
            &["member-not-offered /default_max_age"],
        ),
        (
            "",
            r#""request_uris": "x""#,
            &["member-not-offered /request_uris"],
        ),
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
            r#""require_auth_time": "true""#,
            &["member-type /require_auth_time"],
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
        // Empty links.
        (
            "",
            r#""client_uri": "", "logo_uri": "", "tos_uri#de": "", "jwks_uri": """#,
            &[
                "member-empty /client_uri",
                "member-empty /logo_uri",
                "member-empty /tos_uri#de",
                "member-empty /jwks_uri",
            ],
        ),
        ("", r#""client_uri": " ""#, &["uri-character /client_uri"]),
        (
            openid,
            r#""initiate_login_uri": """#,
            &["member-empty /initiate_login_uri"],
        ),
        (
            full_links,
            r#""client_uri": "", "jwks_uri": """#,
            &["uri-empty /client_uri", "uri-empty /jwks_uri"],
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
        let harmless = [
            "member-not-offered",
            "member-without-meaning",
            "member-empty",
        ];
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
        let policy = config::compile(&settings).unwrap().policy;
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
