//! Generated redirect URIs that the core accepts, and what matches them.

use gatepost::{Caller, Context, Outcome, Registrar, redirect_uri_matches};
use serde_json::json;

use super::generate::source::{Source, bytes};
use super::generate::uri;
use super::reading::Reading;

/// Settings under which as many redirect URIs are accepted as there can be.
const SETTINGS: &str = r#"
    [oauth.client-registration]
    https-ip-literals = "public"
    internal-hosts = true
    localhost = "everybody""#;

/// Whoever may register most.
const CONTEXT: Context<'static> = Context {
    now: Some(1_790_000_000),
    entropy: Some(&[7; 32]),
    caller: Caller::with_permissions(&["authenticate", "oauth-client-create"]),
    usage: gatepost::Usage {
        account_clients: None,
        address_registrations: None,
        wider_registrations: None,
        key_registrations: None,
        anonymous_clients: None,
        total_clients: None,
    },
    record: None,
};

/// Whether a redirect URI can be registered by an administrator, who may register more than anybody else.
pub fn acceptor() -> impl Fn(&str) -> bool {
    let registrar = Registrar::compile(SETTINGS).expect("the settings are right");
    move |uri| {
        let document = json!({ "redirect_uris": [uri] }).to_string();
        let decision = registrar.provision(&CONTEXT, None, document.as_bytes());
        decision.expect("the facts are whole").outcome == Outcome::Accept
    }
}

/// URIs that an acceptor takes, of so many that are generated, and with each those that match it.
pub fn accepted(count: u64, is_accepted: impl Fn(&str) -> bool) -> Vec<String> {
    let mut accepted = Vec::new();
    for seed in 0..count {
        let bytes = bytes(seed);
        let mut source = Source::new(&bytes);
        for _ in 0..20 {
            let registered = uri::any(&mut source);
            if !is_accepted(&registered) {
                continue;
            }
            let requested = uri::near(&mut source, &registered);
            if redirect_uri_matches(&registered, &requested) {
                // The host gets the one that was asked for.
                let readings = [&registered, &requested]
                    .map(|uri| Reading::of(uri).map(Reading::without_free_port));
                assert_eq!(
                    readings[0], readings[1],
                    "seed {seed}: {registered} matches {requested}"
                );
                accepted.push(requested);
            }
            accepted.push(registered);
        }
    }
    accepted.sort();
    accepted.dedup();
    accepted
}
