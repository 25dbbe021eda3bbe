//! What was acknowledged is there, whatever happens to the process.

use std::collections::HashSet;
use std::io::Write;
use std::sync::Mutex;
use std::time::Duration;

use crate::common::{Answer, Folder, Host, NATIVE, registration};

const CLIENTS_AT_ONCE: usize = 16;

#[test]
fn every_acknowledged_registration_survives_being_killed() {
    let mut host = Host::start("");
    let key = format!("Authorization: Bearer {}", host.first_key("registration"));
    let request = registration(&[&key], NATIVE);
    let acknowledged = Mutex::new(Vec::new());

    for milliseconds in [50, 150, 300, 450] {
        let before = acknowledged.lock().expect("nobody panicked").len();
        let folder = std::thread::scope(|scope| {
            for _ in 0..CLIENTS_AT_ONCE {
                let mut stream = host.connect();
                let (request, acknowledged) = (&request, &acknowledged);
                scope.spawn(move || {
                    while stream.write_all(request).is_ok()
                        && let Some(answer) = Answer::try_read(&mut stream)
                    {
                        let client_id = answer.client_id();
                        acknowledged
                            .lock()
                            .expect("nobody panicked")
                            .push(client_id);
                    }
                });
            }
            // However slow the machine is, some are in before the end and some are under way.
            while acknowledged.lock().expect("nobody panicked").len() < before + CLIENTS_AT_ONCE {
                std::thread::sleep(Duration::from_millis(1));
            }
            std::thread::sleep(Duration::from_millis(milliseconds));
            host.kill()
        });

        host = Host::start_in(folder, "", &[]);
        let stored = stored(&host.folder);
        let acknowledged = acknowledged.lock().expect("nobody panicked");
        for client_id in &*acknowledged {
            assert!(
                stored.contains(client_id),
                "{client_id} of {} was lost",
                acknowledged.len()
            );
        }
        host.register_with_key(host_key(&key), NATIVE).client_id();
    }
}

#[test]
fn registrations_at_the_same_moment_are_all_kept_and_counted() {
    let host = Host::start("");
    let key = format!("Authorization: Bearer {}", host.first_key("registration"));
    let request = registration(&[&key], NATIVE);
    let each = 25;
    let mut client_ids = HashSet::new();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..CLIENTS_AT_ONCE)
            .map(|_| {
                let mut stream = host.connect();
                let request = &request;
                scope.spawn(move || {
                    let mut client_ids = Vec::new();
                    for _ in 0..each {
                        stream.write_all(request).expect("the host reads");
                        client_ids.push(Answer::read(&mut stream).client_id());
                    }
                    client_ids
                })
            })
            .collect();
        for thread in threads {
            client_ids.extend(thread.join().expect("all are registered"));
        }
    });
    assert_eq!(client_ids.len(), CLIENTS_AT_ONCE * each);
    assert_eq!(stored(&host.folder), client_ids);
}

/// What is in the file, which is also checked.
pub fn stored(folder: &Folder) -> HashSet<String> {
    let connection = rusqlite::Connection::open(folder.data().join("gatepost.db"))
        .expect("the directory can be opened");
    let integrity: String = connection
        .pragma_query_value(None, "integrity_check", |row| row.get(0))
        .expect("the directory can be checked");
    assert_eq!(integrity, "ok");
    let client_ids: HashSet<String> = connection
        .prepare("SELECT client_id FROM oauth_client")
        .and_then(|mut query| query.query_map((), |row| row.get(0))?.collect())
        .expect("the directory can be read");
    let counted: u32 = connection
        .query_row("SELECT clients FROM tally", (), |row| row.get(0))
        .expect("the directory can be read");
    assert_eq!(counted as usize, client_ids.len(), "the counter is right");
    client_ids
}

fn host_key(header: &str) -> &str {
    header.rsplit(' ').next().expect("a header has a value")
}
