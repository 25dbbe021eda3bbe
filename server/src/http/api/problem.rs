//! What went wrong, as a problem document (RFC 9457).

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use gatepost_directory::Permission;
use gatepost_plugin::{Caller, Credential, Decision, Diagnostic, SettingFinding, Severity};
use serde_json::{Map, Value, json};

use crate::decide::response;
use crate::http::shared::administration::NotDone;
use crate::http::shared::refusal::Refusal;

/// Why a request is not done.
#[derive(Debug)]
pub(in crate::http) enum Problem {
    /// The plugin refused, and says why.
    Refused(Box<Decision>),
    /// The request could not be tried.
    Refusal(Refusal),
    /// The caller is nobody, or may not do this.
    Denied(Credential, Permission),
    /// The key would allow what its maker may not do.
    Escalation(Permission),
    /// The caller's own key has terms.
    Bound,
    /// The terms of a key have mistakes.
    Terms(Vec<SettingFinding>),
    /// There is nothing here.
    Missing,
    /// This is not asked for by this method.
    Method(&'static str),
    /// A part of the request cannot be understood.
    Malformed(String),
}

impl Problem {
    /// Why something is not done that this caller asked for.
    pub(super) fn of(not_done: NotDone, caller: &Caller) -> Self {
        match not_done {
            NotDone::Denied(permission) => Self::Denied(caller.credential, permission),
            NotDone::Escalation(permission) => Self::Escalation(permission),
            NotDone::Bound => Self::Bound,
            NotDone::Malformed(detail) => Self::Malformed(detail),
            NotDone::Terms(findings) => Self::Terms(findings),
            NotDone::Missing => Self::Missing,
            NotDone::Untried(refusal) => Self::Refusal(refusal),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::Refusal(refusal)
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::Malformed(rejection.body_text())
    }
}

impl From<PathRejection> for Problem {
    fn from(_: PathRejection) -> Self {
        Self::Missing
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut headers = HeaderMap::new();
        let mut members = Map::new();
        let (status, detail) = match self {
            Self::Refused(decision) => {
                let Some((status, said)) = response::head(&decision.response) else {
                    return Self::Refusal(Refusal::Failed).into_response();
                };
                for name in [header::WWW_AUTHENTICATE, header::RETRY_AFTER] {
                    for value in said.get_all(&name) {
                        headers.append(name.clone(), value.clone());
                    }
                }
                let first = decision.diagnostics.first();
                let detail = first.map(|finding| finding.message.clone());
                members.insert("findings".into(), findings(&decision.diagnostics));
                (status, detail.unwrap_or_default())
            }
            Self::Refusal(refusal) => {
                let (status, _, detail, extra) = refusal.said();
                if let Some((name, value)) = extra {
                    headers.insert(name, value);
                }
                (status, detail)
            }
            Self::Denied(credential, permission) => {
                let (status, detail, challenge) = denied(credential, permission);
                let (name, value) = challenge;
                headers.insert(name, value);
                (status, detail)
            }
            Self::Escalation(permission) => (
                StatusCode::FORBIDDEN,
                format!(
                    "A key cannot allow `{}`, which its maker may not do.",
                    permission.name()
                ),
            ),
            Self::Bound => (
                StatusCode::FORBIDDEN,
                "A key that has terms makes no keys.".to_owned(),
            ),
            Self::Terms(found) => {
                let found = found.iter().map(|finding| {
                    json!({
                        "path": finding.path,
                        "message": finding.message,
                        "allowed": finding.allowed,
                    })
                });
                members.insert("terms".into(), found.collect());
                (
                    StatusCode::BAD_REQUEST,
                    "The terms of the key have mistakes.".to_owned(),
                )
            }
            Self::Missing => (StatusCode::NOT_FOUND, "There is nothing here.".to_owned()),
            Self::Method(allowed) => {
                headers.insert(header::ALLOW, HeaderValue::from_static(allowed));
                (
                    StatusCode::METHOD_NOT_ALLOWED,
                    format!("The methods here are {allowed}."),
                )
            }
            Self::Malformed(detail) => (StatusCode::BAD_REQUEST, detail),
        };
        members.insert("type".into(), "about:blank".into());
        members.insert("title".into(), status.canonical_reason().into());
        members.insert("status".into(), status.as_u16().into());
        members.insert("detail".into(), detail.into());
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        (status, headers, Value::Object(members).to_string()).into_response()
    }
}

/// RFC 6750 §3: who shows nothing is told nothing but what to show.
fn denied(
    credential: Credential,
    permission: Permission,
) -> (StatusCode, String, (HeaderName, HeaderValue)) {
    let (status, detail, challenge) = match credential {
        Credential::Missing | Credential::OtherScheme => (
            StatusCode::UNAUTHORIZED,
            "Send an API key as Authorization: Bearer KEY.".to_owned(),
            "Bearer realm=\"administration\"".to_owned(),
        ),
        // RFC 6750 §3.1
        Credential::Malformed => (
            StatusCode::BAD_REQUEST,
            "There has to be one Authorization header, as Bearer KEY.".to_owned(),
            "Bearer realm=\"administration\", error=\"invalid_request\"".to_owned(),
        ),
        Credential::Rejected => (
            StatusCode::UNAUTHORIZED,
            "The API key is not one that is good here.".to_owned(),
            "Bearer realm=\"administration\", error=\"invalid_token\"".to_owned(),
        ),
        Credential::Accepted => {
            let needed = permission.name();
            (
                StatusCode::FORBIDDEN,
                format!("The key needs the permissions authenticate and {needed}."),
                format!(
                    "Bearer realm=\"administration\", error=\"insufficient_scope\", \
                     scope=\"authenticate {needed}\""
                ),
            )
        }
    };
    // The names of permissions are letters and hyphens.
    let challenge =
        HeaderValue::try_from(challenge).unwrap_or_else(|_| HeaderValue::from_static("Bearer"));
    (status, detail, (header::WWW_AUTHENTICATE, challenge))
}

/// What was found, as the plugin's own answers have it.
pub(super) fn findings(found: &[Diagnostic]) -> Value {
    let found = found.iter().map(|finding| {
        json!({
            "code": finding.code,
            "pointer": finding.pointer,
            "message": finding.message,
            "reference": finding.reference,
            "severity": match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Note => "note",
            },
        })
    });
    found.collect()
}
