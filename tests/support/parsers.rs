//! Parsers of URLs that others wrote, of which the core uses none.

use super::reading::Reading;

/// A parser by the name of its crate.
pub const PARSERS: &[(&str, fn(&str) -> Option<Reading>)] =
    &[("ada-url", ada), ("fluent-uri", fluent)];

/// The URL standard, as Node reads it.
fn ada(uri: &str) -> Option<Reading> {
    let url = ada_url::Url::parse(uri, None).ok()?;
    if !url.username().is_empty() || !url.password().is_empty() || !url.hash().is_empty() {
        return None;
    }
    let scheme = url.protocol().trim_end_matches(':');
    let query = url.search().strip_prefix('?').unwrap_or_default();
    Reading::new(scheme, url.hostname(), url.port(), url.pathname(), query)
}

/// RFC 3986 to the letter.
fn fluent(uri: &str) -> Option<Reading> {
    let uri = fluent_uri::Uri::parse(uri).ok()?;
    let authority = uri.authority();
    if uri.has_fragment() || authority.is_some_and(|authority| authority.has_userinfo()) {
        return None;
    }
    let host = authority.map_or("", |authority| authority.host());
    let port = authority.and_then(|authority| authority.port());
    let query = uri.query().map_or("", |query| query.as_str());
    Reading::new(
        uri.scheme().as_str(),
        host,
        port.map_or("", |port| port.as_str()),
        uri.path().as_str(),
        query,
    )
}
