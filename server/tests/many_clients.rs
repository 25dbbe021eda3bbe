//! The list of 100,000 clients.

mod common;

use std::time::{Duration, Instant};

use crate::common::browser::{Browser, DEMO};
use crate::common::crowd;

const CLIENTS: u32 = 100_000;

/// How long the server may take for a page of the list.
const LONGEST: Duration = Duration::from_millis(100);

#[test]
#[ignore = "measures time; scripts/test-peers runs it"]
fn each_page_of_the_list_is_quick() {
    let (host, password) = crowd::host(CLIENTS);
    let mut browser = Browser::signed_in(&host, DEMO, &password);
    browser.enter().expect("nothing is required");
    for (query, total) in [
        ("", "100000"),
        ("page=1000", "100000"),
        ("page=2000", "100000"),
        ("sort=name&page=1500", "100000"),
        ("sort=used", "100000"),
        ("by=stranger", "33333"),
        ("state=disabled", ""),
        ("unused=30", ""),
        ("q=mail+77", "1111"),
        ("q=none+of+these", ""),
        ("by=key&state=enabled&sort=oldest&q=1", ""),
    ] {
        let mut times = Vec::new();
        for _ in 0..9 {
            let begun = Instant::now();
            let page = browser.get(&format!("/admin/?{query}"));
            times.push(begun.elapsed());
            assert_eq!(page.status, 200, "{query}: {page:?}");
            if !total.is_empty() {
                let said = format!(" of {total}");
                assert!(
                    page.body.contains(&said),
                    "{query}: {said} in {}",
                    page.body
                );
            }
        }
        times.sort();
        println!("{query:40} {:?}", times[times.len() / 2]);
        assert!(times[times.len() / 2] < LONGEST, "{query}: {times:?}");
    }
}
