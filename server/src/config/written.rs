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

    /// What is not shown of the file: the values of secret settings, or every string if the file is no TOML.
    pub fn secrets(&self) -> Vec<Range<usize>> {
        let (root, errors) = DeTable::parse_recoverable(&self.text);
        if !errors.is_empty() {
            return strings(&self.text);
        }
        let value = |path: &[&str]| follow(root.get_ref(), path).map(|found| found.value);
        SECRET.iter().filter_map(|path| value(path)).collect()
    }
}

/// The settings that have secrets in them.
const SECRET: [&[&str]; 2] = [
    &["store", "url"],
    &["oauth", "client-registration", "client-id-keys"],
];

/// The place of a setting, or of the table that it is missing in.
fn find(root: &DeTable<'_>, path: &str) -> Option<Range<usize>> {
    let path = path.replace('[', ".").replace(']', "");
    let mut steps: Vec<&str> = path.split('.').filter(|step| !step.is_empty()).collect();
    while !steps.is_empty() {
        if let Some(found) = follow(root, &steps) {
            return Some(found.shown);
        }
        steps.pop();
    }
    None
}

/// A setting in the file.
struct Found {
    /// What is underlined.
    shown: Range<usize>,
    value: Range<usize>,
}

fn follow(root: &DeTable<'_>, steps: &[&str]) -> Option<Found> {
    let (first, rest) = steps.split_first()?;
    let (key, value) = root.iter().find(|(key, _)| key.get_ref() == first)?;
    below(key.span(), value, rest)
}

fn below(key: Range<usize>, value: &Spanned<DeValue<'_>>, steps: &[&str]) -> Option<Found> {
    match (value.get_ref(), steps) {
        (DeValue::Table(table), [_, ..]) => follow(table, steps),
        (DeValue::Array(values), [number, rest @ ..]) => {
            let value = values.get(number.parse::<usize>().ok()?)?;
            below(value.span(), value, rest)
        }
        // A table is the lines below its name.
        (DeValue::Table(_), []) => Some(Found {
            shown: key,
            value: value.span(),
        }),
        (_, []) => Some(Found {
            shown: key.start..value.span().end.max(key.end),
            value: value.span(),
        }),
        _ => None,
    }
}

/// Every string, to the end of its line at most.
fn strings(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find(['"', '\'']).map(|offset| at + offset) {
        let quote = char::from(text.as_bytes()[start]);
        let end = text[start + 1..].find([quote, '\n']);
        let end = end.map_or(text.len(), |offset| start + 1 + offset + 1);
        found.push(start..end);
        at = end;
    }
    found
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

    #[test]
    fn secrets_are_hidden() {
        let hidden = |text: &str| -> Vec<String> {
            let secrets = written(text).secrets();
            secrets
                .into_iter()
                .map(|span| text[span].to_owned())
                .collect()
        };
        assert_eq!(hidden(TEXT), ["'postgres://a:secret@b/c'"]);
        assert_eq!(
            hidden("[store]\nurl = 'postgres://a:s@b/c\nx = \"y\" = 1"),
            ["'postgres://a:s@b/c\n", "\"y\""]
        );
    }
}
