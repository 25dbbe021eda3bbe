//! What the codes of refusals mean.
//!
//! The plugin's findings are described in their catalogue. The server's own codes, and the error codes of answers, are described
//! here.

/// What a code means, in a sentence.
pub fn meaning(code: &str) -> Option<&'static str> {
    catalogued(code).or_else(|| {
        let mut table = OTHERS.iter();
        let (_, meaning) = table.find(|(codes, _)| codes.contains(&code))?;
        Some(*meaning)
    })
}

/// What a code of the plugin's means.
fn catalogued(code: &str) -> Option<&'static str> {
    let start = format!("| `{code}` |");
    let row = CATALOGUE.lines().find(|line| line.starts_with(&start))?;
    row.strip_suffix(" |")?.rsplit(" | ").next()
}

/// All codes of the plugin's, a row each.
pub(super) const CATALOGUE: &str = include_str!("../../../../docs/diagnostics.md");

/// What the other codes mean.
const OTHERS: &[(&[&str], &str)] = &[
    (&["access_denied"], "The user refused."),
    (
        &[
            "access-token-reused",
            "code-reused",
            "device-code-reused",
            "refresh-token-reused",
        ],
        "A code or a token was used twice, and all that was issued with it is revoked.",
    ),
    (
        &["refresh-token-repeated"],
        "A refresh token was exchanged once more, because the answer to the first time was lost.",
    ),
    (
        &["body-media-type"],
        "The body has a content type that the endpoint does not take.",
    ),
    (
        &["body-coding"],
        "The body has a content encoding that the endpoint does not take.",
    ),
    (&["body-too-large"], "The body is too large."),
    (&["body-too-slow"], "The body did not arrive in time."),
    (&["body-incomplete"], "The body did not arrive as a whole."),
    (
        &["client-changed"],
        "Somebody else changed the client in the meantime.",
    ),
    (
        &["client-deleted"],
        "The client was deleted, and its id is used by nobody else.",
    ),
    (
        &["client-shut-out"],
        "The client is registered, and the settings in force do not let it in.",
    ),
    (
        &["client-went-away"],
        "The client closed the connection before it was answered.",
    ),
    (
        &["expired_token"],
        "The device's code expired before the user entered it.",
    ),
    (
        &[
            "fetch-off",
            "fetch-uri",
            "fetch-busy",
            "fetch-too-often",
            "fetch-unresolved",
            "fetch-address",
            "fetch-unreachable",
            "fetch-tls",
            "fetch-timeout",
            "fetch-malformed",
            "fetch-redirect",
            "fetch-status",
            "fetch-content-type",
            "fetch-encoded",
            "fetch-too-large",
        ],
        "A document of the client's could not be fetched.",
    ),
    (
        &["form-out-of-date"],
        "A form was sent from an old page, or from another site.",
    ),
    (&["host-header"], "The request does not name one host."),
    (
        &["insufficient_scope"],
        "The token or the API key does not allow this request.",
    ),
    (&["invalid_client"], "The client could not prove who it is."),
    (
        &["invalid_client_metadata"],
        "The metadata of the client is not allowed.",
    ),
    (
        &["invalid_redirect_uri"],
        "A redirect URI of the client is not allowed.",
    ),
    (
        &["invalid_grant"],
        "What the program presented has expired, was used, or belongs to another request or client.",
    ),
    (&["invalid_request"], "The request is not well-formed."),
    (
        &["invalid_scope"],
        "The program asked for a scope that it may not have.",
    ),
    (
        &["invalid_target"],
        "The program asked for a token for a resource that this server does not protect.",
    ),
    (
        &["invalid_token"],
        "The token has expired, was revoked, or is none of this server's.",
    ),
    (
        &["method-not-allowed"],
        "The endpoint does not take this HTTP method.",
    ),
    (
        &["password-wrong"],
        "A name or a password was wrong, or the account may not sign in.",
    ),
    (&["path-unknown"], "There is no endpoint at this path."),
    (
        &["server-failed", "server_error"],
        "The server could not answer because of an error of its own.",
    ),
    (
        &["slow_down"],
        "The device asked again before its interval was over.",
    ),
    (
        &["unavailable", "temporarily_unavailable"],
        "The server could not answer in time.",
    ),
    (
        &["too-many-attempts"],
        "There were too many wrong passwords or codes.",
    ),
    (
        &["too-many-requests"],
        "Too many requests came from one address.",
    ),
    (
        &["unauthorized_client"],
        "The client did not register this flow.",
    ),
    (
        &["unsupported_grant_type"],
        "The program uses a grant type that is not offered.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_code_means() {
        for (code, expected) in [
            (
                "assertion-signature",
                Some("No key of the client verifies the assertion."),
            ),
            ("assertion", None),
            (
                "slow_down",
                Some("The device asked again before its interval was over."),
            ),
            ("nothing", None),
        ] {
            assert_eq!(meaning(code), expected, "{code}");
        }
    }
}
