//! The configuration file as somebody wrote it, to show where a mistake is.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;

use gatepost_plugin::{SettingFinding, Severity};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A configuration file as somebody wrote it.
#[derive(Clone, PartialEq, Eq)]
pub struct Written {
    /// Where it is.
    pub path: PathBuf,
    /// What is in it.
    pub text: String,
}

/// Without its text, which may have secrets in it.
impl fmt::Debug for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Written")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// What is wrong with a configuration, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Mistake {
    /// What.
    pub finding: SettingFinding,
    /// The bytes of the file that it is about; `None` if there is no file, or nothing of it is in the file.
    pub span: Option<Range<usize>>,
}

impl Mistake {
    /// Findings with their places, where there is a file.
    pub fn all(file: Option<&Written>, findings: Vec<SettingFinding>) -> Vec<Self> {
        let unplaced = |finding| Self {
            finding,
            span: None,
        };
        match file {
            Some(file) => file.place(findings),
            None => findings.into_iter().map(unplaced).collect(),
        }
    }
}

impl Written {
    /// The table in the file, or every mistake that makes it no TOML.
    pub(super) fn table(&self) -> Result<toml::Table, Vec<Mistake>> {
        let (_, errors) = DeTable::parse_recoverable(&self.text);
        let mistake = |message: &str, span| Mistake {
            finding: SettingFinding::new(
                "",
                format!("this is not TOML: {message}"),
                Severity::Error,
            ),
            span,
        };
        let of_error = |error: &toml::de::Error| mistake(error.message(), error.span());
        if !errors.is_empty() {
            return Err(errors.iter().map(of_error).collect());
        }
        self.text.parse().map_err(|error| vec![of_error(&error)])
    }

    /// The findings, each with its place in the file, in the order of the file.
    pub fn place(&self, findings: Vec<SettingFinding>) -> Vec<Mistake> {
        let (root, _) = DeTable::parse_recoverable(&self.text);
        let mut mistakes: Vec<Mistake> = findings
            .into_iter()
            .map(|finding| Mistake {
                span: find(root.get_ref(), &finding.path),
                finding,
            })
            .collect();
        mistakes.sort_by_key(|mistake| mistake.span.as_ref().map_or(0, |span| span.start));
        mistakes
    }

    /// What is not shown of the file beside its mistakes.
    ///
    /// If it is no TOML, that is every value: where one ends is not known. Otherwise it is the value of a secret setting, a
    /// string with credentials in it, and each string at a place where there is a mistake: a secret may have a wrong name, or
    /// be in a wrong place. What the message quotes is shown, and what is wrong beside other settings only.
    pub fn secrets(&self, found: &[Mistake]) -> Vec<Range<usize>> {
        if self.table().is_err() {
            return all_values(&self.text);
        }
        let (root, _) = DeTable::parse_recoverable(&self.text);
        let is_error = |mistake: &&Mistake| mistake.finding.severity == Severity::Error;
        let mut hiding = Hiding {
            wrong: found
                .iter()
                .filter(is_error)
                .filter(|mistake| mistake.finding.message != BESIDE_OTHERS)
                .map(|mistake| (plain(&mistake.finding.path), &*mistake.finding.message))
                .collect(),
            hidden: Vec::new(),
        };
        hiding.table("", root.get_ref(), &Doubt::default());
        hiding.hidden
    }
}

/// Whether a text is a URL with credentials in it. It may be at any place.
pub(super) fn has_credentials(text: &str) -> bool {
    text.split_once("://")
        .is_some_and(|(_, rest)| rest.contains('@'))
}

/// What the plugin says of a value that is one of those which its setting can have, and does not go with other settings.
const BESIDE_OTHERS: &str = "The value is not allowed together with the other settings.";

/// The settings that have secrets in them.
const SECRET: [&str; 2] = ["store.url", "oauth.client-registration.client-id-keys"];

/// Looks for what is not shown.
struct Hiding<'a> {
    /// The paths of mistakes, with what is said of them.
    wrong: Vec<(String, &'a str)>,
    hidden: Vec<Range<usize>>,
}

/// Why a string may not be shown.
#[derive(Clone, Default)]
struct Doubt<'a> {
    /// It belongs to a secret setting.
    is_secret: bool,
    /// What is said of it, or of a table or a list that it is in.
    said: Vec<&'a str>,
}

impl<'a> Hiding<'a> {
    fn table(&mut self, path: &str, table: &DeTable<'_>, doubt: &Doubt<'a>) {
        for (key, value) in table {
            let path = match path {
                "" => plain(key.get_ref()),
                path => format!("{path}.{}", plain(key.get_ref())),
            };
            self.value(&path, value, doubt);
        }
    }

