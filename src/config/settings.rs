//! The settings: every key with its default and what it does. This table is all there is; reading,
//! defaults and the message for an unknown key follow from it.

use crate::Severity;
use crate::document::{Limits, Object};
use crate::metadata::{AuthMethod, Extension, GrantType};
use crate::policy::ProtectedNames;
use crate::uri::{IpLiterals, Localhost};

use super::value::{
    AnonymousProfile, ContentEncryptionAlgs, EncryptionAlgs, EndpointUrl, SameSite, Setting,
    SigningAlgs, TokenList, UnknownScopes, Unoffered,
};
use super::{SettingFinding, TABLE};

macro_rules! settings {
    ($($(#[doc = $doc:literal])* $field:ident $key:literal: $type:ty = $default:expr;)*) => {
        /// What is enforced.
        #[derive(Clone, Debug)]
        pub(crate) struct Policy {
            $($(#[doc = $doc])* pub(crate) $field: $type,)*
        }

        impl Default for Policy {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        const KEYS: &[&str] = &[$($key),*];

        /// Reads the table; what cannot be read is reported and keeps its default.
        pub(super) fn read(table: &Object<'_>, findings: &mut Vec<SettingFinding>) -> Policy {
            let mut policy = Policy::default();
            for (key, value) in table.iter() {
                match key {
                    $($key => match <$type as Setting>::read(value) {
                        Some(setting) => policy.$field = setting,
                        None => findings.push(mistake(key, <$type as Setting>::allowed())),
                    },)*
                    _ => findings.push(unknown(key)),
                }
            }
            policy
        }
    };
}

settings! {
    /// Whether only registered clients may be used. Until it is true, any client id may be.
    require "require": bool = false;
    /// Whether callers without an API key may register.
    anonymous "anonymous": bool = false;
    /// What callers without an API key are held to: `mail` for native, public mail clients, or
    /// `none` for what callers with a key are held to.
    anonymous_profile "anonymous-profile": AnonymousProfile = AnonymousProfile::Mail;

    /// The authorization server's issuer identifier (RFC 8414 §2).
    issuer "issuer": Option<EndpointUrl> = None;
    /// The URL of the registration endpoint. Clients can manage their registration (RFC 7592) only
    /// with it, because the URL they do that at is below it.
    registration_endpoint "registration-endpoint": Option<EndpointUrl> = None;

    /// The grant types that a client may register.
    grant_types "grant-types": Vec<GrantType> = vec![
        GrantType::AuthorizationCode,
        GrantType::RefreshToken,
        GrantType::DeviceCode,
        GrantType::ClientCredentials,
    ];
    /// The ways to authenticate at the token endpoint that a client may register.
    auth_methods "auth-methods": Vec<AuthMethod> = vec![
        AuthMethod::None,
        AuthMethod::ClientSecretBasic,
        AuthMethod::ClientSecretPost,
    ];
    /// The scopes that a client may register.
    scopes "scopes": TokenList = TokenList::mail_scopes();
    /// The scopes of a client that asks for none: if empty, all of `scopes`.
    default_scopes "default-scopes": TokenList = TokenList::default();
    /// What happens to a scope that is not offered: `drop` it, or `refuse` the registration.
    unknown_scopes "unknown-scopes": UnknownScopes = UnknownScopes::Drop;

    /// What the server offers beyond RFC 6749 and RFC 7591. Only then are the members registered
    /// that go with it.
    extensions "extensions": Vec<Extension> = Vec::new();
    /// What happens to a member of an extension that is not offered: `drop` it, or `refuse` the
    /// registration. A protection that a client asks for is never dropped.
    unoffered_metadata "unoffered-metadata": Unoffered = Unoffered::Drop;
    /// The algorithms that a client may register for signatures.
    signing_algs "signing-algs": SigningAlgs = SigningAlgs::default();
    /// The algorithms that a client may register for managing encryption keys.
    encryption_algs "encryption-algs": EncryptionAlgs = EncryptionAlgs::default();
    /// The algorithms that a client may register for encrypting content.
    content_encryption_algs "content-encryption-algs": ContentEncryptionAlgs =
        ContentEncryptionAlgs::default();
    /// The types of authorization details that a client may register (RFC 9396 §10).
    authorization_details_types "authorization-details-types": TokenList = TokenList::default();

    /// Whether `http://localhost` may be registered by callers with an API key: `accept` or
    /// `refuse`.
    localhost "localhost": Localhost = Localhost::Accept;
    /// Whether an https redirect URI may have an IP address for its host: `refuse` it, or accept one
    /// that is `public`. Nobody can be asked whose an address is, so that names are better.
    https_ip_literals "https-ip-literals": IpLiterals = IpLiterals::Refuse;
    /// Whether the links that people are shown and the https redirect URIs have to be on the site
    /// of `client_uri`, which is its host's registrable domain: `off`, or `warn` about others, or
    /// `refuse` them. Without `client_uri` there is no site to be on.
    same_site "same-site": SameSite = SameSite::Off;
    /// Whether a private-use scheme has to be a domain name of the site of `client_uri`, reversed:
    /// `off`, or `warn` about others, or `refuse` them. Many mail clients have a home page
    /// elsewhere.
    same_site_schemes "same-site-schemes": SameSite = SameSite::Off;
    /// Names that no client may have, alone or among other words, nor one that looks like them: the
    /// server's own name, say. It is the real one's name too that is refused.
    protected_names "protected-names": ProtectedNames = ProtectedNames::default();
    /// How many redirect URIs a client may register.
    max_redirect_uris "max-redirect-uris": u64 = 10;
    /// How many keys a client may register in `jwks`.
    max_keys "max-keys": u64 = 10;
    /// How many characters a client's name may have.
    max_name_length "max-name-length": u64 = 128;

    /// How many bytes a submitted document may have.
    max_document_bytes "max-document-bytes": u64 = 65_536;
    /// How deep a submitted document may be nested.
    max_document_depth "max-document-depth": u64 = 16;
    /// How many values a submitted document may hold.
    max_document_values "max-document-values": u64 = 4096;
    /// How many members the objects of a submitted document may have together.
    max_document_members "max-document-members": u64 = 512;
    /// How many bytes a string in a submitted document may have.
    max_document_string "max-document-string": u64 = 16_384;

    /// After how many seconds a client secret expires; 0 for never.
    secret_lifetime "secret-lifetime": u64 = 0;

    /// How many live clients one account may have registered; 0 for any number.
    max_clients_per_account "max-clients-per-account": u64 = 0;
    /// How many registrations one address may make in the host's window; 0 for any number.
    max_registrations_per_address "max-registrations-per-address": u64 = 0;
    /// How many live clients there may be; 0 for any number.
    max_clients "max-clients": u64 = 0;
}

impl Policy {
    pub(crate) fn document_limits(&self) -> Limits {
        let bound = |setting: u64| usize::try_from(setting).unwrap_or(usize::MAX);
        Limits {
            bytes: bound(self.max_document_bytes),
            depth: bound(self.max_document_depth).min(MAX_DEPTH),
            values: bound(self.max_document_values),
            members: bound(self.max_document_members),
            string: bound(self.max_document_string),
        }
    }

    /// The scopes of a client that asks for none.
    pub(crate) fn scopes_by_default(&self) -> &[String] {
        if self.default_scopes.0.is_empty() {
            &self.scopes.0
        } else {
            &self.default_scopes.0
        }
    }
}

/// The deepest nesting that the JSON parser itself takes is 127; this stays well below it.
const MAX_DEPTH: usize = 64;

/// What settings have to do with each other: mistakes, and what is legal and unwise.
pub(super) fn relations(policy: &Policy, findings: &mut Vec<SettingFinding>) {
    let offered = &policy.scopes.0;
    if !policy.default_scopes.0.iter().all(|s| offered.contains(s)) {
        findings.push(mistake(
            "default-scopes",
            "only scopes that stand in scopes".to_owned(),
        ));
    }
    if policy.grant_types.is_empty() {
        findings.push(mistake("grant-types", "at least one grant type".to_owned()));
    }
    if policy.auth_methods.is_empty() {
        findings.push(mistake("auth-methods", "at least one method".to_owned()));
    }
    for (key, used, extension) in [
        (
            "grant-types",
            policy.grant_types.contains(&GrantType::Ciba),
            Extension::Ciba,
        ),
        (
            "auth-methods",
            policy.auth_methods.contains(&AuthMethod::TlsClientAuth),
            Extension::MutualTls,
        ),
        (
            "auth-methods",
            policy
                .auth_methods
                .contains(&AuthMethod::SelfSignedTlsClientAuth),
            Extension::MutualTls,
        ),
    ] {
        if used && !policy.extensions.contains(&extension) {
            let allowed = format!("this only if {} stands in extensions", extension.name());
            findings.push(mistake(key, allowed));
        }
    }
    if policy.signing_algs.names().is_empty()
        && policy.auth_methods.contains(&AuthMethod::PrivateKeyJwt)
    {
        let allowed = "at least one algorithm, for private_key_jwt".to_owned();
        findings.push(mistake("signing-algs", allowed));
    }
    if policy.anonymous
        && policy.anonymous_profile == AnonymousProfile::Mail
        && !(policy.grant_types.contains(&GrantType::AuthorizationCode)
            && policy.grant_types.contains(&GrantType::RefreshToken)
            && policy.auth_methods.contains(&AuthMethod::None))
    {
        let allowed = "true only if authorization_code and refresh_token stand in grant-types, and none in auth-methods";
        findings.push(mistake("anonymous", allowed.to_owned()));
    }
    if policy.anonymous && policy.max_registrations_per_address == 0 && policy.max_clients == 0 {
        findings.push(warning(
            "anonymous",
            "Anyone may register without a limit; set max-registrations-per-address or max-clients.",
        ));
    }
    if policy.anonymous && policy.anonymous_profile == AnonymousProfile::None {
        findings.push(warning(
            "anonymous-profile",
            "Strangers may register web clients, which makes phishing easy; use mail.",
        ));
    }
    if policy.require {
        findings.push(warning(
            "require",
            "Only registered clients work: the web administration stops working until a client webadmin is registered, or administrators get oauth-client-override.",
        ));
    }
}

fn path(key: &str) -> String {
    format!("{}.{}.{key}", TABLE[0], TABLE[1])
}

fn mistake(key: &str, allowed: String) -> SettingFinding {
    SettingFinding {
        path: path(key),
        message: "The value is not allowed.".to_owned(),
        allowed: Some(allowed),
        severity: Severity::Error,
    }
}

fn warning(key: &str, message: &str) -> SettingFinding {
    SettingFinding {
        path: path(key),
        message: message.to_owned(),
        allowed: None,
        severity: Severity::Warning,
    }
}

fn unknown(key: &str) -> SettingFinding {
    let nearest = KEYS
        .iter()
        .map(|known| (strsim::damerau_levenshtein(key, known), *known))
        .min()
        .filter(|(distance, _)| *distance <= 3);
    SettingFinding {
        path: path(key),
        message: match nearest {
            Some((_, known)) => format!("There is no such key; {known} comes near."),
            None => "There is no such key.".to_owned(),
        },
        allowed: Some(KEYS.join(", ")),
        severity: Severity::Error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_kebab_case() {
        for key in KEYS {
            assert!(
                key.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'),
                "{key}"
            );
        }
    }

    #[test]
    fn unknown_keys_name_the_nearest() {
        assert!(unknown("requires").message.contains("require comes near"));
        assert_eq!(unknown("something-else").message, "There is no such key.");
    }
}
