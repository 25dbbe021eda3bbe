//! A data folder that the version before wrote opens unchanged.
//!
//! The folder is `data/gatepost-host/`; its README.md says how it was made.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use rusqlite::types::Value as Cell;
use rusqlite::{Connection, OpenFlags};
use rustix::process::Signal;
use serde_json::Value;

use crate::common::browser::{Browser, VERIFIER, ask, basic, query};
use crate::common::{Answer, Folder, Host, run, text};

const ALICE: &str = "alice@example.org";
const LOOPBACK: &str = "http://127.0.0.1:49152/callback";

#[test]
fn it_is_read_as_it_was_and_brought_up_to_date_once() {
    let folder = copied();
    let file = folder.data().join("gatepost.db");
    let before = Content::of(&file);
    assert_eq!(before.version, (0x4761_7465, 1), "`Gate`, version 1");
    assert!(on(&folder, &["account", "list"]).status.success());
    let stored = Content::of(&file);
    assert_eq!(stored.version, (0x4761_7465, 6), "`Gate`, version 6");
    // A refresh token can be exchanged once more since version 2: two columns, with nothing in them.
    // And since version 3 a key says whose it is, and which key it was made with; the account of a key has the key's
    // permissions; and a device that waits has a network. Since version 4 a client has a wider network. Since version 5 a
    // browser that signed in says which it is, and from where; and clients are listed in tables of their own, with more columns
    // since version 6.
    for (table, rows) in &before.rows {
        let upgraded = |row: &Vec<Cell>| match &**table {
            "oauth_token" => [row, &[Cell::Null, Cell::Null][..]].concat(),
            "device_request" | "oauth_client" => [row, &[Cell::Text(String::new())][..]].concat(),
            "browser_session" => {
                let empty = Cell::Text(String::new());
                [row, &[empty.clone(), empty][..]].concat()
            }
            "api_key" => [row, &[row[3].clone(), Cell::Null][..]].concat(),
            "account" if row[1] == Cell::Text("partner@example.org".into()) => {
                let mut row = row.clone();
                row[3] = Cell::Text("authenticate oauth-client-registration".into());
                row
            }
            _ => row.clone(),
        };
        let rows: Vec<_> = rows.iter().map(upgraded).collect();
        assert_eq!(stored.rows[table], rows, "{table}");
    }
    let is_new = |table: &&String| !before.rows.contains_key(*table);
    let new: Vec<_> = stored.rows.keys().filter(is_new).collect();
    let listed = ["oauth_client_listed", "oauth_client_searched"];
    assert_eq!(new, ["known_place", listed[0], listed[1], "wrong_guess"]);
    for table in ["known_place", "wrong_guess"] {
        assert!(stored.rows[table].is_empty(), "{table}");
    }
    let ids = |table: &str| -> Vec<Cell> {
        let rows = stored.rows[table].iter();
        rows.map(|row| row[0].clone()).collect()
    };
    for table in listed {
        assert_eq!(ids(table), ids("oauth_client"), "{table}");
    }

    for (arguments, file, code) in [
        (&["account", "list"][..], "said/account-list", 0),
        (&["key", "list"], "said/key-list", 0),
        (&["client", "list"], "said/client-list", 0),
        // The disabled client would stop working.
        (&["review"], "said/review", 1),
        (&["export"], "export.jsonl", 0),
    ] {
        let expected = match file {
            // The summary comes first now, and the reasons with their counts.
            "said/review" => {
                let said = read(file);
                let (details, summary) = said.split_once("\n\n").expect("two parts");
                let details = details.replace(&format!("\n{summary}"), "");
                format!(
                    "{summary}CLIENTS  USERS  REASON         WHAT IS SAID\n      1      0  client-denied  \
                     This server's administrator has shut this client…\n\n{details}\n"
                )
            }
            "said/account-list" => read(file).replace(
                "partner@example.org\t\n",
                "partner@example.org\tauthenticate oauth-client-registration\n",
            ),
            // The state is a column now.
            "said/client-list" => {
                let state = |line: &str| match line.contains("Disabled Mail") {
                    true => "disabled",
                    false => "enabled",
                };
                let said = read(file);
                let lines = said.lines();
                lines
                    .map(|line| format!("{line}\t{}\n", state(line)))
                    .collect()
            }
            "export.jsonl" => upgraded(&read(file)),
            _ => read(file),
        };
        let output = on(&folder, arguments);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{arguments:?}: {output:?}"
        );
        assert_eq!(text(&output.stdout), expected, "{arguments:?}");
    }
    assert_eq!(Content::of(&file), stored, "opened for writing, and closed");

    let settings = read("gatepost.toml");
    let host = Host::start_in(folder, &settings, &[]);
    assert_eq!(host.greeting, "", "it is no first start");
    host.signal(Signal::TERM);
    let folder = host.kill_gently();
    let served = Content::of(&file);
    let made = |content: &Content| {
        let Content {
            version,
            changes,
            schema,
            ..
        } = content;
        (*version, *changes, schema.clone())
    };
    assert_eq!(made(&served), made(&stored), "opened, swept and closed");
    // What is over by now, the sweep removed.
    for table in ["account", "api_key", "oauth_client"] {
        assert_eq!(served.rows[table], stored.rows[table], "{table}");
    }
    drop(folder);

    let new = Folder::new();
    common::make(&new.data());
    let new = Content::of(&new.data().join("gatepost.db"));
    assert_eq!(
        (new.version, new.schema),
        (stored.version, stored.schema),
        "one that is new is made the same way"
    );
}

