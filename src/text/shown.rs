//! Checks the characters of text that people see (requirements A20).

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

use crate::diagnostic::{Findings, Place, Role, Rule, rule};
use crate::uri::{self, Report};

/// Checks a text, and returns it as it is registered: in NFC, without white space around it.
pub(crate) fn shown(
    text: &str,
    max_characters: u64,
    place: Place<'_>,
    findings: &mut Findings,
) -> Option<String> {
    let trimmed = text.trim();
    let normalised: Cow<'_, str> =
        if trimmed.is_ascii() || is_nfc_quick(trimmed.chars()) == IsNormalized::Yes {
            Cow::Borrowed(trimmed)
        } else {
            Cow::Owned(trimmed.nfc().collect())
        };
    if !normalised.chars().any(is_visible) {
        findings.error(&rule::TEXT_EMPTY, place);
        return None;
    }
    if normalised.chars().count() as u64 > max_characters {
        findings.error_saying(
            &rule::TEXT_TOO_LONG,
            place,
            format!("The text is longer than {max_characters} characters."),
        );
        return None;
    }
    let mut faults: Vec<&'static Rule> = Vec::new();
    for character in normalised.chars().filter(|c| !c.is_ascii_graphic()) {
        if let Some(fault) = fault(character)
            && !faults.iter().any(|f| f.code == fault.code)
        {
            faults.push(fault);
        }
    }
    for fault in &faults {
        findings.error(fault, place);
    }
    if !faults.is_empty() {
        return None;
    }
    if normalised != text {
        findings.note(&rule::TEXT_NORMALISED, place);
    }
    Some(normalised.into_owned())
}

/// Whether a character is visible by itself. Joiners and marks need another character.
fn is_visible(character: char) -> bool {
    matches!(
        character.general_category_group(),
        GeneralCategoryGroup::Letter
            | GeneralCategoryGroup::Number
            | GeneralCategoryGroup::Punctuation
            | GeneralCategoryGroup::Symbol
            | GeneralCategoryGroup::Other
    ) && !matches!(character, '\u{200c}' | '\u{200d}')
}

fn is_mark(character: char) -> bool {
    character.general_category_group() == GeneralCategoryGroup::Mark
        && !matches!(character, '\u{fe0e}' | '\u{fe0f}')
}

/// Returns the rule that a character breaks in a text that people see.
fn fault(character: char) -> Option<&'static Rule> {
    match character {
        ' ' => None,
        // Many scripts and emoji need the joiners. The variation selectors choose between two
        // forms.
        '\u{200c}' | '\u{200d}' | '\u{fe0e}' | '\u{fe0f}' => None,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            Some(&rule::TEXT_BIDI)
        }
        // Letters and marks that are invisible.
        '\u{34f}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{1d159}'
        | '\u{2800}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0d}'
        | '\u{ffa0}'
        | '\u{e0100}'..='\u{e01ef}' => Some(&rule::TEXT_CONTROL),
        _ => match character.general_category() {
            GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator => Some(&rule::TEXT_CONTROL),
            GeneralCategory::Unassigned
            | GeneralCategory::PrivateUse
            | GeneralCategory::Surrogate => Some(&rule::TEXT_UNASSIGNED),
            _ => None,
        },
    }
}

/// Whether a text is an e-mail address or a contact URI (requirements A17).
pub(crate) fn is_contact(contact: &str) -> bool {
    match contact.split_once(':') {
        None => is_mail_address(contact),
        Some(("mailto", address)) => is_mail_address(
            address
                .split_once('?')
                .map_or(address, |(address, _)| address),
        ),
        Some(("https", _)) => {
            let mut scratch = Findings::default();
            let mut report = Report::new(Role::Other, Place::Document, &mut scratch);
            uri::shown(contact, &mut report)
        }
        Some(("sip" | "sips" | "xmpp", address)) => address.is_ascii() && is_mail_address(address),
        // A telephone number (RFC 3966 §3), without parameters.
        Some(("tel", number)) => {
            number.bytes().any(|b| b.is_ascii_digit())
                && number
                    .strip_prefix('+')
                    .unwrap_or(number)
                    .bytes()
                    .all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'.' | b'(' | b')'))
        }
        Some(_) => false,
    }
}

