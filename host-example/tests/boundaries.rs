//! One table, four ways in: the Rust library, the C library, the component and HTTP. The first three
//! are given the same time and entropy, and must give the same bytes; over HTTP the host draws its
//! own, and what it drew is all that may differ, except that it asks no plugin about a body that is
//! too long.

use gatepost::{Caller, Context, Registrar};
use gatepost_host::plugin::{self, Due, Effect, Options, Outcome, Plugin, Severity, Source};
use serde_json::Value;

use common::Host;
use replay::{CReplay, Replayed, ReplayedDiagnostic};

#[path = "../../tests/support/cases.rs"]
#[expect(
    dead_code,
    reason = "what redirect URIs match is for the core's own tests"
)]
mod cases;
mod common;
#[path = "../../tests/support/compiler.rs"]
mod compiler;
#[path = "../../tests/support/library.rs"]
mod library;
#[path = "../../tests/support/replay.rs"]
mod replay;
#[path = "../../tests/support/root.rs"]
mod root;

const NOW: u64 = 1_790_000_000;
const ENTROPY: [u8; 32] = [7; 32];

/// What the host reads of a body. It does not ask the plugin about a longer one.
const BODY_LIMIT: usize = 64 << 10;

/// A caller with a name and an address, so that these cross the boundaries too.
fn context(anonymous: bool) -> Context<'static> {
    Context {
        now: Some(NOW),
        entropy: Some(&ENTROPY),
        caller: if anonymous {
            Caller {
                address: Some("192.0.2.1"),
                ..Caller::anonymous()
            }
        } else {
            Caller {
                account: Some("desk"),
                address: Some("2001:db8::1"),
                ..Caller::with_permissions(&cases::PERMISSIONS)
            }
        },
        ..Context::default()
    }
}

/// The settings and the callers that every case runs under: as its table has it, and as a stranger,
/// who is held to the mail profile.
fn settings() -> [(bool, String); 2] {
    let open = format!("{}anonymous = true\n", cases::SETTINGS);
    [(false, cases::SETTINGS.to_owned()), (true, open)]
}

#[test]
fn the_component_gives_the_bytes_of_the_rust_library() {
    for (anonymous, settings) in settings() {
        let registrar = Registrar::compile(&settings).unwrap();
        let component = plugin::load(&Source::default(), &settings, &Options::default()).unwrap();
        assert_eq!(
            component.server_metadata().unwrap(),
            registrar.server_metadata()
        );
        for case in cases::register() {
            let context = context(anonymous);
            let expected = registrar.register(&context, &case.body).unwrap();
            let found = through(component.as_ref(), &context, &case.body);
            assert_eq!(found, Replayed::from(&expected), "{}", case.id);
        }
    }
}

#[test]
fn the_c_library_gives_the_bytes_of_the_rust_library() {
    let library = library::installed().join("lib/libgatepost.so");
    let mut c = CReplay::spawn(&library);
    for (anonymous, settings) in settings() {
        let registrar = Registrar::compile(&settings).unwrap();
        let loaded = plugin::load(
            &Source::Library(library.clone()),
            &settings,
            &Options::default(),
        )
        .unwrap();
        assert_eq!(
            loaded.server_metadata().unwrap(),
            registrar.server_metadata()
        );
        for case in cases::register() {
            let context = context(anonymous);
            let expected = registrar.register(&context, &case.body).unwrap();
            let expected = Replayed::from(&expected);
            let found = c.register(&settings, &context, &case.body).unwrap();
            assert_eq!(found, expected, "{} from C", case.id);
            let found = through(loaded.as_ref(), &context, &case.body);
            assert_eq!(found, expected, "{} through the host's loader", case.id);
        }
    }
}