#[test]
fn its_decisions_would_be_the_same_again() {
    let folder = copied();
    let config = stored("gatepost.toml");
    let log = folder.data().join("audit.jsonl");
    let arguments = ["replay", "--config", utf8(&config), utf8(&log)];
    let output = run(&arguments, &folder.data());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(text(&output.stdout), read("said/replay"));
    assert!(text(&output.stdout).starts_with("0 of 36 decisions"));
}

#[test]
fn what_it_gave_out_goes_on_working() {
    goes_on_working(copied());
}

#[test]
fn what_it_exported_is_imported_and_goes_on_working() {
    let folder = Folder::new();
    let lines = stored("export.jsonl");
    let refused = on(&folder, &["import", utf8(&lines)]);
    let why = text(&refused.stderr);
    assert!(
        !refused.status.success() && why.contains("--without-end"),
        "it has no last line: {why}"
    );
    let imported = on(&folder, &["import", "--without-end", utf8(&lines)]);
    assert!(imported.status.success(), "{imported:?}");
    let exported = on(&folder, &["export"]);
    assert_eq!(text(&exported.stdout), upgraded(&read("export.jsonl")));
    goes_on_working(folder);
}

/// Every secret that the version before gave out is good for what it was good for, and no more.
fn goes_on_working(folder: Folder) {
    let secrets: Value = serde_json::from_str(&read("test-secrets.json")).expect("it is JSON");
    let secret = |pointer: &str| {
        let found = secrets.pointer(pointer).and_then(Value::as_str);
        found.unwrap_or_else(|| panic!("{pointer} is stored"))
    };
    let host = Host::start_in(folder, &read("gatepost.toml"), &[]);
    assert_eq!(host.greeting, "", "it is no first start");
    api_keys(&host, &secret);
    registrations(&host, &secret);
    client_secrets(&host, &secret);
    accounts(&host, &secret);
    refresh_tokens(&host, &secret);
    disabled(&host, &secret);
}

fn api_keys<'s>(host: &Host, secret: &impl Fn(&str) -> &'s str) {
    let registers = |key: &str, redirect_uri: &str| {
        let body = format!(r#"{{"client_name":"New","redirect_uris":["{redirect_uri}"]}}"#);
        host.register_with_key(secret(&format!("/keys/{key}")), &body)
            .status
    };
    let partners = "https://new.partner.example/cb";
    for (key, redirect_uri, status) in [
        ("registration", "https://new.example.com/cb", 201),
        ("partner", "https://elsewhere.example/cb", 400),
        // Its terms let it register three clients, and it has registered one.
        ("partner", partners, 201),
        ("partner", partners, 201),
        ("partner", partners, 403),
        ("administrator", partners, 403),
        ("expired", partners, 401),
        ("revoked", partners, 401),
        ("gone", partners, 401),
    ] {
        assert_eq!(registers(key, redirect_uri), status, "{key} {redirect_uri}");
    }
    let administrator = secret("/keys/administrator");
    let listed = bearer(host, "GET", "/api/clients?limit=100", administrator);
    assert_eq!(listed.status, 200, "{listed:?}");
    assert_eq!(
        listed.json()["clients"].as_array().map(Vec::len),
        Some(9 + 3)
    );
}

fn registrations<'s>(host: &Host, secret: &impl Fn(&str) -> &'s str) {
    for (client, status) in [
        ("public", 200),
        ("confidential", 200),
        ("signing", 200),
        ("partner", 200),
        ("gone", 200),
        ("disabled", 401),
        ("removed", 401),
    ] {
        let client_id = secret(&format!("/clients/{client}/client_id"));
        let token = secret(&format!("/clients/{client}/registration_access_token"));
        let path = format!("/auth/register/{client_id}");
        let answer = bearer(host, "GET", &path, token);
        assert_eq!(answer.status, status, "{client}: {answer:?}");
        if status == 200 {
            assert_eq!(answer.json()["client_id"], client_id, "{client}");
            assert_eq!(bearer(host, "GET", &path, "gpr_wrong").status, 401);
        }
    }
    let again = r#"{"client_name":"Anybody Mail","redirect_uris":["http://127.0.0.1:1/callback","org.example.anybody:/callback"],"token_endpoint_auth_method":"none","grant_types":["authorization_code","refresh_token"]}"#;
    let shared = host.register(&[], again).client_id();
    assert_eq!(shared, secret("/clients/shared/client_id"));
}

