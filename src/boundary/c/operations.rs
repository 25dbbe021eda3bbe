//! What a registrar decides.

use crate::facts::Activity;

use super::context::Context;
use super::decision::Decision;
use super::error::Error;
use super::operate::{Output, operate, required, required_mut};
use super::pointer::{guard, read};
use super::registrar::Registrar;
use super::request::Request;
use super::status::Status;
use super::str::Str;
use super::text::Text;

/// Decides a `POST` to the registration endpoint (RFC 7591 §3.1).
///
/// `body` is the request's body as it arrived: that it may be no UTF-8 and no JSON is part of the
/// decision.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_register(
    registrar: *const Registrar,
    context: *mut Context,
    body: Str,
    decision: *mut *mut Decision,
    error: *mut *mut Error,
) -> Status {
    // SAFETY: the caller passes NULL or live objects, text, and outputs that are NULL or may be written;
    // no other thread uses the context.
    unsafe {
        decide(registrar, context, decision, error, |core, facts| {
            Ok(core.register(facts, body.bytes("body")?)?)
        })
    }
}

/// Decides a registration that an administrator makes by hand: the same validation, with a client id of the
/// administrator's choice, or one that is made if `client_id` is absent.
///
/// It takes the permission `oauth-client-create`. The context's record is that of the client that has the
/// id already, if there is one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_provision(
    registrar: *const Registrar,
    context: *mut Context,
    client_id: Str,
    metadata: Str,
    decision: *mut *mut Decision,
    error: *mut *mut Error,
) -> Status {
    // SAFETY: the caller passes NULL or live objects, text, and outputs that are NULL or may be written;
    // no other thread uses the context.
    unsafe {
        decide(registrar, context, decision, error, |core, facts| {
            let client_id = client_id.optional_text("client_id")?;
            Ok(core.provision(facts, client_id, metadata.bytes("metadata")?)?)
        })
    }
}

/// Decides a `GET` of the client configuration endpoint (RFC 7592 §2.1), by the client with its registration
/// access token, or by an administrator with the permission `oauth-client-get`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_read(
    registrar: *const Registrar,
    context: *mut Context,
    client_id: Str,
    decision: *mut *mut Decision,
    error: *mut *mut Error,
) -> Status {
    // SAFETY: the caller passes NULL or live objects, text, and outputs that are NULL or may be written;
    // no other thread uses the context.
    unsafe {
        decide(registrar, context, decision, error, |core, facts| {
            Ok(core.read(facts, client_id.text("client_id")?)?)
        })
    }
}

/// Decides a `PUT` of the client configuration endpoint (RFC 7592 §2.2), by the client with its registration
/// access token, or by an administrator with the permission `oauth-client-update`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_update(
    registrar: *const Registrar,
    context: *mut Context,
    client_id: Str,
    body: Str,
    decision: *mut *mut Decision,
    error: *mut *mut Error,
) -> Status {
    // SAFETY: the caller passes NULL or live objects, text, and outputs that are NULL or may be written;
    // no other thread uses the context.
    unsafe {
        decide(registrar, context, decision, error, |core, facts| {
            Ok(core.update(facts, client_id.text("client_id")?, body.bytes("body")?)?)
        })
    }
}

/// Gives a client a new secret, for an administrator with the permission `oauth-client-update`. The old one
/// stays good for `secret-overlap` seconds.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_rotate_secret(
    registrar: *const Registrar,
    context: *mut Context,
    client_id: Str,
    decision: *mut *mut Decision,
    error: *mut *mut Error,
) -> Status {
    // SAFETY: the caller passes NULL or live objects, text, and outputs that are NULL or may be written;
    // no other thread uses the context.
    unsafe {
        decide(registrar, context, decision, error, |core, facts| {
            Ok(core.rotate_secret(facts, client_id.text("client_id")?)?)
        })
    }
}

/// Disables a client, for an administrator with the permission `oauth-client-update`: it is as if it were not
/// there, and its registration access token is worth nothing, until it is enabled again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_disable(
    registrar: *const Registrar,
    context: *mut Context,
    client_id: Str,
    decision: *mut *mut Decision,
    error: *mut *mut Error,
) -> Status {
    // SAFETY: the caller passes NULL or live objects, text, and outputs that are NULL or may be written;
    // no other thread uses the context.
    unsafe {
        decide(registrar, context, decision, error, |core, facts| {
            Ok(core.disable(facts, client_id.text("client_id")?)?)
        })
    }
}