    fn value(&mut self, path: &str, value: &Spanned<DeValue<'_>>, doubt: &Doubt<'a>) {
        let mut doubt = doubt.clone();
        doubt.is_secret |= SECRET.contains(&path);
        let of_it = self.wrong.iter().filter(|(wrong, _)| wrong == path);
        doubt.said.extend(of_it.map(|(_, said)| *said));
        match value.get_ref() {
            DeValue::Table(table) => self.table(path, table, &doubt),
            DeValue::Array(_) if doubt.is_secret => self.hidden.push(value.span()),
            DeValue::Array(values) => {
                // What quotes an item is about that item.
                let quotes_one = |said: &&str| {
                    let mut texts = values.iter().filter_map(|value| value.get_ref().as_str());
                    texts.any(|text| quotes(said, text))
                };
                doubt.said.retain(|said| !quotes_one(said));
                for (number, value) in values.iter().enumerate() {
                    self.value(&format!("{path}.{number}"), value, &doubt);
                }
            }
            DeValue::String(text) => {
                let is_quoted = |said: &&str| quotes(said, text);
                let is_in_doubt = !doubt.said.is_empty() && !doubt.said.iter().any(is_quoted);
                if doubt.is_secret || is_in_doubt || has_credentials(text) {
                    self.hidden.push(value.span());
                }
            }
            _ if doubt.is_secret => self.hidden.push(value.span()),
            _ => {}
        }
    }
}

/// Whether a message has this value in it.
fn quotes(said: &str, value: &str) -> bool {
    said.contains(&format!("`{value}`"))
}

/// A path with a dot before each step, also before the number in a list.
fn plain(path: &str) -> String {
    path.replace('[', ".").replace(']', "")
}

/// The place of a setting, or of the table that it is missing in.
fn find(root: &DeTable<'_>, path: &str) -> Option<Range<usize>> {
    let path = plain(path);
    let mut steps: Vec<&str> = path.split('.').filter(|step| !step.is_empty()).collect();
    while !steps.is_empty() {
        if let Some(found) = follow(root, &steps) {
            return Some(found);
        }
        steps.pop();
    }
    None
}

/// What is underlined of a setting.
fn follow(root: &DeTable<'_>, steps: &[&str]) -> Option<Range<usize>> {
    let (first, rest) = steps.split_first()?;
    let (key, value) = root.iter().find(|(key, _)| key.get_ref() == first)?;
    below(key.span(), value, rest)
}

fn below(key: Range<usize>, value: &Spanned<DeValue<'_>>, steps: &[&str]) -> Option<Range<usize>> {
    match (value.get_ref(), steps) {
        (DeValue::Table(table), [_, ..]) => follow(table, steps),
        (DeValue::Array(values), [number, rest @ ..]) => {
            let value = values.get(number.parse::<usize>().ok()?)?;
            below(value.span(), value, rest)
        }
        // A table is the lines below its name.
        (DeValue::Table(_), []) => Some(key),
        (_, []) => Some(key.start..value.span().end.max(key.end)),
        _ => None,
    }
}

/// All of a text that is no TOML, but for the names before `=`.
fn all_values(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    // Behind it, a line may be a part of a value.
    let mut is_in_text = false;
    for line in text.split_inclusive('\n') {
        let shown = match line.split_once('=') {
            Some((name, _)) if !is_in_text && is_name(name.trim()) => name.len() + 1,
            _ => 0,
        };
        let rest = &line[shown..];
        let from = start + shown + (rest.len() - rest.trim_start().len());
        let end = start + line.trim_end().len();
        if from < end {
            found.push(from..end);
        }
        is_in_text |= line.contains("\"\"\"") || line.contains("'''");
        start += line.len();
    }
    found
}

/// Whether this can be the name of a setting: they are lower case, which keys of clients are not.
fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
colour = 'red'
[server]
lisen = '127.0.0.1:1'
public-url = 'https://mail.example.org' # no proxies

