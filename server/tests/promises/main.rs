//! What is advertised is done (requirements J3). Each member of each discovery document is tried as every kind of
//! client that reads it, and a member or a value that nothing here tries is a failure.

#[path = "../common/mod.rs"]
mod common;

mod assertion;
mod client;
mod proofs;
mod rows;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::client::{Caller, World};
use crate::common::Host;
use crate::common::browser::{Browser, DEMO, demo_password};
use crate::rows::{DEVICES, ROWS, Row};

const LOOPBACK: &str = "http://127.0.0.1:4321/callback";
const MAIL: &str = "urn:ietf:params:oauth:scope:mail";
const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Everything that can be offered.
const ALL: &str = "[oauth.client-registration]
anonymous = true
auth-methods = ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt']
signing-algs = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'EdDSA', 'Ed25519']
resources = ['mail.example.org', 'imap://imap.example.org', 'https://dav.example.org/']
client-id-metadata-documents = true
";

/// A member of a document, with one of its values.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Claim {
    document: String,
    member: String,
    value: String,
}

#[test]
fn each_claim_is_kept() {
    let mut idle: Vec<&Row> = ROWS.iter().collect();
    let with_devices = format!("{ALL}anonymous-device = true\n");
    for (settings, is_anonymous_open, is_device_open) in [
        ("", false, false),
        (ALL, true, false),
        (&*with_devices, true, true),
    ] {
        let host = Host::start(settings);
        let world = World {
            server: host.get("/.well-known/oauth-authorization-server").json(),
            browser: RefCell::new(Browser::signed_in(&host, DEMO, &demo_password(&host))),
            host: &host,
            is_anonymous_open,
            is_device_open,
            count: Cell::new(0),
        };
        let mut broken = Vec::new();
        for claim in claims(&world) {
            let Some(row) = ROWS.iter().find(|row| is_about(row, &claim)) else {
                broken.push(format!("nothing tries {claim:?}"));
                continue;
            };
            idle.retain(|idle| !std::ptr::eq(*idle, row));
            for caller in Caller::ALL {
                if let Err(why) = try_as(&world, caller, row, &claim.value) {
                    broken.push(format!("{claim:?} as {caller:?}: {why}"));
                }
            }
        }
        assert!(broken.is_empty(), "with\n{settings}\n{}", broken.join("\n"));
    }
    let idle: Vec<_> = idle.iter().map(|row| (row.member, row.value)).collect();
    assert!(idle.is_empty(), "no document claims {idle:?}");
}

/// What has to be there: each document, and nothing of what this server does not do.
#[test]
fn what_no_document_claims() {
    let host = Host::start(ALL);
    let server = host.get("/.well-known/oauth-authorization-server").json();
    for absent in [
        "jwks_uri",
        "userinfo_endpoint",
        "id_token_signing_alg_values_supported",
        "subject_types_supported",
        "end_session_endpoint",
        "pushed_authorization_request_endpoint",
        "backchannel_authentication_endpoint",
        "dpop_signing_alg_values_supported",
        "tls_client_certificate_bound_access_tokens",
    ] {
        assert_eq!(server.get(absent), None, "{absent}");
    }
}

fn is_about(row: &Row, claim: &Claim) -> bool {
    row.document == claim.document
        && row.member == claim.member
        && row.value.is_none_or(|value| value == claim.value)
}

/// Whether a claim is kept for a kind of client, or refused with the reason that there is.
fn try_as(world: &World<'_>, caller: Caller, row: &Row, value: &str) -> Result<(), String> {
    if caller == Caller::Anonymous && !world.is_anonymous_open {
        // Whoever has no key is told that he needs one, before anything else.
        let refused = world.client(caller, client::PUBLIC).err();
        return match refused {
            Some(why) if why.contains("API key") || why.starts_with("invalid_token") => Ok(()),
            refused => Err(format!(
                "registration is closed, and the answer is {refused:?}"
            )),
        };
    }
    let is_opened = world.is_device_open && row.closed == DEVICES;
    let mut closed = row.closed.iter().filter(|_| !is_opened);
    let expected = closed.find(|(closed, _)| *closed == caller);
    match ((row.proof)(world, caller, value), expected) {
        (Ok(()), None) => Ok(()),
        (Err(why), Some((_, reason))) if why.contains(reason) => Ok(()),
        (Ok(()), Some((_, reason))) => Err(format!("open, and not refused for {reason:?}")),
        (Err(why), None) => Err(why),
        (Err(why), Some((_, reason))) => Err(format!("refused, not for {reason:?}: {why}")),
    }
}

/// Every claim of every document.
fn claims(world: &World<'_>) -> BTreeSet<Claim> {
    let mut claims = BTreeSet::new();
    let read = |name: &str| {
        let answer = world.host.get(&format!("/.well-known/{name}"));
        assert_eq!(answer.status, 200, "{name}: {answer:?}");
        answer.json()
    };
    for name in [
        "oauth-authorization-server",
        "oauth-protected-resource",
        "oauth-protected-resource/jmap/session",
        "user-agent-configuration.json",
    ] {
        add(&mut claims, name, "", &read(name));
    }
    // The same in another place claims the same.
    assert_eq!(read("openid-configuration"), world.server);
    assert_eq!(
        read("user-agent-configuration"),
        read("user-agent-configuration.json")
    );
    let led = world.host.get("/.well-known/jmap");
    let location = led.header("location").expect("it leads somewhere");
    add(&mut claims, "jmap", "", &json!({ "location": location }));
    claims
}

fn add(claims: &mut BTreeSet<Claim>, document: &str, member: &str, value: &Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let member = match member {
                    "" => name.clone(),
                    above => format!("{above}/{name}"),
                };
                add(claims, document, &member, value);
            }
        }
        Value::Array(values) => {
            assert!(!values.is_empty(), "{member} is empty (RFC 8414 §3.2)");
            for value in values {
                add(claims, document, member, value);
            }
        }
        scalar => {
            claims.insert(Claim {
                document: document.to_owned(),
                member: member.to_owned(),
                value: scalar.as_str().map_or(scalar.to_string(), str::to_owned),
            });
        }
    }
}
