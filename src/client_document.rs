//! Client ID metadata documents: a client whose id is the URL of the document that describes it
//! (draft-ietf-oauth-client-id-metadata-document).

use std::borrow::Cow;

use crate::config::Policy;
use crate::decision::{Client, Decision, Due, Effect, Fetch, Response, Standing};
use crate::diagnostic::{Findings, Place, rule};
use crate::document::{self, Json, Limits, Object};
use crate::metadata::{self, AuthMethod, ClientMetadata, Profile};
use crate::record::{By, Members, Registrant, Stored};
use crate::{Context, Misuse, response, uri};

/// How long the host waits for a document, in seconds.
const TIMEOUT: u32 = 5;

/// Judges a URL as a client id, and then the document that was read there.
pub(crate) fn judge(
    context: &Context<'_>,
    now: u64,
    client_id: &str,
    document: Option<&[u8]>,
    policy: &Policy,
) -> Result<Decision, Misuse> {
    let known = context.record.map(Stored::read).transpose()?;
    if known
        .as_ref()
        .is_some_and(|known| known.client_id != client_id)
    {
        return Err(Misuse::RecordMismatch);
    }
    let mut findings = Findings::default();
    if !policy.client_documents {
        findings.error(&rule::DOCUMENTS_OFF, Place::Document);
    } else if policy.denies(client_id) || known.as_ref().is_some_and(Stored::is_shut_out) {
        findings.error(&rule::CLIENT_DENIED, Place::Document);
    } else {
        uri::is_client_url(client_id, &policy.client_document_hosts.0, &mut findings);
    }
    if findings.has_errors() {
        return Ok(response::refusal(findings));
    }
    let Some(document) = document else {
        return Ok(Decision {
            fetches: vec![Fetch {
                uri: client_id.to_owned(),
                pointer: String::new(),
                due: Due::BeforeEffect,
                max_bytes: u32::try_from(policy.max_client_document_bytes).unwrap_or(u32::MAX),
                timeout: TIMEOUT,
            }],
            ..Decision::accept(Response::none(), Effect::None, findings)
        });
    };

    let Some(metadata) = read(document, client_id, now, policy, &mut findings) else {
        return Ok(response::refusal(findings));
    };
    let stored = Stored::new(
        Cow::Borrowed(client_id),
        known.as_ref().map_or(now, |known| known.issued_at),
        Registrant {
            by: By::Document,
            profile: Profile::Document,
            account: None,
            terms: None,
        },
        Members::Owned(metadata.to_raw()),
    );
    let is_changed = |known: &Stored<'_>| known.metadata.get() != stored.metadata.get();
    if known.as_ref().is_some_and(is_changed) {
        findings.warning(&rule::DOCUMENT_CHANGED, Place::Document);
    }
    let client = Client {
        client_id: client_id.to_owned(),
        standing: Standing::Document,
        redirect_uri: None,
        scope: metadata.scope().map(str::to_owned),
        metadata: stored.metadata.get().to_owned(),
        assertion: None,
    };
    let effect = match known {
        None => Effect::Store(stored.record()),
        Some(_) => Effect::Replace(stored.record()),
    };
    Ok(Decision {
        fetches: metadata.fetches(),
        client: Some(client),
        ..Decision::accept(Response::none(), effect, findings)
    })
}

/// What a document describes, or all that is wrong with it (requirements I2).
fn read(
    document: &[u8],
    client_id: &str,
    now: u64,
    policy: &Policy,
    findings: &mut Findings,
) -> Option<ClientMetadata> {
    let limits = policy.document_limits();
    let bytes = usize::try_from(policy.max_client_document_bytes).unwrap_or(usize::MAX);
    let limits = Limits {
        bytes: bytes.min(limits.bytes),
        ..limits
    };
    let object = document::read(document, &limits, findings)?;
    let given = |name| member(&object, name);
    if !matches!(given("client_id"), Some(Json::Text(id)) if id == client_id) {
        findings.error(&rule::DOCUMENT_OF_ANOTHER, Place::top("client_id"));
    }
    for name in ["client_secret", "client_secret_expires_at"] {
        if given(name).is_some() {
            findings.error(&rule::DOCUMENT_WITH_SECRET, Place::top(name));
        }
    }
    if given("client_name").is_none() {
        findings.error(&rule::DOCUMENT_NAME_MISSING, Place::top("client_name"));
    }
    let metadata = metadata::accept(&object, Profile::Document, now, policy, findings);
    let by_name = match given("token_endpoint_auth_method") {
        Some(Json::Text(name)) => AuthMethod::named(name),
        _ => None,
    };
    if by_name.is_some_and(AuthMethod::uses_secret) {
        findings.error(
            &rule::DOCUMENT_METHOD,
            Place::top("token_endpoint_auth_method"),
        );
    }
    metadata.filter(|_| !findings.has_errors())
}

