//! Commands that somebody is told to type into a shell.

/// A word as a shell reads it.
pub(crate) fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+,:@%=".contains(c);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_as_a_shell_reads_them() {
        for (word, expected) in [
            ("/etc/gatepost/gatepost.toml", "/etc/gatepost/gatepost.toml"),
            (
                "gpc_Fn7NHSTAj7VzJEIBOp6CtqAz",
                "gpc_Fn7NHSTAj7VzJEIBOp6CtqAz",
            ),
            ("webadmin", "webadmin"),
            ("own data", "'own data'"),
            ("it's", r"'it'\''s'"),
            ("$HOME;ls", "'$HOME;ls'"),
            ("$(rm)", "'$(rm)'"),
            ("~/data", "'~/data'"),
            ("https://a.example/?b&c", "'https://a.example/?b&c'"),
            ("", "''"),
        ] {
            assert_eq!(quoted(word), expected);
        }
    }
}
