//! Management of a registration (RFC 7592): by the client, with its registration access token, or by an
//! administrator.

use crate::client::{self, Known};
use crate::config::Policy;
use crate::context::{Context, Credential};
use crate::credentials::{Generator, Hash};
use crate::decision::{Decision, Effect};
use crate::diagnostic::{ErrorCode, Findings, Place, Rule, rule};
use crate::document::{self, Json, Object};
use crate::information::Information;
use crate::metadata::{self, Registered};
use crate::record::{Members, Stored};
use crate::{Misuse, policy, response, stateless};

/// Decides a `GET` of the client configuration endpoint (RFC 7592 §2.1).
pub(crate) fn read(
    context: &Context<'_>,
    now: u64,
    client_id: &str,
    policy: &Policy,
) -> Result<Decision, Misuse> {
    Ok(match permit(&READ, context, now, client_id, policy)? {
        Err(refusal) => refusal,
        Ok(Permitted { known, token }) => {
            let information = Information::new(&known.stored).with_token(token, policy);
            let response = information.respond(200, &known.stored);
            Decision::accept(response, Effect::None, Findings::default())
        }
    })
}

/// Decides a `PUT` of the client configuration endpoint (RFC 7592 §2.2): it replaces the whole.
pub(crate) fn update(
    context: &Context<'_>,
    now: u64,
    entropy: &[u8],
    client_id: &str,
    body: &[u8],
    policy: &Policy,
) -> Result<Decision, Misuse> {
    let Permitted { known, token } = match permit(&CHANGE, context, now, client_id, policy)? {
        Ok(permitted) => permitted,
        Err(refusal) => return Ok(refusal),
    };
    let mut stored = known.stored;
    let mut findings = Findings::default();
    if stateless::is_stateless(client_id) || stored.shared {
        findings.error(&rule::CLIENT_FIXED, Place::Document);
        return Ok(response::refusal(findings));
    }
    let Some(document) = document::read(body, &policy.document_limits(), &mut findings) else {
        return Ok(response::refusal(findings));
    };
    repeats_what_it_must(&document, &stored, &mut findings);
    let profile = stored.registered_by.profile;
    let within = policy::within_terms(&stored.registered_by, policy)?;
    let metadata = metadata::accept(&document, profile, now, &within, &mut findings);
    let Some(metadata) = metadata.filter(|_| !findings.has_errors()) else {
        return Ok(response::refusal(findings));
    };

    let mut generator = Generator::new(entropy);
    let method = metadata.token_endpoint_auth_method;
    let secret = stored.update_secret(method, now, policy, &mut generator);
    let rotates = policy.rotate_registration_access_token && token.is_some();
    let fresh = rotates.then(|| stored.issue_token(&mut generator));
    stored.metadata = Members::Owned(metadata.to_raw());
    let token = fresh.as_ref().map(|fresh| fresh.reveal()).or(token);
    let response = Information::new(&stored)
        .with_secret(secret.as_ref(), &stored)
        .with_token(token, policy)
        .respond(200, &stored);
    Ok(Decision {
        fetches: metadata.fetches(),
        ..Decision::accept(response, Effect::Replace(stored.record()), findings)
    })
}

/// Gives a client a new secret, by an administrator's hand.
pub(crate) fn rotate_secret(
    context: &Context<'_>,
    now: u64,
    entropy: &[u8],
    client_id: &str,
    policy: &Policy,
) -> Result<Decision, Misuse> {
    let mut findings = Findings::default();
    let missing = &rule::PERMISSION_UPDATE_MISSING;
    if let Err(refused) = policy::permit(&context.caller, policy::UPDATE, missing) {
        findings.error(refused, Place::Document);
        return Ok(response::refusal(findings));
    }
    let Some(Known { mut stored, .. }) = client::look_up(client_id, context, now, policy)? else {
        findings.error(&rule::CLIENT_NOT_FOUND, Place::Document);
        return Ok(response::refusal(findings));
    };
    let method = Registered::read(stored.metadata.raw())?.token_endpoint_auth_method;
    let mut generator = Generator::new(entropy);
    let Some(secret) = stored.issue_secret(method, now, policy, &mut generator) else {
        findings.error(&rule::SECRET_UNUSED, Place::Document);
        return Ok(response::refusal(findings));
    };
    let response = Information::new(&stored)
        .with_secret(Some(&secret), &stored)
        .respond(200, &stored);
    Ok(Decision::accept(
        response,
        Effect::Replace(stored.record()),
        findings,
    ))
}

