//! Metadata documents (RFC 7591 §2) as text, so that they can be what no JSON writer writes.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::source::Source;
use super::{signed, uri};

/// What a member's value may be.
#[derive(Clone, Copy)]
enum Kind {
    Uris,
    Link,
    Text,
    Texts,
    Scope,
    Flag,
    Number,
    Keys,
    Statement,
    Words(&'static [&'static str]),
    WordList(&'static [&'static str]),
}

use Kind::{Flag, Keys, Link, Number, Scope, Statement, Text, Texts, Uris, WordList, Words};

const ALGORITHMS: Kind = Words(&[
    "ES256", "EdDSA", "RS256", "PS256", "none", "HS256", "ES512", "es256",
]);
const ENCRYPTIONS: Kind = Words(&["ECDH-ES", "RSA-OAEP-256", "RSA1_5", "dir"]);
const CONTENT_ENCRYPTIONS: Kind = Words(&["A256GCM", "A128CBC-HS256", "A1", "A192GCM"]);

const MEMBERS: &[(&str, Kind)] = &[
    ("redirect_uris", Uris),
    ("redirect_uris", Uris),
    ("redirect_uris", Uris),
    ("application_type", Words(&["native", "web", "service"])),
    (
        "token_endpoint_auth_method",
        Words(&[
            "none",
            "client_secret_basic",
            "client_secret_post",
            "private_key_jwt",
            "client_secret_jwt",
            "tls_client_auth",
            "self_signed_tls_client_auth",
        ]),
    ),
    (
        "grant_types",
        WordList(&[
            "authorization_code",
            "refresh_token",
            "urn:ietf:params:oauth:grant-type:device_code",
            "client_credentials",
            "urn:openid:params:grant-type:ciba",
            "implicit",
            "password",
            "x",
        ]),
    ),
    (
        "response_types",
        WordList(&["code", "token", "code id_token", "none"]),
    ),
    ("scope", Scope),
    ("client_name", Text),
    ("client_name#de", Text),
    ("client_name#zh-Hant-TW", Text),
    ("client_name#", Text),
    ("client_uri", Link),
    ("logo_uri", Link),
    ("logo_uri#fr-CH", Link),
    ("tos_uri", Link),
    ("policy_uri", Link),
    ("contacts", Texts),
    ("software_id", Text),
    ("software_version", Text),
    ("software_statement", Statement),
    ("jwks_uri", Link),
    ("jwks", Keys),
    ("subject_type", Words(&["public", "pairwise", "x"])),
    ("sector_identifier_uri", Link),
    ("id_token_signed_response_alg", ALGORITHMS),
    ("id_token_encrypted_response_alg", ENCRYPTIONS),
    ("id_token_encrypted_response_enc", CONTENT_ENCRYPTIONS),
    ("userinfo_signed_response_alg", ALGORITHMS),
    ("userinfo_encrypted_response_alg", ENCRYPTIONS),
    ("userinfo_encrypted_response_enc", CONTENT_ENCRYPTIONS),
    ("token_endpoint_auth_signing_alg", ALGORITHMS),
    ("default_max_age", Number),
    ("require_auth_time", Flag),
    ("default_acr_values", Texts),
    ("initiate_login_uri", Link),
    ("request_uris", Uris),
    ("request_object_signing_alg", ALGORITHMS),
    ("request_object_encryption_alg", ENCRYPTIONS),
    ("request_object_encryption_enc", CONTENT_ENCRYPTIONS),
    ("require_signed_request_object", Flag),
    ("require_pushed_authorization_requests", Flag),
    ("post_logout_redirect_uris", Uris),
    ("frontchannel_logout_uri", Link),
    ("frontchannel_logout_session_required", Flag),
    ("backchannel_logout_uri", Link),
    ("backchannel_logout_session_required", Flag),
    ("tls_client_auth_subject_dn", Text),
    ("tls_client_auth_san_dns", Text),
    ("tls_client_auth_san_uri", Link),
    (
        "tls_client_auth_san_ip",
        Words(&["192.0.2.1", "2001:db8::1", "1", "::ffff:1.2.3.4"]),
    ),
    ("tls_client_auth_san_email", Text),
    ("tls_client_certificate_bound_access_tokens", Flag),
    ("dpop_bound_access_tokens", Flag),
    ("introspection_signed_response_alg", ALGORITHMS),
    ("introspection_encrypted_response_alg", ENCRYPTIONS),
    ("introspection_encrypted_response_enc", CONTENT_ENCRYPTIONS),
    (
        "authorization_details_types",
        WordList(&["mailbox", "payment"]),
    ),
    (
        "backchannel_token_delivery_mode",
        Words(&["poll", "ping", "push", "x"]),
    ),
    ("backchannel_client_notification_endpoint", Link),
    ("backchannel_authentication_request_signing_alg", ALGORITHMS),
    ("backchannel_user_code_parameter", Flag),
    ("client_id", Text),
    ("client_secret", Text),
    ("client_secret_expires_at", Number),
    ("registration_access_token", Text),
    ("registration_client_uri", Link),
    ("client_id_issued_at", Number),
    ("x_unknown", Text),
];

