//! A very small HTTP client, which shows what it sends and what comes back.

use std::error::Error;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::exchange::{Answer, Body, Sent};
use super::show;

/// How much of an answer is read, in bytes.
const LIMIT: usize = 1 << 20;

/// A client of one server, which keeps its cookies as a browser does.
pub(super) struct Client {
    authority: String,
    cookies: Vec<(String, String)>,
}

impl Client {
    pub(super) fn new(authority: &str) -> Self {
        Self {
            authority: authority.to_owned(),
            cookies: Vec::new(),
        }
    }

    /// Sends a request on a connection of its own, and shows both sides of the exchange.
    pub(super) async fn send(&mut self, sent: Sent<'_>) -> Result<Answer, Box<dyn Error>> {
        let request = self.request(&sent)?;
        show::request(&sent);
        let stream = TcpStream::connect(&self.authority).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let connection = tokio::spawn(connection);
        let (head, body) = sender.send_request(request).await?.into_parts();
        let body = Limited::new(body, LIMIT)
            .collect()
            .await
            .map_err(|error| -> Box<dyn Error> { error })?
            .to_bytes();
        connection.abort();
        self.keep_cookies(&head.headers)?;
        let answer = Answer {
            status: head.status,
            headers: head.headers,
            body: String::from_utf8(body.to_vec())?,
        };
        show::answer(&answer);
        Ok(answer)
    }

    fn request(&self, sent: &Sent<'_>) -> Result<Request<Full<Bytes>>, Box<dyn Error>> {
        let (content_type, body) = match &sent.body {
            Body::Nothing => (None, String::new()),
            Body::Json(value) => (Some("application/json"), value.to_string()),
            Body::Form(fields) => (
                Some("application/x-www-form-urlencoded"),
                encode(fields.iter().copied()),
            ),
        };
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let cookies = cookies.join("; ");
        let mut request = Request::builder()
            .method(sent.method.clone())
            .uri(sent.path)
            .header(header::HOST, &self.authority);
        let optional: [(HeaderName, Option<&str>); 3] = [
            (header::CONTENT_TYPE, content_type),
            (header::AUTHORIZATION, sent.authorization.as_deref()),
            (
                header::COOKIE,
                Some(&*cookies).filter(|cookies| !cookies.is_empty()),
            ),
        ];
        for (name, value) in optional {
            if let Some(value) = value {
                request = request.header(name, HeaderValue::try_from(value)?);
            }
        }
        Ok(request.body(Full::new(body.into()))?)
    }

    fn keep_cookies(&mut self, headers: &HeaderMap) -> Result<(), Box<dyn Error>> {
        for cookie in headers.get_all(header::SET_COOKIE) {
            let pair = cookie.to_str()?.split(';').next().unwrap_or_default();
            let Some((name, value)) = pair.split_once('=') else {
                continue;
            };
            self.cookies.retain(|(known, _)| known != name.trim());
            if !value.is_empty() {
                let (name, value) = (name.trim().to_owned(), value.trim().to_owned());
                self.cookies.push((name, value));
            }
        }
        Ok(())
    }
}

/// Parameters in the form `application/x-www-form-urlencoded`.
pub(super) fn encode<'a>(fields: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut encoded = url::form_urlencoded::Serializer::new(String::new());
    encoded.extend_pairs(fields);
    encoded.finish()
}
