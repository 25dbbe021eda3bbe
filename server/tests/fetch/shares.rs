//! Nobody holds all places, and nobody pushes out what others need.

use std::sync::Arc;
use std::time::{Duration, Instant};

use gatepost_server::fetch::Asker;

use crate::room::{Room, SOMEBODY};
use crate::site::Says;

#[test]
fn slow_sites_of_one_network_leave_room_for_others() {
    let room = Room::new(|settings| {
        settings.at_once = 4;
        settings.requests_per_minute = 0;
    });
    room.site
        .has("/mail", &["Content-Type: application/json"], "1");
    // Those of whom it is not known where they are from are one network.
    let stalled = (0..40).map(|number| {
        let path = format!("/{number}");
        room.site.says(&path, Says::Stalls(""));
        let (fetcher, wanted) = (Arc::clone(&room.fetcher), room.wanted(&room.site.at(&path)));
        room.runtime.spawn(async move {
            let asker = Asker {
                network: "unknown",
                is_in_use: false,
            };
            fetcher.fetch(&wanted, false, asker).await
        })
    });
    let stalled: Vec<_> = stalled.collect();
    while room.site.connections() < 1 {
        std::thread::sleep(Duration::from_millis(10));
    }
    let begun = Instant::now();
    let wanted = room.wanted(&room.site.at("/mail"));
    let fetched = room.fetcher.fetch(&wanted, false, SOMEBODY);
    let document = room.runtime.block_on(fetched).expect("there is a place");
    assert_eq!(&*document.body, b"1");
    assert!(begun.elapsed() < Duration::from_secs(1));
    assert_eq!(room.site.connections(), 2, "one of them has a turn");
    let ends = stalled.into_iter().map(|fetch| {
        let end = room.runtime.block_on(fetch).expect("no fetch panics");
        end.expect_err("it stalls").code()
    });
    let refused = ends.filter(|code| *code == "fetch-busy").count();
    assert!(refused >= 31, "nine have places: {refused}");
}

#[test]
fn documents_of_strangers_push_out_none_of_a_client_in_use() {
    let lines = [
        "Content-Type: application/json",
        "Cache-Control: max-age=3600",
    ];
    let room = Room::new(|settings| {
        settings.requests_per_minute = 0;
        // Room for a few.
        settings.cache_bytes = 4 << 10;
    });
    let fetch = |path: &str, is_in_use: bool| {
        room.site.has(path, &lines, "{}");
        let wanted = room.wanted(&room.site.at(path));
        let asker = Asker {
            is_in_use,
            ..SOMEBODY
        };
        let fetched = room.fetcher.fetch(&wanted, false, asker);
        room.runtime.block_on(fetched).expect("it can be fetched");
    };
    for (path, is_in_use, times) in [("/used", true, 1), ("/unused", false, 2)] {
        fetch(path, is_in_use);
        for number in 0..20 {
            fetch(&format!("{path}/{number}"), false);
        }
        fetch(path, is_in_use);
        assert_eq!(room.site.asked(path).len(), times, "{path}");
    }
}
