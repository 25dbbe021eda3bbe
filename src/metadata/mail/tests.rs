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
            "loopback without a path",
            r#""redirect_uris": ["http://127.0.0.1"]"#,
            &[COMPLETED],
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
    let policy = config::compile("[oauth.client-registration]\nextensions = ['openid', 'dpop']\n")
        .unwrap()
        .policy;
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

#[test]
fn what_a_setting_opens_to_anonymous_callers() {
    let device = r#""redirect_uris": ["http://127.0.0.1/cb"], "grant_types": ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"]"#;
    let device_alone = r#""grant_types": ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"], "response_types": []"#;
    let localhost = r#""redirect_uris": ["http://localhost/cb"], "grant_types": ["authorization_code", "refresh_token"]"#;
    for (settings, members, codes) in [
        ("", device, &["grant-type-left-out"][..]),
        ("anonymous-device = true", device, &[]),
        ("anonymous-device = true", device_alone, &[]),
        (
            "localhost = 'refuse'",
            localhost,
            &["redirect-uri-localhost"],
        ),
        (
            "localhost = 'accept'",
            localhost,
            &["redirect-uri-localhost"],
        ),
        // It is a warning then.
        (
            "localhost = 'everybody'",
            localhost,
            &["redirect-uri-localhost"],
        ),
    ] {
        let text = format!("[oauth.client-registration]\n{settings}\n");
        let policy = config::compile(&text).unwrap().policy;
        let mut findings = Findings::default();
        let submitted = format!("{{{members}}}");
        let accepted = metadata::judge(
            submitted.as_bytes(),
            Profile::Mail,
            0,
            &policy,
            &mut findings,
        );
        let found = findings.into_diagnostics();
        let found: Vec<_> = found.iter().map(|d| d.code).collect();
        assert_eq!(found, codes, "{settings}");
        let refused = settings.starts_with("localhost") && !settings.contains("everybody");
        assert_eq!(accepted.is_none(), refused, "{settings}");
        if settings.starts_with("anonymous") {
            let registered = accepted.unwrap().to_raw();
            assert!(registered.get().contains("device_code"), "{registered}");
        }
    }
}
