//! The pages in a real browser.

mod common;

use std::path::PathBuf;

use crate::common::{Host, peers};

#[test]
#[ignore = "needs Chromium; scripts/test-peers runs it"]
fn an_administrator_clicks_through_the_pages() {
    let host = Host::start("");
    let mut knowledge = peers::knowledge(&host);
    let pictures = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("pictures");
    knowledge["pictures"] = pictures.to_str().expect("a path in UTF-8").into();
    peers::tell(peers::node("browser.mjs"), &knowledge);
}
