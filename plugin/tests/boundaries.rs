//! One table, five ways in: the Rust library, the C library, and through this loader the component, the C
//! library and the linked core. They are given the same time and entropy, and must give the same bytes. So they must to
//! calls that are generated (`differential`).

#![cfg(feature = "embedded")]

use gatepost::Registrar;
use gatepost_plugin::{Options, Source};

use callers::{context, settings};
use cases::Case;
use replay::CReplay;
use step::{Answer, Boundary, Operation, Step};
use story::Story;
use through::Through;

#[path = "../../tests/support/callers.rs"]
mod callers;
#[path = "../../tests/support/cases.rs"]
#[expect(
    dead_code,
    reason = "what a case asks for is checked where the Rust library decides"
)]
mod cases;
#[path = "../../tests/support/compiler.rs"]
mod compiler;
mod differential;
#[path = "../../tests/support/generate/mod.rs"]
mod generate;
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

/// Every boundary but HTTP, by its name.
fn boundaries(settings: &str) -> [(&'static str, Box<dyn Boundary>); 4] {
    let library = library::installed().join("lib/libgatepost.so");
    let load = |source| {
        let plugin = gatepost_plugin::load(&source, settings, &Options::default());
        Box::new(Through(plugin.expect("the settings are right")))
    };
    [
        ("the component", load(Source::default())),
        ("C", Box::new(CReplay::spawn(&library, settings))),
        ("this loader", load(Source::Library(library))),
        ("the linked core", load(Source::Linked)),
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