/// A member that is there; null is as if absent.
fn member<'o, 'd>(object: &'o Object<'d>, name: &str) -> Option<&'o Json<'d>> {
    object.member(name).filter(|value| **value != Json::Null)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::config;

    use super::*;

    const URL: &str = "https://a.example.com/client";
    const NOW: u64 = 1_790_000_000;

    fn policy(settings: &str) -> Policy {
        let text = format!(
            "[oauth.client-registration]
             client-id-metadata-documents = true
             auth-methods = ['none', 'client_secret_basic', 'private_key_jwt']
             issuer = 'https://mail.example.com'
             {settings}"
        );
        config::compile(&text).unwrap().0
    }

    fn document(changes: Value) -> String {
        let mut document = json!({
            "client_id": URL,
            "client_name": "A",
            "redirect_uris": ["http://127.0.0.1/cb"],
        });
        for (name, value) in changes.as_object().unwrap() {
            document[name] = value.clone();
        }
        document.to_string()
    }

    fn decide(
        url: &str,
        document: Option<&str>,
        record: Option<&str>,
        policy: &Policy,
    ) -> Decision {
        let context = Context {
            record,
            ..Context::default()
        };
        judge(&context, NOW, url, document.map(str::as_bytes), policy).unwrap()
    }

    fn codes(decision: &Decision) -> Vec<&'static str> {
        decision.diagnostics.iter().map(|d| d.code).collect()
    }

    #[test]
    fn urls() {
        for (name, settings, url, expected) in [
            (
                "sound",
                "max-client-id-metadata-document-bytes = 99",
                URL,
                None,
            ),
            (
                "no path",
                "",
                "https://a.example.com/",
                Some("client-url-path"),
            ),
            (
                "another host",
                "client-id-metadata-document-hosts = ['b.example.com']",
                URL,
                Some("client-url-host"),
            ),
            (
                "denied",
                "denied-clients = ['https://a.example.com/client']",
                URL,
                Some("client-denied"),
            ),
        ] {
            let decision = decide(url, None, None, &policy(settings));
            assert_eq!(codes(&decision).first().copied(), expected, "{name}");
            assert_eq!(decision.effect, Effect::None, "{name}");
            if expected.is_none() {
                let [fetch] = decision.fetches.as_slice() else {
                    panic!("{name}")
                };
                assert_eq!((fetch.uri.as_str(), fetch.max_bytes), (URL, 99));
                assert_eq!(fetch.due, Due::BeforeEffect);
            } else {
                assert!(decision.fetches.is_empty(), "{name}");
            }
        }
        let (off, _) = config::compile("").unwrap();
        assert_eq!(codes(&decide(URL, None, None, &off)), ["documents-off"]);
        assert_eq!(
            codes(&decide(URL, Some(&document(json!({}))), None, &off)),
            ["documents-off"]
        );
    }

    #[test]
    fn documents() {
        let key = crate::jws::tests::es256(7, &json!({}), &json!({})).0;
        let large = "x".repeat(5120);
        for (name, changes, expected) in [
            ("sound", json!({}), &[][..]),
            (
                "its key",
                json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [key]}}),
                &[],
            ),
            ("unknown members", json!({"x": 1}), &[]),
            (
                "another id",
                json!({"client_id": "https://a.example.com/client2"}),
                &["document-of-another"],
            ),
            (
                "an id in another spelling",
                json!({"client_id": "https://a.example.com:443/client"}),
                &["document-of-another"],
            ),
            (
                "no id",
                json!({"client_id": null}),
                &["document-of-another"],
            ),
            (
                "no name",
                json!({"client_name": null}),
                &["document-name-missing"],
            ),
            (
                "a secret",
                json!({"client_secret": "x"}),
                &["document-with-secret"],
            ),
            (
                "the end of a secret",
                json!({"client_secret_expires_at": 0}),
                &["document-with-secret"],
            ),
            ("no secret", json!({"client_secret": null}), &[]),
            (
                "a method with a secret",
                json!({"token_endpoint_auth_method": "client_secret_basic"}),
                &["document-method"],
            ),
            (
                "no redirect URI",
                json!({"redirect_uris": null}),
                &["redirect-uris-missing"],
            ),
            (
                "a redirect URI in clear",
                json!({"redirect_uris": ["http://a.example.com/"]}),
                &["redirect-uri-http"],
            ),
            ("too much", json!({"x": large}), &["document-too-large"]),
        ] {
            let decision = decide(URL, Some(&document(changes)), None, &policy(""));
            assert_eq!(codes(&decision), expected, "{name}");
            let stored =
                matches!(&decision.effect, Effect::Store(record) if record.client_id == URL);
            assert_eq!(stored, expected.is_empty(), "{name}");
            assert_eq!(decision.client.is_some(), expected.is_empty(), "{name}");
        }
    }

    #[test]
    fn documents_that_are_read_again() {
        let policy = policy("");
        let first = decide(URL, Some(&document(json!({}))), None, &policy);
        let client = first.client.unwrap();
        assert_eq!(client.standing, Standing::Document);
        assert!(client.scope.unwrap().contains("offline_access"));
        assert!(
            client
                .metadata
                .contains("\"token_endpoint_auth_method\":\"none\"")
        );
        let Effect::Store(record) = first.effect else {
            panic!()
        };
        let record = record.document.replace(&NOW.to_string(), "5");
        for (changes, expected) in [
            (json!({}), &[][..]),
            (json!({"client_name": "B"}), &["document-changed"]),
        ] {
            let again = decide(URL, Some(&document(changes)), Some(&record), &policy);
            assert_eq!(codes(&again), expected);
            let Effect::Replace(replaced) = again.effect else {
                panic!()
            };
            assert!(replaced.document.contains("\"issued_at\":5,"));
        }
        let denied = record.replace("\"metadata\"", "\"denied\":true,\"metadata\"");
        assert_eq!(
            codes(&decide(URL, None, Some(&denied), &policy)),
            ["client-denied"]
        );
        let context = Context {
            record: Some(&record),
            ..Context::default()
        };
        let mismatch = judge(&context, NOW, "https://a.example.com/other", None, &policy);
        assert_eq!(mismatch, Err(Misuse::RecordMismatch));
    }
}
