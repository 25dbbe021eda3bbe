//! The commands on a directory, while a server has it open.

#[path = "../common/mod.rs"]
mod common;
mod harm;
mod setup;
mod shown;
mod terminal;

use std::path::Path;
use std::process::Output;
use std::time::{SystemTime, UNIX_EPOCH};

use common::{Folder, Host, NATIVE, program, run_reading, text};
use serde_json::Value;

#[test]
fn a_key_is_given_terms_and_an_end() {
    let folder = Folder::new();
    common::make(&folder.data());
    let terms = folder.write("terms.json", r#"{"max-registrations":1}"#);
    let from_file = format!("@{}", terms.display());
    let in_an_hour = (now() + 3600).to_string();
    let in_a_century = "2126-01-31";
    let long_ago = "2006-01-02T15:04:05-07:00";
    let just_now = now().to_string();
    let permissions = "--permission authenticate --permission oauth-client-registration";
    let create = |arguments: &[&str]| {
        let mut all = vec!["key", "create", "--name", "test"];
        all.extend(permissions.split(' '));
        all.extend(arguments);
        command(&all, &folder.data())
    };
    let mut keys = Vec::new();
    for (arguments, statuses) in [
        (&["--terms", &from_file][..], [201, 403]),
        (&["--terms", r#"{"max-registrations":1}"#], [201, 403]),
        (&["--terms", r#"{"expires-at":1}"#], [403, 403]),
        (&["--terms", r#"{"networks":["192.0.2.0/24"]}"#], [403, 403]),
        (&["--terms", "{}"], [201, 201]),
        (&["--expires-in", "1"], [201, 201]),
        (&["--expires-at", &in_an_hour], [201, 201]),
        (&["--expires-at", in_a_century], [201, 201]),
        (&["--expires-at", long_ago], [401, 401]),
        (&["--expires-at", &just_now], [401, 401]),
    ] {
        let output = create(arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        keys.push((arguments.to_vec(), text(&output.stdout), statuses));
    }
    for (arguments, code, says) in [
        (&["--terms", r#"{"scope":[]}"#][..], 2, "scopes comes near"),
        (&["--terms", "{"], 2, "the terms have mistakes"),
        (&["--terms", "@missing.json"], 2, "cannot read missing.json"),
        (&["--expires-in", "0"], 2, "0 is not in"),
        (
            &["--expires-at", "tomorrow"],
            2,
            "a date such as 2027-01-31",
        ),
        (
            &["--expires-in", "1", "--expires-at", "9"],
            2,
            "cannot be used with",
        ),
    ] {
        let output = create(arguments);
        assert_fails(arguments, &output, code, says);
    }

    let host = Host::start_in(folder, "", &[]);
    for (arguments, key, statuses) in keys {
        for status in statuses {
            let answer = host.register_with_key(key.trim(), NATIVE);
            assert_eq!(answer.status, status, "{arguments:?}: {answer:?}");
        }
    }
}

#[test]
fn an_account_is_made_once_and_changed_after_that() {
    let folder = Folder::new();
    let data = folder.data();
    common::make(&data);
    let key = "key create --name k --permission authenticate --account a@example.org";
    let key: Vec<&str> = key.split(' ').collect();
    let made = command(&key, &data);
    assert!(made.status.success(), "it makes the account: {made:?}");
    let account = |verb, more: &[&str]| {
        let mut arguments = vec!["account", verb, "--name", "a@example.org"];
        arguments.extend(more);
        command(&arguments, &data)
    };
    let listed = || text(&command(&["account", "list"], &data).stdout);
    assert_eq!(listed(), "a@example.org\tauthenticate\n");
    let twice = account("create", &[]);
    assert!(!twice.status.success(), "{twice:?}");
    assert!(text(&twice.stderr).contains("account permit"), "{twice:?}");

    let password = account("password", &["--yes"]);
    assert!(!text(&password.stdout).trim().is_empty(), "{password:?}");
    let permissions = "--permission authenticate --permission oauth-client-override";
    let permissions: Vec<&str> = permissions.split(' ').collect();
    assert!(account("permit", &permissions).status.success());
    assert_eq!(
        listed(),
        "a@example.org\tauthenticate oauth-client-override\n"
    );
    assert!(!account("permit", &[]).status.success(), "none are named");

    let out = account("sign-out", &["--yes"]);
    assert!(out.status.success(), "{out:?}");
    assert_eq!(text(&out.stdout), "ended 0 sessions and 0 grants\n");

    assert!(account("remove", &["--yes"]).status.success());
    for (verb, more) in [
        ("permit", &permissions[..]),
        ("password", &["--yes"]),
        ("sign-out", &["--yes"]),
        ("remove", &["--yes"]),
    ] {
        let gone = account(verb, more);
        assert!(text(&gone.stderr).contains("no account"), "{gone:?}");
        assert_eq!(gone.status.code(), Some(3), "{gone:?}");
        assert!(gone.stdout.is_empty(), "{gone:?}");
    }
    assert!(account("create", &[]).status.success());
    assert_eq!(listed(), "a@example.org\tauthenticate\n");
}

#[test]
fn a_password_that_is_chosen_has_eight_characters_and_is_a_line() {
    let folder = Folder::new();
    let data = folder.data();
    common::make(&data);
    let chosen = |verb: &[&str], password: &str| {
        let named = ["--name", "a@example.org", "--password-stdin"];
        run_reading(&[&["account"], verb, &named].concat(), &data, password)
    };
    let (create, change) = (&["create"][..], &["password", "--yes"][..]);
    let long = "x".repeat(1025);
    for (verb, password, wrong) in [
        (create, "", Some("8 characters")),
        (create, "1234567", Some("8 characters")),
        (create, "1234567\n", Some("8 characters")),
        (create, "äöüäöüä\r\n", Some("8 characters")),
        (create, &long, Some("1024 bytes")),
        (create, "12345678\n12345678\n", Some("one line")),
        (create, "12345678\n", None),
        (change, "1234567", Some("8 characters")),
        (change, &long, Some("1024 bytes")),
        (change, &long[..1024], None),
        (change, "äöüäöüäö", None),
    ] {
        let output = chosen(verb, password);
        match wrong {
            Some(says) => assert_fails(verb, &output, 2, says),
            None => assert!(output.status.success(), "{verb:?}: {output:?}"),
        }
    }
}

#[test]
fn names_have_no_control_characters() {
    let folder = Folder::new();
    let data = folder.data();
    common::make(&data);
    let long = "x".repeat(101);
    for (name, account, is_made) in [
        ("a\u{7}", None, false),
        ("a\nb", None, false),
        ("", None, false),
        (&*long, None, false),
        ("a", Some("b\u{9b}"), false),
        ("a", Some(""), false),
        (&long[1..], Some("desk"), true),
    ] {
        let mut arguments = vec![
            "key",
            "create",
            "--permission",
            "authenticate",
            "--name",
            name,
        ];
        arguments.extend(account.iter().flat_map(|account| ["--account", account]));
        let output = command(&arguments, &data);
        assert_eq!(output.status.success(), is_made, "{name:?} {account:?}");
        let said = text(&output.stderr);
        assert_eq!(said.contains("control characters"), !is_made, "{said}");
    }
}

/// A settings file with secrets in it is its owner's alone.
#[test]
fn settings_that_hold_secrets_are_not_for_everybody() {
    let folder = Folder::new();
    let keys = "[oauth.client-registration]\n\
                client-id-keys = [\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"]\n";
    let url = "[store]\nurl = \"postgres://gatepost:secret@localhost/gatepost\"\n";
    let no_password = "[store]\nurl = \"postgres://gatepost@localhost/gatepost\"\n";
    for (settings, mode, named) in [
        (keys, 0o600, None),
        (
            keys,
            0o640,
            Some("oauth.client-registration.client-id-keys"),
        ),
        (
            keys,
            0o604,
            Some("oauth.client-registration.client-id-keys"),
        ),
        (keys, 0o400, None),
        (url, 0o600, None),
        (url, 0o644, Some("store.url")),
        (no_password, 0o644, None),
        ("", 0o644, None),
    ] {
        let file = folder.write("settings.toml", settings);
        let permissions = std::os::unix::fs::PermissionsExt::from_mode(mode);
        std::fs::set_permissions(&file, permissions).expect("it is ours");
        let output = program().arg("check").arg("--config").arg(&file).output();
        let output = output.expect("the program can be started");
        assert!(output.status.success(), "{output:?}");
        let said = text(&output.stdout);
        assert_eq!(
            said.contains("can be read"),
            named.is_some(),
            "{mode:o}: {said}"
        );
        assert!(said.contains(named.unwrap_or_default()), "{mode:o}: {said}");
        assert!(
            !said.contains("secret@") && !said.contains("AAAA"),
            "{said}"
        );
        std::fs::remove_file(file).expect("it is ours");
    }
}

#[test]
fn a_client_by_hand_without_a_document() {
    let folder = Folder::new();
    let data = folder.data();
    common::make(&data);
    let add = |arguments: &[&str]| command(&[&["client", "add"], arguments].concat(), &data);
    let output = add(&[
        "--id",
        "webadmin",
        "--redirect-uri",
        "stalwart://auth",
        "--name",
        "Admin",
    ]);
    assert!(output.status.success(), "{output:?}");
    let told: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    assert_eq!(told["redirect_uris"][0], "stalwart://auth");
    // By which the server's own pages sign in, where they are without settings.
    let callback = "http://127.0.0.1:8080/admin/callback";
    assert_eq!(told["redirect_uris"][1], callback);
    assert!(text(&output.stderr).contains(callback), "{output:?}");
    assert_eq!(told["token_endpoint_auth_method"], "none");
    for (arguments, code, says) in [
        (
            &["--redirect-uri", "javascript:alert(1)"][..],
            1,
            "redirect-uri-scheme-forbidden",
        ),
        (
            &["--id", "webadmin", "--redirect-uri", "stalwart://auth"],
            1,
            "client-id-taken",
        ),
        (&["missing.json"], 2, "missing.json cannot be read"),
        (&["--id", "x"], 2, "required"),
        (
            &["-", "--redirect-uri", "stalwart://auth"],
            2,
            "cannot be used with",
        ),
    ] {
        let output = add(arguments);
        assert_fails(arguments, &output, code, says);
    }
    let listed = command(&["client", "list"], &data);
    assert_eq!(text(&listed.stdout), "webadmin\t0\tAdmin\tenabled\n");
}

#[test]
fn a_check_with_the_directory_says_what_would_break() {
    let host = Host::start("");
    let folder = &host.folder;
    let data = folder.data();
    let config = folder.write("new.toml", "[oauth.client-registration]\nrequire = true\n");
    let config = config.to_str().expect("a path in UTF-8").to_owned();
    let alone = run(&["check", "--config", &config]);
    let check = || command(&["check", "--config", &config], &data);
    assert!(text(&alone.stdout).contains("require"), "{alone:?}");

    let without = check();
    assert_eq!(without.status.code(), Some(0), "{without:?}");
    let said = text(&without.stdout);
    let warning = "warning[oauth.client-registration.require]: There is no client webadmin";
    let note = "note[oauth.client-registration.require]: Accounts and API keys that may use any client all the same: admin@example.org, administrator.";
    assert!(said.contains(warning) && said.contains(note), "{said}");
    assert!(said.contains("1 warning, 1 note\n"), "{said}");
    assert!(
        said.ends_with("\n0 of 0 clients would stop working, users: 0\n"),
        "{said}"
    );

    let by_hand = [
        "client",
        "add",
        "--id",
        "webadmin",
        "--redirect-uri",
        "stalwart://auth",
    ];
    assert!(command(&by_hand, &data).status.success());
    let with = text(&check().stdout);
    assert!(!with.contains("webadmin") && with.contains(note), "{with}");

    let elsewhere = command(
        &["check", "--config", &config],
        &folder.data().join("missing"),
    );
    assert_eq!(elsewhere.status.code(), Some(2), "{elsewhere:?}");
    assert!(!folder.data().join("missing").exists());
}

#[test]
fn a_review_changes_nothing_and_the_sweep_takes_what_is_due() {
    let host = Host::start("");
    let key = host.first_key("registration").to_owned();
    for uri in ["https://a.example.com/cb", "https://b.example.com/cb"] {
        let body = format!(r#"{{"client_name":"A","redirect_uris":["{uri}"]}}"#);
        assert_eq!(host.register_with_key(&key, &body).status, 201);
    }
    let file = host.folder.data().join("gatepost.db");
    let directory = rusqlite::Connection::open(&file).expect("the directory is there");
    let number = |query: &str| {
        directory
            .query_row(query, (), |row| row.get::<_, u32>(0))
            .expect("the directory can be read")
    };
    directory
        .execute_batch(
            "INSERT INTO account (id, name, permissions, created_at)
             WITH RECURSIVE n (n) AS (VALUES (101) UNION SELECT n + 1 FROM n WHERE n < 112)
             SELECT n, 'user ' || n, 'authenticate', 0 FROM n;
             INSERT INTO oauth_grant (id, client_id, account_id, scope, resources, created_at, last_used_at)
             SELECT account.id, client_id, account.id, '', '', 0, 0 FROM account, oauth_client
             WHERE account.id > 100 AND oauth_client.id = 1;
             INSERT INTO oauth_token (hash, kind, grant_id, data, issued_at, expires_at)
             SELECT randomblob(32), 'refresh', id, '', 0, 1 << 40 FROM oauth_grant;",
        )
        .expect("the directory can be written");
    let before = number("PRAGMA data_version");

    let config = host.folder.write(
        "new.toml",
        "[oauth.client-registration]\nredirect-hosts = ['b.example.com']\nunused-lifetime = 7200\n",
    );
    let config = config.to_str().expect("a path in UTF-8").to_owned();
    let on_data = |arguments: &[&str]| command(arguments, &host.folder.data());
    let review = on_data(&["review", "--config", &config]);
    assert_eq!(review.status.code(), Some(1), "{review:?}");
    let said = text(&review.stdout);
    assert!(
        said.contains(" (A): would stop working, users: 12\n"),
        "{said}"
    );
    assert!(said.contains(" = /redirect_uris/0, "), "{said}");
    assert!(
        said.starts_with("1 of 2 clients would stop working, users: 12\nCLIENTS  USERS  REASON"),
        "{said}"
    );
    assert!(
        said.contains("\n      1     12  redirect-uri-host-not-allowed  "),
        "{said}"
    );
    let checked = on_data(&["check", "--config", &config]);
    assert_eq!(checked.status.code(), Some(1), "{checked:?}");
    let summary = said.split("\n\n").next().expect("the first part");
    assert!(text(&checked.stdout).contains(summary), "{checked:?}");
    let lines = text(&on_data(&["review", "--json", "--config", &config]).stdout);
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(
        (&lines[0]["client_name"], &lines[0]["users"]),
        (&"A".into(), &12.into())
    );
    let code = "redirect-uri-host-not-allowed";
    assert_eq!(lines[0]["diagnostics"][0]["code"], code);
    assert_eq!(
        (&lines[1]["clients"], &lines[1]["stopping"]),
        (&2.into(), &1.into())
    );
    assert_eq!(lines[1]["reasons"][0]["code"], code);
    let checked = text(&on_data(&["check", "--json", "--config", &config]).stdout);
    let last = checked.lines().last().expect("a line");
    let last: Value = serde_json::from_str(last).expect("it is JSON");
    assert_eq!(last, lines[1], "`check` finds what `review` finds");
    assert_eq!(number("PRAGMA data_version"), before, "nobody wrote");

    let sweep = || text(&on_data(&["sweep", "--config", &config]).stdout);
    assert_eq!(sweep(), "removed 0 of 2 clients\n");
    let aged = "UPDATE oauth_client SET record = json_set(record, '$.issued_at', 1) WHERE id = 2";
    assert_eq!(directory.execute(aged, ()), Ok(1));
    assert_eq!(sweep(), "removed 1 of 2 clients\n");
    assert_eq!(number("SELECT count(*) FROM oauth_client WHERE id = 1"), 1);
}

#[test]
fn the_server_sweeps_by_itself() {
    let host = Host::start("");
    let key = host.first_key("registration").to_owned();
    let client_id = host.register_with_key(&key, NATIVE).client_id();
    let file = host.folder.data().join("gatepost.db");
    let folder = host.kill();
    let directory = rusqlite::Connection::open(&file).expect("the directory is there");
    let aged = "UPDATE oauth_client SET record = json_set(record, '$.issued_at', 1)";
    assert_eq!(directory.execute(aged, ()), Ok(1));
    let settings =
        "[server]\nsweep-interval = 1\n[oauth.client-registration]\nunused-lifetime = 1\n";
    let host = Host::start_in(folder, settings, &[]);
    let count = || {
        directory
            .query_row("SELECT count(*) FROM oauth_client", (), |row| {
                row.get::<_, u32>(0)
            })
            .expect("the directory can be read")
    };
    let wait = || {
        for _ in 0..200 {
            if count() == 0 {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("{client_id} is still there");
    };
    wait();
    // Not only when it starts.
    host.register_with_key(&key, NATIVE).client_id();
    assert_eq!(directory.execute(aged, ()), Ok(1));
    wait();
}

fn command(arguments: &[&str], data: &Path) -> Output {
    let data = data.to_str().expect("a path in UTF-8");
    run(&[arguments, &["--data", data]].concat())
}

fn run(arguments: &[&str]) -> Output {
    let output = program().args(arguments).output();
    output.expect("the program can be started")
}

/// It was not done, and standard error says why.
fn assert_fails(arguments: &[&str], output: &Output, code: i32, says: &str) {
    let found = output.status.code();
    assert_eq!(found, Some(code), "{arguments:?}: {output:?}");
    let said = text(&output.stderr);
    assert!(said.contains(says), "{arguments:?}: {says} in {said}");
    assert_eq!(text(&output.stdout), "", "{arguments:?}");
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.expect("the clock is set").as_secs()
}
