//! `GET /jmap/session` (RFC 8620 §2): one protected resource, which stands for the mail server.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::get;
use gatepost_plugin::Credential;
use serde_json::json;

use crate::http::oauth;
use crate::http::shared::app::App;
use crate::http::shared::caller;
use crate::http::shared::metadata::{SCOPE, SESSION};
use crate::http::shared::refusal;
use crate::http::shared::refusal::{Allowed, Refusal};
use crate::http::shared::routes::Routes;

const CORE: &str = "urn:ietf:params:jmap:core";
const MAIL: &str = "urn:ietf:params:jmap:mail";

pub(super) fn routes() -> Routes {
    Routes::new().route(
        SESSION,
        get(session).fallback(async || Refusal::Method(Allowed::Read)),
    )
}

async fn session(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Refusal> {
    let presented = caller::presented(&headers, &app.decider).await?;
    let Some(presented) = presented.token else {
        if presented.credential == Credential::Malformed {
            let error = Some(("invalid_request", "The Authorization header is malformed."));
            return Ok(challenge(&app, StatusCode::BAD_REQUEST, error));
        }
        // RFC 6750 §3.1: no error code where there was no token.
        return Ok(challenge(&app, StatusCode::UNAUTHORIZED, None));
    };
    let invalid = Some((
        "invalid_token",
        "The token has expired, was revoked, or is not for this resource.",
    ));
    let Some(token) = oauth::bearer(&app, &presented).await? else {
        return Ok(challenge(&app, StatusCode::UNAUTHORIZED, invalid));
    };
    let known = app.metadata.load();
    let mut resources = token.grant.resources.split_ascii_whitespace();
    let is_meant =
        token.grant.resources.is_empty() || resources.any(|named| known.resources.is_own(named));
    let Some(account) = token.grant.account.filter(|_| is_meant) else {
        return Ok(challenge(&app, StatusCode::UNAUTHORIZED, invalid));
    };
    let mut scopes = token.grant.scope.split_ascii_whitespace();
    if !scopes.any(|scope| scope == SCOPE) {
        let error = Some(("insufficient_scope", "The token is not for mail."));
        return Ok(challenge(&app, StatusCode::FORBIDDEN, error));
    }
    let url = |path: &str| app.public_url.at(path);
    let body = json!({
        "capabilities": {
            CORE: {
                "maxSizeUpload": 0,
                "maxConcurrentUpload": 0,
                "maxSizeRequest": 0,
                "maxConcurrentRequests": 0,
                "maxCallsInRequest": 0,
                "maxObjectsInGet": 0,
                "maxObjectsInSet": 0,
                "collationAlgorithms": [],
            },
            MAIL: {},
        },
        "accounts": {
            (account.name.as_str()): {
                "name": account.name,
                "isPersonal": true,
                "isReadOnly": true,
                "accountCapabilities": { MAIL: {} },
            },
        },
        "primaryAccounts": { MAIL: account.name },
        "username": account.name,
        "apiUrl": url("/jmap/api"),
        "downloadUrl": url("/jmap/download/{accountId}/{blobId}/{name}?accept={type}"),
        "uploadUrl": url("/jmap/upload/{accountId}/"),
        "eventSourceUrl": url("/jmap/events/?types={types}&closeafter={closeafter}&ping={ping}"),
        "state": "0",
    });
    Ok(refusal::json(StatusCode::OK, &body))
}

/// Says where to get a token (RFC 6750 §3, RFC 9728 §5.1).
fn challenge(app: &App, status: StatusCode, error: Option<(&str, &str)>) -> Response {
    let metadata = app
        .public_url
        .well_known("oauth-protected-resource", SESSION);
    let mut challenge = format!("Bearer resource_metadata=\"{metadata}\", scope=\"{SCOPE}\"");
    let mut body = json!({ "status": status.as_u16(), "title": "There is no access token." });
    if let Some((error, description)) = error {
        challenge.push_str(&format!(
            ", error=\"{error}\", error_description=\"{description}\""
        ));
        body["title"] = description.into();
    }
    let mut response = refusal::json(status, &body);
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    if let Ok(challenge) = HeaderValue::try_from(challenge) {
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}
