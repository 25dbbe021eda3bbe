//! Gatepost decides, for a mail server, which OAuth clients may register, and with what metadata.
//!
//! Facts go in ([`Context`], and the request's body), a [`Decision`] comes out: the HTTP response to
//! send, and the effect to carry out before it. The library reads no clock, no file and no network,
//! and keeps nothing between two calls.
//!
//! ```
//! use gatepost::{Context, Registrar};
//!
//! // The defaults: whoever registers has to show an API key.
//! let registrar = Registrar::compile("")?;
//! let decision = registrar.register(&Context::default(), b"{}")?;
//! assert_eq!(decision.response.status, 401);
//! assert_eq!(decision.diagnostics[0].code, "credential-missing");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![warn(missing_docs)]

mod ambient;
mod authorization;
#[cfg(not(target_family = "wasm"))]
mod capi;
mod client;
mod client_auth;
mod client_document;
#[cfg(target_family = "wasm")]
mod component;
mod config;
mod context;
mod credentials;
mod decision;
mod diagnostic;
mod document;
mod information;
mod jws;
mod lifecycle;
mod management;
mod metadata;
mod policy;
mod record;
mod registrar;
mod registration;
mod request;
mod response;
mod review;
mod server_metadata;
mod stateless;
mod uri;

pub use config::{SettingFinding, SettingsError};
pub use context::{Activity, Caller, Context, Credential, Misuse, Usage};
pub use credentials::MIN_ENTROPY;
pub use decision::{
    Assertion, Client, Decision, Due, Effect, Fetch, Header, Outcome, Record, Response, Standing,
};
pub use diagnostic::{Diagnostic, Severity};
pub use registrar::Registrar;
pub use request::{Endpoint, Request};
pub use uri::redirect_uri_matches;

/// The README's examples run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
