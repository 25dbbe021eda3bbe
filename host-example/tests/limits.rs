//! Limits hold for whatever comes at once.

mod common;

use std::io::Write;

use common::{Answer, Host, NATIVE, REGISTRATION, registration};

const AT_ONCE: usize = 64;

const LIMIT: usize = 10;

#[test]
fn of_many_at_once_no_more_are_registered_than_a_limit_allows() {
    // Where waiting helps, it is 429.
    for (name, settings, terms, refused) in [
        ("in all", "max-clients = 10", None, 429),
        ("by one account", "max-clients-per-account = 10", None, 403),
        (
            "from one network",
            "max-registrations-per-address = 10",
            None,
            429,
        ),
        ("with one key", "", Some(r#"{"max-registrations":10}"#), 403),
        (
            "by strangers",
            "anonymous = true\nmax-anonymous-clients = 10\nmax-anonymous-registrations-per-wider-network = 0",
            None,
            429,
        ),
        (
            "by strangers from one wider network",
            "anonymous = true\nmax-anonymous-clients = 80",
            None,
            429,
        ),
        (
            "by strangers from one network",
            "anonymous = true\nmax-anonymous-registrations-per-address = 10",
            None,
            429,
        ),
    ] {
        let host = Host::start(&format!("[oauth.client-registration]\n{settings}"));
        let key = host.folder.add_key(Some("alice"), REGISTRATION, terms);
        let key = format!("Authorization: Bearer {key}");
        let headers: &[&str] = match name.starts_with("by strangers") {
            true => &[],
            false => &[&key],
        };
        let mut connections: Vec<_> = (0..AT_ONCE).map(|_| host.connect()).collect();
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let sent: Vec<_> = connections
                .iter_mut()
                .enumerate()
                .map(|(number, stream)| {
                    // Otherwise strangers would share one client.
                    let body = NATIVE.replace("callback", &format!("callback{number}"));
                    let request = registration(headers, &body);
                    scope.spawn(move || {
                        stream.write_all(&request).expect("the host reads");
                        Answer::read(stream).status
                    })
                })
                .collect();
            let answered = sent.into_iter();
            answered
                .map(|sent| sent.join().expect("it is answered"))
                .collect()
        });
        let count = |status| statuses.iter().filter(|found| **found == status).count();
        assert_eq!(
            (count(201), count(refused)),
            (LIMIT, AT_ONCE - LIMIT),
            "{name}"
        );
        let stored = host.folder.number("SELECT count(record) FROM client");
        assert_eq!(stored as usize, LIMIT, "{name}");
    }
}

/// Removing makes room where live clients are counted, and not where registrations are.
#[test]
fn registering_and_removing_in_turn_is_no_way_around_a_limit() {
    for (settings, statuses) in [
        ("max-clients = 2", [201; 5]),
        (
            "max-registrations-per-address = 2",
            [201, 201, 429, 429, 429],
        ),
    ] {
        let host = Host::start(&format!(
            "[oauth.client-registration]\naddress-window = 86400\n{settings}"
        ));
        let key = host.folder.first_key();
        for status in statuses {
            let answer = host.register_with_key(&key, NATIVE);
            assert_eq!(answer.status, status, "{settings}: {answer:?}");
            if status == 201 {
                let path = format!("/auth/register/{}", answer.client_id());
                let removed = host.ask("DELETE", &path, Some(&key), "");
                assert_eq!(removed.status, 204, "{removed:?}");
            } else {
                assert!(answer.header("retry-after").is_some(), "{answer:?}");
            }
        }
    }
}

/// Whoever registers what is registered already adds nothing.
#[test]
fn a_client_that_is_shared_counts_once() {
    let host = Host::start("[oauth.client-registration]\nanonymous = true\nmax-clients = 1\n");
    let first = host.register(&[], NATIVE).client_id();
    assert_eq!(host.register(&[], NATIVE).client_id(), first);
    let other = NATIVE.replace("Example", "Another");
    assert_eq!(host.register(&[], &other).status, 429);

    // An administrator removes it, and it is registered again.
    let path = format!("/auth/register/{first}");
    let key = host.folder.first_key();
    assert_eq!(host.ask("DELETE", &path, Some(&key), "").status, 204);
    assert_eq!(host.ask("GET", &path, Some(&key), "").status, 404);
    assert_eq!(host.register(&[], NATIVE).client_id(), first);
    assert_eq!(host.ask("GET", &path, Some(&key), "").status, 200);
}
