//! A person on a terminal, who is asked.

use std::error::Error;
use std::io::{self, IsTerminal};

use crate::commands::said::{on_stderr, said};
use crate::commands::terminal::{MOST_TRIES, line, nothing};

/// Somebody who sees standard error and types on standard input.
pub(super) struct Person;

impl Person {
    /// The person on the terminal, if there is one.
    pub(super) fn on_terminal() -> Option<Self> {
        (io::stdin().is_terminal() && io::stderr().is_terminal()).then_some(Self)
    }

    /// Asks until the answer can be read. An empty answer is the default.
    pub(super) fn ask<T>(
        &self,
        question: &str,
        default: Option<&str>,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, Box<dyn Error>> {
        for _ in 0..MOST_TRIES {
            match default {
                Some(default) if !default.is_empty() => {
                    on_stderr(&format!("{question} [{default}]: "));
                }
                _ => on_stderr(&format!("{question}: ")),
            }
            let typed = line()?;
            let answer = match (typed.trim(), default) {
                ("", Some(default)) => default,
                (typed, _) => typed,
            };
            match read(answer) {
                Ok(read) => return Ok(read),
                Err(why) => said(&why),
            }
        }
        Err(nothing())
    }
}