/// Enables a client that was disabled, for an administrator with the permission `oauth-client-update`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_enable(
    registrar: *const Registrar,
    context: *mut Context,
    client_id: Str,
    decision: *mut *mut Decision,
    error: *mut *mut Error,
) -> Status {
    // SAFETY: the caller passes NULL or live objects, text, and outputs that are NULL or may be written;
    // no other thread uses the context.
    unsafe {
        decide(registrar, context, decision, error, |core, facts| {
            Ok(core.enable(facts, client_id.text("client_id")?)?)
        })
    }
}

/// Decides a `DELETE` of the client configuration endpoint (RFC 7592 §2.3), by the client with its
/// registration access token, or by an administrator with the permission `oauth-client-delete`.
///
/// A client whose id carries its registration leaves a record behind that denies it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_remove(
    registrar: *const Registrar,
    context: *mut Context,
    client_id: Str,
    decision: *mut *mut Decision,
    error: *mut *mut Error,
) -> Status {
    // SAFETY: the caller passes NULL or live objects, text, and outputs that are NULL or may be written;
    // no other thread uses the context.
    unsafe {
        decide(registrar, context, decision, error, |core, facts| {
            Ok(core.remove(facts, client_id.text("client_id")?)?)
        })
    }
}

/// The id of the client that a request speaks of, so that its record can be looked up and set. NULL is
/// written if the request names no client, or more than one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_identify(
    registrar: *const Registrar,
    request: *const Request,
    client_id: *mut *mut Text,
    error: *mut *mut Error,
) -> Status {
    // SAFETY: the caller passes NULL or live objects, and outputs that are NULL or may be written.
    unsafe {
        operate(error, || {
            let registrar = required(registrar, "registrar")?;
            let request = required(request, "request")?;
            let output = Output::new(client_id, "client_id")?;
            let client_id = registrar.core.identify(&request.view());
            output.hand_over_if_any(client_id.map(Text::new));
            Ok(())
        })
    }
}

/// Decides whether a client may be used, and with what: at the authorization endpoint (RFC 6749 §4.1.1), the
/// device authorization endpoint (RFC 8628 §3.1), and the token endpoint for each grant.
///
/// The context's caller is the account that signed in; before anybody did, it is nobody. What may be granted
/// is in `gatepost_decision_scope` and `gatepost_decision_redirect_uri`. The effect of an accepted decision
/// is due when the user agrees. The response of a refusal is a redirect only where the client and its
/// redirect URI are known.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_authorize(
    registrar: *const Registrar,
    context: *mut Context,
    request: *const Request,
    decision: *mut *mut Decision,
    error: *mut *mut Error,
) -> Status {
    // SAFETY: the caller passes NULL or live objects, text, and outputs that are NULL or may be written;
    // no other thread uses the context.
    unsafe {
        decide(registrar, context, decision, error, |core, facts| {
            Ok(core.authorize(facts, &required(request, "request")?.view())?)
        })
    }
}

/// Decides whether a request comes from the client that it names (RFC 6749 §2.3).
///
/// Every refusal looks the same; its reason is in the diagnostics, which are for the host.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_authenticate(
    registrar: *const Registrar,
    context: *mut Context,
    request: *const Request,
    decision: *mut *mut Decision,
    error: *mut *mut Error,
) -> Status {
    // SAFETY: the caller passes NULL or live objects, text, and outputs that are NULL or may be written;
    // no other thread uses the context.
    unsafe {
        decide(registrar, context, decision, error, |core, facts| {
            Ok(core.authenticate(facts, &required(request, "request")?.view())?)
        })
    }
}

/// Judges a client that is registered already by this policy, and issues nothing. Accepted means that the
/// client could register the same today.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_review(
    registrar: *const Registrar,
    context: *mut Context,
    client_id: Str,
    decision: *mut *mut Decision,
    error: *mut *mut Error,
) -> Status {
    // SAFETY: the caller passes NULL or live objects, text, and outputs that are NULL or may be written;
    // no other thread uses the context.
    unsafe {
        decide(registrar, context, decision, error, |core, facts| {
            Ok(core.review(facts, client_id.text("client_id")?)?)
        })
    }
}

