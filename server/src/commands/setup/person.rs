//! A person on a terminal, who is asked.

use std::error::Error;
use std::io::{self, BufRead, IsTerminal, Write};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use crate::commands::exit::Undone;

/// How often a question is asked again.
const MOST_TRIES: usize = 5;

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
                Some(default) if !default.is_empty() => eprint!("{question} [{default}]: "),
                _ => eprint!("{question}: "),
            }
            let typed = line()?;
            let answer = match (typed.trim(), default) {
                ("", Some(default)) => default,
                (typed, _) => typed,
            };
            match read(answer) {
                Ok(read) => return Ok(read),
                Err(why) => eprintln!("{why}"),
            }
        }
        Err(nothing())
    }

    /// Asks for a password twice, and shows none of it.
    pub(super) fn ask_password(
        &self,
        check: impl Fn(&str) -> Result<String, String>,
    ) -> Result<String, Box<dyn Error>> {
        for _ in 0..MOST_TRIES {
            let typed = hidden("Password: ")?;
            match check(&typed) {
                Err(why) => eprintln!("{why}"),
                Ok(_) if hidden("The same password again: ")? != typed => {
                    eprintln!("these are two passwords");
                }
                Ok(password) => return Ok(password),
            }
        }
        Err(nothing())
    }
}

/// A line, without its end.
fn line() -> Result<String, Box<dyn Error>> {
    io::stderr().flush()?;
    let mut typed = String::new();
    match io::stdin().lock().read_line(&mut typed)? {
        0 => Err(nothing()),
        _ => Ok(typed.trim_end_matches(['\r', '\n']).to_owned()),
    }
}

fn hidden(question: &str) -> Result<String, Box<dyn Error>> {
    eprint!("{question}");
    let quiet = Quiet::begin()?;
    let typed = line();
    drop(quiet);
    eprintln!();
    typed
}

fn nothing() -> Box<dyn Error> {
    Undone::Refused("nothing was changed".to_owned()).into()
}

/// As long as it lives, the terminal does not show what is typed.
struct Quiet(Termios);

impl Quiet {
    fn begin() -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHO);
        tcsetattr(io::stdin(), OptionalActions::Now, &quiet)?;
        Ok(Self(before))
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
    }
}
