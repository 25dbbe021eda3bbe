//! The operations of a registrar.

use crate::facts::Activity;

use super::context::{Context, Credential};
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
/// `body` is the body of the request as it arrived. It may be any bytes: the decision refuses what is not a
/// JSON object in UTF-8. A caller with an API key needs the permission `oauth-client-registration`. A caller
/// without a credential needs the setting `anonymous`. With the setting `approval`, the client may have to wait
/// until an administrator approves it (`gatepost_approve`): the response is the same, and the diagnostics have
/// the note `client-waits`.
///
/// Equal registrations can have the same client id. If the effect is `GATEPOST_EFFECT_SHARE`, or if the
/// standing is not `GATEPOST_STANDING_NONE`, a record with the decision's client id may exist. The host looks
/// it up. If it exists, the host asks again with that record and with the same entropy, and uses the second
/// decision.
#[unsafe(no_mangle)]
#[must_use]
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

/// Decides a registration by an administrator.
///
/// It validates the metadata as `gatepost_register` does, with two differences. The administrator may choose
/// the client id; if `client_id` is absent, one is generated. Redirect URIs are allowed that a client cannot
/// register itself, such as `stalwart://auth`.
///
/// The caller needs the permission `oauth-client-create`. The context's record is the record that already has
/// the chosen client id, if there is one: then the decision is a refusal (409).
#[unsafe(no_mangle)]
#[must_use]
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

/// Decides a `GET` of the client configuration endpoint (RFC 7592 §2.1).
///
/// The caller is the client with its registration access token, or an administrator with the permission
/// `oauth-client-get`. The context's record is the client's record.
#[unsafe(no_mangle)]
#[must_use]
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

/// Decides a `PUT` of the client configuration endpoint (RFC 7592 §2.2).
///
/// `body` is the body of the request as it arrived. It replaces the whole registration: a member that it
/// leaves out is deleted, or gets its default again. The caller is the client with its registration access
/// token, or an administrator with the permission `oauth-client-update`. The context's record is the client's
/// record.
#[unsafe(no_mangle)]
#[must_use]
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

/// Decides whether a client gets a new secret.
///
/// The response contains the new secret. The old secret stays valid for the number of seconds in the setting
/// `secret-overlap`. The caller needs the permission `oauth-client-update`. The context's record is the
/// client's record.
#[unsafe(no_mangle)]
#[must_use]
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

/// Decides whether a client gets a new registration access token, by an administrator's hand.
///
/// The response and `gatepost_decision_registration_access_token` contain the new token. The old one is refused
/// from then on. The caller needs the permission `oauth-client-update`. The context's record is the client's
/// record. The decision is a refusal if the settings have no `registration-endpoint`, and for a client that never
/// has such a token: it shares its id, or an administrator or a document describes it.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn gatepost_rotate_registration_access_token(
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
            Ok(core.rotate_registration_access_token(facts, client_id.text("client_id")?)?)
        })
    }
}

/// Decides whether a client is disabled.
///
/// A disabled client cannot be used, and its registration access token is refused, until it is enabled with
/// `gatepost_enable`. The caller needs the permission `oauth-client-update`. The context's record is the
/// client's record. A client that is already disabled is accepted without an effect.
#[unsafe(no_mangle)]
#[must_use]
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

/// Decides whether a client that was disabled is enabled.
///
/// The caller needs the permission `oauth-client-update`. The context's record is the client's record. A
/// client that is not disabled is accepted without an effect.
#[unsafe(no_mangle)]
#[must_use]
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

/// Decides whether a client that waits for approval (setting `approval`) is approved.
///
/// It can be used from then on. The caller needs the permission `oauth-client-update`. The context's record is
/// the client's record: the one that the administrator was shown. If the client has changed since, the host does
/// not ask. A client that does not wait is accepted without an effect. A client that is disabled as well stays
/// disabled.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn gatepost_approve(
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
            Ok(core.approve(facts, client_id.text("client_id")?)?)
        })
    }
}

/// Decides whether a client that waits for approval (setting `approval`) is denied.
///
/// It is deleted, as by `gatepost_remove`. The same program may register again, and waits again. To disable it
/// instead keeps this id out, and no more. The caller needs the permission `oauth-client-delete`. The context's record
/// is the client's record. A client that does not wait is refused (409), because somebody else may have approved
/// it.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn gatepost_deny(
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
            Ok(core.deny(facts, client_id.text("client_id")?)?)
        })
    }
}

/// Decides a `DELETE` of the client configuration endpoint (RFC 7592 §2.3).
///
/// The caller is the client with its registration access token, or an administrator with the permission
/// `oauth-client-delete`. The context's record is the client's record.
///
/// A client whose id contains its registration (setting `stateless`) needs no record to be used. So the
/// effect stores or replaces a record that denies the client, for good. The same holds for an id that an
/// administrator chose. The host ends the client's grants, and lists it no more.
#[unsafe(no_mangle)]
#[must_use]
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

