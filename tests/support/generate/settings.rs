//! Settings that are right, and some that are not; and the terms of API keys.

use std::collections::BTreeMap;

use serde_json::Value;

use super::source::Source;
use super::{document, signed};

/// Settings that belong together, each value as JSON.
const BASES: &[&[(&str, &str)]] = &[
    &[
        (
            "registration-endpoint",
            r#""https://mail.example.com/auth/register""#,
        ),
        ("token-endpoint", r#""https://mail.example.com/auth/token""#),
        ("issuer", r#""https://mail.example.com""#),
        ("require", "true"),
    ],
    &[
        ("anonymous", "true"),
        (
            "registration-endpoint",
            r#""https://mail.example.com/auth/register""#,
        ),
        ("token-endpoint", r#""https://mail.example.com/auth/token""#),
    ],
    &[
        ("anonymous", "true"),
        ("require", "true"),
        ("stateless", r#""public""#),
        (
            "client-id-keys",
            r#"["AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"]"#,
        ),
    ],
    &[
        ("anonymous", "true"),
        ("anonymous-profile", r#""none""#),
        ("share-identical", r#""public""#),
        (
            "registration-endpoint",
            r#""https://mail.example.com/auth/register""#,
        ),
    ],
    &[
        ("approval", r#""all""#),
        ("require", "true"),
        ("anonymous", "true"),
        (
            "registration-endpoint",
            r#""https://mail.example.com/auth/register""#,
        ),
    ],
    &[
        ("issuer", r#""https://mail.example.com""#),
        ("client-id-metadata-documents", "true"),
        ("require", "true"),
    ],
    &[
        (
            "registration-endpoint",
            r#""https://mail.example.com/auth/register""#,
        ),
        ("issuer", r#""https://mail.example.com""#),
        (
            "auth-methods",
            r#"["none","client_secret_basic","client_secret_post","private_key_jwt","tls_client_auth","self_signed_tls_client_auth"]"#,
        ),
        (
            "extensions",
            r#"["openid","rp-initiated-logout","front-channel-logout","back-channel-logout","mutual-tls","signed-requests","pushed-requests","dpop","jwt-introspection","authorization-details","ciba"]"#,
        ),
        (
            "grant-types",
            r#"["authorization_code","refresh_token","client_credentials","urn:openid:params:grant-type:ciba","urn:ietf:params:oauth:grant-type:device_code"]"#,
        ),
        ("authorization-details-types", r#"["mailbox"]"#),
        (
            "signing-algs",
            r#"["RS256","RS384","RS512","PS256","PS384","PS512","ES256","ES384","ES512","EdDSA","Ed25519","Ed448"]"#,
        ),
    ],
    &[],
];

/// Each setting with values that it may have.
const SETTINGS: &[(&str, &[&str])] = &[
    ("require", &["true", "false"]),
    ("anonymous", &["true", "false"]),
    ("anonymous-profile", &[r#""mail""#, r#""none""#]),
    ("anonymous-device", &["true", "false"]),
    ("approval", &[r#""off""#, r#""anonymous""#, r#""all""#]),
    (
        "issuer",
        &[
            r#""https://mail.example.com""#,
            r#""http://127.0.0.1:8080""#,
            r#""https://mail.example.com/a?b""#,
        ],
    ),
    ("denied-clients", &[r#"["webadmin"]"#, r#"["a b"]"#]),
    ("open-client", &["true"]),
    ("static-client", &[r#""static-app""#, r#""gpc_static""#]),
    ("pkce", &[r#""public""#, r#""all""#]),
    (
        "resources",
        &[
            r#"["mail.example.com","https://api.example.com/"]"#,
            r##"["a#b"]"##,
        ],
    ),
    (
        "administrator-redirect-uris",
        &[r#"["stalwart://auth"]"#, "[]"],
    ),
    (
        "anonymous-terms",
        &[
            r#"{"redirect-schemes":["http","com.example.mail"]}"#,
            r#"{"networks":["192.0.2.0/24"],"scopes":["offline_access"]}"#,
            r#"{"max-registrations":1}"#,
        ],
    ),
    (
        "share-identical",
        &[r#""off""#, r#""anonymous""#, r#""public""#],
    ),
    ("stateless", &[r#""off""#, r#""anonymous""#, r#""public""#]),
    (
        "client-id-keys",
        &[
            r#"["AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"]"#,
            r#"["AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI","AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"]"#,
            r#"["AQ"]"#,
        ],
    ),
    ("stateless-lifetime-days", &["1", "30"]),
    ("max-stateless-id", &["128", "256", "4096", "0"]),
    ("require-software-statement", &["true", "false"]),
    ("client-id-metadata-documents", &["true", "false"]),
    (
        "client-id-metadata-document-hosts",
        &[r#"["app.example.com"]"#, r#"[".example.com"]"#],
    ),
    ("max-client-id-metadata-document-bytes", &["100", "65536"]),
    (
        "grant-types",
        &[
            r#"["authorization_code"]"#,
            r#"["authorization_code","refresh_token","client_credentials"]"#,
        ],
    ),
    (
        "auth-methods",
        &[
            r#"["none"]"#,
            r#"["client_secret_basic","private_key_jwt"]"#,
        ],
    ),
    ("any-secret-method", &["true", "false"]),
    (
        "scopes",
        &[
            r#"["urn:ietf:params:oauth:scope:mail","offline_access","openid"]"#,
            r#"["x"]"#,
        ],
    ),
    (
        "default-scopes",
        &[
            r#"["offline_access"]"#,
            r#"["urn:ietf:params:oauth:scope:mail"]"#,
        ],
    ),
    ("unknown-scopes", &[r#""drop""#, r#""refuse""#]),
    (
        "extensions",
        &[
            r#"["openid"]"#,
            r#"["openid","dpop","mutual-tls","pushed-requests","signed-requests"]"#,
        ],
    ),
    ("unoffered-metadata", &[r#""drop""#, r#""refuse""#]),
    ("signing-algs", &[r#"["ES256"]"#, r#"["EdDSA","Ed25519"]"#]),
    ("encryption-algs", &[r#"["RSA-OAEP"]"#]),
    ("content-encryption-algs", &[r#"["A128GCM"]"#]),
    (
        "localhost",
        &[r#""refuse""#, r#""accept""#, r#""everybody""#],
    ),
    ("https-ip-literals", &[r#""public""#, r#""refuse""#]),
    ("internal-hosts", &["true", "false"]),
    ("empty-links", &[r#""refuse""#, r#""drop""#]),
    ("same-site", &[r#""off""#, r#""warn""#, r#""refuse""#]),
    (
        "same-site-schemes",
        &[r#""off""#, r#""warn""#, r#""refuse""#],
    ),
    (
        "protected-names",
        &[r#"["Example Provider"]"#, r#"["mail"]"#, r#"["..."]"#],
    ),
    ("provider-name", &[r#""Example Provider""#]),
    (
        "redirect-hosts",
        &[r#"["webmail.example.com"]"#, r#"[".example.com"]"#],
    ),
    (
        "redirect-schemes",
        &[r#"["https"]"#, r#"["https","http","com.example.mail"]"#],
    ),
    ("max-redirect-uris", &["1", "2", "0"]),
    ("max-keys", &["1", "0"]),
    ("max-name-length", &["4", "1000"]),
    ("max-document-bytes", &["300", "70000"]),
    ("max-document-depth", &["2", "64", "1000"]),
    ("max-document-values", &["12", "100"]),
    ("max-document-members", &["5", "100"]),
    ("max-document-string", &["20", "1000"]),
    ("secret-lifetime", &["60", "86400"]),
    ("rotate-secret", &["true"]),
    ("secret-overlap", &["60", "86400"]),
    ("rotate-registration-access-token", &["true"]),
    ("max-clients-per-account", &["1", "10"]),
    ("max-registrations-per-address", &["1", "10"]),
    ("max-anonymous-registrations-per-address", &["1", "10"]),
    ("address-window", &["1", "900", "0"]),
    ("ipv4-prefix", &["24", "0", "33"]),
    ("ipv6-prefix", &["48", "128", "129"]),
    ("max-anonymous-clients", &["1", "10"]),
    (
        "max-anonymous-registrations-per-wider-network",
        &["1", "10"],
    ),
    ("max-clients", &["1", "10"]),
    ("provisional-lifetime", &["3600", "1"]),
    ("waiting-lifetime", &["3600", "0"]),
    ("unused-lifetime", &["3600", "1"]),
    ("idle-lifetime", &["3600", "1"]),
    ("expired-secret-lifetime", &["3600", "1"]),
    ("no-such-setting", &["1"]),
];

const TERMS: &[(&str, &[&str])] = &[
    (
        "scopes",
        &[
            r#"["offline_access"]"#,
            r#"["urn:ietf:params:oauth:scope:mail"]"#,
            "[]",
        ],
    ),
    ("grant-types", &[r#"["authorization_code"]"#, r#"["x"]"#]),
    (
        "auth-methods",
        &[
            r#"["none"]"#,
            r#"["client_secret_basic","private_key_jwt"]"#,
        ],
    ),
    (
        "redirect-hosts",
        &[r#"["webmail.example.com"]"#, r#"[".example.com"]"#, "[]"],
    ),
    (
        "redirect-schemes",
        &[r#"["https"]"#, r#"["http","com.example.mail"]"#, "[]"],
    ),
    ("internal-hosts", &["true", "false"]),
    (
        "networks",
        &[
            r#"["192.0.2.0/24","2001:db8::/32"]"#,
            "[]",
            r#"["192.0.2.1/24"]"#,
        ],
    ),
    ("max-registrations", &["1", "0", "-1"]),
    ("expires-at", &["1790000000", "1", "99999999999"]),
    ("no-such-term", &["1"]),
];

/// Settings, as TOML or as JSON.
pub fn any(source: &mut Source<'_>) -> String {
    let mut settings: BTreeMap<&str, String> = source
        .pick(BASES)
        .iter()
        .map(|(key, value)| (*key, (*value).to_owned()))
        .collect();
    if source.one_in(3) {
        settings.insert("trusted-issuers", issuers());
    }
    // Few at a time, because many seldom go together.
    for _ in 0..source.below(5) {
        let (key, values) = source.pick(SETTINGS);
        settings.insert(key, source.pick_text(values));
    }
    if source.one_in(30) {
        let key = source.pick(SETTINGS).0;
        let value = document::quoted(&source.any_text());
        settings.insert(key, value);
    }
    let text = match source.below(4) {
        0..3 => {
            let lines = settings
                .iter()
                .map(|(key, value)| format!("{key} = {}\n", toml(value)));
            format!("[oauth.client-registration]\n{}", lines.collect::<String>())
        }
        _ => {
            let members: Vec<String> = settings
                .iter()
                .map(|(key, value)| format!("\"{key}\":{value}"))
                .collect();
            format!(
                "{{\"oauth\":{{\"client-registration\":{{{}}}}}}}",
                members.join(",")
            )
        }
    };
    source.hurt_one_in(16, text)
}

/// The terms of an API key: a JSON object, or nearly one.
pub fn terms(source: &mut Source<'_>) -> String {
    let members: Vec<String> = (0..source.below(3))
        .map(|_| {
            let (name, values) = source.pick(TERMS);
            format!("\"{name}\":{}", source.pick(values))
        })
        .collect();
    let text = format!("{{{}}}", members.join(","));
    source.hurt_one_in(25, text)
}

fn issuers() -> String {
    let keys = signed::key_set(signed::ISSUER);
    format!(r#"[{{"issuer":"https://issuer.example","jwks":{keys}}}]"#)
}

/// A JSON value in TOML. What is no JSON stays as it is.
fn toml(json: &str) -> String {
    fn write(value: &Value) -> String {
        match value {
            Value::Object(members) => {
                let members: Vec<String> = members
                    .iter()
                    .map(|(name, value)| format!("{} = {}", document::quoted(name), write(value)))
                    .collect();
                format!("{{ {} }}", members.join(", "))
            }
            Value::Array(items) => {
                let items: Vec<String> = items.iter().map(write).collect();
                format!("[{}]", items.join(", "))
            }
            other => other.to_string(),
        }
    }
    serde_json::from_str(json).map_or_else(|_| json.to_owned(), |value| write(&value))
}
