//! Whether all goes as it should.

use std::error::Error;

use axum::http::StatusCode;
use serde_json::Value;
use thiserror::Error;
use url::Url;

use super::exchange::Answer;

/// Something did not go as it should.
#[derive(Debug, Error)]
#[error("{what} should be {expected}, and is {found}")]
pub(super) struct Unexpected {
    what: String,
    expected: String,
    found: String,
}

pub(super) fn refused(
    answer: &Answer,
    status: StatusCode,
    error: &str,
) -> Result<(), Box<dyn Error>> {
    expect("the status", status, answer.status)?;
    let body = answer.json()?;
    expect(
        "the error",
        error,
        body["error"].as_str().unwrap_or_default(),
    )
}

pub(super) fn expect<T: PartialEq + std::fmt::Debug>(
    what: &str,
    expected: T,
    found: T,
) -> Result<(), Box<dyn Error>> {
    if expected == found {
        return Ok(());
    }
    Err(unexpected(what, format!("{expected:?}"), format!("{found:?}")).into())
}

pub(super) fn unexpected(what: &str, expected: impl ToString, found: impl ToString) -> Unexpected {
    Unexpected {
        what: what.to_owned(),
        expected: expected.to_string(),
        found: found.to_string(),
    }
}

pub(super) fn text(value: &Value) -> Result<String, Unexpected> {
    let text = value.as_str().map(str::to_owned);
    text.ok_or_else(|| unexpected("a member of the answer", "text", value))
}

/// The path and the query of a URL, or of what is one already.
pub(super) fn path_of(url: &str) -> Result<String, Box<dyn Error>> {
    if url.starts_with('/') {
        return Ok(url.to_owned());
    }
    let url = Url::parse(url)?;
    Ok(url[url::Position::BeforePath..url::Position::AfterQuery].to_owned())
}

/// A parameter of a URL's query.
pub(super) fn parameter(url: &str, name: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let mut pairs = url.query_pairs();
    let found = pairs.find(|(known, _)| known == name)?;
    Some(found.1.into_owned())
}
