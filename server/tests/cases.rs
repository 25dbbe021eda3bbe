//! The table of registrations, over HTTP, with each form of the plugin.

use callers::settings;
use common::{Folder, Host};
use over_http::Answered;

#[path = "../../tests/support/callers.rs"]
mod callers;
#[path = "../../tests/support/cases.rs"]
#[expect(dead_code, reason = "the rest is for other boundaries")]
mod cases;
mod common;
#[path = "../../tests/support/compiler.rs"]
#[expect(dead_code, reason = "no C is compiled here")]
mod compiler;
#[path = "../../tests/support/library.rs"]
mod library;
#[path = "../../tests/support/over_http.rs"]
mod over_http;
#[path = "../../tests/support/root.rs"]
mod root;

#[test]
fn http_gives_what_the_rust_library_gives() {
    let library = library::installed().join("lib/libgatepost.so");
    let library = library.to_str().unwrap();
    for (anonymous, settings) in settings() {
        for flags in [&[][..], &["--plugin", "component"], &["--plugin", library]] {
            let host = Host::start_in(Folder::new(), &settings, flags);
            let key = format!("Authorization: Bearer {}", host.first_key("registration"));
            let headers: &[&str] = if anonymous { &[] } else { &[&key] };
            over_http::compare(&settings, anonymous, |body| {
                let answer = host.register(headers, body);
                Answered {
                    status: answer.status,
                    headers: answer.headers,
                    body: answer.body,
                }
            });
        }
    }
}
