use p256::ecdsa::signature::Signer as _;
use serde_json::{Value, json};

use super::*;

/// Signed by openssl, because a signature of RSASSA-PSS is another each time.
const RSA: &str = include_str!("../../../tests/vectors/rsa.json");

/// The limits of submitted documents, as the settings have them by default.
fn limits() -> Limits {
    Limits {
        bytes: 65_536,
        depth: 16,
        values: 4096,
        members: 512,
        string: 16_384,
    }
}

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A key of P-256, and a token that it signed.
pub(crate) fn es256(seed: u8, header: &Value, claims: &Value) -> (Value, String) {
    let key = p256::ecdsa::SigningKey::from_slice(&[seed; 32]).unwrap();
    let point = key.verifying_key().to_sec1_point(false);
    let jwk = json!({
        "kty": "EC",
        "crv": "P-256",
        "x": encode(point.x().unwrap()),
        "y": encode(point.y().unwrap()),
    });
    let signed = format!(
        "{}.{}",
        encode(header.to_string()),
        encode(claims.to_string())
    );
    let signature: p256::ecdsa::Signature = key.sign(signed.as_bytes());
    (jwk, format!("{signed}.{}", encode(signature.to_bytes())))
}

fn es384(header: &Value) -> (Value, String) {
    let key = p384::ecdsa::SigningKey::from_slice(&[7; 48]).unwrap();
    let point = key.verifying_key().to_sec1_point(false);
    let jwk = json!({
        "kty": "EC",
        "crv": "P-384",
        "x": encode(point.x().unwrap()),
        "y": encode(point.y().unwrap()),
    });
    let signed = format!("{}.{}", encode(header.to_string()), encode("{}"));
    let signature: p384::ecdsa::Signature = key.sign(signed.as_bytes());
    (jwk, format!("{signed}.{}", encode(signature.to_bytes())))
}

fn ed25519(header: &Value) -> (Value, String) {
    let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": encode(key.verifying_key())});
    let signed = format!("{}.{}", encode(header.to_string()), encode("{}"));
    let signature = ed25519_dalek::Signer::sign(&key, signed.as_bytes());
    (jwk, format!("{signed}.{}", encode(signature.to_bytes())))
}

fn verify(token: &str, algorithms: &[&str], keys: &[Value]) -> Result<(), Fault> {
    let keys = json!({"keys": keys}).to_string();
    Jws::read(token, &limits())?.verify(algorithms, &KeySet::published(&keys))
}

fn with(key: &Value, member: &str, value: Value) -> Value {
    let mut key = key.clone();
    key[member] = value;
    key
}

#[test]
fn signatures() {
    let vectors: Value = serde_json::from_str(RSA).unwrap();
    let mut signed: Vec<(&str, Value, String)> = Vec::new();
    for (algorithm, token) in vectors["tokens"].as_object().unwrap() {
        let token = token.as_str().unwrap().to_owned();
        signed.push((algorithm, vectors["key"].clone(), token));
    }
    let (key, token) = es256(7, &json!({"alg": "ES256"}), &json!({}));
    signed.push(("ES256", key, token));
    let (key, token) = es384(&json!({"alg": "ES384"}));
    signed.push(("ES384", key, token));
    for name in ["EdDSA", "Ed25519"] {
        let (key, token) = ed25519(&json!({"alg": name}));
        signed.push((name, key, token));
    }
    assert_eq!(signed.len(), VERIFIABLE.len());

    for (algorithm, key, token) in &signed {
        assert_eq!(
            verify(token, &[algorithm], std::slice::from_ref(key)),
            Ok(()),
            "{algorithm}"
        );
        let refused = verify(token, &["ES512"], std::slice::from_ref(key));
        assert_eq!(refused, Err(Fault::Algorithm), "{algorithm}");
        let (head, last) = token.split_at(token.len() - 10);
        let bent = format!(
            "{head}{}{}",
            if last.starts_with('A') { 'B' } else { 'A' },
            &last[1..]
        );
        assert_eq!(
            verify(&bent, VERIFIABLE, std::slice::from_ref(key)),
            Err(Fault::Signature),
            "{algorithm}"
        );
        for (other, key, _) in &signed {
            let same_key = key == &signed.iter().find(|s| s.0 == *algorithm).unwrap().1;
            let found = verify(token, VERIFIABLE, std::slice::from_ref(key));
            let expected = if same_key {
                Ok(())
            } else {
                Err(Fault::Signature)
            };
            assert_eq!(found, expected, "{algorithm} by a key for {other}");
        }
        // The same signature under another name.
        for (other, _, _) in &signed {
            let rest = token.split_once('.').unwrap().1;
            let renamed = format!("{}.{rest}", encode(json!({"alg": other}).to_string()));
            let found = verify(&renamed, VERIFIABLE, std::slice::from_ref(key));
            assert_eq!(found.is_ok(), other == algorithm, "{algorithm} as {other}");
        }
    }
}

