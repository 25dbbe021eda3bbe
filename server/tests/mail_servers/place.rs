//! What a mail server needs to run: its settings, a port, a certificate, users.

use std::fs::{self, File, Permissions};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::compiler::run;
use crate::root::root;

/// The name of the mail server in the examples.
pub const NAME: &str = "mail.example.com";

/// A file of `host-example/`, as an administrator copies it, but for these values.
pub fn placed(file: &str, values: &[(&str, &str)]) -> String {
    let path = root().join("host-example").join(file);
    let text = fs::read_to_string(path).expect("it is in the repository");
    values.iter().fold(text, |text, (theirs, ours)| {
        assert!(text.contains(theirs), "{theirs} is not in\n{text}");
        text.replace(theirs, ours)
    })
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("there is a free port")
        .port()
}

/// The ids of a user that a Debian package made, and of its group.
pub fn user(name: &str) -> (u32, u32) {
    let id = |flag| run(Command::new("id").args([flag, name]));
    let id = |flag| id(flag).trim().parse().expect("an id is a number");
    (id("-u"), id("-g"))
}

/// A temporary folder that the users of mail servers can look into.
pub struct Place(TempDir);

impl Place {
    pub fn new() -> Self {
        let folder = TempDir::new().expect("the temporary folder can be written");
        let open = Permissions::from_mode(0o755);
        fs::set_permissions(folder.path(), open).expect("it is ours");
        Self(folder)
    }

    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.path().join(name)
    }

    /// The same as text.
    pub fn name(&self, name: &str) -> String {
        let path = self.path(name).into_os_string();
        path.into_string().expect("a path in UTF-8")
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        fs::write(self.path(name), text).expect("the folder can be written");
        self.name(name)
    }

    /// A file that one group may read, and nobody else.
    pub fn write_for(&self, name: &str, text: impl AsRef<[u8]>, (_, group): (u32, u32)) -> String {
        let path = self.write(name, text);
        fs::set_permissions(&path, Permissions::from_mode(0o640)).expect("it is ours");
        chown(&path, Some(0), Some(group)).expect("root may do this");
        path
    }

    /// A folder that belongs to this user.
    pub fn folder_of(&self, name: &str, (user, group): (u32, u32)) -> String {
        fs::create_dir_all(self.path(name)).expect("the folder can be written");
        chown(self.path(name), Some(user), Some(group)).expect("root may do this");
        self.name(name)
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// A certificate for [`NAME`] and its key, which this group may read.
    pub fn certify(&self, user: (u32, u32)) -> Certificate {
        let (certificate, key) = (self.name("certificate.pem"), self.name("key.pem"));
        run(Command::new("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"])
            .args(["-pkeyopt", "ec_paramgen_curve:P-256", "-subj"])
            .arg(format!("/CN={NAME}"))
            .arg("-addext")
            .arg(format!("subjectAltName=DNS:{NAME}"))
            .args(["-addext", "basicConstraints=CA:FALSE"])
            .args(["-out", &certificate, "-keyout", &key]));
        for file in [&certificate, &key] {
            fs::set_permissions(file, Permissions::from_mode(0o640)).expect("it is ours");
            chown(file, Some(0), Some(user.1)).expect("root may do this");
        }
        Certificate { certificate, key }
    }
}

/// The names of the files.
pub struct Certificate {
    pub certificate: String,
    pub key: String,
}

/// A running program that listens on a port of this machine. It is told to end when it goes out of scope.
pub struct Running(Child);

impl Running {
    /// Starts it, and waits until it listens. What it prints goes to `said`, and what it logs is told if it does not start.
    pub fn start(command: &mut Command, place: &Place, port: u16, log: &str) -> Self {
        let said = File::create(place.path("said")).expect("the folder can be written");
        let child = command
            .stdin(Stdio::null())
            .stdout(said.try_clone().expect("it is a file"))
            .stderr(said)
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}; see scripts/install-peers"));
        let mut running = Self(child);
        let deadline = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = running.0.try_wait().expect("it is a child");
            assert!(
                ended.is_none() && Instant::now() < deadline,
                "{command:?} does not listen:\n{}{}",
                place.read("said"),
                place.read(log)
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        running
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It ends its own processes.
        let _ = kill_process(Pid::from_child(&self.0), Signal::TERM);
        let _ = self.0.wait();
    }
}
