//! A disk that is full, or cannot be written: nothing is acknowledged that is not kept, and what was kept works on.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::apart::apart;
use crate::common::{Answer, Folder, Host, NATIVE, run, text, wait_until};
use crate::killed::stored;

/// A small disk in memory that one test alone sees.
const DISK: &str = "/mnt";
const MOUNTED: &str = "mount -t tmpfs -o size=8m tmpfs /mnt";
/// Also for what is temporary, as test folders are.
const MOUNTED_FOR_ALL: &str = "mount -t tmpfs -o size=8m tmpfs /mnt && export TMPDIR=/mnt";

#[test]
#[ignore = "mounts a disk of its own; scripts/test-peers runs it"]
fn a_full_disk_costs_no_client() {
    const NAME: &str = "disk::a_full_disk_costs_no_client";
    apart(NAME, &[], MOUNTED_FOR_ALL, || {
        let mut registrar = Registrar::new(Folder::new(), "");
        registrar.register();
        registrar.fill();
        wait_until("it is refused", || {
            let answer = registrar.try_register();
            if answer.status == 201 {
                return false;
            }
            assert_eq!(answer.status, 503, "{answer:?}");
            assert_eq!(answer.json()["error"], "temporarily_unavailable");
            true
        });
        // What only reads works on.
        let document = registrar
            .host
            .get("/.well-known/oauth-authorization-server");
        assert_eq!(document.status, 200);
        assert!(registrar.is_shown());

        registrar.empty();
        wait_until("it is registered", || {
            registrar.try_register().status == 201
        });
        assert_eq!(registrar.host.get("/healthz").status, 200);
        registrar.has_all();
    });
}

#[test]
#[ignore = "mounts a disk of its own; scripts/test-peers runs it"]
fn a_folder_that_cannot_be_written_is_said_at_the_start() {
    const NAME: &str = "disk::a_folder_that_cannot_be_written_is_said_at_the_start";
    apart(NAME, &[], MOUNTED_FOR_ALL, || {
        let mut registrar = Registrar::new(Folder::new(), "");
        registrar.register();
        let Registrar {
            host,
            key,
            acknowledged,
        } = registrar;
        let folder = host.kill();
        remount("ro");
        let data = folder.data();
        let data = data.to_str().expect("the path is text");
        let refused = run(
            &["serve", "--listen", "127.0.0.1:0", "--data", data],
            Path::new("/"),
        );
        let said = text(&refused.stderr);
        assert_eq!(refused.status.code(), Some(4), "{said}");
        assert!(
            said.contains(data) && said.contains("Read-only file system"),
            "{said}"
        );

        remount("rw");
        let host = Host::start_in(folder, "", &[]);
        let mut registrar = Registrar {
            host,
            key,
            acknowledged,
        };
        registrar.register();
        registrar.has_all();
    });
}

#[test]
#[ignore = "mounts a disk of its own; scripts/test-peers runs it"]
fn a_full_disk_for_the_audit_log_alone_costs_its_lines_alone() {
    const NAME: &str = "disk::a_full_disk_for_the_audit_log_alone_costs_its_lines_alone";
    apart(NAME, &[], MOUNTED, || {
        let settings = format!("[audit]\npath = '{DISK}/audit.jsonl'\n");
        let mut registrar = Registrar::new(Folder::new(), &settings);
        registrar.register();
        registrar.fill();
        wait_until("lines are missing", || {
            registrar.register();
            registrar.missing() > 0
        });
        registrar
            .host
            .wait_for_line("the audit log cannot be written");

        registrar.empty();
        let missing = registrar.missing();
        let newest = registrar.register();
        let log = Path::new(DISK).join("audit.jsonl");
        wait_until("the line is there", || {
            fs::read_to_string(&log).is_ok_and(|lines| lines.contains(&newest))
        });
        for line in fs::read_to_string(&log).expect("it was read").lines() {
            let read: Result<serde_json::Value, _> = serde_json::from_str(line);
            assert!(read.is_ok(), "not whole: {line}");
        }
        assert_eq!(registrar.missing(), missing);
        registrar.has_all();
    });
}

/// A server, and what it acknowledged.
struct Registrar {
    host: Host,
    key: String,
    acknowledged: Vec<String>,
}

impl Registrar {
    fn new(folder: Folder, settings: &str) -> Self {
        let host = Host::start_in(folder, settings, &[]);
        let key = host.first_key("registration").to_owned();
        Self {
            host,
            key,
            acknowledged: Vec::new(),
        }
    }

    fn try_register(&mut self) -> Answer {
        let answer = self.host.register_with_key(&self.key, NATIVE);
        if answer.status == 201 {
            self.acknowledged.push(answer.client_id());
        }
        answer
    }

    fn register(&mut self) -> String {
        let answer = self.try_register();
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.client_id()
    }

    /// Takes all room that is left.
    fn fill(&self) {
        let filled = fs::write(filler(), vec![b'x'; 16 << 20]);
        assert!(filled.is_err(), "the disk is smaller");
    }

    fn empty(&self) {
        fs::remove_file(filler()).expect("it is there");
    }

    /// How many lines the audit log lacks.
    fn missing(&self) -> u64 {
        let metrics = self.host.get("/metrics").body;
        let counted = metrics
            .lines()
            .find_map(|line| line.strip_prefix("gatepost_audit_lost "));
        counted
            .and_then(|count| count.parse().ok())
            .expect("they are counted")
    }

    /// Whether an administrator is shown the first client.
    fn is_shown(&self) -> bool {
        let key = self.host.first_key("administrator");
        let client_id = &self.acknowledged[0];
        let request = format!(
            "GET /api/clients/{client_id} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n\r\n"
        );
        self.host.send(request.as_bytes()).status == 200
    }

    /// What was acknowledged is there, and nothing else.
    fn has_all(&self) {
        let stored = stored(&self.host.folder);
        let missing: Vec<_> = self
            .acknowledged
            .iter()
            .filter(|client_id| !stored.contains(*client_id))
            .collect();
        assert!(missing.is_empty(), "{missing:?}");
        assert_eq!(stored.len(), self.acknowledged.len());
    }
}

fn filler() -> PathBuf {
    Path::new(DISK).join("filler")
}

/// Lets the disk be written, or not.
fn remount(how: &str) {
    let remounted = Command::new("mount")
        .args(["-o", &format!("remount,{how}"), DISK])
        .status()
        .expect("util-linux is there");
    assert!(remounted.success(), "{how}");
}
