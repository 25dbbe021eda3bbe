//! The settings in force, each with its meaning, its default and where it comes from.

use std::collections::BTreeSet;

use crate::config::{Config, PublicUrl};

/// What the settings mean, as the plugin describes them: a part for each, in their order.
const DESCRIBED: &str = include_str!("../../../../docs/configuration.md");

/// A setting in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::http) struct Setting {
    pub(in crate::http) key: String,
    /// What it means, in sentences.
    pub(in crate::http) meaning: String,
    /// What it is, as it is written in the configuration file.
    pub(in crate::http) value: String,
    /// What it is if nobody writes it.
    pub(in crate::http) default: String,
    pub(in crate::http) source: Source,
}

/// Where the value of a setting comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Source {
    /// The configuration file has it.
    Written,
    /// This server knows it: an address of its own.
    Server,
    /// Nobody wrote it.
    Default,
}

impl Source {
    pub(in crate::http) const fn text(self) -> &'static str {
        match self {
            Self::Written => "the configuration file",
            Self::Server => "this server, from its own address and name",
            Self::Default => "the default",
        }
    }
}

/// All settings of the table `[oauth.client-registration]`.
pub(in crate::http) fn in_force(config: &Config, public_url: &PublicUrl) -> Vec<Setting> {
    let written: BTreeSet<&str> = config.written().keys().map(String::as_str).collect();
    let all = config.plugin_settings(public_url).parse::<toml::Table>();
    let all = all.unwrap_or_default();
    let table = all
        .get("oauth")
        .and_then(|oauth| oauth.get("client-registration"));
    let value = |key: &str| table.and_then(|table| table.get(key));
    let of = |part: Described<'_>| {
        let source = match (written.contains(part.key), value(part.key)) {
            (true, _) => Source::Written,
            (false, Some(_)) => Source::Server,
            (false, None) => Source::Default,
        };
        Setting {
            value: match value(part.key) {
                Some(_) if config.is_secret(part.key) => {
                    "set; a secret, which is not shown".to_owned()
                }
                Some(value) => value.to_string(),
                None => part.default.to_owned(),
            },
            key: part.key.to_owned(),
            meaning: part.meaning,
            default: part.default.to_owned(),
            source,
        }
    };
    described(DESCRIBED).into_iter().map(of).collect()
}

/// The description of a setting.
#[derive(Debug, PartialEq, Eq)]
struct Described<'t> {
    key: &'t str,
    meaning: String,
    default: &'t str,
}

/// The descriptions of all settings. Those of terms come after them.
fn described(text: &str) -> Vec<Described<'_>> {
    let settings = text.split("\n# Terms").next().unwrap_or_default();
    let parts = settings.split("\n## `").skip(1);
    parts
        .filter_map(|part| {
            let (key, rest) = part.split_once('`')?;
            let (meaning, rest) = rest.split_once("\nAllowed: ")?;
            let (_, default) = rest.split_once(" Default: ")?;
            let default = default.trim().strip_suffix('.')?;
            Some(Described {
                key,
                meaning: plain(meaning),
                default: default.trim_matches('`'),
            })
        })
        .collect()
}

/// A text in one line, without the marks of Markdown: those of code, and a link's brackets and address.
fn plain(markdown: &str) -> String {
    let mut text = String::new();
    let mut rest = markdown;
    while let Some((before, link)) = rest.split_once('[') {
        text.push_str(before);
        rest = match link.split_once("](").and_then(|(name, after)| {
            let (_, after) = after.split_once(')')?;
            Some((name, after))
        }) {
            Some((name, after)) => {
                text.push_str(name);
                after
            }
            None => {
                text.push('[');
                link
            }
        };
    }
    text.push_str(rest);
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace('`', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_left_out() {
        for (markdown, text) in [
            (
                "see [Terms](#terms). The\n`scopes`",
                "see Terms. The scopes",
            ),
            ("a [list] of (them)", "a [list] of (them)"),
            ("[a](b) [c", "a [c"),
        ] {
            assert_eq!(plain(markdown), text);
        }
    }

    #[test]
    fn every_setting_is_described() {
        let found = described(DESCRIBED);
        let headings = DESCRIBED.split("\n# Terms").next().expect("a text");
        let headings = headings.lines().filter(|line| line.starts_with("## `"));
        assert_eq!(found.len(), headings.count());
        assert!(found.len() > 50, "{}", found.len());
        let require = found.iter().find(|found| found.key == "require");
        let require = require.expect("it is a setting");
        assert_eq!(require.default, "false");
        assert!(
            require
                .meaning
                .starts_with("If true, only registered clients can be used.")
        );
        for Described {
            key,
            meaning,
            default,
        } in found
        {
            assert!(!meaning.is_empty() && !default.is_empty(), "{key}");
            assert!(
                !meaning.contains("](") && !meaning.contains('`'),
                "{key}: {meaning}"
            );
        }
    }
}
