//! Tests that each setting holds for clients of every kind.

use serde_json::value::RawValue;

use crate::client::{Registrant, stateless};
use crate::metadata::Profile;

use super::*;

/// A key for stateless ids.
const KEY: &str = "client-id-keys = ['AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA']";
const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const URL: &str = "https://app.example.com/client";
const NATIVE: &str = "http://127.0.0.1:49152/cb";

/// The kinds of clients, in the order of the columns below.
const KINDS: [&str; 8] = [
    "by key",
    "anonymous",
    "stateless",
    "by administrator",
    "document",
    "unregistered",
    "overridden",
    "shared",
];

/// What a request is, or why it is refused, for clients of each kind.
type Column = [&'static str; 8];

fn metadata(name: &str) -> Value {
    json!({
        "client_name": name,
        "client_name#de": name,
        "redirect_uris": ["http://127.0.0.1/cb", "https://web.example.com/cb"],
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token", DEVICE],
        "response_types": ["code"],
        "scope": "a b",
    })
}

/// Asks for a client of a kind under these settings; `ID` in them stands for its id.
fn ask(
    kind: &str,
    settings: &str,
    endpoint: Endpoint,
    changes: &Value,
    metadata: &Value,
) -> Decision {
    let by = |by: &str, profile: &str| Some(record(by, profile, metadata.clone()));
    let mut record = match kind {
        "by key" => by("key", "full"),
        "anonymous" => by("stranger", "mail"),
        "by administrator" => by("administrator", "administrator"),
        "document" => by("document", "document"),
        _ => None,
    };
    let mut id = "c".to_owned();
    let mut of_kind = vec![KEY, "client-id-metadata-documents = true"];
    match kind {
        "stateless" => {
            let metadata = RawValue::from_string(metadata.to_string()).unwrap();
            let registrant = Registrant {
                by: By::Stranger,
                profile: Profile::Mail,
                account: None,
                terms: None,
            };
            id = stateless::seal(&metadata, &registrant, NOW, &policy(KEY)).unwrap();
        }
        "document" => {
            id = URL.to_owned();
            record = record.map(|record| record.replace("\"c\"", &format!("\"{URL}\"")));
        }
        "overridden" => of_kind.push("require = true"),
        "shared" => of_kind.push("static-client = 'c'"),
        _ => {}
    }
    let settings = format!("{}\n{settings}", of_kind.join("\n")).replace("ID", &id);
    let mut changes = changes.clone();
    changes["client_id"] = id.into();
    let permissions = if kind == "overridden" { OVERRIDE } else { &[] };
    at(
        endpoint,
        &asking(changes),
        record.as_deref(),
        permissions,
        &policy(&settings),
    )
}

#[test]
fn each_setting_holds_for_all() {
    use Endpoint::{Authorization, DeviceAuthorization};
    let plain = json!({"redirect_uri": NATIVE});
    let web = json!({"redirect_uri": "https://web.example.com/cb"});
    let scope = json!({"redirect_uri": NATIVE, "scope": "a"});
    let ok: Column = ["", "", "", "", "", "", "", ""];
    let all = |code| [code; 8];
    let but = |column: Column, kinds: &[&str], code| {
        let mut column = column;
        for kind in kinds {
            column[KINDS.iter().position(|k| k == kind).unwrap()] = code;
        }
        column
    };
    let unsound = "redirect-uri-unsound";
    let strangers = ["anonymous", "stateless", "unregistered", "shared"];
    for (name, settings, endpoint, changes, expected) in [
        ("nothing is set", "", Authorization, &plain, ok),
        (
            "denied",
            "denied-clients = ['ID']",
            Authorization,
            &plain,
            all("client-unknown"),
        ),
        (
            "a grant that is not offered any more",
            "grant-types = ['client_credentials']",
            Authorization,
            &plain,
            all("response-type-unregistered"),
        ),
        (
            "a scope that is not offered any more",
            "scopes = ['b']",
            Authorization,
            &scope,
            all("scope-none"),
        ),
        (
            "no PKCE",
            "pkce = 'public'",
            Authorization,
            &json!({"redirect_uri": NATIVE, "code_challenge": null, "code_challenge_method": null}),
            all("pkce-missing"),
        ),
        (
            "a resource",
            "resources = ['https://a.example']",
            Authorization,
            &json!({"redirect_uri": NATIVE, "resource": "https://b.example"}),
            all("resource-unknown"),
        ),
        (
            "a scheme that is not allowed any more",
            "redirect-schemes = ['https']",
            Authorization,
            &plain,
            but(all(unsound), &["by administrator"], ""),
        ),
        (
            "a host that is not allowed any more",
            "redirect-hosts = ['other.example.com']",
            Authorization,
            &web,
            but(all(unsound), &["by administrator"], ""),
        ),
        (
            "a host that is allowed",
            "redirect-hosts = ['web.example.com']",
            Authorization,
            &web,
            but(ok, &["shared"], unsound),
        ),
        (
            "a scheme that strangers may not have any more",
            "anonymous-terms = { redirect-schemes = ['https'] }",
            Authorization,
            &plain,
            but(ok, &strangers, unsound),
        ),
        (
            "a host that strangers may not have any more",
            "anonymous-terms = { redirect-hosts = [] }",
            Authorization,
            &web,
            but(ok, &strangers, unsound),
        ),
        (
            "a scope that strangers may not have any more",
            "anonymous-terms = { scopes = ['b'] }",
            Authorization,
            &scope,
            but(ok, &strangers, "scope-none"),
        ),
        (
            "a grant that strangers may not have any more",
            "anonymous-terms = { grant-types = ['refresh_token'] }",
            Authorization,
            &plain,
            but(ok, &strangers, "response-type-unregistered"),
        ),
        (
            "a device, by default",
            "",
            DeviceAuthorization,
            &plain,
            but(ok, &strangers, "grant-type-unregistered"),
        ),
        (
            "a device, where strangers may",
            "anonymous-device = true",
            DeviceAuthorization,
            &plain,
            but(ok, &["shared"], "grant-type-unregistered"),
        ),
        (
            "a device, where strangers are held to nothing",
            "anonymous-profile = 'none'",
            DeviceAuthorization,
            &plain,
            but(
                ok,
                &["anonymous", "stateless", "shared"],
                "grant-type-unregistered",
            ),
        ),
        (
            "the hosts of documents",
            "client-id-metadata-document-hosts = ['other.example.com']",
            Authorization,
            &plain,
            but(ok, &["document"], "client-unknown"),
        ),
        (
            "the host of the document",
            "client-id-metadata-document-hosts = ['.example.com']",
            Authorization,
            &plain,
            ok,
        ),
    ] {
        for (kind, expected) in KINDS.into_iter().zip(expected) {
            let decision = ask(kind, settings, endpoint, changes, &metadata("Example"));
            let found = errors(&decision).join(" ");
            assert_eq!(found, expected, "{name}, {kind}");
            let answer = location(&decision);
            assert!(
                answer.is_none() || !matches!(found.as_str(), "redirect-uri-unsound"),
                "{name}, {kind}"
            );
        }
    }
}

#[test]
fn internal_hosts_are_not_for_strangers() {
    let inside = json!({"redirect_uri": "https://webmail.lan/cb"});
    for (settings, kind, expected) in [
        (
            "internal-hosts = true",
            "unregistered",
            "redirect-uri-unsound",
        ),
        ("internal-hosts = true", "overridden", ""),
        (
            "anonymous-terms = { internal-hosts = true }",
            "unregistered",
            "",
        ),
        (
            "internal-hosts = true\nanonymous-terms = { internal-hosts = false }",
            "unregistered",
            "redirect-uri-unsound",
        ),
    ] {
        let decision = ask(
            kind,
            settings,
            Endpoint::Authorization,
            &inside,
            &metadata("Example"),
        );
        assert_eq!(errors(&decision).join(" "), expected, "{settings}, {kind}");
    }
}

/// A site that describes a client answers for where its codes go, and not for a client that needs no user.
#[test]
fn who_acts_for_itself() {
    let keys = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "use": "sig",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]});
    let metadata = json!({
        "client_name": "Example",
        "redirect_uris": ["https://web.example.com/cb"],
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": keys,
        "grant_types": ["authorization_code", "client_credentials"],
        "response_types": ["code"],
        "scope": "a b",
    });
    let settings = "grant-types = ['authorization_code', 'client_credentials']\n\
         auth-methods = ['none', 'private_key_jwt']";
    let itself = json!({"grant_type": "client_credentials"});
    for (kind, expected) in [
        ("by key", ""),
        ("by administrator", ""),
        ("document", "grant-type-unregistered"),
    ] {
        let decision = ask(kind, settings, Endpoint::Token, &itself, &metadata);
        assert_eq!(errors(&decision).join(" "), expected, "{kind}");
    }
}

