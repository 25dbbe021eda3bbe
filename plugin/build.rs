//! Puts the component inside, with the feature `embedded`. In the package it is there, as `gatepost.wasm`. In
//! the workspace it is built: the core for `wasm32-unknown-unknown`, then made into a component. Nothing but
//! cargo is needed.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const TARGET: &str = "wasm32-unknown-unknown";

/// The stack for what is not in WASM's own: an instance starts faster when it is small.
const STACK: u32 = 128 << 10;

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=build.rs");
    if env::var_os("CARGO_FEATURE_EMBEDDED").is_none() {
        return ExitCode::SUCCESS;
    }
    match component() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("cargo::error={error}");
            ExitCode::FAILURE
        }
    }
}

fn component() -> Result<(), Box<dyn Error>> {
    let embedded = out_dir().join("gatepost.wasm");
    let packed = package().join("gatepost.wasm");
    if packed.exists() {
        println!("cargo::rerun-if-changed=gatepost.wasm");
        fs::copy(packed, embedded)?;
        return Ok(());
    }
    for input in ["src", "wit", "build.rs", "Cargo.toml", "Cargo.lock"] {
        if workspace().join(input).exists() {
            println!("cargo::rerun-if-changed=../{input}");
        }
    }
    fs::write(embedded, build()?)?;
    Ok(())
}

fn build() -> Result<Vec<u8>, Box<dyn Error>> {
    require_target()?;
    let module = fs::read(build_module()?)?;
    Ok(wit_component::ComponentEncoder::default()
        .module(&module)?
        .validate(true)
        .encode()?)
}

fn require_target() -> Result<(), Box<dyn Error>> {
    let rustc = env::var_os("RUSTC").expect("cargo sets RUSTC");
    let output = Command::new(rustc).args(["--print", "sysroot"]).output()?;
    let sysroot = String::from_utf8(output.stdout)?;
    let library = Path::new(sysroot.trim()).join("lib/rustlib").join(TARGET);
    if library.join("lib").is_dir() {
        return Ok(());
    }
    let toolchain = env::var("RUSTUP_TOOLCHAIN")
        .map(|toolchain| format!(" --toolchain {toolchain}"))
        .unwrap_or_default();
    Err(format!(
        "the component is built for {TARGET}, which this toolchain lacks: \
         run `rustup target add {TARGET}{toolchain}`"
    )
    .into())
}

fn build_module() -> Result<PathBuf, Box<dyn Error>> {
    let target_dir = target_dir().join("component");
    let mut cargo = Command::new(env::var_os("CARGO").expect("cargo sets CARGO"));
    cargo
        .current_dir(workspace())
        .args(["rustc", "--locked", "--package", "gatepost", "--lib"])
        .args(["--profile", "ship", "--target", TARGET])
        .args(["--crate-type", "cdylib", "--target-dir"])
        .arg(&target_dir)
        .arg("--")
        .arg(format!("-Clink-arg=-zstack-size={STACK}"))
        // Panic messages hold paths. Without this they would hold this machine's, and nobody
        // could build the same bytes.
        .env("CARGO_ENCODED_RUSTFLAGS", remapped_paths());
    // What clippy, a coverage tool or a caller has set for the host is not meant for the component.
    for leaked in [
        "RUSTFLAGS",
        "RUSTC_WRAPPER",
        "RUSTC_WORKSPACE_WRAPPER",
        "CARGO_BUILD_RUSTFLAGS",
        "CARGO_BUILD_RUSTC_WRAPPER",
        "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER",
        "CARGO_BUILD_TARGET",
    ] {
        cargo.env_remove(leaked);
    }
    if !cargo.status()?.success() {
        return Err("the component does not build: its errors are above".into());
    }
    Ok(target_dir.join(TARGET).join("ship/gatepost.wasm"))
}

fn remapped_paths() -> String {
    let cargo_home = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(env::home_dir()?.join(".cargo")))
        .unwrap_or_default();
    // Of several that fit, the last one counts.
    [
        (workspace(), "gatepost"),
        (cargo_home, "cargo"),
        (target_dir(), "target"),
    ]
    .map(|(path, name)| format!("--remap-path-prefix={}=/{name}", path.display()))
    .join("\x1f")
}

fn workspace() -> PathBuf {
    let package = package();
    let workspace = package.parent();
    workspace
        .expect("the package is inside the workspace")
        .to_owned()
}

fn package() -> PathBuf {
    env::var_os("CARGO_MANIFEST_DIR")
        .expect("cargo sets CARGO_MANIFEST_DIR")
        .into()
}

/// The folder cargo builds into, wherever it was told to. A folder inside it is cleaned with it, and
/// is not locked while this runs.
fn target_dir() -> PathBuf {
    let out_dir = out_dir();
    out_dir
        .ancestors()
        .find(|folder| folder.join("CACHEDIR.TAG").exists())
        .unwrap_or(&out_dir)
        .to_owned()
}

fn out_dir() -> PathBuf {
    env::var_os("OUT_DIR").expect("cargo sets OUT_DIR").into()
}
