//! The matcher: what matches a registered redirect URI could be registered itself, and differs from it at
//! most in a port and in the slash of an empty path.

#![no_main]

mod common;

use gatepost::redirect_uri_matches;
use libfuzzer_sys::fuzz_target;
use serde_json::json;

fn is_accepted(uri: &str) -> bool {
    let document = json!({ "redirect_uris": [uri] }).to_string();
    common::register(document.as_bytes()).0 == 201
}

fuzz_target!(|uris: (&str, &str)| {
    let (registered, requested) = uris;
    // A pair that matches is rare among random ones, so that one half is also made from the other.
    let moved = registered.replacen("127.0.0.1", "127.0.0.1:49152", 1);
    let ended = format!("{registered}/");
    for requested in [requested, &moved, &ended] {
        if is_accepted(registered) && redirect_uri_matches(registered, requested) {
            assert!(is_accepted(requested));
            let is_kept = |c: &char| !c.is_ascii_digit() && !matches!(c, ':' | '/');
            assert!(registered.chars().filter(is_kept).eq(requested.chars().filter(is_kept)));
        }
    }
});