/// Whether a client may be used, by an administrator's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Switch {
    /// It may be used as it is registered.
    Enabled,
    /// It must not be used, until it is enabled again.
    Disabled,
}

/// Disables a client or enables it again, by an administrator's hand. One that is as it should be
/// already is so.
///
/// What was deleted stays deleted: an id that carries its registration is not revived.
pub(crate) fn switch(
    context: &Context<'_>,
    now: u64,
    client_id: &str,
    to: Switch,
    policy: &Policy,
) -> Result<Decision, Misuse> {
    let mut findings = Findings::default();
    let missing = &rule::PERMISSION_UPDATE_MISSING;
    if let Err(refused) = policy::permit(&context.caller, policy::UPDATE, missing) {
        findings.error(refused, Place::Document);
        return Ok(response::refusal(findings));
    }
    let known = client::look_up(client_id, context, now, policy)?;
    let Some(Known {
        mut stored,
        stateless,
        ..
    }) = known.filter(|known| !known.stored.denied)
    else {
        findings.error(&rule::CLIENT_NOT_FOUND, Place::Document);
        return Ok(response::refusal(findings));
    };
    let is_disabled = to == Switch::Disabled;
    let nothing = response::nothing(204);
    if stored.disabled == is_disabled {
        return Ok(Decision::accept(nothing, Effect::None, findings));
    }
    stored.disabled = is_disabled;
    let effect = match stateless {
        true => Effect::Store(stored.record()),
        false => Effect::Replace(stored.record()),
    };
    Ok(Decision::accept(nothing, effect, findings))
}

/// Decides a `DELETE` of the client configuration endpoint (RFC 7592 §2.3).
pub(crate) fn remove(
    context: &Context<'_>,
    now: u64,
    client_id: &str,
    policy: &Policy,
) -> Result<Decision, Misuse> {
    let known = match permit(&DELETE, context, now, client_id, policy)? {
        Ok(permitted) => permitted.known,
        Err(refusal) => return Ok(refusal),
    };
    let nothing = response::nothing(204);
    if !stateless::is_stateless(client_id) {
        let effect = Effect::Remove(client_id.to_owned());
        return Ok(Decision::accept(nothing, effect, Findings::default()));
    }
    // The id would be good again with the record gone, so that one is left which denies it.
    let mut stored = known.stored;
    stored.denied = true;
    let effect = if known.stateless {
        Effect::Store(stored.record())
    } else {
        Effect::Replace(stored.record())
    };
    Ok(Decision::accept(nothing, effect, Findings::default()))
}

/// What is done to a registration, and what an administrator needs for it.
struct Operation {
    permission: &'static str,
    missing: &'static Rule,
}

const READ: Operation = Operation {
    permission: policy::GET,
    missing: &rule::PERMISSION_GET_MISSING,
};
const CHANGE: Operation = Operation {
    permission: policy::UPDATE,
    missing: &rule::PERMISSION_UPDATE_MISSING,
};
const DELETE: Operation = Operation {
    permission: policy::DELETE,
    missing: &rule::PERMISSION_DELETE_MISSING,
};

/// All that whoever has no good token is told.
const NOT_ITS_TOKEN: &str = "The registration access token is not one of this client.";

/// The client that the caller may do this to, with the registration access token if that is what
/// permits it; or the refusal.
struct Permitted<'a> {
    known: Known<'a>,
    token: Option<&'a str>,
}

/// An API key is an administrator's; any other token can only be the client's own. Whoever has neither
/// learns nothing, not even whether there is such a client (requirements D2).
fn permit<'a>(
    operation: &Operation,
    context: &Context<'a>,
    now: u64,
    client_id: &str,
    policy: &Policy,
) -> Result<Result<Permitted<'a>, Decision>, Misuse> {
    let known = client::look_up(client_id, context, now, policy)?;
    let caller = &context.caller;
    let mut findings = Findings::default();
    if caller.credential == Credential::Rejected {
        let token = caller.token.unwrap_or_default();
        let hash = known.as_ref().and_then(token_hash);
        // A client that is not there takes as long as one that is.
        let is_its_own = hash.unwrap_or(&Hash::default()).is_of(token);
        return Ok(match known {
            Some(known) if is_its_own => Ok(Permitted {
                known,
                token: Some(token),
            }),
            known => {
                let has_one = known.as_ref().and_then(token_hash).is_some();
                let reason = match has_one {
                    true => &rule::TOKEN_WRONG,
                    false => &rule::TOKEN_OF_NOBODY,
                };
                findings.error(reason, Place::Document);
                let challenge = response::challenge(ErrorCode::InvalidToken, NOT_ITS_TOKEN);
                Err(response::opaque(
                    findings,
                    ErrorCode::InvalidToken,
                    NOT_ITS_TOKEN,
                    challenge,
                ))
            }
        });
    }
    let reason = match policy::permit(caller, operation.permission, operation.missing) {
        Err(_) if caller.credential == Credential::Missing => &rule::TOKEN_MISSING,
        Err(refused) => refused,
        Ok(()) => match known {
            Some(known) => return Ok(Ok(Permitted { known, token: None })),
            None => &rule::CLIENT_NOT_FOUND,
        },
    };
    findings.error(reason, Place::Document);
    Ok(Err(response::refusal(findings)))
}

