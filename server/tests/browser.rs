//! The pages in a real browser, which looks at each with axe-core; and how the browser reads redirect URIs.

#[path = "../../tests/support/accepted.rs"]
mod accepted;
mod common;
#[path = "../../tests/support/reading.rs"]
mod reading;
#[path = "../../tests/support/generate/source.rs"]
#[expect(dead_code, reason = "a URI is made of fewer choices than a call")]
mod source;
#[path = "../../tests/support/generate/uri.rs"]
mod uri;

use std::path::PathBuf;

use serde_json::json;

use crate::common::browser::DEMO;
use crate::common::{Host, crowd, peers};
use crate::reading::Reading;

/// What is needed of the generator.
mod generate {
    pub(super) use crate::{source, uri};
}

#[test]
#[ignore = "needs Chromium; scripts/test-peers runs it"]
fn an_administrator_clicks_through_the_pages() {
    let host = Host::start("");
    let mut knowledge = peers::knowledge(&host);
    knowledge["pictures"] = pictures("pictures").into();
    peers::tell(peers::node("browser.mjs", &["chromium.mjs"]), &knowledge);
}

#[test]
#[ignore = "needs Chromium; scripts/test-peers runs it"]
fn an_administrator_looks_at_as_many_clients_as_there_are() {
    for clients in [0, 5, 5_000, 100_000] {
        let (host, password) = crowd::host(clients);
        let knowledge = json!({
            "url": format!("http://{}", host.address),
            "account": DEMO,
            "password": password,
            "clients": clients,
            "pictures": pictures(&format!("pictures-{clients}")),
        });
        peers::tell(peers::node("crowd.mjs", &["chromium.mjs"]), &knowledge);
    }
}

/// A redirect URI that the browser reads otherwise leads its user somewhere else than it was registered for.
#[test]
#[ignore = "needs Chromium; scripts/test-peers runs it"]
fn a_browser_reads_accepted_redirect_uris_alike() {
    let mut uris = accepted::accepted(20_000, accepted::acceptor());
    // These would be accepted if the rules had a fault, and the browser must be seen to find it.
    let refused = [
        "HTTPS://webmail.example.com/cb",
        "http://127.1/cb",
        "https://webmail.example.com/a/../b",
        "https://webmail.example.com\\@other.example/",
        "https://webmail.example.com/%2e%2e/b",
        "com.example.mail:/a/../b",
    ];
    let is_accepted = accepted::acceptor();
    assert!(!refused.into_iter().any(is_accepted));
    uris.extend(refused.map(str::to_owned));

    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("urls");
    std::fs::write(&file, uris.join("\n")).expect("the folder is cargo's");
    let said = peers::tell(peers::node("urls.mjs", &[]), &json!({ "urls": file }));
    let read: Vec<Option<[String; 5]>> = serde_json::from_str(&said).expect("it is JSON");
    assert_eq!(read.len(), uris.len());
    let differ: Vec<_> = uris
        .iter()
        .zip(&read)
        .filter(|(uri, read)| {
            let read = read.as_ref().and_then(|[scheme, host, port, path, query]| {
                let query = query.strip_prefix('?').unwrap_or_default();
                Reading::new(scheme.trim_end_matches(':'), host, port, path, query)
            });
            read != Reading::of(uri)
        })
        .collect();
    let found: Vec<&str> = differ.iter().map(|(uri, _)| uri.as_str()).collect();
    assert_eq!(found, refused, "{differ:?}");
    println!("{} redirect URIs", uris.len());
}

/// Where a script puts what it saw.
fn pictures(folder: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(folder);
    folder.to_str().expect("a path in UTF-8").to_owned()
}
