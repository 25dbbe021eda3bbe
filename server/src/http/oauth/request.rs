//! What clients send, and the plugin's form of it.

use std::sync::Arc;

use axum::extract::FromRequest;
use axum::http::{HeaderMap, header};
use gatepost_plugin::{Endpoint, Request};

use crate::http::oauth::fault::Fault;
use crate::http::shared::answer;
use crate::http::shared::app::App;
use crate::http::shared::body;
use crate::http::shared::form::Parameters;
use crate::http::shared::kind::Kind;

/// What a client sends to an endpoint of its own.
pub(super) struct Form {
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    /// Seconds since 1970.
    pub(super) now: u64,
}

impl FromRequest<Arc<App>> for Form {
    type Rejection = Fault;

    async fn from_request(request: axum::extract::Request, app: &Arc<App>) -> Result<Self, Fault> {
        let (head, body) = request.into_parts();
        let body = body::read(Kind::Form, &head.headers, body, app.limits.body).await?;
        Ok(Self {
            headers: head.headers,
            body,
            now: gatepost_directory::now(),
        })
    }
}

/// A request as the plugin reads it.
pub(super) fn read(
    endpoint: Endpoint,
    headers: &HeaderMap,
    parameters: Vec<u8>,
) -> Result<Request, Fault> {
    let mut fields = headers.get_all(header::AUTHORIZATION).iter();
    let authorization = match (fields.next(), fields.next()) {
        (None, _) => None,
        (Some(only), None) => match only.to_str() {
            Ok(only) => Some(only.to_owned()),
            Err(_) => return Err(Fault::AUTHORIZATION_HEADER),
        },
        (Some(_), Some(_)) => return Err(Fault::AUTHORIZATION_HEADER),
    };
    Ok(Request {
        endpoint,
        authorization,
        parameters,
        jwks: None,
    })
}

/// Whether a request says of a client that it comes from it, by a credential or by name. A header of another scheme
/// than Basic is a credential of nobody's.
pub(super) fn is_of_somebody(headers: &HeaderMap, body: &[u8]) -> Result<(), Fault> {
    const SAYING: [&str; 3] = ["client_id", "client_secret", "client_assertion"];
    let parameters = Parameters::read(body);
    let mut fields = headers.get_all(header::AUTHORIZATION).iter();
    let is_basic = |field: &[u8]| {
        let scheme = field.split(|byte| *byte == b' ').next();
        scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"basic"))
    };
    let says_so = fields.any(|field| is_basic(field.as_bytes()))
        || SAYING.iter().any(|name| parameters.get(name).is_some());
    says_so.then_some(()).ok_or(Fault::NOBODY)
}

/// A request that this program makes itself, or that was judged before.
pub(super) fn remembered(endpoint: Endpoint, parameters: impl Into<Vec<u8>>) -> Request {
    Request {
        endpoint,
        authorization: None,
        parameters: parameters.into(),
        jwks: None,
    }
}

/// How many resources one request may name. Each is compared with each that is known.
const MOST_RESOURCES: usize = 16;

/// The resources that are asked for (RFC 8707 §2), as the directory keeps them. Which of them there
/// are, the plugin knows; one that is ignored is not among them.
pub(super) fn resources(app: &App, parameters: &Parameters<'_>) -> Result<String, Fault> {
    let (known, plugin) = (app.metadata.load(), app.decider.plugin());
    let mut resources: Vec<String> = Vec::new();
    if parameters.all("resource").count() > MOST_RESOURCES {
        return Err(Fault::RESOURCE_MALFORMED);
    }
    for resource in parameters.all("resource") {
        let is_uri = !resource.contains(|c: char| c.is_whitespace() || c == '#')
            && url::Url::parse(resource).is_ok();
        if !is_uri && !known.resources.lists(resource) {
            return Err(Fault::RESOURCE_MALFORMED);
        }
        let named = known.resources.named(resource, |known, asked| {
            plugin.redirect_uri_matches(known, asked)
        });
        if let Some(named) = named.map_err(|error| answer::refusal(error.into()))?
            && !resources.contains(&named)
        {
            resources.push(named);
        }
    }
    Ok(resources.join(" "))
}

/// Whether all of these words are among those; both have spaces between them.
pub(super) fn is_part(words: &str, of: &str) -> bool {
    let mut words = words.split_ascii_whitespace();
    words.all(|word| of.split_ascii_whitespace().any(|known| known == word))
}
