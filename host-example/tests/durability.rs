//! What was acknowledged is there, whatever happens to the process.

mod common;

use std::collections::HashSet;
use std::io::Write;
use std::sync::Mutex;
use std::time::Duration;

use common::{Answer, Folder, Host, NATIVE, registration};
use rustix::process::Signal;

const CLIENTS_AT_ONCE: usize = 16;

#[test]
fn every_acknowledged_registration_survives_being_killed() {
    let mut host = Host::start("");
    let key = host.folder.first_key();
    let request = registration(&[&format!("Authorization: Bearer {key}")], NATIVE);
    let acknowledged = Mutex::new(Vec::new());
    let count = || acknowledged.lock().expect("nobody panicked").len();

    for milliseconds in [50, 150, 300, 450] {
        let before = count();
        let address = host.address;
        let folder = std::thread::scope(|scope| {
            for _ in 0..CLIENTS_AT_ONCE {
                let (request, acknowledged) = (&request, &acknowledged);
                scope.spawn(move || {
                    while let Ok(mut stream) = std::net::TcpStream::connect(address)
                        && stream.write_all(request).is_ok()
                        && let Some(answer) = Answer::try_read(&mut stream)
                    {
                        let client_id = answer.client_id();
                        let mut acknowledged = acknowledged.lock().expect("nobody panicked");
                        acknowledged.push(client_id);
                    }
                });
            }
            // However slow the machine is, some are in before the end and some are under way.
            while count() < before + CLIENTS_AT_ONCE {
                std::thread::sleep(Duration::from_millis(1));
            }
            std::thread::sleep(Duration::from_millis(milliseconds));
            host.kill()
        });

        host = Host::start_in(folder, "", &[]);
        assert_eq!(host.greeting, "", "it is not a first start");
        let stored = stored(&host.folder);
        for client_id in &*acknowledged.lock().expect("nobody panicked") {
            assert!(stored.contains(client_id), "{client_id} was lost");
        }
        host.register_with_key(&key, NATIVE).client_id();
    }
}

#[test]
fn what_was_changed_or_removed_survives_being_killed() {
    let host = Host::start("");
    let key = host.folder.first_key();
    let path = |answer: &Answer| format!("/auth/register/{}", answer.client_id());
    let changed = host.register_with_key(&key, NATIVE);
    let removed = host.register_with_key(&key, NATIVE);
    let mut document = changed.json();
    let token = document["registration_access_token"].clone();
    let token = token.as_str().expect("a token");
    for member in [
        "client_id_issued_at",
        "registration_access_token",
        "registration_client_uri",
    ] {
        document[member].take();
    }
    document["client_name"] = "Another Mail".into();
    let put = host.ask("PUT", &path(&changed), Some(token), &document.to_string());
    assert_eq!(put.status, 200, "{put:?}");
    let deleted = host.ask("DELETE", &path(&removed), Some(&key), "");
    assert_eq!(deleted.status, 204, "{deleted:?}");

    let host = Host::start_in(host.kill(), "", &[]);
    let read = host.ask("GET", &path(&changed), Some(token), "");
    assert_eq!(read.json()["client_name"], "Another Mail");
    assert_eq!(host.ask("GET", &path(&removed), Some(&key), "").status, 404);
}

/// Requests in flight are answered, and no others are taken.
#[test]
fn it_finishes_what_it_has_begun_when_it_is_told_to_stop() {
    for signal in [Signal::TERM, Signal::INT] {
        let mut host = Host::start("");
        let key = format!("Authorization: Bearer {}", host.folder.first_key());
        let request = registration(&[&key, "Expect: 100-continue"], NATIVE);
        let (head, body) = request.split_at(request.len() - NATIVE.len());
        let mut begun = host.connect();
        begun.write_all(head).expect("the host reads");
        // It is told to go on when its body is read.
        assert_eq!(Answer::read_head(&mut begun).status, 100);
        let idle = host.connect();
        host.signal(signal);
        while std::net::TcpStream::connect(host.address).is_ok() {
            std::thread::sleep(Duration::from_millis(5));
        }
        begun.write_all(body).expect("the host still reads");
        let client_id = Answer::read(&mut begun).client_id();
        let (status, rest) = host.wait();
        assert!(status.success(), "{}", host.folder.logged());
        assert_eq!(rest, "");
        drop(idle);
        assert!(stored(&host.folder).contains(&client_id));
    }
}

/// What is in the file, which is also checked.
fn stored(folder: &Folder) -> HashSet<String> {
    let database = folder.database();
    let integrity: String = database
        .pragma_query_value(None, "integrity_check", |row| row.get(0))
        .expect("the database can be checked");
    assert_eq!(integrity, "ok");
    database
        .prepare("SELECT client_id FROM client WHERE record IS NOT NULL")
        .and_then(|mut query| query.query_map((), |row| row.get(0))?.collect())
        .expect("the database can be read")
}
