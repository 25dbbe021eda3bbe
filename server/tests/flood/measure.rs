//! What the server keeps, and what it takes of the machine.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::postgres::Server;
use crate::common::{Host, text};

/// How much there is of everything.
#[derive(Clone, Debug, Default)]
pub struct Sizes {
    /// Bytes.
    pub directory: u64,
    pub audit: u64,
    pub log: u64,
    /// Rows of each table.
    pub rows: BTreeMap<String, u64>,
    /// Memory in bytes: now, and at the most since the start.
    pub memory: u64,
    pub peak: u64,
    /// Time that it took of the processors, in hundredths of a second.
    pub processor: u64,
    /// The same for all that runs on the machine.
    pub machine: u64,
}

/// Looks at a server.
pub struct Meter {
    data: PathBuf,
    log: PathBuf,
    /// How `psql` reaches the database, if that is where the directory is.
    database: Option<String>,
    process: PathBuf,
}

impl Meter {
    pub fn of(host: &Host, database: Option<&Server>) -> Self {
        let database = database.map(|server| {
            let settings = server.settings();
            let url = settings
                .split('\'')
                .nth(1)
                .expect("the settings have a URL");
            url.to_owned()
        });
        Self {
            data: host.folder.data(),
            log: host.folder.path("log"),
            database,
            process: process_with(&host.folder.path("gatepost.toml")),
        }
    }

    pub fn sizes(&self) -> Sizes {
        let status = fs::read_to_string(self.process.join("status")).expect("the server runs");
        let kibibytes = |name: &str| -> u64 {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let number = line.and_then(|line| line.split_whitespace().next());
            number
                .and_then(|number| number.parse().ok())
                .expect("Linux says it")
        };
        Sizes {
            directory: self.directory(),
            audit: self.audit().iter().map(|path| length(path)).sum(),
            log: length(&self.log),
            rows: self.rows(),
            memory: kibibytes("VmRSS:") << 10,
            peak: kibibytes("VmHWM:") << 10,
            processor: self.processor(),
            machine: machine(),
        }
    }

    /// How many files and connections it has open.
    pub fn open_files(&self) -> usize {
        let open = fs::read_dir(self.process.join("fd")).expect("the server runs");
        open.count()
    }

    /// All files of the audit log.
    pub fn audit(&self) -> Vec<PathBuf> {
        let files = fs::read_dir(&self.data).expect("there is a data folder");
        let files = files.map(|file| file.expect("it can be listed").path());
        let is_audit = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("audit")
        };
        files.filter(is_audit).collect()
    }

    fn directory(&self) -> u64 {
        match &self.database {
            Some(_) => self.ask("SELECT pg_database_size(current_database())")[0]
                .parse()
                .expect("a size is a number"),
            None => ["gatepost.db", "gatepost.db-wal", "gatepost.db-shm"]
                .map(|name| length(&self.data.join(name)))
                .iter()
                .sum(),
        }
    }

    fn rows(&self) -> BTreeMap<String, u64> {
        let tables = match &self.database {
            Some(_) => {
                "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
            }
            None => {
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            }
        };
        let tables = self.ask(tables).into_iter().map(|table| {
            let rows = self.ask(&format!("SELECT count(*) FROM {table}"));
            let rows = rows[0].parse().expect("a count is a number");
            (table, rows)
        });
        tables.collect()
    }

    /// The first column of what a query finds.
    fn ask(&self, query: &str) -> Vec<String> {
        let Some(url) = &self.database else {
            let directory = rusqlite::Connection::open(self.data.join("gatepost.db"))
                .expect("the directory is there");
            let mut prepared = directory.prepare(query).expect("it is SQL");
            let rows = prepared.query_map((), |row| {
                let value: rusqlite::types::Value = row.get(0)?;
                Ok(match value {
                    rusqlite::types::Value::Integer(number) => number.to_string(),
                    rusqlite::types::Value::Text(text) => text,
                    other => panic!("neither a number nor a text: {other:?}"),
                })
            });
            let rows = rows.expect("it can be asked");
            return rows.map(|row| row.expect("it can be read")).collect();
        };
        let output = Command::new("psql")
            .args([
                "--no-psqlrc",
                "--quiet",
                "--tuples-only",
                "--no-align",
                "--command",
            ])
            .args([query, url])
            .output()
            .expect("scripts/install-peers installs psql");
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout).lines().map(str::to_owned).collect()
    }

    fn processor(&self) -> u64 {
        let stat = fs::read_to_string(self.process.join("stat")).expect("the server runs");
        // The name of the program, in brackets, may have spaces.
        let (_, after) = stat.rsplit_once(") ").expect("Linux says it");
        let times = after.split(' ').skip(11).take(2);
        times
            .map(|time| time.parse::<u64>().expect("a number"))
            .sum()
    }
}

/// Time that the processors were busy, whatever with.
fn machine() -> u64 {
    let stat = fs::read_to_string("/proc/stat").expect("this is Linux");
    let of_all = stat
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("cpu "));
    let times = of_all.expect("it comes first").split_whitespace();
    let times = times.map(|time| time.parse::<u64>().expect("a number"));
    // User, nice, system; then idle and waiting for the disk, which is not busy; and the rest.
    let busy = times
        .enumerate()
        .filter(|(place, _)| !(3..5).contains(place));
    busy.take(6).map(|(_, time)| time).sum()
}

/// The process that was started with this file.
fn process_with(config: &Path) -> PathBuf {
    let config = config.to_str().expect("a path in UTF-8");
    let processes = fs::read_dir("/proc").expect("this is Linux");
    let mut processes = processes.filter_map(|process| Some(process.ok()?.path()));
    let is_it = |process: &PathBuf| {
        let line = fs::read(process.join("cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0)
            .any(|word| word == config.as_bytes())
    };
    processes.find(is_it).expect("the server runs")
}

/// How long a file is; nothing if it is not there.
fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |file| file.len())
}
