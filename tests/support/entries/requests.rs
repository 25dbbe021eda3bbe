//! What clients and browsers send to the endpoints.

use std::sync::LazyLock;

use gatepost::{Caller, Context, Decision, Effect, Endpoint, Registrar, Request};
use serde_json::{Value, json};

use super::{CLIENT, CONTEXT, NOW, REGISTRAR, halves, is_accepted, key_set, token};

/// A client that authenticates by signatures, and its record.
static SIGNING: LazyLock<(String, String)> = LazyLock::new(|| {
    let document = json!({
        "redirect_uris": ["https://webmail.example.com/cb"],
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": key_set(CLIENT),
    });
    stored(&REGISTRAR, document)
});

/// A client with a secret, and its record.
static CONFIDENTIAL: LazyLock<(String, String)> = LazyLock::new(|| {
    stored(
        &REGISTRAR,
        json!({ "redirect_uris": ["https://webmail.example.com/cb"] }),
    )
});

/// A registrar whose client ids contain the registration, and such an id.
static STATELESS: LazyLock<(Registrar, String)> = LazyLock::new(|| {
    let settings = r#"
        [oauth.client-registration]
        require = true
        anonymous = true
        stateless = "public"
        client-id-keys = ["AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"]"#;
    let registrar = Registrar::compile(settings).expect("the settings are right");
    let context = Context {
        caller: Caller::anonymous(),
        ..CONTEXT
    };
    let document =
        br#"{"redirect_uris":["com.example.mail:/cb"],"token_endpoint_auth_method":"none"}"#;
    let decision = registrar
        .register(&context, document)
        .expect("the facts are whole");
    (registrar, decision.client_id.expect("it was registered"))
});

fn stored(registrar: &Registrar, document: Value) -> (String, String) {
    let decision = registrar.register(&CONTEXT, document.to_string().as_bytes());
    match decision.expect("the facts are whole").effect {
        Effect::Store(record) => (record.client_id, record.document),
        other => panic!("{other:?}"),
    }
}

/// A request: the `Authorization` header, a line feed, and the parameters. All operations name the same client, and
/// without its secret nobody is it.
pub fn request(bytes: &[u8]) {
    let (header, parameters) = halves(bytes);
    let header = std::str::from_utf8(header)
        .ok()
        .filter(|header| !header.is_empty());
    let (id, record) = &*CONFIDENTIAL;
    for endpoint in [
        Endpoint::Authorization,
        Endpoint::PushedAuthorization,
        Endpoint::Token,
        Endpoint::Revocation,
    ] {
        let request = Request {
            endpoint,
            authorization: header,
            parameters,
            jwks: None,
        };
        let named = REGISTRAR.identify(&request);
        let context = Context {
            record: named
                .as_ref()
                .filter(|named| *named == id)
                .map(|_| record.as_str()),
            caller: Caller::anonymous(),
            ..CONTEXT
        };
        let authorized = REGISTRAR
            .authorize(&context, &request)
            .expect("the record is its own");
        let authenticated = REGISTRAR
            .authenticate(&context, &request)
            .expect("the record is its own");
        for decision in [&authorized, &authenticated] {
            if let Some(client) = &decision.client {
                assert_eq!(Some(&client.client_id), named.as_ref());
            }
        }
        assert!(!is_accepted(&authenticated), "nobody knows the secret");
    }
    let found = gatepost::bearer(header);
    assert!(
        found
            .token
            .is_none_or(|token| header.is_some_and(|header| header.contains(token)))
    );
}

/// An assertion: a header, a line feed, and claims, which the client signs; and the bytes as an assertion that it has
/// not signed.
pub fn assertion(bytes: &[u8]) {
    let (header, claims) = halves(bytes);
    let (Ok(header), Ok(claims)) = (std::str::from_utf8(header), std::str::from_utf8(claims))
    else {
        return;
    };
    let (id, _) = &*SIGNING;
    // So that a fuzzer need not find out the id.
    let claims = claims.replace("CLIENT", id);
    let decision = with_assertion(&token(CLIENT, header, &claims));
    if let Some(client) = &decision.client {
        let header: Value = serde_json::from_str(header).expect("it is JSON");
        assert!(header["alg"] == "EdDSA" || header["alg"] == "Ed25519");
        let claims: Value = serde_json::from_str(&claims).expect("it is JSON");
        assert_eq!((&claims["iss"], &claims["sub"]), (&json!(id), &json!(id)));
        let used = client
            .assertion
            .as_ref()
            .expect("it was authenticated by it");
        assert_eq!(claims["jti"], json!(used.id));
        assert!(used.expires_at >= NOW && used.expires_at <= NOW + 7_200);
    }
    assert!(!is_accepted(&with_assertion(&token(9, header, &claims))));
    if let Ok(text) = std::str::from_utf8(bytes) {
        assert!(!is_accepted(&with_assertion(text)), "nobody has signed it");
    }
}

fn with_assertion(assertion: &str) -> Decision {
    let (id, record) = &*SIGNING;
    let encode = |text: &str| {
        text.bytes()
            .map(|byte| format!("%{byte:02x}"))
            .collect::<String>()
    };
    let parameters = format!(
        "client_id={id}&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion={}",
        encode(assertion)
    );
    let context = Context {
        record: Some(record),
        caller: Caller::anonymous(),
        ..CONTEXT
    };
    let request = Request {
        endpoint: Endpoint::Token,
        authorization: None,
        parameters: parameters.as_bytes(),
        jwks: None,
    };
    REGISTRAR
        .authenticate(&context, &request)
        .expect("the record is its own")
}

/// A client id that contains its registration: bytes after its prefix, and a genuine one with these bytes exchanged.
/// None but the genuine one is known.
pub fn stateless_id(bytes: &[u8]) {
    let (registrar, genuine) = &*STATELESS;
    let check = |id: &str| {
        let decision = registrar
            .usable(&CONTEXT, id, None)
            .expect("the facts are whole");
        assert_eq!(is_accepted(&decision), id == genuine, "{id}");
    };
    check(genuine);
    if let Ok(text) = std::str::from_utf8(bytes) {
        check(text);
        check(&format!("gpx_{text}"));
        check(&format!("{genuine}{text}"));
        let kept = genuine.len().saturating_sub(text.len());
        check(&format!("{}{text}", &genuine[..kept]));
    }
    let exchanged: String = genuine
        .bytes()
        .enumerate()
        .map(|(at, byte)| match bytes.get(at) {
            Some(other) if other.is_ascii_graphic() && at >= 4 => char::from(*other),
            _ => char::from(byte),
        })
        .collect();
    check(&exchanged);
}
