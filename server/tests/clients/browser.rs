//! Clients that run in a browser: a webmail at `https://webmail.example.org`, on another address of its own.

use crate::place::Place;

pub fn oidc_client_ts(place: &Place) {
    all_goes_well(place, "oidc-client-ts.mjs");
}

pub fn mcp(place: &Place) {
    all_goes_well(place, "mcp-browser.mjs");
}

fn all_goes_well(place: &Place, script: &str) {
    place.add_client("webmail", "https://webmail.example.org/callback");
    place.trust_in_chromium();
    assert_eq!(place.run(script, &place.knowledge()), "all went well\n");
}
