//! ortie: its wizard finds the server and registers, its browser is `xdg-open`.

use crate::common::peers;
use crate::place::Place;

pub fn by_code(place: &Place) {
    all_goes_well(place, "code");
}

pub fn on_a_device(place: &Place) {
    all_goes_well(place, "device");
}

fn all_goes_well(place: &Place, grant: &str) {
    let mut knowledge = place.knowledge();
    knowledge["grant"] = grant.into();
    knowledge["ortie"] = peers::folder()
        .join("bin/ortie")
        .to_str()
        .expect("a path in UTF-8")
        .into();
    let said = place.run("ortie.py", &knowledge);
    assert!(said.ends_with("all went well\n"), "{said}");
}
