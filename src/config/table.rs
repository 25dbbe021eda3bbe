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
    SettingFinding {
        // For a typing mistake a list of all keys is no help.
        allowed: nearest.is_none().then(|| keys.join(", ")),
        ..SettingFinding::new(path, message, Severity::Error)
    }
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
        assert_eq!(far.allowed.as_deref(), Some("require, anonymous"));
    }
}
