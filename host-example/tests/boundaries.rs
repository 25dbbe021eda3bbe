//! One table, four ways in: the Rust library, the C library, the component and HTTP. The first three
//! are given the same time and entropy, and must give the same bytes; over HTTP the host draws its
//! own, and what it drew is all that may differ, except that it asks no plugin about a body that is
//! too long.

use gatepost::{Caller, Context, Registrar};
use gatepost_host::plugin::{self, Options, Source};
use serde_json::Value;

use cases::Case;
use common::Host;
use replay::CReplay;
use step::{Answer, Boundary, Operation, Step};
use story::Story;
use through::Through;

#[path = "../../tests/support/cases.rs"]
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
#[path = "../../tests/support/step.rs"]
mod step;
#[path = "../../tests/support/story.rs"]
mod story;
mod through;

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

/// Every boundary but HTTP, by its name.
fn boundaries(settings: &str) -> [(&'static str, Box<dyn Boundary>); 3] {
    let library = library::installed().join("lib/libgatepost.so");
    let load = |source| {
        let plugin = plugin::load(&source, settings, &Options::default());
        Box::new(Through(plugin.expect("the settings are right")))
    };
    [
        ("the component", load(Source::default())),
        ("C", Box::new(CReplay::spawn(&library, settings))),
        ("the host's own loader", load(Source::Library(library))),
    ]
}

#[test]
fn every_boundary_gives_the_bytes_of_the_rust_library() {
    for (anonymous, settings) in settings() {
        let mut rust = Registrar::compile(&settings).unwrap();
        let mut boundaries = boundaries(&settings);
        for case in cases::register() {
            let step = Step::register(&context(anonymous), &case.body);
            let expected = rust.perform(&step);
            assert!(matches!(expected, Answer::Decision(_)), "{}", case.id);
            for (name, boundary) in &mut boundaries {
                let Case { id, note, .. } = &case;
                assert_eq!(boundary.perform(&step), expected, "{id} ({note}) by {name}");
            }
        }
    }
}

#[test]
fn every_boundary_matches_redirect_uris_alike() {
    let mut boundaries = boundaries("");
    for case in cases::redirect_match() {
        for (name, boundary) in &mut boundaries {
            let found = case.registered.iter().any(|registered| {
                let step = Step {
                    facts: (&context(true)).into(),
                    operation: Operation::RedirectUriMatches(
                        registered.clone(),
                        case.requested.clone(),
                    ),
                };
                boundary.perform(&step) == Answer::Number(1)
            });
            assert_eq!(found, case.expected, "{} by {name}", case.id);
        }
    }
}

#[test]
fn every_boundary_tells_the_same_stories() {
    for told in story::all() {
        let mut story = Story::default();
        for chapter in &told.chapters {
            let mut rust = Registrar::compile(&chapter.settings).expect(&told.name);
            let mut boundaries = boundaries(&chapter.settings);
            for line in &chapter.lines {
                let step = story.step(line);
                let expected = rust.perform(&step);
                for (name, boundary) in &mut boundaries {
                    let found = boundary.perform(&step);
                    assert_eq!(found, expected, "{}: {line} by {name}", told.name);
                }
                if let Err(why) = story.take(line, &expected) {
                    panic!("{}: {line}: {why}", told.name);
                }
            }
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