/// Writes the client id that a request names, so that the host can look up the record.
///
/// The id is the parameter `client_id`, the user name of HTTP Basic (RFC 6749 §2.3.1), or the subject of an
/// assertion (RFC 7523 §3). At the authorization endpoint only the parameter counts. The id is not verified.
///
/// If the request names no client or two different ones, or if its parameters cannot be read, the call
/// succeeds and writes NULL. Free the result with `gatepost_text_free`.
#[unsafe(no_mangle)]
#[must_use]
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
            let client_id = registrar.core.identify(&request.view()?);
            output.hand_over_if_any(client_id.map(Text::new));
            Ok(())
        })
    }
}

/// Decides whether a client may be used, and with which redirect URI and scope.
///
/// The host asks at the authorization endpoint (RFC 6749 §4.1.1), the pushed authorization request endpoint
/// (RFC 9126 §2.1), the device authorization endpoint (RFC 8628 §3.1), and the token endpoint, for each
/// grant. The context's record is the client's record. The context's caller is the account that signed in,
/// because its permission `oauth-client-override` counts; before the sign-in the context has no credential.
///
/// If the decision accepts, `gatepost_decision_redirect_uri` and `gatepost_decision_scope` say what may be
/// granted. The response is empty, and the host's own is sent: at the authorization endpoint the page that asks the
/// user, and then a redirect with a code (RFC 6749 §4.1.2); at the others their JSON document. If the decision has
/// an effect, the host carries it out when the user agrees.
///
/// If the decision refuses, the response is a redirect only if the client and its redirect URI are verified
/// (RFC 6749 §4.1.2.1). Otherwise it is an error response.
///
/// At the token endpoint the caller is the account that the grant belongs to. The scope in the decision is
/// then the most that the client may have, and the host reduces it to the scope that the user granted.
///
/// A host that supports request objects or `request_uri` (RFC 9101, RFC 9126) resolves them first, and passes
/// the parameters that they contain. For a pushed request it passes `GATEPOST_ENDPOINT_PUSHED_AUTHORIZATION`
/// again.
#[unsafe(no_mangle)]
#[must_use]
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
            Ok(core.authorize(facts, &required(request, "request")?.view()?)?)
        })
    }
}

/// Decides whether a request comes from the client that it names (RFC 6749 §2.3, RFC 7523 §2.2).
///
/// The host asks at the token, introspection, revocation, device authorization and pushed authorization
/// request endpoints. The context's record is the client's record.
///
/// If the decision accepts, the response is empty: the request came from the client, and the host goes on with it
/// and sends its own response, such as that with the tokens (RFC 6749 §5.1). If `gatepost_decision_assertion_id` is
/// present, the host checks before that the assertion was not used already.
///
/// Every failed authentication gets the same response, 401 `invalid_client`. The diagnostics contain the
/// reason; the host logs them and does not send them. A request that cannot be read, or that authenticates in
/// two ways, gets 400 `invalid_request` with the reason. A client that is authenticated and waits for approval
/// gets 400 `unauthorized_client`, and is told so.
///
/// The library does not see the TLS connection. A client that registered a certificate (RFC 8705 §2) is
/// refused with the diagnostic `client-method-tls`, and the host verifies the certificate.
#[unsafe(no_mangle)]
#[must_use]
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
            Ok(core.authenticate(facts, &required(request, "request")?.view()?)?)
        })
    }
}

/// Decides whether a client may be used now: what a mail server asks at each sign-in, or whenever it looks a token
/// up.
///
/// `client_id` is the client that the token was issued to. The context's caller is the account that it was issued
/// for: `GATEPOST_CREDENTIAL_ACCEPTED`, with the account's permissions, because `oauth-client-override` counts. The
/// context's record is the client's record. `scope` is the scope that this use needs (RFC 6749 §3.3), such as that of
/// the token, or the one of the protocol; the client must have every name in it. If it is absent, no scope is
/// asked about.
///
/// If the decision accepts, the response is empty, and `gatepost_decision_scope` is the scope that was asked about,
/// or all that the client may have. The host itself has checked the token: that it is live, whose it is, and that it
/// has the scope.
///
/// Every refusal has the same response, 401 `invalid_client`. The diagnostics contain the reason, such as
/// `client-unknown`, `client-disabled`, `client-waits` or `scope-lacking`. A status other than `GATEPOST_STATUS_OK` means that the
/// answer cannot be had: nobody signs in, and the mail client is told to try again later (RFC 4954 §6: 454).
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn gatepost_usable(
    registrar: *const Registrar,
    context: *mut Context,
    client_id: Str,
    scope: Str,
    decision: *mut *mut Decision,
    error: *mut *mut Error,
) -> Status {
    // SAFETY: the caller passes NULL or live objects, text, and outputs that are NULL or may be written;
    // no other thread uses the context.
    unsafe {
        decide(registrar, context, decision, error, |core, facts| {
            let scope = scope.optional_text("scope")?;
            Ok(core.usable(facts, client_id.text("client_id")?, scope)?)
        })
    }
}

