//! Tests of the members about a key: its use, its operations, its algorithm, its id, its certificates.

use super::*;

/// The members in the table are added to a valid key.
#[test]
fn other_members() {
    let rsa = &rsa(&odd(2048), &[3]);
    let real = &format!(r#""kty": "RSA", "n": "{N}", "e": "AQAB""#);
    let long = "x".repeat(257);
    let thumbprint = |octets| URL_SAFE_NO_PAD.encode(vec![1; octets]);
    let (sha1, sha256) = (&thumbprint(20), &thumbprint(32));
    let chain = |certificates: &[&str]| format!(r#""x5c": ["{}"]"#, certificates.join("\", \""));
    let url_safe = CERTIFICATE.replace('+', "-").replace('/', "_");
    let lines = CERTIFICATE.replacen("MII", "MII\\n", 1);
    let cut_off = &CERTIFICATE[..CERTIFICATE.len() - 4];
    let no_certificate = STANDARD.encode([&[0x30, 0x81, 0x80], &[0; 0x80][..]].concat());
    let endless = STANDARD.encode([&[0x30, 0x82, 0x18, 0], &[0; 0x1800][..]].concat());
    let table: &[(&str, &str, &[&str])] = &[
        // use
        (P256, r#""use": "sig""#, &[]),
        (P256, r#""use": "enc""#, &[]),
        (P256, r#""use": "tls""#, &["jwk-not-understood "]),
        (P256, r#""use": "SIG""#, &["jwk-not-understood "]),
        (P256, r#""use": ["sig"]"#, &["member-type /use"]),
        // key_ops
        (P256, r#""key_ops": []"#, &[]),
        (P256, r#""key_ops": ["verify"]"#, &[]),
        (P256, r#""key_ops": ["verify", "sign"], "use": "sig""#, &[]),
        (P256, r#""key_ops": ["deriveKey", "deriveBits"]"#, &[]),
        (
            rsa,
            r#""key_ops": ["encrypt", "wrapKey"], "use": "enc""#,
            &[],
        ),
        (rsa, r#""key_ops": ["decrypt", "unwrapKey"]"#, &[]),
        (P256, r#""key_ops": "verify""#, &["member-type /key_ops"]),
        (P256, r#""key_ops": [1]"#, &["member-type /key_ops/0"]),
        (
            P256,
            r#""key_ops": ["verify", "verify"]"#,
            &["jwk-key-ops /key_ops/1"],
        ),
        (
            P256,
            r#""key_ops": ["Verify", "verify", "mac", null]"#,
            &[
                "jwk-key-ops /key_ops/0",
                "jwk-key-ops /key_ops/2",
                "member-type /key_ops/3",
            ],
        ),
        (
            P256,
            r#""key_ops": ["verify"], "use": "enc""#,
            &["jwk-key-ops-use /key_ops"],
        ),
        (
            rsa,
            r#""key_ops": ["encrypt"], "use": "sig""#,
            &["jwk-key-ops-use /key_ops"],
        ),
        (
            rsa,
            r#""key_ops": ["verify", "encrypt"], "use": "sig""#,
            &["jwk-key-ops-use /key_ops", "jwk-key-ops-unrelated /key_ops"],
        ),
        (
            rsa,
            r#""key_ops": ["verify", "encrypt"]"#,
            &["jwk-key-ops-unrelated /key_ops"],
        ),
        // alg
        (P256, r#""alg": "ES256""#, &[]),
        (P256, r#""alg": "ECDH-ES+A128KW""#, &[]),
        (P384, r#""alg": "ES384""#, &[]),
        (P521, r#""alg": "ES512""#, &[]),
        (ED25519, r#""alg": "EdDSA""#, &[]),
        (ED25519, r#""alg": "Ed25519""#, &[]),
        (ED448, r#""alg": "Ed448""#, &[]),
        (X25519, r#""alg": "ECDH-ES", "key_ops": []"#, &[]),
        (
            rsa,
            r#""alg": "PS256", "use": "sig", "key_ops": ["verify"]"#,
            &[],
        ),
        (rsa, r#""alg": "RSA-OAEP-256", "use": "enc""#, &[]),
        (P256, r#""alg": 1"#, &["member-type /alg"]),
        (P256, r#""alg": "ES384""#, &["jwk-algorithm /alg"]),
        (P256, r#""alg": "RS256""#, &["jwk-algorithm /alg"]),
        (P256, r#""alg": "es256""#, &["jwk-algorithm /alg"]),
        (P256, r#""alg": "HS256""#, &["jwk-algorithm /alg"]),
        (P256, r#""alg": "none""#, &["jwk-algorithm /alg"]),
        (rsa, r#""alg": "ES256""#, &["jwk-algorithm /alg"]),
        (rsa, r#""alg": "RSA1_5""#, &["jwk-algorithm /alg"]),
        (ED25519, r#""alg": "Ed448""#, &["jwk-algorithm /alg"]),
        (ED25519, r#""alg": "ECDH-ES""#, &["jwk-algorithm /alg"]),
        (X25519, r#""alg": "EdDSA""#, &["jwk-algorithm /alg"]),
        (
            P256,
            r#""alg": "ES256", "use": "enc""#,
            &["jwk-algorithm-use /alg"],
        ),
        (
            P256,
            r#""alg": "ECDH-ES", "use": "sig""#,
            &["jwk-algorithm-use /alg"],
        ),
        (
            rsa,
            r#""alg": "RSA-OAEP", "key_ops": ["verify"]"#,
            &["jwk-algorithm-use /alg"],
        ),
        // kid
        (P256, r#""kid": """#, &[]),
        (P256, &format!(r#""kid": "{}""#, &long[1..]), &[]),
        (
            P256,
            &format!(r#""kid": "{long}""#),
            &["jwk-id-too-long /kid"],
        ),
        (P256, r#""kid": 1"#, &["member-type /kid"]),
        // Certificates.
        (P256, &chain(&[CERTIFICATE]), &[]),
        (P256, &chain(&[CERTIFICATE; 8]), &[]),
        (P256, &chain(&[CERTIFICATE, RSA_CERTIFICATE]), &[]),
        (real, &chain(&[RSA_CERTIFICATE]), &[]),
        (ED25519, &chain(&[ED25519_CERTIFICATE]), &[]),
        (
            ED25519,
            &chain(&[CERTIFICATE]),
            &["jwk-certificate-key /x5c/0"],
        ),
        (
            rsa,
            &chain(&[RSA_CERTIFICATE]),
            &["jwk-certificate-key /x5c/0"],
        ),
        (P256, &chain(&[CERTIFICATE; 9]), &["jwk-certificates /x5c"]),
        (P256, r#""x5c": []"#, &["jwk-certificates /x5c"]),
        (
            P256,
            &format!(r#""x5c": "{CERTIFICATE}""#),
            &["member-type /x5c"],
        ),
        (
            P256,
            &format!(r#""x5c": ["{CERTIFICATE}", 1, "MIIB"]"#),
            &["member-type /x5c/1", "jwk-certificates /x5c/2"],
        ),
        (
            P256,
            &chain(&[&format!("{CERTIFICATE}=")]),
            &["jwk-certificates /x5c/0"],
        ),
        (P256, &chain(&[&url_safe]), &["jwk-certificates /x5c/0"]),
        (P256, &chain(&[&lines]), &["jwk-certificates /x5c/0"]),
        (P256, &chain(&[cut_off]), &["jwk-certificates /x5c/0"]),
        (
            P256,
            &chain(&[&no_certificate]),
            &["jwk-certificates /x5c/0"],
        ),
        (
            P256,
            &chain(&[CERTIFICATE, &endless]),
            &["jwk-certificates /x5c/1"],
        ),
        (
            P384,
            &chain(&[CERTIFICATE]),
            &["jwk-certificate-key /x5c/0"],
        ),
        (rsa, &chain(&[CERTIFICATE]), &["jwk-certificate-key /x5c/0"]),
        (
            P256,
            &format!(r#""x5t": "{sha1}", "x5t#S256": "{sha256}""#),
            &[],
        ),
        (
            P256,
            &format!(r#""x5t": "{sha256}", "x5t#S256": "{sha1}""#),
            &["jwk-thumbprint /x5t", "jwk-thumbprint /x5t#S256"],
        ),
        (P256, r#""x5t": "=""#, &["jwk-encoding /x5t"]),
        // Nothing is fetched.
        (
            P256,
            r#""x5u": "https://a.example.com/", "jku": 1"#,
            &["jwk-indirect /x5u", "jwk-indirect /jku"],
        ),
        // Members without a meaning here.
        (
            P256,
            r#""n": 1, "e": "=", "ext": true, "exp": 1, "iat": {}"#,
            &[],
        ),
    ];
    for (key, members, expected) in table {
        assert_eq!(
            found_in(&format!("{key}, {members}")),
            *expected,
            "{members}"
        );
    }
}

/// No certificate can be cut off or have a bit changed in a way that makes its reader panic.
#[test]
fn damaged_certificates() {
    for certificate in [CERTIFICATE, RSA_CERTIFICATE, ED25519_CERTIFICATE] {
        let der = STANDARD.decode(certificate).expect("it is base64");
        for place in 0..der.len() {
            let mut damaged = der.clone();
            damaged[place] ^= 0x82;
            for der in [&der[..place], &damaged] {
                let certificate = STANDARD.encode(der);
                found_in(&format!(r#"{P256}, "x5c": ["{certificate}"]"#));
            }
        }
    }
}
