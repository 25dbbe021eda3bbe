//! Registration (RFC 7591 §3), by a client itself or by an administrator's hand.

use std::borrow::Cow;

use crate::config::{ClientId, Policy, Sharing};
use crate::context::Context;
use crate::credentials::{Generator, shared_client_id};
use crate::decision::{Client, Decision, Effect, Standing};
use crate::diagnostic::{Findings, Place, rule};
use crate::information::Information;
use crate::metadata::{self, AuthMethod, ClientMetadata, Profile};
use crate::policy::Admission;
use crate::record::{By, Members, Registrant, Stored};
use crate::{Misuse, document, policy, response, stateless};

/// Decides a `POST` to the registration endpoint at a time, with entropy that is long enough.
pub(crate) fn register(
    context: &Context<'_>,
    now: u64,
    entropy: &[u8],
    body: &[u8],
    policy: &Policy,
) -> Result<Decision, Misuse> {
    let mut findings = Findings::default();
    let Some(admission) = policy::admit(&context.caller, now, policy, &mut findings)? else {
        return Ok(response::refusal(findings));
    };
    let profile = admission.profile;
    let Some(metadata) = judge(body, profile, now, &admission.policy, &mut findings) else {
        return Ok(response::refusal(findings));
    };

    let mut generator = Generator::new(entropy);
    let registrant = registrant(context, &admission);
    let (client_id, identity) = identify(&metadata, &registrant, now, policy, &mut generator);
    let existing = context.record.map(Stored::read).transpose()?;
    if existing.as_ref().is_some_and(|e| e.client_id != client_id) {
        return Err(Misuse::RecordMismatch);
    }
    if policy.denies(&client_id) || existing.as_ref().is_some_and(Stored::is_shut_out) {
        findings.error(&rule::CLIENT_DENIED, Place::Document);
        return Ok(response::refusal(findings));
    }
    if identity == Identity::Sealed && client_id.len() as u64 > policy.max_stateless_id {
        findings.error(&rule::CLIENT_ID_TOO_LONG, Place::Document);
        return Ok(response::refusal(findings));
    }
    let is_new = match identity {
        Identity::Own => true,
        Identity::Shared => existing.is_none(),
        Identity::Sealed | Identity::Static => false,
    };
    if is_new
        && let Err(exhausted) =
            policy::within_limits(&admission, &context.usage, now, &mut findings)
    {
        let mut refusal = response::refusal_until(findings, exhausted.retry_after);
        // Whoever registers what is registered already adds nothing: given the record, if there is
        // one, the decision is another.
        refusal.client = (identity == Identity::Shared).then(|| named(client_id));
        return Ok(refusal);
    }

    let mut stored = Stored::new(
        Cow::Owned(client_id),
        now,
        registrant,
        Members::Owned(metadata.to_raw()),
    );
    stored.shared = identity == Identity::Shared;
    let secret = stored.issue_secret(
        metadata.token_endpoint_auth_method,
        now,
        policy,
        &mut generator,
    );
    // What several share, none of them may change (RFC 7592 §5).
    let manages = identity == Identity::Own && policy.registration_endpoint.is_some();
    let token = manages.then(|| stored.issue_token(&mut generator));
    let response = Information::new(&stored)
        .with_secret(secret.as_ref(), &stored)
        .with_token(token.as_ref().map(|token| token.reveal()), policy)
        .respond(201, &stored);
    let effect = match (is_new, identity) {
        (false, _) => Effect::None,
        (true, Identity::Shared) => Effect::Share(stored.record()),
        (true, _) => Effect::Store(stored.record()),
    };
    Ok(Decision {
        fetches: metadata.fetches(),
        // Nothing is stored, so that only this tells the host which record may deny it.
        client: (identity == Identity::Sealed).then(|| named(stored.client_id.into_owned())),
        ..Decision::accept(response, effect, findings)
    })
}

