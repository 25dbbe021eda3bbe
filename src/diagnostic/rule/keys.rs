//! Rules about the keys that a client registers.

use crate::diagnostic::catalogue::rules;

rules! {
    KEYS;

    JWKS_SHAPE: InvalidClientMetadata, "jwks-shape", "RFC 7517 §5",
        "jwks must be an object with the member keys, an array of objects.";
    JWK_PRIVATE: InvalidClientMetadata, "jwk-private", "RFC 7517 §9.3",
        "The key holds private or symmetric key material; register public keys only, and replace this one: it is no longer secret.";
    JWKS_TOO_MANY_KEYS: InvalidClientMetadata, "jwks-too-many-keys", "RFC 7591 §5",
        "There are more keys than a client may register.";
    JWK_NOT_UNDERSTOOD: InvalidClientMetadata, "jwk-not-understood", "RFC 7517 §5",
        "The kty, crv or use of the key is not known here, so that the key was left out.";
    JWK_MEMBER_MISSING: InvalidClientMetadata, "jwk-member-missing", "RFC 7518 §6",
        "A key must have kty, and with it n and e for RSA, crv, x and y for EC, crv and x for OKP.";
    JWK_ENCODING: InvalidClientMetadata, "jwk-encoding", "RFC 7515 §2",
        "The value must be base64url without padding, line breaks or stray bits at its end.";
    JWK_LEADING_ZERO: InvalidClientMetadata, "jwk-leading-zero", "RFC 7518 §2",
        "The numbers n and e must be written without leading zero octets.";
    JWK_MODULUS: InvalidClientMetadata, "jwk-modulus", "RFC 7518 §3.3",
        "The modulus n of an RSA key must be an odd number of 2048 to 8192 bits.";
    JWK_EXPONENT: InvalidClientMetadata, "jwk-exponent", "RFC 8017 §3.1",
        "The exponent e of an RSA key must be an odd number from 3 to 4294967295; AQAB, which is 65537, is usual.";
    JWK_CURVE: InvalidClientMetadata, "jwk-curve", "RFC 7518 §6.2.1.1",
        "The curve, crv, must be P-256, P-384 or P-521 for EC, and Ed25519, Ed448, X25519 or X448 for OKP.";
    JWK_LENGTH: InvalidClientMetadata, "jwk-length", "RFC 7518 §6.2.1.2",
        "A coordinate must have as many octets as the curve has, with leading zeros.";
    JWK_POINT: InvalidClientMetadata, "jwk-point", "RFC 8725 §3.4",
        "The coordinates x and y must be those of a point on the curve.";
    JWK_USE_MISSING: InvalidClientMetadata, "jwk-use-missing", "OpenID Connect Registration 1.0 §2",
        "Where a client has keys for signatures and keys for encryption, each must have use, sig or enc.";
    JWK_KEY_OPS: InvalidClientMetadata, "jwk-key-ops", "RFC 7517 §4.3",
        "Each of key_ops must be sign, verify, encrypt, decrypt, wrapKey, unwrapKey, deriveKey or deriveBits, none of them twice.";
    JWK_KEY_OPS_USE: InvalidClientMetadata, "jwk-key-ops-use", "RFC 7517 §4.3",
        "The operations key_ops must agree with use: sign and verify with sig, the others with enc.";
    JWK_KEY_OPS_UNRELATED: InvalidClientMetadata, "jwk-key-ops-unrelated", "RFC 7517 §4.3",
        "One key should not be for signatures and for encryption; use two keys.";
    JWK_ALGORITHM: InvalidClientMetadata, "jwk-algorithm", "RFC 7517 §4.4",
        "The alg of a key must be an algorithm that works with its kty and crv.";
    JWK_ALGORITHM_USE: InvalidClientMetadata, "jwk-algorithm-use", "RFC 7517 §4.4",
        "The alg of a key must be for what use and key_ops say: signatures or encryption.";
    JWK_ID_TOO_LONG: InvalidClientMetadata, "jwk-id-too-long", "RFC 7591 §5",
        "The kid of a key must have at most 256 bytes.";
    JWK_ID_DUPLICATE: InvalidClientMetadata, "jwk-id-duplicate", "RFC 7517 §4.5",
        "No two keys of a client may have the same kid.";
    JWK_CERTIFICATES: InvalidClientMetadata, "jwk-certificates", "RFC 7517 §4.7",
        "x5c must be 1 to 8 certificates, each DER in base64 with padding, of at most 8192 characters.";
    JWK_CERTIFICATE_KEY: InvalidClientMetadata, "jwk-certificate-key", "RFC 7517 §4.7",
        "The first certificate of x5c must be one of this key.";
    JWK_THUMBPRINT: InvalidClientMetadata, "jwk-thumbprint", "RFC 7517 §4.8",
        "A thumbprint must have the length of its hash: 20 octets for x5t, 32 for x5t#S256.";
    JWK_INDIRECT: InvalidClientMetadata, "jwk-indirect", "RFC 7517 §4.6",
        "Keys are not fetched from where another key says: x5u and jku were left out.";
}
