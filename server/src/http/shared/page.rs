//! Pages for people: how they are sent, and what holds for all of them.

use std::any::Any;
use std::sync::LazyLock;

use askama::Template;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::http::shared::refusal::{Mark, Refusal};
use crate::observe::event::Told;

const STYLE: &str = include_str!("../../../assets/style.css");

/// The style sheet's address, which changes with it, so that it can be kept for good.
static STYLE_ADDRESS: LazyLock<String> = LazyLock::new(|| {
    let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(STYLE));
    format!("/assets/style.css?v={}", &digest[..16])
});

/// The style sheet's address, for the templates.
pub(in crate::http) fn style() -> &'static str {
    &STYLE_ADDRESS
}

/// `GET /assets/style.css`
pub(in crate::http) async fn style_sheet() -> Response {
    (
        [
            (header::CONTENT_TYPE, "text/css; charset=utf-8"),
            (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        ],
        STYLE,
    )
        .into_response()
}

/// What a page may do beyond what all may.
#[derive(Clone, Debug, Default)]
pub(in crate::http) struct Leave {
    /// Where its form may lead to, as a source of a content security policy. Browsers hold the
    /// redirect that answers a form to it too.
    pub(in crate::http) form_action: Option<String>,
    /// Where it may load a picture from.
    pub(in crate::http) picture: Option<String>,
}

/// The content security policy of a page with this leave.
fn policy(leave: &Leave) -> String {
    let of = |source: &Option<String>| match source {
        // A host may have characters in it that end a source, or the whole list.
        Some(source) if !source.contains([';', ',', ' ', '\'']) => format!(" {source}"),
        _ => String::new(),
    };
    format!(
        "default-src 'none'; style-src 'self'; img-src 'self'{}; form-action 'self'{}; \
         frame-ancestors 'none'; base-uri 'none'",
        of(&leave.picture),
        of(&leave.form_action)
    )
}

/// Sends a page.
pub(in crate::http) fn page(status: StatusCode, page: &impl Template, leave: &Leave) -> Response {
    page_with(status, page, leave, &[])
}

/// Sends a page with values that its template finds by name.
pub(in crate::http) fn page_with(
    status: StatusCode,
    page: &impl Template,
    leave: &Leave,
    values: &[(&str, &dyn Any)],
) -> Response {
    let is_refusal = status.is_client_error() || status.is_server_error();
    let mark = is_refusal.then(Mark::of_request).flatten();
    let mark: Option<(&str, &dyn Any)> = mark.as_ref().map(|mark| ("mark", mark as _));
    let values: Vec<_> = mark.into_iter().chain(values.iter().copied()).collect();
    let html = match page.render_with_values(&values) {
        Ok(html) => html,
        Err(error) => {
            tracing::error!(%error, "a page cannot be made");
            return Refusal::Failed.into_response();
        }
    };
    let policy = policy(leave);
    let Ok(policy) = HeaderValue::try_from(policy) else {
        tracing::error!("a content security policy cannot be sent");
        return Refusal::Failed.into_response();
    };
    let mut response = (
        status,
        [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CACHE_CONTROL, "no-store"),
            (header::X_FRAME_OPTIONS, "DENY"),
            // With `no-referrer`, browsers would not say where a form of ours comes from.
            (header::REFERRER_POLICY, "same-origin"),
        ],
        html,
    )
        .into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

/// Sends a browser on with `GET`.
pub(in crate::http) fn go_to(address: &str) -> Result<Response, Refusal> {
    let address = HeaderValue::try_from(address).map_err(|_| Refusal::Failed)?;
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, address);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    Ok(response)
}

/// A page that says something, and asks nothing but perhaps to go on somewhere.
#[derive(Template)]
#[template(path = "message.html")]
pub(in crate::http) struct Message<'a> {
    pub(in crate::http) title: &'a str,
    pub(in crate::http) text: &'a str,
    /// What it is in detail, one after the other.
    pub(in crate::http) details: &'a [String],
    /// Where one can go on: an address and what to call it.
    pub(in crate::http) link: Option<(&'a str, &'a str)>,
}

impl Message<'_> {
    pub(in crate::http) fn send(&self, status: StatusCode) -> Response {
        let mut response = page(status, self, &Leave::default());
        if status.is_client_error() || status.is_server_error() {
            tell(&mut response, None, self.text);
        }
        response
    }
}

/// Says what the event of a refusal says.
fn tell(response: &mut Response, code: Option<&'static str>, description: &str) {
    response.extensions_mut().insert(Told {
        code,
        error: None,
        description: description.to_owned().into(),
    });
}

/// A refusal that a person gets to see.
#[derive(Debug)]
pub(in crate::http) struct Failure(Refusal);

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self(refusal)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (status, _, text, extra) = self.0.said();
        let message = Message {
            title: "This did not work",
            text: &text,
            details: &[],
            link: None,
        };
        let mut response = message.send(status);
        if let Some((name, value)) = extra {
            response.headers_mut().insert(name, value);
        }
        response.extensions_mut().insert(self.0.told());
        response
    }
}

/// A form that was not sent from a page of ours, or too late.
pub(in crate::http) fn forged() -> Response {
    let message = Message {
        title: "This form is out of date",
        text: "It was not sent from a current page of this server, so nothing was done. Go back, reload \
               the page, and try again. The browser has to accept cookies.",
        details: &[],
        link: None,
    };
    let mut response = message.send(StatusCode::FORBIDDEN);
    tell(&mut response, Some("form-out-of-date"), message.text);
    response
}

/// There were too many wrong guesses.
pub(in crate::http) fn too_many(retry_after: u64) -> Response {
    let minutes = retry_after.div_ceil(60);
    let text = format!(
        "There were too many wrong attempts. Try again in {minutes} {}.",
        if minutes == 1 { "minute" } else { "minutes" }
    );
    let message = Message {
        title: "Too many attempts",
        text: &text,
        details: &[],
        link: None,
    };
    let mut response = message.send(StatusCode::TOO_MANY_REQUESTS);
    tell(&mut response, Some("too-many-attempts"), &text);
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, retry_after.into());
    response
}

/// Whether it is a browser with a person before it that asks.
pub(in crate::http) fn is_wanted(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|field| field.to_str().ok())
        .flat_map(|field| field.split(','))
        .filter_map(|range| range.split(';').next())
        .any(|range| range.trim().eq_ignore_ascii_case("text/html"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_source_is_more_than_one() {
        let with = |source: &str| {
            policy(&Leave {
                form_action: Some(source.to_owned()),
                picture: None,
            })
        };
        let without = policy(&Leave::default());
        assert_eq!(
            with("com.example:"),
            without.replace("form-action 'self'", "form-action 'self' com.example:")
        );
        for source in [
            "https://a; script-src *",
            "https://a;b",
            "https://a,b",
            "https://a 'unsafe-inline'",
            "'unsafe-inline'",
        ] {
            assert_eq!(with(source), without, "{source}");
        }
    }

    #[test]
    fn who_wants_a_page() {
        for (accept, expected) in [
            ("text/html,application/xhtml+xml,*/*;q=0.8", true),
            ("application/json, TEXT/HTML;q=0.5", true),
            ("*/*", false),
            ("application/json", false),
            ("text/htmlx", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(is_wanted(&headers), expected, "{accept}");
        }
        assert!(!is_wanted(&HeaderMap::new()));
    }
}
