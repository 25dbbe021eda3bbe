//! The macro for tables of settings. From one list of keys it makes the type, the defaults, the
//! reader, the message for an unknown key, and the documentation.

use crate::diagnostic::{SettingFinding, Severity};

macro_rules! table {
    (
        $(#[doc = $about:literal])*
        $name:ident {
            $($(#[doc = $doc:literal])* $field:ident $key:literal: $type:ty = $default:expr;)*
        }
    ) => {
        $(#[doc = $about])*
        #[derive(Clone, Debug)]
        pub(crate) struct $name {
            $($(#[doc = $doc])* pub(crate) $field: $type,)*
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        impl $name {
            pub(super) const KEYS: &[&str] = &[$($key),*];

            /// Reads the table. It reports a value that cannot be read, and keeps the default.
            pub(super) fn read_table(
                table: &$crate::document::Object<'_>,
                path: &str,
                findings: &mut Vec<$crate::diagnostic::SettingFinding>,
            ) -> Self {
                let mut read = Self::default();
                for (key, value) in table.iter() {
                    let path = $crate::config::table::below(path, key);
                    match key {
                        $($key => {
                            if let Some(setting) =
                                $crate::config::value::Setting::read_at(value, &path, findings)
                            {
                                read.$field = setting;
                            }
                        })*
                        _ => findings.push($crate::config::table::unknown(&path, key, Self::KEYS)),
                    }
                }
                read
            }

            /// Returns every key, for the documentation.
            #[cfg(test)]
            pub(super) fn described() -> Vec<$crate::config::table::Described> {
                let defaults = Self::default();
                vec![$($crate::config::table::Described {
                    key: $key,
                    about: concat!($($doc, "\n"),*),
                    allowed: <$type as $crate::config::value::Setting>::allowed(),
                    default: $crate::config::value::Setting::show(&defaults.$field),
                }),*]
            }
        }
    };
}

pub(super) use table;

/// A setting, for the documentation.
#[cfg(test)]
pub(super) struct Described {
    pub(super) key: &'static str,
    pub(super) about: &'static str,
    pub(super) allowed: String,
    pub(super) default: Option<String>,
}

/// Returns the path of a key: the path of its table, a dot, and the key.
pub(super) fn below(table: &str, key: &str) -> String {
    match table {
        "" => key.to_owned(),
        table => format!("{table}.{key}"),
    }
}

pub(super) fn unknown(path: &str, key: &str, keys: &[&str]) -> SettingFinding {
    let nearest = keys
        .iter()
        .map(|known| (strsim::damerau_levenshtein(key, known), *known))
        .min()
        .filter(|(distance, _)| *distance <= 3);
    let message = match nearest {
        Some((_, known)) => format!("There is no such key; {known} comes near."),
        None => "There is no such key.".to_owned(),
    };
    // A list of all keys is no help: of those of the policy, nobody finds the right one in it.
    let similar = match nearest {
        Some(_) => Vec::new(),
        None => similar(key, keys),
    };
    SettingFinding {
        allowed: (!similar.is_empty()).then(|| similar.join(", ")),
        ..SettingFinding::new(path, message, Severity::Error)
    }
}

/// The keys that have a word in common with a key that there is not.
fn similar<'k>(key: &str, keys: &[&'k str]) -> Vec<&'k str> {
    let words = |key: &str| -> Vec<String> {
        let words = key.split(['-', '_', '.', ' ']).map(str::to_ascii_lowercase);
        words.filter(|word| word.len() > 2).collect()
    };
    let wanted = words(key);
    let has_one = |known: &&&str| words(known).iter().any(|word| wanted.contains(word));
    keys.iter().filter(has_one).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_keys_name_the_nearest() {
        let found = |key| unknown(key, key, &["require", "anonymous"]);
        let near = found("requires");
        assert!(near.message.contains("require comes near"));
        assert_eq!(near.allowed, None);
        let far = found("something-else");
        assert_eq!(far.message, "There is no such key.");
        assert_eq!(far.allowed, None);
    }

    #[test]
    fn unknown_keys_name_those_that_share_a_word() {
        let keys = [
            "require",
            "max-clients",
            "max-anonymous-clients",
            "secret-lifetime",
        ];
        for (key, expected) in [
            (
                "limit-of-clients",
                Some("max-clients, max-anonymous-clients"),
            ),
            ("LIFETIME_OF_TOKENS", Some("secret-lifetime")),
            ("colour", None),
            ("a-b", None),
        ] {
            let found = unknown(key, key, &keys);
            assert_eq!(found.message, "There is no such key.", "{key}");
            assert_eq!(found.allowed.as_deref(), expected, "{key}");
        }
    }
}
