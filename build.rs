//! Names the shared library, and generates the C header that `tests/header.rs` compares with the
//! committed one.

#![expect(
    clippy::disallowed_methods,
    reason = "cargo tells a build script in the environment what it builds"
)]

use std::error::Error;
use std::path::Path;
use std::{env, fs};

/// In the order in which the header shows their functions.
const C_API: [&str; 14] = [
    "version",
    "panic_log",
    "status",
    "str",
    "text",
    "error",
    "finding",
    "registrar",
    "operations",
    "context",
    "request",
    "decision",
    "diagnostic",
    "fetch",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=cbindgen.toml");
    println!("cargo::rerun-if-changed=src/boundary/c");

    if env::var("CARGO_CFG_TARGET_FAMILY")? == "wasm" {
        return Ok(());
    }
    let elf = [
        "linux",
        "android",
        "freebsd",
        "netbsd",
        "openbsd",
        "dragonfly",
    ];
    if elf.contains(&env::var("CARGO_CFG_TARGET_OS")?.as_str()) {
        // The number is `GATEPOST_ABI_VERSION`; `tests/c_library.rs` holds them equal.
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libgatepost.so.1");
    }
    if let Err(error) = header(&Path::new(&env::var("OUT_DIR")?).join("gatepost.h")) {
        // The compiler explains a mistake in the sources better, and is asked next.
        println!("cargo::warning=the C header was not generated: {error}");
    }
    Ok(())
}

fn header(path: &Path) -> Result<(), Box<dyn Error>> {
    let mut config = cbindgen::Config::from_file("cbindgen.toml")?;
    let numbers = ["MAJOR", "MINOR", "PATCH"].map(|part| -> Result<String, env::VarError> {
        let number = env::var(format!("CARGO_PKG_VERSION_{part}"))?;
        Ok(format!("#define GATEPOST_VERSION_{part} {number}"))
    });
    let numbers = numbers.into_iter().collect::<Result<Vec<_>, _>>()?;
    let macros = config.after_includes.unwrap_or_default();
    config.after_includes = Some(format!("\n{}\n{macros}", numbers.join("\n")));

    let sources = C_API.iter().chain(["plugin"].iter());
    let mut written = Vec::new();
    sources
        .fold(
            cbindgen::Builder::new().with_config(config),
            |builder, name| builder.with_src(format!("src/boundary/c/{name}.rs")),
        )
        .generate()?
        .write(&mut written);
    fs::write(path, tags_for_cpp(&String::from_utf8(written)?))?;
    Ok(())
}

/// Takes the tags of enumerations away where a `typedef` has the same name: that is no C++, and `-Wc++-compat`
/// warns of it.
fn tags_for_cpp(header: &str) -> String {
    const SIZED: &str = "#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L\n";
    let mut parts = header.split("\nenum ");
    let mut written = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        written.push_str("\nenum");
        match part.split_once('\n') {
            Some((name, rest)) if let Some(rest) = rest.strip_prefix(SIZED) => {
                written.push('\n');
                written.push_str(SIZED);
                written.push_str("  ");
                written.push_str(name);
                written.push_str(rest.strip_prefix(' ').unwrap_or(rest));
            }
            _ => {
                written.push(' ');
                written.push_str(part);
            }
        }
    }
    written
}
