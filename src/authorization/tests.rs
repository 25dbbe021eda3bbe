use serde_json::{Value, json};

use crate::Outcome;
use crate::config;
use crate::context::Caller;
use crate::decision::Standing;

use super::*;

const NOW: u64 = 1_790_000_000;
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const OVERRIDE: &[&str] = &["authenticate", "oauth-client-override"];

fn policy(settings: &str) -> Policy {
    let text = format!("[oauth.client-registration]\n{settings}");
    config::compile(&text).unwrap().0
}

/// The record of client `c`, by whom and with what profile it was registered, with these changes to
/// the metadata of a public native client.
fn record(by: &str, profile: &str, changes: Value) -> String {
    let mut metadata = json!({
        "redirect_uris": ["http://127.0.0.1/cb", "com.example.app:/cb"],
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "scope": "a b",
    });
    for (member, value) in changes.as_object().unwrap() {
        metadata[member] = value.clone();
    }
    json!({
        "version": 1,
        "client_id": "c",
        "issued_at": 1,
        "registered_by": {"by": by, "profile": profile},
        "metadata": metadata,
    })
    .to_string()
}

fn native() -> String {
    record("key", "full", json!({}))
}

fn web(by: &str, uris: &[&str]) -> String {
    record(
        by,
        "full",
        json!({"redirect_uris": uris, "token_endpoint_auth_method": "client_secret_basic"}),
    )
}

/// The parameters of a sound authorization request of client `c`, with these changes; null leaves one
/// out.
fn asking(changes: Value) -> String {
    let mut parameters = json!({
        "client_id": "c",
        "redirect_uri": "http://127.0.0.1:49152/cb",
        "response_type": "code",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "state": "s",
    });
    for (name, value) in changes.as_object().unwrap() {
        parameters[name] = value.clone();
    }
    encode(&parameters)
}

fn encode(parameters: &Value) -> String {
    let mut encoded = Serializer::new(String::new());
    for (name, value) in parameters.as_object().unwrap() {
        match value {
            Value::String(value) => drop(encoded.append_pair(name, value)),
            Value::Array(values) => {
                for value in values {
                    encoded.append_pair(name, value.as_str().unwrap());
                }
            }
            _ => {}
        }
    }
    encoded.finish()
}

fn at(
    endpoint: Endpoint,
    parameters: &str,
    record: Option<&str>,
    permissions: &[&str],
    policy: &Policy,
) -> Decision {
    let context = Context {
        caller: match permissions {
            [] => Caller::anonymous(),
            permissions => Caller::with_permissions(permissions),
        },
        record,
        ..Context::default()
    };
    let request = Request {
        endpoint,
        authorization: None,
        parameters: parameters.as_bytes(),
        jwks: None,
    };
    let decision = authorize(&context, NOW, &request, policy).unwrap();
    let accepted = decision.outcome == Outcome::Accept;
    assert_eq!(accepted, decision.client.is_some());
    assert_eq!(accepted, decision.response.status == 200);
    decision
}

fn errors(decision: &Decision) -> Vec<&'static str> {
    let errors = decision.diagnostics.iter();
    let errors = errors.filter(|d| d.severity == crate::Severity::Error);
    errors.map(|d| d.code).collect()
}

fn location(decision: &Decision) -> Option<&str> {
    let mut headers = decision.response.headers.iter();
    headers
        .find(|h| h.name == "Location")
        .map(|h| h.value.as_ref())
}

