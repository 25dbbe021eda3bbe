use gatepost_plugin::{Decision, Diagnostic, Effect, Response, SettingFinding};

use super::*;

fn diagnostic(code: &str, pointer: &str, severity: Severity) -> Diagnostic {
    Diagnostic {
        code: code.into(),
        pointer: pointer.into(),
        message: "It is wrong.".into(),
        reference: "RFC 7591 §2".into(),
        severity,
    }
}

fn decision(status: u16, body: &str, diagnostics: Vec<Diagnostic>) -> Decision {
    Decision {
        outcome: match status {
            201 => Outcome::Accept,
            _ => Outcome::Refuse,
        },
        response: Response {
            status,
            headers: Vec::new(),
            body: body.into(),
        },
        effect: Effect::None,
        diagnostics,
        fetches: Vec::new(),
        client_id: None,
        client: None,
        client_secret: None,
        registration_access_token: None,
    }
}

fn shown(styles: Styles, path: &str, document: &str, decision: &Decision) -> String {
    styles.document(&Report::new(path, document.as_bytes(), decision))
}

#[test]
fn refused() {
    let document = format!("{{{}\n  \"日本\": \"x\",\n\t\"b\": [1]\n}}", "\n".repeat(6));
    let decision = decision(
        400,
        "",
        vec![
            diagnostic("one", "/日本", Severity::Error),
            diagnostic("two", "/b/0", Severity::Error),
            diagnostic("three", "/c", Severity::Warning),
            diagnostic("four", "", Severity::Note),
        ],
    );
    assert_eq!(
        shown(Styles::default(), "dir/client.json", &document, &decision),
        "\
error[one]: It is wrong.
 --> dir/client.json:8:9
  |
8 |   \"日本\": \"x\",
  |           ^^^ /日本
  = RFC 7591 §2

error[two]: It is wrong.
 --> dir/client.json:9:8
  |
9 |     \"b\": [1]
  |           ^ /b/0
  = RFC 7591 §2

warning[three]: It is wrong.
 --> dir/client.json:1:1
  |
1 | {
  | ^ /c is not there
  = RFC 7591 §2

note[four]: It is wrong.
 --> dir/client.json:1:1
  |
1 | {
  | ^
  = RFC 7591 §2

dir/client.json: refused, 2 errors, 1 warning, 1 note
"
    );
}

#[test]
fn the_margin_grows_with_the_number() {
    let document = format!("{{{}\"a\":1}}", "\n".repeat(99));
    let decision = decision(400, "", vec![diagnostic("one", "/a", Severity::Error)]);
    assert_eq!(
        shown(Styles::default(), "-", &document, &decision),
        "\
error[one]: It is wrong.
   --> <stdin>:100:5
    |
100 | \"a\":1}
    |     ^ /a
    = RFC 7591 §2

<stdin>: refused, 1 error
"
    );
}

#[test]
fn accepted() {
    let document = r#"{"client_name":"X ","colour":"red","contacts":null}"#;
    let body = r#"{"client_id":"1","client_secret":"fresh","client_name":"X","grant_types":["authorization_code"]}"#;
    let decision = decision(
        201,
        body,
        vec![diagnostic("one", "/client_name", Severity::Note)],
    );
    assert_eq!(
        shown(Styles::default(), "client.json", document, &decision),
        "\
note[one]: It is wrong.
 --> client.json:1:16
  |
1 | {\"client_name\":\"X \",\"colour\":\"red\",\"contacts\":null}
  |                ^^^^ /client_name
  = RFC 7591 §2

client.json: accepted, 1 note
  added:    grant_types: [\"authorization_code\"]
  changed:  client_name: \"X\"
  left out: colour
"
    );
}

#[test]
fn what_is_left_out_by_the_thousand_is_counted() {
    let members: Vec<String> = (0..1000).map(|n| format!("\"x{n:03}\":0")).collect();
    let document = format!("{{{}}}", members.join(","));
    let text = shown(
        Styles::default(),
        "client.json",
        &document,
        &decision(201, "{}", Vec::new()),
    );
    assert_eq!(text.lines().count(), 22, "{text}");
    assert!(text.starts_with("client.json: accepted, no findings\n  left out: x000\n"));
    assert!(text.ends_with("\n  left out: x019\n  left out: and 980 more\n"));
}

#[test]
fn who_asks_has_no_place_in_the_document() {
    let decision = decision(
        401,
        "",
        vec![diagnostic("credential-missing", "", Severity::Error)],
    );
    assert_eq!(
        shown(Styles::default(), "client.json", "{}", &decision),
        "\
error[credential-missing]: It is wrong.
 = RFC 7591 §2

client.json: refused, 1 error
"
    );
}

#[test]
fn nothing_that_a_document_or_a_plugin_says_reaches_the_terminal_as_it_is() {
    let hostile = "\u{1b}]0;x\u{7}\u{202e}\r\n";
    let mut said = diagnostic(hostile, &format!("/{hostile}"), Severity::Error);
    said.message = hostile.into();
    said.reference = hostile.into();
    let document = format!("{{\"a\":\"{hostile}\"}}");
    let text = shown(
        Styles::default(),
        hostile,
        &document,
        &decision(400, "", vec![said]),
    );
    assert!(
        text.chars()
            .all(|c| c == '\n' || c == '§' || (' '..='~').contains(&c)),
        "{text:?}"
    );
    assert_eq!(text.lines().count(), 8, "{text}");
}

#[test]
fn colours_change_nothing_else() {
    let decision = decision(
        400,
        "",
        vec![
            diagnostic("one", "/a", Severity::Error),
            diagnostic("two", "", Severity::Warning),
        ],
    );
    let plain = shown(Styles::default(), "client.json", "{\"a\":1}", &decision);
    let coloured = shown(Styles::coloured(), "client.json", "{\"a\":1}", &decision);
    assert!(!plain.contains('\u{1b}'));
    assert!(
        coloured.starts_with("\u{1b}[1m\u{1b}[31merror[one]\u{1b}[0m"),
        "{coloured:?}"
    );
    let mut stripped = String::new();
    let mut parts = coloured.split('\u{1b}');
    stripped.push_str(parts.next().expect("split gives one part at least"));
    for part in parts {
        stripped.push_str(part.split_once('m').expect("a style").1);
    }
    assert_eq!(stripped, plain);
}

#[test]
fn settings() {
    let file = Written {
        path: "gatepost.toml".into(),
        text: "[server]\nlisen = 1\n".into(),
    };
    let finding = |severity, allowed: Option<&str>| SettingFinding {
        allowed: allowed.map(str::to_owned),
        ..SettingFinding::new("server.lisen", "there is no such key", severity)
    };
    let nowhere = Mistake {
        finding: finding(Severity::Warning, None),
        span: None,
    };
    let mut found = file.place(vec![finding(Severity::Error, Some("listen, public-url"))]);
    found.push(nowhere.clone());
    assert_eq!(
        Styles::default().settings(Some(&file), &found),
        "\
error[server.lisen]: there is no such key
 --> gatepost.toml:2:1
  |
2 | lisen = 1
  | ^^^^^^^^^
  = allowed: listen, public-url

warning[server.lisen]: there is no such key

gatepost.toml: 1 error, 1 warning
"
    );
    assert_eq!(
        Styles::default().settings(None, &[]),
        "the configuration: no findings\n"
    );
}
