//! The component that this program was built with is what its interface says, and no more.

#![cfg(feature = "embedded")]

#[expect(dead_code, reason = "the component that misbehaves is for other tests")]
mod hostile;

use std::fs;
use std::path::PathBuf;

use gatepost_plugin::{COMPONENT, Options, Source};
use wasmtime::Engine;
use wasmtime::component::Component;
use wasmtime::component::types::ComponentItem;
use wit_parser::{PackageId, Resolve};

/// A tenth above what it measures. A component that has lost its link-time optimisation, or has gained
/// a dependency that belongs elsewhere, is above it.
const SIZE_LIMIT: usize = 2_380_000;

#[test]
fn it_imports_nothing() {
    let engine = Engine::default();
    let component = Component::new(&engine, COMPONENT).expect("it compiles");
    let ty = component.component_type();
    let imports: Vec<&str> = ty.imports(&engine).map(|(name, _)| name).collect();
    assert_eq!(imports, Vec::<&str>::new());
}

#[test]
fn it_exports_its_interface_and_nothing_else() {
    let engine = Engine::default();
    let component = Component::new(&engine, COMPONENT).expect("it compiles");
    let ty = component.component_type();
    let mut exports = ty.exports(&engine);
    let (name, registrar) = exports.next().expect("it exports something");
    assert_eq!(name, "gatepost:registration/registrar@1.0.0");
    assert_eq!(exports.len(), 0);

    let ComponentItem::ComponentInstance(registrar) = registrar.ty else {
        panic!("the registrar is an interface");
    };
    let mut exported: Vec<&str> = registrar.exports(&engine).map(|(name, _)| name).collect();
    exported.sort_unstable();

    let (resolve, world) = hostile::interface();
    let interface = resolve.worlds[world]
        .exports
        .values()
        .find_map(|item| match item {
            wit_parser::WorldItem::Interface { id, .. } => Some(&resolve.interfaces[*id]),
            _ => None,
        })
        .expect("the world exports an interface");
    let functions = interface.functions.keys();
    let mut declared: Vec<&str> = functions
        .chain(interface.types.keys())
        .map(String::as_str)
        .collect();
    declared.sort_unstable();
    assert_eq!(exported, declared);
    wit_component::targets(&resolve, world, COMPONENT).expect("the types are the interface's");
}

/// A host that was built for an interface of `tests/abi/` finds everything there: each function, and each type with the
/// same members, cases and order. What is added is nothing to it.
#[test]
fn what_stored_interfaces_have_is_there() {
    let stored = stored_interfaces();
    assert!(!stored.is_empty(), "1.0.0 is stored");
    for path in stored {
        let since = fs::read_to_string(&path).expect("it is stored");
        if let Err(why) = offers(&since, &interface()) {
            panic!("{} is not kept: {why}", path.display());
        }
    }
}

/// What is planted, and the replacements that plant it.
const BREAKING: [(&str, &[(&str, &str)]); 19] = [
    (
        "a function is gone",
        &[("        window: func() -> u64;\n", "")],
    ),
    (
        "a function outside the resource is gone",
        &[(
            "    redirect-uri-matches: func(registered: string, requested: string) -> bool;\n",
            "",
        )],
    ),
    (
        "a function has another name",
        &[("  window: func()", "  windows: func()")],
    ),
    (
        "a function takes more",
        &[(
            "identify: func(request: request)",
            "identify: func(request: request, now: u64)",
        )],
    ),
    (
        "a parameter has another name",
        &[(
            "identify: func(request: request)",
            "identify: func(asked: request)",
        )],
    ),
    (
        "a function returns something else",
        &[("  window: func() -> u64;", "  window: func() -> u32;")],
    ),
    (
        "a function needs an object",
        &[("check-terms: static func(", "check-terms: func(")],
    ),
    (
        "a member of a record is gone",
        &[("        timeout: u32,\n", "")],
    ),
    (
        "a member of a record is new",
        &[(
            "        timeout: u32,\n",
            "        timeout: u32,\n        retries: u32,\n",
        )],
    ),
    (
        "a member of a record has another type",
        &[("        timeout: u32,\n", "        timeout: u64,\n")],
    ),
    (
        "a member of a record has another name",
        &[("        timeout: u32,\n", "        seconds: u32,\n")],
    ),
    (
        "a case of an enumeration is new",
        &[(
            "        other-scheme,\n",
            "        other-scheme,\n        expired,\n",
        )],
    ),
    (
        "a case of an enumeration is gone",
        &[("        other-scheme,\n", "")],
    ),
    (
        "cases have another order",
        &[
            ("        malformed,\n", ""),
            (
                "        other-scheme,\n",
                "        other-scheme,\n        malformed,\n",
            ),
        ],
    ),
    (
        "a case of a variant is new",
        &[(
            "    variant misuse {\n",
            "    variant misuse {\n        busy,\n",
        )],
    ),
    (
        "the component imports something",
        &[(
            "    export registrar;\n",
            "    import clock: func() -> u64;\n    export registrar;\n",
        )],
    ),
    ("the interface is gone", &[("    export registrar;\n", "")]),
    (
        "the package has another name",
        &[(
            "package gatepost:registration@",
            "package gatepost:clients@",
        )],
    ),
    (
        "the version says that hosts break",
        &[("registration@1.", "registration@2.")],
    ),
];

