//! The modules of `host-example/`, built as their Makefiles build them.

use std::fs;
use std::process::Command;

use crate::compiler::run;
use crate::library::installed;
use crate::place::Place;
use crate::root::root;

/// Builds a folder of `host-example/` in this place, where the users of mail servers can read it, and installs what it makes below
/// `root`.
pub fn build(place: &Place, folder: &str) {
    let examples = root().join("host-example");
    for name in ["sign-in", folder] {
        run(Command::new("cp")
            .arg("-r")
            .arg(examples.join(name))
            .arg(place.path(name)));
    }
    let library = place.path("lib");
    fs::create_dir(&library).expect("the folder can be written");
    let name = "libgatepost.so.1";
    fs::copy(installed().join("lib").join(name), library.join(name)).expect("it was built");
    run(Command::new("make")
        .arg("-C")
        .arg(place.path(folder))
        .args(["clean", "install"])
        .arg(format!(
            "PKG_CONFIG_PATH={}",
            installed().join("lib/pkgconfig").display()
        ))
        .arg(format!("LDFLAGS=-Wl,-rpath,{}", library.display()))
        .arg(format!("DESTDIR={}", place.name("root"))));
}
