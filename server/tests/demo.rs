//! `gatepost-server demo` on a fresh folder and on one that is in use.

mod common;

use crate::common::{Folder, program, text};

#[test]
fn the_demonstration_goes_as_it_should_and_leaves_nothing_behind() {
    let alone = program().arg("demo").output().expect("it can be started");
    let told = text(&alone.stdout);
    assert!(alone.status.success(), "{told}{}", text(&alone.stderr));
    for part in [
        "GET /jmap/session",
        "redirect-uri-scheme-forbidden",
        "grant_type=refresh_token",
        "204 No Content",
        "All of it went as it should.",
    ] {
        assert!(told.contains(part), "{part} in\n{told}");
    }

    let folder = Folder::new();
    let data = folder.data();
    let data = data.to_str().expect("a path in UTF-8");
    for is_first in [true, false] {
        let kept = program()
            .args(["demo", "--data", data])
            .output()
            .expect("it can be started");
        let told = text(&kept.stdout);
        assert!(kept.status.success(), "{told}{}", text(&kept.stderr));
        assert!(!told.contains("administrator key: "), "{told}");
        assert_eq!(told.contains("first-start.txt"), is_first, "{told}");
    }
    let listed = |what: &str| {
        let listed = program()
            .args([what, "list", "--data", data])
            .output()
            .expect("it can be started");
        text(&listed.stdout)
    };
    assert_eq!(listed("client"), "");
    assert_eq!(listed("account").lines().count(), 1);
    assert_eq!(listed("key").lines().count(), 2);
}
