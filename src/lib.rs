//! Gatepost decides, for a mail server, which OAuth clients may register, and with what metadata.
//!
//! The mail server is the *host*: the program that calls this library. For each request the host
//! passes facts: a [`Context`], and the request's body or a [`Request`]. It gets a [`Decision`]:
//! the HTTP response to send, and the effect to carry out before that.
//!
//! The library opens no file and no connection, and keeps no state between two calls. It reads the
//! operating system's clock or random generator only if the host leaves [`Context::now`] or
//! [`Context::entropy`] out.
//!
//! A host does this:
//!
//! 1. It compiles its settings once, with [`Registrar::compile`].
//! 2. For each request it looks up the record of the client that the request is about, if the
//!    request names one ([`Registrar::identify`]), and passes it in the context.
//! 3. It calls the operation for the endpoint: [`Registrar::register`], [`Registrar::authorize`],
//!    [`Registrar::authenticate`] and so on.
//! 4. It carries out the decision's [`Effect`] in one transaction, and then sends the response.
//!
//! ```
//! use gatepost::{Context, Registrar};
//!
//! // With the default settings a caller needs an API key to register a client.
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
pub mod permission;
mod policy;
mod registrar;
mod text;
mod uri;

pub use decision::{
    Assertion, Client, Decision, Due, Effect, Fetch, Header, Outcome, Record, Response, Secrets,
    Standing,
};
pub use diagnostic::{Diagnostic, SettingFinding, SettingsError, Severity};
pub use facts::{
    Activity, Caller, Context, Credential, Endpoint, MIN_ENTROPY, Misuse, Request, Usage,
};
pub use operations::bearer::{Bearer, bearer};
pub use registrar::Registrar;
pub use uri::redirect_uri_matches;

/// Runs the README's Rust examples as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
