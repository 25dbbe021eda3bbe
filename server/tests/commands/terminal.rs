//! A command on a terminal, with answers that are typed.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::common::text;

/// What a person saw, and the exit code.
pub struct Seen {
    pub text: String,
    pub code: Option<i32>,
}

/// Runs the program on a terminal of 80 columns, in a folder, and types this.
pub fn on_terminal(arguments: &[&str], folder: &Path, typed: &str) -> Seen {
    let mut child = start(&format!("exec {}", command(arguments)), folder);
    let mut stdin = child.stdin.take().expect("it was asked for");
    let _ = stdin.write_all(typed.as_bytes());
    let output = child.wait_with_output().expect("the program ends");
    drop(stdin);
    seen(&output.stdout, output.status.code())
}

/// The same, and then presses Ctrl-C when this is shown. At the end, a shell says the exit code and how the terminal is.
pub fn interrupted(arguments: &[&str], folder: &Path, typed: &str, shown: &str) -> Seen {
    let run = format!(
        "trap : INT; stty echo; {}; echo \"ended with $?\"; stty -a",
        command(arguments)
    );
    let mut child = start(&run, folder);
    let mut stdin = child.stdin.take().expect("it was asked for");
    let mut stdout = child.stdout.take().expect("it was asked for");
    stdin.write_all(typed.as_bytes()).expect("it reads");
    let (mut all, mut byte) = (Vec::new(), [0]);
    let mut is_pressed = false;
    while stdout.read(&mut byte).expect("it can be read") == 1 {
        all.push(byte[0]);
        if !is_pressed && all.ends_with(shown.as_bytes()) {
            stdin.write_all(b"\x03").expect("it reads");
            is_pressed = true;
        }
    }
    let status = child.wait().expect("the shell ends");
    assert!(is_pressed, "{}", text(&all));
    seen(&all, status.code())
}

fn command(arguments: &[&str]) -> String {
    let quoted: Vec<String> = arguments
        .iter()
        .map(|argument| format!("'{argument}'"))
        .collect();
    let program = env!("CARGO_BIN_EXE_gatepost-server");
    format!("{program} {}", quoted.join(" "))
}

/// A terminal is what `script` gives a program.
fn start(run: &str, folder: &Path) -> Child {
    Command::new("script")
        .args(["--quiet", "--return", "--echo", "never", "--command"])
        .arg(format!("stty cols 80; {run}"))
        .arg("/dev/null")
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("`script` is there")
}

fn seen(output: &[u8], code: Option<i32>) -> Seen {
    Seen {
        text: text(output).replace("\r\n", "\n"),
        code,
    }
}
