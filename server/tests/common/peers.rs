//! Where `scripts/install-peers` puts what the host is tested against.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::browser::{DEMO, demo_password};
use super::{Host, text};

/// What a script has to know of a host.
pub fn knowledge(host: &Host) -> Value {
    json!({
        "url": format!("http://{}", host.address),
        "account": DEMO,
        "password": demo_password(host),
        "registration_key": host.first_key("registration"),
    })
}

/// Tells a script what it has to know, and gives back what it says when all went well.
pub fn tell(mut script: Command, knowledge: &Value) -> String {
    let output = script
        .arg(knowledge.to_string())
        .output()
        .expect("the peers are installed; scripts/install-peers does that");
    assert!(
        output.status.success(),
        "{}{}",
        text(&output.stdout),
        text(&output.stderr)
    );
    text(&output.stdout)
}

pub fn folder() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    target.parent().expect("the target folder").join("peers")
}

/// The scripts that play their users.
pub fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers")
}

/// A script of `tests/peers`, and those that it imports. A module is looked for from where the script is, so they go
/// there.
pub fn node(script: &str, imported: &[&str]) -> Command {
    for script in imported.iter().chain([&script]) {
        fs::copy(scripts().join(script), folder().join(script))
            .expect("scripts/install-peers was run");
    }
    let mut command = Command::new("node");
    command.arg(folder().join(script));
    command
}
