//! The C library and the linked core decide as the component does, and what is no Gatepost library is not called.

#![cfg(all(feature = "embedded", target_os = "linux"))]

#[expect(
    dead_code,
    reason = "the components that misbehave are for other tests"
)]
mod hostile;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::{fs, thread};

use gatepost_plugin::{
    Context, Credential, LoadError, Misuse, Options, Plugin, PluginError, Source,
};

const SETTINGS: &str = r#"
[oauth.client-registration]
registration-endpoint = "https://mail.example.com/auth/register"
"#;

/// The forms that run in this process without a sandbox.
fn unconfined() -> [(&'static str, Source); 2] {
    [("library", library()), ("linked", Source::Linked)]
}

#[test]
fn they_decide_as_the_component_does() {
    let component = load(&Source::default(), SETTINGS).expect("the component loads");
    for (form, source) in unconfined() {
        let plugin = load(&source, SETTINGS).expect(form);
        assert_eq!(plugin.warnings(), component.warnings(), "{form}");
        assert_eq!(
            plugin.server_metadata().expect("it answers"),
            component.server_metadata().expect("it answers"),
            "{form}"
        );
        assert_eq!(plugin.instances(), 1, "{form}");

        let mut decided = 0;
        for (metadata, context) in requests() {
            let name = String::from_utf8_lossy(&metadata);
            let decision = plugin.register(&context, &metadata).expect("it decides");
            assert_eq!(
                decision,
                component.register(&context, &metadata).expect("it decides"),
                "{form}: {name}"
            );
            decided += 1;
        }
        assert!(decided > 100, "{decided}");
    }
}

#[test]
fn they_refuse_settings_as_the_component_does() {
    let sources = [Source::default(), library(), Source::Linked];
    for settings in [
        "oauth",
        "[oauth.client-registration]\nrequire = 1\nanonymus = true",
        "{\"oauth\": {\"client-registration\": {\"require\": []}}}",
    ] {
        let findings = sources
            .each_ref()
            .map(|source| match load(source, settings) {
                Err(LoadError::Settings(findings)) => findings,
                Err(error) => panic!("{source:?}: {settings}: {error:?}"),
                Ok(_) => panic!("{source:?}: {settings}: accepted"),
            });
        assert!(!findings[0].is_empty(), "{settings}");
        assert_eq!(findings[0], findings[1], "{settings}");
        assert_eq!(findings[0], findings[2], "{settings}");
    }
}

#[test]
fn they_are_misused_as_the_component_is() {
    for source in [library(), Source::default(), Source::Linked] {
        let plugin = load(&source, "").expect("it loads");
        for len in [0, 31] {
            let mut context = hostile::context();
            context.entropy.truncate(len);
            let error = plugin.register(&context, b"{}").expect_err("it is misuse");
            assert!(
                matches!(error, PluginError::Misuse(Misuse::EntropyTooShort)),
                "{error:?}"
            );
        }
        let context = Context {
            record: Some("{}".into()),
            ..hostile::context()
        };
        let error = plugin.read(&context, "a").expect_err("it is no record");
        assert!(
            matches!(error, PluginError::Misuse(Misuse::RecordUnreadable)),
            "{error:?}"
        );
        let mut context = hostile::context();
        context.caller.credential = Credential::Accepted;
        context.caller.permissions = ["authenticate", "oauth-client-registration"]
            .map(String::from)
            .into();
        context.caller.terms = Some(r#"{"max-registrations": "five"}"#.into());
        match plugin.register(&context, b"{}") {
            Err(PluginError::Misuse(Misuse::TermsInvalid(mistakes))) => {
                assert_eq!(mistakes[0].path, "max-registrations");
            }
            answer => panic!("{answer:?}"),
        }
    }
}

#[test]
fn threads_share_them() {
    for (form, source) in unconfined() {
        let plugin = load(&source, "").expect(form);
        let expected = plugin.register(&hostile::context(), b"{}");
        let expected = expected.expect("it decides");
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let plugin = Arc::clone(&plugin);
                thread::spawn(move || {
                    (0..1000)
                        .map(|_| plugin.register(&hostile::context(), b"{}"))
                        .collect::<Result<Vec<_>, _>>()
                })
            })
            .collect();
        for thread in threads {
            let decisions = thread.join().expect("no thread panics");
            for decision in decisions.expect("every call decides") {
                assert_eq!(decision, expected, "{form}");
            }
        }
    }
}