/// Whether a text can be an e-mail address (RFC 5321 §4.1.2, RFC 6531 §3.3). Quoted strings are not
/// accepted.
fn is_mail_address(address: &str) -> bool {
    let atom = |part: &str| {
        part.split('.').all(|atom| {
            !atom.is_empty()
                && !atom.contains(|c: char| {
                    c.is_whitespace()
                        || !is_visible(c) && !is_mark(c)
                        || "()<>[]:;@\\,\"%".contains(c)
                })
        })
    };
    address.rsplit_once('@').is_some_and(|(local, domain)| {
        let label = |label: &str| !label.starts_with('-') && !label.ends_with('-');
        atom(local) && atom(domain) && domain.split('.').all(label)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        for (text, registered, code) in [
            ("Example Mail", Some("Example Mail"), None),
            ("Postfächer ✉", Some("Postfächer ✉"), None),
            ("メール", Some("メール"), None),
            (
                "👩\u{200d}💻 ❤\u{fe0f}",
                Some("👩\u{200d}💻 ❤\u{fe0f}"),
                None,
            ),
            ("می\u{200c}خواهم", Some("می\u{200c}خواهم"), None),
            ("  Mail\u{a0}", Some("Mail"), Some("text-normalised")),
            (
                "Postfa\u{308}cher",
                Some("Postfächer"),
                Some("text-normalised"),
            ),
            ("", None, Some("text-empty")),
            (" \t\n", None, Some("text-empty")),
            ("\u{200d}", None, Some("text-empty")),
            ("\u{200c}\u{fe0f}", None, Some("text-empty")),
            ("\u{301}", None, Some("text-empty")),
            ("\u{1d159}", None, Some("text-control")),
            ("12345678901234567", None, Some("text-too-long")),
            ("ääääääääääääääää", Some("ääääääääääääääää"), None),
            ("a\0b", None, Some("text-control")),
            ("a\nb", None, Some("text-control")),
            ("a\u{7f}b", None, Some("text-control")),
            ("a\u{85}b", None, Some("text-control")),
            ("a\u{2028}b", None, Some("text-control")),
            ("a\u{ad}b", None, Some("text-control")),
            ("a\u{200b}b", None, Some("text-control")),
            ("a\u{feff}b", None, Some("text-control")),
            ("\u{3164}", None, Some("text-control")),
            ("a\u{e0061}", None, Some("text-control")),
            ("a\u{202e}b", None, Some("text-bidi")),
            ("a\u{2066}b\u{2069}", None, Some("text-bidi")),
            ("a\u{e000}", None, Some("text-unassigned")),
            ("a\u{378}", None, Some("text-unassigned")),
            ("a\u{fffe}", None, Some("text-unassigned")),
        ] {
            let mut findings = Findings::default();
            let found = shown(text, 16, Place::Document, &mut findings);
            assert_eq!(found.as_deref(), registered, "{text:?}");
            let codes: Vec<_> = findings.into_diagnostics().iter().map(|d| d.code).collect();
            assert_eq!(codes, Vec::from_iter(code), "{text:?}");
        }
    }

    #[test]
    fn contacts() {
        for (contact, sound) in [
            ("admin@example.com", true),
            ("pöst@bücher.example", true),
            ("a.b+c@example.com", true),
            ("mailto:x@example.com", true),
            ("mailto:x@example.com?subject=hi", true),
            ("https://example.com/help", true),
            ("tel:+15551234", true),
            ("xmpp:a@example.com", true),
            ("Support Team", false),
            ("admin", false),
            ("@example.com", false),
            ("admin@", false),
            ("a@b@example.com", false),
            ("a..b@example.com", false),
            ("Admin <admin@example.com>", false),
            ("mailto:", false),
            ("mailto:a%0d%0ab@c.example", false),
            ("admin@exam\u{200d}ple.com", false),
            ("a@-", false),
            ("https:x", false),
            ("https://user:pw@a.example.com/", false),
            ("tel:javascript", false),
            ("sip:a", false),
            ("https:", false),
            ("javascript:alert(1)", false),
            ("http://example.com/", false),
        ] {
            assert_eq!(is_contact(contact), sound, "{contact}");
        }
    }
}
