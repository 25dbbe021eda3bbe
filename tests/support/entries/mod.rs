//! Every entry of the core that takes bytes of somebody else, each as a function that fails if they do what they may not.
//! A fuzzer calls it with bytes of its own, a test with those that fuzzers have found and kept in `fuzz/corpus`.

mod facts;
mod metadata;
mod requests;

use std::sync::LazyLock;

use gatepost::{Caller, Context, Decision, Registrar};

use super::generate::signed::{CLIENT, ISSUER, key_set, token};
use super::generate::{NOW, World};
use super::promises;
use super::step::{Answer, Boundary, Step};

pub use metadata::matching_by;

/// An entry, by the name of its target and of its corpus.
pub type Entry = (&'static str, fn(&[u8]));

pub const ENTRIES: &[Entry] = &[
    ("address", facts::address),
    ("assertion", requests::assertion),
    ("calls", calls),
    ("client_document", metadata::client_document),
    ("document", metadata::document),
    ("matching", metadata::matching),
    ("record", facts::record),
    ("redirect_uri", metadata::redirect_uri),
    ("request", requests::request),
    ("settings", facts::settings),
    ("statement", metadata::statement),
    ("stateless_id", requests::stateless_id),
    ("terms", facts::terms),
];

/// Sequences of generated calls.
fn calls(bytes: &[u8]) {
    ask(bytes, |_, _| {});
}

/// Asks the Rust library what bytes make, holds the answers against what is promised, and shows each.
pub fn ask(bytes: &[u8], mut look: impl FnMut(&Step, &Answer)) {
    let mut world = World::new(bytes);
    let mut registrar = match Registrar::compile(&world.settings) {
        Ok(registrar) => registrar,
        Err(mistakes) => {
            return promises::check(&world.step(), &Answer::Refused(mistakes.0));
        }
    };
    for _ in 0..64 {
        let step = world.step();
        let answer = registrar.perform(&step);
        promises::check(&step, &answer);
        look(&step, &answer);
        world.learn(&step, &answer);
        if world.is_over() {
            break;
        }
    }
}

/// A registrar with everything switched on.
static REGISTRAR: LazyLock<Registrar> = LazyLock::new(|| {
    let issuer = key_set(ISSUER);
    let settings = format!(
        r#"{{"oauth":{{"client-registration":{{
            "require": true,
            "issuer": "https://mail.example.com",
            "registration-endpoint": "https://mail.example.com/auth/register",
            "token-endpoint": "https://mail.example.com/auth/token",
            "client-id-metadata-documents": true,
            "auth-methods": ["none","client_secret_basic","client_secret_post","private_key_jwt","tls_client_auth"],
            "extensions": [
                "openid","rp-initiated-logout","front-channel-logout","back-channel-logout","mutual-tls","signed-requests",
                "pushed-requests","dpop","jwt-introspection","authorization-details","ciba"
            ],
            "authorization-details-types": ["mailbox"],
            "trusted-issuers": [{{"issuer":"https://issuer.example","jwks":{issuer}}}]
        }}}}}}"#
    );
    Registrar::compile(&settings).expect("the settings are right")
});

const CALLER: Caller<'static> = Caller::with_permissions(&[
    "authenticate",
    "oauth-client-registration",
    "oauth-client-create",
    "oauth-client-get",
    "oauth-client-update",
    "oauth-client-delete",
]);

const CONTEXT: Context<'static> = Context {
    now: Some(NOW),
    entropy: Some(&[7; 32]),
    caller: CALLER,
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

/// The two parts of bytes, with a line feed between them.
fn halves(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes
        .iter()
        .position(|byte| *byte == b'\n')
        .unwrap_or(bytes.len());
    (&bytes[..end], bytes.get(end + 1..).unwrap_or_default())
}

fn register(body: &[u8]) -> Decision {
    REGISTRAR
        .register(&CONTEXT, body)
        .expect("the facts are whole")
}

fn is_accepted(decision: &Decision) -> bool {
    decision.outcome == gatepost::Outcome::Accept
}
