//! OAuth clients that are not ours: libraries in JavaScript and Python, from discovery to deletion.

mod common;

use std::process::Command;

use crate::common::{Host, peers};

fn all_goes_well(script: Command) {
    let host = Host::start("");
    let said = peers::tell(script, &peers::knowledge(&host));
    assert_eq!(said, "all went well\n");
}

#[test]
#[ignore = "needs openid-client; scripts/test-peers runs it"]
fn a_client_in_javascript() {
    all_goes_well(peers::node("client.mjs"));
}

#[test]
#[ignore = "needs Authlib; scripts/test-peers runs it"]
fn a_client_in_python() {
    let mut python = Command::new(peers::folder().join("venv/bin/python"));
    python.arg(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/peers/client.py"
    ));
    all_goes_well(python);
}
