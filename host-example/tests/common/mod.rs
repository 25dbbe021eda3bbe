//! The real program on a free port, and its database.

#![allow(
    dead_code,
    unused_imports,
    reason = "every test file is a program of its own and uses its share of this one"
)]

#[path = "../../../tests/support/http.rs"]
pub mod http;
#[path = "../../../tests/support/program.rs"]
pub mod program;

use std::io::Write;
use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

use rusqlite::{Connection, params};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub use http::{Answer, registration, request};
pub use program::{Folder, Host, NATIVE, text};

/// What a key has to have to register.
pub const REGISTRATION: &str = "authenticate oauth-client-registration";

/// What a key has to have to ask at `/decide`.
pub const DECIDE: &str = "authenticate oauth-client-decide";

/// The program that is tested: this package's, or another that behaves alike, if `GATEPOST_HOST` names one.
pub fn program() -> Command {
    Command::new(path())
}

pub fn path() -> PathBuf {
    let path = env::var_os("GATEPOST_HOST");
    path.map_or_else(|| env!("CARGO_BIN_EXE_gatepost-host").into(), PathBuf::from)
}

/// Whether it is this package's program, and not one that is linked with its plugin and its HTTP library.
pub fn is_own() -> bool {
    env::var_os("GATEPOST_HOST").is_none()
}

impl Folder {
    pub fn database(&self) -> Connection {
        Connection::open(self.data().join("gatepost-host.db")).expect("the database is there")
    }

    /// The number that a query finds.
    pub fn number(&self, query: &str) -> u32 {
        self.database()
            .query_row(query, (), |row| row.get(0))
            .expect("the database can be read")
    }

    /// The API key that the first start wrote to a file.
    pub fn first_key(&self) -> String {
        let key = fs::read_to_string(self.data().join("first-key")).expect("a file with a key");
        key.trim().to_owned()
    }

    /// Adds an API key, as the README says it is done.
    pub fn add_key(&self, account: Option<&str>, permissions: &str, terms: Option<&str>) -> String {
        let database = self.database();
        let count: u32 = database
            .query_row("SELECT count(*) FROM api_key", (), |row| row.get(0))
            .expect("the database can be read");
        let key = format!("gpak_test{count}");
        database
            .execute(
                "INSERT INTO api_key (hash, name, account, permissions, terms)
                 VALUES (?1, 'test', ?2, ?3, ?4)",
                params![&Sha256::digest(&key)[..], account, permissions, terms],
            )
            .expect("the database can be written");
        key
    }
}

impl Host {
    /// Starts with the built-in component and these settings, in a folder of its own.
    pub fn start(settings: &str) -> Self {
        Self::start_in(Folder::new(), settings, &[])
    }

    pub fn start_in(folder: Folder, settings: &str, flags: &[&str]) -> Self {
        let config = folder.write("gatepost.toml", settings);
        let mut command = program();
        command
            .args(["--listen", "127.0.0.1:0", "--config"])
            .arg(config)
            .arg("--data")
            .arg(folder.data())
            .args(flags);
        Self::spawn(&mut command, folder)
    }

    /// Sends a request with a bearer token, if there is one.
    pub fn ask(&self, method: &str, path: &str, token: Option<&str>, body: &str) -> Answer {
        let authorization = token.map(|token| format!("Authorization: Bearer {token}"));
        let headers: Vec<&str> = authorization.as_deref().into_iter().collect();
        self.send(&request(method, path, &headers, body))
    }

    /// Asks whether a client may be used, with a key for that.
    pub fn decide(&self, key: &str, question: &Value) -> Value {
        let answer = self.ask("POST", "/decide", Some(key), &question.to_string());
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        answer.json()
    }
}

/// Both kinds of plugin, as flags: the built-in component, and the C library at this path. A program that is
/// linked with the C library has no such flag.
pub fn plugins(library: &str) -> Vec<Vec<&str>> {
    match is_own() {
        true => vec![vec![], vec!["--plugin", library]],
        false => vec![vec![]],
    }
}
