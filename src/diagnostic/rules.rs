//! The catalogue of rules: every code that a diagnostic can carry, its source, and the error it
//! makes of a refusal. The function that enforces a rule names it; nothing else repeats it.

/// One rule.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) code: &'static str,
    pub(crate) error: ErrorCode,
    pub(crate) reference: &'static str,
    pub(crate) message: &'static str,
}

/// The `error` of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorCode {
    /// RFC 7591 §3.2.2
    InvalidRedirectUri,
    /// RFC 7591 §3.2.2
    InvalidClientMetadata,
    /// RFC 7591 §3.2.2
    InvalidSoftwareStatement,
    /// RFC 7591 §3.2.2
    UnapprovedSoftwareStatement,
    /// RFC 6749 §4.1.2.1, §5.2
    InvalidRequest,
    /// RFC 6750 §3.1, of a token that is none
    MalformedToken,
    /// RFC 6750 §3, no token at all: the challenge has no error code
    MissingToken,
    /// RFC 6750 §3.1
    InvalidToken,
    /// RFC 6750 §3.1, and the permission that is needed
    InsufficientScope(&'static str),
    /// RFC 6585 §4
    TooManyRequests,
    /// RFC 6749 §4.1.2.1, for what the caller may never do
    AccessDenied,
    /// RFC 6749 §5.2
    InvalidClient,
    /// RFC 6749 §5.2
    UnauthorizedClient,
    /// RFC 6749 §4.1.2.1
    InvalidScope,
    /// RFC 6749 §4.1.2.1
    UnsupportedResponseType,
    /// RFC 6749 §5.2
    UnsupportedGrantType,
    /// RFC 8707 §2
    InvalidTarget,
    /// OpenID Connect Core 1.0 §3.1.2.6
    RequestNotSupported,
    /// OpenID Connect Core 1.0 §3.1.2.6
    RequestUriNotSupported,
    /// An administrator's choice of an id that is taken
    Conflict,
    /// What an administrator looks for and is not there
    NotFound,
}

impl ErrorCode {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::InvalidRedirectUri => "invalid_redirect_uri",
            Self::InvalidClientMetadata => "invalid_client_metadata",
            Self::InvalidSoftwareStatement => "invalid_software_statement",
            Self::UnapprovedSoftwareStatement => "unapproved_software_statement",
            Self::InvalidRequest | Self::MalformedToken => "invalid_request",
            Self::MissingToken | Self::InvalidToken => "invalid_token",
            Self::InsufficientScope(_) => "insufficient_scope",
            Self::TooManyRequests => "temporarily_unavailable",
            Self::AccessDenied => "access_denied",
            Self::InvalidClient => "invalid_client",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::InvalidScope => "invalid_scope",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidTarget => "invalid_target",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::Conflict | Self::NotFound => "invalid_request",
        }
    }

    pub(crate) const fn status(self) -> u16 {
        match self {
            Self::InvalidRedirectUri
            | Self::InvalidClientMetadata
            | Self::InvalidSoftwareStatement
            | Self::UnapprovedSoftwareStatement
            | Self::InvalidRequest
            | Self::MalformedToken
            | Self::UnauthorizedClient
            | Self::InvalidScope
            | Self::UnsupportedResponseType
            | Self::UnsupportedGrantType
            | Self::InvalidTarget
            | Self::RequestNotSupported
            | Self::RequestUriNotSupported => 400,
            Self::MissingToken | Self::InvalidToken | Self::InvalidClient => 401,
            Self::InsufficientScope(_) | Self::AccessDenied => 403,
            Self::NotFound => 404,
            Self::Conflict => 409,
            Self::TooManyRequests => 429,
        }
    }
}

/// What a URI is registered for, which decides the code and the error of a flaw in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// A redirect URI: `redirect-uri-…`, `invalid_redirect_uri`.
    Redirect,
    /// Any other URI: `uri-…`, `invalid_client_metadata`.
    Other,
}

/// A rule that holds for redirect URIs and for other URIs alike.
#[derive(Debug)]
pub(crate) struct Flaw {
    redirect: Rule,
    other: Rule,
}

impl Flaw {
    pub(crate) const fn rule(&'static self, role: Role) -> &'static Rule {
        match role {
            Role::Redirect => &self.redirect,
            Role::Other => &self.other,
        }
    }
}

macro_rules! rules {
    ($($name:ident: $error:ident $(($of:expr))?, $code:literal, $reference:literal, $message:literal;)*) => {
        $(
            pub(crate) static $name: Rule = Rule {
                code: $code,
                error: ErrorCode::$error $(($of))?,
                reference: $reference,
                message: $message,
            };
        )*

        #[cfg(test)]
        pub(crate) static ALL: &[&Rule] = &[$(&$name),*];
    };
}

macro_rules! flaws {
    ($($name:ident: $code:literal, $redirect:literal / $other:literal, $message:literal;)*) => {
        $(
            pub(crate) static $name: Flaw = Flaw {
                redirect: Rule {
                    code: concat!("redirect-uri-", $code),
                    error: ErrorCode::InvalidRedirectUri,
                    reference: $redirect,
                    message: $message,
                },
                other: Rule {
                    code: concat!("uri-", $code),
                    error: ErrorCode::InvalidClientMetadata,
                    reference: $other,
                    message: $message,
                },
            };
        )*

        #[cfg(test)]
        pub(crate) static FLAWS: &[&Flaw] = &[$(&$name),*];
    };
}

pub(crate) mod rule {
    use crate::policy;

    use super::{ErrorCode, Flaw, Rule};

