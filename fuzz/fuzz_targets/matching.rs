//! The matcher: what matches a registered redirect URI could be registered itself, and differs from it at
//! most in a port.

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
    for requested in [requested, &moved] {
        if is_accepted(registered) && redirect_uri_matches(registered, requested) {
            assert!(is_accepted(requested));
            let without_digits = |uri: &str| uri.replace(|c: char| c.is_ascii_digit() || c == ':', "");
            assert_eq!(without_digits(registered), without_digits(requested));
        }
    }
});
