//! The overview and the list of 100,000 clients.

mod common;

use std::time::{Duration, Instant};

use crate::common::browser::{Browser, DEMO};
use crate::common::crowd;

const CLIENTS: u32 = 100_000;

/// How long the server may take for a page.
const LONGEST: Duration = Duration::from_millis(100);

#[test]
#[ignore = "measures time; scripts/test-peers runs it"]
fn each_page_is_quick() {
    let (host, password) = crowd::host(CLIENTS);
    let mut browser = Browser::signed_in(&host, DEMO, &password);
    browser.enter().expect("nothing is required");
    for (path, said) in [
        ("/admin/", "<dd>100000</dd>"),
        ("/admin/clients", " of 100000"),
        ("/admin/clients?page=1000", " of 100000"),
        ("/admin/clients?page=2000", " of 100000"),
        ("/admin/clients?sort=name&page=1500", " of 100000"),
        ("/admin/clients?sort=used", " of 100000"),
        ("/admin/clients?by=stranger", " of 33333"),
        ("/admin/clients?state=disabled", ""),
        ("/admin/clients?state=waiting&sort=name", " of 14286"),
        ("/admin/clients?state=never-used", " of 68572"),
        ("/admin/clients?unused=30", ""),
        ("/admin/clients?q=mail+77", " of 1111"),
        ("/admin/clients?q=none+of+these", ""),
        ("/admin/clients?by=key&state=enabled&sort=oldest&q=1", ""),
    ] {
        let mut times = Vec::new();
        for _ in 0..9 {
            let begun = Instant::now();
            let page = browser.get(path);
            times.push(begun.elapsed());
            assert_eq!(page.status, 200, "{path}: {page:?}");
            assert!(page.body.contains(said), "{path}: {said} in {}", page.body);
        }
        times.sort();
        println!("{path:60} {:?}", times[times.len() / 2]);
        assert!(times[times.len() / 2] < LONGEST, "{path}: {times:?}");
    }
}