    rules! {
        // Who may register.
        CREDENTIAL_MISSING: MissingToken, "credential-missing", "RFC 6750 §3",
            "Registration needs an API key: send it as Authorization: Bearer KEY.";
        CREDENTIAL_MALFORMED: MalformedToken, "credential-malformed", "RFC 6750 §2.1",
            "The Authorization header must hold one bearer token, once, as Authorization: Bearer KEY.";
        CREDENTIAL_REJECTED: InvalidToken, "credential-rejected", "RFC 6750 §3.1",
            "The API key is unknown, expired or revoked; ask the server's administrator for a new one.";
        PERMISSION_MISSING: InsufficientScope(policy::REGISTRATION), "permission-missing", "RFC 6750 §3.1",
            "The API key needs the permissions authenticate and oauth-client-registration.";
        PERMISSION_GET_MISSING: InsufficientScope(policy::GET), "permission-get-missing", "RFC 7592 §2.1",
            "The API key needs the permissions authenticate and oauth-client-get.";
        PERMISSION_CREATE_MISSING: InsufficientScope(policy::CREATE), "permission-create-missing", "RFC 6750 §3.1",
            "The API key needs the permissions authenticate and oauth-client-create.";
        PERMISSION_UPDATE_MISSING: InsufficientScope(policy::UPDATE), "permission-update-missing", "RFC 7592 §2.2",
            "The API key needs the permissions authenticate and oauth-client-update.";
        PERMISSION_DELETE_MISSING: InsufficientScope(policy::DELETE), "permission-delete-missing", "RFC 7592 §2.3",
            "The API key needs the permissions authenticate and oauth-client-delete.";
        TERMS_EXPIRED: AccessDenied, "terms-expired", "RFC 7591 §3",
            "The terms under which this caller may register have ended; ask the server's administrator.";
        NETWORK_NOT_ALLOWED: AccessDenied, "network-not-allowed", "RFC 7591 §3",
            "Clients are not registered from this network.";
        QUOTA_KEY: AccessDenied, "quota-key", "RFC 7591 §3",
            "This API key was good for a number of registrations, which have been made.";
        QUOTA_ACCOUNT: AccessDenied, "quota-account", "RFC 7591 §5",
            "This account has registered as many clients as it may; remove one that is no longer used.";
        QUOTA_ADDRESS: TooManyRequests, "quota-address", "RFC 6585 §4",
            "Too many registrations came from this address; try again later.";
        QUOTA_ANONYMOUS: TooManyRequests, "quota-anonymous", "RFC 6585 §4",
            "This server has as many clients without an API key as it takes; try again later.";
        QUOTA_TOTAL: TooManyRequests, "quota-total", "RFC 6585 §4",
            "This server has as many registered clients as it takes; try again later.";

        // Ids.
        CLIENT_ID_TOO_LONG: InvalidClientMetadata, "client-id-too-long", "RFC 7591 §5",
            "The client id would carry the metadata, and they are too long for that: register fewer or shorter ones.";
        CLIENT_ID_SYNTAX: InvalidClientMetadata, "client-id-syntax", "RFC 6749 §2.2",
            "A client id must be 1 to 128 letters, digits and . _ ~ - and must not begin with gpc_ or gpx_.";
        CLIENT_ID_TAKEN: Conflict, "client-id-taken", "RFC 6749 §2.2",
            "There is a client with this id already.";
        CLIENT_DENIED: AccessDenied, "client-denied", "RFC 7591 §5",
            "This server's administrator has shut this client out.";

        // Management of a registration.
        CLIENT_NOT_FOUND: NotFound, "client-not-found", "RFC 7592 §2",
            "There is no client with this id.";
        TOKEN_MISSING: MissingToken, "token-missing", "RFC 7592 §2",
            "Send the registration access token, or an administrator's API key, as Authorization: Bearer TOKEN.";
        TOKEN_OF_NOBODY: InvalidToken, "token-of-nobody", "RFC 7592 §2.1",
            "There is no such client, or it has no registration access token.";
        TOKEN_WRONG: InvalidToken, "token-wrong", "RFC 7592 §2",
            "The registration access token is not this client's.";
        CLIENT_FIXED: AccessDenied, "client-fixed", "RFC 7592 §2.2",
            "The client's id stands for what it registered, so that it cannot be changed; register anew instead.";
        CLIENT_ID_MISSING: InvalidClientMetadata, "client-id-missing", "RFC 7592 §2.2",
            "An update must have the client's id as client_id.";
        CLIENT_ID_OTHER: InvalidClientMetadata, "client-id-other", "RFC 7592 §2.2",
            "The client_id must be that of the client at this URL.";
        CLIENT_SECRET_OTHER: InvalidClientMetadata, "client-secret-other", "RFC 7592 §2.2",
            "The client_secret must be the client's own, unchanged, or be left out; a client cannot choose one.";
        MEMBER_OF_SERVER: InvalidClientMetadata, "member-of-server", "RFC 7592 §2.2",
            "The server sets this member; an update must not have it.";
        CLIENT_SECRET_OVER: InvalidClientMetadata, "client-secret-over", "RFC 7591 §3.2.1",
            "The client's secret has expired: it cannot authenticate until it has a new one.";
        SECRET_UNUSED: InvalidClientMetadata, "secret-unused", "RFC 7591 §2",
            "The client does not authenticate with a secret.";

        // The document.
        DOCUMENT_TOO_LARGE: InvalidClientMetadata, "document-too-large", "RFC 8259 §9",
            "The document is too large.";
        DOCUMENT_ENCODING: InvalidClientMetadata, "document-encoding", "RFC 8259 §8.1",
            "The document must be UTF-8 without a byte order mark.";
        DOCUMENT_SYNTAX: InvalidClientMetadata, "document-syntax", "RFC 8259 §2",
            "The document must be JSON.";
        DOCUMENT_NOT_OBJECT: InvalidClientMetadata, "document-not-object", "RFC 7591 §3.1",
            "The document must be one JSON object whose members are the client's metadata.";
        DOCUMENT_TOO_DEEP: InvalidClientMetadata, "document-too-deep", "RFC 8259 §9",
            "The document is nested too deeply.";
        DOCUMENT_TOO_MANY_VALUES: InvalidClientMetadata, "document-too-many-values", "RFC 8259 §9",
            "The document has too many values.";
        DOCUMENT_TOO_MANY_MEMBERS: InvalidClientMetadata, "document-too-many-members", "RFC 8259 §9",
            "The document has too many members.";
        DOCUMENT_STRING_TOO_LONG: InvalidClientMetadata, "document-string-too-long", "RFC 8259 §9",
            "The document has a string that is too long.";
        MEMBER_DUPLICATE: InvalidClientMetadata, "member-duplicate", "RFC 8259 §4",
            "The member stands twice; two readers would disagree on which one counts.";
        MEMBER_TYPE: InvalidClientMetadata, "member-type", "RFC 7591 §2",
            "The member has the wrong type.";
        MEMBER_NOT_OFFERED: InvalidClientMetadata, "member-not-offered", "RFC 7591 §2",
            "This server does not offer what the member is about.";
        MEMBER_WITHOUT_MEANING: InvalidClientMetadata, "member-without-meaning", "RFC 7591 §3.2.1",
            "The member has no meaning for this client and was left out.";
        MEMBER_TOO_LONG: InvalidClientMetadata, "member-too-long", "RFC 7591 §5",
            "The list has too many entries.";
        VALUE_NOT_OFFERED: InvalidClientMetadata, "value-not-offered", "RFC 7591 §2",
            "The value is not offered.";
        MEMBER_NOT_HONOURED: InvalidClientMetadata, "member-not-honoured", "RFC 7591 §3.2.2",
            "The client asks to be held to a protection that this server does not offer.";

        // Redirect URIs.
        REDIRECT_URIS_TYPE: InvalidRedirectUri, "redirect-uris-type", "RFC 7591 §2",
            "redirect_uris must be an array of strings.";
        REDIRECT_URIS_MISSING: InvalidRedirectUri, "redirect-uris-missing", "RFC 7591 §2",
            "A client that uses the authorization code grant must register at least one redirect URI.";
        REDIRECT_URIS_TOO_MANY: InvalidRedirectUri, "redirect-uris-too-many", "RFC 9700 §4.1.3",
            "There are too many redirect URIs.";
        REDIRECT_URI_DUPLICATE: InvalidRedirectUri, "redirect-uri-duplicate", "RFC 7591 §2",
            "The redirect URI stands in the list twice; it was registered once.";
        REDIRECT_URI_HTTP: InvalidRedirectUri, "redirect-uri-http", "RFC 8252 §7.3",
            "An http redirect URI must have the host 127.0.0.1 or [::1], spelled so; use https otherwise.";
        REDIRECT_URI_LOCALHOST: InvalidRedirectUri, "redirect-uri-localhost", "RFC 8252 §8.3",
            "localhost may be resolved to another machine: use http://127.0.0.1 or http://[::1] instead.";
        REDIRECT_URI_HOST_NOT_PUBLIC: InvalidRedirectUri, "redirect-uri-host-not-public", "RFC 6890 §2.2",
            "The host is an IP address that is not one of the public internet.";
        REDIRECT_URI_PATH_MISSING: InvalidRedirectUri, "redirect-uri-path-missing", "RFC 3986 §6.2.3",
            "The redirect URI must have a path, at least one slash after its host.";
        REDIRECT_URI_SCHEME_FORBIDDEN: InvalidRedirectUri, "redirect-uri-scheme-forbidden", "RFC 8252 §8.4",
            "The scheme is used for something else; use https, loopback http or a private-use scheme.";
        REDIRECT_URI_SCHEME_NOT_REVERSE_DOMAIN: InvalidRedirectUri, "redirect-uri-scheme-not-reverse-domain", "RFC 8252 §7.1",
            "A private-use scheme must be a domain name of the client's, reversed and in lower case, such as com.example.app.";
        REDIRECT_URI_SCHEME_OTHER_SITE: InvalidRedirectUri, "redirect-uri-scheme-other-site", "RFC 8252 §7.1",
            "The private-use scheme must be a domain name of the site that client_uri is on, reversed.";
        REDIRECT_URI_PRIVATE_PATH: InvalidRedirectUri, "redirect-uri-private-path", "RFC 8252 §7.1",
            "A private-use scheme must be followed by one slash and a path, as in com.example.app:/callback.";
        REDIRECT_URI_PRIVATE_AUTHORITY: InvalidRedirectUri, "redirect-uri-private-authority", "RFC 8252 §7.1",
            "A private-use scheme has no naming authority: one slash after the scheme is preferred to two.";
        REDIRECT_URI_RESERVED_PARAMETER: InvalidRedirectUri, "redirect-uri-reserved-parameter", "RFC 6749 §4.1.2",
            "The query holds a parameter that the authorization response uses, so that the client would see it twice.";
        REDIRECT_URI_NOT_NATIVE: InvalidRedirectUri, "redirect-uri-not-native", "draft-ietf-mailmaint-oauth-public §3.3",
            "Without an API key only native redirect URIs may be registered: http://127.0.0.1/..., http://[::1]/... or a private-use scheme with a dot.";
        REDIRECT_URI_TWO_DOTS: InvalidRedirectUri, "redirect-uri-two-dots", "draft-ietf-mailmaint-oauth-public §3.3",
            "Without an API key a redirect URI must not hold two dots in a row.";
        REDIRECT_URI_HOST_NOT_ALLOWED: InvalidRedirectUri, "redirect-uri-host-not-allowed", "RFC 7591 §5",
            "The host is none of those that this caller may register.";
        REDIRECT_URI_SCHEME_NOT_ALLOWED: InvalidRedirectUri, "redirect-uri-scheme-not-allowed", "RFC 7591 §5",
            "The scheme is none of those that this caller may register.";
        REDIRECT_URI_NOT_WEB: InvalidRedirectUri, "redirect-uri-not-web", "OpenID Connect Registration 1.0 §2",
            "A client with the application type web must use https redirect URIs.";

        // Relations between members.
        AUTH_METHOD_NOT_OFFERED: InvalidClientMetadata, "auth-method-not-offered", "RFC 7591 §2",
            "The token endpoint authentication method is not offered.";
        AUTH_METHOD_NEEDS_KEYS: InvalidClientMetadata, "auth-method-needs-keys", "RFC 7591 §2",
            "The token endpoint authentication method needs the client's keys in jwks or jwks_uri.";
        AUTH_METHOD_NEEDS_SIGNING_KEY: InvalidClientMetadata, "auth-method-needs-signing-key", "RFC 7523 §2.2",
            "The method private_key_jwt needs a key in jwks that verifies signatures in an algorithm that is offered.";
        AUTH_METHOD_NOT_PUBLIC: InvalidClientMetadata, "auth-method-not-public", "draft-ietf-mailmaint-oauth-public §3.3",
            "Without an API key only public clients may be registered: set token_endpoint_auth_method to none.";
        GRANT_TYPE_NOT_OFFERED: InvalidClientMetadata, "grant-type-not-offered", "RFC 7591 §2",
            "The grant type is not offered.";
        GRANT_TYPES_EMPTY: InvalidClientMetadata, "grant-types-empty", "RFC 7591 §2",
            "grant_types must name at least one grant type, or be left out.";
        GRANT_TYPES_UNUSABLE: InvalidClientMetadata, "grant-types-unusable", "RFC 6749 §6",
            "refresh_token needs another grant type that yields the first token.";
        GRANT_TYPES_NOT_MAIL: InvalidClientMetadata, "grant-types-not-mail", "draft-ietf-mailmaint-oauth-public §3.3",
            "Without an API key a client must use the authorization code grant: add authorization_code to grant_types and code to response_types.";
        GRANT_TYPE_LEFT_OUT: InvalidClientMetadata, "grant-type-left-out", "draft-ietf-mailmaint-oauth-public §3.3",
            "Without an API key only the authorization code grant and refresh_token are registered; another grant type was left out.";
        GRANT_NEEDS_AUTHENTICATION: InvalidClientMetadata, "grant-needs-authentication", "RFC 6749 §4.4",
            "The client credentials grant is for confidential clients: token_endpoint_auth_method must not be none.";
        RESPONSE_TYPE_NOT_OFFERED: InvalidClientMetadata, "response-type-not-offered", "RFC 7591 §2",
            "The response type is not offered.";
        RESPONSE_TYPES_WITHOUT_GRANT: InvalidClientMetadata, "response-types-without-grant", "RFC 7591 §2.1",
            "The response type code needs the grant type authorization_code.";
        GRANT_WITHOUT_RESPONSE_TYPE: InvalidClientMetadata, "grant-without-response-type", "RFC 7591 §2.1",
            "The grant type authorization_code needs the response type code.";
        REFRESH_TOKEN_COMPLETED: InvalidClientMetadata, "refresh-token-completed", "draft-ietf-mailmaint-oauth-public §3.3",
            "refresh_token was added to grant_types.";
        APPLICATION_TYPE_VALUE: InvalidClientMetadata, "application-type-value", "OpenID Connect Registration 1.0 §2",
            "application_type must be native or web.";
        SCOPE_SYNTAX: InvalidClientMetadata, "scope-syntax", "RFC 6749 §3.3",
            "scope must be names separated by one space each, of printable ASCII characters without quote and backslash.";
        SCOPE_NOT_OFFERED: InvalidClientMetadata, "scope-not-offered", "RFC 7591 §2",
            "A scope that this server does not offer was left out.";
        SCOPE_NONE_OFFERED: InvalidClientMetadata, "scope-none-offered", "RFC 7591 §2",
            "None of the scopes is offered.";
        JWKS_AND_JWKS_URI: InvalidClientMetadata, "jwks-and-jwks-uri", "RFC 7591 §2",
            "jwks and jwks_uri must not both be present.";
        JWKS_SHAPE: InvalidClientMetadata, "jwks-shape", "RFC 7517 §5",
            "jwks must be an object with the member keys, an array of objects.";
        JWK_PRIVATE: InvalidClientMetadata, "jwk-private", "RFC 7517 §9.3",
            "The key holds private or symmetric key material; register public keys only, and replace this one: it is no longer secret.";
        JWKS_TOO_MANY_KEYS: InvalidClientMetadata, "jwks-too-many-keys", "RFC 7591 §5",
            "There are more keys than a client may register.";
        JWK_TYPE: InvalidClientMetadata, "jwk-type", "RFC 7517 §4.1",
            "The type of a key, kty, must be RSA, EC or OKP.";
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
        JWK_USE: InvalidClientMetadata, "jwk-use", "RFC 7517 §4.2",
            "The use of a key must be sig or enc.";
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

        // Members of extensions.
        ENC_WITHOUT_ALG: InvalidClientMetadata, "enc-without-alg", "OpenID Connect Registration 1.0 §2",
            "A content encryption algorithm needs the key management algorithm beside it.";
        ALGORITHM_NEEDS_KEYS: InvalidClientMetadata, "algorithm-needs-keys", "OpenID Connect Registration 1.0 §2",
            "The algorithm needs the client's keys in jwks or jwks_uri.";
        REQUEST_URI: InvalidClientMetadata, "request-uri", "OpenID Connect Core 1.0 §6.2",
            "A request URI must be https, of at most 512 characters, and may have a fragment only if that is a SHA-256 in base64url.";
        LOGOUT_REDIRECT_URI: InvalidClientMetadata, "logout-redirect-uri", "OpenID Connect RP-Initiated Logout 1.0 §3.1",
            "A post-logout redirect URI must keep the rules for redirect URIs.";
        LOGOUT_URI_HOST: InvalidClientMetadata, "logout-uri-host", "OpenID Connect Front-Channel Logout 1.0 §2",
            "The logout URI must have the scheme, host and port of a redirect URI.";
        SECTOR_NEEDED: InvalidClientMetadata, "sector-needed", "OpenID Connect Core 1.0 §8.1",
            "Pairwise subjects need a sector_identifier_uri where the redirect URIs do not have one host.";
        SUBJECT_COUNT: InvalidClientMetadata, "subject-count", "RFC 8705 §2.1.2",
            "tls_client_auth needs exactly one of the members that name the certificate's subject.";
        SUBJECT_ADDRESS: InvalidClientMetadata, "subject-address", "RFC 8705 §2.1.2",
            "tls_client_auth_san_ip must be an IPv4 or IPv6 address.";
        BOUND_TWICE: InvalidClientMetadata, "bound-twice", "RFC 9449 §5.2",
            "Access tokens are bound to a certificate or by DPoP, not both.";
        DELIVERY_MODE_MISSING: InvalidClientMetadata, "delivery-mode-missing", "OpenID Connect CIBA Core 1.0 §4",
            "The CIBA grant needs backchannel_token_delivery_mode.";
        NOTIFICATION_ENDPOINT_MISSING: InvalidClientMetadata, "notification-endpoint-missing", "OpenID Connect CIBA Core 1.0 §4",
            "The delivery modes ping and push need backchannel_client_notification_endpoint.";

        // Requests that name a client.
        PARAMETERS_TOO_MANY: InvalidRequest, "parameters-too-many", "RFC 6749 §3.1",
            "The request has more or longer parameters than this server reads.";
        PARAMETERS_ENCODING: InvalidRequest, "parameters-encoding", "RFC 6749 appendix B",
            "The parameters must be UTF-8, form-encoded.";
        PARAMETER_TWICE: InvalidRequest, "parameter-twice", "RFC 6749 §3.1",
            "A parameter stands twice.";
        CLIENT_UNNAMED: InvalidRequest, "client-unnamed", "RFC 6749 §4.1.1",
            "The request must name its client as client_id.";
        CLIENT_UNKNOWN: InvalidClient, "client-unknown", "RFC 6749 §4.1.2.1",
            "There is no client with this id, or it must not be used; register it first.";
        CLIENT_ID_CHARACTERS: InvalidRequest, "client-id-characters", "RFC 6749 appendix A.1",
            "A client id must be 1 to 512 printable ASCII characters.";
        CLIENT_DOCUMENT_UNREAD: InvalidClient, "client-document-unread", "draft-ietf-oauth-client-id-metadata-document §4",
            "The client id is the URL of a document that has to be read first.";
        CLIENT_UNREGISTERED: InvalidClient, "client-unregistered", "RFC 6749 §2.4",
            "Nobody registered this client; nothing that it says of itself was checked.";
        CLIENT_OVERRIDDEN: InvalidClient, "client-overridden", "RFC 6749 §2.4",
            "Nobody registered this client; the account may use any by its permission oauth-client-override.";
        REDIRECT_URI_UNNAMED: InvalidRequest, "redirect-uri-unnamed", "RFC 6749 §3.1.2.3",
            "The request must name its redirect URI as redirect_uri.";
        REDIRECT_URI_UNREGISTERED: InvalidRequest, "redirect-uri-unregistered", "RFC 9700 §4.1.3",
            "The redirect_uri is none of those that the client registered.";
        REDIRECT_URI_UNSOUND: InvalidRequest, "redirect-uri-unsound", "RFC 9700 §2.1",
            "The redirect_uri is none that could be registered.";
        RESPONSE_TYPE_MISSING: InvalidRequest, "response-type-missing", "RFC 6749 §4.1.1",
            "The request must have a response_type.";
        RESPONSE_TYPE_UNKNOWN: UnsupportedResponseType, "response-type-unknown", "RFC 6749 §4.1.2.1",
            "The response_type must be code.";
        RESPONSE_TYPE_UNREGISTERED: UnauthorizedClient, "response-type-unregistered", "RFC 6749 §4.1.2.1",
            "The client did not register the authorization code grant with the response type code, or it is not offered.";
        RESPONSE_MODE: InvalidRequest, "response-mode", "OAuth 2.0 Multiple Response Type Encoding Practices §2.1",
            "The response_mode must be query, or be left out.";
        PKCE_MISSING: InvalidRequest, "pkce-missing", "RFC 9700 §2.1.1",
            "The request must have a code_challenge, with code_challenge_method=S256.";
        PKCE_METHOD: InvalidRequest, "pkce-method", "RFC 9700 §2.1.1",
            "The code_challenge_method must be S256.";
        PKCE_SYNTAX: InvalidRequest, "pkce-syntax", "RFC 7636 §4.2",
            "The code_challenge must be a SHA-256 in base64url: 43 characters.";
        SCOPE_MALFORMED: InvalidScope, "scope-malformed", "RFC 6749 §3.3",
            "The scope must be names with one space between each.";
        SCOPE_NONE: InvalidScope, "scope-none", "RFC 6749 §3.3",
            "The client may have none of the scopes that it asks for.";
        SCOPE_CUT: InvalidScope, "scope-cut", "RFC 6749 §3.3",
            "The scope was cut to what the client may have.";
        RESOURCE_UNKNOWN: InvalidTarget, "resource-unknown", "RFC 8707 §2",
            "The resource is none of those that this server protects.";
        REQUEST_OBJECT: RequestNotSupported, "request-object", "OpenID Connect Core 1.0 §6.1",
            "Request objects are not read: send the parameters themselves.";
        REQUEST_OBJECT_URI: RequestUriNotSupported, "request-object-uri", "OpenID Connect Core 1.0 §6.2",
            "Request objects are not fetched: send the parameters themselves.";
        PUSH_REQUIRED: InvalidRequest, "push-required", "RFC 9126 §6",
            "The client registered that it pushes its authorization requests.";
        GRANT_TYPE_MISSING: InvalidRequest, "grant-type-missing", "RFC 6749 §5.2",
            "The request must have a grant_type.";
        GRANT_TYPE_UNKNOWN: UnsupportedGrantType, "grant-type-unknown", "RFC 6749 §5.2",
            "The grant_type is not offered.";
        GRANT_TYPE_UNREGISTERED: UnauthorizedClient, "grant-type-unregistered", "RFC 6749 §5.2",
            "The client did not register this grant type, or may not use it.";

        // Clients that authenticate.
        CLIENT_METHODS_SEVERAL: InvalidRequest, "client-methods-several", "RFC 6749 §2.3",
            "A client must not use more than one way to authenticate in a request.";
        CLIENT_HEADER_MALFORMED: InvalidClient, "client-header-malformed", "RFC 6749 §2.3.1",
            "The Authorization header is not the client's id and secret, each form-encoded, in the form of HTTP Basic.";
        CLIENT_NAMED_TWICE: InvalidClient, "client-named-twice", "RFC 6749 §2.3",
            "The request names two clients.";
        CLIENT_METHOD_WRONG: InvalidClient, "client-method-wrong", "RFC 7591 §2",
            "The client registered another way to authenticate.";
        CLIENT_METHOD_GONE: InvalidClient, "client-method-gone", "RFC 7591 §2",
            "The client's way to authenticate is not offered any more.";
        CLIENT_METHOD_TLS: InvalidClient, "client-method-tls", "RFC 8705 §2",
            "The client authenticates with its certificate, which is for the host to verify.";
        CLIENT_SECRET_WRONG: InvalidClient, "client-secret-wrong", "RFC 6749 §2.3.1",
            "The secret is not the client's.";
        CLIENT_SECRET_EXPIRED: InvalidClient, "client-secret-expired", "RFC 7591 §3.2.1",
            "The client's secret has expired.";
        CLIENT_HAS_NO_SECRET: InvalidClient, "client-has-no-secret", "RFC 6749 §2.4",
            "A client that nobody registered has nothing to authenticate with.";
        ASSERTION_TYPE: InvalidClient, "assertion-type", "RFC 7523 §2.2",
            "The client_assertion_type must be urn:ietf:params:oauth:client-assertion-type:jwt-bearer, beside a client_assertion.";
        ASSERTION_SYNTAX: InvalidClient, "assertion-syntax", "RFC 7523 §3",
            "The assertion is no signed JWT in the compact form.";
        ASSERTION_ALGORITHM: InvalidClient, "assertion-algorithm", "RFC 8725 §3.1",
            "The assertion is signed by an algorithm that the client may not use.";
        ASSERTION_SIGNATURE: InvalidClient, "assertion-signature", "RFC 7523 §3",
            "No key of the client verifies the assertion.";
        ASSERTION_CLIENT: InvalidClient, "assertion-client", "RFC 7523 §3",
            "The claims iss and sub of the assertion must both be the client's id.";
        ASSERTION_AUDIENCE: InvalidClient, "assertion-audience", "RFC 7523 §3",
            "The claim aud of the assertion must name this server: its issuer or its token endpoint.";
        ASSERTION_TIME: InvalidClient, "assertion-time", "RFC 7523 §3",
            "The assertion is over, or of the future, or good for more than an hour, or does not say when it ends.";
        ASSERTION_ID: InvalidClient, "assertion-id", "RFC 7523 §3",
            "The assertion must have a claim jti of 1 to 256 characters, so that it is used once.";
        KEYS_UNREAD: InvalidClient, "keys-unread", "RFC 7591 §2",
            "The client's keys are at its jwks_uri, which has to be read first.";

        // How long a client is kept.
        CLIENT_NEVER_AUTHORISED: InvalidClient, "client-never-authorised", "draft-ietf-mailmaint-oauth-public §3.10",
            "A caller without an API key registered the client, and no user has authorised it since.";
        CLIENT_NEVER_USED: InvalidClient, "client-never-used", "RFC 7591 §5",
            "Nobody has used the client since it was registered.";
        CLIENT_IDLE: InvalidClient, "client-idle", "draft-ietf-mailmaint-oauth-public §3.10",
            "Nobody has used the client for long, and none of its refresh tokens is valid.";
        CLIENT_SECRET_LONG_OVER: InvalidClient, "client-secret-long-over", "RFC 7591 §3.2.1",
            "The client's secret expired long ago, so that it cannot authenticate.";
        CLIENT_DENIAL_OVER: InvalidClient, "client-denial-over", "RFC 7591 appendix A.5.2",
            "The id of the client that was shut out cannot be read any more.";

        // Client ID metadata documents.
        DOCUMENTS_OFF: InvalidClient, "documents-off", "draft-ietf-oauth-client-id-metadata-document §5",
            "This server does not take URLs for client ids; register the client first.";
        CLIENT_URL_PATH: InvalidClientMetadata, "client-url-path", "draft-ietf-oauth-client-id-metadata-document §3",
            "A client id that is a URL must have a path other than a slash alone.";
        CLIENT_URL_QUERY: InvalidClientMetadata, "client-url-query", "draft-ietf-oauth-client-id-metadata-document §3",
            "A client id that is a URL should not have a query, and is not taken with one.";
        CLIENT_URL_LENGTH: InvalidClientMetadata, "client-url-length", "draft-ietf-oauth-client-id-metadata-document §3",
            "A client id that is a URL must have at most 512 characters.";
        CLIENT_URL_HOST: InvalidClientMetadata, "client-url-host", "draft-ietf-oauth-client-id-metadata-document §7",
            "The host is none of those that client documents may come from.";
        DOCUMENT_OF_ANOTHER: InvalidClientMetadata, "document-of-another", "draft-ietf-oauth-client-id-metadata-document §4",
            "The document's client_id must be the URL that it was read at, character by character.";
        DOCUMENT_WITH_SECRET: InvalidClientMetadata, "document-with-secret", "draft-ietf-oauth-client-id-metadata-document §4",
            "Everybody can read the document, so that it must not have a client_secret, nor the end of one.";
        DOCUMENT_METHOD: InvalidClientMetadata, "document-method", "draft-ietf-oauth-client-id-metadata-document §4",
            "A client with a document has no secret: token_endpoint_auth_method must be none or private_key_jwt.";
        DOCUMENT_NAME_MISSING: InvalidClientMetadata, "document-name-missing", "draft-ietf-oauth-client-id-metadata-document §4",
            "The document must have a client_name, which people are shown.";
        DOCUMENT_CHANGED: InvalidClientMetadata, "document-changed", "draft-ietf-oauth-client-id-metadata-document §8.4",
            "The document is not what it was: ask users for their consent again.";

        // What people see.
        URI_SCHEME: InvalidClientMetadata, "uri-scheme", "RFC 7591 §5",
            "The URI must use the scheme https.";
        TEXT_EMPTY: InvalidClientMetadata, "text-empty", "RFC 7591 §2",
            "The text is empty; leave the member out instead.";
        TEXT_TOO_LONG: InvalidClientMetadata, "text-too-long", "RFC 7591 §5",
            "The text is too long.";
        TEXT_CONTROL: InvalidClientMetadata, "text-control", "RFC 7591 §5",
            "The text holds a control character, a line separator or an invisible character.";
        TEXT_BIDI: InvalidClientMetadata, "text-bidi", "UTS 55 §3.1",
            "The text holds a character that overrides or isolates the direction of writing.";
        TEXT_UNASSIGNED: InvalidClientMetadata, "text-unassigned", "RFC 8264 §4.3",
            "The text holds a private-use character or one that Unicode has not assigned.";
        TEXT_NORMALISED: InvalidClientMetadata, "text-normalised", "RFC 7591 §3.2.1",
            "The text was registered in Unicode normalisation form C, without white space around it.";
        CLIENT_NAME_PROTECTED: InvalidClientMetadata, "client-name-protected", "RFC 7591 §5",
            "The name is one that this server protects, or looks like one; register a name that cannot be taken for it.";
        CONTACTS_TOO_MANY: InvalidClientMetadata, "contacts-too-many", "RFC 7591 §2",
            "There are more than 10 contacts.";
        CONTACT_SYNTAX: InvalidClientMetadata, "contact-syntax", "RFC 7591 §2",
            "A contact must be an e-mail address or a contact URI such as mailto:user@example.com or https://example.com/help.";

        // Software statements.
        STATEMENT_SYNTAX: InvalidSoftwareStatement, "statement-syntax", "RFC 7591 §2.3",
            "software_statement must be a signed JWT in the compact form, with an issuer.";
        STATEMENT_ALGORITHM: InvalidSoftwareStatement, "statement-algorithm", "RFC 8725 §3.2",
            "software_statement must be signed with an asymmetric algorithm.";
        STATEMENT_SIGNATURE: InvalidSoftwareStatement, "statement-signature", "RFC 7591 §3.1.1",
            "No key of the issuer verifies software_statement.";
        STATEMENT_TIME: InvalidSoftwareStatement, "statement-time", "RFC 7519 §4.1",
            "software_statement is over, or of the future.";
        STATEMENT_AUDIENCE: InvalidSoftwareStatement, "statement-audience", "RFC 7519 §4.1.3",
            "software_statement is for somebody else: its claim aud does not name this server.";
        STATEMENT_CLAIM_TYPE: InvalidSoftwareStatement, "statement-claim-type", "RFC 7591 §2.3",
            "A claim of software_statement has not the type of the member of that name.";
        STATEMENT_MISSING: InvalidClientMetadata, "statement-missing", "RFC 7591 §2.3",
            "This server registers clients with a software_statement of an issuer that it trusts.";
        STATEMENT_NOT_APPROVED: UnapprovedSoftwareStatement, "statement-not-approved", "RFC 7591 §3.2.2",
            "This server does not trust the issuer of the software statement.";
    }

