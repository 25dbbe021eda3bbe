//! Loads the component as any host with a component runtime can.

use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Store};

wasmtime::component::bindgen!({ path: "../wit", world: "plugin" });

fn main() -> wasmtime::Result<()> {
    let engine = Engine::default();
    let component = Component::from_file(&engine, "gatepost.wasm")?;
    let mut store = Store::new(&engine, ());
    let plugin = Plugin::instantiate(&mut store, &component, &Linker::new(&engine))?;
    let registrar = plugin.gatepost_registration_registrar().registrar();
    let policy = registrar
        .call_compile(&mut store, "")?
        .expect("no settings, no mistakes");
    println!("{}", registrar.call_server_metadata(&mut store, policy)?);
    Ok(())
}
