//! Passwords that are guessed first.

/// What common passwords are made of, without the digits and marks that people put around it: a word a line, sorted.
const COMMON: &str = include_str!("../../../../assets/common-passwords.txt");

/// Why a password is guessed first, if it is; `names` are those of the account and of the server.
pub(super) fn reason(password: &str, names: &[&str]) -> Option<&'static str> {
    let password = password.to_lowercase();
    let core = password.trim_matches(|c: char| !c.is_alphabetic());
    let in_letters = |text: &str| text.chars().map(plain).collect::<String>();
    let forms = [password.clone(), in_letters(&password), in_letters(core)];
    let is_common = |word: &str| COMMON.lines().any(|common| common == word);
    let is_name = |name: &&str| {
        let name = name.to_lowercase();
        let mut parts = name.split(|c: char| !c.is_alphanumeric());
        core == name || parts.any(|part| part.len() >= 3 && part == core)
    };
    if is_run(&password) {
        Some("It is a row of keys or digits, or one thing repeated.")
    } else if forms.iter().any(|form| is_common(form)) {
        Some("It is one of the most common passwords, or such a one with digits or marks.")
    } else if names.iter().any(is_name) {
        Some("It is the name of your account or of this server.")
    } else {
        None
    }
}

/// A letter for the digit or mark that often stands for it.
fn plain(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        c => c,
    }
}

/// Whether a text in lower case is a row of neighbours on the keyboard, in the alphabet or among digits, or a short text repeated.
fn is_run(text: &str) -> bool {
    const ROWS: [&str; 7] = [
        "01234567890",
        "abcdefghijklmnopqrstuvwxyz",
        "qwertyuiop",
        "qwertzuiop",
        "azertyuiop",
        "asdfghjkl",
        "zxcvbnm",
    ];
    let text: Vec<char> = text.chars().collect();
    let follows = |pair: &[char]| {
        ROWS.iter().any(|row| {
            let row: Vec<char> = row.chars().collect();
            row.windows(2)
                .any(|two| two == pair || two[0] == pair[1] && two[1] == pair[0])
        })
    };
    let breaks = text
        .windows(2)
        .filter(|pair| !follows(pair) && pair[0] != pair[1]);
    // Two rows are as common as one.
    let is_row = breaks.count() <= 1;
    let repeats = |length: usize| text.chunks(length).all(|chunk| text.starts_with(chunk));
    is_row || (1..=text.len() / 2).take(4).any(repeats)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_guessed_first() {
        let names = ["alice.smith@example.org", "mail.example.org"];
        for (password, is_guessed) in [
            ("12345678", true),
            ("87654321", true),
            ("qwertyuiop", true),
            ("qwerty12345", true),
            ("aaaaaaaa", true),
            ("abcabcabc", true),
            ("Password1", true),
            ("P@ssw0rd!", true),
            ("password2026", true),
            ("Willkommen123", true),
            ("Sommer2026!", true),
            ("iloveyou99", true),
            ("correcthorsebatterystaple", true),
            ("alice.smith@example.org", true),
            ("Smith1234", true),
            ("example2026", true),
            ("correct horse battery stable", false),
            ("Tr0ub4dor&3", false),
            ("gppw_kT3mZq81xWvLr", false),
            ("zwei blaue elefanten", false),
            ("m7#kQz!p", false),
        ] {
            assert_eq!(reason(password, &names).is_some(), is_guessed, "{password}");
        }
    }

    #[test]
    fn the_list_is_sorted_and_plain() {
        let words: Vec<&str> = COMMON.lines().collect();
        assert!(words.is_sorted_by(|a, b| a < b));
        assert!(
            words
                .iter()
                .all(|word| word.bytes().all(|b| b.is_ascii_lowercase()))
        );
    }
}