#[test]
fn which_clients_may_be_used() {
    use Standing::{Document, Overridden, Provisioned, Registered, Shared, Unregistered};
    let required = "require = true";
    let by_administrator = record("administrator", "administrator", json!({}));
    let by_document = record("document", "document", json!({}));
    let denied = native().replace("\"version\"", "\"denied\":true,\"version\"");
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
                    Unregistered => Some(("client-unregistered", crate::Severity::Note)),
                    Overridden => Some(("client-overridden", crate::Severity::Warning)),
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
fn redirect_uris() {
    let required = "require = true";
    let none = Value::Null;
    let single = web("key", &["https://a.example.com/cb"]);
    let two = web(
        "key",
        &["https://a.example.com/cb", "https://a.example.com/cb2"],
    );
    let loopback = record(
        "key",
        "full",
        json!({"redirect_uris": ["http://127.0.0.1/cb"]}),
    );
    let private = record(
        "key",
        "full",
        json!({"redirect_uris": ["com.example.app:/cb"]}),
    );
    let mail = record(
        "stranger",
        "mail",
        json!({"redirect_uris": ["com.example.app:/cb"]}),
    );
    let unregistered = Err("redirect-uri-unregistered");
    let unnamed = Err("redirect-uri-unnamed");
    let unsound = Err("redirect-uri-unsound");
    let open = "open-client = true\nrequire = true\nstatic-client = 'c'";
    for (name, settings, record, asked, expected) in [
        (
            "exact",
            required,
            Some(&two),
            json!("https://a.example.com/cb2"),
            Ok("https://a.example.com/cb2"),
        ),
        (
            "the only one",
            required,
            Some(&single),
            none.clone(),
            Ok("https://a.example.com/cb"),
        ),
        ("one of two", required, Some(&two), none.clone(), unnamed),
        (
            "a loopback one has a port",
            required,
            Some(&loopback),
            none.clone(),
            unnamed,
        ),
        (
            "a private one",
            required,
            Some(&private),
            none.clone(),
            Ok("com.example.app:/cb"),
        ),
        (
            "always, for mail",
            required,
            Some(&mail),
            none.clone(),
            unnamed,
        ),
        (
            "empty is left out",
            required,
            Some(&single),
            json!(""),
            Ok("https://a.example.com/cb"),
        ),
        (
            "a loopback port",
            required,
            Some(&loopback),
            json!("http://127.0.0.1:1/cb"),
            Ok("http://127.0.0.1:1/cb"),
        ),
        (
            "another path",
            required,
            Some(&loopback),
            json!("http://127.0.0.1:1/cb2"),
            unregistered,
        ),
        (
            "a longer one",
            required,
            Some(&single),
            json!("https://a.example.com/cb/x"),
            unregistered,
        ),
        (
            "another case",
            required,
            Some(&single),
            json!("https://A.example.com/cb"),
            unregistered,
        ),
        (
            "a fragment",
            required,
            Some(&single),
            json!("https://a.example.com/cb#"),
            unregistered,
        ),
        (
            "a query",
            required,
            Some(&single),
            json!("https://a.example.com/cb?x"),
            unregistered,
        ),
        (
            "user info",
            required,
            Some(&loopback),
            json!("http://127.0.0.1:1@evil.example/cb"),
            unregistered,
        ),
        ("unregistered, left out", "", None, none, unnamed),
        (
            "unregistered, https",
            "",
            None,
            json!("https://a.example.com/cb"),
            Ok("https://a.example.com/cb"),
        ),
        (
            "unregistered, loopback",
            "",
            None,
            json!("http://[::1]:1/cb"),
            Ok("http://[::1]:1/cb"),
        ),
        (
            "unregistered, private",
            "",
            None,
            json!("com.example.app:/cb"),
            Ok("com.example.app:/cb"),
        ),
        (
            "unregistered, http",
            "",
            None,
            json!("http://a.example.com/cb"),
            unsound,
        ),
        (
            "unregistered, script",
            "",
            None,
            json!("javascript:alert(1)"),
            unsound,
        ),
        (
            "unregistered, a scheme without a dot",
            "",
            None,
            json!("myapp://cb"),
            unsound,
        ),
        (
            "the web administration",
            "",
            None,
            json!("stalwart://auth"),
            Ok("stalwart://auth"),
        ),
        (
            "the web administration, exactly",
            "",
            None,
            json!("stalwart://auth/"),
            unsound,
        ),
        (
            "the web administration, by setting",
            "administrator-redirect-uris = []",
            None,
            json!("stalwart://auth"),
            unsound,
        ),
        (
            "unknown, whatever the redirect URI",
            required,
            None,
            json!("https://a.example.com/cb"),
            Err("client-unknown"),
        ),
        (
            "unregistered, a fragment",
            "",
            None,
            json!("https://a.example.com/cb#"),
            unsound,
        ),
        (
            "unregistered, localhost",
            "",
            None,
            json!("http://localhost:1/cb"),
            Ok("http://localhost:1/cb"),
        ),
        (
            "unregistered, localhost, by setting",
            "localhost = 'refuse'",
            None,
            json!("http://localhost:1/cb"),
            unsound,
        ),
        (
            "unregistered, one of the hosts",
            "redirect-hosts = ['.example.com']",
            None,
            json!("https://a.example.com/cb"),
            Ok("https://a.example.com/cb"),
        ),
        (
            "unregistered, another host",
            "redirect-hosts = ['.example.com']",
            None,
            json!("https://a.example.org/cb"),
            unsound,
        ),
        (
            "unregistered, another scheme",
            "redirect-schemes = ['https']",
            None,
            json!("com.example.app:/cb"),
            unsound,
        ),
        (
            "shared, another scheme",
            "static-client = 'c'\nredirect-schemes = ['http']",
            None,
            json!("com.example.app:/cb"),
            unsound,
        ),
        (
            "not for those that are registered",
            required,
            Some(&single),
            json!("stalwart://auth"),
            unregistered,
        ),
        (
            "shared, loopback",
            open,
            None,
            json!("http://127.0.0.1:1/cb"),
            Ok("http://127.0.0.1:1/cb"),
        ),
        (
            "shared, private",
            open,
            None,
            json!("com.example.app:/cb"),
            Ok("com.example.app:/cb"),
        ),
        (
            "shared, https",
            open,
            None,
            json!("https://a.example.com/cb"),
            unsound,
        ),
        (
            "shared, localhost",
            open,
            None,
            json!("http://localhost/cb"),
            unsound,
        ),
        (
            "shared, two dots",
            open,
            None,
            json!("http://127.0.0.1/a..b"),
            unsound,
        ),
        (
            "shared, administration",
            open,
            None,
            json!("stalwart://auth"),
            unsound,
        ),
    ] {
        let policy = policy(settings);
        let parameters = asking(json!({"redirect_uri": asked}));
        let record = record.map(String::as_str);
        let decision = at(Endpoint::Authorization, &parameters, record, &[], &policy);
        match expected {
            Ok(uri) => {
                let client = decision
                    .client
                    .unwrap_or_else(|| panic!("{name}: {:?}", decision.diagnostics));
                assert_eq!(client.redirect_uri.as_deref(), Some(uri), "{name}");
            }
            Err(code) => {
                assert_eq!(errors(&decision), [code], "{name}");
                assert_eq!(location(&decision), None, "{name}");
            }
        }
    }
}

#[test]
fn what_may_be_asked_for() {
    let none = Value::Null;
    let longer = format!("{CHALLENGE}A");
    let confidential = web("key", &["http://127.0.0.1/cb"]);
    let pushes = record(
        "key",
        "full",
        json!({"require_pushed_authorization_requests": true}),
    );
    let by_device = record(
        "key",
        "full",
        json!({"grant_types": ["urn:ietf:params:oauth:grant-type:device_code"], "response_types": []}),
    );
    let without_code = record("key", "full", json!({"response_types": []}));
    let without_grant = record("key", "full", json!({"grant_types": ["refresh_token"]}));
    let native = native();
    let lax = "pkce = 'public'";
    let resources = "resources = ['https://mail.example.com/jmap', 'imap://mail.example.com']";
    for (name, settings, record, changes, expected) in [
        ("sound", "", &native, json!({}), &[][..]),
        (
            "no response type",
            "",
            &native,
            json!({"response_type": none}),
            &["response-type-missing"],
        ),
        (
            "an implicit one",
            "",
            &native,
            json!({"response_type": "token"}),
            &["response-type-unknown"],
        ),
        (
            "two",
            "",
            &native,
            json!({"response_type": "code token"}),
            &["response-type-unknown"],
        ),
        (
            "no code grant",
            "",
            &by_device,
            json!({}),
            &["response-type-unregistered"],
        ),
        (
            "no code type",
            "",
            &without_code,
            json!({}),
            &["response-type-unregistered"],
        ),
        (
            "no grant",
            "",
            &without_grant,
            json!({}),
            &["response-type-unregistered"],
        ),
        (
            "a grant that is not offered any more",
            "grant-types = ['refresh_token', 'client_credentials']",
            &native,
            json!({}),
            &["response-type-unregistered"],
        ),
        ("query", "", &native, json!({"response_mode": "query"}), &[]),
        (
            "fragment",
            "",
            &native,
            json!({"response_mode": "fragment"}),
            &["response-mode"],
        ),
        (
            "no challenge",
            "",
            &native,
            json!({"code_challenge": none}),
            &["pkce-missing"],
        ),
        (
            "no PKCE at all",
            "",
            &native,
            json!({"code_challenge": none, "code_challenge_method": none}),
            &["pkce-missing"],
        ),
        (
            "no method",
            "",
            &native,
            json!({"code_challenge_method": none}),
            &["pkce-method"],
        ),
        (
            "plain",
            "",
            &native,
            json!({"code_challenge_method": "plain"}),
            &["pkce-method"],
        ),
        (
            "another case",
            "",
            &native,
            json!({"code_challenge_method": "s256"}),
            &["pkce-method"],
        ),
        (
            "bits beyond the digest",
            "",
            &native,
            json!({"code_challenge": CHALLENGE.replace("-cM", "-cN")}),
            &["pkce-syntax"],
        ),
        (
            "padding",
            "",
            &native,
            json!({"code_challenge": format!("{CHALLENGE}=")}),
            &["pkce-syntax"],
        ),
        (
            "too short",
            "",
            &native,
            json!({"code_challenge": &CHALLENGE[1..]}),
            &["pkce-syntax"],
        ),
        (
            "too long",
            "",
            &native,
            json!({"code_challenge": longer}),
            &["pkce-syntax"],
        ),
        (
            "other characters",
            "",
            &native,
            json!({"code_challenge": CHALLENGE.replace('-', "+")}),
            &["pkce-syntax"],
        ),
        (
            "a confidential client",
            "",
            &confidential,
            json!({"code_challenge": none, "code_challenge_method": none}),
            &["pkce-missing"],
        ),
        (
            "a confidential client, by setting",
            lax,
            &confidential,
            json!({"code_challenge": none, "code_challenge_method": none}),
            &[],
        ),
        (
            "a method alone",
            lax,
            &confidential,
            json!({"code_challenge": none}),
            &["pkce-missing"],
        ),
        (
            "what is sent is checked",
            lax,
            &confidential,
            json!({"code_challenge_method": "plain"}),
            &["pkce-method"],
        ),
        (
            "a public client, by setting",
            lax,
            &native,
            json!({"code_challenge": none, "code_challenge_method": none}),
            &["pkce-missing"],
        ),
        (
            "a request object",
            "",
            &native,
            json!({"request": "x"}),
            &["request-object"],
        ),
        (
            "a request object's URI",
            "",
            &native,
            json!({"request_uri": "x"}),
            &["request-object-uri"],
        ),
        ("not pushed", "", &pushes, json!({}), &["push-required"]),
        (
            "resources that nobody knows of",
            "",
            &native,
            json!({"resource": ["https://x.example", "https://y.example"]}),
            &[],
        ),
        (
            "known resources",
            resources,
            &native,
            json!({"resource": ["https://mail.example.com/jmap", "imap://mail.example.com"]}),
            &[],
        ),
        (
            "an unknown resource",
            resources,
            &native,
            json!({"resource": ["https://mail.example.com/jmap", "https://x.example"]}),
            &["resource-unknown"],
        ),
        (
            "a malformed scope",
            "",
            &native,
            json!({"scope": "a  b"}),
            &["scope-malformed"],
        ),
        (
            "a quote in a scope",
            "",
            &native,
            json!({"scope": "a \""}),
            &["scope-malformed"],
        ),
        (
            "no scope left",
            "",
            &native,
            json!({"scope": "x y"}),
            &["scope-none"],
        ),
        (
            "several mistakes",
            "",
            &native,
            json!({"scope": "x", "response_type": "token", "code_challenge": none}),
            &["response-type-unknown", "pkce-missing", "scope-none"],
        ),
    ] {
        let decision = at(
            Endpoint::Authorization,
            &asking(changes.clone()),
            Some(record),
            &[],
            &policy(settings),
        );
        assert_eq!(errors(&decision), expected, "{name}");
        let is_redirect = location(&decision).is_some();
        assert_eq!(
            is_redirect,
            !expected.is_empty(),
            "{name}: the client is known"
        );
        assert_eq!(is_redirect, decision.response.status == 303, "{name}");

        let pushed = at(
            Endpoint::PushedAuthorization,
            &asking(changes),
            Some(record),
            &[],
            &policy(settings),
        );
        assert_eq!(location(&pushed), None, "{name}");
        if name != "not pushed" {
            assert_eq!(errors(&pushed), expected, "{name}");
        } else {
            assert_eq!(errors(&pushed), [""; 0], "{name}");
        }
    }
}

/// Requirements H1, H7: whoever may use an id that nobody registered proves that the code is its own.
#[test]
fn pkce_of_clients_that_nobody_registered() {
    let without = asking(json!({"code_challenge": null, "code_challenge_method": null}));
    for (name, settings, permissions) in [
        ("unregistered", "", &[][..]),
        ("overridden", "require = true", OVERRIDE),
        ("shared", "static-client = 'c'", &[]),
    ] {
        let lax = policy(&format!("pkce = 'public'\n{settings}"));
        for endpoint in [Endpoint::Authorization, Endpoint::PushedAuthorization] {
            let decision = at(endpoint, &without, None, permissions, &lax);
            assert_eq!(errors(&decision), ["pkce-missing"], "{name}");
        }
    }
}

#[test]
fn scopes() {
    let settings = "scopes = ['a', 'b', 'c']\ndefault-scopes = ['c']";
    let native = native();
    let nothing = record("key", "full", json!({"scope": null})).replace("\"scope\":null,", "");
    for (name, record, asked, granted, is_cut) in [
        ("left out", Some(&native), Value::Null, Some("a b"), false),
        ("all", Some(&native), json!("b a"), Some("b a"), false),
        ("some", Some(&native), json!("b"), Some("b"), false),
        ("twice", Some(&native), json!("b b"), Some("b"), false),
        ("too much", Some(&native), json!("b c"), Some("b"), true),
        (
            "unregistered, left out",
            None,
            Value::Null,
            Some("c"),
            false,
        ),
        ("unregistered", None, json!("a x"), Some("a"), true),
        ("none at all", Some(&nothing), Value::Null, None, false),
    ] {
        let parameters = asking(json!({"scope": asked}));
        let record = record.map(String::as_str);
        let decision = at(
            Endpoint::Authorization,
            &parameters,
            record,
            &[],
            &policy(settings),
        );
        let found = decision.diagnostics.iter().any(|d| d.code == "scope-cut");
        assert_eq!(found, is_cut, "{name}");
        assert_eq!(decision.client.unwrap().scope.as_deref(), granted, "{name}");
    }
}

#[test]
fn errors_are_sent_to_who_is_known() {
    let mistake = json!({"response_type": "token", "redirect_uri": "https://a.example.com/cb"});
    let uri = ["https://a.example.com/cb"];
    let by_key = web("key", &uri);
    let by_stranger = web("stranger", &uri);
    let by_administrator = web("administrator", &uri);
    let by_document = web("document", &uri);
    let document = record(
        "document",
        "document",
        json!({"redirect_uris": ["com.example.app:/cb"]}),
    );
    let documents = "require = true\nclient-id-metadata-documents = true";
    let mixed = web("stranger", &["com.example.app:/cb", uri[0]]);
    let administration = json!({"response_type": "token", "redirect_uri": "stalwart://auth"});
    let stranger = record(
        "stranger",
        "mail",
        json!({"redirect_uris": ["com.example.app:/cb"]}),
    );
    let native = json!({"response_type": "token", "redirect_uri": "com.example.app:/cb"});
    let required = "require = true";
    for (name, settings, record, permissions, change, sent) in [
        (
            "registered",
            required,
            Some(&by_key),
            &[][..],
            &mistake,
            true,
        ),
        (
            "by hand",
            required,
            Some(&by_administrator),
            &[],
            &mistake,
            true,
        ),
        (
            "a stranger's web page",
            required,
            Some(&by_stranger),
            &[],
            &mistake,
            false,
        ),
        (
            "a stranger's program",
            required,
            Some(&stranger),
            &[],
            &native,
            true,
        ),
        (
            "a stranger's program that has a web page",
            required,
            Some(&mixed),
            &[],
            &native,
            true,
        ),
        (
            "a stranger's web page that has a program",
            required,
            Some(&mixed),
            &[],
            &mistake,
            false,
        ),
        (
            "anybody's document of a web page",
            documents,
            Some(&by_document),
            &[],
            &mistake,
            false,
        ),
        (
            "anybody's document of a program",
            documents,
            Some(&document),
            &[],
            &native,
            true,
        ),
        (
            "the web administration, unregistered",
            "",
            None,
            &[],
            &administration,
            false,
        ),
        ("unregistered", "", None, &[], &mistake, false),
        ("overridden", required, None, OVERRIDE, &mistake, false),
        (
            "shared",
            "require = true\nstatic-client = 'c'",
            None,
            &[],
            &native,
            true,
        ),
    ] {
        let record = record.map(String::as_str);
        let parameters = asking(change.clone());
        let decision = at(
            Endpoint::Authorization,
            &parameters,
            record,
            permissions,
            &policy(settings),
        );
        assert_eq!(errors(&decision), ["response-type-unknown"], "{name}");
        assert_eq!(location(&decision).is_some(), sent, "{name}");
        assert_eq!(decision.response.body.is_empty(), sent, "{name}");
    }
}

#[test]
fn what_a_redirect_says() {
    let plain = web("key", &["https://a.example.com/cb"]);
    let with_query = web("key", &["https://a.example.com/cb?x=1"]);
    let said = "error=unsupported_response_type&error_description=response_type%3A+The+response_type+must+be+code.";
    for (settings, record, state, expected) in [
        (
            "",
            &plain,
            json!("s"),
            format!("https://a.example.com/cb?{said}&state=s"),
        ),
        (
            "",
            &plain,
            Value::Null,
            format!("https://a.example.com/cb?{said}"),
        ),
        (
            "",
            &plain,
            json!("a&b=c é"),
            format!("https://a.example.com/cb?{said}&state=a%26b%3Dc+%C3%A9"),
        ),
        (
            "",
            &with_query,
            json!("s"),
            format!("https://a.example.com/cb?x=1&{said}&state=s"),
        ),
        (
            "issuer = 'https://mail.example.com'",
            &plain,
            json!("s"),
            format!("https://a.example.com/cb?{said}&state=s&iss=https%3A%2F%2Fmail.example.com"),
        ),
    ] {
        let parameters =
            asking(json!({"redirect_uri": null, "response_type": "token", "state": state}));
        let decision = at(
            Endpoint::Authorization,
            &parameters,
            Some(record),
            &[],
            &policy(settings),
        );
        assert_eq!(location(&decision), Some(expected.as_str()));
        let kept = decision.response.headers.iter();
        assert!(
            kept.clone()
                .any(|h| h.name == "Cache-Control" && h.value == "no-store")
        );
    }
}

#[test]
fn other_endpoints() {
    use Endpoint::{DeviceAuthorization, Introspection, Revocation, Token};
    const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
    let all = record(
        "key",
        "full",
        json!({
            "token_endpoint_auth_method": "client_secret_basic",
            "grant_types": ["authorization_code", "refresh_token", DEVICE, "client_credentials"],
        }),
    );
    let public = all.replace("client_secret_basic", "none");
    let native = native();
    let by = |grant: &str| json!({"client_id": "c", "grant_type": grant});
    let plain = json!({"client_id": "c"});
    for (name, settings, endpoint, record, parameters, expected) in [
        (
            "device",
            "",
            DeviceAuthorization,
            Some(&all),
            plain.clone(),
            Ok("a b"),
        ),
        (
            "device, unregistered grant",
            "",
            DeviceAuthorization,
            Some(&native),
            plain.clone(),
            Err((400, "unauthorized_client")),
        ),
        (
            "device, unregistered client",
            "scopes = ['z']",
            DeviceAuthorization,
            None,
            plain.clone(),
            Ok("z"),
        ),
        (
            "device, not offered",
            "grant-types = ['authorization_code']",
            DeviceAuthorization,
            None,
            plain.clone(),
            Err((400, "unauthorized_client")),
        ),
        (
            "device, not offered any more",
            "grant-types = ['authorization_code']",
            DeviceAuthorization,
            Some(&all),
            plain.clone(),
            Err((400, "unauthorized_client")),
        ),
        (
            "device, a resource",
            "resources = ['https://x.example']",
            DeviceAuthorization,
            Some(&all),
            json!({"client_id": "c", "resource": "https://y.example"}),
            Err((400, "invalid_target")),
        ),
        (
            "device, unknown client",
            "require = true",
            DeviceAuthorization,
            None,
            plain.clone(),
            Err((401, "invalid_client")),
        ),
        (
            "device, scope",
            "",
            DeviceAuthorization,
            Some(&all),
            json!({"client_id": "c", "scope": "b"}),
            Ok("b"),
        ),
        (
            "code",
            "",
            Token,
            Some(&native),
            by("authorization_code"),
            Ok("a b"),
        ),
        (
            "refresh",
            "",
            Token,
            Some(&native),
            by("refresh_token"),
            Ok("a b"),
        ),
        (
            "refresh, less",
            "",
            Token,
            Some(&native),
            json!({"client_id": "c", "grant_type": "refresh_token", "scope": "a"}),
            Ok("a"),
        ),
        (
            "refresh, other",
            "",
            Token,
            Some(&native),
            json!({"client_id": "c", "grant_type": "refresh_token", "scope": "x"}),
            Err((400, "invalid_scope")),
        ),
        (
            "credentials",
            "",
            Token,
            Some(&all),
            by("client_credentials"),
            Ok("a b"),
        ),
        (
            "credentials, unregistered grant",
            "",
            Token,
            Some(&native),
            by("client_credentials"),
            Err((400, "unauthorized_client")),
        ),
        (
            "credentials, unregistered client",
            "",
            Token,
            None,
            by("client_credentials"),
            Err((400, "unauthorized_client")),
        ),
        (
            "credentials, public client",
            "",
            Token,
            Some(&public),
            by("client_credentials"),
            Err((400, "unauthorized_client")),
        ),
        (
            "device code, public client",
            "",
            Token,
            Some(&public),
            by(DEVICE),
            Ok("a b"),
        ),
        ("device code", "", Token, Some(&all), by(DEVICE), Ok("a b")),
        (
            "device code, unregistered grant",
            "",
            Token,
            Some(&native),
            by(DEVICE),
            Err((400, "unauthorized_client")),
        ),
        (
            "password",
            "",
            Token,
            Some(&all),
            by("password"),
            Err((400, "unsupported_grant_type")),
        ),
        (
            "not offered any more",
            "grant-types = ['authorization_code']",
            Token,
            Some(&all),
            by("refresh_token"),
            Err((400, "unsupported_grant_type")),
        ),
        (
            "no grant type",
            "",
            Token,
            Some(&all),
            plain.clone(),
            Err((400, "invalid_request")),
        ),
        (
            "shared",
            "require = true\nstatic-client = 'c'\nscopes = ['z']",
            Token,
            None,
            by("refresh_token"),
            Ok("z"),
        ),
        (
            "shared, by device",
            "require = true\nstatic-client = 'c'",
            Token,
            None,
            by(DEVICE),
            Err((400, "unauthorized_client")),
        ),
        (
            "unknown",
            "require = true",
            Token,
            None,
            by("refresh_token"),
            Err((401, "invalid_client")),
        ),
        (
            "a resource",
            "resources = ['https://x.example']",
            Token,
            Some(&native),
            json!({"client_id": "c", "grant_type": "refresh_token", "resource": "https://y.example"}),
            Err((400, "invalid_target")),
        ),
        (
            "introspection",
            "",
            Introspection,
            Some(&native),
            plain.clone(),
            Ok(""),
        ),
        (
            "introspection is about no scope",
            "resources = ['https://x.example']",
            Introspection,
            Some(&native),
            json!({"client_id": "c", "scope": "x", "resource": "https://y.example"}),
            Ok(""),
        ),
        (
            "revocation",
            "resources = ['https://x.example']",
            Revocation,
            None,
            json!({"client_id": "c", "scope": "x", "resource": "https://y.example"}),
            Ok(""),
        ),
        (
            "revocation, unknown",
            "require = true",
            Revocation,
            None,
            plain,
            Err((401, "invalid_client")),
        ),
    ] {
        let record = record.map(String::as_str);
        let decision = at(
            endpoint,
            &encode(&parameters),
            record,
            &[],
            &policy(settings),
        );
        match expected {
            Ok(scope) => {
                let client = decision
                    .client
                    .unwrap_or_else(|| panic!("{name}: {:?}", decision.diagnostics));
                assert_eq!(client.scope.unwrap_or_default(), scope, "{name}");
                assert_eq!(client.redirect_uri, None, "{name}");
            }
            Err((status, error)) => {
                assert_eq!(decision.response.status, status, "{name}");
                let body = format!("{{\"error\":\"{error}\"");
                assert!(
                    decision.response.body.starts_with(&body),
                    "{name}: {}",
                    decision.response.body
                );
            }
        }
    }
}

#[test]
fn which_grant_is_wrong() {
    let native = native();
    for (parameters, code) in [
        ("client_id=c", "grant-type-missing"),
        ("client_id=c&grant_type=password", "grant-type-unknown"),
        (
            "client_id=c&grant_type=client_credentials",
            "grant-type-unregistered",
        ),
    ] {
        let decision = at(Endpoint::Token, parameters, Some(&native), &[], &policy(""));
        assert_eq!(errors(&decision), [code]);
    }
}

#[test]
fn ciba_needs_a_client_that_authenticates() {
    let settings = "extensions = ['ciba']\ngrant-types = ['urn:openid:params:grant-type:ciba']";
    let parameters = "client_id=c&grant_type=urn:openid:params:grant-type:ciba";
    let decision = at(Endpoint::Token, parameters, None, &[], &policy(settings));
    assert_eq!(errors(&decision), ["grant-type-unregistered"]);
}

/// RFC 6749 §5.2
#[test]
fn who_failed_by_header_is_challenged() {
    let required = policy("require = true");
    for (endpoint, authorization, parameters, status, challenged) in [
        (Endpoint::Token, Some("Basic Yzp4"), "", 401, true),
        (Endpoint::Token, Some("Bearer x"), "client_id=c", 401, false),
        (Endpoint::Token, None, "client_id=c", 401, false),
        (Endpoint::Introspection, Some("basic Yzp4"), "", 401, true),
        (
            Endpoint::Token,
            Some("Basic Yzp4"),
            "client_id=d",
            400,
            false,
        ),
        (
            Endpoint::Authorization,
            Some("Basic Yzp4"),
            "client_id=c",
            400,
            false,
        ),
    ] {
        let request = Request {
            endpoint,
            authorization,
            parameters: parameters.as_bytes(),
            jwks: None,
        };
        let decision = authorize(&Context::default(), NOW, &request, &required).unwrap();
        let name = format!("{endpoint:?} {authorization:?} {parameters}");
        assert_eq!(decision.response.status, status, "{name}");
        let mut headers = decision.response.headers.iter();
        let challenge = headers.find(|h| h.name == "WWW-Authenticate");
        let challenge = challenge.map(|h| h.value.as_ref());
        assert_eq!(
            challenge,
            challenged.then_some("Basic realm=\"clients\""),
            "{name}"
        );
    }
}

/// What is stored of a client whose id carries its registration, and when.
#[test]
fn a_registration_is_stored_when_a_user_is_asked() {
    use Endpoint::{
        Authorization, DeviceAuthorization, Introspection, PushedAuthorization, Revocation, Token,
    };
    const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
    let document = record(
        "stranger",
        "mail",
        json!({"grant_types": ["authorization_code", "refresh_token", DEVICE]}),
    );
    let parameters = asking(json!({"grant_type": "refresh_token"}));
    let parameters = Parameters::read(parameters.as_bytes()).unwrap();
    for (endpoint, stateless, is_stored) in [
        (Authorization, true, true),
        (PushedAuthorization, true, true),
        (DeviceAuthorization, true, true),
        (Token, true, false),
        (Introspection, true, false),
        (Revocation, true, false),
        (Authorization, false, false),
    ] {
        let usable = Usable::Known(Box::new(client::Known {
            standing: Standing::Registered,
            stored: crate::record::Stored::read(&document).unwrap(),
            stateless,
        }));
        let request = Request {
            endpoint,
            authorization: None,
            parameters: b"",
            jwks: None,
        };
        let policy = policy("");
        let judged = judge("c".to_owned(), &usable, NOW, &request, &parameters, &policy);
        let decision = judged.unwrap();
        assert_eq!(decision.outcome, Outcome::Accept, "{endpoint:?}");
        match decision.effect {
            Effect::Share(record) if is_stored => {
                assert_eq!(record.client_id, "c");
                let stored: Value = serde_json::from_str(&record.document).unwrap();
                let given: Value = serde_json::from_str(&document).unwrap();
                assert_eq!(stored["issued_at"], NOW);
                assert_eq!(stored["metadata"], given["metadata"]);
                assert_eq!(stored["registered_by"], given["registered_by"]);
            }
            effect => {
                assert_eq!(effect, Effect::None, "{endpoint:?}");
                assert!(!is_stored, "{endpoint:?}");
            }
        }
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
