//! Where what was found is shown.

use std::env;
use std::io::{self, IsTerminal, Write};

use super::text::Styles;

pub(in crate::commands) fn print(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
        .map_err(|error| {
            io::Error::new(
                error.kind(),
                format!("cannot print what was found: {error}"),
            )
        })
}

pub(in crate::commands) fn styles() -> Styles {
    styles_of(&io::stdout())
}

/// How things look on standard error.
pub(in crate::commands) fn on_stderr() -> Styles {
    styles_of(&io::stderr())
}

fn styles_of(stream: &impl IsTerminal) -> Styles {
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
    if stream.is_terminal() && !is_set("NO_COLOR") && !is_dumb {
        Styles::coloured()
    } else {
        Styles::default()
    }
}
