//! `gatepost_request`: a request to an endpoint of the authorization server.

use super::buffers::{OptionalText, SecretBytes, SecretText};
use super::error::Error;
use super::operate::{Output, Spoils, change, operate, unspoiled};
use super::pointer::free;
use super::status::Status;
use super::str::Str;

/// A request that a client, or a browser on its behalf, sent to the authorization server. The object can be
/// used again: reset it, and set the parts of the next request.
///
/// Ownership: free it with `gatepost_request_free`.
/// Threads: any number may read it at the same time; while one thread changes it, no other may use it.
pub struct Request {
    endpoint: crate::facts::Endpoint,
    authorization: SecretText,
    parameters: SecretBytes,
    jwks: OptionalText,
    spoiled: Option<Error>,
}

impl Spoils for Request {
    fn spoiled(&mut self) -> &mut Option<Error> {
        &mut self.spoiled
    }
}

/// An endpoint of the authorization server.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// The authorization endpoint (RFC 6749 §3.1).
    Authorization = 0,
    /// The pushed authorization request endpoint (RFC 9126 §2).
    PushedAuthorization = 1,
    /// The device authorization endpoint (RFC 8628 §3.1).
    DeviceAuthorization = 2,
    /// The token endpoint (RFC 6749 §3.2).
    Token = 3,
    /// The introspection endpoint (RFC 7662 §2).
    Introspection = 4,
    /// The revocation endpoint (RFC 7009 §2).
    Revocation = 5,
}

/// Makes a request to an endpoint, with nothing else set. `endpoint` is a `gatepost_endpoint`.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn gatepost_request_new(
    endpoint: i32,
    request: *mut *mut Request,
    error: *mut *mut Error,
) -> Status {
    // SAFETY: the caller passes outputs that are NULL or may be written.
    unsafe {
        operate(error, || {
            let output = Output::new(request, "request")?;
            output.hand_over(Request {
                endpoint: Endpoint::try_from(endpoint)?.into(),
                authorization: SecretText::default(),
                parameters: SecretBytes::default(),
                jwks: OptionalText::default(),
                spoiled: None,
            });
            Ok(())
        })
    }
}

/// Resets a request to the state of a new one, with a `gatepost_endpoint` that may be another than before. It
/// keeps its memory, and overwrites the header and the parameters. If `endpoint` is none, the request is spoiled.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_request_reset(request: *mut Request, endpoint: i32) -> Status {
    // SAFETY: the caller passes NULL or a request that is not freed yet and that nothing else uses.
    unsafe {
        change(request, "request", |carried| {
            carried.endpoint = Endpoint::try_from(endpoint)?.into();
            carried.authorization.set(None);
            carried.parameters.set(None);
            carried.jwks.set(None);
            carried.spoiled = None;
            Ok(())
        })
    }
}

/// Sets the value of the `Authorization` header. The absent string means that there is no such header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_request_set_authorization(
    request: *mut Request,
    authorization: Str,
) -> Status {
    // SAFETY: the caller passes NULL or a request that is not freed yet and that nothing else uses, and
    // text for the call.
    unsafe {
        change(request, "request", |carried| {
            let authorization = authorization.optional_text("authorization")?;
            carried.authorization.set(authorization);
            Ok(())
        })
    }
}

/// Sets the parameters as they arrived, encoded as `application/x-www-form-urlencoded`: the query string of a
/// `GET`, the body of a `POST`. They may be any bytes: the decision refuses invalid ones. If they are not
/// set, there are none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_request_set_parameters(
    request: *mut Request,
    parameters: Str,
) -> Status {
    // SAFETY: the caller passes NULL or a request that is not freed yet and that nothing else uses, and
    // bytes for the call.
    unsafe {
        change(request, "request", |carried| {
            let parameters = parameters.optional_bytes("parameters")?;
            carried.parameters.set(parameters);
            Ok(())
        })
    }
}

/// Sets the client's key set (RFC 7517 §5) as JSON. The host fetches it from the client's `jwks_uri` if an
/// earlier decision asked for that: see `gatepost_decision_fetch`. The absent string means that it was not
/// fetched.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_request_set_jwks(request: *mut Request, jwks: Str) -> Status {
    // SAFETY: the caller passes NULL or a request that is not freed yet and that nothing else uses, and
    // text for the call.
    unsafe {
        change(request, "request", |carried| {
            carried.jwks.set(jwks.optional_text("jwks")?);
            Ok(())
        })
    }
}

/// Frees a request, and overwrites its header and its parameters first. Does nothing if `request` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_request_free(request: *mut Request) {
    // SAFETY: the caller passes NULL or a request that is not freed yet and that nothing else uses.
    unsafe { free(request) }
}

impl Request {
    /// Returns what it carries. Fails if a setter failed since the last reset.
    pub(super) fn view(&self) -> Result<crate::facts::Request<'_>, Error> {
        unspoiled(self.spoiled.as_ref())?;
        Ok(crate::facts::Request {
            endpoint: self.endpoint,
            authorization: self.authorization.as_deref(),
            parameters: self.parameters.as_deref().unwrap_or_default(),
            jwks: self.jwks.as_deref(),
        })
    }
}

impl TryFrom<i32> for Endpoint {
    type Error = Error;

    fn try_from(number: i32) -> Result<Self, Error> {
        [
            Self::Authorization,
            Self::PushedAuthorization,
            Self::DeviceAuthorization,
            Self::Token,
            Self::Introspection,
            Self::Revocation,
        ]
        .into_iter()
        .find(|known| *known as i32 == number)
        .ok_or_else(|| Error::value("endpoint", number))
    }
}

impl From<Endpoint> for crate::facts::Endpoint {
    fn from(endpoint: Endpoint) -> Self {
        match endpoint {
            Endpoint::Authorization => Self::Authorization,
            Endpoint::PushedAuthorization => Self::PushedAuthorization,
            Endpoint::DeviceAuthorization => Self::DeviceAuthorization,
            Endpoint::Token => Self::Token,
            Endpoint::Introspection => Self::Introspection,
            Endpoint::Revocation => Self::Revocation,
        }
    }
}
