//! `gatepost-server check`, the real program.

mod common;

use std::io::Write;
use std::path::PathBuf;
use std::process::{Output, Stdio};

use common::{Folder, NATIVE, program, text};
use serde_json::{Value, json};

const FIVE_MISTAKES: &str = r#"{
  "client_name": "Example Mail",
  "redirect_uris": [
    "https://mail.example.com/callback",
    "https://mail.example.com/callback#fragment",
    "javascript:alert(1)"
  ],
  "grant_types": ["authorization_code", "magic"],
  "response_types": "code",
  "contacts": ["nobody"]
}
"#;

/// Code, pointer, line and column of what is wrong above.
const FIVE_FINDINGS: &[(&str, &str, u64, u64)] = &[
    ("redirect-uri-fragment", "/redirect_uris/1", 5, 5),
    ("redirect-uri-scheme-forbidden", "/redirect_uris/2", 6, 5),
    ("grant-type-not-offered", "/grant_types/1", 8, 41),
    ("member-type", "/response_types", 9, 21),
    ("contact-syntax", "/contacts/0", 10, 16),
];

#[test]
fn five_mistakes_are_five_findings_each_at_its_place() {
    let folder = Folder::new();
    folder.write("client.json", FIVE_MISTAKES);

    let output = check(&["client.json"], &folder);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(text(&output.stderr), "");
    let shown = text(&output.stdout);
    for (code, pointer, line, column) in FIVE_FINDINGS {
        let said = format!("error[{code}]: ");
        let finding = shown
            .split("\n\n")
            .find(|finding| finding.starts_with(&said))
            .unwrap_or_else(|| panic!("{code} in:\n{shown}"));
        let lines: Vec<&str> = finding.lines().collect();
        let place = format!("--> client.json:{line}:{column}");
        assert_eq!(lines[1].trim_start(), place);
        // What is underlined is the value that the document has there.
        let carets = lines[4].find('^').expect("carets");
        let label = lines[4].find(" /").expect("a pointer");
        let underlined: Value = serde_json::from_str(&lines[3][carets..label]).expect("a value");
        let document: Value = serde_json::from_str(FIVE_MISTAKES).expect("it is JSON");
        assert_eq!(Some(&underlined), document.pointer(pointer), "{finding}");
        assert_eq!(&lines[4][label + 1..], *pointer);
        assert!(lines[5].contains("= "), "a reference in {finding}");
    }
    let summary = "\n\nclient.json: refused, 5 errors\n";
    assert!(shown.ends_with(summary), "{shown}");

    let output = check(&["--format", "json", "client.json"], &folder);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let report = json(&output);
    assert_eq!(report["document"], "client.json");
    assert_eq!(report["outcome"], "refuse");
    let findings = report["diagnostics"].as_array().expect("a list");
    assert_eq!(findings.len(), FIVE_FINDINGS.len());
    for (code, pointer, line, column) in FIVE_FINDINGS {
        let is_expected = |finding: &Value| {
            finding["code"] == *code
                && finding["pointer"] == *pointer
                && (finding["line"] == *line && finding["column"] == *column)
                && finding["severity"] == "error"
                && (finding["message"].is_string() && finding["reference"].is_string())
        };
        assert!(findings.iter().any(is_expected), "{code} in {report}");
    }
}

