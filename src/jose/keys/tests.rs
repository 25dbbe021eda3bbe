//! Tables of key sets: what is found in them, what is registered, and what they can sign.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::document;

use super::*;

const N: &str = "pB1hyHp7RtXRcqiGnHcvx14pJyH9doNpwM4kCif-WQrSObdRQ3Ps6LzWVmhh5VRGg2RVaKXIcSj_U7Cpz2Vivr-y3ozbYwxcL35zIsYn8IsC5qbQtKAoD8I5ZLxooDdVM5vbz5oPMcq94WUhZpIg64sFHyG0kJRsjrW88pAaRUC4-lNSfk2riZ9rNgwSv_tkx6dCrDa7PvLKoInhE2hWKvR-VDhSVHS7S08Iqg1lgNijENa4dWzmVgx1Al1fwb3wOv_y8dFrIeNvAPeZxGaw7_uuuCP8HVQS4qWKnVOMAkHLgiWhSsgKLWQXe83Fk64PbKjrTSvOBKPRv9N2F2TvAw";
const P256: &str = r#""kty": "EC", "crv": "P-256", "x": "yGn1d9KKyQAf8zsam7iSOwo1YzZ2iGrhOJyNZpb-ih4", "y": "SduZV73l2lyKcHwKsev4-c1gWI1D9xcc3t5jtQyllHo""#;
const P384: &str = r#""kty": "EC", "crv": "P-384", "x": "d-tcLXD3PgYzLP5w_1kDKs5i1XkhDYmyL9F8DMpWYDxVyomHr26gcsEajS5_F-nM", "y": "JQSciIXC_yLAg2lWG8KFO4TI5yzp_2JYmAIQSVcm6ZdhmBrkQVU_XEhuiddjWzf4""#;
const P521: &str = r#""kty": "EC", "crv": "P-521", "x": "AAhiUwhJuDwTGVYxt1OGF8DKcDvVYjWUKJhhNLGVjsUv15qFVK9xzhzWYzeovytS_LLO_kvLA4PbYWwZobz6LyMJ", "y": "AWZ46X4GrsWnppkPKRhWMgHqqJhV8f4sQVPgskSkqn4fJSZgAYeO83wimp596BNR5AapYljvnGOQc0PRTZdeaYzE""#;
const ED25519: &str =
    r#""kty": "OKP", "crv": "Ed25519", "x": "tLcvdvcjgdZyCr0wS22SzOVDfYhf65fs6TJroaEGXbE""#;
const ED448: &str = r#""kty": "OKP", "crv": "Ed448", "x": "qLmTSAV7x5v-_a2cKqLrcLPfHq-wkuLnxECUsUxXCqL-ou9DLDDBkVFbHxZGNhQ0Fqfild8nykkA""#;
const X25519: &str =
    r#""kty": "OKP", "crv": "X25519", "x": "vxxDCYik4mNMSiiCcD-eYXiG299xDv2ecF-ce8jzGDY""#;
const X448: &str = r#""kty": "OKP", "crv": "X448", "x": "UhB-SWcF2cZvX0JaVBhaqvMMbyqqlarAwG6fd8SM1Am15dClHI07dLm38Skim9mnecKVdJuwfSc""#;

/// A certificate of the key whose modulus is `N`.
const RSA_CERTIFICATE: &str = "MIICqTCCAZGgAwIBAgIBATANBgkqhkiG9w0BAQsFADAYMRYwFAYDVQQDDA1hLmV4YW1wbGUuY29tMB4XDTI2MDEwMTAwMDAwMFoXDTM2MDEwMTAwMDAwMFowGDEWMBQGA1UEAwwNYS5leGFtcGxlLmNvbTCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBAKQdYch6e0bV0XKohpx3L8deKSch/XaDacDOJAon/lkK0jm3UUNz7Oi81lZoYeVURoNkVWilyHEo/1Owqc9lYr6/st6M22MMXC9+cyLGJ/CLAuam0LSgKA/COWS8aKA3VTOb28+aDzHKveFlIWaSIOuLBR8htJCUbI61vPKQGkVAuPpTUn5Nq4mfazYMEr/7ZMenQqw2uz7yyqCJ4RNoVir0flQ4UlR0u0tPCKoNZYDYoxDWuHVs5lYMdQJdX8G98Dr/8vHRayHjbwD3mcRmsO/7rrgj/B1UEuKlip1TjAJBy4IloUrICi1kF3vNxZOuD2yo600rzgSj0b/Tdhdk7wMCAwEAATANBgkqhkiG9w0BAQsFAAOCAQEAQkTw6UFdUlGYsevkcyP1plUphoYJ91AmuG5Y0LeywcBOcDGL4L7UXX2y+7lVC7cbS/153JyCBB0RYisFAO6FRNyN5ZGhZ9FhZvwcpbJI8wZ/UYVNJTxKhKKKtyOiq01ZZYTkDKrfQArm5oqDLexUNfZqMxSkyAGjcxwfxcdGSM43MJf1oqeDkeEOhmq81jNE9olCpQaLSHse0HfigJ6rwYn9QZGOT3wJJwSEOPqEHmavhPVd0rj1Dga2EGO/mOazzR+8CZeVNSlr18kZdpF7B+DDcGZ/1EJgnV7xlpV0dJ6416IyfZ+mRPvxoMTI/7T1e9VJ2Si6ik9AO/Nu9NdXRA==";

