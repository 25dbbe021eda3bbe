//! Requests to the endpoints of an authorization server.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gatepost::Endpoint;
use serde_json::json;

use super::super::step::Carried;
use super::client::Client;
use super::source::Source;
use super::{NOW, signed, uri};

const ENDPOINTS: &[Endpoint] = &[
    Endpoint::Authorization,
    Endpoint::Authorization,
    Endpoint::PushedAuthorization,
    Endpoint::DeviceAuthorization,
    Endpoint::Token,
    Endpoint::Introspection,
    Endpoint::Revocation,
];

const AT_TOKEN_ENDPOINT: &[Endpoint] = &[
    Endpoint::Token,
    Endpoint::Introspection,
    Endpoint::Revocation,
    Endpoint::PushedAuthorization,
];

/// Parameters that a request may have besides.
const ODD: &[(&str, &str)] = &[
    ("response_mode", "query"),
    ("response_mode", "fragment"),
    ("request", "a.b.c"),
    ("request_uri", "urn:ietf:params:oauth:request_uri:x"),
    ("resource", "https://mail.example.com"),
    ("resource", "imap://mail.example.com:143"),
    ("resource", "nowhere"),
    ("prompt", "none"),
    ("scope", "openid"),
    ("client_id", "another"),
    ("client_secret", "gps_wrong"),
    (
        "client_assertion_type",
        "urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
    ),
    ("client_assertion", "a.b.c"),
    ("response_type", "token"),
    ("grant_type", "password"),
    ("code_challenge_method", "plain"),
    ("state", "s\u{0}"),
    ("", ""),
];

/// What a browser brings to the authorization endpoint, or a program to another.
pub fn to_authorize(source: &mut Source<'_>, client: &Client) -> Carried {
    let endpoint = source.pick(ENDPOINTS);
    let mut parameters = vec![("client_id", client.id.clone())];
    match endpoint {
        Endpoint::Authorization | Endpoint::PushedAuthorization => {
            parameters.push(("response_type", "code".into()));
            if !source.one_in(4) {
                let registered = match client.redirect_uris.is_empty() {
                    true => uri::any(source),
                    false => source.pick(&client.redirect_uris),
                };
                parameters.push(("redirect_uri", uri::near(source, &registered)));
            }
            if !source.one_in(6) {
                let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned();
                parameters.push(("code_challenge", source.hurt_one_in(12, challenge)));
                parameters.push(("code_challenge_method", "S256".into()));
            }
            parameters.push(("state", "s".into()));
        }
        _ => parameters.push(("grant_type", grant_type(source))),
    }
    if source.one_in(3) {
        parameters.push((
            "scope",
            source.pick_text(&[
                "urn:ietf:params:oauth:scope:mail",
                "x offline_access",
                "a\"b",
            ]),
        ));
    }
    if endpoint == Endpoint::PushedAuthorization || source.one_in(12) {
        return authenticated(source, client, endpoint, parameters);
    }
    carried(source, endpoint, None, parameters)
}

/// What a program brings that shows who it is.
pub fn to_authenticate(source: &mut Source<'_>, client: &Client) -> Carried {
    let endpoint = source.pick(AT_TOKEN_ENDPOINT);
    let parameters = vec![("grant_type", grant_type(source))];
    authenticated(source, client, endpoint, parameters)
}

/// An `Authorization` header.
pub fn header(source: &mut Source<'_>, client: &Client) -> String {
    let id = percent(&client.id);
    let secret = client.secret.clone().unwrap_or_else(|| "gps_x".into());
    let header = match source.below(8) {
        0..3 => format!("Basic {}", STANDARD.encode(format!("{id}:{secret}"))),
        3 => format!("Bearer {}", client.token.as_deref().unwrap_or("gpr_x")),
        4 => format!("basic {}", STANDARD.encode(format!("{id}:"))),
        5 => source.pick_text(&[
            "",
            " ",
            "Basic",
            "Basic ",
            "Basic Og==",
            "Basic =",
            "Bearer",
            "Bearer a b",
            "Bearer a, Bearer b",
            "DPoP x",
            "Negotiate",
            "bearer\tx",
            "Basic YTpi, Bearer x",
            "Basic YTpi=",
            "Basic /w==",
            "Bearer \u{e9}",
        ]),
        6 => format!("Basic {}", STANDARD.encode(source.any_text())),
        _ => source.any_text(),
    };
    source.hurt_one_in(12, header)
}

