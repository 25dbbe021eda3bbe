//! A PostgreSQL server of its own, on a socket in a temporary folder.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::text;

pub struct Server {
    folder: TempDir,
    /// Where it can be reached by TLS, if it can.
    port: Option<u16>,
    child: Option<Child>,
}

impl Server {
    pub fn start() -> Self {
        let mut server = Self::new();
        server.run();
        server
    }

    /// With a port on which it speaks nothing but TLS, as `localhost`.
    pub fn start_with_tls() -> Self {
        let mut server = Self::new();
        server.certify("authority", &[], &[]);
        let authority = ["-CA", "authority.pem", "-CAkey", "authority.key"];
        let extensions = ["subjectAltName=DNS:localhost", "basicConstraints=CA:FALSE"];
        server.certify("localhost", &extensions, &authority);
        server.certify("stranger", &[], &[]);
        fs::write(
            server.data().join("pg_hba.conf"),
            "local all all trust\nhostssl all all 127.0.0.1/32 trust\n",
        )
        .expect("root may write anywhere");
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let address = listener.local_addr().expect("it is bound");
        server.port = Some(address.port());
        drop(listener);
        server.run();
        server
    }

    /// Makes a certificate and its key, in files of this name.
    fn certify(&self, name: &str, extensions: &[&str], authority: &[&str]) {
        let made = self
            .command("/usr/bin/openssl")
            .args(["req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"])
            .args(["-pkeyopt", "ec_paramgen_curve:P-256", "-subj"])
            .arg(format!("/CN={name}"))
            .args(extensions.iter().flat_map(|added| ["-addext", added]))
            .args(authority)
            .args(["-out", &format!("{name}.pem"), "-keyout"])
            .arg(format!("{name}.key"))
            .output()
            .expect("runuser is there");
        assert!(made.status.success(), "{}", text(&made.stderr));
    }

    /// One that has data, and does not run.
    fn new() -> Self {
        let folder = TempDir::new().expect("the temporary folder can be written");
        let open = fs::Permissions::from_mode(0o777);
        fs::set_permissions(folder.path(), open).expect("it is ours");
        let server = Self {
            folder,
            port: None,
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
        server
    }

    /// Starts it on what is there, and waits until it answers.
    pub fn run(&mut self) {
        let mut command = self.command("postgres");
        command
            .arg("-D")
            .arg(self.data())
            .args(["-c", "max_connections=100", "-c"])
            .arg(format!(
                "unix_socket_directories={}",
                self.folder.path().display()
            ))
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        match self.port {
            None => command.args(["-c", "listen_addresses="]),
            Some(port) => command
                .args(["-c", "listen_addresses=127.0.0.1", "-c", "ssl=on", "-c"])
                .arg(format!("ssl_cert_file={}", self.file("localhost.pem")))
                .args([
                    "-c",
                    &format!("ssl_key_file={}", self.file("localhost.key")),
                ])
                .args(["-c", &format!("port={port}")]),
        };
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
                .args(["--port", &self.port.unwrap_or(5432).to_string()])
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
            // One that is paused ends no sooner than it goes on.
            self.signal(Signal::CONT);
        }
        if let Some(mut child) = self.child.take() {
            let _ = child.wait();
        }
    }

    /// Ends as in a power cut, as far as processes can see.
    pub fn kill(&mut self) {
        self.signal(Signal::KILL);
        if let Some(mut child) = self.child.take() {
            let _ = child.wait();
        }
    }

    /// Holds its connections, and answers nobody.
    pub fn pause(&self) {
        self.signal(Signal::STOP);
    }

    /// Answers again.
    pub fn go_on(&self) {
        self.signal(Signal::CONT);
    }

    /// Tells it, the processes that serve connections, which would finish what they do otherwise, and the one that started
    /// it, which stops and goes on as it does.
    fn signal(&self, signal: Signal) {
        let Some(pid) = self.pid() else { return };
        let starter = self.child.as_ref().map(Pid::from_child);
        let children = format!("/proc/{0}/task/{0}/children", pid.as_raw_nonzero());
        // It may just have ended.
        let children = fs::read_to_string(children).unwrap_or_default();
        let children = children.split_whitespace().filter_map(|child| {
            let child = child.parse().expect("a number of a process");
            Pid::from_raw(child)
        });
        for pid in [pid].into_iter().chain(children).chain(starter) {
            // One of them may just have ended.
            let _ = kill_process(pid, signal);
        }
    }

    fn pid(&self) -> Option<Pid> {
        let text = fs::read_to_string(self.data().join("postmaster.pid")).ok()?;
        Pid::from_raw(text.lines().next()?.parse().ok()?)
    }

    /// The settings of a server that keeps its directory here.
    pub fn settings(&self) -> String {
        let host = self.folder.path().display();
        format!("[store]\nurl = 'postgres://postgres@/postgres?host={host}'\n")
    }

    /// Those of one that reaches it by TLS, and is told whom to believe.
    pub fn settings_with_tls(&self, authority: &str) -> String {
        let port = self.port.expect("it speaks TLS");
        let authority = self.file(&format!("{authority}.pem"));
        format!(
            "[store]\nurl = 'postgres://postgres@localhost:{port}/postgres?sslmode=require'\n\
             tls-authority = '{authority}'\n"
        )
    }

    fn file(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A program of the server's, or one with its whole path, as the user that the server wants to be.
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
