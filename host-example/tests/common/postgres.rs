//! A PostgreSQL server of its own, on a socket in a temporary folder.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::text;

pub struct Server {
    folder: TempDir,
    child: Option<Child>,
}

impl Server {
    pub fn start() -> Self {
        let folder = TempDir::new().expect("the temporary folder can be written");
        let open = fs::Permissions::from_mode(0o777);
        fs::set_permissions(folder.path(), open).expect("it is ours");
        let mut server = Self {
            folder,
            child: None,
        };
        let initialised = server
            .command("initdb")
            .args([
                "--auth=trust",
                "--username=postgres",
                "--no-locale",
                "--encoding=UTF8",
            ])
            .arg("--pgdata")
            .arg(server.data())
            .output()
            .expect("runuser is there");
        assert!(
            initialised.status.success(),
            "{}",
            text(&initialised.stderr)
        );
        server.run();
        server
    }

    /// Starts it on what is there, and waits until it answers.
    pub fn run(&mut self) {
        let mut command = self.command("postgres");
        command
            .arg("-D")
            .arg(self.data())
            .args(["-c", "listen_addresses=", "-c", "max_connections=100", "-c"])
            .arg(format!(
                "unix_socket_directories={}",
                self.folder.path().display()
            ))
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            // It ends at once as long as something is left of one that was killed.
            let has_ended = self
                .child
                .as_mut()
                .is_none_or(|child| !matches!(child.try_wait(), Ok(None)));
            if has_ended {
                self.child = Some(command.spawn().expect("it can be started"));
            }
            let ready = self
                .command("psql")
                .args([
                    "--quiet",
                    "--no-psqlrc",
                    "--username=postgres",
                    "--command=SELECT 1",
                    "--host",
                ])
                .arg(self.folder.path())
                .output()
                .expect("it can be started");
            if ready.status.success() {
                break;
            }
            assert!(Instant::now() < deadline, "{}", text(&ready.stderr));
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Ends it at once, without a word to those who are connected.
    fn stop(&mut self) {
        if let Some(pid) = self.pid() {
            // It may have ended by itself.
            let _ = kill_process(pid, Signal::QUIT);
        }
        if let Some(mut child) = self.child.take() {
            let _ = child.wait();
        }
    }

    /// Ends as in a power cut, as far as processes can see.
    pub fn kill(&mut self) {
        let pid = self.pid().expect("it runs");
        // Those that serve connections are processes of their own, which would finish what they do.
        let children = format!("/proc/{0}/task/{0}/children", pid.as_raw_nonzero());
        let children = fs::read_to_string(children).expect("it runs on Linux");
        let children = children.split_whitespace().filter_map(|child| {
            let child = child.parse().expect("a number of a process");
            Pid::from_raw(child)
        });
        for pid in [pid].into_iter().chain(children) {
            // One of them may just have ended.
            let _ = kill_process(pid, Signal::KILL);
        }
        if let Some(mut child) = self.child.take() {
            let _ = child.wait();
        }
    }

    fn pid(&self) -> Option<Pid> {
        let text = fs::read_to_string(self.data().join("postmaster.pid")).ok()?;
        Pid::from_raw(text.lines().next()?.parse().ok()?)
    }

    /// The settings of a host that keeps its directory here.
    pub fn settings(&self) -> String {
        let host = self.folder.path().display();
        format!("[store]\nurl = 'postgres://postgres@/postgres?host={host}'\n")
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A program of the server's, as the user that it wants to be.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new("runuser");
        command
            .args(["--user", "postgres", "--"])
            .arg(binaries().join(program))
            .current_dir(self.folder.path());
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Where Debian has them, the latest version first.
fn binaries() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql");
    let versions = versions.expect("PostgreSQL is installed; scripts/install-peers does that");
    let mut versions: Vec<PathBuf> = versions
        .filter_map(|version| Some(version.ok()?.path().join("bin")))
        .filter(|folder: &PathBuf| Path::exists(&folder.join("initdb")))
        .collect();
    versions.sort();
    versions.pop().expect("a version of PostgreSQL")
}
