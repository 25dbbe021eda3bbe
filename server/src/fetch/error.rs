//! Why a document could not be fetched.

use std::fmt::Display;
use std::net::IpAddr;

use thiserror::Error;

/// Why a document could not be fetched. The message is for the log: it may quote the site, in printable
/// characters and shortened.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum FetchError {
    /// The settings switch fetching off, or this program fetches nothing.
    #[error("this program fetches nothing")]
    Off,
    /// The URI is not one that is fetched.
    #[error("such a URI is not fetched: {0}")]
    Uri(&'static str),
    /// Too many others are being fetched.
    #[error("too many documents are being fetched")]
    Busy,
    /// The site was asked too often within a minute.
    #[error("the site was asked too often within a minute")]
    TooOften,
    /// The name has no address.
    #[error("the name cannot be resolved: {0}")]
    Unresolved(String),
    /// The name has an address that is not on the public internet.
    #[error("the address {0} is not public, and the host is not in fetch.internal-hosts")]
    NotPublic(IpAddr),
    /// Nobody answers there, or the connection broke off.
    #[error("there is no connection: {0}")]
    Unreachable(String),
    /// The site does not prove that it is the one that was asked for.
    #[error("TLS failed: {0}")]
    Tls(String),
    /// It took too long.
    #[error("the document did not arrive in time")]
    Timeout,
    /// The answer is not HTTP.
    #[error("the answer is not HTTP: {0}")]
    Malformed(String),
    /// The document is elsewhere.
    #[error("the answer is a redirect ({0}), and redirects are not followed")]
    Redirect(u16),
    /// There is no document.
    #[error("the answer has the status {0}, and not 200")]
    Status(u16),
    /// The document is no JSON.
    #[error("the content type has to be application/json or application/...+json, and is {0}")]
    MediaType(String),
    /// The document is compressed or otherwise encoded.
    #[error("the answer is encoded, and nothing is decoded")]
    Encoded,
    /// The document is too long.
    #[error("the document has more than {0} bytes")]
    TooLarge(u32),
}

impl FetchError {
    /// The reason in a word, for diagnostics, metrics and the audit log.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Off => "fetch-off",
            Self::Uri(_) => "fetch-uri",
            Self::Busy => "fetch-busy",
            Self::TooOften => "fetch-too-often",
            Self::Unresolved(_) => "fetch-unresolved",
            Self::NotPublic(_) => "fetch-address",
            Self::Unreachable(_) => "fetch-unreachable",
            Self::Tls(_) => "fetch-tls",
            Self::Timeout => "fetch-timeout",
            Self::Malformed(_) => "fetch-malformed",
            Self::Redirect(_) => "fetch-redirect",
            Self::Status(_) => "fetch-status",
            Self::MediaType(_) => "fetch-content-type",
            Self::Encoded => "fetch-encoded",
            Self::TooLarge(_) => "fetch-too-large",
        }
    }

    /// Whether the site is away or overloaded, or this program is, so that an earlier copy of the document
    /// may serve. Everything else is the site's answer, or an attack.
    pub const fn is_passing(&self) -> bool {
        match self {
            Self::Busy
            | Self::TooOften
            | Self::Unresolved(_)
            | Self::Unreachable(_)
            | Self::Timeout => true,
            Self::Status(status) => matches!(*status, 429 | 500..=599),
            Self::Off
            | Self::Uri(_)
            | Self::NotPublic(_)
            | Self::Tls(_)
            | Self::Malformed(_)
            | Self::Redirect(_)
            | Self::MediaType(_)
            | Self::Encoded
            | Self::TooLarge(_) => false,
        }
    }
}

/// What a site or a library said, as the log may have it: one line, and not long.
pub(super) fn quoted(said: impl Display) -> String {
    let said = said.to_string();
    let printable = said.chars().map(|c| match c {
        ' '..='~' => c,
        _ => '?',
    });
    printable.take(200).collect()
}