const TEXTS: &[&str] = &[
    "Example Mail",
    "mail",
    "me@example.com",
    "",
    " ",
    " Mail ",
    "Postfa\u{308}cher",
    "メール",
    "a\u{202e}b",
    "\u{0}",
    "Example Provider",
    "Examp1e Provider",
    "Ехample Provider",
    "a\u{200d}b",
    "\u{378}",
    "1.0",
    "CN=mail, O=Example",
    "mailto:a@example.com",
    "a@b@c",
    "\u{1f600}",
    "\u{e000}",
    "mail.example.com",
    "ﬁsh",
];

/// JSON that is unusual, or none.
const ODD: &[&str] = &[
    "null",
    "0",
    "-0",
    "1e400",
    "1E5",
    "18446744073709551616",
    "-9223372036854775809",
    "1.5",
    "01",
    "+1",
    ".5",
    "NaN",
    "tru",
    "\"\\ud800\"",
    "\"\\u0000\"",
    "\"\\x\"",
    "[]",
    "{}",
    "[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]",
    r#"{"a":1,"a":2}"#,
    r#"[{"a":null}]"#,
    "\"",
    "",
    "/**/1",
    "'a'",
    "\"\t\"",
    "true",
    "[1,]",
    "\u{feff}1",
];

/// Keys with something wrong or unusual.
const KEYS: &[&str] = &[
    r#"{"kty":"EC","crv":"P-256","use":"sig","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}"#,
    r#"{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","d":"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE"}"#,
    r#"{"kty":"EC","crv":"P-256","use":"enc","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyA"}"#,
    r#"{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"}"#,
    r#"{"kty":"OKP","crv":"X25519","x":"hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo","use":"enc","alg":"ECDH-ES"}"#,
    r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","key_ops":["verify"],"kid":"a"}"#,
    r#"{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}"#,
    r#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#,
    r#"{"kty":"RSA","use":"sig","alg":"RS256","e":"AQAB","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"}"#,
    r#"{"kty":"RSA","e":"Aw","n":"0vx7","x5c":["AA"]}"#,
    r#"{"kty":"OKP"}"#,
    r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","key_ops":["sign"],"kid":"2"}"#,
    r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","key_ops":["verify","encrypt"],"use":"enc"}"#,
    r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","key_ops":["verify","x"],"alg":"ES256"}"#,
    r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","use":"sig","alg":"ECDH-ES"}"#,
    r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","alg":"HS256"}"#,
    r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","x5u":"https://a.example/","x5t":"AA"}"#,
    r#"{"kty":"OKP","crv":"Ed25519","x":"AA","use":"sig"}"#,
    r#"{"kty":"OKP","crv":"Ed448","x":"AA","use":"sig"}"#,
    r#"{"kty":"RSA","use":"sig","e":"AA","n":"ALBs"}"#,
    r#"{"kty":"RSA","use":"sig","e":"AAEAAQ","n":"AAAA"}"#,
    r#"{"kty":["EC"]}"#,
    "null",
    "[]",
];