/// Decides a registration by an administrator, who may choose the id, and redirect URIs that nobody
/// else could register (requirements E12).
pub(crate) fn provision(
    context: &Context<'_>,
    now: u64,
    entropy: &[u8],
    client_id: Option<&str>,
    body: &[u8],
    policy: &Policy,
) -> Result<Decision, Misuse> {
    let mut findings = Findings::default();
    let missing = &rule::PERMISSION_CREATE_MISSING;
    if let Err(refused) = policy::permit(&context.caller, policy::CREATE, missing) {
        findings.error(refused, Place::Document);
        return Ok(response::refusal(findings));
    }
    if client_id.is_some_and(|id| ClientId::new(id).is_none()) {
        findings.error(&rule::CLIENT_ID_SYNTAX, Place::Document);
    }
    if let Some(existing) = context.record.map(Stored::read).transpose()? {
        if client_id.is_none_or(|id| existing.client_id != id) {
            return Err(Misuse::RecordMismatch);
        }
        findings.error(&rule::CLIENT_ID_TAKEN, Place::Document);
    }
    let metadata = judge(body, Profile::Administrator, now, policy, &mut findings);
    let Some(metadata) = metadata.filter(|_| !findings.has_errors()) else {
        return Ok(response::refusal(findings));
    };

    let mut generator = Generator::new(entropy);
    let mut stored = Stored::new(
        client_id.map_or_else(|| Cow::Owned(generator.client_id()), Cow::Borrowed),
        now,
        Registrant {
            by: By::Administrator,
            profile: Profile::Administrator,
            account: context.caller.account.map(Cow::Borrowed),
            terms: None,
        },
        Members::Owned(metadata.to_raw()),
    );
    let secret = stored.issue_secret(
        metadata.token_endpoint_auth_method,
        now,
        policy,
        &mut generator,
    );
    let response = Information::new(&stored)
        .with_secret(secret.as_ref(), &stored)
        .respond(201, &stored);
    Ok(Decision {
        fetches: metadata.fetches(),
        ..Decision::accept(response, Effect::Store(stored.record()), findings)
    })
}

/// What would be registered, or all that is wrong with the document.
pub(crate) fn judge(
    body: &[u8],
    profile: Profile,
    now: u64,
    policy: &Policy,
    findings: &mut Findings,
) -> Option<ClientMetadata> {
    let document = document::read(body, &policy.document_limits(), findings)?;
    metadata::accept(&document, profile, now, policy, findings)
}

fn registrant<'a>(context: &Context<'a>, admission: &Admission<'_>) -> Registrant<'a> {
    let terms = context.caller.terms.filter(|_| admission.by == By::Key);
    Registrant {
        by: admission.by,
        profile: admission.profile,
        account: context.caller.account.map(Cow::Borrowed),
        // They were read when the caller was admitted, so that they are JSON.
        terms: terms.and_then(|terms| serde_json::from_str(terms).ok()),
    }
}

/// Whose a client id is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Identity {
    /// This registration's alone.
    Own,
    /// That of all who register the same.
    Shared,
    /// It carries the registration.
    Sealed,
    /// Everybody's.
    Static,
}

/// The id that a client is given (requirements G5, G8). Only public clients share: a secret is no
/// secret between several.
fn identify(
    metadata: &ClientMetadata,
    registrant: &Registrant<'_>,
    now: u64,
    policy: &Policy,
    generator: &mut Generator,
) -> (String, Identity) {
    let is_public = metadata.token_endpoint_auth_method == AuthMethod::None;
    let is_strangers = registrant.by == By::Stranger;
    let applies = |sharing| match sharing {
        Sharing::Off => false,
        Sharing::Anonymous => is_public && is_strangers,
        Sharing::Public => is_public,
    };
    if let Some(ClientId(id)) = &policy.static_client
        && applies(Sharing::Anonymous)
    {
        return (id.clone(), Identity::Static);
    }
    if applies(policy.stateless)
        && let Some(id) = stateless::seal(&metadata.shared(), registrant, now, policy)
    {
        return (id, Identity::Sealed);
    }
    if applies(policy.share_identical) {
        let key = policy.client_id_keys.sharing_key();
        let issuer = policy.issuer.as_ref().map_or("", |issuer| &issuer.0);
        let terms = registrant.terms.as_ref().map_or("", Members::get);
        let profile = response::to_json(&registrant.profile);
        let id = shared_client_id(key, &[issuer, &profile, terms, metadata.shared().get()]);
        return (id, Identity::Shared);
    }
    (generator.client_id(), Identity::Own)
}