#[test]
fn documents() {
    let cases: &[(&str, &[&str], i32, &[&str])] = &[
        (
            "accepted",
            &["good.json"],
            0,
            &[
                "good.json: accepted, no findings\n",
                "\n  added:    response_types: [\"code\"]\n",
                "\n  left out: colour\n",
            ],
        ),
        ("standard input", &["-"], 0, &["<stdin>: accepted"]),
        (
            "broken JSON",
            &["broken.json"],
            1,
            &[
                "error[document-syntax]: ",
                " --> broken.json:3:2\n",
                "\n3 |  \"b\": 2\n  |  ^ expected `,` or `}`\n",
                "broken.json: refused, 1 error\n",
            ],
        ),
        (
            "a member that stands twice",
            &["twice.json"],
            1,
            &["\n3 |  \"scope\":\"b\"}\n  |  ^^^^^^^ /scope\n"],
        ),
        (
            "a member that is missing",
            &["bare.json"],
            1,
            &[" --> bare.json:1:1\n", "| ^ /redirect_uris is not there\n"],
        ),
        ("nothing", &["empty.json"], 1, &["1 | \n  | ^ EOF "]),
        (
            "not UTF-8",
            &["latin1.json"],
            1,
            &["1 | {\"a\":\"\\xe4\"}\n  |       ^^^^\n"],
        ),
        (
            "anonymous",
            &["--anonymous", "good.json"],
            1,
            &["error[credential-missing]: ", "\n = RFC 6750"],
        ),
        (
            "one of two is refused",
            &["broken.json", "good.json"],
            1,
            &["broken.json: refused", "\n\ngood.json: accepted"],
        ),
    ];
    let folder = folder();
    for (name, arguments, code, said) in cases {
        let output = check(arguments, &folder);
        let shown = text(&output.stdout);
        assert_eq!(output.status.code(), Some(*code), "{name}: {output:?}");
        for part in *said {
            assert!(shown.contains(part), "{name}: {part} in:\n{shown}");
        }
        assert_eq!(text(&output.stderr), "", "{name}");
        assert!(!shown.contains('\u{1b}'), "{name}: a pipe has no colours");
    }
    assert!(!folder.data().exists() && !here(&folder).join("gatepost-data").exists());
}

#[test]
fn what_is_said_beside_the_findings() {
    let cases: &[(&str, &[&str], i32, &str)] = &[
        (
            "no such file",
            &["none.json"],
            2,
            "none.json: cannot be read: ",
        ),
        ("a folder", &["."], 2, "cannot be read: "),
        (
            "more than is read",
            &["large.json"],
            2,
            "larger than 1048576 bytes",
        ),
        ("standard input twice", &["-", "-"], 2, "only once"),
        ("nothing to check", &[], 2, "DOCUMENT"),
        ("no such format", &["--format", "xml", "-"], 2, "text, json"),
        (
            "no such plugin",
            &["--plugin", "none.wasm", "-"],
            2,
            "none.wasm",
        ),
        (
            "no such settings",
            &["--config", "none.toml", "-"],
            2,
            "none.toml",
        ),
        (
            "no settings",
            &["--config", "broken.json", "good.json"],
            2,
            "is not TOML",
        ),
        (
            "wrong settings",
            &["--config", "wrong.toml", "-"],
            2,
            "anonymus",
        ),
        (
            "settings that count, and are unwise",
            &["--config", "unwise.toml", "--anonymous", "good.json"],
            0,
            "warning: oauth.client-registration.anonymous: ",
        ),
    ];
    let folder = folder();
    for (name, arguments, code, said) in cases {
        let output = check(arguments, &folder);
        let complained = text(&output.stderr);
        assert_eq!(output.status.code(), Some(*code), "{name}: {output:?}");
        assert!(
            complained.contains(said),
            "{name}: {said} in:\n{complained}"
        );
        assert_eq!(output.stdout.is_empty(), *code == 2, "{name}: {output:?}");
    }

    let output = check(&["none.json", "broken.json", "good.json"], &folder);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let shown = text(&output.stdout);
    assert!(shown.starts_with("error[document-syntax]"), "{shown}");
    assert!(shown.contains("\n\ngood.json: accepted"), "{shown}");
}

