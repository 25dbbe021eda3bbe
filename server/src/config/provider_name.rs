//! What the provider is called.

use std::fmt;
use std::str::FromStr;

/// What mail clients show their users as the provider's name: a line of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderName(String);

impl ProviderName {
    pub(super) const ALLOWED: &str = "1 to 128 characters in one line";
}

impl FromStr for ProviderName {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let text = text.trim();
        let is_line = (1..=128).contains(&text.chars().count()) && !text.contains(char::is_control);
        is_line.then(|| Self(text.to_owned())).ok_or(())
    }
}

impl fmt::Display for ProviderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (text, expected) in [
            ("Example Mail", Some("Example Mail")),
            (" B\u{fc}cher \u{2709} ", Some("B\u{fc}cher \u{2709}")),
            ("", None),
            (" ", None),
            ("a\nb", None),
            ("a\u{85}b", None),
        ] {
            let name = text
                .parse::<ProviderName>()
                .map(|name| name.to_string())
                .ok();
            assert_eq!(name.as_deref(), expected, "{text:?}");
        }
        assert!("a".repeat(128).parse::<ProviderName>().is_ok());
        assert!("a".repeat(129).parse::<ProviderName>().is_err());
    }
}
