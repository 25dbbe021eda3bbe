//! The package that a registry takes is all that a mail server needs: the README's program is built from
//! it, in a project of its own, by a compiler without the WASM target.

#![cfg(all(feature = "embedded", unix))]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use gatepost_plugin::COMPONENT;

#[path = "../../tests/support/compiler.rs"]
#[expect(dead_code, reason = "no C is compiled here")]
mod compiler;
#[path = "../../tests/support/root.rs"]
mod root;

use compiler::run;
use root::root;

/// What fails for the one target that the package must not need.
const RUSTC: &str = r#"#!/bin/sh
case "$*" in
*--target*wasm32*) echo "this compiler has no WASM target" >&2 && exit 1 ;;
esac
exec rustc "$@"
"#;

#[test]
fn the_package_has_all_that_it_is_built_from() {
    let package = unpacked(&scratch("listed"));
    for needed in [
        "Cargo.lock",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "NOTICES",
        "README.md",
        "gatepost.cdx.json",
        "src/lib.rs",
        "wit/registrar.wit",
    ] {
        let file = package.join(needed);
        assert!(file.is_file() && !file.is_symlink(), "{needed}");
    }
    let component = fs::read(package.join("gatepost.wasm"));
    assert!(component.expect("it is there") == COMPONENT);
    let manifest = fs::read_to_string(package.join("Cargo.toml")).expect("it is there");
    for outside in ["workspace", "..", "dev-dependencies.gatepost"] {
        assert!(!manifest.contains(outside), "{outside}: {manifest}");
    }
    // The core is of the same version, and nobody needs it who does not ask for it.
    let core = format!(
        "[dependencies.gatepost]\nversion = \"={}\"\noptional = true\n",
        env!("CARGO_PKG_VERSION")
    );
    assert!(manifest.contains(&core), "{core} in {manifest}");
}

#[test]
#[ignore = "it compiles wasmtime once more"]
fn the_readmes_program_runs_with_the_package_alone() {
    let scratch = scratch("alone");
    let package = unpacked(&scratch);
    let readme = fs::read_to_string(package.join("README.md")).expect("the package has a README");

    let printed = run_in_a_project(&scratch, "", program(&readme));
    let lines: Vec<&str> = printed.lines().collect();
    let [stored, answered] = lines[..] else {
        panic!("{printed}");
    };
    assert!(stored.starts_with("store gpc_"), "{stored}");
    assert!(
        answered.starts_with(r#"answer 201 {"client_id":"gpc_"#),
        "{answered}"
    );

    // Without the feature, the component is not missed.
    fs::remove_file(package.join("gatepost.wasm")).expect("it was there");
    let printed = run_in_a_project(
        &scratch,
        ", default-features = false",
        r#"fn main() { println!("{}", gatepost_plugin::Source::recognise("/").is_err()) }"#,
    );
    assert_eq!(printed, "true\n");

    // The core is linked in, from its own package.
    let printed = run_in_a_project(
        &scratch,
        r#", default-features = false, features = ["linked"]"#,
        &program(&readme).replace("Source::default()", "Source::Linked"),
    );
    assert!(printed.contains("\nanswer 201 "), "{printed}");
}

/// Runs a program that depends on the unpacked crate, and on the core's if its features ask for that.
fn run_in_a_project(scratch: &Path, features: &str, program: &str) -> String {
    let project = scratch.join("mail-server");
    fs::create_dir_all(project.join("src")).expect("the scratch folder can be written");
    write(
        &project.join("Cargo.toml"),
        format!(
            r#"
[package]
name = "mail-server"
version = "0.0.0"
edition = "2024"

[dependencies]
gatepost-plugin = {{ path = "../gatepost-plugin"{features} }}

# No registry need have it yet.
[patch.crates-io]
gatepost = {{ path = "../gatepost" }}

# Nobody debugs it, and the component is compiled sooner without checks.
[profile.dev]
debug = false
debug-assertions = false
incremental = false
overflow-checks = false

[workspace]
"#
        ),
    );
    write(&project.join("src/main.rs"), program);
    // The releases that are there already, so that nothing is fetched.
    fs::copy(root().join("Cargo.lock"), project.join("Cargo.lock")).expect("it can be copied");
    let rustc = scratch.join("rustc");
    write(&rustc, RUSTC);
    fs::set_permissions(&rustc, fs::Permissions::from_mode(0o755)).expect("the file is ours");
    run(Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--offline"])
        .current_dir(&project)
        .env("CARGO_TARGET_DIR", scratch.join("target"))
        .env("RUSTC", &rustc))
}

/// Packs the crate and the core's, and unpacks them again.
fn unpacked(scratch: &Path) -> PathBuf {
    let component = scratch.join("gatepost.wasm");
    write(&component, COMPONENT);
    let packed = run(Command::new(root().join("scripts/package-plugin"))
        .arg("--component")
        .arg(&component)
        .arg("--out")
        .arg(scratch)
        .env("CARGO_NET_OFFLINE", "true"));
    let packed = Path::new(packed.trim_end());
    let version = env!("CARGO_PKG_VERSION");
    for name in ["gatepost", "gatepost-plugin"] {
        let package = scratch.join(name);
        let _ = fs::remove_dir_all(&package);
        run(Command::new("tar")
            .arg("-xzf")
            .arg(packed.with_file_name(format!("{name}-{version}.crate")))
            .arg("-C")
            .arg(scratch));
        fs::rename(scratch.join(format!("{name}-{version}")), &package)
            .expect("it was just unpacked");
    }
    scratch.join("gatepost-plugin")
}

fn scratch(name: &str) -> PathBuf {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("packed")
        .join(name);
    fs::create_dir_all(&scratch).expect("the scratch folder can be written");
    scratch
}

/// The README's first program in Rust.
fn program(readme: &str) -> &str {
    let (_, rest) = readme.split_once("```rust\n").expect("there is one");
    rest.split_once("```").expect("it ends").0
}

fn write(path: &Path, content: impl AsRef<[u8]>) {
    fs::write(path, content).expect("the scratch folder can be written");
}
