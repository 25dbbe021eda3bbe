//! How an exchange looks to who runs the demonstration.

use std::io::Write;

use axum::http::header;
use serde_json::Value;

use super::exchange::{Answer, Body, Sent};

/// How much of a secret is shown: enough to tell it from another.
const SHOWN: usize = 12;

/// A step of the story.
pub(super) fn heading(number: usize, text: &str) {
    say(&format!("\n{number}. {text}\n"));
}

/// What a step came to.
pub(super) fn outcome(text: &str) {
    say(&format!("   => {text}\n"));
}

pub(super) fn request(sent: &Sent<'_>) {
    let mut text = format!("\n   > {} {}\n", sent.method, shortened(sent.path));
    if let Some(authorization) = &sent.authorization {
        text.push_str(&format!(
            "   > Authorization: {}\n",
            shortened(authorization)
        ));
    }
    match &sent.body {
        Body::Nothing => {}
        Body::Json(value) => text.push_str(&format!("   > {}\n", shortened(&value.to_string()))),
        Body::Form(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, value)| match *name {
                    "password" => format!("{name}=..."),
                    _ => format!("{name}={}", shortened(value)),
                })
                .collect();
            text.push_str(&format!("   > {}\n", fields.join("&")));
        }
    }
    say(&text);
}

pub(super) fn answer(answer: &Answer) {
    let mut text = format!("   < {}\n", answer.status);
    for name in [
        header::LOCATION,
        header::WWW_AUTHENTICATE,
        header::RETRY_AFTER,
    ] {
        if let Some(value) = answer.header(name.clone()) {
            text.push_str(&format!("   < {name}: {}\n", shortened(value)));
        }
    }
    match serde_json::from_str::<Value>(&answer.body) {
        Ok(value) => {
            let pretty = serde_json::to_string_pretty(&value).unwrap_or_default();
            for line in pretty.lines() {
                text.push_str(&format!("   < {}\n", shortened(line)));
            }
        }
        Err(_) if answer.body.contains("<html") => {
            let title = answer.body.split("<title>").nth(1);
            let title = title.and_then(|rest| rest.split("</title>").next());
            text.push_str(&format!("   < (a page: {})\n", title.unwrap_or_default()));
        }
        Err(_) => {}
    }
    say(&text);
}

/// The text with what is secret in it cut short.
fn shortened(text: &str) -> String {
    let mut shortened = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("gp") {
        shortened.push_str(&rest[..start]);
        rest = &rest[start..];
        let word = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'))
            .unwrap_or(rest.len());
        let (word, after) = rest.split_at(word);
        let is_secret = word.as_bytes().get(2..).is_some_and(|rest| {
            rest.contains(&b'_') && word.len() > 2 * SHOWN && !word.starts_with("gpc_")
        });
        match is_secret {
            true => shortened.push_str(&format!("{}...", &word[..SHOWN])),
            false => shortened.push_str(word),
        }
        rest = after;
    }
    shortened.push_str(rest);
    shortened
}

/// Nobody has to listen.
pub(super) fn say(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_cut_short_and_client_ids_are_not() {
        for (text, expected) in [
            ("nothing", "nothing"),
            ("gp", "gp"),
            (
                "Bearer gpat_Fn7NHSTAj7VzJEIBOp6CtqAzFn7NHSTAj7VzJEIBOp6",
                "Bearer gpat_Fn7NHST...",
            ),
            (
                "{\"client_id\":\"gpc_Fn7NHSTAj7VzJEIBOp6CtqAz\",\"t\":\"gpr_Oo99XI7jBmE9WOOWBRG8K0u-RrijDL78\"}",
                "{\"client_id\":\"gpc_Fn7NHSTAj7VzJEIBOp6CtqAz\",\"t\":\"gpr_Oo99XI7j...\"}",
            ),
        ] {
            assert_eq!(shortened(text), expected);
        }
    }
}
