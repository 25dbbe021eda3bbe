//! A small repository with mistakes planted in it, and what is to be found.

/// The order of its rooms.
pub const ORDER: &str = "\
# Design

## Rooms

### The loader

| room | what it does |
| --- | --- |
| `plugin/src/` | loads the core |
| `plugin/store/src/` | keeps what it loaded |

### The core

| room | what it does |
| :-- | --- |
| `src/lib.rs` | re-exports |
| `src/front.rs` | answers |
| `src/policy/` | decides |
| `src/uri.rs` | reads |
| `src/policy/terms.rs` | bounds |

## After the rooms

| `not/a/room` | is in another table |
";

/// Its other files.
pub const FILES: &[(&str, &str)] = &[
    (
        "Cargo.toml",
        "[workspace]\nmembers = ['plugin', 'plugin/store']\n[package]\nname = 'gatepost'",
    ),
    ("plugin/Cargo.toml", "[package]\nname = 'gatepost-plugin'"),
    ("plugin/src/lib.rs", "pub mod engine;"),
    ("plugin/src/engine.rs", "pub struct Engine;"),
    (
        "plugin/store/Cargo.toml",
        "[package]\nname = 'gatepost-store'\n[lib]\nname = 'store'",
    ),
    ("plugin/store/src/lib.rs", "pub fn open() {}"),
    ("src/lib.rs", "pub use front::Door;\npub use uri::Uri;"),
    ("src/front.rs", "pub struct Door;"),
    ("src/policy/mod.rs", "mod limits;\npub use terms::Terms;"),
    (LIMITS, "pub struct Limits;"),
    ("src/policy/terms.rs", "pub struct Terms;"),
    ("src/uri.rs", "pub struct Uri;"),
];

/// The file that [`UPWARD`] and [`SOUND`] are put into.
pub const LIMITS: &str = "src/policy/limits.rs";

/// A room above it.
const FRONT: &str = "src/front.rs";

/// A case's name, its code, and what is found there: line, path, and the room above.
type Upward = (
    &'static str,
    &'static str,
    &'static [(usize, &'static str, &'static str)],
);