/// A document to register with.
pub fn any(source: &mut Source<'_>) -> Vec<u8> {
    let mut members = base(source);
    for _ in 0..source.below(6) {
        let (name, kind) = source.pick(MEMBERS);
        put(source, &mut members, name, kind);
    }
    written(source, &members)
}

/// A document to change a registration with: it names the client (RFC 7592 §2.2).
pub fn update(source: &mut Source<'_>, client_id: &str) -> Vec<u8> {
    let mut members = base(source);
    let id = source.hurt_one_in(12, client_id.to_owned());
    members.insert(0, ("client_id".into(), quoted(&id)));
    for _ in 0..source.below(4) {
        let (name, kind) = source.pick(MEMBERS);
        put(source, &mut members, name, kind);
    }
    written(source, &members)
}

/// The redirect URIs that a document has, if it is one.
pub fn redirect_uris(document: &[u8]) -> Vec<String> {
    let document: Value = serde_json::from_slice(document).unwrap_or_default();
    let uris = document["redirect_uris"].as_array();
    let uris = uris.into_iter().flatten().filter_map(Value::as_str);
    uris.map(str::to_owned).collect()
}

/// The members of a document that is right, each with its value as JSON.
fn base(source: &mut Source<'_>) -> Vec<(String, String)> {
    let document = match source.below(9) {
        0 => {
            json!({ "redirect_uris": ["http://127.0.0.1/cb"], "token_endpoint_auth_method": "none" })
        }
        1 => {
            json!({ "redirect_uris": ["https://webmail.example.com/cb"], "client_name": "Example Mail" })
        }
        2 => {
            json!({ "redirect_uris": ["com.example.mail:/callback"], "token_endpoint_auth_method": "none" })
        }
        3 => json!({
            "redirect_uris": ["https://webmail.example.com/cb"],
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks": signed::key_set(signed::CLIENT),
        }),
        4 => json!({
            "redirect_uris": ["https://webmail.example.com/cb"],
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks_uri": "https://webmail.example.com/keys.json",
        }),
        5 => json!({
            "grant_types": ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
            "response_types": [],
            "token_endpoint_auth_method": "none",
        }),
        6 => json!({
            "grant_types": ["client_credentials"],
            "response_types": [],
            "token_endpoint_auth_method": "client_secret_post",
        }),
        7 => json!({
            "client_name": "Example Mail",
            "client_name#de": "Beispielpost",
            "client_uri": "https://www.example.com/",
            "logo_uri": "https://www.example.com/logo.png",
            "tos_uri": "https://www.example.com/terms",
            "policy_uri": "https://www.example.com/privacy",
            "contacts": ["mail@example.com"],
            "software_id": "4NRB1-0XZABZI9E6-5SM3R",
            "software_version": "1.0",
            "redirect_uris": ["http://127.0.0.1/cb", "http://[::1]/cb", "com.example.mail:/cb"],
            "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "scope": "urn:ietf:params:oauth:scope:mail offline_access",
        }),
        _ => json!({}),
    };
    let Value::Object(members) = document else {
        unreachable!("every document is an object");
    };
    members
        .into_iter()
        .map(|(name, value)| (name, value.to_string()))
        .collect()
}

/// Puts a member in the place of another of its name, or seldom beside it.
fn put(source: &mut Source<'_>, members: &mut Vec<(String, String)>, name: &str, kind: Kind) {
    let kind = match source.one_in(20) {
        true => source.pick(MEMBERS).1,
        false => kind,
    };
    let value = match source.one_in(25) {
        true => source.pick_text(ODD),
        false => value(source, kind),
    };
    if !source.one_in(30) {
        members.retain(|(other, _)| other != name);
    }
    let name = source.hurt_one_in(60, name.to_owned());
    members.push((name, value));
}