fn client_secrets<'s>(host: &Host, secret: &impl Fn(&str) -> &'s str) {
    let id = |client: &str| secret(&format!("/clients/{client}/client_id"));
    let of = |client: &str| secret(&format!("/clients/{client}/client_secret"));
    let grant = [("grant_type", "client_credentials")];
    let as_confidential = |secret: &str| {
        let line = basic(id("confidential"), secret);
        ask(host, "/auth/token", &[&line], &grant)
    };
    assert_eq!(as_confidential(of("partner")).status, 401);
    let issued = as_confidential(of("confidential"));
    assert_eq!(issued.status, 200, "{issued:?}");
    let issued = issued.json();
    let access = issued["access_token"].as_str().expect("a token");

    let dovecot = basic("dovecot", of("dovecot"));
    let asked = ask(host, "/auth/introspect", &[&dovecot], &[("token", access)]);
    assert_eq!(asked.status, 200, "{asked:?}");
    assert_eq!(asked.json()["active"], true, "{asked:?}");
    assert_eq!(asked.json()["client_id"], id("confidential"));

    // In the body, and a secret that an administrator made in place of the first.
    for (secret, status, error) in [
        (of("partner"), 400, "invalid_grant"),
        ("gps_wrong", 401, "invalid_client"),
    ] {
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", id("partner")),
            ("client_secret", secret),
            ("code", "gpco_of_nobody"),
            ("code_verifier", VERIFIER),
        ];
        let answer = ask(host, "/auth/token", &[], &fields);
        assert_eq!(answer.status, status, "{answer:?}");
        assert_eq!(answer.json()["error"], error, "{answer:?}");
    }
}

fn accounts<'s>(host: &Host, secret: &impl Fn(&str) -> &'s str) {
    Browser::signed_in(
        host,
        "demo@example.org",
        secret("/passwords/demo@example.org"),
    );
    let mut browser = Browser::signed_in(host, ALICE, secret("/passwords/alice@example.org"));
    let page = browser.get("/account").body;
    for program in ["Example Mail", "Webmail"] {
        assert!(page.contains(program), "{program} acts for her:\n{page}");
    }
    let client_id = secret("/clients/public/client_id");
    let code = browser.code(&query(client_id, LOOPBACK, &[]));
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", client_id),
        ("code", &code),
        ("redirect_uri", LOOPBACK),
        ("code_verifier", VERIFIER),
    ];
    let answer = ask(host, "/auth/token", &[], &fields);
    assert_eq!(answer.status, 200, "{answer:?}");
}

fn refresh_tokens<'s>(host: &Host, secret: &impl Fn(&str) -> &'s str) {
    let exchange = |lines: &[&str], client: &str, token: &str| {
        let fields = [
            ("grant_type", "refresh_token"),
            ("client_id", secret(&format!("/clients/{client}/client_id"))),
            ("refresh_token", token),
        ];
        ask(host, "/auth/token", lines, &fields)
    };
    let webmail = basic(
        secret("/clients/confidential/client_id"),
        secret("/clients/confidential/client_secret"),
    );
    let live = secret("/refresh_tokens/confidential/live");
    assert_eq!(exchange(&[], "confidential", live).status, 401);
    let answer = exchange(&[&webmail], "confidential", live);
    assert_eq!(answer.status, 200, "{answer:?}");

    let live = secret("/refresh_tokens/public/live");
    let answer = exchange(&[], "public", live);
    assert_eq!(answer.status, 200, "{answer:?}");
    let fresh = answer.json();
    let token = |name: &str| fresh[name].as_str().expect("a token");
    let mailbox = || bearer(host, "GET", "/jmap/session", token("access_token"));
    let answer = mailbox();
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.json()["username"], ALICE, "{answer:?}");
    assert_eq!(exchange(&[], "public", token("refresh_token")).status, 200);

    // One that was used before the folder was stored ends the grant (RFC 9700 §4.14.2).
    let answer = exchange(&[], "public", secret("/refresh_tokens/public/spent"));
    assert_eq!(answer.status, 400, "{answer:?}");
    assert_eq!(answer.json()["error"], "invalid_grant");
    assert_eq!(mailbox().status, 401);
}

