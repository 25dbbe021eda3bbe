//! The answer to an authorization request that the plugin refuses (RFC 6749 §4.1.2.1).

use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use gatepost_plugin::{Decision, Severity};
use serde_json::Value;

use crate::http::oauth::authorize::address;
use crate::http::oauth::handover::may_lead;
use crate::http::shared::answer;
use crate::http::shared::form::encode;
use crate::http::shared::page;
use crate::http::shared::page::Message;
use crate::http::shared::refusal::Refusal;
use crate::http::shared::session::Browser;

/// A refusal: the client hears of it if the plugin says so, and else whoever asked. A person who is sent on
/// by nobody that the server knows gets a page with a link instead (RFC 9700 §4.11.2).
pub(super) fn refused(
    decision: Decision,
    headers: &HeaderMap,
    browser: &Browser,
    query: &str,
) -> Result<Response, Refusal> {
    let back = location(&decision).map(str::to_owned);
    let is_unasked = has(&decision, "redirect-unasked");
    if !page::is_wanted(headers) || back.is_some() && !is_unasked {
        return answer::of(Ok(decision));
    }
    answer::note(&decision);
    let next = encode(&[("next", &address(query))]);
    let sign_in = format!("/auth/sign-in?{next}");
    let link = match (&back, browser.account()) {
        (Some(back), _) => may_lead(back).then_some((&**back, "Tell the program")),
        // An account may be allowed what a stranger is not.
        (None, None) if !has(&decision, "client-waits") => {
            Some((&*sign_in, "Sign in and try again"))
        }
        (None, _) => None,
    };
    let message = Message {
        title: "This program cannot be used here",
        text: "A program asked for access to an account on this server, and its request was refused. \
               Nothing was given to it.",
        details: &details(&decision),
        link,
    };
    let status = match back {
        // The redirect is not followed, so that this is an error.
        Some(_) => StatusCode::BAD_REQUEST,
        None => StatusCode::from_u16(decision.response.status).map_err(|_| Refusal::Failed)?,
    };
    Ok(message.send(status))
}

fn location(decision: &Decision) -> Option<&str> {
    let mut headers = decision.response.headers.iter();
    let location = headers.find(|header| header.name.eq_ignore_ascii_case("location"))?;
    Some(&location.value)
}

fn has(decision: &Decision, code: &str) -> bool {
    let mut findings = decision.diagnostics.iter();
    findings.any(|finding| finding.code == code)
}

/// What is wrong, one after the other.
fn details(decision: &Decision) -> Vec<String> {
    let errors = decision.diagnostics.iter();
    let errors = errors.filter(|finding| finding.severity == Severity::Error);
    let mut details = Vec::new();
    for finding in errors {
        details.push(match finding.pointer.strip_prefix('/') {
            Some(place) => format!("{place}: {} ({})", finding.message, finding.code),
            None => format!("{} ({})", finding.message, finding.code),
        });
        if finding.code == "redirect-uri-unregistered" {
            details.extend(compared(decision));
        }
    }
    let body: Value = serde_json::from_str(&decision.response.body).unwrap_or_default();
    if let Some(error) = body["error"].as_str() {
        details.push(format!("Error code: {error}"));
    }
    details
}

/// Which redirect URI was asked for, and which ones are registered, one after the other. There are no spaces in
/// them.
fn compared(decision: &Decision) -> Vec<String> {
    let mut findings = decision.diagnostics.iter();
    let compared = findings.find(|finding| finding.code == "redirect-uri-compared");
    let message = compared.map(|finding| &*finding.message);
    let Some((asked, registered)) = message.and_then(|m| m.split_once(" Registered: ")) else {
        return message.map(str::to_owned).into_iter().collect();
    };
    let registered = registered
        .split(' ')
        .map(|uri| format!("Registered: {uri}"));
    std::iter::once(asked.to_owned())
        .chain(registered)
        .collect()
}
