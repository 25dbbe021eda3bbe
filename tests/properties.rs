//! What holds for every document, and for every call.

use std::collections::BTreeSet;

use gatepost::{Caller, Context, Registrar, redirect_uri_matches};
use proptest::prelude::*;
use serde_json::{Value, json};

use entries::{ENTRIES, ask};
use parsers::PARSERS;
use reading::Reading;
use step::Answer;

#[path = "support/accepted.rs"]
mod accepted;
#[path = "support/entries/mod.rs"]
mod entries;
#[path = "support/generate/mod.rs"]
mod generate;
#[path = "support/parsers.rs"]
mod parsers;
#[path = "support/promises.rs"]
mod promises;
#[path = "support/reading.rs"]
mod reading;
#[path = "support/root.rs"]
mod root;
#[path = "support/step.rs"]
#[expect(
    dead_code,
    reason = "nothing here begins with a registration of the tables"
)]
mod step;

const SETTINGS: &str = "
    [oauth.client-registration]
    registration-endpoint = 'https://mail.example.com/auth/register'
    auth-methods = ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt']
    extensions = ['openid', 'signed-requests', 'rp-initiated-logout', 'mutual-tls', 'dpop']";

fn register(caller: Caller<'_>, settings: &str, body: &[u8]) -> (u16, Value) {
    let registrar = Registrar::compile(settings).unwrap();
    let context = Context {
        now: Some(1_790_000_000),
        entropy: Some(&[7; 32]),
        caller,
        ..Context::default()
    };
    let decision = registrar.register(&context, body).unwrap();
    let body = serde_json::from_str(&decision.response.body).unwrap();
    assert_eq!(
        decision.response.status != 201,
        decision
            .diagnostics
            .iter()
            .any(|d| d.severity == gatepost::Severity::Error)
    );
    (decision.response.status, body)
}

const CALLER: Caller<'static> =
    Caller::with_permissions(&["authenticate", "oauth-client-registration"]);

/// URIs that are sound, nearly sound, or nothing of the kind.
fn uri() -> impl Strategy<Value = String> {
    let scheme = prop::sample::select(vec![
        "http://",
        "https://",
        "com.example.app:/",
        "com.example.app://",
        "javascript:",
        "HTTP://",
        "//",
        "",
    ]);
    let host = prop::sample::select(vec![
        "127.0.0.1",
        "[::1]",
        "localhost",
        "a.example.com",
        "a.example.com.",
        "127.1",
        "[::1",
        "u@127.0.0.1",
        "127.0.0.1.a.example.com",
        "xn--bcher-kva.example",
        "xn--a.example",
        "",
    ]);
    let port = prop::sample::select(vec![
        "", ":80", ":443", ":49152", ":0", ":", ":080", ":99999",
    ]);
    let path = prop::sample::select(vec![
        "/",
        "/cb",
        "/cb?a=b",
        "/cb?code=1",
        "/cb#",
        "/a/../b",
        "/%2e",
        "/%",
        "/cb ",
        "/é",
        "",
        "/*",
        "/cb?a='",
        "/a//b",
    ]);
    prop_oneof![
        4 => (scheme, host, port, path).prop_map(|(s, h, p, q)| format!("{s}{h}{p}{q}")),
        1 => any::<String>(),
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "Mail",
            " Mail ",
            "Postfa\u{308}cher",
            "a\u{202e}b",
            "",
            "\u{0}"
        ])
        .prop_map(str::to_owned),
        any::<String>(),
    ]
}

fn words(names: &'static [&'static str]) -> impl Strategy<Value = Value> {
    prop::collection::vec(prop::sample::select(names.to_vec()), 0..3).prop_map(|w| json!(w))
}

