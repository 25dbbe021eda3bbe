//! Components that misbehave.

use std::borrow::Cow;

use gatepost_plugin::{Caller, Context, Source, Usage};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{Resolve, WorldId};

/// The component that does what the first byte of its settings, or of the metadata, says:
/// see `registrar.wat`.
pub fn registrar() -> Source {
    let mut module = wat::parse_str(include_str!("registrar.wat")).expect("the text is WAT");
    let (resolve, world) = interface();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
        .expect("the interface can be embedded");
    let component = ComponentEncoder::default()
        .module(&module)
        .expect("the module has the interface's functions")
        .validate(true)
        .encode()
        .expect("the module makes a component");
    Source::Component(Cow::Owned(component))
}

/// The interface, and its world.
pub fn interface() -> (Resolve, WorldId) {
    let mut resolve = Resolve::default();
    let (package, _) = resolve
        .push_dir("../wit")
        .expect("the interface is well-formed");
    let world = resolve
        .select_world(&[package], Some("plugin"))
        .expect("the interface has the world");
    (resolve, world)
}

pub fn from_text(component: &str) -> Source {
    Source::Component(Cow::Owned(
        wat::parse_str(component).expect("the text is WAT"),
    ))
}

pub fn context() -> Context {
    Context {
        now: 1_790_000_000,
        entropy: vec![7; 32],
        caller: Caller::default(),
        usage: Usage::default(),
        record: None,
    }
}
