use serde_json::json;

use crate::config;

#[test]
fn what_is_an_issuer() {
    let (key, _) = crate::jose::jws::tests::es256(7, &json!({}), &json!({}));
    let keys = json!({"keys": [key]});
    let secret = json!({"keys": [{"kty": "oct", "k": "AAAA"}]});
    for (name, issuers, taken) in [
        ("none", json!([]), true),
        (
            "a table of keys",
            json!([{"issuer": "a", "jwks": keys}]),
            true,
        ),
        (
            "keys as JSON",
            json!([{"issuer": "a", "jwks": keys.to_string()}]),
            true,
        ),
        (
            "algorithms",
            json!([{"issuer": "a", "jwks": keys, "algs": ["ES256"]}]),
            true,
        ),
        (
            "two",
            json!([{"issuer": "a", "jwks": keys}, {"issuer": "b", "jwks": keys}]),
            true,
        ),
        (
            "one twice",
            json!([{"issuer": "a", "jwks": keys}, {"issuer": "a", "jwks": keys}]),
            false,
        ),
        (
            "a symmetric algorithm",
            json!([{"issuer": "a", "jwks": keys, "algs": ["HS256"]}]),
            false,
        ),
        (
            "a symmetric key",
            json!([{"issuer": "a", "jwks": secret}]),
            false,
        ),
        (
            "no algorithm",
            json!([{"issuer": "a", "jwks": keys, "algs": []}]),
            false,
        ),
        (
            "algorithms of other keys",
            json!([{"issuer": "a", "jwks": keys, "algs": ["RS256", "ES384"]}]),
            false,
        ),
        (
            "one algorithm of the key",
            json!([{"issuer": "a", "jwks": keys, "algs": ["RS256", "ES256"]}]),
            true,
        ),
        (
            "an algorithm twice",
            json!([{"issuer": "a", "jwks": keys, "algs": ["ES256", "ES256"]}]),
            false,
        ),
        (
            "keys that stand twice",
            json!([{"issuer": "a", "jwks": r#"{"keys":[],"keys":[]}"#}]),
            false,
        ),
        ("no keys", json!([{"issuer": "a"}]), false),
        (
            "an empty set",
            json!([{"issuer": "a", "jwks": {"keys": []}}]),
            false,
        ),
        (
            "keys that are none",
            json!([{"issuer": "a", "jwks": "x"}]),
            false,
        ),
        ("no issuer", json!([{"jwks": keys}]), false),
        (
            "an empty issuer",
            json!([{"issuer": "", "jwks": keys}]),
            false,
        ),
        (
            "something else",
            json!([{"issuer": "a", "jwks": keys, "alg": []}]),
            false,
        ),
        ("no table", json!(["a"]), false),
        ("no list", json!({"issuer": "a", "jwks": keys}), false),
    ] {
        let settings = json!({"oauth": {"client-registration": {"trusted-issuers": issuers}}});
        assert_eq!(
            config::compile(&settings.to_string()).is_ok(),
            taken,
            "{name}"
        );
    }
}
