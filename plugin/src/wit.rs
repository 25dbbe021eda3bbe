//! The vocabulary of `wit/registrar.wit`, generated.

wasmtime::component::bindgen!({
    path: "wit",
    world: "plugin",
    additional_derives: [PartialEq],
});

pub use exports::gatepost::registration::registrar::*;
