//! Rules about requests that name a client, and about client authentication.

use crate::diagnostic::catalogue::rules;

rules! {
    REQUESTS;

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
    CLIENT_DISABLED: InvalidClient, "client-disabled", "RFC 7592 §2",
        "An administrator disabled the client, or the settings deny its id.";
    CLIENT_WAITS: UnauthorizedClient, "client-waits", "RFC 7591 §5",
        "An administrator of this server has to approve this program first; nobody can use it before.";
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
    REDIRECT_URI_COMPARED: InvalidRequest, "redirect-uri-compared", "RFC 9700 §4.1.3",
        "What was asked for and what is registered; only the mail server is told.";
    REDIRECT_URI_UNSOUND: InvalidRequest, "redirect-uri-unsound", "RFC 9700 §2.1",
        "The redirect_uri is none that could be registered.";
    RESPONSE_TYPE_MISSING: InvalidRequest, "response-type-missing", "RFC 6749 §4.1.1",
        "The request must have a response_type.";
    RESPONSE_TYPE_UNKNOWN: UnsupportedResponseType, "response-type-unknown", "RFC 6749 §4.1.2.1",
        "The response_type must be code.";
    REDIRECT_UNASKED: InvalidRequest, "redirect-unasked", "RFC 9700 §4.11.2",
        "Nobody answers for where this redirect leads: show the error to the user, with a link there.";
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
    SCOPE_LACKING: InvalidScope, "scope-lacking", "RFC 6749 §3.3",
        "The client may not have every scope that is needed.";
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

    // Client authentication.
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
}
