//! What a program answers over HTTP, beside what the Rust library decides.

use gatepost::Registrar;
use serde_json::Value;

use super::callers::{NOW, context};
use super::cases;

/// What a program reads of a body. It does not ask the plugin about a longer one.
const BODY_LIMIT: usize = 64 << 10;

/// What a program answered.
pub struct Answered {
    pub status: u16,
    /// Names are in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// Registers every case of the table, and compares. The program draws its own entropy and reads its own
/// clock, and what follows from these is all that may differ.
pub fn compare(settings: &str, anonymous: bool, register: impl Fn(&str) -> Answered) {
    let registrar = Registrar::compile(settings).unwrap();
    for case in cases::register() {
        let expected = registrar.register(&context(anonymous), &case.body).unwrap();
        let body = std::str::from_utf8(&case.body).unwrap();
        let answer = register(body);
        let found: Value = serde_json::from_str(&answer.body).unwrap();
        let decided: Value = serde_json::from_str(&expected.response.body).unwrap();
        if body.len() > BODY_LIMIT {
            assert_eq!((answer.status, expected.response.status), (413, 400));
            assert_eq!(found["error"], decided["error"], "{}", case.id);
            continue;
        }
        assert_eq!(answer.status, expected.response.status, "{}", case.id);
        for header in &expected.response.headers {
            let sent = (header.name.to_ascii_lowercase(), header.value.to_string());
            assert!(answer.headers.contains(&sent), "{}: {sent:?}", case.id);
        }
        if !anonymous {
            case.check(answer.status, &found).unwrap();
        }
        assert_eq!(without_drawn(found), without_drawn(decided), "{}", case.id);
    }
}

/// An answer less what was drawn for it.
fn without_drawn(mut answer: Value) -> Value {
    for (member, prefix) in [
        ("client_id", "gpc_"),
        ("client_secret", "gps_"),
        ("registration_access_token", "gpr_"),
        (
            "registration_client_uri",
            "https://mail.example.com/auth/register/gpc_",
        ),
    ] {
        if let Some(value) = answer.get_mut(member) {
            assert!(value.as_str().unwrap().starts_with(prefix), "{value}");
            *value = prefix.into();
        }
    }
    if let Some(issued) = answer.get_mut("client_id_issued_at") {
        assert!(issued.as_u64().unwrap() >= NOW || *issued == 0, "{issued}");
        *issued = 0.into();
    }
    answer
}
