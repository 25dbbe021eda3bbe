//! Tests of clients that are disabled and enabled.

use crate::client::Stored;
use crate::operations::manage::disable::{Switch, switch};

use super::*;

#[test]
fn who_is_disabled_by_whom() {
    let policy = policy("");
    let own = registered(&web(), &policy);
    let mut denied: serde_json::Value = serde_json::from_str(&own.record).unwrap();
    denied["denied"] = true.into();
    let denied = denied.to_string();
    let update = &["authenticate", "oauth-client-update"];
    for (name, permissions, id, record, to, expected) in [
        (
            "a client",
            &update[..],
            &*own.id,
            Some(&*own.record),
            Switch::Disabled,
            (204, "replace"),
        ),
        (
            "enabled already",
            update,
            &own.id,
            Some(&own.record),
            Switch::Enabled,
            (204, "none"),
        ),
        (
            "deleted for good",
            update,
            &own.id,
            Some(&denied),
            Switch::Enabled,
            (404, "none"),
        ),
        (
            "nobody",
            update,
            "nobody",
            None,
            Switch::Disabled,
            (404, "none"),
        ),
        (
            "by a reader",
            &["authenticate"],
            &own.id,
            Some(&own.record),
            Switch::Disabled,
            (403, "none"),
        ),
    ] {
        let context = administrator(permissions, record);
        let decision = switch(&context, NOW, id, to, &policy).unwrap();
        let effect = match &decision.effect {
            Effect::Replace(record) => {
                assert!(Stored::read(&record.document).unwrap().disabled, "{name}");
                "replace"
            }
            _ => "none",
        };
        assert_eq!((decision.response.status, effect), expected, "{name}");
    }
}
