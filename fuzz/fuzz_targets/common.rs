//! A registrar with everything switched on, and one decision of it.

use std::sync::LazyLock;

use gatepost::{Caller, Context, Registrar};
use serde_json::Value;

const SETTINGS: &str = "
    [oauth.client-registration]
    registration-endpoint = 'https://mail.example.com/auth/register'
    auth-methods = ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt', 'tls_client_auth']
    extensions = [
        'openid', 'rp-initiated-logout', 'front-channel-logout', 'back-channel-logout', 'mutual-tls',
        'signed-requests', 'pushed-requests', 'dpop', 'jwt-introspection', 'authorization-details', 'ciba',
    ]
    authorization-details-types = ['mailbox']";

static REGISTRAR: LazyLock<Registrar> =
    LazyLock::new(|| Registrar::compile(SETTINGS).expect("the settings are right"));

/// The status and body of the answer to a document.
pub fn register(body: &[u8]) -> (u16, Value) {
    let context = Context {
        now: Some(1_790_000_000),
        entropy: Some(&[7; 32]),
        caller: Caller::with_permissions(&["authenticate", "oauth-client-registration"]),
        ..Context::default()
    };
    let decision = REGISTRAR.register(&context, body).expect("the facts are whole");
    let body = serde_json::from_str(&decision.response.body).expect("the answer is JSON");
    (decision.response.status, body)
}
