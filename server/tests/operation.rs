//! What an operator sees: metrics, the audit log, and what other settings would have decided.

mod common;

use serde_json::Value;

use crate::common::{Host, NATIVE, run, text};

#[test]
fn metrics_say_what_was_decided_and_only_to_whom_it_concerns() {
    let host = Host::start("");
    let key = host.first_key("registration").to_owned();
    assert_eq!(host.register_with_key(&key, NATIVE).status, 201);
    assert_eq!(host.register_with_key(&key, "{").status, 400);
    assert_eq!(host.register(&[], NATIVE).status, 401);
    let metrics = host.get("/metrics");
    assert_eq!(metrics.status, 200);
    for line in [
        r#"gatepost_decisions_total{operation="register",outcome="accept",code=""} 1"#,
        r#"gatepost_decisions_total{operation="register",outcome="refuse",code="document-syntax"} 1"#,
        r#"gatepost_decisions_total{operation="register",outcome="refuse",code="credential-missing"} 1"#,
        r#"gatepost_requests_total{route="/auth/register",method="POST",status="201"} 1"#,
        "gatepost_store_seconds_count 1",
        "gatepost_audit_lost 0",
    ] {
        assert!(
            metrics.body.lines().any(|l| l == line),
            "{line} in\n{}",
            metrics.body
        );
    }
    assert!(!metrics.body.contains(&key));

    let closed = Host::start("[metrics]\nallow = ['192.0.2.0/24']\n");
    assert_eq!(closed.get("/metrics").status, 404);
}

#[test]
fn past_decisions_are_made_again_under_other_settings() {
    let host = Host::start("");
    let key = host.first_key("registration").to_owned();
    let secret = r#"{"redirect_uris":["https://a.example.com/cb"],"client_secret":"do not log"}"#;
    for (body, status) in [
        (NATIVE, 201),
        (r#"{"redirect_uris":["https://a.example.com/cb"]}"#, 201),
        (r#"{"redirect_uris":["javascript:alert(1)"]}"#, 400),
        (secret, 201),
    ] {
        assert_eq!(host.register_with_key(&key, body).status, status, "{body}");
    }
    let query = "client_id=nobody&response_type=code&redirect_uri=http%3A%2F%2F127.0.0.1%2F&state=do+not+log\
                 &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
    assert_eq!(host.get(&format!("/auth/authorize?{query}")).status, 200);
    let config = host.folder.write(
        "new.toml",
        "[oauth.client-registration]\nrequire = true\nredirect-hosts = ['b.example.com']\n",
    );
    let same = host.folder.write("same.toml", "");
    host.signal(rustix::process::Signal::TERM);
    let folder = host.kill_gently();
    let log = folder.data().join("audit.jsonl");
    let written = std::fs::read_to_string(&log).expect("there is a log");
    assert!(
        !written.contains("do not log") && !written.contains(&key),
        "{written}"
    );
    let lines: Vec<Value> = written
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect();
    let (lines, events): (Vec<Value>, Vec<Value>) = lines
        .into_iter()
        .partition(|line| line.get("kind").is_none());
    assert_eq!(events.len(), 5, "{written}");
    assert_eq!(lines.len(), 5, "{written}");
    assert_eq!(lines[0]["operation"], "register");
    assert_eq!(lines[0]["effect"], "store");
    assert_eq!(lines[2]["codes"][0], "redirect-uri-scheme-forbidden");
    assert!(lines[0]["request"].is_string());

    let replay = |config: &std::path::Path, more: &[&str]| {
        let mut arguments = vec!["replay", "--config"];
        let (config, log) = (config.to_str(), log.to_str());
        arguments.push(config.expect("a path in UTF-8"));
        arguments.extend(more);
        arguments.push(log.expect("a path in UTF-8"));
        run(&arguments, &folder.data())
    };
    let unchanged = replay(&same, &[]);
    let said = text(&unchanged.stdout);
    assert_eq!(unchanged.status.code(), Some(0), "{said}");
    assert_eq!(
        said,
        "0 of 5 decisions would be others; 1 cannot be made again without a secret, \
         0 cannot be read\n"
    );

    let changed = replay(&config, &[]);
    let said = text(&changed.stdout);
    assert_eq!(changed.status.code(), Some(1), "{said}");
    for part in [
        "line 3: register of ",
        "was accepted, would be refused (redirect-uri-host-not-allowed)\n",
        "line 9: authorize of nobody: was accepted, would be refused (client-unknown)\n",
        "2 of 5 decisions would be others; 1 cannot be made again without a secret, \
         0 cannot be read\n",
    ] {
        assert!(said.contains(part), "{part} in\n{said}");
    }
    let json = text(&replay(&config, &["--json"]).stdout);
    let last: Value = json
        .lines()
        .last()
        .and_then(|line| serde_json::from_str(line).ok())
        .expect("a line of JSON");
    assert_eq!(
        (&last["changed"], &last["undecidable"]),
        (&2.into(), &1.into())
    );

    std::fs::write(&log, "{}\n").expect("it can be written");
    let broken = replay(&same, &[]);
    assert_eq!(broken.status.code(), Some(2));
    assert!(
        text(&broken.stderr).contains("audit.jsonl:1:"),
        "{broken:?}"
    );
}
