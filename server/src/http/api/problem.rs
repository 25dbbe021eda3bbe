//! What went wrong, as a problem document (RFC 9457).

use axum::Extension;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use gatepost_directory::Permission;
use gatepost_plugin::{Credential, Decision, Diagnostic, SettingFinding, Severity};
use serde_json::{Map, Value, json};

use crate::decide::response;
use crate::http::shared::administration::NotDone;
use crate::http::shared::refusal::Refusal;
use crate::observe::event::Told;

/// Why a request is not done.
#[derive(Debug)]
pub(in crate::http) enum Problem {
    /// The plugin refused, and says why.
    Refused(Box<Decision>),
    /// The request could not be tried.
    Refusal(Refusal),
    /// The caller does not show an API key that is good.
    Unproven(Credential),
    /// The caller may not do this.
    Denied(Permission),
    /// The key would allow what its maker may not do.
    Escalation(Permission),
    /// The key would act for somebody else than its maker.
    Foreign,
    /// The caller's account or key ended just now.
    Ended,
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
    /// The request does not say what it is about as it was looked at.
    Unconditional,
}

impl Problem {
    /// Why something is not done that somebody with an API key asked for.
    pub(super) fn of(not_done: NotDone) -> Self {
        match not_done {
            NotDone::Denied(permission) => Self::Denied(permission),
            NotDone::Escalation(permission) => Self::Escalation(permission),
            NotDone::Foreign => Self::Foreign,
            NotDone::Ended => Self::Ended,
            NotDone::Bound => Self::Bound,
            NotDone::Malformed(_, detail) => Self::Malformed(detail),
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
        let refusal = match &self {
            Self::Refusal(refusal) => Some(refusal.told()),
            _ => None,
        };
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
            Self::Unproven(credential) => {
                let (status, detail, challenge) = unproven(credential);
                let challenge = HeaderValue::from_static(challenge);
                headers.insert(header::WWW_AUTHENTICATE, challenge);
                (status, detail.to_owned())
            }
            Self::Denied(permission) => {
                let needed = permission.name();
                let challenge = format!(
                    "Bearer realm=\"administration\", error=\"insufficient_scope\", \
                     scope=\"authenticate {needed}\""
                );
                // The names of permissions are letters and hyphens.
                if let Ok(challenge) = HeaderValue::try_from(challenge) {
                    headers.insert(header::WWW_AUTHENTICATE, challenge);
                }
                (
                    StatusCode::FORBIDDEN,
                    format!("The key needs the permissions authenticate and {needed}."),
                )
            }
            Self::Escalation(permission) => (
                StatusCode::FORBIDDEN,
                format!(
                    "A key cannot allow `{}`, which its maker may not do.",
                    permission.name()
                ),
            ),
            Self::Foreign => (
                StatusCode::FORBIDDEN,
                "A key can act for its maker's own account only.".to_owned(),
            ),
            Self::Ended => (
                StatusCode::FORBIDDEN,
                "The key that was sent has just ended.".to_owned(),
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
            // RFC 6585 §3
            Self::Unconditional => (
                StatusCode::PRECONDITION_REQUIRED,
                "Send `If-Match` with the revision of the client that was looked at, as `ETag` gave it.".to_owned(),
            ),
        };
        members.insert("type".into(), "about:blank".into());
        members.insert("title".into(), status.canonical_reason().into());
        members.insert("status".into(), status.as_u16().into());
        let told = refusal.unwrap_or_else(|| Told {
            code: None,
            error: None,
            description: detail.clone().into(),
        });
        members.insert("detail".into(), detail.into());
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        let body = Value::Object(members).to_string();
        (status, headers, Extension(told), body).into_response()
    }
}

/// RFC 6750 §3: who shows nothing is told nothing but what to show.
const fn unproven(credential: Credential) -> (StatusCode, &'static str, &'static str) {
    match credential {
        Credential::Missing | Credential::OtherScheme => (
            StatusCode::UNAUTHORIZED,
            "Send an API key as Authorization: Bearer KEY.",
            "Bearer realm=\"administration\"",
        ),
        // RFC 6750 §3.1
        Credential::Malformed => (
            StatusCode::BAD_REQUEST,
            "There has to be one Authorization header, as Bearer KEY.",
            "Bearer realm=\"administration\", error=\"invalid_request\"",
        ),
        Credential::Rejected | Credential::Accepted => (
            StatusCode::UNAUTHORIZED,
            "The API key is not one that is good here.",
            "Bearer realm=\"administration\", error=\"invalid_token\"",
        ),
    }
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
