//! The rules for redirect URIs: whatever is accepted leads to this machine, to a private-use scheme, or by
//! https to the host that its text names.

#![no_main]

mod common;

use libfuzzer_sys::fuzz_target;
use serde_json::json;

fuzz_target!(|uri: &str| {
    let document = json!({ "redirect_uris": [uri] }).to_string();
    let (status, answer) = common::register(document.as_bytes());
    if status != 201 {
        assert_eq!(answer["error"], "invalid_redirect_uri");
        return;
    }
    assert_eq!(answer["redirect_uris"], json!([uri]));
    assert!(uri.bytes().all(|b| b.is_ascii_graphic() && b != b'#' && b != b'\\'));
    let (scheme, rest) = uri.split_once(':').expect("it is absolute");
    match scheme {
        "http" => {
            let rest = &rest[2..];
            let host = ["127.0.0.1", "[::1]", "localhost"]
                .into_iter()
                .find(|host| rest.starts_with(host))
                .expect("http is for this machine");
            assert!(rest[host.len()..].starts_with(['/', ':']));
        }
        "https" => {
            let host = rest[2..].split(['/', ':', '?']).next().expect("there is a first");
            assert!(host.contains('.') && !host.contains(['@', '*', '[']));
        }
        private => assert!(private.contains('.')),
    }
});
