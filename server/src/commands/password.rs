//! A password that somebody chose.

use std::error::Error;
use std::io::{self, IsTerminal, Read};

use super::exit::Undone;
use super::said::said;
use super::terminal::{MOST_TRIES, hidden, nothing};
use crate::password::{self, Unfit};

/// The password on standard input. On a terminal it is asked for.
pub(super) fn on_stdin() -> Result<String, Box<dyn Error>> {
    match io::stdin().is_terminal() {
        true => ask(),
        false => read(io::stdin().lock()),
    }
}

/// Asks for a password twice, and shows none of it.
pub(super) fn ask() -> Result<String, Box<dyn Error>> {
    for _ in 0..MOST_TRIES {
        let typed = hidden("Password: ")?;
        match check(&typed) {
            Err(why) => said(&why),
            Ok(()) if hidden("The same password again: ")? != typed => {
                said("these are two passwords");
            }
            Ok(()) => return Ok(typed),
        }
    }
    Err(nothing())
}

/// Reads a password that is alone in a file, in a line.
pub(super) fn read(from: impl Read) -> Result<String, Box<dyn Error>> {
    let mistake = |why: String| -> Box<dyn Error> { Undone::Mistake(why).into() };
    // As much as a password can have, the end of its line, and a byte that is too much.
    let most = password::LIMIT as u64 + 3;
    let mut bytes = Vec::new();
    from.take(most).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == most {
        return Err(mistake(Unfit::TooLong.to_string()));
    }
    let Ok(text) = String::from_utf8(bytes) else {
        return Err(mistake("a password is text in UTF-8".to_owned()));
    };
    let line = text.strip_suffix('\n').unwrap_or(&text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.contains('\n') {
        return Err(mistake(
            "a password is one line, and there are more".to_owned(),
        ));
    }
    check(line).map_err(mistake)?;
    Ok(line.to_owned())
}

/// Whether somebody may choose this password, or why not.
fn check(text: &str) -> Result<(), String> {
    password::check(text).map_err(|unfit| match unfit {
        Unfit::TooShort => format!(
            "{unfit}; 15 are better where it is all that is asked for (NIST SP 800-63B-4 §3.1.1.2)"
        ),
        Unfit::TooLong => unfit.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line() {
        let long = "x".repeat(password::LIMIT);
        let longest = format!("{long}\r\n");
        let too_long = format!("{long}x\r\n");
        let cut_in_a_character = format!("{long}xxé");
        for (name, text, expected) in [
            ("a line", &b"12345678\n"[..], Ok("12345678")),
            ("no end", b"12345678", Ok("12345678")),
            ("a carriage return", b"12345678\r\n", Ok("12345678")),
            ("spaces", b" 1234567 \n", Ok(" 1234567 ")),
            ("the longest", longest.as_bytes(), Ok(&*long)),
            ("nothing", b"", Err("8 characters")),
            ("an empty line", b"\n", Err("8 characters")),
            ("too long", too_long.as_bytes(), Err("1024 bytes")),
            ("cut", cut_in_a_character.as_bytes(), Err("1024 bytes")),
            ("two lines", b"12345678\n12345678\n", Err("one line")),
            ("an empty second line", b"12345678\n\n", Err("one line")),
            ("no UTF-8", b"12345678\xff\n", Err("UTF-8")),
        ] {
            match (read(text), expected) {
                (Ok(read), Ok(expected)) => assert_eq!(read, expected, "{name}"),
                (Err(error), Err(expected)) => {
                    assert!(error.is::<Undone>(), "{name}: {error}");
                    assert!(error.to_string().contains(expected), "{name}: {error}");
                }
                (read, _) => panic!("{name}: {read:?}"),
            }
        }
    }
}
