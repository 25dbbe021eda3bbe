//! The real program on a free port, and a client that sends exactly the bytes it is told to.

#![allow(
    dead_code,
    unused_imports,
    reason = "every test file is a program of its own and uses its share of this one"
)]

pub mod browser;
#[path = "../../../tests/support/http.rs"]
pub mod http;
pub mod peers;
#[path = "../../directory/src/postgres/tests/server.rs"]
pub mod postgres;
#[path = "../../../tests/support/program.rs"]
mod program;
pub mod source;

use std::path::Path;
use std::process::{Command, Output};

pub use http::{Answer, registration};
pub use program::{Folder, Host, NATIVE, text};

pub fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_gatepost-server"))
}

impl Folder {
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
        let mut command = program();
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--config"])
            .arg(config)
            .arg("--data")
            .arg(folder.data())
            .args(flags);
        Self::spawn(&mut command, folder)
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

pub fn run(arguments: &[&str], folder: &Path) -> Output {
    program()
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the program can be started")
}
