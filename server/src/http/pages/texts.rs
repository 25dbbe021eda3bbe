//! Values of a JSON document, as a page shows them.

use serde_json::Value;

/// The texts of a value: one for each member of a list.
pub(super) fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    }
}