/// The hash of the registration access token of a client that has one and may be used.
fn token_hash<'k>(known: &'k Known<'_>) -> Option<&'k Hash> {
    let stored = &known.stored;
    let token = stored.registration_access_token.as_ref();
    token
        .filter(|_| !stored.is_shut_out())
        .map(|token| &token.sha256)
}

/// What an update must have, and must not (requirements D3).
fn repeats_what_it_must(document: &Object<'_>, stored: &Stored<'_>, findings: &mut Findings) {
    let given = |name| document.member(name).filter(|value| **value != Json::Null);
    match given("client_id") {
        Some(Json::Text(id)) if **id == *stored.client_id => {}
        Some(_) => findings.error(&rule::CLIENT_ID_OTHER, Place::top("client_id")),
        None => findings.error(&rule::CLIENT_ID_MISSING, Place::top("client_id")),
    }
    for name in [
        "registration_access_token",
        "registration_client_uri",
        "client_secret_expires_at",
        "client_id_issued_at",
    ] {
        if given(name).is_some() {
            findings.error(&rule::MEMBER_OF_SERVER, Place::top(name));
        }
    }
    if let Some(secret) = given("client_secret") {
        let is_its_own = match (secret, &stored.client_secret) {
            (Json::Text(secret), Some(stored)) => stored.sha256.is_of(secret),
            _ => false,
        };
        if !is_its_own {
            findings.error(&rule::CLIENT_SECRET_OTHER, Place::top("client_secret"));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::Outcome;
    use crate::config;
    use crate::context::Caller;
    use crate::registration;

    use super::*;

    const ENTROPY: [u8; 32] = [7; 32];
    const OTHER_ENTROPY: [u8; 32] = [8; 32];
    const NOW: u64 = 1_790_000_000;
    const KEY: &[&str] = &["authenticate", "oauth-client-registration"];

    fn policy(settings: &str) -> Policy {
        let text = format!(
            "[oauth.client-registration]
             registration-endpoint = 'https://mail.example.com/auth/register'
             {settings}"
        );
        config::compile(&text).unwrap().0
    }

    fn web() -> Value {
        json!({
            "redirect_uris": ["https://a.example.com/cb"],
            "client_name": "A",
            "token_endpoint_auth_method": "client_secret_basic",
        })
    }

    /// A client that registered, as the host and as the client itself know it.
    struct Registered {
        id: String,
        record: String,
        token: String,
        secret: String,
    }

    fn register_with(caller: Caller<'_>, metadata: &Value, policy: &Policy) -> Registered {
        let context = Context {
            caller,
            ..Context::default()
        };
        let body = metadata.to_string();
        let decision =
            registration::register(&context, NOW, &ENTROPY, body.as_bytes(), policy).unwrap();
        let answer: Value = serde_json::from_str(&decision.response.body).unwrap();
        let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
        let (Effect::Store(record) | Effect::Share(record)) = decision.effect else {
            panic!("{}", decision.response.body);
        };
        Registered {
            id: record.client_id,
            record: record.document,
            token: text("registration_access_token"),
            secret: text("client_secret"),
        }
    }

    fn register(metadata: &Value, policy: &Policy) -> Registered {
        register_with(Caller::with_permissions(KEY), metadata, policy)
    }

    /// Whoever has only a registration access token.
    fn client<'a>(token: &'a str, record: Option<&'a str>) -> Context<'a> {
        Context {
            caller: Caller {
                credential: Credential::Rejected,
                token: Some(token),
                ..Caller::default()
            },
            record,
            ..Context::default()
        }
    }

    fn administrator<'a>(permissions: &'a [&'a str], record: Option<&'a str>) -> Context<'a> {
        Context {
            caller: Caller::with_permissions(permissions),
            record,
            ..Context::default()
        }
    }

    fn body(decision: &Decision) -> Value {
        serde_json::from_str(&decision.response.body).unwrap()
    }

    fn codes(decision: &Decision) -> Vec<String> {
        let found = decision.diagnostics.iter();
        found.map(|d| format!("{} {}", d.code, d.pointer)).collect()
    }

    fn replaced(decision: &Decision) -> &str {
        match &decision.effect {
            Effect::Replace(record) => &record.document,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn who_may() {
        let policy = policy("");
        let own = register(&web(), &policy);
        let get: &[&str] = &["authenticate", "oauth-client-get"];
        let change: &[&str] = &["authenticate", "oauth-client-update"];
        let delete: &[&str] = &["authenticate", "oauth-client-delete"];
        let shortened = &own.token[..own.token.len() - 1];
        let malformed = Context {
            caller: Caller {
                credential: Credential::Malformed,
                ..Caller::default()
            },
            record: Some(&own.record),
            ..Context::default()
        };
        let anonymous = Context {
            record: Some(&own.record),
            ..Context::default()
        };
        let record = Some(own.record.as_str());
        for (name, context, read_status, update_status, delete_status, reason) in [
            ("its token", client(&own.token, record), 200, 200, 204, None),
            (
                "another token",
                client("x", record),
                401,
                401,
                401,
                Some("token-wrong"),
            ),
            (
                "a shortened token",
                client(shortened, record),
                401,
                401,
                401,
                Some("token-wrong"),
            ),
            (
                "an empty token",
                client("", record),
                401,
                401,
                401,
                Some("token-wrong"),
            ),
            (
                "its secret",
                client(&own.secret, record),
                401,
                401,
                401,
                Some("token-wrong"),
            ),
            (
                "no such client",
                client(&own.token, None),
                401,
                401,
                401,
                Some("token-of-nobody"),
            ),
            ("no token", anonymous, 401, 401, 401, Some("token-missing")),
            (
                "a malformed token",
                malformed,
                400,
                400,
                400,
                Some("credential-malformed"),
            ),
            ("may read", administrator(get, record), 200, 403, 403, None),
            (
                "may change",
                administrator(change, record),
                403,
                200,
                403,
                None,
            ),
            (
                "may delete",
                administrator(delete, record),
                403,
                403,
                204,
                None,
            ),
            (
                "may register",
                administrator(KEY, record),
                403,
                403,
                403,
                None,
            ),
            (
                "may not sign in",
                administrator(&get[1..], record),
                403,
                403,
                403,
                None,
            ),
            (
                "nothing there to read",
                administrator(get, None),
                404,
                403,
                403,
                None,
            ),
            (
                "nothing there to change",
                administrator(change, None),
                403,
                404,
                403,
                None,
            ),
            (
                "nothing there to delete",
                administrator(delete, None),
                403,
                403,
                404,
                None,
            ),
        ] {
            let mut document = web();
            document["client_id"] = own.id.as_str().into();
            let document = document.to_string();
            let read = read(&context, NOW, &own.id, &policy).unwrap();
            let update = update(
                &context,
                NOW,
                &ENTROPY,
                &own.id,
                document.as_bytes(),
                &policy,
            )
            .unwrap();
            let remove = remove(&context, NOW, &own.id, &policy).unwrap();
            let statuses = [&read, &update, &remove].map(|decision| decision.response.status);
            assert_eq!(
                statuses,
                [read_status, update_status, delete_status],
                "{name}"
            );
            if let Some(reason) = reason {
                for decision in [&read, &update, &remove] {
                    assert_eq!(decision.diagnostics[0].code, reason, "{name}");
                }
            }
            for decision in [&read, &update, &remove] {
                let refused = decision.outcome == Outcome::Refuse;
                assert_eq!(refused, decision.response.status >= 400, "{name}");
                assert!(!refused || decision.effect == Effect::None, "{name}");
                let asks = decision
                    .response
                    .headers
                    .iter()
                    .any(|h| h.name == "WWW-Authenticate");
                assert_eq!(
                    asks,
                    matches!(decision.response.status, 401 | 403)
                        || reason == Some("credential-malformed"),
                    "{name}"
                );
            }
        }
    }

    #[test]
    fn what_an_administrator_lacks() {
        let policy = policy("");
        let own = register(&web(), &policy);
        let context = administrator(KEY, Some(&own.record));
        let code = |decision: Decision| decision.diagnostics[0].code;
        let read = read(&context, NOW, &own.id, &policy).unwrap();
        assert_eq!(code(read), "permission-get-missing");
        let change = update(&context, NOW, &ENTROPY, &own.id, b"{}", &policy).unwrap();
        assert_eq!(code(change), "permission-update-missing");
        let remove = remove(&context, NOW, &own.id, &policy).unwrap();
        let challenge = remove
            .response
            .headers
            .iter()
            .find(|h| h.name == "WWW-Authenticate");
        let needed = "scope=\"authenticate oauth-client-delete\"";
        assert!(challenge.unwrap().value.contains(needed));
        assert_eq!(code(remove), "permission-delete-missing");
    }

    #[test]
    fn nobody_learns_which_clients_there_are() {
        let policy = policy("");
        let own = register(&web(), &policy);
        let known = read(&client("x", Some(&own.record)), NOW, &own.id, &policy).unwrap();
        let unknown = read(&client("x", None), NOW, "gpc_nobody", &policy).unwrap();
        assert_eq!(known.response, unknown.response);
        assert_ne!(known.diagnostics, unknown.diagnostics);
        let text = "\"error\":\"invalid_token\"";
        assert!(
            known.response.body.contains(text),
            "{}",
            known.response.body
        );
        assert!(!known.response.body.contains("diagnostics"));
    }

    #[test]
    fn a_record_of_another_client_is_misuse() {
        let policy = policy("");
        let own = register(&web(), &policy);
        let context = client(&own.token, Some(&own.record));
        let mismatch = Some(Misuse::RecordMismatch);
        assert_eq!(read(&context, NOW, "gpc_other", &policy).err(), mismatch);
        assert_eq!(remove(&context, NOW, "gpc_other", &policy).err(), mismatch);
        for record in ["", "{}", "{\"version\":2}", "[1]"] {
            let context = client(&own.token, Some(record));
            let unreadable = Some(Misuse::RecordUnreadable);
            assert_eq!(
                read(&context, NOW, &own.id, &policy).err(),
                unreadable,
                "{record}"
            );
        }
        let later = own.record.replace("\"version\":1", "\"version\":2");
        let found = read(&client(&own.token, Some(&later)), NOW, &own.id, &policy);
        assert_eq!(found.err(), Some(Misuse::RecordUnreadable));
    }

    #[test]
    fn what_is_read() {
        let policy = policy("");
        let own = register(&web(), &policy);
        let read_by_client = read(
            &client(&own.token, Some(&own.record)),
            NOW + 9,
            &own.id,
            &policy,
        );
        let answer = body(&read_by_client.unwrap());
        assert_eq!(answer["client_id"], own.id.as_str());
        assert_eq!(answer["client_id_issued_at"], NOW);
        assert_eq!(answer["client_name"], "A");
        assert_eq!(answer["registration_access_token"], own.token.as_str());
        let uri = format!("https://mail.example.com/auth/register/{}", own.id);
        assert_eq!(answer["registration_client_uri"], uri.as_str());
        // Only its hash is known.
        assert_eq!(answer.get("client_secret"), None);
        assert_eq!(answer.get("client_secret_expires_at"), None);

        let get = ["authenticate", "oauth-client-get"];
        let context = administrator(&get, Some(&own.record));
        let answer = body(&read(&context, NOW, &own.id, &policy).unwrap());
        assert_eq!(answer["client_name"], "A");
        assert_eq!(answer.get("registration_access_token"), None);
    }

    #[test]
    fn what_an_update_must_have() {
        let policy = policy("");
        let own = register(&web(), &policy);
        for (name, changes, expected) in [
            ("as it was", json!({}), &[][..]),
            ("its own secret", json!({"client_secret": own.secret}), &[]),
            (
                "no id",
                json!({"client_id": null}),
                &["client-id-missing /client_id"],
            ),
            (
                "another id",
                json!({"client_id": "x"}),
                &["client-id-other /client_id"],
            ),
            (
                "a number for an id",
                json!({"client_id": 1}),
                &["client-id-other /client_id"],
            ),
            (
                "another secret",
                json!({"client_secret": "x"}),
                &["client-secret-other /client_secret"],
            ),
            (
                "a number for a secret",
                json!({"client_secret": 1}),
                &["client-secret-other /client_secret"],
            ),
            ("no secret", json!({"client_secret": null}), &[]),
            (
                "the token",
                json!({"registration_access_token": own.token}),
                &["member-of-server /registration_access_token"],
            ),
            (
                "the URI",
                json!({"registration_client_uri": "x"}),
                &["member-of-server /registration_client_uri"],
            ),
            (
                "the secret's end",
                json!({"client_secret_expires_at": 0}),
                &["member-of-server /client_secret_expires_at"],
            ),
            (
                "the time of issue",
                json!({"client_id_issued_at": 1}),
                &["member-of-server /client_id_issued_at"],
            ),
            (
                "nothing of the server's",
                json!({"registration_access_token": null, "client_id_issued_at": null}),
                &[],
            ),
            (
                "no redirect URIs",
                json!({"redirect_uris": null}),
                &["redirect-uris-missing /redirect_uris"],
            ),
            (
                "several mistakes",
                json!({"client_id": "x", "redirect_uris": ["http://a.example.com/"]}),
                &[
                    "redirect-uri-http /redirect_uris/0",
                    "client-id-other /client_id",
                ],
            ),
        ] {
            let mut document = web();
            document["client_id"] = own.id.as_str().into();
            for (member, value) in changes.as_object().unwrap() {
                document[member] = value.clone();
            }
            let document = document.to_string();
            let context = client(&own.token, Some(&own.record));
            let decision = update(
                &context,
                NOW,
                &ENTROPY,
                &own.id,
                document.as_bytes(),
                &policy,
            )
            .unwrap();
            assert_eq!(codes(&decision), expected, "{name}");
            assert_eq!(
                decision.outcome == Outcome::Accept,
                expected.is_empty(),
                "{name}"
            );
        }
        for raw in ["", "[]", "null", "{"] {
            let context = client(&own.token, Some(&own.record));
            let decision =
                update(&context, NOW, &ENTROPY, &own.id, raw.as_bytes(), &policy).unwrap();
            assert_eq!(decision.response.status, 400, "{raw}");
        }
    }

    #[test]
    fn an_update_replaces_the_whole() {
        let policy = policy("");
        let mut first = web();
        first["client_name#de"] = "Ä".into();
        let own = register(&first, &policy);
        let document = json!({
            "client_id": own.id,
            "redirect_uris": ["https://b.example.com/cb"],
        });
        let context = client(&own.token, Some(&own.record));
        let decision = update(
            &context,
            NOW + 9,
            &OTHER_ENTROPY,
            &own.id,
            document.to_string().as_bytes(),
            &policy,
        );
        let decision = decision.unwrap();
        let answer = body(&decision);
        assert_eq!(answer["redirect_uris"], json!(["https://b.example.com/cb"]));
        assert_eq!(answer["client_id_issued_at"], NOW);
        assert_eq!(answer["registration_access_token"], own.token.as_str());
        for gone in ["client_name", "client_name#de", "client_secret"] {
            assert_eq!(answer.get(gone), None, "{gone}");
        }
        let record = replaced(&decision);
        let again = read(&client(&own.token, Some(record)), NOW, &own.id, &policy).unwrap();
        assert_eq!(body(&again), answer);
    }

    #[test]
    fn an_update_says_what_was_found_and_what_to_fetch() {
        let policy = policy("");
        let own = register(&web(), &policy);
        let mut document = web();
        document["client_id"] = own.id.as_str().into();
        document["scope"] = "offline_access x".into();
        document["jwks_uri"] = "https://a.example.com/keys".into();
        let document = document.to_string();
        let context = client(&own.token, Some(&own.record));
        let decision = update(
            &context,
            NOW,
            &ENTROPY,
            &own.id,
            document.as_bytes(),
            &policy,
        )
        .unwrap();
        assert_eq!(codes(&decision), ["scope-not-offered /scope"]);
        assert_eq!(decision.fetches.len(), 1);
        assert_eq!(decision.fetches[0].pointer, "/jwks_uri");
    }

    /// The secrets that a record has after an update under these settings, and whether a new one was
    /// handed out: (current kept, previous kept, until when).
    #[test]
    fn secrets_and_tokens_change() {
        for (name, settings, method, at, new_secret, previous, new_token) in [
            (
                "by default",
                "",
                "client_secret_basic",
                NOW + 9,
                false,
                None,
                false,
            ),
            (
                "rotated",
                "rotate-secret = true",
                "client_secret_basic",
                NOW + 9,
                true,
                None,
                false,
            ),
            (
                "rotated with an overlap",
                "rotate-secret = true\nsecret-overlap = 60",
                "client_secret_post",
                NOW + 9,
                true,
                Some(NOW + 69),
                false,
            ),
            (
                "an overlap never outlives the secret",
                "rotate-secret = true\nsecret-overlap = 60\nsecret-lifetime = 30",
                "client_secret_post",
                NOW + 9,
                true,
                Some(NOW + 30),
                false,
            ),
            (
                "an overlap without rotation",
                "secret-overlap = 60",
                "client_secret_basic",
                NOW + 9,
                false,
                None,
                false,
            ),
            (
                "just before its end",
                "secret-lifetime = 30\nsecret-overlap = 60",
                "client_secret_basic",
                NOW + 29,
                false,
                None,
                false,
            ),
            (
                "at its end",
                "secret-lifetime = 30\nsecret-overlap = 60",
                "client_secret_basic",
                NOW + 30,
                true,
                None,
                false,
            ),
            (
                "becomes public",
                "rotate-secret = true\nsecret-overlap = 60",
                "none",
                NOW + 9,
                false,
                None,
                false,
            ),
            (
                "token rotated",
                "rotate-registration-access-token = true",
                "client_secret_basic",
                NOW + 9,
                false,
                None,
                true,
            ),
        ] {
            let policy = policy(settings);
            let own = register(&web(), &policy);
            let mut document = web();
            document["client_id"] = own.id.as_str().into();
            document["token_endpoint_auth_method"] = method.into();
            let context = client(&own.token, Some(&own.record));
            let document = document.to_string();
            let decision = update(
                &context,
                at,
                &OTHER_ENTROPY,
                &own.id,
                document.as_bytes(),
                &policy,
            );
            let decision = decision.unwrap();
            let answer = body(&decision);
            let stored = Stored::read(replaced(&decision)).unwrap();
            assert_eq!(answer.get("client_secret").is_some(), new_secret, "{name}");
            assert_eq!(
                answer.get("client_secret_expires_at").is_some(),
                new_secret,
                "{name}"
            );
            let current = stored.client_secret.as_ref();
            assert_eq!(current.is_some(), method != "none", "{name}");
            if method != "none" {
                let secret = match new_secret {
                    true => answer["client_secret"].as_str().unwrap(),
                    false => &own.secret,
                };
                assert!(current.unwrap().sha256.is_of(secret), "{name}");
            }
            let kept = stored.previous_client_secret.as_ref();
            assert_eq!(kept.map(|s| s.expires_at), previous, "{name}");
            assert!(kept.is_none_or(|s| s.sha256.is_of(&own.secret)), "{name}");
            let token = answer["registration_access_token"].as_str().unwrap();
            assert_eq!(token != own.token, new_token, "{name}");
            let hash = stored.registration_access_token.unwrap().sha256;
            assert!(hash.is_of(token), "{name}");
        }
    }

    #[test]
    fn an_administrator_gives_a_new_secret() {
        let policy = policy("secret-overlap = 60");
        let own = register(&web(), &policy);
        let public = json!({"redirect_uris": ["https://a.example.com/cb"], "token_endpoint_auth_method": "none"});
        let public = register(&public, &policy);
        let may: &[&str] = &["authenticate", "oauth-client-update"];
        let rotate = |context: &Context<'_>, id: &str| {
            rotate_secret(context, NOW, &OTHER_ENTROPY, id, &policy).unwrap()
        };
        for (name, context, id, status, code) in [
            (
                "may",
                administrator(may, Some(&own.record)),
                &own.id,
                200,
                None,
            ),
            (
                "may not",
                administrator(KEY, Some(&own.record)),
                &own.id,
                403,
                Some("permission-update-missing"),
            ),
            (
                "the client itself",
                client(&own.token, Some(&own.record)),
                &own.id,
                401,
                Some("credential-rejected"),
            ),
            (
                "nobody",
                Context::default(),
                &own.id,
                401,
                Some("credential-missing"),
            ),
            (
                "no such client",
                administrator(may, None),
                &own.id,
                404,
                Some("client-not-found"),
            ),
            (
                "no secret",
                administrator(may, Some(&public.record)),
                &public.id,
                400,
                Some("secret-unused"),
            ),
        ] {
            let decision = rotate(&context, id);
            assert_eq!(decision.response.status, status, "{name}");
            assert_eq!(decision.diagnostics.first().map(|d| d.code), code, "{name}");
        }
        let decision = rotate(&administrator(may, Some(&own.record)), &own.id);
        let stored = Stored::read(replaced(&decision)).unwrap();
        let answer = body(&decision);
        let fresh = answer["client_secret"].as_str().unwrap();
        assert!(stored.client_secret.unwrap().sha256.is_of(fresh));
        assert!(
            stored
                .previous_client_secret
                .unwrap()
                .sha256
                .is_of(&own.secret)
        );
        assert_eq!(answer["client_secret_expires_at"], 0);
    }

    #[test]
    fn an_update_stays_within_the_terms() {
        let policy = policy("anonymous = true\nshare-identical = 'off'");
        let terms = Caller {
            terms: Some(r#"{"redirect-hosts": ["a.example.com"], "scopes": ["offline_access"]}"#),
            ..Caller::with_permissions(KEY)
        };
        let native = json!({"redirect_uris": ["http://127.0.0.1/cb"]});
        let bound = register_with(terms, &web(), &policy);
        let free = register(&web(), &policy);
        let stranger = register_with(Caller::anonymous(), &native, &policy);
        let elsewhere = json!({"redirect_uris": ["https://b.example.com/cb"]});
        let scope = json!({"redirect_uris": ["https://a.example.com/cb"], "scope": "urn:ietf:params:oauth:scope:mail"});
        for (name, own, change, code) in [
            ("free", &free, &elsewhere, None),
            (
                "another host",
                &bound,
                &elsewhere,
                Some("redirect-uri-host-not-allowed"),
            ),
            ("another scope", &bound, &scope, Some("scope-none-offered")),
            (
                "a stranger's web page",
                &stranger,
                &elsewhere,
                Some("redirect-uri-not-native"),
            ),
        ] {
            let mut document = change.clone();
            document["client_id"] = own.id.as_str().into();
            let document = document.to_string();
            let update_by = |context: &Context<'_>| {
                update(
                    context,
                    NOW,
                    &ENTROPY,
                    &own.id,
                    document.as_bytes(),
                    &policy,
                )
                .unwrap()
            };
            let may = ["authenticate", "oauth-client-update"];
            let by_client = update_by(&client(&own.token, Some(&own.record)));
            let by_administrator = update_by(&administrator(&may, Some(&own.record)));
            for decision in [by_client, by_administrator] {
                assert_eq!(decision.diagnostics.first().map(|d| d.code), code, "{name}");
            }
        }
    }

    #[test]
    fn who_is_disabled_by_whom() {
        let policy = policy("");
        let own = register(&web(), &policy);
        let mut denied: serde_json::Value = serde_json::from_str(&own.record).unwrap();
        denied["denied"] = true.into();
        let denied = denied.to_string();
        let update = &["authenticate", "oauth-client-update"];
        for (name, permissions, id, record, to, expected) in [
            (
                "a client",
                &update[..],
                &*own.id,
                Some(&*own.record),
                Switch::Disabled,
                (204, "replace"),
            ),
            (
                "enabled already",
                update,
                &own.id,
                Some(&own.record),
                Switch::Enabled,
                (204, "none"),
            ),
            (
                "deleted for good",
                update,
                &own.id,
                Some(&denied),
                Switch::Enabled,
                (404, "none"),
            ),
            (
                "nobody",
                update,
                "nobody",
                None,
                Switch::Disabled,
                (404, "none"),
            ),
            (
                "by a reader",
                &["authenticate"],
                &own.id,
                Some(&own.record),
                Switch::Disabled,
                (403, "none"),
            ),
        ] {
            let context = administrator(permissions, record);
            let decision = switch(&context, NOW, id, to, &policy).unwrap();
            let effect = match &decision.effect {
                Effect::Replace(record) => {
                    assert!(Stored::read(&record.document).unwrap().disabled, "{name}");
                    "replace"
                }
                _ => "none",
            };
            assert_eq!((decision.response.status, effect), expected, "{name}");
        }
    }

    #[test]
    fn what_is_shared_stays() {
        let policy = policy("anonymous = true");
        let native = json!({"redirect_uris": ["http://127.0.0.1/cb"]});
        let own = register_with(Caller::anonymous(), &native, &policy);
        assert_eq!(own.token, "", "what is shared is nobody's to manage");
        let may = ["authenticate", "oauth-client-update", "oauth-client-delete"];
        let context = administrator(&may, Some(&own.record));
        let changed = update(&context, NOW, &ENTROPY, &own.id, b"{}", &policy).unwrap();
        assert_eq!(codes(&changed), ["client-fixed "]);
        let removed = remove(&context, NOW, &own.id, &policy).unwrap();
        assert_eq!(removed.effect, Effect::Remove(own.id));
        assert_eq!(removed.response.body, "");
        assert!(
            removed
                .response
                .headers
                .iter()
                .all(|h| h.name != "Content-Type")
        );
    }
}
