//! Rules about who can register and manage clients.

use crate::diagnostic::catalogue::rules;
use crate::permission;

rules! {
    REGISTRATION;

    // Who can register.
    CREDENTIAL_MISSING: MissingToken, "credential-missing", "RFC 6750 §3",
        "Registration needs an API key: send it as Authorization: Bearer KEY.";
    CREDENTIAL_SCHEME: MissingToken, "credential-scheme", "RFC 6750 §3.1",
        "The Authorization header has another scheme than Bearer; send an API key as Authorization: Bearer KEY.";
    CREDENTIAL_MALFORMED: MalformedToken, "credential-malformed", "RFC 6750 §2.1",
        "The Authorization header must hold one bearer token, once, as Authorization: Bearer KEY.";
    CREDENTIAL_REJECTED: InvalidToken, "credential-rejected", "RFC 6750 §3.1",
        "The API key is unknown, expired or revoked; ask the server's administrator for a new one.";
    PERMISSION_MISSING: InsufficientScope(permission::REGISTRATION), "permission-missing", "RFC 6750 §3.1",
        "The API key needs the permissions authenticate and oauth-client-registration.";
    PERMISSION_GET_MISSING: InsufficientScope(permission::GET), "permission-get-missing", "RFC 7592 §2.1",
        "The API key needs the permissions authenticate and oauth-client-get.";
    PERMISSION_CREATE_MISSING: InsufficientScope(permission::CREATE), "permission-create-missing", "RFC 6750 §3.1",
        "The API key needs the permissions authenticate and oauth-client-create.";
    PERMISSION_UPDATE_MISSING: InsufficientScope(permission::UPDATE), "permission-update-missing", "RFC 7592 §2.2",
        "The API key needs the permissions authenticate and oauth-client-update.";
    PERMISSION_DELETE_MISSING: InsufficientScope(permission::DELETE), "permission-delete-missing", "RFC 7592 §2.3",
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
    QUOTA_WIDER_NETWORK: TooManyRequests, "quota-wider-network", "RFC 6585 §4",
        "Too many registrations without an API key came from the networks of one provider; try again later.";
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
    TOKEN_UNUSED: InvalidClientMetadata, "token-unused", "RFC 7592 §3",
        "The client does not manage its registration itself: others share its id, or an administrator or a document describes it.";
    TOKEN_WITHOUT_ENDPOINT: InvalidClientMetadata, "token-without-endpoint", "RFC 7592 §3",
        "The token is of no use before the settings have the registration-endpoint, below which clients manage their registration.";
    CLIENT_NOT_WAITING: Conflict, "client-not-waiting", "RFC 7592 §2.3",
        "The client does not wait for approval, so that it cannot be denied; delete it instead.";
}