#[test]
fn settings_alone() {
    let folder = Folder::new();
    let cases: &[(&str, &str, i32, &[&str])] = &[
        (
            "none",
            "",
            0,
            &[
                "warning[oauth.client-registration.require]: ",
                "gatepost.toml: 1 warning\n",
            ],
        ),
        (
            "unwise",
            "[oauth.client-registration]\nanonymous = true\nmax-anonymous-clients = 0\n",
            0,
            &[
                "warning[oauth.client-registration.anonymous]: ",
                "gatepost.toml: 2 warnings\n",
            ],
        ),
        (
            "mistakes of the program's own",
            "[server]\nlisen = \"x\"\n",
            2,
            &[
                "error[server.lisen]: there is no such key, did you mean `listen`?\n --> gatepost.toml:2:1\n  |\n\
                 2 | lisen = \"(hidden)\"\n  | ^^^^^^^^^^^^^^^^^^\n\n",
                "gatepost.toml: 1 error\n",
            ],
        ),
        (
            "mistakes of all tables at once, in the order of the file",
            "[oauth.client-registration]\nrequires = true\n[server]\nlisen = \"x\"\n[log]\nlevel = 'loud'\n",
            2,
            &[
                "error[oauth.client-registration.requires]: ",
                "2 | requires = true\n",
                "4 | lisen = \"(hidden)\"\n",
                "6 | level = 'loud'\n",
                "gatepost.toml: 3 errors\n",
            ],
        ),
        (
            "no TOML",
            "[server\nlisten = \"x\"\n",
            2,
            &["error: this is not TOML: ", " --> gatepost.toml:1:"],
        ),
        (
            "mistakes that the plugin finds",
            "[oauth.client-registration]\nanonymus = true\nrequire = 1\n",
            2,
            &[
                "error[oauth.client-registration.anonymus]: ",
                "error[oauth.client-registration.require]: ",
                "gatepost.toml: 2 errors\n",
            ],
        ),
    ];
    for (name, settings, code, said) in cases {
        let severity = if *code == 0 { "warning" } else { "error" };
        folder.write("gatepost.toml", settings);
        let output = check(&["--config", "gatepost.toml"], &folder);
        assert_eq!(output.status.code(), Some(*code), "{name}: {output:?}");
        let shown = text(&output.stdout);
        for part in *said {
            assert!(shown.contains(part), "{name}: {part} in:\n{shown}");
        }
        let arguments = ["--config", "gatepost.toml", "--format", "json"];
        let output = check(&arguments, &folder);
        assert_eq!(output.status.code(), Some(*code), "{name}: {output:?}");
        let report = json(&output);
        assert_eq!(report["settings"], "gatepost.toml", "{name}");
        for finding in report["diagnostics"].as_array().expect("a list") {
            let path = finding["path"].as_str().expect("text");
            let head = match path {
                "" => format!("{severity}: "),
                path => format!("{severity}[{path}]: "),
            };
            assert!(shown.contains(&head), "{name}");
            if severity == "error" {
                assert!(
                    finding["line"].is_u64() && finding["column"].is_u64(),
                    "{name}"
                );
            }
            assert_eq!(finding["severity"], severity, "{name}");
        }
    }
}

/// Whatever reads a configuration shows its mistakes in the same way.
#[test]
fn every_command_shows_every_mistake_with_its_line() {
    let folder = Folder::new();
    common::make(&folder.data());
    let text_of_file = "[server]\nlisen = 1\n[oauth.client-registration]\nrequires = true\n[store]\nurl = 'mysql://a:hidden@b'\n";
    folder.write("gatepost.toml", text_of_file);
    let checked = check(&["--config", "gatepost.toml"], &folder);
    let shown = text(&checked.stdout);
    for part in [
        "2 | lisen = 1",
        "4 | requires = true",
        "6 | url = ",
        "3 errors",
    ] {
        assert!(shown.contains(part), "{part} in\n{shown}");
    }
    assert!(!shown.contains("hidden@"), "{shown}");
    for arguments in [
        &["serve"][..],
        &["review"],
        &["client", "list"],
        &["setup", "--admin", "a@example.org", "--password-stdin"],
        &["key", "list"],
    ] {
        let output = program()
            .args(arguments)
            .args(["--config", "gatepost.toml"])
            .current_dir(here(&folder))
            .stdin(Stdio::null())
            .output()
            .expect("the program can be started");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {output:?}");
        assert_eq!(text(&output.stderr), shown, "{arguments:?}");
    }
}