#[test]
fn published_signatures() {
    let rsa = json!({
        "kty": "RSA",
        "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
        "e": "AQAB",
    });
    let p256 = json!({
        "kty": "EC",
        "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    });
    let ed25519 = json!({
        "kty": "OKP",
        "crv": "Ed25519",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    });
    for (source, algorithm, key, token) in [
        (
            "RFC 7515 A.2",
            "RS256",
            rsa,
            "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw",
        ),
        (
            "RFC 7515 A.3",
            "ES256",
            p256,
            "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
        ),
        (
            "RFC 8037 A.4",
            "EdDSA",
            ed25519,
            "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
        ),
    ] {
        let keys = std::slice::from_ref(&key);
        assert_eq!(verify(token, &[algorithm], keys), Ok(()), "{source}");
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let (header, _) = signed.split_once('.').unwrap();
        let other = format!("{header}.{}.{signature}", encode("{}"));
        assert_eq!(
            verify(&other, &[algorithm], keys),
            Err(Fault::Signature),
            "{source}"
        );
    }
}

/// Each is a true signature of a key that must not be used, or not in this way.
#[test]
fn true_signatures_that_are_refused() {
    let vectors: Value = serde_json::from_str(RSA).unwrap();
    let mut refused: Vec<(&str, Value, String)> = Vec::new();
    for (name, vector) in vectors["refused"].as_object().unwrap() {
        let token = vector["token"].as_str().unwrap().to_owned();
        refused.push((name, vector["key"].clone(), token));
    }
    // The key of small order: with it and this signature, everything is signed (RFC 8032 §5.1.7).
    let neutral = [&[1][..], &[0; 31]].concat();
    refused.push((
        "a key of small order",
        json!({"kty": "OKP", "crv": "Ed25519", "x": encode(&neutral)}),
        format!(
            "{}.{}.{}",
            encode(r#"{"alg":"EdDSA"}"#),
            encode("{}"),
            encode([neutral, vec![0; 32]].concat())
        ),
    ));
    let (key, token) = es256(7, &json!({"alg": "ES256"}), &json!({}));
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let raw = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let der = p256::ecdsa::Signature::from_slice(&raw).unwrap().to_der();
    refused.push((
        "a signature in DER",
        key.clone(),
        format!("{signed}.{}", encode(der)),
    ));
    refused.push((
        "a signature that goes on",
        key.clone(),
        format!("{signed}.{}", encode([raw, vec![0]].concat())),
    ));
    refused.push((
        "a key that is no secret any more",
        with(&key, "d", json!(encode([7; 32]))),
        token.clone(),
    ));
    let x = URL_SAFE_NO_PAD.decode(key["x"].as_str().unwrap()).unwrap();
    let y = URL_SAFE_NO_PAD.decode(key["y"].as_str().unwrap()).unwrap();
    let (short, long) = (encode(&x[..31]), encode([&x[31..], &y].concat()));
    refused.push((
        "a key of coordinates with other lengths",
        with(&with(&key, "x", json!(short)), "y", json!(long)),
        token,
    ));
    assert_eq!(refused.len(), 7);
    for (name, key, token) in refused {
        assert_eq!(
            verify(&token, VERIFIABLE, &[key]),
            Err(Fault::Signature),
            "{name}"
        );
    }
}

#[test]
fn which_keys_are_used() {
    let (key, token) = es256(7, &json!({"alg": "ES256", "kid": "a"}), &json!({}));
    let (other, unnamed) = es256(8, &json!({"alg": "ES256"}), &json!({}));
    let named = with(&key, "kid", json!("a"));
    let vectors: Value = serde_json::from_str(RSA).unwrap();
    let rsa = vectors["key"].clone();
    let bad = Err(Fault::Signature);
    for (name, token, keys, expected) in [
        ("named", &token, vec![named.clone()], Ok(())),
        (
            "another name",
            &token,
            vec![with(&key, "kid", json!("b"))],
            bad,
        ),
        ("no name", &token, vec![key.clone()], bad),
        (
            "any name",
            &unnamed,
            vec![with(&other, "kid", json!("b"))],
            Ok(()),
        ),
        (
            "the second",
            &unnamed,
            vec![key.clone(), other.clone()],
            Ok(()),
        ),
        (
            "to sign",
            &unnamed,
            vec![with(&other, "use", json!("sig"))],
            Ok(()),
        ),
        (
            "to encrypt",
            &unnamed,
            vec![with(&other, "use", json!("enc"))],
            bad,
        ),
        (
            "to verify",
            &unnamed,
            vec![with(&other, "key_ops", json!(["sign", "verify"]))],
            Ok(()),
        ),
        (
            "not to verify",
            &unnamed,
            vec![with(&other, "key_ops", json!(["sign"]))],
            bad,
        ),
        (
            "by algorithm",
            &unnamed,
            vec![with(&other, "alg", json!("ES256"))],
            Ok(()),
        ),
        (
            "by another algorithm",
            &unnamed,
            vec![with(&other, "alg", json!("ES384"))],
            bad,
        ),
        (
            "another curve",
            &unnamed,
            vec![with(&other, "crv", json!("P-384"))],
            bad,
        ),
        (
            "another type",
            &unnamed,
            vec![with(&other, "kty", json!("OKP"))],
            bad,
        ),
        (
            "no point",
            &unnamed,
            vec![with(&other, "y", other["x"].clone())],
            bad,
        ),
        ("no keys", &unnamed, vec![], bad),
        (
            "the twentieth",
            &unnamed,
            [vec![key.clone(); 19], vec![other.clone()]].concat(),
            Ok(()),
        ),
        (
            "too many",
            &unnamed,
            [vec![key.clone(); 20], vec![other.clone()]].concat(),
            bad,
        ),
        (
            "behind keys of another type",
            &unnamed,
            [vec![rsa.clone(); 99], vec![other.clone()]].concat(),
            Ok(()),
        ),
        (
            "behind too many of them",
            &unnamed,
            [vec![rsa; 100], vec![other.clone()]].concat(),
            bad,
        ),
        (
            "behind keys that are none",
            &unnamed,
            vec![
                json!(1),
                json!({}),
                json!({"kty": "AKP", "alg": "ML-DSA-44", "pub": "AAAA"}),
                with(&other, "alg", json!(1)),
                other.clone(),
            ],
            Ok(()),
        ),
    ] {
        assert_eq!(verify(token, &["ES256"], &keys), expected, "{name}");
    }
    let jws = Jws::read(&unnamed, &limits()).ok().unwrap();
    for keys in ["", "[]", "{}", "{\"keys\":1}", "{\"keys\":[]} x"] {
        assert_eq!(
            jws.verify(&["ES256"], &KeySet::published(keys)),
            bad,
            "{keys}"
        );
    }
}

#[test]
fn what_is_no_token() {
    let token = |header: &str| format!("{}.{}.{}", encode(header), encode("{}"), encode("x"));
    let sound = r#"{"alg":"ES256"}"#;
    for (name, token) in [
        ("nothing", String::new()),
        ("two parts", format!("{}.{}", encode(sound), encode("{}"))),
        ("four parts", format!("{}.x", token(sound))),
        ("padding", format!("{}=", token(sound))),
        ("no header", token("x")),
        ("a list", token("[]")),
        ("no algorithm", token("{}")),
        ("a number", token(r#"{"alg":1}"#)),
        ("critical", token(r#"{"alg":"ES256","crit":["x"]}"#)),
        ("unencoded", token(r#"{"alg":"ES256","b64":false}"#)),
        ("a number for a key", token(r#"{"alg":"ES256","kid":1}"#)),
        ("two algorithms", token(r#"{"alg":"ES256","alg":"none"}"#)),
        (
            "a payload that is none",
            format!("{}.*.{}", encode(sound), encode("x")),
        ),
    ] {
        assert_eq!(
            Jws::read(&token, &limits()).err(),
            Some(Fault::Syntax),
            "{name}"
        );
    }
    for algorithm in ["none", "HS256", "es256", "ES512", ""] {
        let token = token(&json!({"alg": algorithm}).to_string());
        let jws = Jws::read(&token, &limits()).ok().unwrap();
        let found = jws.verify(
            &["none", "HS256", "es256", "ES512", ""],
            &KeySet::published("{\"keys\":[]}"),
        );
        assert_eq!(found, Err(Fault::Algorithm), "{algorithm}");
    }
}

#[test]
fn whom_it_is_for() {
    for (claims, expected) in [
        (json!({}), &[][..]),
        (json!({"aud": "a"}), &["a"]),
        (json!({"aud": ["a", 1, "b"]}), &["a", "b"]),
        (json!({"aud": []}), &[]),
        (json!({"aud": 1}), &[]),
        (json!({"aud": {"a": "b"}}), &[]),
    ] {
        let payload = claims.to_string();
        let object = super::claims(payload.as_bytes(), &limits()).unwrap();
        let found: Vec<_> = audiences(&object).collect();
        assert_eq!(found, expected, "{payload}");
    }
}

#[test]
fn times() {
    for (claims, now, current) in [
        (json!({}), 1000, true),
        (json!({"exp": 941}), 1000, true),
        (json!({"exp": 940}), 1000, false),
        (json!({"exp": u64::MAX}), 1000, true),
        (json!({"nbf": 1060}), 1000, true),
        (json!({"nbf": 1061}), 1000, false),
        (json!({"iat": 1060}), 1000, true),
        (json!({"iat": 1061}), 1000, false),
        (json!({"iat": 1061}), u64::MAX, true),
        (json!({"exp": "1"}), 1000, false),
        (json!({"exp": -1}), 1000, false),
        (json!({"nbf": 1.5}), 1000, false),
        (json!({"exp": 2000, "nbf": 500, "iat": 500}), 1000, true),
        (json!({"exp": 2000, "nbf": 5000}), 1000, false),
    ] {
        let payload = claims.to_string();
        let object = super::claims(payload.as_bytes(), &limits()).unwrap();
        assert_eq!(is_current(&object, now), current, "{payload}");
    }
}