pub const UPWARD: &[Upward] = &[
    (
        "a use",
        "use std::fmt;\n\nuse crate::front::Door;",
        &[(3, "crate::front::Door", FRONT)],
    ),
    (
        "a use of several",
        "use crate::{\n front::{self, Door},\n uri::Uri,\n};",
        &[(2, "crate::front", FRONT), (2, "crate::front::Door", FRONT)],
    ),
    (
        "a use of everything",
        "use crate::front::*;",
        &[(1, "crate::front", FRONT)],
    ),
    (
        "a use by another name, found once",
        "use crate::front as door;\nfn f() { door::open(); }",
        &[(1, "crate::front", FRONT)],
    ),
    (
        "a use of what lib.rs re-exports",
        "use crate::Door;",
        &[(1, "crate::Door", FRONT)],
    ),
    (
        "a use in a block",
        "fn f() {\n use super::super::front as door;\n}",
        &[(2, "super::super::front", FRONT)],
    ),
    (
        "a path that begins with a name",
        "use crate as root;\nfn f() { root::front::open(); }",
        &[(1, "crate", "src/lib.rs"), (2, "root::front::open", FRONT)],
    ),
    (
        "the same with the name below, in a block",
        "fn f() {\n root::front::open();\n use crate as root;\n}",
        &[(2, "root::front::open", FRONT), (3, "crate", "src/lib.rs")],
    ),
    (
        "an expression",
        "fn f() {\n let door = crate::front::Door;\n}",
        &[(2, "crate::front::Door", FRONT)],
    ),
    (
        "super::super",
        "fn f() {\n\n super::super::front::open();\n}",
        &[(3, "super::super::front::open", FRONT)],
    ),
    (
        "self::super",
        "type Door = self::super::super::front::Door;",
        &[(1, "self::super::super::front::Door", FRONT)],
    ),
    (
        "a type's argument",
        "fn f(\n doors: Vec<crate::front::Door>,\n) {}",
        &[(2, "crate::front::Door", FRONT)],
    ),
    (
        "a bound",
        "fn f<T>()\nwhere\n T: crate::front::Open,\n{}",
        &[(3, "crate::front::Open", FRONT)],
    ),
    (
        "an implemented trait",
        "impl crate::front::Open for Limits {}",
        &[(1, "crate::front::Open", FRONT)],
    ),
    (
        "a type whose trait is named",
        "fn f() {\n <crate::front::Door as Default>::default();\n}",
        &[(2, "crate::front::Door", FRONT)],
    ),
    (
        "a pattern",
        "fn f(d: D) {\n match d {\n crate::front::OPEN => {}\n }\n}",
        &[(3, "crate::front::OPEN", FRONT)],
    ),
    (
        "a struct's literal",
        "fn f() {\n D { door: crate::front::Door { open: true } };\n}",
        &[(2, "crate::front::Door", FRONT)],
    ),
    (
        "a function's type argument",
        "fn f() {\n crate::front::open::<u8>(1);\n}",
        &[(2, "crate::front::open", FRONT)],
    ),
    (
        "a raw name",
        "use crate::r#front::Door;",
        &[(1, "crate::front::Door", FRONT)],
    ),
    (
        "a macro",
        "crate::front::door!();",
        &[(1, "crate::front::door", FRONT)],
    ),
    (
        "a macro's tokens",
        "fn f() {\n println!(\n \"{}\",\n crate::front::name()\n );\n}",
        &[(4, "crate::front::name", FRONT)],
    ),
    (
        "a use in a macro's tokens",
        "items! {\n use crate::{front::Door, uri::Uri};\n}",
        &[(2, "crate::front::Door", FRONT)],
    ),
    (
        "a macro's body",
        "macro_rules! open {\n ($d:expr) => {\n $crate::front::open($d)\n };\n}",
        &[(3, "crate::front::open", FRONT)],
    ),
    (
        "a use in a macro's body",
        "macro_rules! open {\n () => { use $crate::{front::Door}; };\n}",
        &[(2, "crate::front::Door", FRONT)],
    ),
    (
        "a path that goes on with a macro's parameter",
        "macro_rules! open {\n ($room:ident) => { crate::$room::open() };\n}",
        &[(2, "crate", "src/lib.rs")],
    ),
    (
        "an attribute",
        "#[crate::front::traced]\nfn f() {}",
        &[(1, "crate::front::traced", FRONT)],
    ),
    (
        "an attribute's path",
        "struct S {\n #[serde(default, with = \"crate::front::time\")]\n s: u8,\n}",
        &[(2, "crate::front::time", FRONT)],
    ),
    (
        "an attribute's bound",
        "#[serde(bound = \"T: crate::front::Open\")]\nstruct S<T>(T);",
        &[(1, "crate::front::Open", FRONT)],
    ),
    (
        "a public field, which is no visibility",
        "struct S(pub (crate::front::Door, u8));",
        &[(1, "crate::front::Door", FRONT)],
    ),
    (
        "an inline module's super",
        "mod inner {\n use super::super::super::front::Door;\n}",
        &[(2, "super::super::super::front::Door", FRONT)],
    ),
    (
        "an inline module's own name",
        "use crate::uri as room;\n\
         mod inner {\n\
             use crate as room;\n\
             fn f() { room::front::open(); }\n\
         }",
        &[(3, "crate", "src/lib.rs"), (4, "room::front::open", FRONT)],
    ),
    (
        "a test",
        "#[cfg(test)]\nmod tests {\n use crate::front::Door;\n}",
        &[(3, "crate::front::Door", FRONT)],
    ),
    (
        "another package",
        "use gatepost_plugin::engine::Engine;",
        &[(1, "gatepost_plugin::engine::Engine", "plugin/src/")],
    ),
    (
        "another package by a path that begins with colons",
        "mod store {}\nuse ::store::open;\nfn f() { ::store::close(); }",
        &[
            (2, "::store::open", "plugin/store/src/"),
            (3, "::store::close", "plugin/store/src/"),
        ],
    ),
    (
        "another package whose library has a name of its own",
        "use store::open;",
        &[(1, "store::open", "plugin/store/src/")],
    ),
    (
        "extern crate",
        "extern crate gatepost_plugin as loader;\nfn f() { loader::open(); }",
        &[(1, "::gatepost_plugin", "plugin/src/")],
    ),
];

/// A case's name, and code in which nothing is found.
pub const SOUND: &[(&str, &str)] = &[
    (
        "paths downwards",
        "use crate::uri::Uri;\nfn f() { super::super::uri::open(); }",
    ),
    (
        "paths in the same room",
        "use super::Policy;\nuse crate::policy::{self, limits::Limits};",
    ),
    ("what lib.rs re-exports from below", "use crate::Uri;"),
    ("what a room re-exports from below", "use super::Terms;"),
    ("the package's own name", "use gatepost::uri::Uri;"),
    (
        "a module named like a package",
        "mod store { pub fn open() {} }\nfn f() { store::open(); }",
    ),
    (
        "a use that is named like a package",
        "use crate::uri as store;\nfn f() { store::open(); }",
    ),
    (
        "another crate's module named like a room",
        "use std::front::open;\nuse front::Door;",
    ),
    ("a method", "fn f(s: S) { s.store::<u8>(); }"),
    (
        "a macro's parameter named like a package",
        "macro_rules! open { ($store:ident) => { $store::open() }; }",
    ),
    (
        "a visibility",
        "pub(crate) fn f() {}\npub(in super::super) fn g() {}",
    ),
    (
        "documentation",
        "//! [`crate::front`]\n\n/// See [`crate::front`].\n#[doc = \"crate::front\"]\nfn f() {}",
    ),
    (
        "comments",
        "// crate::front::open()\n/* crate::front::open() */",
    ),
    (
        "an attribute's word",
        "#[serde(crate = \"other\")]\nstruct S;",
    ),
    ("text", "const TEXT: &str = \"crate::front::open\";"),
    (
        "an attribute's sentence",
        "#[expect(dead_code, reason = \"crate::front will use it\")]\nfn f() {}",
    ),
];

