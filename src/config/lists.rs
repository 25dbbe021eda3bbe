//! Settings that are lists: scopes, names, algorithms, hosts and schemes.

use crate::document::Json;
use crate::jose::{CONTENT_ENCRYPTION_ALGORITHMS, ENCRYPTION_ALGORITHMS, SIGNING_ALGORITHMS};
use crate::oauth::{AuthMethod, Extension, GrantType, is_scope_token};
use crate::text::{ProtectedName, ProtectedNames};
use crate::uri;

use super::value::{Setting, list};

/// A list of names without duplicates: scopes (RFC 6749 §3.3), or other names of the same
/// characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TokenList(pub(crate) Vec<String>);

impl TokenList {
    pub(super) fn new(names: &[&str]) -> Self {
        Self(names.iter().map(|name| (*name).to_owned()).collect())
    }

    /// The scopes of draft-ietf-mailmaint-oauth-public §5.1.
    pub(super) fn mail_scopes() -> Self {
        Self(
            [
                "urn:ietf:params:oauth:scope:mail",
                "urn:ietf:params:oauth:scope:contacts",
                "urn:ietf:params:oauth:scope:calendars",
                "offline_access",
            ]
            .map(str::to_owned)
            .to_vec(),
        )
    }
}

impl Setting for TokenList {
    fn read(value: &Json<'_>) -> Option<Self> {
        let scopes = list(value, |name| is_scope_token(name).then(|| name.to_owned()))?;
        Some(Self(scopes))
    }

    fn allowed() -> String {
        "a list of names, of printable ASCII without space, quote and backslash".to_owned()
    }

    #[cfg(test)]
    fn show(&self) -> Option<String> {
        Some(shown_list(self.0.iter().map(String::as_str)))
    }
}

impl Setting for ProtectedNames {
    fn read(value: &Json<'_>) -> Option<Self> {
        list(value, ProtectedName::new).map(Self::new)
    }

    fn allowed() -> String {
        "a list of names, each with a letter or digit, no two of them alike".to_owned()
    }
}

impl Setting for ProtectedName {
    fn read(value: &Json<'_>) -> Option<Self> {
        match value {
            Json::Text(name) => Self::new(name),
            _ => None,
        }
    }

    fn allowed() -> String {
        "a name with a letter or digit".to_owned()
    }
}

impl Setting for Vec<GrantType> {
    fn read(value: &Json<'_>) -> Option<Self> {
        list(value, GrantType::named)
    }

    fn allowed() -> String {
        format!(
            "a list of {}",
            GrantType::ALL.map(GrantType::name).join(", ")
        )
    }

    #[cfg(test)]
    fn show(&self) -> Option<String> {
        Some(shown_list(self.iter().map(|item| item.name())))
    }
}

impl Setting for Vec<AuthMethod> {
    fn read(value: &Json<'_>) -> Option<Self> {
        list(value, AuthMethod::named)
    }

    fn allowed() -> String {
        format!(
            "a list of {}",
            AuthMethod::ALL.map(AuthMethod::name).join(", ")
        )
    }

    #[cfg(test)]
    fn show(&self) -> Option<String> {
        Some(shown_list(self.iter().map(|item| item.name())))
    }
}

impl Setting for Vec<Extension> {
    fn read(value: &Json<'_>) -> Option<Self> {
        list(value, Extension::named)
    }

    fn allowed() -> String {
        format!(
            "a list of {}",
            Extension::ALL.map(Extension::name).join(", ")
        )
    }

    #[cfg(test)]
    fn show(&self) -> Option<String> {
        Some(shown_list(self.iter().map(|item| item.name())))
    }
}

