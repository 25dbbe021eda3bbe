//! What a policy says of a client that is registered already, or of a draft: every finding, and
//! nothing is issued.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::config::Policy;
use crate::decision::{Decision, Effect, Outcome};
use crate::diagnostic::{Diagnostic, Findings, Place, rule};
use crate::metadata::ClientMetadata;
use crate::{Context, Misuse, client, policy, registration, response};

/// Judges a registered client: whether it could register the same today.
pub(crate) fn client(
    context: &Context<'_>,
    now: u64,
    client_id: &str,
    policy: &Policy,
) -> Result<Decision, Misuse> {
    let mut findings = Findings::default();
    let known = client::look_up(client_id, context, now, policy)?;
    let Some(stored) = known.map(|known| known.stored) else {
        findings.error(&rule::CLIENT_NOT_FOUND, Place::Document);
        return Ok(verdict(Some(client_id), None, findings));
    };
    if stored.is_shut_out() || policy.denies(client_id) {
        findings.error(&rule::CLIENT_DENIED, Place::Document);
    }
    if stored
        .client_secret
        .as_ref()
        .is_some_and(|s| !s.is_good(now))
    {
        findings.warning(&rule::CLIENT_SECRET_OVER, Place::Document);
    }
    let profile = stored.registered_by.profile;
    let within = policy::within_terms(&stored.registered_by, policy)?;
    let metadata = stored.metadata.get().as_bytes();
    let metadata = registration::judge(metadata, profile, now, &within, &mut findings);
    Ok(verdict(Some(client_id), metadata, findings))
}

/// Judges a draft as if the caller had submitted it.
pub(crate) fn draft(
    context: &Context<'_>,
    now: u64,
    body: &[u8],
    policy: &Policy,
) -> Result<Decision, Misuse> {
    let mut findings = Findings::default();
    let admission = policy::admit(&context.caller, now, policy, &mut findings)?;
    let metadata = admission.and_then(|admission| {
        registration::judge(
            body,
            admission.profile,
            now,
            &admission.policy,
            &mut findings,
        )
    });
    Ok(verdict(None, metadata, findings))
}

/// The answer is the same for good and bad: what was asked for is the findings.
fn verdict(
    client_id: Option<&str>,
    metadata: Option<ClientMetadata>,
    findings: Findings,
) -> Decision {
    let acceptable = !findings.has_errors();
    let members = metadata.filter(|_| acceptable).map(|m| m.to_raw());
    let diagnostics = findings.into_diagnostics();
    let body = response::to_json(&Verdict {
        client_id,
        acceptable,
        metadata: members.as_deref(),
        diagnostics: &diagnostics,
    });
    Decision {
        outcome: if acceptable {
            Outcome::Accept
        } else {
            Outcome::Refuse
        },
        response: response::json(200, body),
        effect: Effect::None,
        diagnostics,
        fetches: Vec::new(),
        client: None,
    }
}

