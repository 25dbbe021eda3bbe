//! What shows that a claim is kept: a row for each member of a document, and for each value that has a meaning of its
//! own. Every kind of client tries it; what is closed to one says why.

use crate::DEVICE;
use crate::client::Caller::{Anonymous, Unknown};
use crate::client::{Caller, Refused, World};
use crate::proofs::*;

/// A claim, and what shows that it is kept.
pub struct Row {
    pub document: &'static str,
    /// Names with a slash between them.
    pub member: &'static str,
    /// The value, or its place in a list; nothing if the proof takes every value.
    pub value: Option<&'static str>,
    pub proof: Prove,
    /// Who is refused, and a part of the reason that he is told.
    pub closed: &'static [(Caller, &'static str)],
}

type Prove = fn(&World<'_>, Caller, &str) -> Result<(), Refused>;

const AS: &str = "oauth-authorization-server";
const HOST: &str = "oauth-protected-resource";
const SESSION: &str = "oauth-protected-resource/jmap/session";
const PACC: &str = "user-agent-configuration.json";
const JMAP: &str = "jmap";

/// Open to every kind of client.
const ALL: &[(Caller, &str)] = &[];

/// Only a client that can keep a secret or a key, and that is known. Strangers are held to the mail profile.
const PROVEN: &[(Caller, &str)] = &[
    (Anonymous, "token_endpoint_auth_method"),
    (Unknown, "invalid_client"),
];

/// Of a device that a stranger registered, or nobody, a user could recognise nothing. The grant is left out of the
/// registration, and the device is told so when it asks. `anonymous-device` opens it.
pub const DEVICES: &[(Caller, &str)] = &[
    (Anonymous, "unauthorized_client"),
    (Unknown, "unauthorized_client"),
];

const fn row(
    document: &'static str,
    member: &'static str,
    value: Option<&'static str>,
    proof: Prove,
    closed: &'static [(Caller, &'static str)],
) -> Row {
    Row {
        document,
        member,
        value,
        proof,
        closed,
    }
}

pub const ROWS: &[Row] = &[
    row(AS, "issuer", None, leads_to_server, ALL),
    row(AS, "authorization_endpoint", None, by_code, ALL),
    row(AS, "token_endpoint", None, by_code, ALL),
    row(AS, "registration_endpoint", None, registers, ALL),
    row(
        AS,
        "device_authorization_endpoint",
        None,
        by_device,
        DEVICES,
    ),
    row(AS, "revocation_endpoint", None, revokes, ALL),
    row(AS, "introspection_endpoint", None, introspects, PROVEN),
    row(AS, "protected_resources", None, for_resource, ALL),
    row(AS, "scopes_supported", None, with_scope, ALL),
    row(
        AS,
        "client_id_metadata_document_supported",
        Some("true"),
        where_a_site_has_a_document,
        ALL,
    ),
    row(AS, "response_types_supported", Some("code"), by_code, ALL),
    row(AS, "response_modes_supported", Some("query"), in_query, ALL),
    row(
        AS,
        "grant_types_supported",
        Some("authorization_code"),
        by_code,
        ALL,
    ),
    row(
        AS,
        "grant_types_supported",
        Some("refresh_token"),
        refreshes,
        ALL,
    ),
    row(
        AS,
        "grant_types_supported",
        Some(DEVICE),
        by_device,
        DEVICES,
    ),
    row(
        AS,
        "grant_types_supported",
        Some("client_credentials"),
        for_itself,
        PROVEN,
    ),
    row(
        AS,
        "token_endpoint_auth_methods_supported",
        Some("none"),
        by_code,
        ALL,
    ),
    row(
        AS,
        "token_endpoint_auth_methods_supported",
        Some("client_secret_basic"),
        authenticates,
        PROVEN,
    ),
    row(
        AS,
        "token_endpoint_auth_methods_supported",
        Some("client_secret_post"),
        authenticates,
        PROVEN,
    ),
    row(
        AS,
        "token_endpoint_auth_methods_supported",
        Some("private_key_jwt"),
        authenticates,
        PROVEN,
    ),
    row(
        AS,
        "token_endpoint_auth_signing_alg_values_supported",
        None,
        signs,
        PROVEN,
    ),
    row(
        AS,
        "revocation_endpoint_auth_methods_supported",
        Some("none"),
        revokes,
        ALL,
    ),
    row(
        AS,
        "revocation_endpoint_auth_methods_supported",
        Some("client_secret_basic"),
        authenticates,
        PROVEN,
    ),
    row(
        AS,
        "revocation_endpoint_auth_methods_supported",
        Some("client_secret_post"),
        authenticates,
        PROVEN,
    ),
    row(
        AS,
        "revocation_endpoint_auth_methods_supported",
        Some("private_key_jwt"),
        authenticates,
        PROVEN,
    ),
    row(
        AS,
        "revocation_endpoint_auth_signing_alg_values_supported",
        None,
        signs,
        PROVEN,
    ),
    row(
        AS,
        "introspection_endpoint_auth_methods_supported",
        Some("client_secret_basic"),
        authenticates,
        PROVEN,
    ),
    row(
        AS,
        "introspection_endpoint_auth_methods_supported",
        Some("client_secret_post"),
        authenticates,
        PROVEN,
    ),
    row(
        AS,
        "introspection_endpoint_auth_methods_supported",
        Some("private_key_jwt"),
        authenticates,
        PROVEN,
    ),
    row(
        AS,
        "introspection_endpoint_auth_signing_alg_values_supported",
        None,
        signs,
        PROVEN,
    ),
    row(
        AS,
        "code_challenge_methods_supported",
        Some("S256"),
        with_pkce,
        ALL,
    ),
    row(
        AS,
        "authorization_response_iss_parameter_supported",
        Some("true"),
        names_issuer,
        ALL,
    ),
    row(
        AS,
        "request_uri_parameter_supported",
        Some("false"),
        takes_no_request_uri,
        ALL,
    ),
    row(HOST, "resource", None, for_resource, ALL),
    row(HOST, "authorization_servers", None, leads_to_server, ALL),
    row(
        HOST,
        "bearer_methods_supported",
        Some("header"),
        in_header_alone,
        ALL,
    ),
    row(HOST, "resource_name", None, is_name, ALL),
    row(HOST, "scopes_supported", None, with_scope, ALL),
    row(SESSION, "resource", None, for_resource, ALL),
    row(SESSION, "authorization_servers", None, leads_to_server, ALL),
    row(
        SESSION,
        "bearer_methods_supported",
        Some("header"),
        in_header_alone,
        ALL,
    ),
    row(SESSION, "resource_name", None, is_name, ALL),
    row(SESSION, "scopes_supported", None, opens_session, ALL),
    row(PACC, "protocols/jmap/url", None, leads_to_session, ALL),
    row(
        PACC,
        "authentication/oauth-public/issuer",
        None,
        leads_to_server,
        ALL,
    ),
    row(PACC, "info/provider/name", None, is_name, ALL),
    row(JMAP, "location", None, leads_to_session, ALL),
];
