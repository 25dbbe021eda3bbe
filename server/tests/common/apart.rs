//! Tests with mounts, and perhaps a network, that nobody else sees.

use std::env;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::Command;

use super::text;

/// Set in the process that is apart.
const INSIDE: &str = "GATEPOST_TEST_IS_INSIDE";

/// Runs a test in namespaces of its own, after a script for the shell: mounts, and what `unshare` is told besides.
///
/// Namespaces belong to a process, so this program starts itself again for the one test, which has to be an ignored one.
pub fn apart(name: &str, namespaces: &[&str], script: &str, test: impl FnOnce()) {
    if env::var_os(INSIDE).is_some() {
        return test();
    }
    // Who is not root is root in a namespace of users.
    let is_root = fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
    let output = Command::new("unshare")
        .args((!is_root).then_some("--map-root-user"))
        .arg("--mount")
        .args(namespaces)
        .args(["sh", "-c", &format!("{script} && exec \"$@\""), "sh"])
        .arg(env::current_exe().expect("this program has a path"))
        .args([name, "--exact", "--ignored", "--nocapture"])
        .env(INSIDE, "1")
        .output()
        .expect("util-linux is there");
    let said = text(&output.stdout) + &text(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
}