#[derive(Serialize)]
struct Verdict<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<&'a str>,
    acceptable: bool,
    /// What would be registered.
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<&'a RawValue>,
    diagnostics: &'a [Diagnostic],
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::config;
    use crate::context::Caller;

    use super::*;

    const NOW: u64 = 1_790_000_000;
    const KEY: &[&str] = &["authenticate", "oauth-client-registration"];

    fn policy(settings: &str) -> Policy {
        let text = format!("[oauth.client-registration]\n{settings}");
        config::compile(&text).unwrap().0
    }

    /// The record of a client that this caller registers under these settings.
    fn record(caller: Caller<'_>, settings: &str, metadata: &Value) -> (String, String) {
        let context = Context {
            caller,
            ..Context::default()
        };
        let body = metadata.to_string();
        let policy = policy(settings);
        let decision = registration::register(&context, NOW, &[7; 32], body.as_bytes(), &policy);
        match decision.unwrap().effect {
            Effect::Store(record) | Effect::Share(record) => (record.client_id, record.document),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_policy_that_changes() {
        let web = json!({"redirect_uris": ["https://a.example.com/cb"], "client_name": "Example"});
        let native = json!({"redirect_uris": ["http://127.0.0.1/cb"]});
        let key = || Caller::with_permissions(KEY);
        let bound = Caller {
            terms: Some(r#"{"redirect-hosts": ["a.example.com"]}"#),
            ..key()
        };
        let open = "anonymous = true";
        for (name, caller, before, metadata, at, after, expected) in [
            ("nothing changed", key(), "", &web, NOW, "", &[][..]),
            ("terms", bound, "", &web, NOW, "", &[]),
            (
                "a method gone",
                key(),
                "",
                &web,
                NOW,
                "auth-methods = ['none']",
                &["auth-method-not-offered"],
            ),
            (
                "a grant gone",
                key(),
                "",
                &web,
                NOW,
                "grant-types = ['client_credentials']",
                &["grant-type-not-offered"],
            ),
            (
                "a name protected",
                key(),
                "",
                &web,
                NOW,
                "protected-names = ['example']",
                &["client-name-protected"],
            ),
            (
                "a host no more",
                key(),
                "",
                &web,
                NOW,
                "redirect-hosts = ['b.example.com']",
                &["redirect-uri-host-not-allowed"],
            ),
            (
                "a scope dropped",
                key(),
                "",
                &web,
                NOW,
                "scopes = ['offline_access']",
                &["scope-not-offered"],
            ),
            (
                "before its secret ends",
                key(),
                "secret-lifetime = 9",
                &web,
                NOW + 8,
                "",
                &[],
            ),
            (
                "after its secret ended",
                key(),
                "secret-lifetime = 9",
                &web,
                NOW + 9,
                "",
                &["client-secret-over"],
            ),
            (
                "a stranger",
                Caller::anonymous(),
                open,
                &native,
                NOW,
                open,
                &[],
            ),
            (
                "strangers closed out",
                Caller::anonymous(),
                open,
                &native,
                NOW,
                "",
                &[],
            ),
            (
                "strangers' terms",
                Caller::anonymous(),
                open,
                &native,
                NOW,
                "anonymous = true\nanonymous-terms = { redirect-schemes = ['https'] }",
                &["redirect-uri-scheme-not-allowed"],
            ),
        ] {
            let (id, record) = record(caller, before, metadata);
            let context = Context {
                record: Some(&record),
                ..Context::default()
            };
            let verdict = client(&context, at, &id, &policy(after)).unwrap();
            let found: Vec<_> = verdict.diagnostics.iter().map(|d| d.code).collect();
            assert_eq!(found, expected, "{name}");
            let acceptable = verdict
                .diagnostics
                .iter()
                .all(|d| d.severity != crate::Severity::Error);
            assert_eq!(verdict.outcome == Outcome::Accept, acceptable, "{name}");
            let answer: Value = serde_json::from_str(&verdict.response.body).unwrap();
            assert_eq!(answer["acceptable"], acceptable, "{name}");
            assert_eq!(answer["client_id"], id.as_str(), "{name}");
            assert_eq!(answer.get("metadata").is_some(), acceptable, "{name}");
            assert_eq!(verdict.effect, Effect::None, "{name}");
        }
    }

    #[test]
    fn shut_out_or_not_there() {
        let native =
            json!({"redirect_uris": ["http://127.0.0.1/cb"], "token_endpoint_auth_method": "none"});
        let (id, record) = record(Caller::with_permissions(KEY), "", &native);
        let known = Context {
            record: Some(&record),
            ..Context::default()
        };
        let denied = record.replace("\"metadata\"", "\"denied\":true,\"metadata\"");
        let tombstone = Context {
            record: Some(&denied),
            ..Context::default()
        };
        let settings = format!("denied-clients = ['{id}']");
        for (context, settings, code) in [
            (&known, settings.as_str(), "client-denied"),
            (&tombstone, "", "client-denied"),
            (&Context::default(), "", "client-not-found"),
        ] {
            let verdict = client(context, NOW, &id, &policy(settings)).unwrap();
            assert_eq!(verdict.diagnostics[0].code, code);
            assert_eq!(verdict.outcome, Outcome::Refuse);
        }
    }

    #[test]
    fn drafts() {
        let native = json!({"redirect_uris": ["http://127.0.0.1/cb"]}).to_string();
        let web = json!({"redirect_uris": ["https://a.example.com/cb"]}).to_string();
        let open = policy("anonymous = true");
        for (name, caller, policy, body, code) in [
            ("a key", Caller::with_permissions(KEY), &open, &web, None),
            (
                "a stranger",
                Caller::anonymous(),
                &open,
                &native,
                Some("refresh-token-completed"),
            ),
            (
                "a stranger's web page",
                Caller::anonymous(),
                &open,
                &web,
                Some("redirect-uri-not-native"),
            ),
            (
                "nobody",
                Caller::anonymous(),
                &policy(""),
                &native,
                Some("credential-missing"),
            ),
        ] {
            let context = Context {
                caller,
                ..Context::default()
            };
            let verdict = draft(&context, NOW, body.as_bytes(), policy).unwrap();
            assert_eq!(verdict.diagnostics.first().map(|d| d.code), code, "{name}");
            assert_eq!(verdict.effect, Effect::None, "{name}");
            assert_eq!(verdict.response.status, 200, "{name}");
            assert!(!verdict.response.body.contains("client_id"), "{name}");
        }
    }
}
