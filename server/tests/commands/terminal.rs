//! A command on a terminal, with answers that are typed.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::common::text;

/// What a person saw, and the exit code.
pub struct Seen {
    pub text: String,
    pub code: Option<i32>,
}

/// Runs the program on a terminal of 80 columns, in a folder, and types this. A terminal is what `script` gives a program.
pub fn on_terminal(arguments: &[&str], folder: &Path, typed: &str) -> Seen {
    let quoted: Vec<String> = arguments
        .iter()
        .map(|argument| format!("'{argument}'"))
        .collect();
    let run = format!(
        "stty cols 80; exec {} {}",
        env!("CARGO_BIN_EXE_gatepost-server"),
        quoted.join(" ")
    );
    let mut child = Command::new("script")
        .args([
            "--quiet",
            "--return",
            "--echo",
            "never",
            "--command",
            &run,
            "/dev/null",
        ])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("`script` is there");
    let mut stdin = child.stdin.take().expect("it was asked for");
    let _ = stdin.write_all(typed.as_bytes());
    let output = child.wait_with_output().expect("the program ends");
    drop(stdin);
    Seen {
        text: text(&output.stdout).replace("\r\n", "\n"),
        code: output.status.code(),
    }
}
