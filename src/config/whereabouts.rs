//! Finds Gatepost's table in the mail server's settings, and tables whose name is nearly the same: the
//! defaults must not be in force because of a misspelling.

use crate::diagnostic::{SettingFinding, Severity};
use crate::document::{Json, Object};

use super::settings::TABLE;

/// How many letters a name may differ by, and still be meant for the other.
const NEAR: usize = 3;

/// Finds the table. `None`: it is missing, or it is misspelt, which is a mistake.
pub(super) fn table<'a>(
    root: &'a Object<'a>,
    findings: &mut Vec<SettingFinding>,
) -> Option<&'a Object<'a>> {
    let before = findings.len();
    let [outer, inner] = TABLE;
    for (name, value) in root.iter().filter(|(name, _)| **name != *outer) {
        // Whole, such as `[client-registration]`, or under another name, such as `[oauth2.client-registration]`.
        if is_near(name, inner) || is_near(name, &TABLE.concat()) {
            findings.push(misspelt(name));
        } else if let Json::Object(members) = value {
            // Under the name of something else, only the very name is taken for ours.
            let is_outer = plain(name) == plain(outer);
            let is_ours =
                |member: &str| plain(member) == plain(inner) || is_outer && is_near(member, inner);
            let misplaced = members.iter().filter(|(member, _)| is_ours(member));
            findings.extend(misplaced.map(|(member, _)| misspelt(&format!("{name}.{member}"))));
        }
    }
    let found = match root.member(outer) {
        None => None,
        Some(Json::Object(members)) => {
            let misspelt_ones = members
                .iter()
                .filter(|(name, _)| **name != *inner && is_near(name, inner));
            findings.extend(misspelt_ones.map(|(name, _)| misspelt(&format!("{outer}.{name}"))));
            match members.member(inner) {
                None => None,
                Some(Json::Object(table)) => Some(table),
                Some(_) => {
                    findings.push(no_table(&TABLE.join(".")));
                    None
                }
            }
        }
        Some(_) => {
            findings.push(no_table(outer));
            None
        }
    };
    if found.is_none() && findings.len() == before && root.iter().next().is_some() {
        findings.push(SettingFinding::new(
            TABLE.join("."),
            "The table is missing, so that the defaults are in force.",
            Severity::Warning,
        ));
    }
    found
}

fn misspelt(path: &str) -> SettingFinding {
    let message = format!("There is no such table; [{}] is meant.", TABLE.join("."));
    SettingFinding::new(path, message, Severity::Error)
}

fn no_table(path: &str) -> SettingFinding {
    SettingFinding::new(path, "This must be a table.", Severity::Error)
}

fn is_near(name: &str, ours: &str) -> bool {
    // What is much longer is not looked at letter by letter.
    name.len() <= 64 && strsim::damerau_levenshtein(&plain(name), &plain(ours)) <= NEAR
}

/// A name without the signs between its words, and in lower case.
fn plain(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use crate::Registrar;

    #[test]
    fn a_misspelt_table_is_a_mistake() {
        for (path, text) in [
            ("oauth.client_registration", "[oauth.client_registration]"),
            ("oauth.client-registraton", "[oauth.client-registraton]"),
            (
                "oauth.clients-registration",
                "oauth.clients-registration.require = true",
            ),
            ("oauth.Client-Registration", "[oauth.Client-Registration]"),
            (
                "oauth.clientRegistration",
                r#"{"oauth":{"clientRegistration":{"require":true}}}"#,
            ),
            ("OAuth.client-registration", "[OAuth.client-registration]"),
            ("OAUTH.client_registrations", "[OAUTH.client_registrations]"),
            ("oauth2.client-registration", "[oauth2.client-registration]"),
            ("server.client-registration", "[server.client-registration]"),
            ("client-registration", "[client-registration]"),
            (
                "oauth.client-registration",
                "[\"oauth.client-registration\"]",
            ),
            ("oauth-client-registration", "[oauth-client-registration]"),
            (
                "client_registration",
                "[oauth.client-registration]\n[client_registration]",
            ),
            (
                "oauth.client_registration",
                "[oauth.client-registration]\n[oauth.client_registration]",
            ),
        ] {
            let mistakes = Registrar::compile(text).unwrap_err().0;
            let [mistake] = &*mistakes else {
                panic!("{text}: {mistakes:?}")
            };
            assert_eq!(mistake.path, path);
            assert_eq!(
                mistake.message,
                "There is no such table; [oauth.client-registration] is meant."
            );
        }
        for text in [
            "",
            "[auth]",
            "[oauth2]",
            "[oauth]\nclients = 1",
            "[oauth.registration]",
            "[client]",
            "[oauth.client]",
            "[oauth.client-authentication]",
            "[server.clientele]",
            "[oauth.client-registration]",
        ] {
            assert!(Registrar::compile(text).is_ok(), "{text}");
        }
    }
}
