//! Tables of key sets: the findings, what is registered, and the algorithms that they can verify.

mod material;
mod members;
mod sets;

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
