//! Mistakes in a form: each is said beside its field, and all of them at the top.

use gatepost_plugin::{Decision, Severity};

/// A field of a form: its id, and its label.
pub(super) type Field = (&'static str, &'static str);

/// What is wrong with what was typed.
#[derive(Debug, Default)]
pub(super) struct Mistakes(Vec<Mistake>);

/// One of them.
#[derive(Debug)]
pub(super) struct Mistake {
    /// The field that it is in, if it is in one.
    pub(super) field: Option<Field>,
    pub(super) message: String,
    pub(super) severity: Severity,
}

impl FromIterator<Mistake> for Mistakes {
    fn from_iter<I: IntoIterator<Item = Mistake>>(mistakes: I) -> Self {
        Self(mistakes.into_iter().collect())
    }
}

impl Mistakes {
    /// One mistake, in this field.
    pub(super) fn one(field: Field, message: impl Into<String>) -> Self {
        Self(vec![Mistake {
            field: Some(field),
            message: message.into(),
            severity: Severity::Error,
        }])
    }

    /// One mistake, of the whole form.
    pub(super) fn of_all(message: impl Into<String>) -> Self {
        Self(vec![Mistake {
            field: None,
            message: message.into(),
            severity: Severity::Error,
        }])
    }

    /// The findings of a decision; `field` says which field a place is in.
    pub(super) fn of(decision: &Decision, field: impl Fn(&str, &str) -> Option<Field>) -> Self {
        let findings = decision.diagnostics.iter();
        let mistakes = findings.map(|finding| {
            let place = finding.pointer.strip_prefix('/').unwrap_or_default();
            let member = place.split('/').next().unwrap_or_default();
            let field = field(&finding.code, member);
            let rest = place.strip_prefix(member).unwrap_or_default();
            let line = rest.strip_prefix('/').and_then(|it| it.parse::<u64>().ok());
            Mistake {
                field,
                message: match (field, line) {
                    _ if place.is_empty() => finding.message.clone(),
                    (Some(_), _) if rest.is_empty() => finding.message.clone(),
                    (Some(_), Some(line)) => format!("Entry {}: {}", line + 1, finding.message),
                    (_, _) => format!("{place}: {}", finding.message),
                },
                severity: finding.severity,
            }
        });
        Self(mistakes.collect())
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn all(&self) -> &[Mistake] {
        &self.0
    }

    /// Those in a field.
    pub(super) fn in_field<'s>(&'s self, id: &'s str) -> impl Iterator<Item = &'s str> {
        let in_it = move |mistake: &&Mistake| mistake.field.is_some_and(|(field, _)| field == id);
        self.0.iter().filter(in_it).map(|mistake| &*mistake.message)
    }

    pub(super) fn is_in(&self, id: &str) -> bool {
        self.in_field(id).next().is_some()
    }

    /// The attributes of a field, which say where it is described. The first field with a mistake has the focus.
    pub(super) fn attributes(&self, id: &str, hint: &str) -> String {
        let invalid = match self.is_in(id) {
            true => " aria-invalid=\"true\"",
            false => "",
        };
        format!("{invalid}{}", self.of_group(id, hint))
    }

    /// The same of a group of fields, which cannot be invalid itself.
    pub(super) fn of_group(&self, id: &str, hint: &str) -> String {
        let mut described = hint.to_owned();
        let mut attributes = String::new();
        if self.is_in(id) {
            if !described.is_empty() {
                described.push(' ');
            }
            described.push_str(&format!("{id}_wrong"));
            let first = self.0.iter().find_map(|mistake| mistake.field);
            if first.is_some_and(|(first, _)| first == id) {
                attributes.push_str(" autofocus");
            }
        }
        if !described.is_empty() {
            attributes.push_str(&format!(" aria-describedby=\"{described}\""));
        }
        attributes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_says_where_it_is_described() {
        let mistakes = Mistakes::one(("name", "Name"), "It is too long.");
        for (id, hint, expected) in [
            ("more", "", ""),
            ("more", "more_hint", " aria-describedby=\"more_hint\""),
            (
                "name",
                "",
                " aria-invalid=\"true\" autofocus aria-describedby=\"name_wrong\"",
            ),
            (
                "name",
                "name_hint",
                " aria-invalid=\"true\" autofocus aria-describedby=\"name_hint name_wrong\"",
            ),
        ] {
            assert_eq!(mistakes.attributes(id, hint), expected, "{id} {hint}");
        }
    }
}
