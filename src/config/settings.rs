//! The settings: every key with its default and what it does. This table is all there is; reading,
//! defaults and the message for an unknown key follow from it.

use crate::document::Limits;
use crate::jose::jws;
use crate::oauth::{AuthMethod, ClientId, Extension, GrantType};
use crate::text::ProtectedNames;
use crate::uri::{IpLiterals, Localhost};

use super::choices::{AnonymousProfile, Pkce, SameSite, Sharing, UnknownScopes, Unoffered};
use super::issuers::TrustedIssuers;
use super::lists::{AllowLists, ContentEncryptionAlgs, EncryptionAlgs, SigningAlgs, TokenList};
use super::sealing::ClientIdKeys;
use super::table::table;
use super::terms::Terms;
use super::value::EndpointUrl;

/// Where the settings stand in a mail server's configuration file.
pub(super) const TABLE: [&str; 2] = ["oauth", "client-registration"];

table! {
    /// What is enforced.
    Policy {
        /// Whether only registered clients may be used. Until it is true, any client id may be,
        /// but for one that was made here and is gone.
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

        /// The URL of the token endpoint. A client that authenticates with a signed assertion may name it
        /// as the audience, as well as the issuer (RFC 7523 §3).
        token_endpoint "token-endpoint": Option<EndpointUrl> = None;

        /// Ids of clients that nobody may use, whatever else is known of them.
        denied_clients "denied-clients": TokenList = TokenList::default();
        /// Whether the id `open` may be used by everybody: a native, public client without a registration
        /// (draft-ietf-mailmaint-autoconfig).
        open_client "open-client": bool = false;
        /// One id that every caller without an API key is given, whatever it registers: a native, public
        /// client. Nothing is stored then.
        static_client "static-client": Option<ClientId> = None;
        /// Which clients must use PKCE (RFC 7636), by S256: `all`, or `public` ones only.
        pkce "pkce": Pkce = Pkce::All;
        /// The resources that a client may name (RFC 8707). If there are none, what it names is ignored.
        resources "resources": TokenList = TokenList::default();
        /// Redirect URIs that a client which is not registered may use besides those that anybody could
        /// register: those of the web administration. It takes effect only while such clients may be
        /// used at all.
        administrator_redirect_uris "administrator-redirect-uris": TokenList =
            TokenList::new(&["stalwart://auth"]);

        /// What callers without an API key may register, as terms.
        anonymous_terms "anonymous-terms": Terms = Terms::default();
        /// Which public clients are given the same id if they register the same again, but for
        /// `software_version`: `off`, those of `anonymous` callers, or all `public` ones. An id that is
        /// shared cannot be managed by one of those who share it.
        share_identical "share-identical": Sharing = Sharing::Anonymous;
        /// Which public clients are given an id that carries their registration, so that nothing is
        /// stored until a user authorises them: `off`, those of `anonymous` callers, or all `public`
        /// ones.
        stateless "stateless": Sharing = Sharing::Off;
        /// The keys that such ids are sealed with, each 32 random bytes in base64url: the first seals, the
        /// others are accepted still. Taking a key away ends all ids that it sealed.
        client_id_keys "client-id-keys": ClientIdKeys = ClientIdKeys::default();
        /// After how many days such an id ends; 0 for never. Then equal registrations have equal ids only
        /// if they are made on the same day.
        stateless_lifetime_days "stateless-lifetime-days": u64 = 0;
        /// How many characters such an id may have. A client whose metadata is longer is refused.
        max_stateless_id "max-stateless-id": u64 = 512;

        /// Whose software statements are believed (RFC 7591 §2.3): a list of tables with `issuer`, `jwks`
        /// and, if it is not all that can be verified, `algs`.
        trusted_issuers "trusted-issuers": TrustedIssuers = TrustedIssuers::default();
        /// Whether a client must bring a software statement of a trusted issuer.
        require_software_statement "require-software-statement": bool = false;

        /// Whether a client's id may be the URL of the document that describes it
        /// (draft-ietf-oauth-client-id-metadata-document).
        client_documents "client-id-metadata-documents": bool = false;
        /// The hosts that such documents may come from; if there are none, any. One that begins with a
        /// dot stands for all hosts below it.
        client_document_hosts "client-id-metadata-document-hosts": TokenList = TokenList::default();
        /// How many bytes of such a document are read.
        max_client_document_bytes "max-client-id-metadata-document-bytes": u64 = 5120;

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
        /// The hosts that https redirect URIs may have; if there are none, any. One that begins with a dot
        /// stands for all hosts below it.
        redirect_hosts "redirect-hosts": AllowLists = AllowLists::default();
        /// The schemes that redirect URIs may have, `https` and `http` among them; if there are none, any.
        redirect_schemes "redirect-schemes": AllowLists = AllowLists::default();
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
        /// Whether a client that changes its registration is given a new secret.
        rotate_secret "rotate-secret": bool = false;
        /// For how many seconds the old secret is good beside a new one.
        secret_overlap "secret-overlap": u64 = 0;
        /// Whether a client that changes its registration is given a new registration access token. The
        /// old one ends with that.
        rotate_registration_access_token "rotate-registration-access-token": bool = false;

        /// How many live clients one account may have registered; 0 for any number.
        max_clients_per_account "max-clients-per-account": u64 = 0;
        /// How many registrations one network may make in a window; 0 for any number.
        max_registrations_per_address "max-registrations-per-address": u64 = 0;
        /// How many registrations without an API key one network may make in a window; 0 for any number.
        /// What is given an id that exists already is not counted.
        max_anonymous_registrations_per_address "max-anonymous-registrations-per-address": u64 = 60;
        /// How long such a window is, in seconds.
        address_window "address-window": u64 = 3600;
        /// How many bits of an IPv4 address make the network that registrations are counted under.
        ipv4_prefix "ipv4-prefix": u64 = 32;
        /// How many bits of an IPv6 address do. A subscriber usually has 64 or fewer.
        ipv6_prefix "ipv6-prefix": u64 = 64;
        /// How many live clients callers without an API key may have registered in all; 0 for any number.
        max_anonymous_clients "max-anonymous-clients": u64 = 10_000;
        /// How many live clients there may be; 0 for any number.
        max_clients "max-clients": u64 = 0;

        /// After how many seconds a client is removed that a caller without an API key registered and that
        /// no user has authorised; at least 3600.
        provisional_lifetime "provisional-lifetime": u64 = 86_400;
        /// After how many seconds a client is removed that nobody ever used; 0 for never.
        unused_lifetime "unused-lifetime": u64 = 0;
        /// After how many seconds without use a client is removed that has no valid refresh token; 0 for
        /// never.
        idle_lifetime "idle-lifetime": u64 = 0;
        /// How many seconds after its secret expired a client is removed; 0 for never.
        expired_secret_lifetime "expired-secret-lifetime": u64 = 0;
    }
}

