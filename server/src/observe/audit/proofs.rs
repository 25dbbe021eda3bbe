//! What is a secret, so that it does not get into the log.

use serde_json::Value;

/// The parameters that a decision may depend on and that are no secrets.
pub(in crate::observe) const HARMLESS: &[&str] = &[
    "client_id",
    "code_challenge",
    "code_challenge_method",
    "grant_type",
    "redirect_uri",
    "resource",
    "response_mode",
    "response_type",
    "scope",
];

/// Parameters, and members of metadata, that are secrets.
pub(super) const PROOFS: &[&str] = &[
    "client_secret",
    "client_assertion",
    "registration_access_token",
];

/// Takes out of metadata, or of what is a key in them, what is a secret or may be one, and says whether there
/// was any.
pub(in crate::observe) fn hide_proofs(value: &mut Value, is_key: bool) -> bool {
    match value {
        Value::Object(members) => {
            let is_key = is_key || members.contains_key("kty");
            let mut is_altered = false;
            for (name, value) in members {
                // Whatever stands for keys and is none may be a key that was written wrongly.
                let is_keys = name == "jwks";
                let is_hidden = PROOFS.contains(&&**name)
                    || is_key && PRIVATE.contains(&&**name)
                    || is_keys && !value.is_object() && !value.is_null();
                if is_hidden {
                    *value = Value::String("[secret]".to_owned());
                    is_altered = true;
                } else {
                    is_altered |= hide_proofs(value, is_key || is_keys);
                }
            }
            is_altered
        }
        Value::Array(values) => values
            .iter_mut()
            .map(|value| hide_proofs(value, is_key))
            .fold(false, |any, altered| any | altered),
        _ => false,
    }
}

/// Members of a key that is not public.
const PRIVATE: &[&str] = &["d", "dp", "dq", "k", "oth", "p", "q", "qi"];
