//! What a person types on a terminal.

use std::error::Error;
use std::io::{self, BufRead};
use std::process;
use std::sync::{Mutex, PoisonError};
use std::thread;

use once_cell::sync::OnceCell;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use tokio::signal::unix::{SignalKind, signal};

use super::exit::{Code, Undone};
use super::said::{complain, on_stderr};
use super::tools::runtime;

/// How often a question is asked.
pub(super) const MOST_TRIES: usize = 5;

/// A line that is typed, without its end.
pub(super) fn line() -> Result<String, Box<dyn Error>> {
    let mut typed = String::new();
    match io::stdin().lock().read_line(&mut typed)? {
        0 => Err(nothing()),
        _ => Ok(typed.trim_end_matches(['\r', '\n']).to_owned()),
    }
}

/// Asks for a line, and shows none of it.
pub(super) fn hidden(question: &str) -> Result<String, Box<dyn Error>> {
    let quiet = Quiet::begin()?;
    on_stderr(question);
    let typed = line();
    drop(quiet);
    on_stderr("\n");
    typed
}

/// No answer came that could be used.
pub(super) fn nothing() -> Box<dyn Error> {
    Undone::Refused(NOTHING.to_owned()).into()
}

const NOTHING: &str = "nothing was changed";

/// As long as it lives, the terminal does not show what is typed; also a signal that ends the program ends that.
struct Quiet;

/// How the terminal was, while it is quiet.
static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

impl Quiet {
    fn begin() -> io::Result<Self> {
        static WATCH: OnceCell<()> = OnceCell::new();
        WATCH.get_or_try_init(watch)?;
        let before = tcgetattr(io::stdin())?;
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHO);
        *BEFORE.lock().unwrap_or_else(PoisonError::into_inner) = Some(before);
        let begun = Self;
        tcsetattr(io::stdin(), OptionalActions::Now, &quiet)?;
        Ok(begun)
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        restore();
    }
}

/// Makes the terminal what it was. Gives back whether it was quiet.
fn restore() -> bool {
    let before = BEFORE.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(before) = &before {
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, before);
    }
    before.is_some()
}

/// From now on, the signals that end this program leave the terminal as it was.
fn watch() -> io::Result<()> {
    let runtime = runtime()?;
    let (mut interrupt, mut terminate, mut hangup) = {
        let _entered = runtime.enter();
        (
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
            signal(SignalKind::hangup())?,
        )
    };
    thread::spawn(move || {
        let ended_by = runtime.block_on(async {
            tokio::select! {
                _ = interrupt.recv() => SignalKind::interrupt(),
                _ = terminate.recv() => SignalKind::terminate(),
                _ = hangup.recv() => SignalKind::hangup(),
            }
        });
        if restore() {
            on_stderr("\n");
            complain(NOTHING);
            process::exit(Code::Refused as i32);
        }
        // As a shell says it of a program that a signal ended.
        process::exit(128 + ended_by.as_raw_value());
    });
    Ok(())
}
