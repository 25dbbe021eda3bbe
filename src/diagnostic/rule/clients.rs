//! Rules about clients that exist: how long they are kept, and the documents of clients whose id is
//! a URL.

use crate::diagnostic::catalogue::rules;

rules! {
    CLIENTS;

    // How long a client is kept.
    CLIENT_NEVER_AUTHORISED: InvalidClient, "client-never-authorised", "draft-ietf-mailmaint-oauth-public §3.10",
        "A caller without an API key registered the client, and no user has authorised it since.";
    CLIENT_GAVE_WAY: InvalidClient, "client-gave-way", "RFC 7591 §5",
        "The server had no room for new clients without an API key, and no user had authorised this one.";
    CLIENT_NEVER_USED: InvalidClient, "client-never-used", "RFC 7591 §5",
        "Nobody has used the client since it was registered.";
    CLIENT_IDLE: InvalidClient, "client-idle", "draft-ietf-mailmaint-oauth-public §3.10",
        "Nobody has used the client for long, and none of its refresh tokens is valid.";
    CLIENT_SECRET_LONG_OVER: InvalidClient, "client-secret-long-over", "RFC 7591 §3.2.1",
        "The client's secret expired long ago, so that it cannot authenticate.";
    CLIENT_WAITED: InvalidClient, "client-waited", "RFC 7591 §5",
        "No administrator has approved the client for long.";

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
}
