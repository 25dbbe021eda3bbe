//! The page that asks before something is done that cannot be undone.

use askama::Template;

/// What is asked, and the form that does it.
#[derive(Template)]
#[template(path = "confirm.html")]
pub(super) struct Confirm<'a> {
    /// The question.
    pub(super) question: String,
    /// What ends, a sentence each.
    pub(super) ends: Vec<String>,
    /// Where the form is sent to.
    pub(super) action: &'a str,
    pub(super) fields: Vec<(&'a str, &'a str)>,
    /// What the button says that does it.
    pub(super) button: &'a str,
    /// Where the button leads that does nothing.
    pub(super) back: &'a str,
    pub(super) csrf: String,
}

/// A number of things, in words.
pub(super) fn count(number: u64, one: &str, many: &str) -> String {
    match number {
        0 => format!("no {many}"),
        1 => format!("1 {one}"),
        number => format!("{number} {many}"),
    }
}