fn member() -> impl Strategy<Value = (String, Value)> {
    let named = |name: &'static str, value: BoxedStrategy<Value>| {
        value
            .prop_map(move |value| (name.to_owned(), value))
            .boxed()
    };
    let uris = prop::collection::vec(uri(), 0..3)
        .prop_map(|u| json!(u))
        .boxed();
    let text = text().prop_map(|t| json!(t)).boxed();
    let link = uri().prop_map(|u| json!(u)).boxed();
    prop_oneof![
        named("redirect_uris", uris.clone()),
        named("post_logout_redirect_uris", uris),
        named("client_name", text.clone()),
        named("client_name#de", text.clone()),
        named("software_id", text.clone()),
        named(
            "contacts",
            prop::collection::vec(text.clone(), 0..2)
                .prop_map(|c| json!(c))
                .boxed()
        ),
        named("scope", text),
        named(
            "scope",
            Just(json!("offline_access x urn:ietf:params:oauth:scope:mail")).boxed()
        ),
        named("client_uri", link.clone()),
        named("logo_uri#fr-CH", link.clone()),
        named("jwks_uri", link.clone()),
        named("initiate_login_uri", link),
        named(
            "application_type",
            prop_oneof![Just(json!("native")), Just(json!("web"))].boxed()
        ),
        named(
            "token_endpoint_auth_method",
            words(&[
                "none",
                "client_secret_basic",
                "private_key_jwt",
                "tls_client_auth"
            ])
            .prop_map(|w| w.get(0).cloned().unwrap_or_default())
            .boxed()
        ),
        named(
            "grant_types",
            words(&[
                "authorization_code",
                "refresh_token",
                "client_credentials",
                "implicit"
            ])
            .boxed()
        ),
        named("response_types", words(&["code", "token"]).boxed()),
        named("id_token_signed_response_alg", Just(json!("ES256")).boxed()),
        named(
            "userinfo_encrypted_response_alg",
            Just(json!("ECDH-ES")).boxed()
        ),
        named(
            "default_max_age",
            any::<i64>().prop_map(|n| json!(n)).boxed()
        ),
        named(
            "dpop_bound_access_tokens",
            any::<bool>().prop_map(|b| json!(b)).boxed()
        ),
        named(
            "x_unknown",
            any::<f64>().prop_map(|n| json!([n, { "a": null }])).boxed()
        ),
    ]
}

/// Documents that have a fair chance to be accepted.
fn document() -> impl Strategy<Value = Value> {
    let loopback = Just(json!({ "redirect_uris": ["http://127.0.0.1/cb"] }));
    (loopback, prop::collection::vec(member(), 0..6)).prop_map(|(mut document, members)| {
        for (name, value) in members {
            document[name] = value;
        }
        document
    })
}

/// What fuzzers have kept, with something exchanged.
fn hurt() -> impl Strategy<Value = Vec<u8>> {
    let kept: Vec<Vec<u8>> = ENTRIES.iter().flat_map(|(name, _)| corpus(name)).collect();
    let other = prop::collection::vec(any::<u8>(), 0..8);
    (
        prop::sample::select(kept),
        any::<prop::sample::Index>(),
        0..8_usize,
        other,
    )
        .prop_map(|(mut bytes, at, length, other)| {
            let start = at.index(bytes.len() + 1);
            let end = bytes.len().min(start + length);
            bytes.splice(start..end, other);
            bytes
        })
}

/// The bytes that fuzzers have kept for an entry.
#[expect(
    clippy::disallowed_methods,
    reason = "the core reads no files; its tests have their tables in some"
)]
fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = root::root().join("fuzz/corpus").join(name);
    let files = folder
        .read_dir()
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    files
        .map(|file| std::fs::read(file.unwrap().path()).unwrap())
        .collect()
}

#[test]
fn what_fuzzers_have_found_is_harmless() {
    let targets = include_str!("../fuzz/Cargo.toml");
    for (name, enter) in ENTRIES {
        assert!(targets.contains(&format!("\nname = \"{name}\"")), "{name}");
        let corpus = corpus(name);
        assert!(!corpus.is_empty(), "{name}");
        corpus.iter().for_each(|bytes| enter(bytes));
    }
}

