//! Tests of the type of a key and its numbers.

use super::*;

#[test]
fn sound_keys() {
    let real = format!(r#""kty": "RSA", "n": "{N}", "e": "AQAB""#);
    for members in [
        P256,
        P384,
        P521,
        ED25519,
        ED448,
        X25519,
        X448,
        &real,
        &rsa(&odd(2048), &[3]),
        &rsa(&odd(2049), &[1, 0, 1]),
        &rsa(&odd(8192), &[255, 255, 255, 255]),
    ] {
        assert_eq!(found_in(members), [""; 0], "{members}");
    }
}

/// The members in the table are the whole key.
#[test]
fn material() {
    let short = |members: &str| members.replacen(r#""x": ""#, r#""x": "AAAA"#, 1);
    let e = &[1, 0, 1];
    let mut even = odd(2048);
    even[255] = 0;
    let mut padded = vec![0];
    padded.extend(odd(2048));
    let table: &[(&str, &[&str])] = &[
        ("", &["jwk-member-missing /kty"]),
        (r#""kty": null"#, &["jwk-member-missing /kty"]),
        (r#""kty": 1"#, &["member-type /kty"]),
        (r#""kty": """#, &["jwk-not-understood "]),
        (r#""kty": "rsa""#, &["jwk-not-understood "]),
        (
            r#""kty": "AKP", "alg": "ML-DSA-44", "pub": "AA""#,
            &["jwk-not-understood "],
        ),
        // What is secret.
        (r#""kty": "oct", "k": "AQAB""#, &["jwk-private "]),
        (r#""kty": "oct""#, &["jwk-private "]),
        (&format!(r#"{P256}, "d": "AQAB""#), &["jwk-private "]),
        (&format!(r#"{P256}, "d": 1, "k": []"#), &["jwk-private "]),
        (&format!(r#"{ED25519}, "d": "AQAB""#), &["jwk-private "]),
        (&format!(r#"{P256}, "k": "AQAB""#), &["jwk-private "]),
        (&format!(r#"{P256}, "oth": [{{}}]"#), &["jwk-private "]),
        (
            &format!(r#"{}, "p": "AQ""#, rsa(&odd(2048), e)),
            &["jwk-private "],
        ),
        (
            &format!(r#"{}, "q": "AQ""#, rsa(&odd(2048), e)),
            &["jwk-private "],
        ),
        (
            &format!(r#"{}, "dp": "AQ""#, rsa(&odd(2048), e)),
            &["jwk-private "],
        ),
        (
            &format!(r#"{}, "dq": "AQ""#, rsa(&odd(2048), e)),
            &["jwk-private "],
        ),
        (
            &format!(r#"{}, "qi": "AQ""#, rsa(&odd(2048), e)),
            &["jwk-private "],
        ),
        (&format!(r#"{P256}, "d": null"#), &[]),
        // RSA.
        (
            r#""kty": "RSA""#,
            &["jwk-member-missing /n", "jwk-member-missing /e"],
        ),
        (
            r#""kty": "RSA", "n": 1, "e": [3]"#,
            &["member-type /n", "member-type /e"],
        ),
        (
            r#""kty": "RSA", "n": "", "e": """#,
            &["jwk-modulus /n", "jwk-exponent /e"],
        ),
        (&rsa(&odd(2047), e), &["jwk-modulus /n"]),
        (&rsa(&odd(1024), e), &["jwk-modulus /n"]),
        (&rsa(&odd(8193), e), &["jwk-modulus /n"]),
        (&rsa(&odd(65_536), e), &["jwk-modulus /n"]),
        (&rsa(&even, e), &["jwk-modulus /n"]),
        (&rsa(&padded, e), &["jwk-leading-zero /n"]),
        (&rsa(&odd(2048), &[0, 1, 0, 1]), &["jwk-leading-zero /e"]),
        (&rsa(&odd(2048), &[0]), &["jwk-leading-zero /e"]),
        (&rsa(&odd(2048), &[1]), &["jwk-exponent /e"]),
        (&rsa(&odd(2048), &[2]), &["jwk-exponent /e"]),
        (&rsa(&odd(2048), &[1, 0, 0]), &["jwk-exponent /e"]),
        (&rsa(&odd(2048), &[1, 0, 0, 0, 1]), &["jwk-exponent /e"]),
        (&rsa(&odd(2048), &[255; 64]), &["jwk-exponent /e"]),
        // base64url.
        (
            &format!(r#""kty": "RSA", "n": "{N}=", "e": "AQAB""#),
            &["jwk-encoding /n"],
        ),
        (
            &format!(r#""kty": "RSA", "n": "{N}", "e": "AQAB\n""#),
            &["jwk-encoding /e"],
        ),
        (
            &format!(r#""kty": "RSA", "n": "{N}", "e": "AQA""#),
            &["jwk-exponent /e"],
        ),
        (
            &format!(r#""kty": "RSA", "n": "{N}", "e": "AQB""#),
            &["jwk-encoding /e"],
        ),
        (
            &format!(r#""kty": "RSA", "n": "{N}", "e": "A""#),
            &["jwk-encoding /e"],
        ),
        (
            &P256.replace('-', "+").replace("P+256", "P-256"),
            &["jwk-encoding /x", "jwk-encoding /y"],
        ),
        // Curves.
        (
            r#""kty": "EC""#,
            &[
                "jwk-member-missing /crv",
                "jwk-member-missing /x",
                "jwk-member-missing /y",
            ],
        ),
        (
            r#""kty": "OKP""#,
            &["jwk-member-missing /crv", "jwk-member-missing /x"],
        ),
        (
            &P256.replace("P-256", "secp256k1"),
            &["jwk-not-understood "],
        ),
        (&P256.replace("P-256", "p-256"), &["jwk-not-understood "]),
        (&P256.replace("P-256", "Ed25519"), &["jwk-curve /crv"]),
        (&ED25519.replace("Ed25519", "P-256"), &["jwk-curve /crv"]),
        (&ED25519.replace("\"Ed25519\"", "1"), &["member-type /crv"]),
        // Lengths.
        (&short(P256), &["jwk-length /x"]),
        (&short(ED25519), &["jwk-length /x"]),
        (&short(X448), &["jwk-length /x"]),
        (
            &P256.replace("P-256", "P-384"),
            &["jwk-length /x", "jwk-length /y"],
        ),
        (&ED25519.replace("Ed25519", "Ed448"), &["jwk-length /x"]),
        (&X448.replace("X448", "Ed448"), &["jwk-length /x"]),
        // Points.
        (&P256.replace("\"yGn1", "\"yGn2"), &["jwk-point "]),
        (&P384.replace("\"d-tc", "\"d-td"), &["jwk-point "]),
        (&P521.replace("\"AAhi", "\"AAhj"), &["jwk-point "]),
        (
            r#""kty": "EC", "crv": "P-256", "x": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "y": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA""#,
            &["jwk-point "],
        ),
    ];
    for (members, expected) in table {
        assert_eq!(found_in(members), *expected, "{members}");
    }
}