/// Checks a registered client against this policy, for example before new settings are used.
///
/// It accepts if the client could register the same metadata today. It issues nothing and has no effect. The
/// response is always 200; its body contains every finding. The context's record is the client's record. The
/// operation checks no permission: the host decides who may call it.
#[unsafe(no_mangle)]
#[must_use]
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

/// Checks a metadata document as if the caller submitted it to `gatepost_register`.
///
/// It issues nothing and has no effect. The limits on the number of clients are not checked. The response is
/// always 200; its body contains every finding, and what would be registered.
#[unsafe(no_mangle)]
#[must_use]
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

/// Decides whether a client is kept, for a host that looks through its clients at intervals.
///
/// It always accepts. The effect is `GATEPOST_EFFECT_REMOVE` if the client is to be removed, and the
/// diagnostic says why: no user authorised it, nobody used it, it was idle for too long, or its secret
/// expired. The response is empty.
///
/// The context's record is the client's record; without a record there is nothing to remove. How the client
/// was used is in the context too: `gatepost_context_set_authorised_at`, `gatepost_context_set_last_used`,
/// `gatepost_context_set_refresh_tokens`. The operation checks no permission.
///
/// A host that needs room for a new client of an anonymous caller sets
/// `gatepost_context_set_anonymous_clients`. If there are exactly as many as
/// `max-anonymous-clients`, a client of an anonymous caller that no user authorised is removed after one hour.
#[unsafe(no_mangle)]
#[must_use]
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

/// Decides whether a client id that is a URL may be used (draft-ietf-oauth-client-id-metadata-document). The
/// setting `client-id-metadata-documents` allows such ids.
///
/// The host asks twice. The first time `document` is absent. The decision says whether the URL is acceptable,
/// and `gatepost_decision_fetch` gives the URL with the limits for fetching it. The second time `document` is
/// the body that the host fetched, which may be any bytes. If the document is acceptable, the effect stores
/// the client's record. The host keeps the record as long as HTTP caching allows it to keep the document, and
/// then fetches the document again. The context's record is the client's record, if there is one.
#[unsafe(no_mangle)]
#[must_use]
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

/// Checks the terms of an API key or an account, which are a JSON object. The host calls it
/// before it stores them. If there are mistakes, the status is `GATEPOST_STATUS_TERMS_INVALID`,
/// and the error lists all of them.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn gatepost_check_terms(terms: Str, error: *mut *mut Error) -> Status {
    // SAFETY: the caller passes text, and an output that is NULL or may be written.
    unsafe {
        operate(error, || {
            crate::registrar::Registrar::check_terms(terms.text("terms")?).map_err(Error::terms)
        })
    }
}

/// Reads the value of an `Authorization` header (RFC 6750 §2.1), for `gatepost_context_set_credential` and
/// `gatepost_context_set_token`.
///
/// If `authorization` is absent, the request has no such header. It may be any bytes. A host that got several such
/// headers passes them joined with a comma (RFC 9110 §5.2), or an empty string.
///
/// `credential` gets a `gatepost_credential`, and `token` the bearer token; it is a part of `authorization`, and
/// absent if there is none. With a token the credential is `GATEPOST_CREDENTIAL_REJECTED`. The host looks the token up,
/// and passes `GATEPOST_CREDENTIAL_ACCEPTED` if it is a live API key. Otherwise it passes the two as they are.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn gatepost_bearer(
    authorization: Str,
    credential: *mut i32,
    token: *mut Str,
    error: *mut *mut Error,
) -> Status {
    // SAFETY: the caller passes bytes, and outputs that are NULL or may be written.
    unsafe {
        operate(error, || {
            let credential = Output::new(credential, "credential")?;
            let output = Output::new(token, "token")?;
            let value = authorization.optional_bytes("authorization")?;
            // What is no text is no token.
            let value = value.map(|value| str::from_utf8(value).unwrap_or_default());
            let found = crate::operations::bearer::bearer(value);
            credential.write(Credential::from(found.credential) as i32);
            output.write(Str::optional(found.token));
            Ok(())
        })
    }
}

/// Returns 1 if a requested redirect URI matches a registered one, otherwise 0.
///
/// The two strings must be equal (RFC 9700 §4.1.3). There is one exception: with the hosts `127.0.0.1`,
/// `[::1]` and `localhost` and the scheme `http`, the port may differ (RFC 8252 §7.3). `registered` must be a
/// redirect URI that a registration accepted. If a string is absent or not UTF-8, the result is 0.
#[unsafe(no_mangle)]
#[must_use]
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
/// The registrar and the context are NULL or live, nothing else uses the context, and the outputs are NULL or
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
    // SAFETY: the caller guarantees the same.
    unsafe {
        operate(error, || {
            let registrar = required(registrar, "registrar")?;
            let context = required_mut(context, "context")?;
            let output = Output::new(decision, "decision")?;
            context.check()?;
            let made = context.decide(|facts| core(&registrar.core, facts))?;
            output.hand_over(Decision::new(made));
            Ok(())
        })
    }
}