fn grant_type(source: &mut Source<'_>) -> String {
    source.pick_text(&[
        "authorization_code",
        "refresh_token",
        "urn:ietf:params:oauth:grant-type:device_code",
        "client_credentials",
        "urn:openid:params:grant-type:ciba",
        "password",
    ])
}

/// Adds what shows that the request is the client's, in one way, or seldom in two.
fn authenticated(
    source: &mut Source<'_>,
    client: &Client,
    endpoint: Endpoint,
    mut parameters: Vec<(&str, String)>,
) -> Carried {
    let mut authorization = None;
    for _ in 0..=usize::from(source.one_in(12)) {
        // What the client has, most of the time.
        let way = match (source.below(3), &client.secret) {
            (0, _) => source.below(4),
            (way, Some(_)) => way - 1,
            (_, None) if client.has_keys() => 2,
            (_, None) => 3,
        };
        match way {
            0 => authorization = Some(header(source, client)),
            1 => {
                let secret = client.secret.clone().unwrap_or_default();
                parameters.push(("client_id", client.id.clone()));
                parameters.push(("client_secret", source.hurt_one_in(8, secret)));
            }
            2 => {
                let assertion = assertion(source, &client.id);
                let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer".to_owned();
                parameters.push(("client_assertion_type", source.hurt_one_in(20, kind)));
                parameters.push(("client_assertion", assertion));
            }
            _ => parameters.push(("client_id", client.id.clone())),
        }
    }
    carried(source, endpoint, authorization, parameters)
}

/// A client's assertion (RFC 7523 §3).
pub fn assertion(source: &mut Source<'_>, client_id: &str) -> String {
    let mut claims = json!({
        "iss": client_id,
        "sub": client_id,
        "aud": "https://mail.example.com",
        "exp": NOW + 60,
        "jti": "once",
    });
    for _ in 0..source.below(3) {
        let (name, value) = source.pick(&[
            ("aud", json!(["https://mail.example.com/auth/token"])),
            ("aud", json!("https://other.example")),
            ("exp", json!(NOW - 600)),
            ("exp", json!(NOW + 86_400)),
            ("exp", json!(u64::MAX)),
            ("exp", json!("soon")),
            ("exp", json!(1e300)),
            ("nbf", json!(NOW + 600)),
            ("iat", json!(NOW)),
            ("jti", json!("")),
            ("jti", json!("j".repeat(257))),
            ("sub", json!("another")),
            ("iss", json!(null)),
        ]);
        claims[name] = value;
    }
    signed::any_token(source, signed::CLIENT, &claims)
}

fn carried(
    source: &mut Source<'_>,
    endpoint: Endpoint,
    mut authorization: Option<String>,
    mut parameters: Vec<(&str, String)>,
) -> Carried {
    if source.one_in(6) {
        let (name, value) = source.pick(ODD);
        parameters.push((name, value.to_owned()));
    }
    if source.one_in(12) {
        let removed = source.below(parameters.len());
        parameters.remove(removed);
    }
    if source.one_in(200) {
        parameters.extend((0..300).map(|_| ("a", "b".to_owned())));
    }
    if source.one_in(12) {
        authorization = Some(source.any_text());
    }
    let form: Vec<String> = parameters
        .iter()
        .map(|(name, value)| format!("{}={}", percent(name), percent(value)))
        .collect();
    let form = form.join("&");
    let mut parameters = source.hurt_one_in(12, form).into_bytes();
    if source.one_in(30) && !parameters.is_empty() {
        let at = source.below(parameters.len());
        parameters[at] = source.byte();
    }
    let jwks = match source.below(6) {
        0..3 => Some(signed::key_set(signed::CLIENT).to_string()),
        3 => Some(source.hurt(&signed::key_set(signed::CLIENT).to_string())),
        _ => None,
    };
    Carried {
        endpoint,
        authorization,
        parameters,
        jwks,
    }
}

fn percent(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'*' => {
                encoded.push(char::from(byte))
            }
            b' ' => encoded.push('+'),
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    encoded
}