/// Judges a metadata document as if this caller had submitted it, and issues nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_review_draft(
    registrar: *const Registrar,
    context: *mut Context,
    metadata: Str,
    decision: *mut *mut Decision,
    error: *mut *mut Error,
) -> Status {
    // SAFETY: the caller passes NULL or live objects, text, and outputs that are NULL or may be written;
    // no other thread uses the context.
    unsafe {
        decide(registrar, context, decision, error, |core, facts| {
            Ok(core.review_draft(facts, metadata.bytes("metadata")?)?)
        })
    }
}

/// Decides whether a client is kept: the effect is to remove it, or nothing. What became of the client since
/// it was registered is in the context.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_lifecycle(
    registrar: *const Registrar,
    context: *mut Context,
    client_id: Str,
    decision: *mut *mut Decision,
    error: *mut *mut Error,
) -> Status {
    // SAFETY: the caller passes NULL or live objects, text, and outputs that are NULL or may be written;
    // no other thread uses the context.
    unsafe {
        let activity = read(context, Activity::default(), Context::activity);
        decide(registrar, context, decision, error, |core, facts| {
            Ok(core.lifecycle(facts, client_id.text("client_id")?, &activity)?)
        })
    }
}

/// Judges a client id that is a URL (draft-ietf-oauth-client-id-metadata-document). Without its document, the
/// decision says whether it is acceptable and what to fetch; with it, whether the client is, and the effect
/// is to store its record, for as long as the document is cached.
///
/// `document` is what was fetched, as it arrived; the absent string means that nothing was fetched yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_client_document(
    registrar: *const Registrar,
    context: *mut Context,
    client_id: Str,
    document: Str,
    decision: *mut *mut Decision,
    error: *mut *mut Error,
) -> Status {
    // SAFETY: the caller passes NULL or live objects, text, and outputs that are NULL or may be written;
    // no other thread uses the context.
    unsafe {
        decide(registrar, context, decision, error, |core, facts| {
            let document = document.optional_bytes("document")?;
            Ok(core.client_document(facts, client_id.text("client_id")?, document)?)
        })
    }
}

/// Checks the terms of an API key, as JSON, before they are stored. Wrong ones give
/// `GATEPOST_STATUS_TERMS_INVALID`, and the error lists every mistake.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_check_terms(terms: Str, error: *mut *mut Error) -> Status {
    // SAFETY: the caller passes text, and an output that is NULL or may be written.
    unsafe {
        operate(error, || {
            crate::registrar::Registrar::check_terms(terms.text("terms")?).map_err(Error::terms)
        })
    }
}

/// 1 if a requested redirect URI is this registered one, and 0 if it is not: it is the same string (RFC 9700
/// §4.1.3), but for the port of a loopback address, which the client cannot know beforehand (RFC 8252 §7.3).
/// What is absent, or no UTF-8, is no redirect URI.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_redirect_uri_matches(registered: Str, requested: Str) -> i32 {
    guard(0, || {
        // SAFETY: the caller passes text.
        let texts = unsafe {
            (
                registered.optional_text("registered"),
                requested.optional_text("requested"),
            )
        };
        match texts {
            (Ok(Some(registered)), Ok(Some(requested))) => {
                crate::uri::redirect_uri_matches(registered, requested).into()
            }
            _ => 0,
        }
    })
}

/// Makes one decision.
///
/// # Safety
///
/// The registrar and the context are NULL or live, nobody else uses the context, and the outputs are NULL or
/// may be written.
unsafe fn decide(
    registrar: *const Registrar,
    context: *mut Context,
    decision: *mut *mut Decision,
    error: *mut *mut Error,
    core: impl FnOnce(
        &crate::registrar::Registrar,
        &crate::facts::Context<'_>,
    ) -> Result<crate::decision::Decision, Error>,
) -> Status {
    // SAFETY: the caller vouches for the same.
    unsafe {
        operate(error, || {
            let registrar = required(registrar, "registrar")?;
            let context = required_mut(context, "context")?;
            let output = Output::new(decision, "decision")?;
            let made = context.decide(|facts| core(&registrar.core, facts))?;
            output.hand_over(Decision::new(made));
            Ok(())
        })
    }
}
