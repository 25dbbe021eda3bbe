//! Tests of which clients may be used.

use super::*;

#[test]
fn which_clients_may_be_used() {
    use Standing::{Document, Overridden, Provisioned, Registered, Shared, Unregistered};
    let required = "require = true";
    let by_administrator = record("administrator", "administrator", json!({}));
    let by_document = record("document", "document", json!({}));
    let denied = native().replace("\"version\"", "\"denied\":true,\"version\"");
    let waiting = native().replace("\"version\"", "\"waiting_since\":1,\"version\"");
    let url = json!({"client_id": "https://a.example.com/client"});
    let documents = "client-id-metadata-documents = true";
    for (name, settings, record, permissions, change, expected) in [
        (
            "nothing required",
            "",
            None,
            &[][..],
            json!({}),
            Ok(Unregistered),
        ),
        (
            "a protected name for an id",
            "protected-names = ['Example Bank']",
            None,
            &[],
            json!({"client_id": "Examp1e-Bank"}),
            Err("client-name-protected"),
        ),
        (
            "a protected name for an id, by override",
            "protected-names = ['Example Bank']\nrequire = true",
            None,
            OVERRIDE,
            json!({"client_id": "Example Bank"}),
            Err("client-name-protected"),
        ),
        (
            "required, unregistered",
            required,
            None,
            &[],
            json!({}),
            Err("client-unknown"),
        ),
        (
            "required, registered",
            required,
            Some(native()),
            &[],
            json!({}),
            Ok(Registered),
        ),
        (
            "required, registered, and it waits",
            required,
            Some(waiting.clone()),
            &[],
            json!({}),
            Err("client-waits"),
        ),
        (
            "it waits, whatever an account may use",
            required,
            Some(waiting.clone()),
            OVERRIDE,
            json!({}),
            Err("client-waits"),
        ),
        (
            "it waits, although nothing is required any more",
            "",
            Some(waiting),
            &[],
            json!({}),
            Err("client-waits"),
        ),
        (
            "by hand",
            required,
            Some(by_administrator),
            &[],
            json!({}),
            Ok(Provisioned),
        ),
        (
            "by document",
            "require = true\nclient-id-metadata-documents = true",
            Some(by_document.clone()),
            &[],
            json!({}),
            Ok(Document),
        ),
        (
            "by document, which no longer counts",
            "",
            Some(by_document),
            &[],
            json!({}),
            Err("client-unknown"),
        ),
        (
            "overridden",
            required,
            None,
            OVERRIDE,
            json!({}),
            Ok(Overridden),
        ),
        (
            "an override without signing in",
            required,
            None,
            &OVERRIDE[1..],
            json!({}),
            Err("client-unknown"),
        ),
        (
            "another permission",
            required,
            None,
            &["authenticate", "oauth-client-get"],
            json!({}),
            Err("client-unknown"),
        ),
        (
            "an override that is not needed",
            "",
            None,
            OVERRIDE,
            json!({}),
            Ok(Unregistered),
        ),
        (
            "an override for a client that is known",
            required,
            Some(native()),
            OVERRIDE,
            json!({}),
            Ok(Registered),
        ),
        (
            "denied by its record",
            "",
            Some(denied.clone()),
            &[],
            json!({}),
            Err("client-unknown"),
        ),
        (
            "denied by its record, overridden",
            required,
            Some(denied),
            OVERRIDE,
            json!({}),
            Err("client-unknown"),
        ),
        (
            "denied by the settings",
            "denied-clients = ['c']",
            Some(native()),
            &[],
            json!({}),
            Err("client-unknown"),
        ),
        (
            "denied and unregistered",
            "denied-clients = ['c']",
            None,
            &[],
            json!({}),
            Err("client-unknown"),
        ),
        (
            "denied and overridden",
            "require = true\ndenied-clients = ['c']",
            None,
            OVERRIDE,
            json!({}),
            Err("client-unknown"),
        ),
        (
            "open",
            "require = true\nopen-client = true",
            None,
            &[],
            json!({"client_id": "open"}),
            Ok(Shared),
        ),
        (
            "not open",
            required,
            None,
            &[],
            json!({"client_id": "open"}),
            Err("client-unknown"),
        ),
        (
            "another is not open",
            "require = true\nopen-client = true",
            None,
            &[],
            json!({}),
            Err("client-unknown"),
        ),
        (
            "static",
            "require = true\nstatic-client = 'c'",
            None,
            &[],
            json!({}),
            Ok(Shared),
        ),
        (
            "not the static one",
            "require = true\nstatic-client = 'd'",
            None,
            &[],
            json!({}),
            Err("client-unknown"),
        ),
        (
            "an id that was not made here",
            "",
            None,
            &[],
            json!({"client_id": "gpx_AAAA"}),
            Err("client-unknown"),
        ),
        (
            "an id that was made here, of a client that is gone",
            "",
            None,
            &[],
            json!({"client_id": "gpc_AAAA"}),
            Err("client-unknown"),
        ),
        (
            "the same, overridden",
            required,
            None,
            OVERRIDE,
            json!({"client_id": "gpc_AAAA"}),
            Err("client-unknown"),
        ),
        (
            "a document",
            documents,
            None,
            &[],
            url.clone(),
            Err("client-document-unread"),
        ),
        (
            "a document that is none",
            documents,
            None,
            &[],
            json!({"client_id": "http://a"}),
            Ok(Unregistered),
        ),
        ("documents are off", "", None, &[], url, Ok(Unregistered)),
        (
            "no id",
            "",
            None,
            &[],
            json!({"client_id": null}),
            Err("client-unnamed"),
        ),
        (
            "the longest id",
            "",
            None,
            &[],
            json!({"client_id": "x".repeat(512)}),
            Ok(Unregistered),
        ),
        (
            "too long an id",
            "",
            None,
            &[],
            json!({"client_id": "x".repeat(513)}),
            Err("client-id-characters"),
        ),
        (
            "all characters of an id",
            "",
            None,
            &[],
            json!({"client_id": " a~"}),
            Ok(Unregistered),
        ),
        (
            "a control character in an id",
            "",
            None,
            &[],
            json!({"client_id": "a\u{7f}"}),
            Err("client-id-characters"),
        ),
        (
            "a line break in an id",
            required,
            None,
            OVERRIDE,
            json!({"client_id": "a\nb"}),
            Err("client-id-characters"),
        ),
        (
            "an unknown id is unknown, whatever its characters",
            required,
            None,
            &[],
            json!({"client_id": "é"}),
            Err("client-unknown"),
        ),
        (
            "two ids",
            "",
            None,
            &[],
            json!({"client_id": ["c", "c"]}),
            Err("parameter-twice"),
        ),
    ] {
        let policy = policy(settings);
        let parameters = asking(change);
        let decision = at(
            Endpoint::Authorization,
            &parameters,
            record.as_deref(),
            permissions,
            &policy,
        );
        match expected {
            Ok(standing) => {
                assert_eq!(errors(&decision), [""; 0], "{name}");
                assert_eq!(decision.client.unwrap().standing, standing, "{name}");
                let first = decision.diagnostics.first().map(|d| (d.code, d.severity));
                let said = match standing {
                    Unregistered => Some(("client-unregistered", Severity::Note)),
                    Overridden => Some(("client-overridden", Severity::Warning)),
                    _ => None,
                };
                assert_eq!(first, said, "{name}");
            }
            Err(code) => {
                assert_eq!(errors(&decision), [code], "{name}");
                assert_eq!(location(&decision), None, "{name}");
                assert_eq!(decision.response.status, 400, "{name}");
            }
        }
        assert_eq!(decision.effect, Effect::None, "{name}");
    }
}