/// A case's name, files in place of the planted ones, and everything that is found.
type Repository = (
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static [&'static str],
);

pub const REPOSITORIES: &[Repository] = &[
    ("nothing is wrong", &[], &[]),
    (
        "a room is missing",
        &[("src/extra.rs", "")],
        &["src/extra.rs:1: a room is missing: no row of docs/DESIGN.md covers this file"],
    ),
    (
        "a row without a file, a row twice, a row that is no path",
        &[(
            "docs/DESIGN.md",
            "## Rooms\n|---|\n| `plugin/` |\n| `src/` |\n| `src` |\n| `src/` |\n| src/uri.rs |",
        )],
        &[
            "docs/DESIGN.md:5: no source file belongs to room src",
            "docs/DESIGN.md:6: room src/ is in the table twice",
            "docs/DESIGN.md:7: this is no path in backticks: src/uri.rs",
        ],
    ),
    (
        "a row for a file below its folder's",
        &[(
            "src/policy/terms.rs",
            "use super::limits::Limits;\nfn f(_: super::Terms) {}",
        )],
        &[
            "src/policy/terms.rs:1: super::limits::Limits (room src/policy/terms.rs) \
             imports room src/policy/, which is above it",
        ],
    ),
    (
        "a row for a file above its folder's",
        &[
            (
                "docs/DESIGN.md",
                "## Rooms\n| `plugin/` |\n| `src/policy/limits.rs` |\n| `src/` |",
            ),
            (
                "src/policy/mod.rs",
                "mod limits;\nfn f() { limits::check(); }",
            ),
            (
                "src/uri.rs",
                "use crate::policy::{self};\nfn f() { policy::limits::check(); }",
            ),
        ],
        &[
            "src/policy/mod.rs:2: limits::check (room src/) \
             imports room src/policy/limits.rs, which is above it",
            "src/uri.rs:2: policy::limits::check (room src/) \
             imports room src/policy/limits.rs, which is above it",
        ],
    ),
    (
        "a name that a use in the parent brings",
        &[
            ("src/policy/mod.rs", "use crate as root;"),
            (LIMITS, "use super::*;\nfn f() { root::front::open(); }"),
        ],
        &[
            "src/policy/limits.rs:2: root::front::open (room src/policy/) \
             imports room src/front.rs, which is above it",
            "src/policy/mod.rs:1: crate (room src/policy/) \
             imports room src/lib.rs, which is above it",
        ],
    ),
    (
        "names in a circle",
        &[
            (LIMITS, "use a::b;\nuse b::a;\npub use super::*;"),
            ("src/policy/mod.rs", "pub use limits::*;\nfn f() { a::b() }"),
        ],
        &[],
    ),
    (
        "a package in a package's folder",
        &[(
            "plugin/store/src/lib.rs",
            "use gatepost::Uri;\nuse gatepost_plugin::engine::Engine;",
        )],
        &[
            "plugin/store/src/lib.rs:2: gatepost_plugin::engine::Engine (room plugin/store/src/) \
             imports room plugin/src/, which is above it",
        ],
    ),
    (
        "a program beside its library",
        &[
            (
                "docs/DESIGN.md",
                "## Rooms\n| `plugin/src/` |\n| `plugin/src/main.rs` |\n| `plugin/` |\n| `src/` |",
            ),
            (
                "plugin/src/main.rs",
                "fn main() {\n gatepost_plugin::run();\n store::open();\n}",
            ),
        ],
        &[
            "plugin/src/main.rs:2: gatepost_plugin::run (room plugin/src/main.rs) \
             imports room plugin/src/, which is above it",
        ],
    ),
    (
        "a program without a library",
        &[
            (
                "Cargo.toml",
                "[workspace]\nmembers = ['tool']\n[package]\nname = 'gatepost'",
            ),
            (
                "docs/DESIGN.md",
                "## Rooms\n| `tool/src/main.rs` |\n| `tool/src/` |\n| `src/` |",
            ),
            ("tool/src/main.rs", "mod engine;"),
            ("tool/src/engine.rs", "use crate::Settings;"),
        ],
        &["tool/src/engine.rs:1: crate::Settings (room tool/src/) \
             imports room tool/src/main.rs, which is above it"],
    ),
    (
        "modules whose files are elsewhere",
        &[(
            "src/uri.rs",
            "#[path = \"a.rs\"]\n\
             mod a;\n\
             #[cfg_attr(unix, path = \"b.rs\")]\n\
             mod b;\n\
             #[template(path = \"c.html\")]\n\
             struct C;",
        )],
        &[
            "src/uri.rs:1: `#[path]` hides where a module is",
            "src/uri.rs:3: `#[path]` hides where a module is",
        ],
    ),
];
