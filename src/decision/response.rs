//! Makes the HTTP responses (RFC 7591 §3.2, RFC 6750 §3).

use std::borrow::Cow;

use serde::Serialize;
use serde_json::value::RawValue;

use crate::diagnostic::{Diagnostic, ErrorCode, Findings};
use crate::permission::AUTHENTICATE;

use super::{Decision, Header, Response};

/// The challenge for a client that failed to authenticate with HTTP Basic (RFC 6749 §5.2).
pub(crate) const BASIC_CHALLENGE: &str = "Basic realm=\"clients\"";

/// Makes a response with a JSON body that must not be cached (requirements B1).
pub(crate) fn json(status: u16, body: String) -> Response {
    Response {
        status,
        headers: vec![
            header("Content-Type", "application/json"),
            header("Cache-Control", "no-store"),
            header("Pragma", "no-cache"),
        ],
        body,
    }
}

/// Makes a response without a body that must not be cached.
pub(crate) fn nothing(status: u16) -> Response {
    let mut response = json(status, String::new());
    response
        .headers
        .retain(|header| header.name != "Content-Type");
    response
}

/// Serialises a value whose serialisation cannot fail, because all its maps have string keys.
pub(crate) fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("the value has string keys, and nothing in it fails")
}

/// Joins two JSON objects into one. They must not have members with the same name, and the first
/// must not be empty.
pub(crate) fn joined(first: &impl Serialize, second: &RawValue) -> String {
    let mut object = to_json(first);
    let members = second.get().trim_start_matches('{');
    object.pop();
    if members != "}" {
        object.push(',');
    }
    object.push_str(members);
    object
}

/// Makes a refusal with all findings. There must be an error among them.
pub(crate) fn refusal(findings: Findings) -> Decision {
    let error = findings.first_error().expect("a refusal is about an error");
    let diagnostics = findings.into_diagnostics();
    let description = describe(&diagnostics);
    let body = to_json(&ErrorBody {
        error: error.name(),
        error_description: &description,
        diagnostics: &diagnostics,
    });
    let mut response = json(error.status(), body);
    if let Some(challenge) = challenge(error, &description) {
        response.headers.push(header("WWW-Authenticate", challenge));
    }
    Decision::refuse(response, diagnostics)
}

/// Makes a refusal that asks the client to try again after some seconds (requirements B7).
pub(crate) fn refusal_until(findings: Findings, retry_after: Option<u64>) -> Decision {
    let mut decision = refusal(findings);
    if let Some(seconds) = retry_after {
        let field = header("Retry-After", seconds.to_string());
        decision.response.headers.push(field);
    }
    decision
}

/// Makes a refusal whose response does not contain the reason. The reason is in the diagnostics,
/// which only the host reads.
pub(crate) fn opaque(
    findings: Findings,
    error: ErrorCode,
    description: &'static str,
    challenge: Option<String>,
) -> Decision {
    #[derive(Serialize)]
    struct Body {
        error: &'static str,
        error_description: &'static str,
    }
    let body = to_json(&Body {
        error: error.name(),
        error_description: description,
    });
    let mut response = json(error.status(), body);
    if let Some(challenge) = challenge {
        response.headers.push(header("WWW-Authenticate", challenge));
    }
    Decision::refuse(response, findings.into_diagnostics())
}

/// Describes the first finding in the characters that RFC 6749 §5.2 allows: no quote and no
/// backslash.
pub(crate) fn describe(diagnostics: &[Diagnostic]) -> String {
    let Some(first) = diagnostics.first() else {
        return String::new();
    };
    let place = match first.pointer.strip_prefix('/') {
        Some(place) => format!("{place}: "),
        None => String::new(),
    };
    place
        .chars()
        .chain(first.message.chars())
        .map(|c| match c {
            ' '..='!' | '#'..='[' | ']'..='~' => c,
            _ => '?',
        })
        .collect()
}

/// Returns the challenge for an error (RFC 6750 §3). It has no error code if the request had no
/// token.
pub(crate) fn challenge(error: ErrorCode, description: &str) -> Option<String> {
    const REALM: &str = "Bearer realm=\"client registration\"";
    let name = error.name();
    match error {
        ErrorCode::MissingToken => Some(REALM.to_owned()),
        ErrorCode::InvalidToken | ErrorCode::MalformedToken => Some(format!(
            "{REALM}, error=\"{name}\", error_description=\"{description}\""
        )),
        ErrorCode::InsufficientScope(permission) => Some(format!(
            "{REALM}, error=\"{name}\", error_description=\"{description}\", scope=\"{AUTHENTICATE} {permission}\""
        )),
        _ => None,
    }
}

