//! The table in `docs/clients.md`.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::common::peers;

/// Where a client's version is fixed.
#[derive(Clone, Copy, Debug)]
enum Fixed {
    /// A package in `package-lock.json`
    Npm(&'static str),
    /// A line of `requirements.txt`
    PyPi(&'static str),
    /// A line of `crates.txt`
    Program(&'static str),
    /// A package in `Cargo.lock`
    Library(&'static str),
    /// What the distribution has, which is compared where it is installed
    Debian,
}

/// The rows of the table, in its order.
const CLIENTS: &[(&str, Fixed)] = &[
    ("ortie", Fixed::Program("ortie")),
    ("ortie, device grant", Fixed::Program("ortie")),
    ("Thunderbird", Fixed::Debian),
    ("git-credential-oauth", Fixed::Debian),
    ("oauth4webapi", Fixed::Npm("oauth4webapi")),
    ("openid-client", Fixed::Npm("openid-client")),
    ("MCP SDK in Node", Fixed::Npm("@modelcontextprotocol/sdk")),
    (
        "MCP SDK in Chromium",
        Fixed::Npm("@modelcontextprotocol/sdk"),
    ),
    ("oidc-client-ts", Fixed::Npm("oidc-client-ts")),
    ("authlib", Fixed::PyPi("authlib")),
    ("pyoidc", Fixed::PyPi("oic")),
    ("idpyoidc", Fixed::PyPi("idpyoidc")),
    ("oauth2", Fixed::Library("oauth2")),
    ("openidconnect", Fixed::Library("openidconnect")),
];

/// One row: a cell for each column.
struct Row {
    client: String,
    version: String,
    settings: String,
}

/// The settings that the client's row has, as the lines of a file. A key without a table is one of
/// `[oauth.client-registration]`.
pub fn settings(client: &str) -> String {
    let row = rows().into_iter().find(|row| row.client == client);
    let row = row.unwrap_or_else(|| panic!("{client} is not in docs/clients.md"));
    // What is between backticks, every other part, is a setting.
    let listed = row.settings.split('`').skip(1).step_by(2);
    let (of_server, of_policy): (Vec<_>, Vec<_>) = listed.partition(|setting| {
        let (key, _) = setting.split_once(" = ").expect("a key and a value");
        key.contains('.')
    });
    format!(
        "{}\n[oauth.client-registration]\n{}\n",
        of_server.join("\n"),
        of_policy.join("\n")
    )
}

/// The version that the client's row has.
pub fn version(client: &str) -> String {
    let row = rows().into_iter().find(|row| row.client == client);
    row.expect("the client is in docs/clients.md").version
}

fn rows() -> Vec<Row> {
    let table = fs::read_to_string(root("docs/clients.md")).expect("the table is there");
    let lines = table.lines();
    lines
        .skip_while(|line| !line.starts_with("| client |"))
        .skip(2)
        .take_while(|line| line.starts_with("| "))
        .map_while(|line| {
            let mut cells = line.trim_matches('|').split(" | ").map(str::trim);
            let mut cell = || cells.next().map(str::to_owned);
            let (client, version, _done, settings) = (cell()?, cell()?, cell()?, cell()?);
            Some(Row {
                client,
                version,
                settings,
            })
        })
        .collect()
}

fn root(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

#[test]
fn every_client_is_in_the_table_with_the_version_that_is_tested() {
    let rows = rows();
    let listed: Vec<_> = rows.iter().map(|row| row.client.as_str()).collect();
    let tested: Vec<_> = CLIENTS.iter().map(|(client, _)| *client).collect();
    assert_eq!(listed, tested);
    for (row, (client, fixed)) in rows.iter().zip(CLIENTS) {
        if let Some(version) = fixed.version() {
            assert_eq!(row.version, version, "{client}");
        }
    }
}

impl Fixed {
    fn version(self) -> Option<String> {
        let read = |path: &Path| fs::read_to_string(path).expect("the list is there");
        let line = |file: &str, start: String| {
            let lines = read(&peers::scripts().join(file));
            let line = lines.lines().find_map(|line| line.strip_prefix(&start));
            line.unwrap_or_else(|| panic!("{start} in {file}"))
                .to_owned()
        };
        Some(match self {
            Self::Npm(name) => {
                let lock = read(&peers::scripts().join("package-lock.json"));
                let lock: Value = serde_json::from_str(&lock).expect("it is JSON");
                let version = &lock["packages"][format!("node_modules/{name}")]["version"];
                version.as_str().expect("it is locked").to_owned()
            }
            Self::PyPi(name) => line("requirements.txt", format!("{name}==")),
            Self::Program(name) => line("crates.txt", format!("{name} ")),
            Self::Library(name) => {
                let lock = read(&root("Cargo.lock"));
                let entry = format!("name = \"{name}\"\nversion = \"");
                let (_, version) = lock.split_once(&entry).expect("it is locked");
                let (version, _) = version.split_once('"').expect("it is quoted");
                version.to_owned()
            }
            Self::Debian => return None,
        })
    }
}
