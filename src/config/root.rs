//! Finds Gatepost's table in the mail server's settings, and tables whose name is nearly the same: the
//! defaults must not be in force because of a misspelling.

use crate::diagnostic::{SettingFinding, Severity};
use crate::document::{Json, Object};

use super::settings::TABLE;

/// How many letters a name may differ by, and still be meant for the other.
const NEAR: usize = 3;

/// How many tables within each other are looked at.
const DEEPEST: usize = 3;

/// Finds the table. `None`: it is missing, or it is misspelt, which is a mistake.
pub(super) fn table<'a>(
    root: &'a Object<'a>,
    findings: &mut Vec<SettingFinding>,
) -> Option<&'a Object<'a>> {
    let before = findings.len();
    find_misspelt(root, &mut Vec::new(), findings);
    let mut found = Some(root);
    for (depth, name) in TABLE.iter().enumerate() {
        found = match found.and_then(|table| table.member(name)) {
            Some(Json::Object(inner)) => Some(inner),
            Some(_) => {
                findings.push(no_table(&TABLE[..=depth].join(".")));
                None
            }
            None => None,
        };
    }
    if found.is_none() && findings.len() == before && root.iter().next().is_some() {
        findings.push(SettingFinding::new(
            TABLE.join("."),
            "The table is missing, so that the defaults are in force.",
            Severity::Warning,
        ));
    }
    found
}

/// Finds the tables that are meant to be ours, such as `[client-registration]`, `[oauth2.client-registration]` and
/// `[oauth.client.registration]`.
fn find_misspelt<'a>(
    within: &'a Object<'a>,
    path: &mut Vec<&'a str>,
    findings: &mut Vec<SettingFinding>,
) {
    for (name, value) in within.iter() {
        path.push(name);
        if *path != TABLE {
            if is_meant(path) {
                findings.push(misspelt(&path.join(".")));
            } else if let (Json::Object(members), true) = (value, path.len() < DEEPEST) {
                find_misspelt(members, path, findings);
            }
        }
        path.pop();
    }
}

fn is_meant(path: &[&str]) -> bool {
    let [.., last] = path else { return false };
    let (written, [outer, inner]) = (plain(&path.concat()), TABLE.map(plain));
    let is_near = |ours: &str| strsim::damerau_levenshtein(&written, ours) <= NEAR;
    // Under the name of something else, only the very name is taken for ours.
    plain(last) == inner || written.len() <= 64 && (is_near(&inner) || is_near(&(outer + &inner)))
}

fn misspelt(path: &str) -> SettingFinding {
    let message = format!("There is no such table; [{}] is meant.", TABLE.join("."));
    SettingFinding::new(path, message, Severity::Error)
}

fn no_table(path: &str) -> SettingFinding {
    SettingFinding::new(path, "This must be a table.", Severity::Error)
}

/// A name without the signs between its words, and in lower case.
fn plain(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use crate::config::compile;

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
            ("oauth.client.registration", "[oauth.client.registration]"),
            (
                "server.oauth.client-registration",
                "[server.oauth.client-registration]",
            ),
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
            let mistakes = compile(text).err().unwrap().0;
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
            assert!(compile(text).is_ok(), "{text}");
        }
    }
}