/// A name that is protected after it was registered is not shown to a user.
#[test]
fn names_that_are_protected_later() {
    use Endpoint::{Authorization, DeviceAuthorization, PushedAuthorization, Token};
    let settings = "protected-names = ['Example Bank']\nanonymous-device = true";
    let plain = json!({"redirect_uri": NATIVE, "grant_type": "refresh_token"});
    for (kind, name, endpoint, is_shown) in [
        ("by key", "Examp1e Bank", Authorization, false),
        ("anonymous", "Example Bank", Authorization, false),
        ("anonymous", "Example Bank", PushedAuthorization, false),
        ("anonymous", "Example Bank", DeviceAuthorization, false),
        ("stateless", "Example Bank", Authorization, false),
        ("document", "Example%20Bank", Authorization, false),
        ("by administrator", "Example Bank", Authorization, true),
        ("anonymous", "Example Mail", Authorization, true),
        // Nobody is shown anything.
        ("anonymous", "Example Bank", Token, true),
    ] {
        let decision = ask(kind, settings, endpoint, &plain, &metadata(name));
        let client = decision.client.unwrap();
        let shown: Value = serde_json::from_str(&client.metadata).unwrap();
        assert_eq!(
            shown.get("client_name").is_some(),
            is_shown,
            "{kind} {name}"
        );
        assert_eq!(
            shown.get("client_name#de").is_some(),
            is_shown,
            "{kind} {name}"
        );
        assert_eq!(shown["redirect_uris"], metadata(name)["redirect_uris"]);
        let codes = decision.diagnostics.iter().map(|d| d.code);
        let is_said = Vec::from_iter(codes).contains(&"client-name-protected");
        assert_eq!(is_said, !is_shown, "{kind} {name}");
    }
}

/// The server's own names are protected without a setting.
#[test]
fn ids_that_are_names_of_the_server() {
    let settings = "issuer = 'https://mail.example.org'\nprovider-name = 'Example Post'";
    for (id, code) in [
        ("mail.example.org", "client-name-protected"),
        ("Mail.Example.Org", "client-name-protected"),
        ("https://mail.example.org/app", "client-name-protected"),
        ("example.org", "client-name-protected"),
        ("Example Post", "client-name-protected"),
        ("example-post", "client-name-protected"),
        ("EXAMPLE%20POST", "client-name-protected"),
        ("Sign in: Examp1e_Post", "client-name-protected"),
        ("org.example.mail", ""),
        ("example-mail", ""),
    ] {
        for (settings, permissions) in [
            (settings.to_owned(), &[][..]),
            (format!("{settings}\nrequire = true"), OVERRIDE),
        ] {
            let decision = at(
                Endpoint::Authorization,
                &asking(json!({"client_id": id})),
                None,
                permissions,
                &policy(&settings),
            );
            assert_eq!(errors(&decision).join(" "), code, "{id}");
        }
    }
}
