//! Thunderbird, with the add-on that the manual tells administrators to hand out.

use std::fs;

use serde_json::{Value, json};

use crate::common::text;
use crate::place::Place;
use crate::table;

const CLIENT: &str = "Thunderbird";

pub fn reads_a_mailbox(place: &Place) {
    let installed = place
        .command("dpkg-query")
        .args(["--show", "--showformat", "${Version}", "thunderbird"])
        .output()
        .expect("this is Debian");
    let installed = text(&installed.stdout);
    let version = installed
        .split_once(':')
        .map_or(&*installed, |(_, rest)| rest);
    let expected = table::version(CLIENT);
    assert!(
        version.starts_with(&format!("{expected}.")),
        "docs/clients.md has {expected}, Debian has {installed}"
    );

    place.add_client("thunderbird", "http://127.0.0.1");
    place.trust("profile");
    let secret = place.host.folder.provision_mail_server("imap");
    let mut knowledge = place.knowledge();
    knowledge["addon"] = Value::from(addon());
    knowledge["mail_server"] = json!(["imap", secret]);
    assert_eq!(place.run("thunderbird.py", &knowledge), "all went well\n");
}

/// The manifest in `docs/connecting.md`, for the server of the test.
fn addon() -> String {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/connecting.md");
    let page = fs::read_to_string(page).expect("it is in the repository");
    let (_, manifest) = page
        .split_once("cat > manifest.json <<'END'\n")
        .expect("the page has the manifest");
    let (manifest, _) = manifest.split_once("\nEND\n").expect("it ends");
    manifest.replace("example.com", "example.org")
}