#[test]
fn another_library_is_not_used() {
    for (fault, reason) in [
        ("no-entry", "has no function gatepost_plugin_v1"),
        ("no-table", "returned no table"),
        ("version", "has version 2"),
        ("older", "older than this program"),
    ] {
        match load(&Source::Library(faulty(fault)), "") {
            Err(LoadError::Library { reason: text, .. }) => {
                assert!(text.contains(reason), "{fault}: {text}");
            }
            Err(error) => panic!("{fault}: {error:?}"),
            Ok(_) => panic!("{fault}: it loaded"),
        }
    }
}

#[test]
fn they_are_never_isolated() {
    let options = Options {
        isolate: true,
        ..Options::default()
    };
    let result = gatepost_plugin::load(&Source::Library("missing.so".into()), "", &options);
    assert!(matches!(result, Err(LoadError::LibraryIsolated)));
    let result = gatepost_plugin::load(&Source::Linked, "", &options);
    assert!(matches!(result, Err(LoadError::LinkedIsolated)));
}

fn load(source: &Source, settings: &str) -> Result<Arc<dyn Plugin>, LoadError> {
    gatepost_plugin::load(source, settings, &Options::default())
}

/// Every case of the core's table, and every fact that can be left out.
fn requests() -> Vec<(Vec<u8>, Context)> {
    let mut context = hostile::context();
    context.caller.credential = Credential::Accepted;
    context.caller.permissions = ["authenticate", "oauth-client-registration"]
        .map(String::from)
        .into();
    context.caller.account = Some("jane".into());
    let cases = fs::read_to_string("../tests/cases/register.jsonl").expect("the table is there");
    let mut requests: Vec<(Vec<u8>, Context)> = cases
        .lines()
        .map(|line| {
            let case: serde_json::Value = serde_json::from_str(line).expect("a case is JSON");
            let metadata = match case["raw"].as_str() {
                Some(raw) => raw.to_owned(),
                None => case["input"].to_string(),
            };
            (metadata.into_bytes(), context.clone())
        })
        .collect();

    let facts: [fn(&mut Context); 11] = [
        |context| context.caller.credential = Credential::Missing,
        |context| context.caller.credential = Credential::Malformed,
        |context| context.caller.credential = Credential::Rejected,
        |context| context.caller.account = Some(String::new()),
        |context| context.caller.address = Some("2001:db8::1".into()),
        |context| context.usage.account_clients = Some(u64::MAX),
        |context| context.usage.address_registrations = Some(u64::MAX),
        |context| context.usage.wider_registrations = Some(u64::MAX),
        |context| context.usage.key_registrations = Some(u64::MAX),
        |context| context.usage.anonymous_clients = Some(u64::MAX),
        |context| context.usage.total_clients = Some(u64::MAX),
    ];
    for change in facts {
        let mut context = context.clone();
        change(&mut context);
        requests.push((
            br#"{"redirect_uris":["http://127.0.0.1/cb"]}"#.into(),
            context,
        ));
    }
    for metadata in [&b""[..], b"\xff", b"\0"] {
        requests.push((metadata.into(), context.clone()));
    }
    requests
}

/// The library as it is shipped.
fn library() -> Source {
    let prefix = scratch().join("c-library");
    run(Command::new("../scripts/build-c-library")
        .arg("--prefix")
        .arg(&prefix)
        // The target folder of this very run, however it was named.
        .env(
            "CARGO_TARGET_DIR",
            scratch().parent().expect("it is in one"),
        ));
    let source = Source::recognise(prefix.join("lib/libgatepost.so"));
    source.expect("the library is recognised")
}

fn faulty(fault: &str) -> PathBuf {
    let path = scratch().join(format!("faulty-{fault}.so"));
    run(Command::new("rustc")
        .args([
            "--edition=2024",
            "--crate-type=cdylib",
            "--crate-name=faulty",
        ])
        .arg(format!("--cfg=fault=\"{fault}\""))
        .arg("-o")
        .arg(&path)
        .arg("tests/hostile/library.rs"));
    path
}

fn scratch() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

fn run(command: &mut Command) {
    let output = command.output().expect("the program starts");
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}
