//! The real program, with names that only these tests know.
//!
//! What is checked is what is always checked: a name that leads to this machine is refused, unless the settings
//! name it as an internal host.

use std::collections::HashMap;
use std::env;
use std::io;
use std::net::IpAddr;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};

use gatepost_server::config::Overrides;
use gatepost_server::fetch::{Outside, Resolve, Resolving, Roots};
use gatepost_server::operate;

use crate::common::{Folder, Host};

/// What the program is told by: where its folder is.
const FOLDER: &str = "GATEPOST_TEST_FOLDER";

/// Starts this test program as the server, with these names and settings.
pub fn start(folder: Folder, names: &str, settings: &str) -> Host {
    let limits = "[limits]\nrequests-per-minute = 0\n";
    let config = folder.write("gatepost.toml", format!("{limits}{settings}"));
    folder.write("names", names);
    let mut command = Command::new(env::current_exe().expect("this program has a name"));
    command
        .args(["--exact", "program::the_program_serves", "--nocapture"])
        .env(FOLDER, config.parent().expect("it is in a folder"));
    Host::spawn(&mut command, folder)
}

/// The server, if it is started as that; else it is started, and has to serve.
#[test]
fn the_program_serves() {
    let Some(folder) = env::var_os(FOLDER) else {
        let host = start(Folder::new(), "", "");
        assert_eq!(host.get("/healthz").status, 200);
        return;
    };
    let folder = PathBuf::from(folder);
    let names = std::fs::read_to_string(folder.join("names")).expect("it was written");
    let overrides = Overrides {
        config: Some(folder.join("gatepost.toml")),
        data: Some(folder.join("data")),
        listen: Some(([127, 0, 0, 1], 0).into()),
        ..Overrides::default()
    };
    let outside = Outside {
        resolver: Arc::new(Names::read(&names)),
        roots: Roots::Only(Vec::new()),
        ..Outside::default()
    };
    operate::run_with(&overrides, outside).expect("it serves until it is told to stop");
}

/// Names and their addresses: those of the first answer, of the second, and so on. The last one stays.
#[derive(Default)]
pub struct Names(Mutex<HashMap<String, Answers>>);

#[derive(Default)]
struct Answers {
    answers: Vec<Vec<IpAddr>>,
    asked: usize,
}

impl Names {
    /// Reads lines such as `name: 192.0.2.1 2001:db8::1, 127.0.0.1`.
    pub fn read(lines: &str) -> Self {
        let names = lines.lines().map(|line| {
            let (name, answers) = line.split_once(": ").expect("a name and addresses");
            let answers = answers.split(", ").map(|answer| {
                let addresses = answer.split_ascii_whitespace();
                let parsed = addresses.map(|address| address.parse().expect("an address"));
                parsed.collect()
            });
            let answers = Answers {
                answers: answers.collect(),
                asked: 0,
            };
            (name.to_owned(), answers)
        });
        Self(Mutex::new(names.collect()))
    }

    /// How often a name was looked up.
    pub fn asked(&self, name: &str) -> usize {
        let names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        names.get(name).map_or(0, |answers| answers.asked)
    }
}

impl Resolve for Names {
    fn resolve(&self, name: &str) -> Resolving {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = match names.get_mut(name) {
            None => Err(io::Error::other("no such name")),
            Some(answers) => {
                let last = answers.answers.len().saturating_sub(1);
                let answer = answers.answers[answers.asked.min(last)].clone();
                answers.asked += 1;
                Ok(answer)
            }
        };
        Box::pin(async move { found })
    }
}
