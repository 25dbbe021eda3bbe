//! The table of the settings: every key with its type, its default and its description. The reader, the
//! defaults, the message for an unknown key and `docs/configuration.md` are made from it.

use crate::document::Limits;
use crate::jose::jws;
use crate::oauth::{AuthMethod, ClientId, Extension, GrantType, gives_access};
use crate::text::{ProtectedName, ProtectedNames};
use crate::uri;
use crate::uri::IpLiterals;

use super::choices::{
    AnonymousProfile, Approval, EmptyLinks, LocalhostFor, Pkce, SameSite, Sharing, UnknownScopes,
    Unoffered,
};
use super::issuers::TrustedIssuers;
use super::lists::{AllowLists, ContentEncryptionAlgs, EncryptionAlgs, SigningAlgs, TokenList};
use super::resources::Resources;
use super::sealing::ClientIdKeys;
use super::table::table;
use super::terms::Terms;
use super::value::EndpointUrl;

/// The table of the settings in a mail server's configuration file.
pub(super) const TABLE: [&str; 2] = ["oauth", "client-registration"];

table! {
    /// The policy that is enforced: the settings with their types.
    Policy {
        /// If `true`, only registered clients can be used. If `false`, any client id can be used,
        /// except one that this server generated (it begins with `gpc_` or `gpx_`) and that does
        /// not exist any more.
        require "require": bool = false;
        /// If `true`, a caller without an API key can register a client. If `false`, registration
        /// needs an API key.
        anonymous "anonymous": bool = false;
        /// The rules for clients that callers without an API key register. `mail`: the mail profile
        /// (draft-ietf-mailmaint-oauth-public §3.3), which allows only native, public clients.
        /// `none`: the same rules as for callers with an API key.
        anonymous_profile "anonymous-profile": AnonymousProfile = AnonymousProfile::Mail;
        /// If `true`, a client of a caller without an API key can register the device authorization
        /// grant too (RFC 8628), also without the authorization code grant. If `false`, the grant is
        /// left out of its registration under the mail profile, and a client without a registration
        /// cannot use it either: with that grant, a stranger could ask a user to confirm a code for a
        /// program on the stranger's machine.
        anonymous_device "anonymous-device": bool = false;
        /// The clients that an administrator has to approve before anybody can use them. `off`: none.
        /// `anonymous`: those of callers without an API key. `all`: those of callers with an API key,
        /// too. Such a client is registered, and it can read and change its registration while it
        /// waits. An approved client waits again when it changes its registration itself, unless it
        /// changes only its keys, its `software_version` or the port of a loopback redirect URI, or
        /// leaves a redirect URI out. Clients with the same id (`share-identical`) wait together, and
        /// one approval is for all of them. A client that an administrator registers is approved. So is
        /// one that was registered before this setting was changed; only a stateless id without a
        /// record waits. A client that waits still waits when this setting is `off` again. Other values
        /// than `off` need `require`, because any client id could be used otherwise. For the same reason
        /// they cannot be combined with `stateless`, `static-client` and `open-client`, and they can be
        /// combined with `client-id-metadata-documents` only if `client-id-metadata-document-hosts` lists
        /// the hosts: documents from these do not wait. `anonymous` cannot be combined with
        /// `share-identical = "public"`, with which a stranger and a caller with an API key could get
        /// the same id. While a client waits, it can revoke the tokens that it has from before.
        approval "approval": Approval = Approval::Off;

        /// The authorization server's issuer identifier (RFC 8414 §2).
        issuer "issuer": Option<EndpointUrl> = None;
        /// The URL of the registration endpoint (RFC 7591 §3). If it is not set, clients get no
        /// registration access token and cannot manage their registration (RFC 7592), because the
        /// URL for that is below this one.
        registration_endpoint "registration-endpoint": Option<EndpointUrl> = None;

        /// The URL of the token endpoint. A client that authenticates with a signed assertion names
        /// this URL or the issuer as the audience (RFC 7523 §3).
        token_endpoint "token-endpoint": Option<EndpointUrl> = None;

        /// The ids of clients that nobody can use, even if they are registered.
        denied_clients "denied-clients": TokenList = TokenList::default();
        /// If `true`, every native, public client can use the client id `open` without a
        /// registration (draft-ietf-mailmaint-autoconfig).
        open_client "open-client": bool = false;
        /// A client id that every public client of a caller without an API key is given, whatever
        /// it registers. Such a client is native, and no record of it is stored.
        static_client "static-client": Option<ClientId> = None;
        /// The clients that must use PKCE (RFC 7636) with the method S256: `all` clients, or only
        /// `public` ones (RFC 9700 §2.1.1).
        pkce "pkce": Pkce = Pkce::All;
        /// The resources that a client can request (RFC 8707 §2). A request for another resource is
        /// refused. Each is an absolute URI without a fragment, or the name of a host, which means
        /// the mail services there: the name itself, and the URIs `imap://`, `imaps://`, `smtp://`,
        /// `smtps://`, `submission://`, `submissions://`, `pop3://`, `pop3s://` and `sieve://` with
        /// it. A path that is empty or `/` makes no difference, and neither does the scheme's own
        /// port. If the list is empty, the parameter `resource` is ignored.
        resources "resources": Resources = Resources::default();
        /// Redirect URIs that a client without a registration can use, in addition to those that
        /// any client could register. They are for the mail server's web administration. They have
        /// an effect only while clients without a registration can be used.
        administrator_redirect_uris "administrator-redirect-uris": TokenList =
            TokenList::new(&["stalwart://auth"]);

        /// The terms of callers without an API key: see [Terms](#terms). The scopes, grant types,
        /// authentication methods and redirect URIs in them bind a client without a registration,
        /// too, and a client that was registered under other terms.
        anonymous_terms "anonymous-terms": Terms = Terms::default();
        /// The public clients that get the same client id when they register the same metadata
        /// again. A different `software_version` does not count, and neither does a different port
        /// of a loopback redirect URI. `off`: none. `anonymous`: those of callers without an API
        /// key. `public`: all public clients. A client with a shared id cannot manage its
        /// registration.
        share_identical "share-identical": Sharing = Sharing::Anonymous;
        /// The public clients that get a client id that contains their registration. No record of
        /// them is stored until a user authorises them (RFC 7591 appendix A.5.2). `off`: none.
        /// `anonymous`: those of callers without an API key. `public`: all public clients, except
        /// those of API keys with terms.
        stateless "stateless": Sharing = Sharing::Off;
        /// The keys that encrypt and authenticate stateless client ids (`stateless`). Each is 32
        /// random bytes, in base64url. The first key makes new ids; ids of the other keys are still
        /// accepted. If a key is removed from the list, all ids that it made become invalid. With a
        /// key, nobody else can compute a shared client id (`share-identical`) from the metadata.
        client_id_keys "client-id-keys": ClientIdKeys = ClientIdKeys::default();
        /// The lifetime of a stateless client id, in days; 0 means that it does not expire. With a
        /// lifetime, equal registrations get the same id only if they are made on the same day.
        stateless_lifetime_days "stateless-lifetime-days": u64 = 0;
        /// The maximum length of a stateless client id, in characters. A registration that needs a
        /// longer id is refused.
        max_stateless_id "max-stateless-id": u64 = 512;

        /// The issuers whose software statements are accepted (RFC 7591 §2.3). Each is a table with
        /// `issuer`; with `jwks`, the issuer's keys; and optionally with `algs`, the signature
        /// algorithms that are accepted from it. Without `algs`, all supported algorithms are
        /// accepted.
        trusted_issuers "trusted-issuers": TrustedIssuers = TrustedIssuers::default();
        /// If `true`, a client can register only with a software statement of a trusted issuer. An
        /// administrator can register a client without one.
        require_software_statement "require-software-statement": bool = false;

        /// If `true`, a client id can be the URL of a document that describes the client
        /// (draft-ietf-oauth-client-id-metadata-document).
        client_documents "client-id-metadata-documents": bool = false;
        /// The hosts that client ID metadata documents can come from, also those of clients that were
        /// used before. If the list is empty, all hosts are allowed. An entry that begins with a dot means all hosts below that name.
        client_document_hosts "client-id-metadata-document-hosts": TokenList = TokenList::default();
        /// The maximum size of a client ID metadata document, in bytes.
        max_client_document_bytes "max-client-id-metadata-document-bytes": u64 = 5120;

        /// The grant types that a client can register and use.
        grant_types "grant-types": Vec<GrantType> = vec![
            GrantType::AuthorizationCode,
            GrantType::RefreshToken,
            GrantType::DeviceCode,
            GrantType::ClientCredentials,
        ];
        /// The authentication methods at the token endpoint that a client can register and use.
        auth_methods "auth-methods": Vec<AuthMethod> = vec![
            AuthMethod::None,
            AuthMethod::ClientSecretBasic,
            AuthMethod::ClientSecretPost,
            AuthMethod::PrivateKeyJwt,
        ];
        /// If `true`, a client with a secret can send it by each of `client_secret_basic` and
        /// `client_secret_post` that is in `auth-methods`, whichever of them it registered (RFC
        /// 6749 §2.3.1). Well-known clients always use the first one.
        any_secret_method "any-secret-method": bool = true;
        /// The scopes that a client can register and use.
        scopes "scopes": TokenList = TokenList::mail_scopes();
        /// The scopes of a client that registers without a `scope`. If the list is empty, it gets
        /// all of `scopes`.
        default_scopes "default-scopes": TokenList = TokenList::default();
        /// How the server handles a scope that is not in `scopes`. `drop`: it leaves the scope out.
        /// `refuse`: it refuses the registration. A registration with no offered scope left is
        /// refused in any case.
        unknown_scopes "unknown-scopes": UnknownScopes = UnknownScopes::Drop;

        /// The specifications beyond RFC 6749 and RFC 7591 that the server supports. The metadata
        /// of an extension can be registered only if the extension is in this list.
        extensions "extensions": Vec<Extension> = Vec::new();
        /// How the server handles metadata of an extension that is not in `extensions`. `drop`: it
        /// leaves them out. `refuse`: it refuses the registration. A member that asks for a
        /// protection, such as `dpop_bound_access_tokens`, is never left out: the registration is
        /// refused.
        unoffered_metadata "unoffered-metadata": Unoffered = Unoffered::Drop;
        /// The signature algorithms that a client can register.
        signing_algs "signing-algs": SigningAlgs = SigningAlgs::default();
        /// The key management algorithms for encryption that a client can register.
        encryption_algs "encryption-algs": EncryptionAlgs = EncryptionAlgs::default();
        /// The content encryption algorithms that a client can register.
        content_encryption_algs "content-encryption-algs": ContentEncryptionAlgs =
            ContentEncryptionAlgs::default();
        /// The types of authorization details that a client can register (RFC 9396 §10).
        authorization_details_types "authorization-details-types": TokenList = TokenList::default();

        /// The callers that can register a redirect URI `http://localhost`, which gives a warning
        /// (RFC 8252 §8.3). `refuse`: nobody. `accept`: callers with an API key, and client ID
        /// metadata documents. `everybody`: callers without an API key too; all other rules of the
        /// mail profile still apply to them. An administrator can register it in any case.
        localhost "localhost": LocalhostFor = LocalhostFor::Keys;
        /// How the server handles an https redirect URI whose host is an IP address. `refuse`: it
        /// refuses the registration. `public`: it accepts public addresses. A domain name is
        /// better, because the owner of an address cannot be found out.
        https_ip_literals "https-ip-literals": IpLiterals = IpLiterals::Refuse;
        /// If `true`, callers with an API key can register https redirect URIs whose host is on an
        /// internal network: a name of one label, a name below `internal`, `lan`, `home.arpa`,
        /// `local` or `localdomain`, or a private address (RFC 1918, RFC 4193). It gives a warning.
        /// An administrator can register such a URI in any case, and a caller can if the terms of
        /// its API key have `internal-hosts`.
        internal_hosts "internal-hosts": bool = false;
        /// How the server handles a link that is an empty text, such as `"logo_uri": ""`. Some
        /// clients write it for a link that they do not have. `drop`: it leaves the member out, as
        /// if it were absent. `refuse`: it refuses the registration.
        empty_links "empty-links": EmptyLinks = EmptyLinks::Drop;
        /// How the server handles a link or an https redirect URI that is not on the site of
        /// `client_uri`. The site is the registrable domain of the host. `off`: it does not check.
        /// `warn`: it registers it, with a warning. `refuse`: it refuses the registration. Without
        /// `client_uri` nothing is checked.
        same_site "same-site": SameSite = SameSite::Off;
        /// How the server handles a private-use scheme that is not the reversed name of a host on
        /// the site of `client_uri` (RFC 8252 §7.1). `off`: it does not check. `warn`: it registers
        /// it, with a warning. `refuse`: it refuses the registration. Many mail clients have a home
        /// page on another site.
        same_site_schemes "same-site-schemes": SameSite = SameSite::Off;
        /// Names that a client cannot have. A name that contains such a name as a word, or that looks
        /// like it, is refused too. Only an administrator can register a client with such a name. A
        /// client id that is not registered must not be such a name either. If a client registered
        /// such a name before it was protected, the mail server is not told the name any more. The
        /// `provider-name`, the host of the `issuer` and its registrable domain are always protected.
        protected_names "protected-names": ProtectedNames = ProtectedNames::default();
        /// The name by which people know the provider of the mail server. It is protected like the
        /// names in `protected-names`.
        provider_name "provider-name": Option<ProtectedName> = None;
        /// The hosts that https redirect URIs can have, also those of clients that were registered
        /// before. If the list is empty, all hosts are allowed. An entry that begins with a dot means
        /// all hosts below that name. An administrator can register other hosts.
        redirect_hosts "redirect-hosts": AllowLists = AllowLists::default();
        /// The schemes that redirect URIs can have, including `https` and `http`, also those of
        /// clients that were registered before. If the list is empty, all schemes are allowed. An
        /// administrator can register other schemes.
        redirect_schemes "redirect-schemes": AllowLists = AllowLists::default();
        /// The maximum number of redirect URIs of one client.
        max_redirect_uris "max-redirect-uris": u64 = 10;
        /// The maximum number of keys in `jwks` of one client.
        max_keys "max-keys": u64 = 10;
        /// The maximum length of a client's name, in characters.
        max_name_length "max-name-length": u64 = 128;

        /// The maximum size of a submitted document, in bytes.
        max_document_bytes "max-document-bytes": u64 = 65_536;
        /// The maximum depth of objects and arrays inside each other in a submitted document. A
        /// value above 64 means 64.
        max_document_depth "max-document-depth": u64 = 16;
        /// The maximum number of JSON values in a submitted document.
        max_document_values "max-document-values": u64 = 4096;
        /// The maximum number of members of all objects in a submitted document together.
        max_document_members "max-document-members": u64 = 512;
        /// The maximum length of a string in a submitted document, in bytes.
        max_document_string "max-document-string": u64 = 16_384;

        /// The lifetime of a client secret, in seconds; 0 means that it does not expire.
        secret_lifetime "secret-lifetime": u64 = 0;
        /// If `true`, a client gets a new secret when it changes its registration (RFC 7592 §2.2).
        rotate_secret "rotate-secret": bool = false;
        /// The time for which the old secret stays valid after a client gets a new one, in seconds.
        secret_overlap "secret-overlap": u64 = 0;
        /// If `true`, a client gets a new registration access token when it changes its
        /// registration with the old one. The old token becomes invalid.
        rotate_registration_access_token "rotate-registration-access-token": bool = false;

        /// The maximum number of live clients that one account has registered; 0 means no limit.
        max_clients_per_account "max-clients-per-account": u64 = 0;
        /// The maximum number of registrations from one network in one window; 0 means no limit.
        max_registrations_per_address "max-registrations-per-address": u64 = 0;
        /// The maximum number of registrations without an API key from one network in one window; 0
        /// means no limit. A registration that gets an existing client id does not count.
        max_anonymous_registrations_per_address "max-anonymous-registrations-per-address": u64 = 60;
        /// The length of a window, in seconds. A window begins whenever the seconds since 1970 are
        /// a multiple of it.
        address_window "address-window": u64 = 3600;
        /// The number of bits of an IPv4 address that identify the network for these limits.
        ipv4_prefix "ipv4-prefix": u64 = 32;
        /// The number of bits of an IPv6 address that identify the network for these limits. An
        /// internet subscriber usually has a /64 network or a larger one.
        ipv6_prefix "ipv6-prefix": u64 = 64;
        /// The maximum number of live clients that callers without an API key have registered; 0
        /// means no limit. When it is reached, a mail server can remove clients that no user has
        /// authorised within an hour, to make room.
        max_anonymous_clients "max-anonymous-clients": u64 = 10_000;
        /// The maximum number of registrations without an API key from one wider network within one
        /// `provisional-lifetime`; 0 means no limit. A wider network is an IPv4 network of 16 bits or
        /// an IPv6 network of 32 bits, as an internet provider has, or a network of `ipv4-prefix` or
        /// `ipv6-prefix` if that is larger. All callers whose address is not known are counted
        /// together. If it is not set, it is an eighth of `max-anonymous-clients`, rounded up, so that
        /// one party with many networks cannot use up all of these. A registration that gets an
        /// existing client id does not count.
        max_anonymous_registrations_per_wider_network
            "max-anonymous-registrations-per-wider-network": Option<u64> = None;
        /// The maximum number of all live clients; 0 means no limit.
        max_clients "max-clients": u64 = 0;

        /// The time after which a client of a caller without an API key is removed if no user has
        /// authorised it, in seconds; at least 3600 (draft-ietf-mailmaint-oauth-public §3.10).
        provisional_lifetime "provisional-lifetime": u64 = 86_400;
        /// The time after which a client is removed if no administrator has approved it (`approval`), in
        /// seconds; 0 means never. While it waits, the other lifetimes do not count. After the approval
        /// they count from then. It is kept for at least an hour, and as long as it has a valid refresh
        /// token.
        waiting_lifetime "waiting-lifetime": u64 = 1_209_600;
        /// The time after which a client is removed if no user has authorised it and it was never
        /// used, in seconds; 0 means never.
        unused_lifetime "unused-lifetime": u64 = 0;
        /// The time since its last use, or else since its registration, after which a client is
        /// removed if it has no valid refresh token, in seconds; 0 means never. Only an administrator
        /// removes a client that an administrator registered, or that is disabled.
        idle_lifetime "idle-lifetime": u64 = 0;
        /// The time after the expiry of its secret at which a client is removed, in seconds; 0
        /// means never.
        expired_secret_lifetime "expired-secret-lifetime": u64 = 0;
    }
}

