//! The real program on a free port, and a client that sends exactly the bytes it is told to.

#![allow(
    dead_code,
    reason = "every test file is a program of its own and uses its share of this one"
)]

pub mod browser;
pub mod peers;
#[path = "../../directory/src/postgres/tests/server.rs"]
pub mod postgres;

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// What the curl line of the first start sends, more or less.
pub const NATIVE: &str = r#"{"client_name":"Example Mail","redirect_uris":["http://127.0.0.1/callback"],"token_endpoint_auth_method":"none","grant_types":["authorization_code","refresh_token"]}"#;

pub fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_gatepost-server"))
}

/// A running host. It is killed when it goes out of scope.
pub struct Host {
    pub address: SocketAddr,
    /// What it printed before it was ready.
    pub greeting: String,
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

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
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

    /// Creates a key with the program itself.
    pub fn create_key(&self, permissions: &[&str]) -> String {
        let mut command = program();
        command.args(["key", "create", "--name", "test", "--data"]);
        command.arg(self.data());
        for permission in permissions {
            command.args(["--permission", permission]);
        }
        let output = command.output().expect("the program can be started");
        assert!(output.status.success(), "{}", text(&output.stderr));
        let printed = text(&output.stdout);
        let key = printed.strip_suffix('\n').expect("a line").to_owned();
        assert!(!key.contains(char::is_whitespace), "the key alone: {key:?}");
        key
    }
}

impl Host {
    /// Starts with the built-in plugin and these settings on a data folder of its own.
    pub fn start(settings: &str) -> Self {
        Self::start_in(Folder::new(), settings, &[])
    }

    /// Unless the settings say otherwise, requests may come as fast as a test can send them.
    pub fn start_in(folder: Folder, settings: &str, flags: &[&str]) -> Self {
        let unlimited = match settings.contains("[limits]") {
            true => "",
            false => "\n[limits]\nrequests-per-minute = 0\n",
        };
        let config = folder.write("gatepost.toml", format!("{settings}{unlimited}"));
        let mut child = program()
            .args(["serve", "--listen", "127.0.0.1:0", "--config"])
            .arg(config)
            .arg("--data")
            .arg(folder.data())
            .args(flags)
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
        Self {
            address,
            greeting,
            folder,
            child,
            stdout,
        }
    }

    /// A key that the first start printed.
    pub fn first_key(&self, name: &str) -> &str {
        self.greeting
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(" key:"))
            .unwrap_or_else(|| panic!("no {name} key in:\n{}", self.greeting))
            .trim()
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

pub fn registration(headers: &[&str], body: &str) -> Vec<u8> {
    let mut request = String::from("POST /auth/register HTTP/1.1\r\nHost: localhost\r\n");
    if !headers
        .iter()
        .any(|line| line.to_ascii_lowercase().starts_with("content-type:"))
    {
        request.push_str("Content-Type: application/json\r\n");
    }
    for line in headers {
        request.push_str(line);
        request.push_str("\r\n");
    }
    request.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
    request.into_bytes()
}

/// One HTTP answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    /// Reads as much as `Content-Length` says.
    pub fn read(stream: &mut impl Read) -> Self {
        Self::try_read(stream).unwrap_or_else(|| panic!("the connection ended without an answer"))
    }

    /// Reads an answer that has no body, whatever its length is said to be.
    pub fn read_head(stream: &mut impl Read) -> Self {
        Self::try_read_head(&mut BufReader::new(stream))
            .unwrap_or_else(|| panic!("the connection ended without an answer"))
    }

    pub fn try_read(stream: &mut impl Read) -> Option<Self> {
        let mut reader = BufReader::new(stream);
        let mut answer = Self::try_read_head(&mut reader)?;
        let length = answer
            .header("content-length")
            .map_or(0, |length| length.parse().expect("a length is a number"));
        reader.take(length).read_to_string(&mut answer.body).ok()?;
        Some(answer)
    }

    fn try_read_head(reader: &mut impl BufRead) -> Option<Self> {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let status = line.split(' ').nth(1)?.parse().ok()?;
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim_end().split_once(':') else {
                break;
            };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        Some(Self {
            status,
            headers,
            body: String::new(),
        })
    }

    /// The value of a header that may be there once.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self
            .headers
            .iter()
            .filter(|(header, _)| header == name)
            .map(|(_, value)| value.as_str());
        let value = values.next();
        assert_eq!(values.next(), None, "{name} is there twice");
        value
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|error| panic!("{error} in the body of {self:?}"))
    }

    pub fn client_id(&self) -> String {
        assert_eq!(self.status, 201, "{self:?}");
        self.json()["client_id"]
            .as_str()
            .expect("a client id")
            .to_owned()
    }
}

pub fn run(arguments: &[&str], folder: &Path) -> Output {
    program()
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the program can be started")
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
