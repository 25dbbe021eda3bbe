//! The C code of `host-example/`, built as its Makefiles build it.

use std::fs;
use std::process::Command;

use crate::compiler::run;
use crate::library::installed;
use crate::place::Place;
use crate::root::root;

/// Builds the module of a folder in this place, and installs it below `root` there.
pub fn build(place: &Place, folder: &str) {
    let below = format!("DESTDIR={}", place.name("root"));
    make(place, folder, &["install", &below]);
}

/// Copies a folder and what it needs to this place, where the users of mail servers can read it, and runs `make` there.
pub fn make(place: &Place, folder: &str, arguments: &[&str]) {
    let examples = root().join("host-example");
    for name in ["sign-in", folder] {
        run(Command::new("cp")
            .arg("-rT")
            .arg(examples.join(name))
            .arg(place.path(name)));
    }
    let library = place.path("lib");
    fs::create_dir(&library).expect("the folder can be written");
    let name = "libgatepost.so.1";
    fs::copy(installed().join("lib").join(name), library.join(name)).expect("it was built");
    let description = installed().join("lib/pkgconfig");
    run(Command::new("make")
        .args(["--always-make", "--directory"])
        .arg(place.path(folder))
        .arg(format!("PKG_CONFIG_PATH={}", description.display()))
        .arg(format!("LDFLAGS=-Wl,-rpath,{}", library.display()))
        .args(arguments));
}
