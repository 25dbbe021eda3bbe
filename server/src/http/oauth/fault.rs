//! Why a client does not get what it asks for (RFC 6749 §5.2).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use gatepost_plugin::Decision;
use rand::rngs::SysError;

use crate::http::shared::answer;
use crate::http::shared::refusal::{Refusal, error_body};

/// Why a client does not get what it asks for.
#[derive(Debug)]
pub(in crate::http) enum Fault {
    /// The plugin refuses, and says how to answer.
    Refused(Box<Decision>),
    /// There is no decision.
    Undecided(Refusal),
    /// The request cannot be granted, whoever asks.
    Answer {
        status: StatusCode,
        error: &'static str,
        description: &'static str,
    },
}

impl Fault {
    pub(super) const AUTHORIZATION_HEADER: Self =
        Self::request("There has to be one Authorization header at most, in ASCII characters.");
    pub(super) const RESOURCE_MALFORMED: Self = Self::bad(
        "invalid_target",
        "A resource has to be an absolute URI without a fragment; a request may name at most 16.",
    );
    pub(super) const RESOURCE_NOT_GRANTED: Self = Self::bad(
        "invalid_target",
        "A resource has to be one of those that were granted.",
    );
    pub(super) const ASSERTION_REUSED: Self = Self::Answer {
        status: StatusCode::UNAUTHORIZED,
        error: "invalid_client",
        // As the plugin says it: a stranger does not learn what was right.
        description: "The client could not be authenticated.",
    };
    pub(super) const INTROSPECTION_BY_NOBODY: Self = Self::Answer {
        status: StatusCode::UNAUTHORIZED,
        error: "invalid_client",
        description: "Who asks about a token has to authenticate.",
    };
    pub(super) const NOBODY: Self = Self::Answer {
        status: StatusCode::UNAUTHORIZED,
        error: "invalid_client",
        description: "The request says of no client that it comes from it.",
    };

    /// The request is not whole.
    pub(super) const fn request(description: &'static str) -> Self {
        Self::bad("invalid_request", description)
    }

    /// What was presented is not good, or not for this client.
    pub(super) const fn grant(description: &'static str) -> Self {
        Self::bad("invalid_grant", description)
    }

    pub(super) const fn bad(error: &'static str, description: &'static str) -> Self {
        Self::Answer {
            status: StatusCode::BAD_REQUEST,
            error,
            description,
        }
    }
}

/// The answer of an endpoint that a client has to prove who it is at. One that did not is told how it can
/// (RFC 9110 §11.6.1, RFC 7662 §2.3).
pub(super) fn with_challenge(answer: Result<Response, Fault>) -> Response {
    let mut response = answer.into_response();
    if response.status() == StatusCode::UNAUTHORIZED {
        response
            .headers_mut()
            .entry(header::WWW_AUTHENTICATE)
            .or_insert(HeaderValue::from_static("Basic realm=\"clients\""));
    }
    response
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self::Undecided(refusal)
    }
}

impl From<SysError> for Fault {
    fn from(error: SysError) -> Self {
        tracing::error!(%error, "the operating system gave no randomness");
        Self::Undecided(Refusal::Failed)
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        match self {
            Self::Refused(decision) => answer::of(Ok(*decision)).into_response(),
            Self::Undecided(refusal) => refusal.into_response(),
            Self::Answer {
                status,
                error,
                description,
            } => {
                tracing::info!(status = status.as_u16(), error, "refused");
                error_body(status, error, description)
            }
        }
    }
}
