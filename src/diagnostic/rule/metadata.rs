//! Rules about the members of client metadata, and about combinations of them.

use crate::diagnostic::catalogue::rules;

rules! {
    METADATA;

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
    REDIRECT_URI_HOST_INTERNAL: InvalidRedirectUri, "redirect-uri-host-internal", "RFC 7591 §5",
        "The host is a name or an address of an internal network, so only users who are on that network can use the client.";
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
        "None of the scopes that are offered and asked for gives access to anything.";
    JWKS_AND_JWKS_URI: InvalidClientMetadata, "jwks-and-jwks-uri", "RFC 7591 §2",
        "jwks and jwks_uri must not both be present.";

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
}
