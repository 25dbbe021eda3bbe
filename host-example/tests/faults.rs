//! A plugin that misbehaves costs its own request, and no other.

mod common;
#[expect(
    dead_code,
    reason = "the rest of it is for those who call the plugin themselves"
)]
#[path = "../../plugin/tests/hostile/mod.rs"]
mod hostile;

use common::{Folder, Host};
use gatepost_plugin::Source;

#[test]
fn a_fault_is_a_clean_error_and_the_next_request_works() {
    let Source::Component(component) = hostile::registrar() else {
        panic!("it is made in memory");
    };
    let folder = Folder::new();
    let plugin = folder.write("hostile.wasm", component);
    let plugin = plugin.to_str().expect("the path is text").to_owned();
    let host = Host::start_in(folder, "", &["--plugin", &plugin]);
    for fault in [
        "panic",
        "loop",
        "memory",
        "recursion",
        "utf-8",
        "outside",
        // It asks for an effect that there is not.
        "effect",
        "amplify",
    ] {
        let clients = || host.folder.number("SELECT count(*) FROM client");
        let before = clients();
        let answer = host.register(&[], fault);
        assert_eq!(answer.status, 500, "{fault}: {answer:?}");
        assert_eq!(answer.json()["error"], "server_error", "{fault}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{fault}");
        assert_eq!(clients(), before, "{fault}");
        assert_eq!(host.register(&[], "fine").status, 201, "after {fault}");
    }
}