#[test]
fn hostile_documents_cannot_paint_the_terminal() {
    let folder = Folder::new();
    let hostile = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}\u{2066}\u{200b}\u{7f}\r";
    let name = json!(hostile).to_string();
    // As they are, which is no JSON, and in JSON's own escapes, where JSON wants them.
    let documents = [
        format!("{{\"client_name\":\"{hostile}\"}}"),
        format!("{{{name}:1,{name}:2}}"),
        format!("{{\"client_name\":{name},\"redirect_uris\":[{name}],{name}:1}}"),
        format!("{{\"redirect_uris\":[\"https://a.example/\"],{name}:1}}"),
        hostile.to_owned(),
    ];
    for format in ["text", "json"] {
        let mut arguments = vec!["--format", format];
        for (path, document) in ["1", "2", "3", "4", "5"].iter().zip(&documents) {
            folder.write(path, document);
            arguments.push(path);
        }
        let output = check(&arguments, &folder);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let shown = text(&output.stdout);
        assert!(
            shown.chars().all(|c| matches!(c, '\n' | '§' | ' '..='~')),
            "{shown:?}"
        );
        // A program is told the code and not shown the line.
        let escaped = shown.matches("\\u{202e}").count();
        assert_eq!(escaped >= documents.len(), format == "text", "{shown}");
    }
}

#[test]
fn no_secret_is_printed() {
    let folder = Folder::new();
    folder.write(
        "client.json",
        r#"{"redirect_uris":["https://mail.example.com/callback"],"client_secret":"mine","token_endpoint_auth_method":"client_secret_basic"}"#,
    );
    folder.write(
        "key.json",
        r#"{"jwks":{"keys":[{"kty":"oct","k":"bWluZQ"}]},"client_secret":"mine"}"#,
    );
    for (path, code) in [("client.json", 0), ("key.json", 1)] {
        for format in ["text", "json"] {
            let output = check(&["--format", format, path], &folder);
            assert_eq!(output.status.code(), Some(code), "{output:?}");
            let shown = text(&output.stdout) + &text(&output.stderr);
            assert!(
                !shown.contains("mine") && !shown.contains("bWluZQ"),
                "{shown}"
            );
            // A secret is as long as no other word that is printed.
            let longest = shown
                .split(|c: char| !c.is_ascii_alphanumeric())
                .map(str::len)
                .max();
            assert!(longest < Some(32), "{shown}");
        }
    }
}

/// Where the files of a `Folder` are; its data folder would be among them.
fn here(folder: &Folder) -> PathBuf {
    let data = folder.data();
    data.parent().expect("it is inside of another").to_owned()
}

/// Documents and settings to check.
fn folder() -> Folder {
    let folder = Folder::new();
    for (name, content) in [
        ("broken.json", "{\n \"a\": 1\n \"b\": 2\n}\n"),
        ("twice.json", "{\n \"scope\":\"a\",\n \"scope\":\"b\"}"),
        ("bare.json", "{\"client_name\":\"X\"}"),
        ("empty.json", ""),
        (
            "wrong.toml",
            "[oauth.client-registration]\nanonymus = true\n",
        ),
        (
            "unwise.toml",
            "[oauth.client-registration]\nanonymous = true\nmax-anonymous-clients = 0\n",
        ),
    ] {
        folder.write(name, content);
    }
    folder.write("good.json", NATIVE.replacen('{', "{\"colour\":1,", 1));
    folder.write("latin1.json", b"{\"a\":\"\xe4\"}");
    folder.write("large.json", vec![b' '; (1 << 20) + 1]);
    folder
}

/// The program, with a document that is accepted on its standard input.
fn check(arguments: &[&str], folder: &Folder) -> Output {
    let mut child = program()
        .arg("check")
        .args(arguments)
        .current_dir(here(folder))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program can be started");
    let mut pipe = child.stdin.take().expect("it was asked for");
    // A program that ends without reading is none of this test's business.
    let _ = pipe.write_all(NATIVE.as_bytes());
    drop(pipe);
    child.wait_with_output().expect("it can be waited for")
}

/// The one line that was printed.
fn json(output: &Output) -> Value {
    let printed = text(&output.stdout);
    let line = printed.strip_suffix('\n').expect("a line");
    assert!(!line.contains('\n'), "{printed}");
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {printed}"))
}