impl Policy {
    /// Protects the names of the server itself: its provider's, and that of its host.
    pub(super) fn protect_own_names(&mut self) {
        let issuer = self.issuer.as_ref().map(|issuer| &*issuer.0);
        let hosts = issuer.map(uri::names_of_host).unwrap_or_default();
        let hosts = hosts.iter().filter_map(|name| ProtectedName::new(name));
        let own = Vec::from_iter(self.provider_name.clone().into_iter().chain(hosts));
        own.into_iter()
            .for_each(|name| self.protected_names.add(name));
    }

    /// Returns how many of `max-anonymous-clients` one wider network may register within one
    /// [`Policy::provisional_time`]; 0 means no limit.
    pub(crate) fn wider_share(&self) -> u64 {
        self.max_anonymous_registrations_per_wider_network
            .unwrap_or_else(|| self.max_anonymous_clients.div_ceil(SHARES))
    }

    /// Returns how long a stranger's client is kept that no user authorises, in seconds; it is never
    /// 0.
    pub(crate) fn provisional_time(&self) -> u64 {
        self.provisional_lifetime.max(MIN_PROVISIONAL)
    }

    /// Whether the settings allow the document at this URL to describe a client.
    pub(crate) fn reads(&self, url: &str) -> bool {
        let hosts = &self.client_document_hosts.0;
        self.client_documents && (hosts.is_empty() || uri::host_is_listed(uri::host(url), hosts))
    }

