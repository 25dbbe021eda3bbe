//! OAuth clients that are not ours: libraries in JavaScript and Python, from discovery to deletion.

mod common;

use std::process::Command;

use serde_json::json;

use crate::common::browser::{DEMO, demo_password};
use crate::common::{Host, peers, text};

/// Runs a script with what it has to know of a host.
fn tell(mut command: Command) {
    let host = Host::start("");
    let configuration = json!({
        "url": format!("http://{}", host.address),
        "account": DEMO,
        "password": demo_password(&host),
        "registration_key": host.first_key("registration"),
    });
    let output = command
        .arg(configuration.to_string())
        .output()
        .expect("the peers are installed; scripts/install-peers does that");
    assert!(
        output.status.success(),
        "{}{}",
        text(&output.stdout),
        text(&output.stderr)
    );
    assert_eq!(text(&output.stdout), "all went well\n");
}

#[test]
#[ignore = "needs openid-client; scripts/test-peers runs it"]
fn a_client_in_javascript() {
    tell(peers::node("client.mjs"));
}

#[test]
#[ignore = "needs Authlib; scripts/test-peers runs it"]
fn a_client_in_python() {
    let mut python = Command::new(peers::folder().join("venv/bin/python"));
    python.arg(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/peers/client.py"
    ));
    tell(python);
}
