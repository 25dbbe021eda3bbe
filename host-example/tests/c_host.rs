//! The sample host in C. It is built as its README says, and passes the tests of the one in Rust.

#[path = "../../tests/support/compiler.rs"]
#[expect(dead_code, reason = "make compiles")]
mod compiler;
#[path = "../../tests/support/library.rs"]
mod library;
#[path = "../../tests/support/root.rs"]
mod root;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use compiler::run;
use library::installed;
use root::root;

/// The tests of what any such host does over HTTP, and on its command line. Not among them: `faults`, in which
/// a hostile component is loaded, because this host is linked with its plugin; `readme`, because it has a
/// README of its own.
const TESTS: [&str; 8] = [
    "cases",
    "decide",
    "durability",
    "edge",
    "first_start",
    "limits",
    "manage",
    "stories",
];

fn folder() -> PathBuf {
    root().join("host-example/c")
}

#[test]
#[ignore = "needs make, pkg-config, libmicrohttpd, SQLite, jansson and OpenSSL: CI runs it with --ignored"]
fn it_passes_the_tests_of_the_one_in_rust() {
    let build = Path::new(env!("CARGO_TARGET_TMPDIR")).join("c-host");
    run(Command::new("make")
        .arg("-C")
        .arg(folder())
        .arg(format!("BUILD={}", build.display()))
        .env("PKG_CONFIG_PATH", installed().join("lib/pkgconfig")));
    for (name, test) in tests() {
        let mut test = Command::new(test);
        test.env("GATEPOST_HOST", build.join("gatepost-host"))
            .current_dir(env!("CARGO_MANIFEST_DIR"));
        let printed = run(&mut test);
        assert!(!printed.contains("running 0 tests"), "{name}: {printed}");
    }
}

/// The programs of the tests, as cargo builds them. They are built already where all tests are run.
fn tests() -> Vec<(String, PathBuf)> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .current_dir(root())
        .env(
            "CARGO_TARGET_DIR",
            Path::new(env!("CARGO_TARGET_TMPDIR"))
                .parent()
                .expect("it is in the target folder"),
        )
        .args(["test", "--no-run", "--locked", "--workspace"])
        .args(["--quiet", "--message-format=json"]);
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    for test in TESTS {
        cargo.args(["--test", test]);
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let here = here.to_str().expect("the path is text");
    let built = run(&mut cargo);
    let built = built.lines().map(serde_json::from_str);
    let tests: Vec<(String, PathBuf)> = built
        .map(|message: Result<Value, _>| message.expect("cargo prints JSON"))
        .filter(|message| message["manifest_path"] == here)
        .filter_map(|message| {
            let name = message["target"]["name"].as_str()?;
            let program = message["executable"].as_str()?;
            Some((name.to_owned(), program.into()))
        })
        .filter(|(name, _)| TESTS.contains(&&**name))
        .collect();
    assert_eq!(tests.len(), TESTS.len(), "{tests:?}");
    tests
}

/// Whoever knows one finds his way in the other.
#[test]
fn it_has_the_files_of_the_one_in_rust() {
    let readme = fs::read_to_string(folder().join("README.md")).expect("there is a README");
    let files = |path: PathBuf, ending: &str| {
        let files = fs::read_dir(path).expect("there is a source");
        let names = files.map(|file| file.expect("a file").file_name());
        let mut stems: Vec<String> = names
            .filter_map(|name| Some(name.to_str()?.strip_suffix(ending)?.to_owned()))
            .collect();
        stems.sort_unstable();
        stems
    };
    let sources = files(folder(), ".c");
    let rust = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    assert_eq!(sources, files(rust, ".rs"));
    for stem in sources {
        let row = format!("| [{stem}.c]({stem}.c) | [{stem}.rs](../src/{stem}.rs) |");
        assert!(readme.contains(&row), "{row}");
    }
}

#[test]
fn its_readme_names_what_is_there() {
    let readme = fs::read_to_string(folder().join("README.md")).expect("there is a README");
    for link in readme.split("](").skip(1) {
        let target = link.split(')').next().expect("a link ends");
        if !target.starts_with("https://") {
            assert!(folder().join(target).exists(), "{target}");
        }
    }
    let commands = readme.split("```sh\n").nth(1).expect("commands");
    let commands = commands.split("```").next().expect("their end");
    let expected = "scripts/build-c-library --prefix /tmp/gatepost\n\
                    PKG_CONFIG_PATH=/tmp/gatepost/lib/pkgconfig make -C host-example/c run\n";
    assert_eq!(commands, expected, "the test above does the same");
    let source = ["endpoint.c", "store.c", "message.c"]
        .map(|name| fs::read_to_string(folder().join(name)).expect("it is there"))
        .concat();
    for function in [
        "set_caller",
        "store_usage",
        "perform",
        "ask",
        "message_cut_off",
    ] {
        assert!(readme.contains(&format!("`{function}`")), "{function}");
        assert!(source.contains(&format!(" {function}(")), "{function}");
    }
}

/// A mail-server author reads all of it in one sitting.
#[test]
fn it_is_small() {
    let files = fs::read_dir(folder()).expect("there is a source");
    let paths = files.map(|file| file.expect("a file").path());
    let is_source = |path: &PathBuf| matches!(path.extension(), Some(it) if it == "c" || it == "h");
    let lines = paths
        .filter(is_source)
        .map(|path| fs::read_to_string(path).expect("text").lines().count());
    let lines: usize = lines.sum();
    assert!(lines < 2000, "{lines}");
}
