//! The real program on a free port, and a client that sends exactly the bytes it is told to.

#![allow(
    dead_code,
    unused_imports,
    reason = "every test file is a program of its own and uses its share of this one"
)]

pub mod apart;
pub mod browser;
pub mod crowd;
#[path = "../../../tests/support/http.rs"]
pub mod http;
pub mod peers;
#[path = "../../directory/src/postgres/tests/server.rs"]
pub mod postgres;
#[path = "../../../tests/support/program.rs"]
mod program;
pub mod source;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

pub use http::{Answer, registration};
pub use program::{Folder, Host, NATIVE, text};

pub fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_gatepost-server"))
}

impl Folder {
    /// Creates an account with a password that is chosen.
    pub fn create_account(&self, name: &str, password: &str) {
        make(&self.data());
        let create = ["account", "create", "--name", name, "--password-stdin"];
        let output = run_reading(&create, &self.data(), password);
        assert!(output.status.success(), "{}", text(&output.stderr));
    }

    /// Registers a client by hand.
    pub fn provision(&self, client_id: &str, metadata: &str) -> Value {
        make(&self.data());
        let document = self.write("client.json", metadata);
        let output = program()
            .args(["client", "add"])
            .arg(document)
            .args(["--id", client_id, "--data"])
            .arg(self.data())
            .output()
            .expect("the program can be started");
        assert!(output.status.success(), "{}", text(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("it is JSON")
    }

    /// The secret of a mail server that is registered by hand.
    pub fn provision_mail_server(&self, client_id: &str) -> String {
        let client = self.provision(
            client_id,
            r#"{"grant_types":["client_credentials"],"token_endpoint_auth_method":"client_secret_basic"}"#,
        );
        let secret = client["client_secret"].as_str();
        secret.expect("a secret").to_owned()
    }

    /// Creates a key with the program itself.
    pub fn create_key(&self, permissions: &[&str]) -> String {
        make(&self.data());
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
        let mut command = program();
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--config"])
            .arg(config)
            .arg("--data")
            .arg(folder.data())
            .args(flags);
        Self::spawn(&mut command, folder)
    }

    /// Waits until the end of the log has this.
    pub fn wait_for_line(&self, line: &str) {
        wait_until(line, || self.folder.logged().contains(line));
    }

    /// A key that the first start made.
    pub fn first_key(&self, name: &str) -> &str {
        self.first_start
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(" key:"))
            .unwrap_or_else(|| panic!("no {name} key in:\n{}", self.first_start))
            .trim()
    }
}

/// Waits until something is so, however slow the machine is.
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < deadline, "never: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Makes a data folder with nothing in it, unless there is one: most commands make none.
pub fn make(data: &Path) {
    if data.join("gatepost.db").exists() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("there are threads");
    runtime.block_on(async {
        let store = gatepost_directory::Store::in_folder(data);
        let directory = gatepost_directory::open(&store).await;
        directory.expect("it can be made").close().await;
    });
}

/// A command on a data folder that reads this from its standard input, or does not.
pub fn run_reading(arguments: &[&str], data: &Path, input: &str) -> Output {
    let mut child = program()
        .args(arguments)
        .arg("--data")
        .arg(data)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program can be started");
    let mut stdin = child.stdin.take().expect("it was asked for");
    // One that ended without reading is the caller's to judge.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    child.wait_with_output().expect("the program ends")
}

pub fn run(arguments: &[&str], folder: &Path) -> Output {
    program()
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the program can be started")
}
