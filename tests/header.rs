//! `include/gatepost.h`: it is what the sources say, and every compiler takes it.

#![cfg(target_os = "linux")]
#![expect(
    clippy::disallowed_methods,
    reason = "the core reads no files and starts no programs; its tests do"
)]

use std::path::Path;
use std::process::Command;
use std::{env, fs};

use self::compiler::{WARNINGS, compiler, run};
use self::declared::functions;

#[path = "support/compiler.rs"]
mod compiler;
#[path = "support/declared.rs"]
mod declared;

#[test]
fn the_committed_header_is_what_the_sources_say() {
    let generated = fs::read_to_string(concat!(env!("OUT_DIR"), "/gatepost.h"))
        .expect("the build script generates it, or warns why not");
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("include/gatepost.h");
    if env::var_os("BLESS").is_some() {
        // At once, because the other tests read it meanwhile.
        let beside = committed.with_extension("h.new");
        fs::write(&beside, &generated).expect("include/ can be written");
        fs::rename(beside, &committed).expect("include/ can be written");
    }
    assert!(
        fs::read_to_string(&committed).is_ok_and(|committed| committed == generated),
        "include/gatepost.h is not what src/boundary/c says: BLESS=1 cargo test --test header",
    );
}

#[test]
fn the_table_has_every_function_in_the_order_of_the_header() {
    let header = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/include/gatepost.h"))
        .expect("the header is committed");
    let (table, _) = header
        .split_once("} gatepost_plugin;")
        .expect("there is a table");
    let (_, table) = table.rsplit_once("typedef struct {").expect("it begins");
    let members = table
        .lines()
        .filter_map(|line| line.split_once("(*")?.1.split_once(")("))
        .map(|(member, _)| format!("gatepost_{}", member.trim_end_matches('_')))
        .collect::<Vec<_>>();
    let functions = functions(&header)
        .into_iter()
        .filter(|name| !["gatepost_abi_version", "gatepost_plugin_v1"].contains(name))
        .collect::<Vec<_>>();
    assert_eq!(members, functions);
}

#[test]
fn it_compiles_alone_and_twice_as_c() {
    for standard in ["c99", "c11", "c17", "c2x"] {
        compile(compiler(), "c", standard);
    }
}

#[test]
#[ignore = "needs gcc, g++ and clang: CI runs it with --ignored"]
fn it_compiles_with_every_compiler() {
    for (compilers, language, warnings, standards) in [
        (
            ["gcc", "clang"],
            "c",
            &["-Wc++-compat", "-Wstrict-prototypes"][..],
            &["c99", "c11", "c17", "c2x"][..],
        ),
        (
            ["g++", "clang++"],
            "c++",
            &["-Wold-style-cast"],
            &["c++11", "c++14", "c++17", "c++20", "c++2b"],
        ),
    ] {
        for compiler in compilers {
            for standard in standards {
                let mut command = Command::new(compiler);
                command.args(WARNINGS).args(warnings);
                compile(command, language, standard);
            }
        }
    }
}

#[track_caller]
fn compile(mut compiler: Command, language: &str, standard: &str) {
    let source = "#include <gatepost.h>\n#include <gatepost.h>\n\
        gatepost_str text(void);\n\
        gatepost_str text(void) { return GATEPOST_STR(GATEPOST_PERMISSION_AUTHENTICATE); }\n\
        int has(const gatepost_plugin *plugin);\n\
        int has(const gatepost_plugin *plugin) { return GATEPOST_PLUGIN_HAS(plugin, usable); }\n";
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("header-{standard}"));
    fs::write(&file, source).expect("the scratch folder can be written");
    run(compiler
        .arg(format!("-std={standard}"))
        .arg(concat!("-I", env!("CARGO_MANIFEST_DIR"), "/include"))
        .args(["-fsyntax-only", "-x", language])
        .arg(file));
}

#[test]
fn what_must_be_looked_at_is_marked() {
    let source = "#include <gatepost.h>\nvoid f(void);\nvoid f(void) {\n\
        gatepost_context *context;\n\
        gatepost_context_new(&context, NULL);\n}\n";
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("header-careless");
    fs::write(&file, source).expect("the scratch folder can be written");
    let output = compiler()
        .arg(concat!("-I", env!("CARGO_MANIFEST_DIR"), "/include"))
        .args(["-std=c99", "-c", "-o", "/dev/null", "-x", "c"])
        .arg(file)
        .output()
        .expect("the compiler runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        !output.status.success() && said.contains("unused-result"),
        "{said}"
    );
}
