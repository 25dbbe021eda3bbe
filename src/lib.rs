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

mod boundary;
mod client;
mod config;
mod decision;
mod diagnostic;
mod document;
mod facts;
mod jose;
mod metadata;
mod oauth;
mod operations;
mod policy;
mod registrar;
mod text;
mod uri;

pub use config::{SettingFinding, SettingsError};
pub use decision::{
    Assertion, Client, Decision, Due, Effect, Fetch, Header, Outcome, Record, Response, Standing,
};
pub use diagnostic::{Diagnostic, Severity};
pub use facts::{
    Activity, Caller, Context, Credential, Endpoint, MIN_ENTROPY, Misuse, Request, Usage,
};
pub use registrar::Registrar;
pub use uri::redirect_uri_matches;

/// The README's examples run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