pub(crate) fn header(name: &'static str, value: impl Into<Cow<'static, str>>) -> Header {
    Header {
        name,
        value: value.into(),
    }
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    error: &'static str,
    error_description: &'a str,
    diagnostics: &'a [Diagnostic],
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::decision::Outcome;
    use crate::diagnostic::{Place, rule};

    use super::*;

    #[test]
    fn refusals() {
        for (rule, status, error, challenge) in [
            (&rule::MEMBER_TYPE, 400, "invalid_client_metadata", None),
            (&rule::REDIRECT_URI_HTTP, 400, "invalid_redirect_uri", None),
            (
                &rule::CREDENTIAL_MISSING,
                401,
                "invalid_token",
                Some("Bearer realm=\"client registration\""),
            ),
            (
                &rule::CREDENTIAL_SCHEME,
                401,
                "invalid_token",
                Some("Bearer realm=\"client registration\""),
            ),
            (
                &rule::CREDENTIAL_REJECTED,
                401,
                "invalid_token",
                Some("error=\"invalid_token\""),
            ),
            (
                &rule::CREDENTIAL_MALFORMED,
                400,
                "invalid_request",
                Some("error=\"invalid_request\""),
            ),
            (
                &rule::PERMISSION_MISSING,
                403,
                "insufficient_scope",
                Some("scope=\"authenticate oauth-client-registration\""),
            ),
            (&rule::QUOTA_TOTAL, 429, "temporarily_unavailable", None),
        ] {
            let mut findings = Findings::default();
            findings.error(rule, Place::Document);
            let decision = refusal(findings);
            let response = decision.response;
            assert_eq!(response.status, status, "{}", rule.code);
            let body = format!("{{\"error\":\"{error}\"");
            assert!(response.body.starts_with(&body), "{}", response.body);
            let find = |name| response.headers.iter().find(|h| h.name == name);
            let sent = find("WWW-Authenticate").map(|h| h.value.as_ref());
            assert_eq!(sent.is_some(), challenge.is_some(), "{}", rule.code);
            if let (Some(sent), Some(part)) = (sent, challenge) {
                assert!(sent.contains(part), "{sent}");
            }
        }
    }

    #[test]
    fn no_code_where_no_token_was_sent() {
        let mut findings = Findings::default();
        findings.error(&rule::CREDENTIAL_MISSING, Place::Document);
        let headers = refusal(findings).response.headers;
        assert!(headers.iter().all(|h| !h.value.contains("error")));
    }

    #[test]
    fn some_refusals_do_not_say_why() {
        const DESCRIPTION: &str = "The client could not be authenticated.";
        for challenge in [None, Some("Basic realm=\"clients\"".to_owned())] {
            let [one, other] = [&rule::CREDENTIAL_REJECTED, &rule::QUOTA_TOTAL].map(|rule| {
                let mut findings = Findings::default();
                findings.error(rule, Place::Document);
                opaque(
                    findings,
                    ErrorCode::InvalidClient,
                    DESCRIPTION,
                    challenge.clone(),
                )
            });
            assert_eq!(one.response, other.response);
            assert_ne!(one.diagnostics, other.diagnostics);
            assert_eq!(one.outcome, Outcome::Refuse);
            assert_eq!(one.response.status, 401);
            let body =
                format!(r#"{{"error":"invalid_client","error_description":"{DESCRIPTION}"}}"#);
            assert_eq!(one.response.body, body);
            let mut headers = one.response.headers.iter();
            let sent = headers.find(|h| h.name == "WWW-Authenticate");
            assert_eq!(sent.map(|h| h.value.to_string()), challenge);
        }
    }

    #[test]
    fn objects_are_joined() {
        let raw = |json: &str| RawValue::from_string(json.to_owned()).unwrap();
        let first = [("a", "}")].into_iter().collect::<BTreeMap<_, _>>();
        assert_eq!(joined(&first, &raw("{}")), r#"{"a":"}"}"#);
        assert_eq!(
            joined(&first, &raw(r#"{"b":{"c":[]}}"#)),
            r#"{"a":"}","b":{"c":[]}}"#
        );
    }

    #[test]
    fn descriptions_keep_to_their_characters() {
        let mut findings = Findings::default();
        findings.error(&rule::MEMBER_TYPE, Place::top("a\"\\\n\u{202e}é"));
        let diagnostics = findings.into_diagnostics();
        assert_eq!(
            describe(&diagnostics),
            "a?????: The member has the wrong type."
        );
    }
}