/// What fuzzers have kept would find a matcher with a fault.
#[test]
fn the_kept_pairs_of_uris_find_a_planted_fault() {
    use gatepost::redirect_uri_matches as matches;
    let faulty: [(&str, fn(&str, &str) -> bool); 4] = [
        ("any port", |registered, requested| {
            let portless = |uri: &str| uri.replacen(":8443", "", 1);
            matches(&portless(registered), &portless(requested))
        }),
        ("a path that begins alike", |registered, requested| {
            matches(registered, requested) || requested.starts_with(registered)
        }),
        ("capital letters", |registered, requested| {
            registered.eq_ignore_ascii_case(requested)
        }),
        ("strings alone, and not itself", |registered, requested| {
            matches(registered, requested) && registered != requested
        }),
    ];
    let corpus = corpus("matching");
    for (name, faulty) in faulty {
        let is_found = |bytes: &Vec<u8>| {
            std::panic::catch_unwind(|| entries::matching_by(faulty, bytes)).is_err()
        };
        assert!(corpus.iter().any(is_found), "{name}");
    }
}

/// A redirect URI that another program reads otherwise leads somewhere else than it was registered for.
#[test]
fn what_is_accepted_is_read_alike_by_other_parsers() {
    let accepted = accepted::accepted(2_000, accepted::acceptor());
    assert!(accepted.len() > 1_000, "{}", accepted.len());
    for (name, read) in PARSERS {
        for uri in &accepted {
            assert_eq!(read(uri), Reading::of(uri), "{uri} by {name}");
        }
    }
}

/// The other parsers, and the generated URIs, find an acceptor with a fault: it takes one kind that is refused.
#[test]
fn other_parsers_find_a_planted_fault() {
    let is_accepted = accepted::acceptor();
    let faulty: [(&str, fn(&str) -> bool); 6] = [
        ("capital letters in the scheme", |uri| {
            uri.starts_with("HTTPS://")
        }),
        ("another spelling of an address", |uri| {
            uri.starts_with("http://127.1/")
        }),
        ("a name before the host", |uri| {
            uri.starts_with("https://user@")
        }),
        ("a dot segment", |uri| uri.ends_with("/a/../b")),
        ("an encoded dot segment", |uri| uri.ends_with("/%2e%2e/b")),
        ("a backslash", |uri| {
            uri.starts_with("https://") && uri.contains('\\')
        }),
    ];
    for (name, also) in faulty {
        assert!(
            !accepted::accepted(500, &is_accepted)
                .iter()
                .any(|uri| also(uri)),
            "{name}"
        );
        let accepted = accepted::accepted(500, also);
        let differs = |uri: &String| {
            PARSERS
                .iter()
                .any(|(_, read)| read(uri) != Reading::of(uri))
        };
        assert!(accepted.iter().any(differs), "{name}");
    }
}

/// How many of the codes in the catalogue the generated calls need not reach: they are for what is rare.
const UNREACHED: usize = 40;

