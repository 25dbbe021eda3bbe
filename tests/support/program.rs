//! The real program on a free port, in a folder of its own.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::http::{Answer, registration};

/// What the curl line of the first start sends, more or less.
pub const NATIVE: &str = r#"{"client_name":"Example Mail","redirect_uris":["http://127.0.0.1/callback"],"token_endpoint_auth_method":"none","grant_types":["authorization_code","refresh_token"]}"#;

/// A running host. It is killed when it goes out of scope.
pub struct Host {
    pub address: SocketAddr,
    /// What it printed before it was ready.
    pub greeting: String,
    /// What a first start of the server wrote to a file, if it did.
    pub first_start: String,
    pub folder: Folder,
    child: Child,
    stdout: BufReader<ChildStdout>,
}

/// A temporary folder with a data folder in it, which outlives a host that is killed.
pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(TempDir::new().expect("the temporary folder can be written"))
    }

    pub fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).expect("the temporary folder can be written");
        path
    }

    /// Where hosts write their log, one after the other.
    fn log(&self) -> File {
        File::options()
            .append(true)
            .create(true)
            .open(self.0.path().join("log"))
            .expect("the temporary folder can be written")
    }

    /// The end of the log.
    pub fn logged(&self) -> String {
        let log = fs::read(self.0.path().join("log")).unwrap_or_default();
        text(&log[log.len().saturating_sub(4096)..])
    }
}

impl Host {
    /// Starts a program that says what it listens on, and logs into the folder.
    pub fn spawn(command: &mut Command, folder: Folder) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(folder.log())
            .spawn()
            .expect("the program can be started");
        let mut stdout = BufReader::new(child.stdout.take().expect("it was asked for"));
        let mut greeting = String::new();
        let address = loop {
            let mut line = String::new();
            let read = stdout.read_line(&mut line).expect("the output is text");
            assert_ne!(
                read,
                0,
                "the host ended before it was ready:\n{greeting}{}",
                folder.logged()
            );
            if let Some((_, url)) = line
                .split_once("listening on ")
                .and_then(|(_, url)| url.split_once("://"))
            {
                break url.trim_end().parse().expect("an address and a port");
            }
            greeting.push_str(&line);
        };
        let first_start = folder.data().join("first-start.txt");
        Self {
            address,
            greeting,
            first_start: fs::read_to_string(first_start).unwrap_or_default(),
            folder,
            child,
            stdout,
        }
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("the host listens");
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .expect("a time limit can be set");
        stream
    }

    /// Sends these bytes and reads one answer, whether or not all bytes could be sent.
    pub fn send(&self, request: &[u8]) -> Answer {
        let mut stream = self.connect();
        let _ = stream.write_all(request);
        Answer::read(&mut stream)
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes())
    }

    /// A registration with these header lines beside the usual ones.
    pub fn register(&self, headers: &[&str], body: &str) -> Answer {
        self.send(&registration(headers, body))
    }

    pub fn register_with_key(&self, key: &str, body: &str) -> Answer {
        self.register(&[&format!("Authorization: Bearer {key}")], body)
    }

    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, signal).expect("the host is there to be signalled");
    }

    /// Waits for the end and gives back what was printed after the greeting.
    pub fn wait(&mut self) -> (ExitStatus, String) {
        let status = wait(&mut self.child);
        let mut rest = String::new();
        self.stdout
            .read_to_string(&mut rest)
            .expect("the output is text");
        (status, rest)
    }

    /// Waits for the end of a host that was told to stop, and leaves the folder.
    pub fn kill_gently(mut self) -> Folder {
        let (status, _) = self.wait();
        assert!(status.success(), "{}", self.folder.logged());
        std::mem::replace(&mut self.folder, Folder::new())
    }

    /// Ends as in a power cut, as far as a process can see, and leaves the folder.
    pub fn kill(mut self) -> Folder {
        self.child.kill().expect("the host is there to be killed");
        wait(&mut self.child);
        std::mem::replace(&mut self.folder, Folder::new())
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the host logged:\n{}", self.folder.logged());
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn wait(child: &mut Child) -> ExitStatus {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(status) = child.try_wait().expect("the host can be waited for") {
            return status;
        }
        assert!(Instant::now() < deadline, "the host does not end");
        std::thread::sleep(Duration::from_millis(10));
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