impl Policy {
    /// Whether nobody may use the client with this id.
    pub(crate) fn denies(&self, client_id: &str) -> bool {
        self.denied_clients
            .0
            .iter()
            .any(|denied| denied == client_id)
    }

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

    /// The algorithms of assertions that clients authenticate with: those offered that are verified
    /// here.
    pub(crate) fn assertion_algs(&self) -> Vec<&'static str> {
        let offered = self.signing_algs.names().iter().copied();
        offered
            .filter(|name| jws::VERIFIABLE.contains(name))
            .collect()
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

/// A client id serves for an hour at least (draft-ietf-mailmaint-oauth-public §3.10).
pub(crate) const MIN_PROVISIONAL: u64 = 3600;

#[cfg(test)]
mod tests {
    use crate::config::table::Described;

    use super::*;

    #[test]
    fn keys_are_kebab_case() {
        for key in Policy::KEYS.iter().chain(Terms::KEYS) {
            assert!(
                key.bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
                "{key}"
            );
        }
    }

    /// `docs/configuration.md` is these tables; `BLESS=1 cargo test` writes it.
    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "the test reads and writes documentation"
    )]
    fn the_documentation_is_up_to_date() {
        let mut page = String::from(
            "# Settings\n\n\
             They stand in the table `[oauth.client-registration]` of a TOML file, which may be the mail server's\n\
             own, or the same as JSON. A key that does not exist is refused, with the one that comes nearest, and\n\
             all mistakes are reported at once. What is legal and unwise is a warning.\n\n",
        );
        describe(&mut page, Policy::described());
        page.push_str(
            "\n# Terms\n\n\
             What one caller may register, within the settings above. The directory keeps the terms of an API key or\n\
             of its account as JSON, and the host hands them over with the caller; those of callers without a key are\n\
             the setting `anonymous-terms`. What is left out is as the settings have it. A client is held to the terms\n\
             that it was registered under for as long as it lives.\n\n\
             ```json\n{\"redirect-hosts\": [\".example.com\"], \"max-registrations\": 5, \"networks\": [\"192.0.2.0/24\"]}\n```\n\n",
        );
        describe(&mut page, Terms::described());
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/configuration.md");
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(path, &page).unwrap();
        }
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            written == page,
            "docs/configuration.md is old: run BLESS=1 cargo test"
        );
    }

    fn describe(page: &mut String, settings: Vec<Described>) {
        for setting in settings {
            let default = match setting.default {
                Some(default) => format!("`{default}`"),
                None => "not set".to_owned(),
            };
            page.push_str(&format!(
                "## `{}`\n\n{}\n\nAllowed: {}. Default: {default}.\n\n",
                setting.key,
                setting.about.trim().replace("\n ", "\n"),
                setting.allowed,
            ));
        }
        page.pop();
    }
}