/// A client of which nothing but its id matters.
fn named(client_id: String) -> Client {
    Client {
        client_id,
        standing: Standing::Registered,
        redirect_uri: None,
        scope: None,
        metadata: "{}".to_owned(),
        assertion: None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::Outcome;
    use crate::config;
    use crate::context::{Caller, Usage};

    use super::*;

    const ENTROPY: [u8; 32] = [7; 32];
    const OTHER_ENTROPY: [u8; 32] = [8; 32];
    const NOW: u64 = 1_790_000_000;
    const KEY: &[&str] = &["authenticate", "oauth-client-registration"];

    fn policy(settings: &str) -> Policy {
        let text = format!(
            "[oauth.client-registration]
             anonymous = true
             registration-endpoint = 'https://mail.example.com/auth/register'
             {settings}"
        );
        config::compile(&text).unwrap().0
    }

    fn native() -> Value {
        json!({
            "client_name": "A",
            "redirect_uris": ["http://127.0.0.1/cb"],
            "software_version": "1",
            "token_endpoint_auth_method": "none",
        })
    }

    fn with(changes: Value) -> Value {
        let mut document = native();
        for (member, value) in changes.as_object().unwrap() {
            document[member] = value.clone();
        }
        document
    }

    fn decide(
        context: &Context<'_>,
        entropy: &[u8],
        document: &Value,
        policy: &Policy,
    ) -> Decision {
        let body = document.to_string();
        register(context, NOW, entropy, body.as_bytes(), policy).unwrap()
    }

    fn by<'a>(caller: Caller<'a>) -> Context<'a> {
        Context {
            caller,
            ..Context::default()
        }
    }

    fn answer(decision: &Decision) -> Value {
        serde_json::from_str(&decision.response.body).unwrap()
    }

    fn id(decision: &Decision) -> String {
        answer(decision)["client_id"].as_str().unwrap().to_owned()
    }

    #[test]
    fn who_is_given_the_same_id() {
        let stranger = by(Caller::anonymous());
        let key = by(Caller::with_permissions(KEY));
        let same = json!({});
        for (name, settings, context, change, shared) in [
            ("the same", "", &stranger, same.clone(), true),
            (
                "another version",
                "",
                &stranger,
                json!({"software_version": "2"}),
                true,
            ),
            (
                "no version",
                "",
                &stranger,
                json!({"software_version": null}),
                true,
            ),
            (
                "another port",
                "",
                &stranger,
                json!({"redirect_uris": ["http://127.0.0.1:49152/cb"]}),
                true,
            ),
            (
                "another path",
                "",
                &stranger,
                json!({"redirect_uris": ["http://127.0.0.1/cb2"]}),
                false,
            ),
            (
                "another name",
                "",
                &stranger,
                json!({"client_name": "B"}),
                false,
            ),
            (
                "another language",
                "",
                &stranger,
                json!({"client_name#de": "A"}),
                false,
            ),
            ("a key", "", &key, same.clone(), false),
            (
                "a key, by setting",
                "share-identical = 'public'",
                &key,
                same.clone(),
                true,
            ),
            (
                "a secret",
                "share-identical = 'public'",
                &key,
                json!({"token_endpoint_auth_method": "client_secret_basic"}),
                false,
            ),
            ("off", "share-identical = 'off'", &stranger, same, false),
        ] {
            let policy = policy(settings);
            let document = with(change);
            let mut first = native();
            if document["token_endpoint_auth_method"] != "none" {
                first = document.clone();
            }
            let first = decide(context, &ENTROPY, &first, &policy);
            let second = decide(context, &OTHER_ENTROPY, &document, &policy);
            assert_eq!(id(&first) == id(&second), shared, "{name}");
            let effect_is_shared = matches!(first.effect, Effect::Share(_));
            let may_be = settings.contains("public")
                || settings.is_empty() && context.caller.permissions.is_empty();
            let public = answer(&first)["token_endpoint_auth_method"] == "none";
            assert_eq!(effect_is_shared, may_be && public, "{name}");
            let managed = answer(&first).get("registration_access_token").is_some();
            assert_eq!(managed, !effect_is_shared, "{name}");
            assert!(id(&first).starts_with("gpc_"));
            assert_eq!(id(&first).len(), 28);
        }
    }

    #[test]
    fn what_an_id_depends_on() {
        let stranger = by(Caller::anonymous());
        let ids: Vec<_> = [
            "",
            "issuer = 'https://mail.example.com'",
            "anonymous-profile = 'none'",
            "client-id-keys = ['AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA']",
            "client-id-keys = ['AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE']",
        ]
        .into_iter()
        .map(|settings| {
            let full = with(json!({"grant_types": ["authorization_code", "refresh_token"]}));
            id(&decide(&stranger, &ENTROPY, &full, &policy(settings)))
        })
        .collect();
        for (at, id) in ids.iter().enumerate() {
            assert!(!ids[..at].contains(id), "{at}");
        }
    }

    #[test]
    fn limits() {
        let full = Usage {
            anonymous_clients: Some(10_000),
            ..Usage::default()
        };
        let room = Usage {
            anonymous_clients: Some(9_999),
            ..Usage::default()
        };
        let policy = policy("");
        let new = decide(&by(Caller::anonymous()), &ENTROPY, &native(), &policy);
        let Effect::Share(record) = &new.effect else {
            panic!("{new:?}")
        };
        let other = decide(
            &by(Caller::anonymous()),
            &ENTROPY,
            &with(json!({"client_name": "B"})),
            &policy,
        );
        let Effect::Share(other) = &other.effect else {
            panic!("{other:?}")
        };
        let context = |usage, record| Context {
            usage,
            record,
            ..by(Caller::anonymous())
        };
        let within = decide(&context(room, None), &ENTROPY, &native(), &policy);
        assert_eq!(within.effect, new.effect);

        let refused = decide(&context(full, None), &ENTROPY, &native(), &policy);
        assert_eq!(refused.response.status, 429);
        assert_eq!(refused.effect, Effect::None);
        let retry = refused
            .response
            .headers
            .iter()
            .find(|h| h.name == "Retry-After");
        assert_eq!(retry.unwrap().value, "3600");
        let named = refused.client.unwrap().client_id;
        assert_eq!(named, record.client_id);

        let known = decide(
            &context(full, Some(&record.document)),
            &OTHER_ENTROPY,
            &native(),
            &policy,
        );
        assert_eq!(known.response.status, 201);
        assert_eq!(known.effect, Effect::None);
        assert_eq!(id(&known), record.client_id);

        let body = native().to_string();
        let mismatch = register(
            &context(full, Some(&other.document)),
            NOW,
            &ENTROPY,
            body.as_bytes(),
            &policy,
        );
        assert_eq!(mismatch.unwrap_err(), Misuse::RecordMismatch);
        let unreadable = register(
            &context(full, Some("{}")),
            NOW,
            &ENTROPY,
            body.as_bytes(),
            &policy,
        );
        assert_eq!(unreadable.unwrap_err(), Misuse::RecordUnreadable);

        let own = decide(
            &Context {
                usage: Usage {
                    total_clients: Some(1),
                    ..Usage::default()
                },
                ..by(Caller::with_permissions(KEY))
            },
            &ENTROPY,
            &native(),
            &super::tests::policy("max-clients = 1"),
        );
        assert_eq!(own.response.status, 429);
        assert_eq!(own.client, None, "nobody else has its id");
    }

    const SEALING: &str = "client-id-keys = ['AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA']";

    #[test]
    fn ids_that_carry_the_registration() {
        let full = Usage {
            anonymous_clients: Some(u64::MAX),
            address_registrations: Some(u64::MAX),
            total_clients: Some(u64::MAX),
            ..Usage::default()
        };
        let stranger = Context {
            usage: full,
            ..by(Caller::anonymous())
        };
        let key = by(Caller::with_permissions(KEY));
        for (name, settings, context, sealed) in [
            ("a stranger", "stateless = 'anonymous'", &stranger, true),
            ("a key", "stateless = 'anonymous'", &key, false),
            ("a key, by setting", "stateless = 'public'", &key, true),
        ] {
            let policy = policy(&format!("{SEALING}\n{settings}"));
            let decision = decide(context, &ENTROPY, &native(), &policy);
            assert_eq!(decision.response.status, 201, "{name}");
            assert_eq!(id(&decision).starts_with("gpx_"), sealed, "{name}");
            assert_eq!(decision.effect == Effect::None, sealed, "{name}");
            let managed = answer(&decision).get("registration_access_token").is_some();
            assert_eq!(managed, !sealed, "{name}");
            let again =
                with(json!({"software_version": "2", "redirect_uris": ["http://127.0.0.1:9/cb"]}));
            let again = decide(context, &OTHER_ENTROPY, &again, &policy);
            assert_eq!(id(&again) == id(&decision), sealed, "{name}");
        }
        let sealed = policy(&format!("{SEALING}\nstateless = 'anonymous'"));
        let first = decide(&stranger, &ENTROPY, &native(), &sealed);
        let named = first.client.as_ref().map(|client| client.client_id.clone());
        assert_eq!(named, Some(id(&first)));
        let denied = json!({
            "version": 1,
            "client_id": named,
            "issued_at": NOW,
            "registered_by": {"by": "stranger", "profile": "mail"},
            "denied": true,
            "metadata": {},
        });
        let denied = denied.to_string();
        let known = Context {
            record: Some(&denied),
            ..stranger
        };
        let again = decide(&known, &ENTROPY, &native(), &sealed);
        assert_eq!(again.diagnostics[0].code, "client-denied");

        let length = {
            let policy = policy(&format!("{SEALING}\nstateless = 'anonymous'"));
            id(&decide(&stranger, &ENTROPY, &native(), &policy)).len()
        };
        for (most, code) in [(length, None), (length - 1, Some("client-id-too-long"))] {
            let settings = format!("{SEALING}\nstateless = 'anonymous'\nmax-stateless-id = {most}");
            let decision = decide(&stranger, &ENTROPY, &native(), &policy(&settings));
            let mut errors = decision.diagnostics.iter();
            let error = errors.find(|d| d.severity == crate::Severity::Error);
            assert_eq!(error.map(|d| d.code), code);
        }
    }

    #[test]
    fn one_id_for_everybody() {
        let settings = "static-client = 'mail'";
        let full = Usage {
            anonymous_clients: Some(u64::MAX),
            ..Usage::default()
        };
        let context = Context {
            usage: full,
            ..by(Caller::anonymous())
        };
        let stranger = decide(&context, &ENTROPY, &native(), &policy(settings));
        assert_eq!(id(&stranger), "mail");
        assert_eq!(stranger.effect, Effect::None);
        assert_eq!(answer(&stranger).get("registration_access_token"), None);
        let key = decide(
            &by(Caller::with_permissions(KEY)),
            &ENTROPY,
            &native(),
            &policy(settings),
        );
        assert_ne!(id(&key), "mail");
        let wrong = with(json!({"redirect_uris": ["https://a.example.com/cb"]}));
        let refused = decide(&context, &ENTROPY, &wrong, &policy(settings));
        assert_eq!(refused.response.status, 400);
    }

    #[test]
    fn shut_out() {
        let open = policy("");
        let first = decide(&by(Caller::anonymous()), &ENTROPY, &native(), &open);
        let closed = policy(&format!("denied-clients = ['{}']", id(&first)));
        let second = decide(&by(Caller::anonymous()), &ENTROPY, &native(), &closed);
        assert_eq!(second.response.status, 403);
        assert_eq!(
            second.diagnostics.first().map(|d| d.code),
            Some("client-denied")
        );

        let Effect::Share(record) = &first.effect else {
            panic!("{first:?}")
        };
        let denied = record
            .document
            .replace("\"shared\":true", "\"shared\":true,\"denied\":true");
        let context = Context {
            record: Some(&denied),
            ..by(Caller::anonymous())
        };
        assert_eq!(
            decide(&context, &ENTROPY, &native(), &open).response.status,
            403
        );
    }

    #[test]
    fn what_is_stored_of_the_registrant() {
        let policy = policy("share-identical = 'off'");
        let terms = r#" {"scopes": ["offline_access"]} "#;
        let caller = Caller {
            account: Some("desk"),
            terms: Some(terms),
            ..Caller::with_permissions(KEY)
        };
        let decision = decide(&by(caller), &ENTROPY, &native(), &policy);
        assert_eq!(answer(&decision)["scope"], "offline_access");
        let Effect::Store(record) = decision.effect else {
            panic!("{decision:?}")
        };
        let stored = Stored::read(&record.document).unwrap();
        assert_eq!(stored.registered_by.by, By::Key);
        assert_eq!(stored.registered_by.account.as_deref(), Some("desk"));
        assert_eq!(
            stored.registered_by.terms.as_ref().unwrap().get(),
            terms.trim()
        );
        assert_eq!(
            stored.record(),
            record,
            "a record is written as it was read"
        );

        let stranger = Caller {
            terms: Some(terms),
            ..Caller::anonymous()
        };
        let decision = decide(&by(stranger), &ENTROPY, &native(), &policy);
        let Effect::Store(record) = decision.effect else {
            panic!("{decision:?}")
        };
        let stored = Stored::read(&record.document).unwrap();
        assert_eq!(stored.registered_by.by, By::Stranger);
        assert!(stored.registered_by.terms.is_none());
    }

    #[test]
    fn by_hand() {
        let policy = policy(
            "protected-names = ['Example']\nredirect-schemes = ['https']\nredirect-hosts = ['b.example.com']",
        );
        let may: &[&str] = &["authenticate", "oauth-client-create"];
        let webadmin = json!({
            "client_name": "Example",
            "redirect_uris": ["stalwart://auth"],
            "token_endpoint_auth_method": "none",
        });
        let secret = json!({"redirect_uris": ["https://a.example.com/cb"]});
        let forbidden =
            json!({"redirect_uris": ["javascript:alert(1)"], "token_endpoint_auth_method": "none"});
        for (name, caller, id, document, status, code) in [
            (
                "webadmin",
                Caller::with_permissions(may),
                Some("webadmin"),
                &webadmin,
                201,
                Some("redirect-uri-private-authority"),
            ),
            (
                "an id that is made",
                Caller::with_permissions(may),
                None,
                &secret,
                201,
                None,
            ),
            (
                "a scheme of its own",
                Caller::with_permissions(may),
                Some("x"),
                &forbidden,
                400,
                Some("redirect-uri-scheme-forbidden"),
            ),
            (
                "a made-up id",
                Caller::with_permissions(may),
                Some("gpc_x"),
                &webadmin,
                400,
                Some("client-id-syntax"),
            ),
            (
                "an empty id",
                Caller::with_permissions(may),
                Some(""),
                &webadmin,
                400,
                Some("client-id-syntax"),
            ),
            (
                "a URL",
                Caller::with_permissions(may),
                Some("https://a.example/"),
                &webadmin,
                400,
                Some("client-id-syntax"),
            ),
            (
                "may register only",
                Caller::with_permissions(KEY),
                Some("webadmin"),
                &webadmin,
                403,
                Some("permission-create-missing"),
            ),
            (
                "may not sign in",
                Caller::with_permissions(&may[1..]),
                Some("webadmin"),
                &webadmin,
                403,
                Some("permission-create-missing"),
            ),
            (
                "nobody",
                Caller::anonymous(),
                Some("webadmin"),
                &webadmin,
                401,
                Some("credential-missing"),
            ),
        ] {
            let body = document.to_string();
            let decision =
                provision(&by(caller), NOW, &ENTROPY, id, body.as_bytes(), &policy).unwrap();
            assert_eq!(decision.response.status, status, "{name}");
            assert_eq!(decision.diagnostics.first().map(|d| d.code), code, "{name}");
            let Effect::Store(record) = decision.effect else {
                assert_eq!(decision.outcome, Outcome::Refuse, "{name}");
                continue;
            };
            assert!(id.is_none_or(|id| id == record.client_id), "{name}");
            let stored = Stored::read(&record.document).unwrap();
            assert_eq!(stored.registered_by.by, By::Administrator, "{name}");
            assert!(stored.registration_access_token.is_none(), "{name}");
            let answer: Value = serde_json::from_str(&decision.response.body).unwrap();
            assert_eq!(
                answer.get("client_secret").is_some(),
                document == &secret,
                "{name}"
            );
        }
    }

    #[test]
    fn an_id_that_is_taken() {
        let policy = policy("");
        let body = native().to_string();
        let may = ["authenticate", "oauth-client-create"];
        let hand = |id: Option<&str>, record: Option<&str>| {
            let context = Context {
                record,
                ..by(Caller::with_permissions(&may))
            };
            provision(&context, NOW, &ENTROPY, id, body.as_bytes(), &policy)
        };
        let Effect::Store(first) = hand(Some("a"), None).unwrap().effect else {
            panic!()
        };
        let again = hand(Some("a"), Some(&first.document)).unwrap();
        assert_eq!(again.response.status, 409);
        assert_eq!(again.diagnostics[0].code, "client-id-taken");
        let mismatch = Some(Misuse::RecordMismatch);
        assert_eq!(hand(Some("b"), Some(&first.document)).err(), mismatch);
        assert_eq!(hand(None, Some(&first.document)).err(), mismatch);
    }

    #[test]
    fn what_strangers_may_not_register() {
        let settings = "anonymous-profile = 'none'\nanonymous-terms = { redirect-hosts = ['.example.com'], redirect-schemes = ['https', 'http'] }";
        let policy = policy(settings);
        for (uri, code) in [
            ("https://a.example.com/cb", None),
            ("http://127.0.0.1/cb", None),
            (
                "https://a.example.org/cb",
                Some("redirect-uri-host-not-allowed"),
            ),
            (
                "com.example.app:/cb",
                Some("redirect-uri-scheme-not-allowed"),
            ),
        ] {
            let document = with(json!({"redirect_uris": [uri]}));
            let decision = decide(&by(Caller::anonymous()), &ENTROPY, &document, &policy);
            assert_eq!(decision.diagnostics.first().map(|d| d.code), code, "{uri}");
            let by_key = decide(
                &by(Caller::with_permissions(KEY)),
                &ENTROPY,
                &document,
                &policy,
            );
            assert_eq!(by_key.response.status, 201, "{uri}");
        }
    }
}