#[test]
fn what_the_host_is_told() {
    let record = native();
    let decision = at(
        Endpoint::Authorization,
        &asking(json!({})),
        Some(&record),
        &[],
        &policy(""),
    );
    let client = decision.client.unwrap();
    assert_eq!(client.client_id, "c");
    let metadata: Value = serde_json::from_str(&client.metadata).unwrap();
    assert_eq!(metadata["redirect_uris"][0], "http://127.0.0.1/cb");
    let unregistered = at(
        Endpoint::Authorization,
        &asking(json!({})),
        None,
        &[],
        &policy(""),
    );
    assert_eq!(unregistered.client.unwrap().metadata, "{}");
}

#[test]
fn the_host_is_told_of_its_own_mistakes() {
    let record = native();
    for (client_id, document, expected) in [
        ("d", record.as_str(), Misuse::RecordMismatch),
        ("c", "{}", Misuse::RecordUnreadable),
    ] {
        let context = Context {
            record: Some(document),
            ..Context::default()
        };
        let parameters = asking(json!({"client_id": client_id}));
        let request = Request {
            endpoint: Endpoint::Authorization,
            authorization: None,
            parameters: parameters.as_bytes(),
            jwks: None,
        };
        assert_eq!(
            authorize(&context, NOW, &request, &policy("")),
            Err(expected)
        );
    }
}

/// The user is told, and nobody is sent to a redirect URI that no administrator has approved.
#[test]
fn a_client_that_waits_at_each_endpoint() {
    let waiting = native().replace("\"version\"", "\"waiting_since\":1,\"version\"");
    let policy = policy("require = true\napproval = 'all'");
    let mistaken = asking(json!({"response_type": "token"}));
    let right = asking(json!({"grant_type": "authorization_code"}));
    for endpoint in [
        Endpoint::Authorization,
        Endpoint::PushedAuthorization,
        Endpoint::DeviceAuthorization,
        Endpoint::Token,
    ] {
        for parameters in [&mistaken, &right] {
            let decision = at(endpoint, parameters, Some(&waiting), &[], &policy);
            assert_eq!(errors(&decision), ["client-waits"], "{endpoint:?}");
            assert_eq!(decision.response.status, 400, "{endpoint:?}");
            assert_eq!(location(&decision), None, "{endpoint:?}");
            let body: Value = serde_json::from_str(&decision.response.body).unwrap();
            assert_eq!(body["error"], "unauthorized_client", "{endpoint:?}");
        }
    }
}