#[test]
fn http_gives_what_the_rust_library_gives() {
    let library = library::installed().join("lib/libgatepost.so");
    let library = library.to_str().unwrap();
    for (anonymous, settings) in settings() {
        let registrar = Registrar::compile(&settings).unwrap();
        for flags in [&[][..], &["--plugin", library]] {
            let host = Host::start_in(common::Folder::new(), &settings, flags);
            let key = format!("Authorization: Bearer {}", host.first_key("registration"));
            let headers: &[&str] = if anonymous { &[] } else { &[&key] };
            for case in cases::register() {
                let expected = registrar.register(&context(anonymous), &case.body).unwrap();
                let body = std::str::from_utf8(&case.body).unwrap();
                let answer = host.register(headers, body);
                if body.len() > BODY_LIMIT {
                    assert_eq!((answer.status, expected.response.status), (413, 400));
                    let decided: Value = serde_json::from_str(&expected.response.body).unwrap();
                    assert_eq!(answer.json()["error"], decided["error"], "{}", case.id);
                    continue;
                }
                assert_eq!(answer.status, expected.response.status, "{}", case.id);
                for header in &expected.response.headers {
                    let sent = answer.header(&header.name.to_ascii_lowercase());
                    assert_eq!(sent, Some(&*header.value), "{}", case.id);
                }
                let expected: Value = serde_json::from_str(&expected.response.body).unwrap();
                let found: Value = serde_json::from_str(&answer.body).unwrap();
                if !anonymous {
                    case.check(answer.status, &found).unwrap();
                }
                assert_eq!(without_drawn(found), without_drawn(expected), "{}", case.id);
            }
        }
    }
}

/// An answer less what was drawn for it.
fn without_drawn(mut answer: Value) -> Value {
    for (member, prefix) in [
        ("client_id", "gpc_"),
        ("client_secret", "gps_"),
        ("registration_access_token", "gpr_"),
        (
            "registration_client_uri",
            "https://mail.example.com/auth/register/gpc_",
        ),
    ] {
        if let Some(value) = answer.get_mut(member) {
            assert!(value.as_str().unwrap().starts_with(prefix), "{value}");
            *value = prefix.into();
        }
    }
    if let Some(issued) = answer.get_mut("client_id_issued_at") {
        assert!(issued.as_u64().unwrap() >= NOW || *issued == 0, "{issued}");
        *issued = 0.into();
    }
    answer
}

/// A decision through one of the host's loaders, in the vocabulary of the C replay.
fn through(plugin: &dyn Plugin, context: &Context<'_>, body: &[u8]) -> Replayed {
    let caller = plugin::Caller {
        credential: match context.caller.credential {
            gatepost::Credential::Missing => plugin::Credential::Missing,
            gatepost::Credential::Malformed => plugin::Credential::Malformed,
            gatepost::Credential::Rejected => plugin::Credential::Rejected,
            gatepost::Credential::Accepted => plugin::Credential::Accepted,
        },
        account: context.caller.account.map(str::to_owned),
        permissions: context
            .caller
            .permissions
            .iter()
            .map(|p| (*p).to_owned())
            .collect(),
        address: context.caller.address.map(str::to_owned),
    };
    let context = plugin::Context {
        now: context.now.unwrap(),
        entropy: context.entropy.unwrap().to_vec(),
        caller,
        usage: plugin::Usage {
            account_clients: context.usage.account_clients,
            address_registrations: context.usage.address_registrations,
            total_clients: context.usage.total_clients,
        },
    };
    let decision = plugin.register(&context, body).unwrap();
    let record = |record: plugin::ClientRecord| gatepost::Record {
        client_id: record.client_id,
        document: record.document,
    };
    Replayed {
        outcome: match decision.outcome {
            Outcome::Accept => gatepost::Outcome::Accept,
            Outcome::Refuse => gatepost::Outcome::Refuse,
        },
        status: decision.response.status,
        headers: decision
            .response
            .headers
            .into_iter()
            .map(|header| (header.name, header.value))
            .collect(),
        body: decision.response.body,
        effect: match decision.effect {
            Effect::None => gatepost::Effect::None,
            Effect::Store(stored) => gatepost::Effect::Store(record(stored)),
            Effect::Replace(stored) => gatepost::Effect::Replace(record(stored)),
            Effect::Remove(client_id) => gatepost::Effect::Remove(client_id),
        },
        diagnostics: decision
            .diagnostics
            .into_iter()
            .map(|found| ReplayedDiagnostic {
                code: found.code,
                pointer: found.pointer,
                message: found.message,
                reference: found.reference,
                severity: match found.severity {
                    Severity::Error => gatepost::Severity::Error,
                    Severity::Warning => gatepost::Severity::Warning,
                    Severity::Note => gatepost::Severity::Note,
                },
            })
            .collect(),
        fetches: decision
            .fetches
            .into_iter()
            .map(|fetch| gatepost::Fetch {
                uri: fetch.uri,
                pointer: fetch.pointer,
                due: match fetch.due {
                    Due::BeforeEffect => gatepost::Due::BeforeEffect,
                    Due::OnUse => gatepost::Due::OnUse,
                },
                max_bytes: fetch.max_bytes,
                timeout: fetch.timeout,
            })
            .collect(),
    }
}
