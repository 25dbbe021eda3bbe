//! No secret is anywhere but where it was asked for. Every operation that has one is done, with secrets that can be
//! recognised; then they are looked for in all that the server says, writes and keeps, as they are and encoded.

#[path = "../promises/assertion.rs"]
mod assertion;
#[path = "../common/mod.rs"]
mod common;

mod administration;
mod clients;
mod forms;
mod store;
mod users;
mod witness;

use crate::common::{Folder, Host, run, text};
use crate::witness::Witness;

/// The key of stateless ids, 32 bytes in base64url.
const CLIENT_ID_KEY: &str = "bWFya2VkLXN0YXRlbGVzcy1pZC1rZXktb2YtMzItYnk";

#[test]
fn no_secret_is_told_in_a_log_of_text() {
    everything_has_its_secrets("text");
}

#[test]
fn no_secret_is_told_in_a_log_of_json() {
    everything_has_its_secrets("json");
}

fn everything_has_its_secrets(format: &str) {
    let settings = format!(
        "[log]\nlevel = 'debug'\nformat = '{format}'\n[oauth.client-registration]\nanonymous = true\nanonymous-device = true\n\
         stateless = 'anonymous'\nclient-id-keys = ['{CLIENT_ID_KEY}']\n"
    );
    let host = Host::start_in(Folder::new(), &settings, &[]);
    let mut witness = Witness::of(&host);
    witness.knows("the key of stateless ids", CLIENT_ID_KEY);
    administration::first_start(&host, &mut witness);
    users::sign_in(&host, &mut witness);
    clients::register_and_manage(&host, &mut witness);
    clients::confidential(&host, &mut witness);
    clients::with_keys(&host, &mut witness);
    users::consent_and_tokens(&host, &mut witness);
    users::device(&host, &mut witness);
    administration::keys_and_clients(&host, &mut witness);
    administration::pages(&host, &mut witness);
    users::what_is_made_up(&host, &mut witness);
    witness.hear("metrics", &host.get("/metrics"));
    witness.looks_at_the_process(&host);
    if format == "text" {
        commands(&host, &mut witness);
    }
    let config = host.folder.path("gatepost.toml");
    host.signal(rustix::process::Signal::TERM);
    let folder = host.kill_gently();
    assert!(folder.data().join("gatepost.db").is_file());
    witness.looks_at_files(&folder, &config);
    witness.is_content();
}

/// Commands that nobody asked for a secret, while the server runs and its directory is full.
fn commands(host: &Host, witness: &mut Witness) {
    let data = host.folder.data();
    let (data, config) = (
        data.display().to_string(),
        host.folder.path("gatepost.toml"),
    );
    let config = config.display().to_string();
    let log = host.folder.data().join("audit.jsonl").display().to_string();
    let document = host.folder.path("client.json").display().to_string();
    for arguments in [
        &["account", "list", "--data", &data][..],
        &["key", "list", "--data", &data],
        &["client", "list", "--data", &data],
        &["client", "show", "provisioned", "--data", &data],
        &["export", "--data", &data],
        &["review", "--config", &config, "--data", &data],
        &["review", "--json", "--config", &config, "--data", &data],
        &["events", "--last", "1000", "--data", &data],
        &["events", "--last", "1000", "--json", "--data", &data],
        &["replay", "--config", &config, &log],
        &["replay", "--json", "--config", &config, &log],
        &["check", "--config", &config],
        &["check", "--config", &config, &document],
        &["check", "--json", "--config", &config, &document],
        &["sweep", "--config", &config, "--data", &data],
    ] {
        let output = run(arguments, &host.folder.data());
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(!said.is_empty(), "{arguments:?} says something");
        witness.hear_text(&format!("the command {}", arguments[..2].join(" ")), &said);
    }
}