    flaws! {
        TOO_LONG: "too-long", "RFC 7591 §5" / "RFC 7591 §5",
            "The URI is too long.";
        CHARACTER: "character", "RFC 3986 §2" / "RFC 3986 §2",
            "The URI holds a character that must be percent-encoded: a space, a control character, one outside ASCII, or one of < > { } | ^ ` backslash and quote.";
        NOT_ABSOLUTE: "not-absolute", "RFC 6749 §3.1.2" / "RFC 3986 §4.3",
            "The URI must be absolute, with a scheme.";
        SCHEME_CASE: "scheme-case", "RFC 3986 §6.2.2.1" / "RFC 3986 §6.2.2.1",
            "The scheme must be in lower case.";
        FRAGMENT: "fragment", "RFC 6749 §3.1.2" / "RFC 3986 §3.5",
            "The URI must not have a fragment, not even an empty one.";
        USER_INFO: "user-info", "RFC 3986 §3.2.1" / "RFC 3986 §3.2.1",
            "The URI must not have a user name or password before its host.";
        WILDCARD: "wildcard", "RFC 9700 §4.1.3" / "RFC 3986 §3.2.2",
            "The URI must not have a wildcard: it is compared as it stands.";
        PERCENT: "percent", "RFC 3986 §2.1" / "RFC 3986 §2.1",
            "A percent sign must be followed by two hexadecimal digits.";
        ENCODED_CONTROL: "encoded-control", "RFC 9700 §4.11" / "RFC 3986 §7.3",
            "The URI must not hold an encoded control character.";
        ENCODED_SEPARATOR: "encoded-separator", "RFC 3986 §7.3" / "RFC 3986 §7.3",
            "The path must not hold an encoded slash, backslash or dot.";
        DOT_SEGMENT: "dot-segment", "RFC 3986 §6.2.2.3" / "RFC 3986 §6.2.2.3",
            "The path must not have a segment of one or two dots.";
        HOST_MISSING: "host-missing", "RFC 9110 §4.2.2" / "RFC 9110 §4.2.2",
            "The URI must have a host after two slashes.";
        HOST_IP: "host-ip", "RFC 9700 §4.1.3" / "RFC 7591 §5",
            "The host must be a registered domain name, not an IP address.";
        HOST_LOCAL: "host-local", "RFC 6761 §6.3" / "RFC 6761 §6.3",
            "The host must be a domain name on the public internet, not localhost and not a single label.";
        HOST_SYNTAX: "host-syntax", "RFC 5890 §2.3.1" / "RFC 5890 §2.3.1",
            "The host must be a domain name in its ASCII form and lower case: labels of letters, digits and hyphens, no empty label, no dot at the end.";
        HOST_IDNA: "host-idna", "RFC 5891 §5.4" / "RFC 5891 §5.4",
            "The host has a label that starts with xn-- and is not what an internationalised label is encoded as.";
        HOST_MIXED_SCRIPT: "host-mixed-script", "UTS 39 §5.2" / "UTS 39 §5.2",
            "The host has an internationalised label that mixes scripts, or holds a character that is not for identifiers.";
        HOST_SUFFIX: "host-suffix", "RFC 7591 §5" / "RFC 7591 §5",
            "The host is a public suffix, under which anybody may register names.";
        PORT: "port", "RFC 3986 §3.2.3" / "RFC 3986 §3.2.3",
            "The port must be a number from 1 to 65535 without leading zeros, and not the scheme's own.";
        OTHER_SITE: "other-site", "RFC 7591 §5" / "RFC 7591 §5",
            "The URI must be on the same site as client_uri: its host must have the same registrable domain.";
        AMBIGUOUS: "ambiguous", "RFC 3986 §7.3" / "RFC 3986 §7.3",
            "Two URI parsers read this differently; write it in its simplest form.";
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn every_rule() -> impl Iterator<Item = &'static Rule> {
        let flaws = rule::FLAWS.iter().flat_map(|f| [&f.redirect, &f.other]);
        rule::ALL.iter().copied().chain(flaws)
    }

