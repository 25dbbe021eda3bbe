//! git-credential-oauth, as Git starts it.

use std::io::Write;
use std::process::Stdio;

use crate::common::text;
use crate::oauth2::sign_in;
use crate::place::{ISSUER, MAIL, Place};
use crate::table;

const CLIENT: &str = "git-credential-oauth";

/// It is sent the code to its redirect URI. Debian's version makes code verifiers of 24 characters, where RFC 7636 §4.1 wants
/// 43, so that another client goes on with the same redirect URI.
pub fn signs_a_user_in(place: &Place) {
    let installed = place
        .command("dpkg-query")
        .args(["--show", "--showformat", "${Version}", CLIENT])
        .output()
        .expect("this is Debian");
    let version = format!("{}-", table::version(CLIENT));
    let installed = text(&installed.stdout);
    assert!(
        installed.starts_with(&version),
        "docs/clients.md has {version}, Debian has {installed}"
    );

    // What its documentation tells administrators to register. It asks with a port, and without a path too.
    place.add_client(CLIENT, "http://127.0.0.1");
    for (key, value) in [
        ("oauthClientId", CLIENT),
        ("oauthAuthURL", "/auth/authorize"),
        ("oauthTokenURL", "/auth/token"),
        ("oauthScopes", &format!("{MAIL} offline_access")),
    ] {
        let set = place
            .command("git")
            .args(["config", "--global"])
            .arg(format!("credential.{ISSUER}.{key}"))
            .arg(value)
            .status()
            .expect("Git is installed");
        assert!(set.success(), "{key}");
    }
    let said = credential(place, "protocol=https\nhost=mail.example.org\n");
    for part in [
        "query: map[code:[",
        "A code verifier has 43 to 128 characters",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
    sign_in(place, CLIENT, "http://127.0.0.1:49152");
}

/// What Git's user is told when Git asks for a credential.
fn credential(place: &Place, asked: &str) -> String {
    let mut helper = place
        .command("timeout")
        .args(["60", "git", "credential-oauth", "-verbose", "get"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("Git is installed");
    let mut stdin = helper.stdin.take().expect("it was asked for");
    stdin.write_all(asked.as_bytes()).expect("it listens");
    drop(stdin);
    let output = helper.wait_with_output().expect("it ends");
    text(&output.stderr)
}
