//! The list of 100,000 clients.

mod common;

use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::common::browser::{Browser, DEMO, demo_password};
use crate::common::{Host, NATIVE};

const CLIENTS: u32 = 100_000;

/// How long the server may take for a page of the list.
const LONGEST: Duration = Duration::from_millis(100);

#[test]
#[ignore = "measures time; scripts/test-peers runs it"]
fn each_page_of_the_list_is_quick() {
    let host = Host::start("");
    let key = host.first_key("registration").to_owned();
    let client_id = host.register_with_key(&key, NATIVE).client_id();
    let password = demo_password(&host);
    let folder = host.kill();
    let store = Connection::open(folder.data().join("gatepost.db")).expect("it can be opened");
    store
        .execute(
            "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?2)
             INSERT INTO oauth_client (client_id, record, api_key_id, network, anonymous, created_at,
                                       changed_at, last_used_at)
             SELECT printf('gpc_%06d', n),
                    json_set(record, '$.client_id', printf('gpc_%06d', n),
                             '$.registered_by.by', iif(n % 3 = 0, 'stranger', 'key'),
                             '$.metadata.client_name', printf('Mail %d', (n * 7919) % ?2)),
                    iif(n % 3 = 0, NULL, api_key_id), network, n % 3 = 0, created_at - n, changed_at,
                    iif(n % 5 = 0, created_at - n, NULL)
             FROM oauth_client, number WHERE client_id = ?1",
            (&client_id, CLIENTS - 1),
        )
        .expect("they are stored");
    drop(store);

    let host = Host::start_in(folder, "", &[]);
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