fn value(source: &mut Source<'_>, kind: Kind) -> String {
    match kind {
        Uris => {
            let count = match source.one_in(40) {
                true => source.below(14),
                false => source.below(3) + 1,
            };
            list(count, || quoted(&uri::any(source)))
        }
        Link => quoted(&uri::any(source)),
        Text => text(source),
        Texts => {
            let count = source.below(3) + 1;
            list(count, || text(source))
        }
        Scope => {
            let scope = source.pick_text(&[
                "urn:ietf:params:oauth:scope:mail offline_access",
                "urn:ietf:params:oauth:scope:mail",
                "openid",
                "x",
                "",
                " ",
                "mail  x",
                "a\"b",
            ]);
            quoted(&source.hurt_one_in(10, scope))
        }
        Flag => source.pick_text(&["true", "false", "\"true\"", "1"]),
        Number => match source.below(3) {
            0 => source.pick_text(&["0", "3600", "-1", "1e3", "\"1\""]),
            _ => source.number().to_string(),
        },
        Keys => match source.below(4) {
            0 | 1 => signed::key_set(signed::CLIENT).to_string(),
            _ => {
                let count = source.below(3);
                let keys = list(count, || {
                    let key = source.pick_text(KEYS);
                    source.hurt_one_in(6, key)
                });
                format!("{{\"keys\":{keys}}}")
            }
        },
        Statement => {
            let claims = statement(source);
            quoted(&signed::any_token(source, signed::ISSUER, &claims))
        }
        Words(words) => quoted(source.pick(words)),
        WordList(words) => {
            let count = source.below(3) + 1;
            list(count, || quoted(source.pick(words)))
        }
    }
}

/// The claims of a software statement (RFC 7591 §2.3).
pub fn statement(source: &mut Source<'_>) -> Value {
    let mut claims =
        json!({ "iss": "https://issuer.example", "software_id": "4NRB1-0XZABZI9E6-5SM3R" });
    for _ in 0..source.below(4) {
        let (name, value) = source.pick(&[
            ("client_name", json!("Stated Mail")),
            ("redirect_uris", json!(["com.example.stated:/cb"])),
            ("exp", json!(super::NOW + 60)),
            ("exp", json!(super::NOW - 600)),
            ("nbf", json!(super::NOW + 600)),
            ("iat", json!("now")),
            ("aud", json!("https://mail.example.com")),
            ("aud", json!(["https://other.example"])),
            ("iss", json!("https://other.example")),
            ("scope", json!("offline_access")),
            ("client_name", json!(7)),
            ("grant_types", json!(["implicit"])),
            ("software_statement", json!("a.b.c")),
            ("token_endpoint_auth_method", json!("none")),
        ]);
        claims[name] = value;
    }
    claims
}

fn text(source: &mut Source<'_>) -> String {
    let text = match source.below(6) {
        0..4 => source.pick_text(TEXTS),
        4 => source.any_text(),
        _ => {
            let times = source.below(80);
            source.pick_text(TEXTS).repeat(times)
        }
    };
    quoted(&source.hurt_one_in(8, text))
}

fn list(count: usize, mut item: impl FnMut() -> String) -> String {
    let items: Vec<String> = (0..count).map(|_| item()).collect();
    format!("[{}]", items.join(","))
}

pub fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn written(source: &mut Source<'_>, members: &[(String, String)]) -> Vec<u8> {
    let space = source.pick_text(&["", "", "", " ", "\n\t", "\r\n "]);
    let mut text = format!("{space}{{");
    for (index, (name, value)) in members.iter().enumerate() {
        let comma = if index > 0 { "," } else { "" };
        let name = quoted(name);
        write!(text, "{comma}{space}{name}{space}:{space}{value}")
            .expect("a string takes everything");
    }
    text.push_str(&space);
    text.push('}');
    if source.one_in(16) {
        text = source.hurt(&text);
    }
    let mut bytes = text.into_bytes();
    if source.one_in(40) && !bytes.is_empty() {
        let at = source.below(bytes.len());
        bytes[at] = source.byte();
    }
    if source.one_in(60) {
        let size = source.below(80_000);
        bytes.extend(std::iter::repeat_n(b' ', size));
    }
    bytes
}
