//! The password of a database, which is in the settings.

use crate::common::{Folder, Host, program, text};
use crate::witness::Witness;

const PASSWORD: &str = "MARKED-password-of-the-database";

/// Each command that opens the directory fails, and does not say with what.
#[test]
fn the_password_of_a_database_that_cannot_be_reached_is_not_told() {
    for (name, url) in [
        (
            "nobody listens",
            format!("postgres://gatepost:{PASSWORD}@127.0.0.1:1/gatepost?sslmode=disable"),
        ),
        (
            "in the query",
            format!(
                "postgres://127.0.0.1:1/gatepost?user=gatepost&password={PASSWORD}&sslmode=disable"
            ),
        ),
        (
            "no such setting",
            format!("postgres://gatepost:{PASSWORD}@127.0.0.1:1/gatepost?sslmode=perhaps"),
        ),
        (
            "no such port",
            format!("postgres://gatepost:{PASSWORD}@127.0.0.1:port/gatepost"),
        ),
        (
            "no such kind",
            format!("mysql://gatepost:{PASSWORD}@127.0.0.1/gatepost"),
        ),
    ] {
        let folder = Folder::new();
        let settings = format!("[log]\nlevel = 'debug'\n[store]\nurl = '{url}'\n");
        let config = folder.write("gatepost.toml", settings);
        for arguments in [
            &["serve", "--listen", "127.0.0.1:0"][..],
            &["check"],
            &["key", "list"],
            &["export"],
            &["review"],
        ] {
            let mut command = program();
            command.args(arguments).arg("--config").arg(&config);
            if arguments != ["check"] {
                command.arg("--data").arg(folder.data());
            }
            let output = command.output().expect("the program can be started");
            let said = text(&output.stdout) + &text(&output.stderr);
            // Without asking the database, `check` has nothing against some of them.
            let is_wrong = !output.status.success() || arguments == ["check"];
            assert!(is_wrong, "{name}: {arguments:?}: {said}");
            assert!(!said.contains("MARKED"), "{name}: {arguments:?}: {said}");
        }
    }
}

/// A server that has a password and uses it, looked at while it runs.
#[test]
#[ignore = "needs PostgreSQL; scripts/test-peers runs it"]
fn the_password_of_a_database_is_not_told() {
    let server = crate::common::postgres::Server::start();
    let settings = server.settings();
    let with_password = settings.replace(
        "postgres://postgres@",
        &format!("postgres://postgres:{PASSWORD}@"),
    );
    assert_ne!(settings, with_password);
    let host = Host::start(&format!(
        "[log]\nlevel = 'debug'\n[oauth.client-registration]\nanonymous = true\n{with_password}"
    ));
    let mut witness = Witness::of(&host);
    let key = host.first_key("registration").to_owned();
    crate::administration::first_start(&host, &mut witness);
    witness.knows("the database's password", PASSWORD);
    crate::administration::pages(&host, &mut witness);
    crate::clients::register_and_manage(&host, &mut witness);
    witness.hear("metrics", &host.get("/metrics"));
    witness.looks_at_the_process(&host);
    drop(server);
    // The database is gone.
    for _ in 0..3 {
        witness.hear("without a database", &host.register_with_key(&key, "{}"));
        witness.hear("without a database", &host.get("/healthz"));
    }
    let config = host.folder.path("gatepost.toml");
    let folder = host.kill();
    witness.looks_at_files(&folder, &config);
    witness.is_content();
}
