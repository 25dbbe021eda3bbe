//! A folder in which somebody has run the server for a while, and files that the placeholders stand for.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tempfile::TempDir;

use crate::common::{Folder, Host, NATIVE, text};

/// How long a command may take.
const PATIENCE: Duration = Duration::from_secs(120);

pub struct Prepared {
    home: TempDir,
    client_id: String,
}

/// A copy, in which commands are run.
pub struct Home<'p> {
    prepared: &'p Prepared,
    folder: TempDir,
}

pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Prepared {
    pub fn new() -> Self {
        let host = Host::start("");
        let key = host.first_key("registration");
        let client_id = host.register_with_key(key, NATIVE).client_id();
        assert_eq!(host.register_with_key(key, "{}").status, 400);
        host.signal(Signal::TERM);
        let folder = host.kill_gently();

        let home = TempDir::new().expect("the temporary folder can be written");
        let prepared = Self { home, client_id };
        let path = |name: &str| prepared.home.path().join(name);
        copy(&folder.data(), &path("gatepost-data"));
        let server = env!("CARGO_BIN_EXE_gatepost-server");
        fs::create_dir(path("bin")).expect("the temporary folder can be written");
        symlink(server, path("bin/gatepost-server")).expect("the temporary folder can be written");
        for (name, content) in [
            ("new.toml", "[oauth.client-registration]\nrequire = true\n"),
            ("document.json", NATIVE),
            ("file", "correct horse battery staple\n"),
        ] {
            fs::write(path(name), content).expect("the temporary folder can be written");
        }
        let exported = Home::of(&prepared).run("gatepost-server export");
        assert_eq!(exported.code, Some(0), "{}", exported.stderr);
        fs::write(path("stored.jsonl"), exported.stdout).expect("it can be written");
        prepared
    }
}

impl<'p> Home<'p> {
    pub fn of(prepared: &'p Prepared) -> Self {
        let folder = TempDir::new().expect("the temporary folder can be written");
        copy(prepared.home.path(), folder.path());
        Self { prepared, folder }
    }

    fn shell(&self, line: &str) -> Command {
        let path = std::env::var("PATH").unwrap_or_default();
        let programs = self.prepared.home.path().join("bin");
        let mut command = Command::new("/bin/sh");
        command
            .args(["-e", "-c", line])
            .current_dir(self.folder.path())
            .env("PATH", format!("{}:{path}", programs.display()))
            .env("CLIENT", &self.prepared.client_id);
        command
    }

    /// Has a shell run a line.
    pub fn run(&self, line: &str) -> Ran {
        let file = |name: &str| self.folder.path().join(name);
        let create = |path: PathBuf| File::create(path).expect("it can be written");
        let mut child = self
            .shell(line)
            .stdin(Stdio::null())
            .stdout(create(file("stdout")))
            .stderr(create(file("stderr")))
            .spawn()
            .expect("there is a shell");
        let deadline = Instant::now() + PATIENCE;
        let status: ExitStatus = loop {
            if let Some(status) = child.try_wait().expect("it can be waited for") {
                break status;
            }
            if Instant::now() > deadline {
                let _ = child.kill();
                panic!("`{line}` does not end");
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        let read = |name: &str| text(&fs::read(file(name)).expect("it was written"));
        Ran {
            code: status.code(),
            stdout: read("stdout"),
            stderr: read("stderr"),
        }
    }

    /// A file in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Has a shell run a line that serves, until it says that it listens.
    pub fn start(&self, line: &str) -> Host {
        let line = format!("exec {line} --listen 127.0.0.1:0");
        Host::spawn(&mut self.shell(&line), Folder::new())
    }

    /// The same, and stops it.
    pub fn serve(&self, line: &str) {
        let host = self.start(line);
        assert_eq!(host.get("/healthz").status, 200, "`{line}`");
        host.signal(Signal::TERM);
        host.kill_gently();
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the temporary folder can be written");
    for entry in fs::read_dir(from).expect("it is a folder") {
        let entry = entry.expect("it can be read");
        let to = to.join(entry.file_name());
        match entry.file_type().expect("it can be read") {
            kind if kind.is_dir() => copy(&entry.path(), &to),
            kind if kind.is_symlink() => {}
            _ => drop(fs::copy(entry.path(), to).expect("it can be copied")),
        }
    }
}
