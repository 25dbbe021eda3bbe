//! What packages are made of: the C library laid out for one, the list of its symbols, and the versions.

#![cfg(target_os = "linux")]
#![expect(
    clippy::disallowed_methods,
    reason = "the core reads no files and starts no programs; its tests do"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use self::compiler::{compiler, run};
use self::declared::functions;
use self::root::root;

#[path = "support/compiler.rs"]
mod compiler;
#[path = "support/declared.rs"]
mod declared;
#[path = "support/root.rs"]
mod root;

const VERSION: &str = env!("CARGO_PKG_VERSION");
const MULTIARCH: &str = "lib/x86_64-linux-gnu";

/// `debian/libgatepost1.symbols` says since which version the library has each function. A program that is built
/// against the library depends on the newest of those that it calls.
#[test]
fn the_symbols_file_has_every_function_of_the_header() {
    let path = root().join("debian/libgatepost1.symbols");
    let committed = fs::read_to_string(&path).expect("it is committed");
    let known: BTreeMap<&str, &str> = committed
        .lines()
        .filter_map(|line| line.strip_prefix(' ')?.split_once("@Base "))
        .collect();
    let header = fs::read_to_string(root().join("include/gatepost.h")).expect("it is committed");
    let mut names = functions(&header);
    names.sort_unstable();
    let lines = names.into_iter().map(|name| {
        let since = known.get(name).unwrap_or(&VERSION);
        format!(" {name}@Base {since}\n")
    });
    let expected =
        "libgatepost.so.1 libgatepost1 #MINVER#\n* Build-Depends-Package: libgatepost-dev\n"
            .to_owned()
            + &lines.collect::<String>();
    if env::var_os("BLESS").is_some() {
        fs::write(&path, &expected).expect("debian/ can be written");
    } else {
        assert_eq!(
            committed, expected,
            "BLESS=1 cargo test -p gatepost --test installed"
        );
    }
}

#[test]
fn packages_and_image_have_the_version_of_the_workspace() {
    for (file, text) in [
        ("debian/changelog", format!("gatepost ({VERSION}) ")),
        ("docs/install.md", format!(" gatepost-server:{VERSION} ")),
    ] {
        let found = fs::read_to_string(root().join(file)).expect("it is committed");
        assert!(found.contains(&text), "{file} does not have `{text}`");
    }
}

#[test]
fn it_is_laid_out_for_a_package() {
    let staged = scratch("package");
    let component = staged.join("component");
    fs::create_dir_all(&staged).expect("a folder can be made");
    fs::write(&component, b"\0asm").expect("a file can be written");
    let destination = staged.join("root");
    run(build()
        .env("DESTDIR", &destination)
        .args(["--prefix", "/usr", "--libdir"])
        .arg(Path::new("/usr").join(MULTIARCH))
        .arg("--component")
        .arg(&component));
    for file in [
        "include/gatepost.h",
        "lib/x86_64-linux-gnu/libgatepost.a",
        "lib/x86_64-linux-gnu/libgatepost.so",
        "lib/x86_64-linux-gnu/libgatepost.so.1",
        "lib/x86_64-linux-gnu/pkgconfig/gatepost.pc",
        "share/gatepost/gatepost.wasm",
        "share/gatepost/registrar.wit",
    ] {
        assert!(destination.join("usr").join(file).exists(), "{file}");
    }
    let description = destination
        .join("usr")
        .join(MULTIARCH)
        .join("pkgconfig/gatepost.pc");
    let description = fs::read_to_string(description).expect("it is there");
    assert!(description.starts_with("prefix=/usr\n"), "{description}");
    for line in [
        format!("libdir=${{prefix}}/{MULTIARCH}"),
        format!("Version: {VERSION}"),
    ] {
        assert!(description.lines().any(|found| found == line), "{line}");
    }
}

#[test]
fn it_is_laid_out_nowhere_else() {
    let elsewhere = scratch("elsewhere");
    for (arguments, why) in [
        (&["--libdir", "../lib"][..], "--libdir is a folder in"),
        (&["--libdir", "/usr/lib"], "--libdir is a folder in"),
        (&["--libdir"], "--libdir needs a value"),
        (&["--component", "nothing"], "there is no component nothing"),
        (&["--lib", "lib"], "unknown argument --lib"),
    ] {
        let output = build()
            .arg("--prefix")
            .arg(&elsewhere)
            .args(arguments)
            .output()
            .expect("bash is there");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(why), "{arguments:?}: {said}");
    }
    let relative = build()
        .env("DESTDIR", &elsewhere)
        .args(["--prefix", "usr"])
        .output();
    assert_eq!(relative.expect("bash is there").status.code(), Some(2));
    assert!(!elsewhere.exists());
}

#[test]
#[ignore = "needs pkg-config: CI runs it with --include-ignored"]
fn it_may_be_moved_and_linked_either_way() {
    let first = scratch("first");
    let second = scratch("second");
    run(build()
        .arg("--prefix")
        .arg(&first)
        .arg("--libdir")
        .arg(MULTIARCH));
    fs::rename(&first, &second).expect("both are in one folder");
    let description = second.join(MULTIARCH).join("pkgconfig");
    let source = root().join("tests/c/exercise.c");
    for (way, asked) in [
        (None, &["--cflags", "--libs"][..]),
        (Some("-static"), &["--cflags", "--libs", "--static"]),
    ] {
        let flags = run(Command::new("pkg-config")
            .env("PKG_CONFIG_PATH", &description)
            .args(asked)
            .arg("gatepost"));
        let program = second.join("exercise");
        run(compiler()
            .args(["-std=c99", "-O1"])
            .args(way)
            .arg("-o")
            .arg(&program)
            .arg(&source)
            .args(flags.split_whitespace()));
        let mut exercise = Command::new(&program);
        exercise.env("LD_LIBRARY_PATH", second.join(MULTIARCH));
        assert_eq!(run(&mut exercise), "exercised\n", "{way:?}");
        let dynamic = run(Command::new("readelf").arg("-d").arg(&program));
        assert_eq!(
            dynamic.contains("libgatepost.so.1"),
            way.is_none(),
            "{way:?}"
        );
    }
}

/// The script, in the target folder of this very run.
fn build() -> Command {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent();
    let mut script = Command::new(root().join("scripts/build-c-library"));
    script.env("CARGO_TARGET_DIR", target.expect("it is in one"));
    script
}

/// A folder that is not there yet.
fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("installed")
        .join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("it is this test's own");
    }
    fs::create_dir_all(folder.parent().expect("it is in one")).expect("a folder can be made");
    folder
}
