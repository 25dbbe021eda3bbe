//! What can be done about a refusal.
//!
//! A finding says what is wrong. These sentences say who can change that, and where. They are for administrators: the answer to
//! a client has none of them.

/// What an administrator or the client's author can do about a finding with this code, or an answer with this error code.
pub fn advice(code: &str) -> Option<&'static str> {
    let mut table = ADVICE.iter();
    let (_, advice) = table.find(|(codes, _)| codes.contains(&code))?;
    Some(advice)
}

/// Codes of findings, of the server's own refusals and of answers, each with what can be done.
const ADVICE: &[(&[&str], &str)] = &[
    // Who may use a client, and which.
    (
        &["client-unknown"],
        "No client with this id is registered here: correct the id in the program's settings, let the program register itself, or \
         register it under Register by hand. If it was removed because nobody used it, let it register again.",
    ),
    (
        &["client-disabled"],
        "An administrator shut the client out: enable it on its page, or take its id off the denied ids in the settings.",
    ),
    (
        &["client-shut-out"],
        "The client is registered, and the settings shut it out: take its id off denied-clients, or look at what its page says of it.",
    ),
    (
        &["client-deleted", "client-denied"],
        "The client was deleted or is denied, and stays shut out: register it anew under Register by hand if it is to be used again.",
    ),
    (
        &["client-waits"],
        "The client waits for an administrator: look at what it registered, and approve or deny it on its page.",
    ),
    (
        &["client-not-waiting"],
        "The client was approved already: delete it on its page if it should not be used.",
    ),
    (
        &[
            "client-unnamed",
            "client-named-twice",
            "client-id-characters",
        ],
        "The program sends no client id that can be one: correct the id in the program's settings, or tell its author.",
    ),
    (
        &["client-document-unread", "documents-off"],
        "The client's id is a URL: its document has to be reachable from this server, and the settings have to allow such ids.",
    ),
    (
        &["client-unregistered", "client-overridden"],
        "The client works without a registration: register it under Register by hand before the setting require is switched on.",
    ),
    (
        &[
            "client-never-authorised",
            "client-gave-way",
            "client-never-used",
            "client-idle",
            "client-waited",
            "client-secret-long-over",
        ],
        "The client was removed because it was not used, or not approved in time: let the program register again, or register it under Register by hand, \
         where it is kept.",
    ),
    // Redirects.
    (
        &["redirect-uri-unregistered", "redirect-uri-compared"],
        "The redirect URI has to be one that the client registered: correct it in the program's settings, or add the URI that \
         was asked for to the client if it leads to this program and to nobody else.",
    ),
    (
        &["redirect-uri-unnamed"],
        "The client registered several redirect URIs, or none: the program has to send the one that it wants as redirect_uri.",
    ),
    (
        &["redirect-uri-unsound"],
        "This redirect URI is not safe to send a code to: the program needs another one, such as http://127.0.0.1/ or an https URL.",
    ),
    (
        &["redirect-unasked"],
        "The user saw a page with a link in place of a redirect, because nobody answers for this client: register it by hand \
         if its redirects are to be followed at once.",
    ),
    // Authorization and token requests.
    (
        &[
            "scope-none",
            "scope-lacking",
            "scope-malformed",
            "invalid_scope",
            "insufficient_scope",
        ],
        "The program asks for a scope that it may not have: correct the scope in the program's settings, or add it to the client \
         and, if it is missing there, to the scopes in the settings.",
    ),
    (
        &["scope-cut"],
        "The program got less than it asked for: add the missing scope to the client if it should have it.",
    ),
    (
        &[
            "response-type-missing",
            "response-type-unknown",
            "response-mode",
        ],
        "The program uses a flow that this server does not have: its author has to use the authorization code flow, \
         response_type=code with the answer in the query.",
    ),
    (
        &[
            "response-type-unregistered",
            "grant-type-unregistered",
            "unauthorized_client",
        ],
        "The client did not register this flow: add the grant type to its grant_types and the response type to its response_types, \
         if the program should use it.",
    ),
    (
        &[
            "grant-type-missing",
            "grant-type-unknown",
            "unsupported_grant_type",
        ],
        "The program uses a grant type that is not offered: correct it in the program's settings, or offer it in grant-types in the \
         settings of this server.",
    ),
    (
        &["pkce-missing", "pkce-method", "pkce-syntax"],
        "The program does not use PKCE as it must: switch on PKCE with the method S256 in the program's settings, or update the program.",
    ),
    (
        &["resource-unknown", "invalid_target"],
        "The program asks for a token for a resource that this server does not protect: correct the resource in the program's settings, \
         or add it to resources in the settings.",
    ),
    (
        &["request-object", "request-object-uri"],
        "The program sends its request as a signed object, which this server does not read: switch that off in the program.",
    ),
    (
        &["push-required"],
        "The client registered that it pushes its requests, and did not: remove require_pushed_authorization_requests from the client.",
    ),
    (
        &[
            "parameters-too-many",
            "parameters-encoding",
            "parameter-twice",
            "invalid_request",
        ],
        "The program sends a request that is not well-formed: its author has to correct it; the answer says what is wrong.",
    ),
    // Client authentication.
    (
        &["client-method-wrong", "client-methods-several"],
        "The program authenticates in another way than the client registered: choose the registered method in the program's settings, \
         or change token_endpoint_auth_method of the client to the one that it uses.",
    ),
    (
        &["client-method-gone", "client-method-tls"],
        "The client's way to authenticate is not offered: change token_endpoint_auth_method of the client, or offer the method in the settings.",
    ),
    (
        &[
            "client-secret-wrong",
            "client-header-malformed",
            "client-has-no-secret",
            "invalid_client",
        ],
        "The client could not prove who it is: enter its id and its secret in the program again; if the secret is lost, make a new one \
         on the client's page.",
    ),
    (
        &["client-secret-expired"],
        "The client's secret is over: make a new one on the client's page and enter it in the program.",
    ),
    (
        &[
            "assertion-type",
            "assertion-syntax",
            "assertion-algorithm",
            "assertion-signature",
            "assertion-client",
            "assertion-audience",
            "assertion-time",
            "assertion-id",
        ],
        "The client's signed assertion is not good: compare its key with the client's jwks, its aud with the issuer of this server, and the \
         clocks of both machines.",
    ),
    (
        &["keys-unread"],
        "The client's keys could not be read at its jwks_uri: the address has to be reachable from this server; the log says why it is not.",
    ),
    (
        &["invalid_grant"],
        "What the program presented has expired, was used, or belongs to another request or client: let the user sign in again in the \
         program. If it happens each time, the program loses its code verifier, or sends another redirect URI than before.",
    ),
    (
        &[
            "code-reused",
            "refresh-token-reused",
            "device-code-reused",
            "access-token-reused",
        ],
        "A code or token was used twice, so that all that was issued with it is revoked: let the user sign in again. If it happens again, \
         two copies of the program share one sign-in, or somebody has stolen it.",
    ),
    (
        &["refresh-token-repeated"],
        "Nothing has to be done: the program lost an answer, and got another one.",
    ),
    (
        &["access_denied"],
        "The user refused. If that was a mistake, let the user begin again in the program.",
    ),
    (
        &["expired_token"],
        "The user did not enter the device's code in time: let the device show another one.",
    ),
    (
        &["slow_down"],
        "The device asks too often: its author has to wait five seconds longer after this answer.",
    ),
    (
        &["invalid_token"],
        "The token has expired, was revoked, or is for another resource: let the user sign in again in the program.",
    ),
    // Registration and its management.
    (
        &[
            "credential-missing",
            "credential-scheme",
            "credential-malformed",
        ],
        "The program sent no API key: make one under API keys and enter it in the program, or set anonymous in the settings if programs \
         may register without one.",
    ),
    (
        &["credential-rejected"],
        "The API key is not one that is good here: make a new one under API keys and enter it in the program.",
    ),
    (
        &[
            "permission-missing",
            "permission-get-missing",
            "permission-create-missing",
            "permission-update-missing",
            "permission-delete-missing",
        ],
        "The API key or the account lacks a permission: make a key that has it, or give the permission to the account.",
    ),
    (
        &["terms-expired", "quota-key", "network-not-allowed"],
        "The terms of the API key, or the networks in the settings, do not allow this: make another key under API keys, or change the settings.",
    ),
    (
        &[
            "quota-account",
            "quota-address",
            "quota-wider-network",
            "quota-anonymous",
            "quota-total",
        ],
        "A limit on registrations is reached: delete clients that nobody uses, wait until the window is over, or raise the limit in the settings.",
    ),
    (
        &["client-id-taken"],
        "Another client has this id: choose another one, or change that client on its page.",
    ),
    (
        &[
            "client-not-found",
            "token-missing",
            "token-of-nobody",
            "token-wrong",
        ],
        "The program cannot manage this registration: it was deleted, or the program lost its registration access token. Let it register again, or give it a new token: the client's page and the command client rotate-token make one.",
    ),
    (
        &["client-fixed"],
        "The client cannot be changed because its id stands for what it registered: let the program register again.",
    ),
    (
        &[
            "statement-not-approved",
            "statement-signature",
            "statement-algorithm",
            "statement-audience",
            "statement-claim-type",
            "statement-syntax",
            "statement-time",
        ],
        "The software statement is not one that this server takes: compare its issuer and key with software-statements in the settings, \
         or let its publisher issue a new one.",
    ),
    (
        &["invalid_client_metadata", "invalid_redirect_uri"],
        "The program registers metadata that this server does not take: its author has to change the members that are named here. The form \
         Register by hand shows the same findings for a corrected registration, and Policy shows the rules.",
    ),
    // Documents that clients name.
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
        "A document of the client's could not be fetched: its address has to be public, reachable from this server, and answer with 200 and \
         JSON; the log on standard error says what happened.",
    ),
    // What the server itself refuses.
    (
        &["password-wrong"],
        "Somebody entered a wrong name or password: if it was the user, give the account a new password or tell the right name; if there are \
         many from one address, somebody is guessing.",
    ),
    (
        &["too-many-attempts"],
        "There were too many wrong passwords or codes: the user waits as long as the page says. From an address where the user signed in \
         before, the account is not locked.",
    ),
    (
        &["too-many-requests"],
        "Too many requests came from this address: raise limits.requests-per-minute in the settings; if all users have this address, \
         a proxy is missing in server.trusted-proxies.",
    ),
    (
        &["form-out-of-date"],
        "A form was sent from an old page, or from another site: let the user reload the page; the browser has to accept cookies, and the \
         address in its address bar has to be server.public-url.",
    ),
    (
        &["host-header"],
        "The request does not say which host it is for: a proxy in front has to pass on one Host header.",
    ),
    (
        &["path-unknown"],
        "There is no such endpoint: enter the issuer, or the address that the answer names, in the program's settings.",
    ),
    (
        &["method-not-allowed"],
        "The program uses the wrong HTTP method for this endpoint: its author has to use one of those in the answer's Allow header.",
    ),
    (
        &[
            "body-media-type",
            "body-coding",
            "body-too-large",
            "body-too-slow",
            "body-incomplete",
        ],
        "The body did not arrive as it has to be: the program's author has to correct its content type, encoding or length; if it broke off or was \
         slow, look at the network and at the proxy in front.",
    ),
    (
        &["client-changed"],
        "Somebody else changed the client in the meantime: look at it again, and repeat the change.",
    ),
    (
        &[
            "unavailable",
            "server-failed",
            "temporarily_unavailable",
            "server_error",
        ],
        "The server could not do its part: the log on standard error has the cause under the number of this event.",
    ),
    (
        &["client-went-away"],
        "The program or the proxy in front gave up before the answer came: look at its timeout, and at how busy this server is.",
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::observe::event::meaning;
    use crate::observe::event::meaning::CATALOGUE;

    /// The codes of the plugin's findings, each with its error code.
    fn catalogue() -> Vec<(&'static str, &'static str)> {
        let rows = CATALOGUE.lines().filter(|line| line.starts_with("| `"));
        let rows = rows.map(|row| {
            let cells: Vec<&str> = row.split('`').collect();
            (cells[1], cells[3])
        });
        rows.collect()
    }

    /// Findings on metadata say what to change; all others are explained here.
    #[test]
    fn there_is_advice_for_each_code() {
        let all = catalogue();
        assert!(all.len() > 150, "{}", all.len());
        for (code, error) in all {
            let is_known = advice(code).or_else(|| match error {
                "invalid_client_metadata" | "invalid_redirect_uri" => advice(error),
                _ => None,
            });
            assert!(is_known.is_some(), "{code} ({error}) has no advice");
            assert!(
                meaning(code).is_some_and(|text| text.ends_with('.')),
                "{code}"
            );
        }
    }

    #[test]
    fn each_code_is_there_once_and_each_sentence_is_whole() {
        let mut seen = BTreeSet::new();
        for (codes, advice) in ADVICE {
            assert!(advice.ends_with('.') && !advice.contains("  "), "{advice}");
            for code in *codes {
                assert!(seen.insert(code), "{code} is there twice");
                let meaning = meaning(code);
                assert!(
                    meaning.is_some_and(|text| text.ends_with('.') && text != *advice),
                    "{code} has no meaning of its own"
                );
            }
        }
    }
}