/// A certificate of the key `ED25519`.
const ED25519_CERTIFICATE: &str = "MIHcMIGPoAMCAQICAQEwBQYDK2VwMBgxFjAUBgNVBAMMDWEuZXhhbXBsZS5jb20wHhcNMjYwMTAxMDAwMDAwWhcNMzYwMTAxMDAwMDAwWjAYMRYwFAYDVQQDDA1hLmV4YW1wbGUuY29tMCowBQYDK2VwAyEAtLcvdvcjgdZyCr0wS22SzOVDfYhf65fs6TJroaEGXbEwBQYDK2VwA0EATkNG0AQydi+ejHL1uf+1wc8Xqr6uf0UF05sVj0ogJNshZ2Q5gWQMkeecyf2SJXmQWzmJpYzPtBm9iMOCDIMcCw==";

/// A certificate of the key `P256`.
const CERTIFICATE: &str = "MIIBHDCBw6ADAgECAgEBMAoGCCqGSM49BAMCMBgxFjAUBgNVBAMMDWEuZXhhbXBsZS5jb20wHhcNMjYwMTAxMDAwMDAwWhcNMzYwMTAxMDAwMDAwWjAYMRYwFAYDVQQDDA1hLmV4YW1wbGUuY29tMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEyGn1d9KKyQAf8zsam7iSOwo1YzZ2iGrhOJyNZpb+ih5J25lXveXaXIpwfAqx6/j5zWBYjUP3Fxze3mO1DKWUejAKBggqhkjOPQQDAgNIADBFAiEA8q6rRMOSGXm6FOFuYjqeH9X1649NhEuThFSjXMWdQ5ACICstMBoS2VpD40l3bzbrlyQlEWRoFKgwv1RbKLxpPNC8";

/// The set as it is registered, and what was found, each with its pointer.
fn judge(jwks: &str, max_keys: u64) -> (Option<KeySet>, Vec<String>) {
    let mut findings = Findings::default();
    let document = format!(r#"{{"jwks": {jwks}}}"#);
    let document = document::read(document.as_bytes(), &LIMITS, &mut findings).expect("it is JSON");
    let value = document.member("jwks").expect("it has this member");
    let rules = KeyRules { max_keys };
    let set = KeySet::new(value, &rules, Place::top("jwks"), &mut findings);
    assert_eq!(set.is_none(), findings.has_errors(), "{jwks}");
    let found = findings.into_diagnostics().into_iter();
    let found = found.map(|d| format!("{} {}", d.code, d.pointer));
    (set, found.collect())
}

/// What is found in a set of one key, each pointer from that key on.
fn found_in(members: &str) -> Vec<String> {
    let (_, found) = judge(&format!(r#"{{"keys": [{{{members}}}]}}"#), 10);
    let found = found.into_iter();
    found.map(|f| f.replace("/jwks/keys/0", "")).collect()
}

fn rsa(modulus: &[u8], exponent: &[u8]) -> String {
    let encode = |octets| URL_SAFE_NO_PAD.encode::<&[u8]>(octets);
    let (n, e) = (encode(modulus), encode(exponent));
    format!(r#""kty": "RSA", "n": "{n}", "e": "{e}""#)
}

/// An odd number of this many bits.
fn odd(bits: usize) -> Vec<u8> {
    let mut octets = vec![0; bits.div_ceil(8)];
    octets[0] = 1 << ((bits - 1) % 8);
    *octets.last_mut().expect("it has an octet") |= 1;
    octets
}

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

/// The material of keys: what stands in the table is the whole key.
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
        (r#""kty": """#, &["jwk-type /kty"]),
        (r#""kty": "rsa""#, &["jwk-type /kty"]),
        (
            r#""kty": "AKP", "alg": "ML-DSA-44", "pub": "AA""#,
            &["jwk-type /kty"],
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
            &P256.replace('-', "+"),
            &["jwk-curve /crv", "jwk-encoding /x", "jwk-encoding /y"],
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
        (&P256.replace("P-256", "secp256k1"), &["jwk-curve /crv"]),
        (&P256.replace("P-256", "p-256"), &["jwk-curve /crv"]),
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

/// The other members: what stands in the table is added to a key.
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
        (P256, r#""use": "tls""#, &["jwk-use /use"]),
        (P256, r#""use": "SIG""#, &["jwk-use /use"]),
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
                "jwk-type /jwks/keys/1/kty",
                "jwk-id-duplicate /jwks/keys/1/kid",
                "jwk-id-duplicate /jwks/keys/2/kid",
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
    let all = super::super::SIGNING_ALGORITHMS;
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