macro_rules! algorithms {
    ($($(#[doc = $doc:literal])* $type:ident = $all:ident, $($default:literal),*;)*) => {
        $(
            $(#[doc = $doc])*
            #[derive(Clone, Debug, PartialEq, Eq)]
            pub(crate) struct $type(Vec<&'static str>);

            impl $type {
                pub(crate) fn names(&self) -> &[&'static str] {
                    &self.0
                }
            }

            impl Default for $type {
                fn default() -> Self {
                    Self(vec![$($default),*])
                }
            }

            impl Setting for $type {
                fn read(value: &Json<'_>) -> Option<Self> {
                    list(value, |name| $all.iter().find(|a| **a == name).copied()).map(Self)
                }

                fn allowed() -> String {
                    format!("a list of {}", $all.join(", "))
                }

                #[cfg(test)]
                fn show(&self) -> Option<String> {
                    Some(shown_list(self.0.iter().copied()))
                }
            }
        )*
    };
}

algorithms! {
    /// Signature algorithms.
    SigningAlgs = SIGNING_ALGORITHMS, "ES256", "EdDSA", "RS256", "PS256";
    /// Key management algorithms.
    EncryptionAlgs = ENCRYPTION_ALGORITHMS, "ECDH-ES", "RSA-OAEP-256";
    /// Content encryption algorithms.
    ContentEncryptionAlgs = CONTENT_ENCRYPTION_ALGORITHMS, "A128CBC-HS256", "A256GCM";
}

/// A list of names of hosts or schemes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NameList(Vec<String>);

impl Setting for NameList {
    fn read(value: &Json<'_>) -> Option<Self> {
        let is_part = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+-.".contains(&b);
        let names = list(value, |name| {
            (!name.is_empty() && name.bytes().all(is_part)).then(|| name.to_owned())
        })?;
        Some(Self(names))
    }

    fn allowed() -> String {
        "a list of names in lower case: letters, digits and . + -".to_owned()
    }
}

/// Lists of allowed names. A name is allowed if every list contains it. Without a list, all names
/// are allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AllowLists(Vec<Vec<String>>);

impl AllowLists {
    /// Adds a list, so that fewer names are allowed.
    pub(super) fn narrow(&mut self, list: &NameList) {
        self.0.push(list.0.clone());
    }

    pub(crate) fn permit(&self, name: &str) -> bool {
        self.0
            .iter()
            .all(|list| list.iter().any(|listed| listed == name))
    }

    /// Whether a host is allowed. An entry that begins with a dot means all hosts below that name.
    pub(crate) fn permit_host(&self, host: &str) -> bool {
        self.0.iter().all(|list| uri::host_is_listed(host, list))
    }
}

impl Setting for AllowLists {
    fn read(value: &Json<'_>) -> Option<Self> {
        let NameList(names) = NameList::read(value)?;
        // An empty list in the settings is as if it were left out.
        let lists = if names.is_empty() {
            vec![]
        } else {
            vec![names]
        };
        Some(Self(lists))
    }

    fn allowed() -> String {
        NameList::allowed()
    }

    #[cfg(test)]
    fn show(&self) -> Option<String> {
        Some(shown_list(self.0.iter().flatten().map(String::as_str)))
    }
}

#[cfg(test)]
fn shown_list<'a>(items: impl Iterator<Item = &'a str>) -> String {
    let quoted: Vec<_> = items.map(|item| format!("\"{item}\"")).collect();
    format!("[{}]", quoted.join(", "))
}

#[cfg(test)]
mod tests {
    use crate::config;

    #[test]
    fn what_can_be_protected() {
        for (settings, sound) in [
            ("[]", true),
            ("['Outlook', 'Apple Mail', '中文']", true),
            ("['']", false),
            ("['Outlook', ' !']", false),
            ("['Outlook', 'out-look']", false),
            ("[1]", false),
            ("'Outlook'", false),
        ] {
            let text = format!("[oauth.client-registration]\nprotected-names = {settings}\n");
            assert_eq!(config::compile(&text).is_ok(), sound, "{settings}");
        }
    }

    #[test]
    fn the_names_of_the_server_itself() {
        let by_hosts = "issuer = 'https://mail.example.org:8443/idp'";
        for (settings, name, is_protected) in [
            ("", "mail.example.org", false),
            (by_hosts, "mail.example.org", true),
            (by_hosts, "Sign in to MAIL.EXAMPLE.ORG", true),
            (by_hosts, "example.org", true),
            (by_hosts, "Example.org Mail", true),
            (by_hosts, "Example Mail", false),
            (by_hosts, "mail.example.com", false),
            (by_hosts, "org", false),
            ("issuer = 'https://xn--mnchen-3ya.de'", "münchen.de", true),
            (
                "issuer = 'https://xn--mnchen-3ya.de'",
                "xn--mnchen-3ya.de",
                true,
            ),
            ("issuer = 'http://localhost:8080'", "localhost", false),
            ("issuer = 'http://127.0.0.1:8080'", "127.0.0.1", false),
            ("issuer = 'https://mail.internal'", "mail.internal", true),
            ("provider-name = 'Example Mail'", "Examp1e-Mail 2", true),
            ("provider-name = 'Example Mail'", "Mail", false),
            // The administrator may have listed it.
            (
                "provider-name = 'Example Mail'\nprotected-names = ['example mail']",
                "Example Mail",
                true,
            ),
        ] {
            let text = format!("[oauth.client-registration]\n{settings}\n");
            let policy = config::compile(&text).unwrap().policy;
            let found = policy.protected_names.are_imitated_by(name);
            assert_eq!(found, is_protected, "{settings} {name}");
        }
        for wrong in ["''", "'!'", "1"] {
            let text = format!("[oauth.client-registration]\nprovider-name = {wrong}\n");
            assert!(config::compile(&text).is_err(), "{wrong}");
        }
    }
}
