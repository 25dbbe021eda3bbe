//! Finds the lines and columns that findings about TOML are about.

use toml::de::{DeTable, DeValue};

use crate::diagnostic::SettingFinding;

/// Adds the place of the finding's key: of as much of its path as there is in the document.
pub(super) fn find(document: &DeTable<'_>, text: &str, finding: &mut SettingFinding) {
    let mut table = Some(document);
    // A name can have dots in it.
    let whole = document.get_key_value(finding.path.as_str());
    let mut found = whole.map(|(key, _)| key.span().start);
    for name in finding.path.split('.') {
        let member = table.and_then(|table| table.get_key_value(name));
        let Some((key, value)) = member else {
            break;
        };
        found = Some(key.span().start);
        table = match value.get_ref() {
            DeValue::Table(inner) => Some(inner),
            _ => None,
        };
    }
    if let Some(offset) = found {
        put(offset, text, finding);
    }
}

/// Adds the place of a byte in the text.
pub(super) fn put(offset: usize, text: &str, finding: &mut SettingFinding) {
    let before = text.get(..offset).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let counted = |count: usize| u32::try_from(count.saturating_add(1)).ok();
    finding.line = counted(before.matches('\n').count());
    finding.column = counted(line.chars().count());
}

#[cfg(test)]
mod tests {
    use crate::config::compile;

    #[test]
    fn findings_say_where_they_are() {
        for (name, text, expected) in [
            (
                "an unknown key",
                "[oauth.client-registration]\n\n  anonymus = true\n",
                (3, 3),
            ),
            (
                "a wrong value",
                "[oauth.client-registration]\nanonymous = 1",
                (2, 1),
            ),
            (
                "with dots",
                "oauth.client-registration.anonymous = 1",
                (1, 27),
            ),
            (
                "no text of ASCII before",
                "[oauth]\n\"\u{e4}\" = 1\nclient-registration = { pkce = 'no' }",
                (3, 25),
            ),
            ("a table that is none", "oauth = 1", (1, 1)),
            (
                "a name with a dot",
                "a = 1\n[\"oauth.client-registration\"]",
                (2, 2),
            ),
            ("not TOML", "a = 1\nb =\n", (2, 4)),
            (
                "two together",
                "[oauth.client-registration]\ngrant-types = []",
                (2, 1),
            ),
            (
                "two that do not fit",
                "[oauth.client-registration]\nrequire = false\n\n approval = 'all'",
                (4, 2),
            ),
        ] {
            let mistakes = compile(text).err().unwrap();
            let first = &mistakes.0[0];
            assert_eq!(
                (first.line, first.column),
                (Some(expected.0), Some(expected.1)),
                "{name}: {first:?}"
            );
        }
        let compiled = compile("\n[oauth.client-registration]\nanonymous = false").unwrap();
        let warning = &compiled.warnings[0];
        assert_eq!(
            (warning.line, warning.column),
            (Some(2), Some(8)),
            "its table"
        );
        let compiled = compile("").unwrap();
        assert_eq!(compiled.warnings[0].line, None);
    }
}
