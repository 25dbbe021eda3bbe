//! Tests of whole key sets: what is registered of them, and what they verify.

use crate::jose::SIGNING_ALGORITHMS;

use super::*;

#[test]
fn sets() {
    let set = |keys: &[&str]| format!(r#"{{"keys": [{{{}}}]}}"#, keys.join("}, {"));
    let signing = &format!(r#"{P256}, "use": "sig""#);
    let encrypting = &format!(r#"{X25519}, "use": "enc""#);
    let named = |id: &str| format!(r#"{P384}, "kid": "{id}""#);
    let table: &[(&str, &[&str])] = &[
        ("[]", &["jwks-shape /jwks"]),
        (r#""x""#, &["jwks-shape /jwks"]),
        ("{}", &["jwks-shape /jwks"]),
        (r#"{"keys": {}}"#, &["jwks-shape /jwks"]),
        (r#"{"keys": null}"#, &["jwks-shape /jwks"]),
        (r#"{"keys": []}"#, &[]),
        (r#"{"keys": [], "other": 1}"#, &[]),
        (
            &format!(r#"{{"keys": ["x", {{{P256}}}, 1, null]}}"#),
            &[
                "jwks-shape /jwks/keys/0",
                "jwks-shape /jwks/keys/2",
                "jwks-shape /jwks/keys/3",
            ],
        ),
        (&set(&[P256; 4]), &[]),
        (&set(&["\"kty\": 1"; 5]), &["jwks-too-many-keys /jwks/keys"]),
        // Every key of a set is judged.
        (
            &set(&[
                P256,
                "\"kty\": \"EC\", \"crv\": \"P-256\", \"x\": \"AA\", \"y\": \"*\"",
                "\"kty\": \"oct\"",
            ]),
            &[
                "jwk-length /jwks/keys/1/x",
                "jwk-encoding /jwks/keys/1/y",
                "jwk-private /jwks/keys/2",
            ],
        ),
        // kid
        (&set(&[&named("a"), &named("b"), P384, P384]), &[]),
        (&set(&[&named("a"), &named("A")]), &[]),
        (
            &set(&[&named("a"), "\"kid\": \"a\", \"kty\": \"EC2\"", &named("a")]),
            &[
                "jwk-id-duplicate /jwks/keys/2/kid",
                "jwk-not-understood /jwks/keys/1",
            ],
        ),
        // A key that is not understood is as if it were not there.
        (
            &set(&[signing, "\"kty\": \"AKP\", \"use\": \"enc\"", ED25519]),
            &["jwk-not-understood /jwks/keys/1"],
        ),
        (
            &set(&["\"kty\": \"AKP\", \"priv\": \"AA\""]),
            &["jwk-private /jwks/keys/0"],
        ),
        (
            &set(&[P256, "\"kty\": \"AKP\"", encrypting, signing]),
            &[
                "jwk-use-missing /jwks/keys/0/use",
                "jwk-not-understood /jwks/keys/1",
            ],
        ),
        // use
        (&set(&[signing, encrypting]), &[]),
        (&set(&[signing, P384]), &[]),
        (&set(&[ED25519, P384]), &[]),
        (
            &set(&[signing, encrypting, P384]),
            &["jwk-use-missing /jwks/keys/2/use"],
        ),
        (
            &set(&[signing, X25519]),
            &["jwk-use-missing /jwks/keys/1/use"],
        ),
        (
            &set(&[ED25519, X448]),
            &[
                "jwk-use-missing /jwks/keys/0/use",
                "jwk-use-missing /jwks/keys/1/use",
            ],
        ),
    ];
    for (jwks, expected) in table {
        let (_, found) = judge(jwks, 4);
        assert_eq!(found, *expected, "{jwks}");
    }
}

#[test]
fn what_is_registered() {
    let submitted = format!(
        r#"{{"ext": 1, "keys": [
            {{"y": null, "x5u": "https://a.example.com/", "kid": "1", "use": "sig", {ED25519}}},
            {{"x": 1, "e": "AQAB", "n": "{N}", "kty": "RSA", "use": "enc", "key_ops": ["wrapKey"]}}
        ]}}"#
    );
    let x = ED25519.rsplit_once(r#""x": "#).expect("it has x").1;
    let registered = format!(
        r#"{{"keys":[{{"kty":"OKP","use":"sig","kid":"1","crv":"Ed25519","x":{x}}},{{"kty":"RSA","use":"enc","key_ops":["wrapKey"],"n":"{N}","e":"AQAB"}}]}}"#
    );
    let (set, found) = judge(&submitted, 10);
    assert_eq!(found, ["jwk-indirect /jwks/keys/0/x5u"]);
    assert_eq!(serde_json::to_string(&set.unwrap()).unwrap(), registered);
    let (again, found) = judge(&registered, 10);
    assert_eq!(found, [""; 0]);
    assert_eq!(serde_json::to_string(&again.unwrap()).unwrap(), registered);
}

#[test]
fn what_can_be_verified() {
    let rsa = &rsa(&odd(2048), &[3]);
    let all = SIGNING_ALGORITHMS;
    let table: &[(&str, &str, &[&str])] = &[
        (
            rsa,
            "",
            &["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
        ),
        (P256, "", &["ES256"]),
        (P384, "", &["ES384"]),
        (P521, "", &["ES512"]),
        (ED25519, "", &["EdDSA", "Ed25519"]),
        (ED448, "", &["EdDSA", "Ed448"]),
        (X25519, "", &[]),
        (X448, "", &[]),
        (rsa, r#", "alg": "PS256""#, &["PS256"]),
        (rsa, r#", "alg": "RSA-OAEP""#, &[]),
        (ED25519, r#", "alg": "Ed25519""#, &["Ed25519"]),
        (P256, r#", "use": "sig""#, &["ES256"]),
        (P256, r#", "use": "enc""#, &[]),
        (P256, r#", "key_ops": ["verify"]"#, &["ES256"]),
        (P256, r#", "key_ops": ["sign"]"#, &[]),
        (P256, r#", "key_ops": []"#, &[]),
    ];
    for (key, members, expected) in table {
        let (set, _) = judge(&format!(r#"{{"keys": [{{{key}{members}}}]}}"#), 10);
        let set = set.expect("the key is sound");
        let algorithms = all.iter().filter(|a| set.can_sign_in(&[a]));
        let algorithms: Vec<_> = algorithms.copied().collect();
        assert_eq!(algorithms, *expected, "{key}{members}");
        assert_eq!(set.can_sign_in(all), !expected.is_empty());
    }
    let (none, _) = judge(r#"{"keys": []}"#, 10);
    assert!(none.is_some_and(|set| set.is_empty() && !set.can_sign_in(all)));
}
