//! The table of the terms, which limit what one caller can register within the policy. They belong
//! to an API key or its account (RFC 7591 §3, "initial access token"). Callers without an API key
//! have the terms in the setting `anonymous-terms`.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::diagnostic::{SettingFinding, mistake};
use crate::document::Json;
use crate::oauth::{AuthMethod, GrantType};

use super::lists::{NameList, TokenList};
use super::table::table;
use super::value::{Setting, list};

table! {
    /// The limits of what one caller can register. A term that is left out changes nothing.
    Terms {
        /// The scopes that the caller's clients can register.
        scopes "scopes": Option<TokenList> = None;
        /// The grant types that the caller's clients can register.
        grant_types "grant-types": Option<Vec<GrantType>> = None;
        /// The authentication methods at the token endpoint that the caller's clients can register.
        auth_methods "auth-methods": Option<Vec<AuthMethod>> = None;
        /// The hosts that https redirect URIs of the caller's clients can have. An entry that
        /// begins with a dot means all hosts below that name. If the list is empty, no host is
        /// allowed.
        redirect_hosts "redirect-hosts": Option<NameList> = None;
        /// The schemes that redirect URIs of the caller's clients can have, including `https` and
        /// `http`. If the list is empty, no scheme is allowed.
        redirect_schemes "redirect-schemes": Option<NameList> = None;
        /// If `true`, the caller's clients can have https redirect URIs whose host is on an internal
        /// network, whatever the setting `internal-hosts` says. If `false`, they cannot.
        internal_hosts "internal-hosts": Option<bool> = None;
        /// The networks that the caller can register from. A caller whose address is not known is
        /// in none. If the list is empty, the caller can register from nowhere.
        networks "networks": Option<Networks> = None;
        /// The maximum number of registrations that the API key can make, since it exists; 0 means
        /// no limit.
        max_registrations "max-registrations": u64 = 0;
        /// The time from which the caller cannot register any more, in seconds since 1970; 0 means
        /// never.
        expires_at "expires-at": u64 = 0;
    }
}

impl Setting for Terms {
    fn read(value: &Json<'_>) -> Option<Self> {
        let mut findings = Vec::new();
        Self::read_at(value, "", &mut findings).filter(|_| findings.is_empty())
    }

    fn read_at(value: &Json<'_>, path: &str, findings: &mut Vec<SettingFinding>) -> Option<Self> {
        match value {
            Json::Object(table) => Some(Self::read_table(table, path, findings)),
            _ => {
                findings.push(mistake(path, Self::allowed()));
                None
            }
        }
    }

    fn allowed() -> String {
        format!("a table with {}", Self::KEYS.join(", "))
    }
}

/// A list of networks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Networks(Vec<IpNet>);

impl Networks {
    /// Whether an address is in one of the networks. An unknown address is in none.
    pub(crate) fn permit(&self, address: Option<&str>) -> bool {
        let address = address.and_then(|text| text.parse::<IpAddr>().ok());
        address.is_some_and(|address| {
            let address = address.to_canonical();
            self.0.iter().any(|network| network.contains(&address))
        })
    }
}

impl Setting for Networks {
    fn read(value: &Json<'_>) -> Option<Self> {
        // A network with bits set beyond its prefix is a typing mistake.
        let network = |text: &str| {
            let network: IpNet = text.parse().ok()?;
            (network == network.trunc()).then_some(network)
        };
        list(value, network).map(Self)
    }

    fn allowed() -> String {
        "a list of networks, such as 192.0.2.0/24 and 2001:db8::/32".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use crate::config;

    use super::*;

    #[test]
    fn networks() {
        let some = ["192.0.2.0/24", "2001:db8::/32"];
        let none: [&str; 0] = [];
        for (networks, address, permitted) in [
            (&none[..], None, false),
            (&none, Some("198.51.100.1"), false),
            (&some, Some("192.0.2.0"), true),
            (&some, Some("192.0.2.255"), true),
            (&some, Some("::ffff:192.0.2.7"), true),
            (&some, Some("192.0.3.0"), false),
            (&some, Some("2001:db8:1::1"), true),
            (&some, Some("2001:db9::1"), false),
            (&some, Some("somewhere"), false),
            (&some, None, false),
        ] {
            let networks = Networks(networks.iter().map(|n| n.parse().unwrap()).collect());
            assert_eq!(
                networks.permit(address),
                permitted,
                "{networks:?} {address:?}"
            );
        }
    }

    #[test]
    fn what_is_wrong_with_terms() {
        for (terms, path) in [
            (r#"{"scope": []}"#, "scope"),
            (r#"{"scopes": "mail"}"#, "scopes"),
            (r#"{"grant-types": ["implicit"]}"#, "grant-types"),
            (r#"{"auth-methods": ["client_secret_jwt"]}"#, "auth-methods"),
            (
                r#"{"redirect-hosts": ["https://a.example"]}"#,
                "redirect-hosts",
            ),
            (r#"{"redirect-schemes": ["a b"]}"#, "redirect-schemes"),
            (r#"{"networks": ["192.0.2.1/24"]}"#, "networks"),
            (r#"{"networks": ["192.0.2.1/33"]}"#, "networks"),
            (r#"{"max-registrations": -1}"#, "max-registrations"),
            (r#"{"expires-at": "2030-01-01"}"#, "expires-at"),
            ("[]", ""),
            ("{", ""),
        ] {
            let mistakes = config::terms(terms).unwrap_err().0;
            assert_eq!(mistakes[0].path, path, "{terms}");
        }
        assert!(config::terms("{}").is_ok());
    }
}