    /// Whether the settings deny this client id.
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

    /// Returns the algorithms that a client can sign its assertions with: the offered ones that this
    /// library can verify.
    pub(crate) fn assertion_algs(&self) -> Vec<&'static str> {
        let offered = self.signing_algs.names().iter().copied();
        offered
            .filter(|name| jws::VERIFIABLE.contains(name))
            .collect()
    }

    /// Returns the scopes of a client that registers without a `scope`. A client without refresh
    /// tokens does not get `offline_access`.
    pub(crate) fn scopes_by_default(&self, refreshes: bool) -> Vec<&str> {
        let scopes = if self.default_scopes.0.is_empty() {
            &self.scopes.0
        } else {
            &self.default_scopes.0
        };
        let scopes = scopes.iter().map(String::as_str);
        scopes
            .filter(|scope| refreshes || gives_access(scope))
            .collect()
    }
}

/// The largest depth of a document, whatever the settings say. The JSON parser itself fails at 128.
const MAX_DEPTH: usize = 64;

/// The number of wider networks that can use up `max-anonymous-clients` together, by default.
const SHARES: u64 = 8;

/// The shortest time for which a client id is valid, in seconds (draft-ietf-mailmaint-oauth-public
/// §3.10).
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

    /// Compares `docs/configuration.md` with the tables; `BLESS=1 cargo test` writes it.
    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "the test reads and writes documentation"
    )]
    fn the_documentation_is_up_to_date() {
        let mut page = String::from(
            "# Settings\n\n\
             Gatepost's settings are in the table `[oauth.client-registration]` of a TOML file. That file can be the\n\
             mail server's own configuration file. The settings can also be written as JSON. All mistakes are\n\
             reported at once. A key that does not exist is a mistake, and the message names the most similar key. A\n\
             setting that is allowed, but is a risk or needs something else to work, gives a warning.\n\n",
        );
        describe(&mut page, Policy::described());
        page.push_str(
            "\n# Terms\n\n\
             Terms limit what one caller can register. They can only narrow the settings above, with one exception:\n\
             `internal-hosts` can open what only an administrator can register otherwise. The mail server\n\
             stores the terms of an API key or of its account as a JSON object, and passes them with each request of\n\
             the caller. The terms of callers without an API key are the setting `anonymous-terms`. A term that is\n\
             left out changes nothing. The terms of an API key are stored with each client that it registers, and\n\
             apply to later changes of the client too.\n\n\
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
