//! The names of the algorithms that a server can offer.

/// The signature algorithms that a server can offer (RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864 §2.2).
/// None is symmetric, because a MAC needs the secret itself, and only its hash is stored.
pub(crate) const SIGNING_ALGORITHMS: &[&str] = &[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
    "Ed25519", "Ed448",
];

/// The key management algorithms that a server can offer; all use public keys (RFC 7518 §4).
pub(crate) const ENCRYPTION_ALGORITHMS: &[&str] = &[
    "RSA-OAEP",
    "RSA-OAEP-256",
    "ECDH-ES",
    "ECDH-ES+A128KW",
    "ECDH-ES+A192KW",
    "ECDH-ES+A256KW",
];

/// The content encryption algorithms that a server can offer (RFC 7518 §5.1).
pub(crate) const CONTENT_ENCRYPTION_ALGORITHMS: &[&str] = &[
    "A128CBC-HS256",
    "A192CBC-HS384",
    "A256CBC-HS512",
    "A128GCM",
    "A192GCM",
    "A256GCM",
];
