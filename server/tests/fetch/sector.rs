//! Clients that name a list of their redirect URIs (OpenID Connect Registration 1.0 §5).

use std::sync::Arc;

use gatepost_directory::{Inquiry, Store};
use gatepost_plugin::{Caller, Credential, Decision, Effect, Operation, Options, Outcome, Source};
use gatepost_server::decide::Decider;
use serde_json::json;

use crate::common::Folder;
use crate::room::Room;
use crate::site::Says;

const CALLBACK: &str = "https://app.example.com/callback";

#[test]
fn a_list_has_to_have_every_redirect_uri_before_a_client_is_registered() {
    let room = Room::new(|settings| settings.requests_per_minute = 0);
    let json = "Content-Type: application/json";
    let folder = Folder::new();
    std::fs::create_dir(folder.data()).expect("the folder can be made");
    let store = Store::in_folder(&folder.data());
    let opened = room.runtime.block_on(gatepost_directory::open(&store));
    let directory = opened.expect("a new directory");
    let settings = "[oauth.client-registration]\nextensions = ['openid']";
    let plugin = gatepost_plugin::load(&Source::default(), settings, &Options::default());
    let decider = Decider::new(Arc::clone(&directory), plugin.expect("they are right"), 2);
    let decider = decider
        .expect("the plugin works")
        .fetching_by(Arc::clone(&room.fetcher));
    let decide = |path: &str, operation: &dyn Fn(Vec<u8>) -> Operation| -> Decision {
        let metadata = json!({
            "redirect_uris": [CALLBACK, "https://app.example.com/other"],
            "sector_identifier_uri": room.site.at(path),
        });
        let caller = Caller {
            credential: Credential::Accepted,
            permissions: [
                "authenticate",
                "oauth-client-registration",
                "oauth-client-create",
            ]
            .map(str::to_owned)
            .into(),
            ..Caller::default()
        };
        let inquiry = Inquiry {
            client_id: None,
            registrant: None,
            revision: None,
            now: gatepost_directory::now(),
        };
        let operation = operation(metadata.to_string().into());
        let decided = room
            .runtime
            .block_on(decider.decide(inquiry, caller, operation));
        decided.expect("it is decided")
    };
    let register = |metadata| Operation::Register { metadata };
    let provision = |metadata| Operation::Provision {
        client_id: None,
        metadata,
    };
    let both = json!([
        CALLBACK,
        "https://app.example.com/other",
        "https://app.example.com/3"
    ]);
    room.site.has("/both", &[json], &both.to_string());
    room.site
        .has("/one", &[json], &json!([CALLBACK]).to_string());
    room.site
        .has("/object", &[json], &json!({ "a": CALLBACK }).to_string());
    room.site.has("/numbers", &[json], "[1]");
    room.site.says("/silent", Says::Bytes(Vec::new()));
    for (path, codes) in [
        ("/one", &["sector-identifier-mismatch"][..]),
        ("/object", &["sector-identifier-mismatch"]),
        ("/numbers", &["sector-identifier-mismatch"]),
        (
            "/silent",
            &["sector-identifier-unread", "fetch-unreachable"],
        ),
        ("/missing", &["sector-identifier-unread", "fetch-status"]),
    ] {
        for operation in [&register as &dyn Fn(Vec<u8>) -> Operation, &provision] {
            let decision = decide(path, operation);
            assert_eq!(decision.outcome, Outcome::Refuse, "{path}");
            assert_eq!(decision.response.status, 400, "{path}");
            let body = &decision.response.body;
            assert!(
                body.contains("\"invalid_client_metadata\""),
                "{path}: {body}"
            );
            assert!(!body.contains("fetch"), "{path}: {body}");
            assert_eq!(decision.effect, Effect::None, "{path}");
            let found: Vec<&str> = decision.diagnostics.iter().map(|d| &*d.code).collect();
            assert_eq!(found, codes, "{path}");
        }
    }
    for operation in [&register as &dyn Fn(Vec<u8>) -> Operation, &provision] {
        let decision = decide("/both", operation);
        assert_eq!(decision.outcome, Outcome::Accept, "{decision:?}");
    }
    room.runtime.block_on(directory.close());
}