[store]
url = 'postgres://a:secret@b/c'
[oauth.client-registration]
redirect-hosts = ['a.example.com', '*']
require = 1
";

    fn written(text: &str) -> Written {
        Written {
            path: "gatepost.toml".into(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn places() {
        for (path, expected) in [
            ("colour", Some("colour = 'red'")),
            ("server.lisen", Some("lisen = '127.0.0.1:1'")),
            ("server.trusted-proxies", Some("server")),
            ("oauth.client-registration.require", Some("require = 1")),
            ("oauth.client-registration.redirect-hosts[1]", Some("'*'")),
            ("oauth.client-registration.redirect-hosts.1", Some("'*'")),
            (
                "oauth.client-registration.unknown",
                Some("client-registration"),
            ),
            ("metrics.allow", None),
            ("", None),
        ] {
            let finding = SettingFinding::new(path, "", Severity::Error);
            let found = written(TEXT).place(vec![finding]).remove(0).span;
            assert_eq!(found.map(|span| &TEXT[span]), expected, "{path}");
        }
    }

    #[test]
    fn mistakes_are_in_the_order_of_the_file() {
        let finding = |path: &str| SettingFinding::new(path, "", Severity::Error);
        let findings = [
            "oauth.client-registration.require",
            "server.lisen",
            "colour",
        ];
        let placed = written(TEXT).place(findings.map(finding).to_vec());
        let paths: Vec<&str> = placed.iter().map(|m| &*m.finding.path).collect();
        assert_eq!(
            paths,
            [
                "colour",
                "server.lisen",
                "oauth.client-registration.require"
            ]
        );
    }

    #[test]
    fn every_mistake_that_makes_it_no_toml() {
        let text = "a = \n[server\nlisten = 'x'\nb = \"";
        let mistakes = written(text).table().expect_err("it is none");
        assert!(mistakes.len() > 1, "{mistakes:?}");
        assert!(
            mistakes.iter().all(|mistake| mistake.span.is_some()),
            "{mistakes:?}"
        );
    }

    /// The plugin says it in these words.
    #[test]
    fn values_that_are_wrong_beside_others() {
        for settings in [
            "approval = 'anonymous'",
            "stateless = 'anonymous'",
            "require-software-statement = true",
        ] {
            let text = format!("[oauth.client-registration]\n{settings}\n");
            let mistakes = gatepost::Registrar::compile(&text)
                .expect_err("it has one")
                .0;
            let is_said = mistakes
                .iter()
                .any(|mistake| mistake.message == BESIDE_OTHERS);
            assert!(is_said, "{settings}: {mistakes:?}");
        }
    }

    /// What is not shown of a file that has these mistakes, each with a path and a message.
    fn hidden(text: &str, mistakes: &[(&str, &str)]) -> Vec<String> {
        let file = written(text);
        let finding =
            |(path, said): &(&str, &str)| SettingFinding::new(*path, *said, Severity::Error);
        let found = file.place(mistakes.iter().map(finding).collect());
        let hidden = file.secrets(&found).into_iter();
        hidden.map(|span| text[span].to_owned()).collect()
    }

    #[test]
    fn secrets_are_hidden() {
        for (name, text, mistakes, expected) in [
            (
                "a secret setting",
                TEXT,
                &[][..],
                &["'postgres://a:secret@b/c'"][..],
            ),
            (
                "keys of client ids",
                "[oauth.client-registration]\nclient-id-keys = ['a',\n'b']",
                &[],
                &["['a',\n'b']"],
            ),
            (
                "a secret setting of the wrong kind",
                "store.url.a = 's'\noauth.client-registration.client-id-keys = 1",
                &[],
                &["1", "'s'"],
            ),
            (
                "a wrong name",
                "[store]\nulr = 's'",
                &[("store.ulr", "there is no such key, did you mean `url`?")],
                &["'s'"],
            ),
            (
                "a list under a wrong name",
                "[oauth.client-registration]\nclient-id-key = ['s', 't']",
                &[(
                    "oauth.client-registration.client-id-key",
                    "There is no such key.",
                )],
                &["'s'", "'t'"],
            ),
            (
                "a wrong table",
                "[stroe.a]\nurl = 's'\n[log]\nlevel = 'info'",
                &[("stroe", "there is no such key")],
                &["'s'"],
            ),
            (
                "a name with a dot and a bracket",
                "[store]\n'a.b[1]' = 's'",
                &[("store.a.b[1]", "there is no such key")],
                &["'s'"],
            ),
            (
                "a string in the place of a table",
                "store = 's'",
                &[("store", "not the right kind of value")],
                &["'s'"],
            ),
            (
                "an item of a list",
                "a = ['s', 't']",
                &[("a[1]", "this is not understood")],
                &["'t'"],
            ),
            (
                "what the message quotes",
                "[log]\nlevel = 'loud'",
                &[("log.level", "`loud` is not understood")],
                &[],
            ),
            (
                "an item of a list that the message quotes",
                "[oauth.client-registration]\nextensions = ['a', 'b']",
                &[(
                    "oauth.client-registration.extensions",
                    "this server does not do `b`",
                )],
                &[],
            ),
            (
                "what is wrong beside other settings",
                "[oauth.client-registration]\napproval = 'anonymous'",
                &[("oauth.client-registration.approval", BESIDE_OTHERS)],
                &[],
            ),
            (
                "a secret that is wrong beside other settings",
                "[store]\nurl = 's'",
                &[("store.url", BESIDE_OTHERS)],
                &["'s'"],
            ),
            (
                "credentials at any place",
                "[server]\npublic-url = 'https://a:s@b'\ncors-origins = ['https://b', 'x://s@b']",
                &[],
                &["'x://s@b'", "'https://a:s@b'"],
            ),
            (
                "no quotes",
                "[store]\nurl = postgres://gp:s@h/d\npostgres://gp:s@h/d=\n",
                &[],
                &["[store]", "postgres://gp:s@h/d", "postgres://gp:s@h/d="],
            ),
            (
                "an escaped quote",
                "url = \"s\\\"t\" x\r\n",
                &[],
                &["\"s\\\"t\" x"],
            ),
            (
                "lines of a text",
                "url = \"\"\"\ns\nname = t\n\"\"\" x",
                &[],
                &["\"\"\"", "s", "name = t", "\"\"\" x"],
            ),
            (
                "keys without quotes",
                "client-id-keys = [\n  AbC=,\n  \"AbC=\"\n",
                &[],
                &["[", "AbC=,", "\"AbC=\""],
            ),
        ] {
            let mut found = hidden(text, mistakes);
            let mut expected = expected.to_vec();
            // The order is that of the keys.
            found.sort();
            expected.sort_unstable();
            assert_eq!(found, expected, "{name}");
        }
    }
}
