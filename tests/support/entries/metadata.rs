//! What clients say of themselves.

use gatepost::{Context, redirect_uri_matches};
use serde_json::{Value, json};

use super::super::reading::Reading;
use super::{CONTEXT, ISSUER, NOW, REGISTRAR, halves, is_accepted, register, token};

fn answer(body: &[u8]) -> (u16, Value) {
    let decision = register(body);
    let answer = serde_json::from_str(&decision.response.body).expect("the answer is JSON");
    (decision.response.status, answer)
}

/// The document reader and all rules about metadata: what is accepted is accepted again, unchanged.
pub fn document(body: &[u8]) {
    let (status, registered) = answer(body);
    if status == 201 {
        // What the answer has besides is of the server.
        let again = answer(registered.to_string().as_bytes());
        assert_eq!((201, registered), again);
    } else {
        assert_eq!(status, 400);
    }
}

/// The rules for redirect URIs: whatever is accepted leads to this machine, to a private-use scheme, or by https to
/// the host that its text names.
pub fn redirect_uri(bytes: &[u8]) {
    let Ok(uri) = std::str::from_utf8(bytes) else {
        return;
    };
    let document = json!({ "redirect_uris": [uri] }).to_string();
    let (status, answer) = answer(document.as_bytes());
    if status != 201 {
        assert_eq!(answer["error"], "invalid_redirect_uri");
        return;
    }
    assert_eq!(answer["redirect_uris"], json!([uri]));
    assert!(
        uri.bytes()
            .all(|b| b.is_ascii_graphic() && b != b'#' && b != b'\\')
    );
    let (scheme, rest) = uri.split_once(':').expect("it is absolute");
    match scheme {
        "http" => {
            let rest = &rest[2..];
            let host = ["127.0.0.1", "[::1]", "localhost"]
                .into_iter()
                .find(|host| rest.starts_with(host))
                .expect("http is for this machine");
            assert!(
                rest[host.len()..].is_empty() || rest[host.len()..].starts_with(['/', ':', '?'])
            );
        }
        "https" => {
            let host = rest[2..]
                .split(['/', ':', '?'])
                .next()
                .expect("there is a first");
            assert!(host.contains('.') && !host.contains(['@', '*', '[']));
        }
        private => assert!(private.contains('.')),
    }
}

/// The matcher: what matches a registered redirect URI could be registered itself, and leads to the same place, but for
/// the port of a program on this machine. Both ways round it is the same.
pub fn matching(bytes: &[u8]) {
    matching_by(redirect_uri_matches, bytes);
}

/// The same of another matcher, which may be a faulty one.
pub fn matching_by(matches: fn(&str, &str) -> bool, bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let (registered, requested) = text.split_once('\n').unwrap_or((text, ""));
    let is_registered = |uri: &str| {
        is_accepted(&register(
            json!({ "redirect_uris": [uri] }).to_string().as_bytes(),
        ))
    };
    if !is_registered(registered) {
        return;
    }
    assert!(matches(registered, registered));
    // A pair that matches is rare among random ones, so that one half is also made from the other.
    let moved = registered.replacen("127.0.0.1", "127.0.0.1:49152", 1);
    let ended = format!("{registered}/");
    for requested in [requested, &moved, &ended] {
        if matches(registered, requested) {
            assert!(is_registered(requested), "{requested}");
            assert!(matches(requested, registered), "{requested}");
            let readings = [registered, requested].map(Reading::of);
            let [registered, requested] = readings.map(|read| read.map(Reading::without_free_port));
            assert_eq!(registered, requested);
        }
    }
}

/// A client ID metadata document: a URL, a line feed, and what is found there. Nobody is let through by another's.
pub fn client_document(bytes: &[u8]) {
    let (url, document) = halves(bytes);
    let Ok(url) = std::str::from_utf8(url) else {
        return;
    };
    let asked = REGISTRAR
        .client_document(&CONTEXT, url, None)
        .expect("the facts are whole");
    assert!(asked.fetches.iter().all(|fetch| fetch.uri == url));
    let decision = REGISTRAR
        .client_document(&CONTEXT, url, Some(document))
        .expect("the facts are whole");
    let Some(client) = &decision.client else {
        assert!(!is_accepted(&decision));
        return;
    };
    assert!(is_accepted(&asked), "the URL itself is refused");
    assert_eq!(client.client_id, url);
    let written: Value = serde_json::from_slice(document).expect("it is JSON");
    assert_eq!(written["client_id"], url);
    assert!(url.starts_with("https://") && !url.contains('#'));
    // What is stored can be used.
    let record = match &decision.effect {
        gatepost::Effect::Store(record) => record,
        other => panic!("{other:?}"),
    };
    let context = Context {
        record: Some(&record.document),
        ..CONTEXT
    };
    let again = REGISTRAR
        .client_document(&context, url, Some(document))
        .expect("it is its own record");
    assert!(is_accepted(&again));
}

/// A software statement: a header, a line feed, and claims, which a trusted issuer signs; and the bytes as a statement
/// that he has not signed.
pub fn statement(bytes: &[u8]) {
    let with = |statement: &str| {
        let document =
            json!({ "redirect_uris": ["com.example.mail:/cb"], "software_statement": statement });
        register(document.to_string().as_bytes())
    };
    let (header, claims) = halves(bytes);
    let (Ok(header), Ok(claims)) = (std::str::from_utf8(header), std::str::from_utf8(claims))
    else {
        return;
    };
    let signed = token(ISSUER, header, claims);
    if is_accepted(&with(&signed)) {
        let header: Value = serde_json::from_str(header).expect("it is JSON");
        assert!(header["alg"] == "EdDSA" || header["alg"] == "Ed25519");
        assert!(header["crit"].is_null());
        let claims: Value = serde_json::from_str(claims).expect("it is JSON");
        assert_eq!(claims["iss"], "https://issuer.example");
        assert!(claims["exp"].is_null() || claims["exp"].as_f64() > Some((NOW - 600) as f64));
    }
    // Of another issuer, and with the signature of something else.
    assert!(!is_accepted(&with(&token(9, header, claims))));
    let (_, signature) = signed.rsplit_once('.').expect("there are three parts");
    let other = token(
        ISSUER,
        r#"{"alg":"EdDSA"}"#,
        r#"{"iss":"https://issuer.example"}"#,
    );
    let (other, _) = other.rsplit_once('.').expect("there are three parts");
    let is_same = signed.starts_with(&format!("{other}."));
    assert!(is_same || !is_accepted(&with(&format!("{other}.{signature}"))));
    if let Ok(text) = std::str::from_utf8(bytes) {
        assert!(!is_accepted(&with(text)), "nobody has signed it");
    }
}
