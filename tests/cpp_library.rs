//! `include/gatepost.hpp`: every C++ compiler takes it, it has all of `gatepost.h`, and what comes through it is
//! what the Rust library gives.

#![cfg(target_os = "linux")]
#![expect(
    clippy::disallowed_methods,
    reason = "the core reads no files and starts no programs; its tests do"
)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use gatepost::Registrar;

use self::callers::{context, settings};
use self::compiler::run;
use self::declared::functions;
use self::library::installed;
use self::replay::CReplay;
use self::root::root;
use self::step::{Answer, Boundary, Step};
use self::story::Story;

#[path = "support/callers.rs"]
mod callers;
#[path = "support/cases.rs"]
#[expect(
    dead_code,
    reason = "what a case asks for is checked where the Rust library decides"
)]
mod cases;
#[path = "support/compiler.rs"]
mod compiler;
#[path = "support/declared.rs"]
mod declared;
#[path = "support/library.rs"]
mod library;
#[path = "support/replay.rs"]
#[expect(dead_code, reason = "the rest of it compiles the program in C")]
mod replay;
#[path = "support/root.rs"]
mod root;
#[path = "support/step.rs"]
mod step;
#[path = "support/story.rs"]
mod story;

const COMPILERS: [&str; 2] = ["g++", "clang++"];

/// The last is C++23, by the name that older compilers have for it.
const STANDARDS: [&str; 3] = ["c++17", "c++20", "c++2b"];

/// What a C++ program has no use for, or has in another form.
const LEFT_OUT: [&str; 4] = [
    // A `std::string_view` is made from one.
    "gatepost_cstr",
    // The member of `gatepost::error` has it from the call that failed.
    "gatepost_error_status",
    // It takes a function of C in any case.
    "gatepost_set_panic_log",
    "gatepost_plugin_v1",
];

#[test]
fn it_has_every_function_of_the_c_header() {
    let read = |name: &str| {
        let path = root().join("include").join(name);
        fs::read_to_string(path).expect("it is there")
    };
    let (c, cpp) = (read("gatepost.h"), read("gatepost.hpp"));
    let calls = |name: &str| {
        let rest = cpp
            .match_indices(name)
            .map(|(at, _)| &cpp[at + name.len()..]);
        let mut next = rest.filter_map(|rest| rest.chars().next());
        next.any(|next| "(>".contains(next))
    };
    for function in functions(&c) {
        assert_ne!(calls(function), LEFT_OUT.contains(&function), "{function}");
    }
}

#[test]
#[ignore = "needs g++ and clang++: CI runs it with --include-ignored"]
fn a_program_does_what_it_should_in_every_standard() {
    for compiler in COMPILERS {
        for standard in STANDARDS {
            let printed = run(&mut start(&build(compiler, standard, "exercise")));
            let expected = match (compiler, standard) {
                ("g++", "c++2b") => "exercised, with expected\n",
                // Its library has std::expected since version 16.
                ("clang++", "c++2b") if printed.contains("with") => "exercised, with expected\n",
                _ => "exercised\n",
            };
            assert_eq!(printed, expected, "{compiler} {standard}");
        }
    }
}

#[test]
#[ignore = "needs g++: CI runs it with --include-ignored"]
fn cpp_decides_as_rust_does() {
    let replay = build("g++", "c++17", "replay");
    for (anonymous, settings) in settings() {
        let mut rust = Registrar::compile(&settings).expect("the settings are right");
        let mut cpp = CReplay::start(&mut start(&replay), &settings);
        for case in cases::register() {
            let step = Step::register(&context(anonymous), &case.body);
            let expected = rust.perform(&step);
            assert!(matches!(expected, Answer::Decision(_)), "{}", case.id);
            assert_eq!(cpp.perform(&step), expected, "{} ({})", case.id, case.note);
        }
    }
    let mistaken = "[oauth.client-registration]\nrequire = 1\n";
    let step = Step::register(&context(true), b"{}");
    let Answer::Refused(findings) = CReplay::start(&mut start(&replay), mistaken).perform(&step)
    else {
        panic!("these settings have a mistake");
    };
    assert_eq!(findings[0].path, "oauth.client-registration.require");
}

#[test]
#[ignore = "needs g++: CI runs it with --include-ignored"]
fn cpp_tells_the_same_stories() {
    let replay = build("g++", "c++17", "replay");
    for told in story::all() {
        let mut story = Story::default();
        for chapter in &told.chapters {
            let mut rust = Registrar::compile(&chapter.settings).expect(&told.name);
            let mut cpp = CReplay::start(&mut start(&replay), &chapter.settings);
            for line in &chapter.lines {
                let step = story.step(line);
                let expected = rust.perform(&step);
                assert_eq!(cpp.perform(&step), expected, "{}: {line}", told.name);
                if let Err(why) = story.take(line, &expected) {
                    panic!("{}: {line}: {why}", told.name);
                }
            }
        }
    }
}

/// Compiles a program of `tests/cpp`. Its name is this process's own: several may run at a time.
fn build(compiler: &str, standard: &str, name: &str) -> PathBuf {
    let program = format!("{name}-{compiler}-{standard}-{}", std::process::id());
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(program);
    let installed = installed().display();
    run(Command::new(compiler)
        .args(["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror"])
        .args([&format!("-std={standard}"), "-O1", "-g", "-o"])
        .arg(&program)
        .arg(format!("-I{}", root().join("include").display()))
        .arg(root().join(format!("tests/cpp/{name}.cpp")))
        .args([&format!("-L{installed}/lib"), "-lgatepost"]));
    program
}

/// A program with the shared library.
fn start(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env("LD_LIBRARY_PATH", installed().join("lib"));
    command
}
