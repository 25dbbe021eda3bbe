//! The interface for administrators against its own description: a fuzzer sends what the document allows,
//! and what it does not.

mod common;

use std::process::Command;

use crate::common::{Host, peers, text};

/// A request that has to be conditional and is not is answered with 428 (RFC 6585 §3), which the fuzzer does not expect.
const SETTINGS: &str = "[checks.missing_required_header]\n\
     expected-statuses = [\"400\", \"401\", \"403\", \"406\", \"415\", \"422\", \"428\"]\n";

/// Sends what comes to the fuzzer's mind to some of the operations.
fn fuzz(chosen: &[&str]) {
    let host = Host::start("");
    let description = format!("http://{}/api/openapi.json", host.address);
    let key = host.first_key("administrator");
    let settings = host.folder.write("schemathesis.toml", SETTINGS);
    let output = Command::new(peers::folder().join("venv/bin/schemathesis"))
        .arg("--config-file")
        .arg(settings)
        .args(["run", &description])
        .args(["--header", &format!("Authorization: Bearer {key}")])
        .args(chosen)
        .args(["--checks", "all", "--max-examples", "60", "--seed", "1"])
        // Which metadata and terms are acceptable is for the policy to say, and no schema can.
        .args(["--exclude-checks", "positive_data_acceptance"])
        .args(["--workers", "1", "--no-color"])
        .current_dir(host.folder.data())
        .output()
        .expect("scripts/install-peers was run");
    assert!(output.status.success(), "{}", text(&output.stdout));
}

#[test]
#[ignore = "needs schemathesis; scripts/test-peers runs it"]
fn the_document_is_the_whole_truth() {
    // It would revoke the key that it asks with, and be told nothing else from then on.
    // What is under /auth/ is OAuth's own, and has tests of its own.
    fuzz(&[
        "--include-path-regex",
        "^/api/",
        "--exclude-operation-id",
        "revokeKey",
    ]);
}

#[test]
#[ignore = "needs schemathesis; scripts/test-peers runs it"]
fn and_so_it_is_where_keys_are_revoked() {
    fuzz(&["--include-operation-id", "revokeKey"]);
}