fn disabled<'s>(host: &Host, secret: &impl Fn(&str) -> &'s str) {
    let mut browser = Browser::signed_in(host, ALICE, secret("/passwords/alice@example.org"));
    let client_id = secret("/clients/disabled/client_id");
    let path = format!("/auth/authorize?{}", query(client_id, LOOPBACK, &[]));
    let answer = browser.get(&path);
    assert_eq!(answer.status, 400, "{answer:?}");
    assert!(answer.header("location").is_none(), "{answer:?}");
    let enabled = on(&host.folder, &["client", "enable", client_id]);
    assert!(enabled.status.success(), "{enabled:?}");
    browser.code(&query(client_id, LOOPBACK, &[]));
}

fn bearer(host: &Host, method: &str, path: &str, token: &str) -> Answer {
    host.send(
        format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n"
        )
        .as_bytes(),
    )
}

/// What the version before exported, as this one does: a key has an owner, its account can do what it allows, and the
/// last line says how many there are.
fn upgraded(exported: &str) -> String {
    let partner = r#""name":"partner@example.org","password_hash":null,"permissions":""#;
    let permissions = "authenticate oauth-client-registration";
    let mut upgraded = exported
        .replacen(r#""version":1"#, r#""version":2"#, 1)
        .replacen(partner, &format!("{partner}{permissions}"), 1);
    for (account, owner) in [
        ("null", "null"),
        (r#""partner@example.org""#, r#""partner@example.org""#),
    ] {
        let before = format!(r#""account":{account},"permissions""#);
        let after =
            format!(r#""account":{account},"owner":{owner},"made_with":null,"permissions""#);
        upgraded = upgraded.replace(&before, &after);
    }
    let lines = upgraded.lines().count();
    upgraded + &format!("{{\"kind\":\"end\",\"lines\":{lines}}}\n")
}

/// A copy of the stored data folder.
fn copied() -> Folder {
    let folder = Folder::new();
    fs::create_dir(folder.data()).expect("the temporary folder can be written");
    for name in ["gatepost.db", "audit.jsonl"] {
        fs::copy(stored("data").join(name), folder.data().join(name)).expect("it is stored");
    }
    folder
}

fn stored(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/gatepost-host");
    folder.join(name)
}

fn read(name: &str) -> String {
    fs::read_to_string(stored(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A command with the stored settings on a folder's data.
fn on(folder: &Folder, arguments: &[&str]) -> Output {
    let (config, data) = (stored("gatepost.toml"), folder.data());
    let places = ["--config", utf8(&config), "--data", utf8(&data)];
    run(&[arguments, &places].concat(), Path::new("."))
}

fn utf8(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// All that is in an SQLite file.
#[derive(Debug, PartialEq)]
struct Content {
    /// The application's id, and the version of the schema.
    version: (i64, i64),
    /// How its tables, indexes and triggers are made.
    schema: Vec<Option<String>>,
    /// Each table's rows. SQLite's own are among them.
    rows: BTreeMap<String, Vec<Vec<Cell>>>,
    /// How often the schema was changed.
    changes: i64,
}

impl Content {
    fn of(path: &Path) -> Self {
        let file = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
            .expect("there is a directory");
        let pragma = |name: &str| {
            file.pragma_query_value(None, name, |row| row.get(0))
                .unwrap_or_else(|error| panic!("{name}: {error}"))
        };
        let column = |query: &str| {
            let mut statement = file.prepare(query).expect("SQLite has it");
            let rows = statement.query_map((), |row| row.get::<_, Option<String>>(0));
            rows.and_then(Iterator::collect::<Result<Vec<_>, _>>)
                .expect("it can be read")
        };
        let tables = column("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
        let rows = tables.into_iter().flatten().map(|table| {
            let mut statement = file
                .prepare(&format!("SELECT * FROM {table}"))
                .expect("there is such a table");
            let columns = statement.column_count();
            let rows = statement
                .query_map((), |row| (0..columns).map(|at| row.get(at)).collect())
                .and_then(Iterator::collect);
            (table, rows.expect("it can be read"))
        });
        Self {
            version: (pragma("application_id"), pragma("user_version")),
            schema: column("SELECT sql FROM sqlite_schema ORDER BY name"),
            changes: pragma("schema_version"),
            rows: rows.collect(),
        }
    }
}