    #[test]
    fn codes_are_unique_kebab_case() {
        let mut seen = BTreeSet::new();
        for rule in every_rule() {
            assert!(seen.insert(rule.code), "{} stands twice", rule.code);
            assert!(
                rule.code
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b == b'-'),
                "{}",
                rule.code
            );
        }
    }

    #[test]
    fn messages_fit_an_error_description() {
        // RFC 6749 §5.2: %x20-21 / %x23-5B / %x5D-7E
        for rule in every_rule() {
            assert!(
                rule.message
                    .bytes()
                    .all(|b| matches!(b, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E)),
                "{}",
                rule.code
            );
            assert!(rule.message.ends_with('.'), "{}", rule.code);
        }
    }

    /// `docs/diagnostics.md` is this catalogue; `BLESS=1 cargo test` writes it.
    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "the test reads and writes documentation"
    )]
    fn the_documentation_is_up_to_date() {
        let mut rules: Vec<_> = every_rule().collect();
        rules.sort_by_key(|rule| rule.code);
        let mut page = String::from(
            "# Diagnostics\n\n\
             Every code that a diagnostic can carry. Codes are stable: programs may rely on them, while the\n\
             sentences may change. `error` is what the refusal's `error` becomes if the finding is an error and\n\
             the first; a warning or a note refuses nothing.\n\n\
             | code | error | source | meaning |\n| --- | --- | --- | --- |\n",
        );
        for rule in rules {
            page.push_str(&format!(
                "| `{}` | `{}` | {} | {} |\n",
                rule.code,
                rule.error.name(),
                rule.reference,
                rule.message.replace('|', "\\|"),
            ));
        }
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/diagnostics.md");
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(path, &page).unwrap();
        }
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            written == page,
            "docs/diagnostics.md is old: run BLESS=1 cargo test"
        );
    }
}