#[test]
fn what_breaks_a_host_is_found() {
    let now = interface();
    for (what, planted) in BREAKING {
        assert!(offers(&now, &changed(&now, planted)).is_err(), "{what}");
    }
}

#[test]
fn what_is_added_breaks_no_host() {
    let now = interface();
    let grown = changed(
        &now,
        &[
            (
                "  window: func() -> u64;\n",
                "  window: func() -> u64;\n        window-of: func(key: key) -> u64;\n",
            ),
            (
                "    enum severity {\n",
                "    record key { name: string }\n    enum severity {\n",
            ),
            ("registration@1.0.", "registration@1.1."),
        ],
    );
    offers(&now, &grown).expect("nothing that was there has changed");
    offers(&grown, &now).expect_err("a host that needs what is new is told");
}

fn changed(interface: &str, replacements: &[(&str, &str)]) -> String {
    let mut changed = interface.to_owned();
    for (from, to) in replacements {
        assert!(
            changed.contains(from),
            "the interface no longer has {from:?}"
        );
        changed = changed.replacen(from, to, 1);
    }
    changed
}

fn interface() -> String {
    fs::read_to_string("../wit/registrar.wit").expect("it is committed")
}

fn stored_interfaces() -> Vec<PathBuf> {
    let stored = fs::read_dir("../tests/abi").expect("it is committed");
    let folders = stored.map(|entry| entry.expect("it can be listed").path());
    folders.map(|folder| folder.join("registrar.wit")).collect()
}

/// Whether a component with the interface `now` can be used by a host that was built for the interface `since`.
fn offers(since: &str, now: &str) -> Result<(), String> {
    let mut resolve = Resolve::default();
    let now = push(&mut resolve, now);
    let version = |resolve: &Resolve, id: PackageId| {
        resolve.packages[id]
            .name
            .version
            .clone()
            .expect("it has a version")
    };
    let current = version(&resolve, now);
    // No two packages may have the same name and version.
    resolve.packages[now].name.version = None;
    resolve.package_names.clear();
    let since = push(&mut resolve, since);
    if version(&resolve, since).major != current.major {
        return Err(format!("{current} is another major version"));
    }
    let world = |id| {
        resolve
            .select_world(&[id], Some("plugin"))
            .expect("the world has the name")
    };
    let (now, since) = (world(now), world(since));
    // The parameters are called the other way round: the first is what is given, the second is what is expected.
    wit_component::semver_check(resolve, now, since).map_err(|error| format!("{error:#}"))
}

fn push(resolve: &mut Resolve, text: &str) -> PackageId {
    resolve
        .push_str("registrar.wit", text)
        .expect("the interface is well-formed")
}

#[test]
fn it_is_of_the_size_that_link_time_optimisation_gives() {
    let size = COMPONENT.len();
    assert!(size < SIZE_LIMIT, "{size} bytes");
}

/// Whoever builds it gets the same bytes.
#[test]
fn it_holds_no_path_of_the_machine_it_was_built_on() {
    let root = env!("CARGO_MANIFEST_DIR");
    let text = String::from_utf8_lossy(COMPONENT);
    for path in [root.trim_end_matches("/plugin"), "/.cargo/registry"] {
        assert!(!text.contains(path), "{path}");
    }
}

/// The deepest document and the deepest settings that the parsers take fit its stack, and what is
/// deeper is refused and not a trap.
#[test]
fn no_nesting_exhausts_its_stack() {
    withstands_nesting(&Source::default());
}

/// A linked core has the stack of the thread that calls, of which a plugin needs this much.
#[test]
fn no_nesting_exhausts_the_stack_of_a_thread_that_calls_a_linked_core() {
    let thread = std::thread::Builder::new().stack_size(1 << 20);
    let thread = thread.spawn(|| withstands_nesting(&Source::Linked));
    let ended = thread.expect("there are threads").join();
    ended.expect("every call is answered");
}

fn withstands_nesting(source: &Source) {
    let load = |settings: &str| gatepost_plugin::load(source, settings, &Options::default());
    let plugin = load("").expect("no settings are settings");
    for depth in [127, 60_000] {
        let nested = |open: &str, close: &str| [open.repeat(depth), close.repeat(depth)].concat();
        for document in [
            nested("[", "]"),
            nested("{\"a\":", "}"),
            format!("{{\"jwks\":{}}}", nested("[", "]")),
            format!("{{\"x\":{}}}", nested("{\"a\":", "}")),
        ] {
            plugin
                .register(&hostile::context(), document.as_bytes())
                .unwrap_or_else(|error| panic!("{depth}: {error}"));
        }
        for settings in [
            format!("a = {}", nested("[", "]")),
            format!("a = {}", nested("{b=", "}")),
            format!("{{\"a\":{}}}", nested("[", "]")),
            format!("[{}a]", "a.".repeat(depth)),
        ] {
            match load(&settings) {
                Ok(_) | Err(gatepost_plugin::LoadError::Settings(_)) => {}
                Err(error) => panic!("{depth}: {error:?}"),
            }
        }
    }
}