/// Generated calls are worth little if all of them are refused at the door.
#[test]
fn generated_calls_reach_nearly_every_rule() {
    let (mut reached, mut codes) = (BTreeSet::new(), BTreeSet::new());
    for seed in 0..1_000 {
        ask(&generate::bytes(seed), |step, answer| {
            let operation = word(&step.operation);
            if let Answer::Decision(decision) = answer {
                codes.extend(decision.diagnostics.iter().map(|found| found.code.clone()));
                reached.insert(format!("{operation} {:?}", decision.outcome));
                reached.insert(word(&decision.effect));
                reached.extend(decision.client.iter().map(|client| word(&client.standing)));
            }
            if let Answer::Misuse(misuse) = answer {
                reached.insert(word(misuse));
            }
            reached.insert(operation);
        });
    }
    // Every operation, and of those that decide both outcomes where there are two.
    for operation in [
        "Register",
        "Provision",
        "Read",
        "Update",
        "RotateSecret",
        "RotateRegistrationAccessToken",
        "Disable",
        "Enable",
        "Approve",
        "Deny",
        "Remove",
        "Authorize",
        "Authenticate",
        "Review",
        "ReviewDraft",
        "Usable",
        "ClientDocument",
    ] {
        for outcome in ["Accept", "Refuse"] {
            let decided = format!("{operation} {outcome}");
            assert!(reached.contains(&decided), "{decided}");
        }
    }
    for name in [
        "Identify",
        "Lifecycle",
        "Network",
        "Window",
        "WiderNetwork",
        "WiderWindow",
        "CheckTerms",
        "Warnings",
        "WebAdministrationWarning",
        "Bearer",
        "ServerMetadata",
        "RedirectUriMatches",
        // Effects.
        "None",
        "Store",
        "Share",
        "Replace",
        "Remove",
        // Standings.
        "Provisioned",
        "Registered",
        "Document",
        "Shared",
        "Unregistered",
        "Overridden",
        // Misuses.
        "EntropyTooShort",
        "RecordUnreadable",
        "RecordMismatch",
        "TermsInvalid",
    ] {
        assert!(reached.contains(name), "{name}");
    }
    let all = include_str!("../docs/diagnostics.md")
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let missing: Vec<&str> = all.filter(|code| !codes.contains(*code)).collect();
    assert!(
        missing.len() <= UNREACHED,
        "{} of {missing:?}",
        missing.len()
    );
}

/// The first word of what is shown: a variant's name.
fn word(shown: &impl std::fmt::Debug) -> String {
    let shown = format!("{shown:?}");
    shown
        .split(['(', ' '])
        .next()
        .unwrap_or_default()
        .to_owned()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn every_call_is_answered_as_promised(bytes in prop::collection::vec(any::<u8>(), 0..4000)) {
        ask(&bytes, |_, _| {});
    }

    #[test]
    fn no_entry_takes_harm(bytes in hurt()) {
        for (_, enter) in ENTRIES {
            enter(&bytes);
        }
    }

    #[test]
    fn no_bytes_panic(body in prop::collection::vec(any::<u8>(), 0..300)) {
        let (status, _) = register(CALLER, SETTINGS, &body);
        prop_assert!(status == 400);
    }

    #[test]
    fn what_is_registered_is_registered_again_unchanged(document in document()) {
        let (status, registered) = register(CALLER, SETTINGS, document.to_string().as_bytes());
        if status == 201 {
            let (status, again) = register(CALLER, SETTINGS, registered.to_string().as_bytes());
            prop_assert_eq!(status, 201, "{}", again);
            prop_assert_eq!(registered, again);
        }
    }

    #[test]
    fn what_matches_can_be_registered(registered in uri(), requested in uri()) {
        let accepted = |uri: &str| {
            let document = json!({ "redirect_uris": [uri] }).to_string();
            register(CALLER, SETTINGS, document.as_bytes()).0 == 201
        };
        if accepted(&registered) && redirect_uri_matches(&registered, &requested) {
            prop_assert!(accepted(&requested), "{} {}", registered, requested);
        }
    }

    #[test]
    fn strangers_get_native_public_clients_only(document in document()) {
        let settings = "[oauth.client-registration]\nanonymous = true";
        let (status, registered) =
            register(Caller::anonymous(), settings, document.to_string().as_bytes());
        if status == 201 {
            prop_assert_eq!(&registered["token_endpoint_auth_method"], "none");
            prop_assert_eq!(&registered["client_secret"], &Value::Null);
            for uri in registered["redirect_uris"].as_array().unwrap() {
                let uri = uri.as_str().unwrap();
                let private_use = uri.split(':').next().is_some_and(|scheme| scheme.contains('.'));
                let native = uri.starts_with("http://127.0.0.1")
                    || uri.starts_with("http://[::1]")
                    || private_use;
                prop_assert!(native, "{}", uri);
            }
        }
    }
}
