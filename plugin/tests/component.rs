//! The component that this program was built with is what its interface says, and no more.

#![cfg(feature = "embedded")]

#[expect(dead_code, reason = "the component that misbehaves is for other tests")]
mod hostile;

use gatepost_plugin::{COMPONENT, Options, Source};
use wasmtime::Engine;
use wasmtime::component::Component;
use wasmtime::component::types::ComponentItem;

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
