//! A directory moves from one folder to another.

mod common;

use std::fs;

use crate::common::browser::{Browser, DEMO, VERIFIER, ask, demo_password, query};
use crate::common::{Folder, Host, NATIVE, run, text};

const REDIRECT_URI: &str = "http://127.0.0.1:49152/callback";

#[test]
fn what_is_exported_is_imported_and_goes_on_working() {
    let host = Host::start("");
    let key = host.first_key("registration").to_owned();
    let client_id = host.register_with_key(&key, NATIVE).client_id();
    let mut browser = Browser::signed_in(&host, DEMO, &demo_password(&host));
    let code = browser.code(&query(&client_id, REDIRECT_URI, &[]));
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &*code),
        ("redirect_uri", REDIRECT_URI),
        ("client_id", &*client_id),
        ("code_verifier", VERIFIER),
    ];
    let tokens = ask(&host, "/auth/token", &[], &fields);
    assert_eq!(tokens.status, 200, "{tokens:?}");
    let tokens = tokens.json();

    let data = host.folder.data();
    let exported = |folder: &Folder| {
        let data = folder.data();
        let out = run(
            &["export", "--data", data.to_str().expect("a path in UTF-8")],
            &data,
        );
        assert!(out.status.success(), "{}", text(&out.stderr));
        text(&out.stdout)
    };
    let lines = exported(&host.folder);
    for part in [
        r#"{"kind":"directory","version":2}"#,
        r#""kind":"account","name":"admin@example.org""#,
        r#""kind":"key""#,
        r#""kind":"client""#,
        r#""kind":"grant""#,
        r#""token":"refresh""#,
        r#""kind":"registrations""#,
        r#"{"kind":"end","lines":"#,
    ] {
        assert!(lines.contains(part), "{part} in\n{lines}");
    }
    assert!(!lines.contains(&key));
    let once = data.join("once.jsonl");
    let arguments = |file: &std::path::Path| {
        let (data, file) = (data.to_str(), file.to_str());
        [
            "export",
            "--data",
            data.expect("UTF-8"),
            file.expect("UTF-8"),
        ]
        .map(str::to_owned)
    };
    for is_new in [true, false] {
        let arguments = arguments(&once);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let written = run(&arguments, &data);
        assert_eq!(
            written.status.success(),
            is_new,
            "a file that is there stays"
        );
    }

    let other = Folder::new();
    let import = |folder: &Folder, name: &str, lines: &str| {
        let file = folder.write(name, lines);
        let data = folder.data();
        fs::create_dir_all(&data).expect("it can be made");
        let (file, at) = (file.to_str(), data.to_str());
        run(
            &["import", "--data", at.expect("UTF-8"), file.expect("UTF-8")],
            &data,
        )
    };
    let account = lines.lines().nth(1).expect("an account");
    let token = lines
        .lines()
        .find(|line| line.contains(r#""kind":"token""#))
        .expect("a token");
    let (whole, token_line) = (&lines, &format!("{token}\n"));
    for (name, broken, said) in [
        ("nothing", String::new(), "line 1: there is nothing"),
        (
            "no header",
            format!("{account}\n"),
            "line 1: this is no directory",
        ),
        (
            "another version",
            lines.replace(r#""version":2}"#, r#""version":3}"#),
            "line 1: version 3 is not known here",
        ),
        (
            "twice",
            lines.replacen(account, &format!("{account}\n{account}"), 1),
            "UNIQUE",
        ),
        (
            "more after the end",
            format!("{lines}{account}\n"),
            "something follows the last line",
        ),
        (
            "unknown",
            lines.replacen(account, "{\"kind\":\"x\"}", 1),
            "unknown variant",
        ),
        (
            "an unknown permission",
            lines.replacen("oauth-client-list", "oauth-client-lists", 1),
            "line 2: there is no permission `oauth-client-lists`",
        ),
        (
            "terms that the plugin does not take",
            lines.replacen(r#""terms":null"#, r#""terms":"{\"no-such\":1}""#, 1),
            "the terms have mistakes",
        ),
        (
            "a record that the plugin cannot read",
            lines.replacen(
                r#""record":"{\"version\":1,"#,
                r#""record":"{\"version\":999,"#,
                1,
            ),
            "line ",
        ),
        (
            "a line less",
            whole.replacen(token_line, "", 1),
            "lines were written",
        ),
        (
            "cut off between two lines",
            whole.split_inclusive('\n').take(4).collect(),
            "--without-end",
        ),
        (
            "a member more",
            lines.replacen(r#""kind":"account","#, r#""kind":"account","x":1,"#, 1),
            "line 2: ",
        ),
        (
            "of nobody",
            lines.replacen(r#""account":"admin@example.org""#, r#""account":"x""#, 1),
            "line ",
        ),
        (
            "a token of no grant",
            format!(
                "{}\n{account}\n{token}\n",
                lines.lines().next().expect("a header")
            ),
            "line 3: ",
        ),
        (
            "cut off",
            lines[..lines.len() - 9].to_owned(),
            "the line ends too early",
        ),
    ] {
        let refused = import(&other, "broken.jsonl", &broken);
        assert_eq!(refused.status.code(), Some(2), "{name}");
        let why = text(&refused.stderr);
        assert!(why.contains(said), "{name}: {why}");
    }
    let taken = import(&other, "all.jsonl", &lines);
    assert!(
        taken.status.success(),
        "nothing was left of those: {}",
        text(&taken.stderr)
    );
    assert_eq!(exported(&other), lines);
    let again = import(&other, "all.jsonl", &lines);
    assert!(text(&again.stderr).contains("not empty"), "{again:?}");

    let elsewhere = Host::start_in(other, "", &[]);
    assert_eq!(elsewhere.greeting, "", "it is no first start");
    let refresh = tokens["refresh_token"].as_str().expect("a token");
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh),
        ("client_id", &*client_id),
    ];
    assert_eq!(ask(&elsewhere, "/auth/token", &[], &fields).status, 200);
    assert_eq!(elsewhere.register_with_key(&key, NATIVE).status, 201);
}
