//! The answer to an authorization request, on its way to the program (RFC 6749 §4.1.2).

use askama::Template;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use url::Url;

use crate::http::shared::form::with_query;
use crate::http::shared::page;
use crate::http::shared::page::Leave;
use crate::http::shared::refusal::Refusal;
use crate::observe::event::Told;

/// The page that opens a program by its private-use scheme, and stays in the browser.
#[derive(Template)]
#[template(path = "handover.html")]
struct Handover<'a> {
    program: &'a str,
    address: &'a str,
    is_allowed: bool,
}

/// Has the browser take an answer to the program.
///
/// A redirect to a private-use scheme leaves nothing in the browser: an empty page, or the one that was answered
/// already. So a person gets a page that leads there, and says so (RFC 8252 §7.1 asks for no redirect).
pub(super) fn hand_over(
    headers: &HeaderMap,
    program: &str,
    redirect_uri: &str,
    answer: &[(&str, &str)],
    is_allowed: bool,
) -> Result<Response, Refusal> {
    let address = &with_query(redirect_uri, answer);
    if !is_private_use(redirect_uri) || !page::is_wanted(headers) {
        return page::go_to(address);
    }
    let page = Handover {
        program,
        address,
        is_allowed,
    };
    let mut response = page::page(StatusCode::OK, &page, &Leave::default());
    if !is_allowed {
        // A redirect says it in its address.
        response.extensions_mut().insert(Told {
            code: None,
            error: Some("access_denied".into()),
            description: "The user said no.".into(),
        });
    }
    Ok(response)
}

/// Whether a page may have a link to a URI: it leads to a website or to a program, whoever registered it.
pub(super) fn may_lead(uri: &str) -> bool {
    uri.starts_with("https:") || uri.starts_with("http:") || is_private_use(uri)
}

/// Whether a URI is of a scheme that a program on the device opens. One that a browser opens itself is not put into
/// a page, whoever registered it.
fn is_private_use(uri: &str) -> bool {
    const OF_BROWSERS: [&str; 10] = [
        "http",
        "https",
        "javascript",
        "data",
        "vbscript",
        "blob",
        "file",
        "filesystem",
        "about",
        "view-source",
    ];
    Url::parse(uri).is_ok_and(|url| !OF_BROWSERS.contains(&url.scheme()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_programs_are_opened_by_a_page() {
        for (uri, expected) in [
            ("com.example.mail:/cb", true),
            ("stalwart://auth", true),
            ("http://127.0.0.1:4321/cb", false),
            ("http://[::1]/cb", false),
            ("https://webmail.example.com/cb", false),
            ("javascript:alert(1)", false),
            ("JAVASCRIPT:alert(1)", false),
            ("data:text/html,x", false),
            ("nothing", false),
        ] {
            assert_eq!(is_private_use(uri), expected, "{uri}");
        }
    }
}
