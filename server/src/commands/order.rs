//! Options before the command: `gatepost-server --data DIR key list` means the same as with the option behind it.

use std::ffi::OsString;

/// Options that several commands have, each with a value.
const WITH_VALUE: [&str; 4] = ["--config", "--data", "--listen", "--plugin"];

/// Those without.
const ALONE: [&str; 1] = ["--isolate"];

/// Moves options that are before the command to its end, where the command takes them.
pub(super) fn rearranged(arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let all: Vec<OsString> = arguments.into_iter().collect();
    let text = |at: usize| all.get(at).and_then(|argument| argument.to_str());
    let mut at = 1;
    while let Some(argument) = text(at) {
        let name = argument.split_once('=').map_or(argument, |(name, _)| name);
        at += match (WITH_VALUE.contains(&name), name == argument) {
            (true, true) => 2,
            (true, false) => 1,
            (false, _) if ALONE.contains(&argument) => 1,
            (false, _) => break,
        };
    }
    // Without a command they are those of `serve`.
    if at == 1 || text(at).is_none_or(|argument| argument.starts_with('-')) {
        return all;
    }
    let end = all[at..].iter().position(|argument| argument == "--");
    let end = end.map_or(all.len(), |end| at + end);
    let parts = [&all[..1], &all[at..end], &all[1..at], &all[end..]];
    parts.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_before_the_command() {
        for (given, expected) in [
            ("g", "g"),
            ("g key list", "g key list"),
            ("g --data d", "g --data d"),
            ("g --data d --isolate", "g --data d --isolate"),
            ("g --data d key list", "g key list --data d"),
            ("g --data=d key list --json", "g key list --json --data=d"),
            (
                "g --config c --isolate --data d serve",
                "g serve --config c --isolate --data d",
            ),
            ("g --data d check -- -x", "g check --data d -- -x"),
            ("g --data", "g --data"),
            ("g --help --data d key", "g --help --data d key"),
            ("g --data d --help", "g --data d --help"),
            ("g --utc --data d key", "g --utc --data d key"),
        ] {
            let arguments = given.split(' ').map(OsString::from);
            let found = rearranged(arguments);
            let expected: Vec<OsString> = expected.split(' ').map(OsString::from).collect();
            assert_eq!(found, expected, "{given}");
        }
    }
}
