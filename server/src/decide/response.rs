//! A plugin's response as HTTP sends it.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use gatepost_plugin::{Header, Response};

/// The status and the headers of a plugin's response, if it is one that can be sent.
pub fn head(response: &Response) -> Option<(StatusCode, HeaderMap)> {
    // Where a message ends is for the server to say.
    const OURS: [HeaderName; 3] = [
        header::CONTENT_LENGTH,
        header::TRANSFER_ENCODING,
        header::CONNECTION,
    ];
    let status = StatusCode::from_u16(response.status).ok()?;
    let mut headers = HeaderMap::new();
    for Header { name, value } in &response.headers {
        let name = HeaderName::try_from(name).ok()?;
        if OURS.contains(&name) {
            return None;
        }
        headers.append(name, HeaderValue::try_from(value).ok()?);
    }
    (!status.is_informational()).then_some((status, headers))
}
