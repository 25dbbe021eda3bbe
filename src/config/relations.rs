//! Checks settings against each other, for mistakes and for risks.

use crate::diagnostic::{self, SettingFinding, Severity};
use crate::jose::jws;
use crate::oauth::{AuthMethod, Extension, GrantType};

use super::choices::{AnonymousProfile, Approval, Pkce, Sharing};
use super::settings::{MIN_PROVISIONAL, Policy, TABLE};

/// Reports combinations of settings that are mistakes or risks. Each setting is valid by itself.
pub(super) fn relations(policy: &Policy, findings: &mut Vec<SettingFinding>) {
    let offered = &policy.scopes.0;
    if !policy.default_scopes.0.iter().all(|s| offered.contains(s)) {
        findings.push(conflict(
            "default-scopes",
            "only scopes that stand in scopes",
        ));
    }
    if policy.grant_types.is_empty() {
        findings.push(mistake("grant-types", "at least one grant type"));
    }
    if policy.auth_methods.is_empty() {
        findings.push(mistake("auth-methods", "at least one method"));
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
            findings.push(conflict(key, &allowed));
        }
    }
    if policy.assertion_algs().is_empty()
        && policy.auth_methods.contains(&AuthMethod::PrivateKeyJwt)
    {
        let allowed = format!(
            "at least one, for private_key_jwt, of {}",
            jws::VERIFIABLE.join(", ")
        );
        let allowed = allowed.as_str();
        findings.push(conflict("signing-algs", allowed));
    }
    if policy.anonymous
        && policy.anonymous_profile == AnonymousProfile::Mail
        && !(policy.grant_types.contains(&GrantType::AuthorizationCode)
            && policy.grant_types.contains(&GrantType::RefreshToken)
            && policy.auth_methods.contains(&AuthMethod::None))
    {
        let allowed = "true only if authorization_code and refresh_token stand in grant-types, and none in auth-methods";
        findings.push(conflict("anonymous", allowed));
    }
    let stores_strangers =
        policy.anonymous && policy.stateless == Sharing::Off && policy.static_client.is_none();
    if stores_strangers && policy.max_anonymous_clients == 0 && policy.max_clients == 0 {
        findings.push(warning(
            "anonymous",
            "Anyone may register without a limit; set max-anonymous-clients or max-clients.",
        ));
    }
    if policy.max_anonymous_clients > 0 && policy.wider_share() > policy.max_anonymous_clients {
        findings.push(warning(
            "max-anonymous-registrations-per-wider-network",
            "It is more than max-anonymous-clients, so that it limits nothing.",
        ));
    }
    if policy.anonymous
        && !policy
            .anonymous_terms
            .grant_types
            .as_ref()
            .is_none_or(|grants| {
                grants.contains(&GrantType::AuthorizationCode)
                    && grants.contains(&GrantType::RefreshToken)
            })
    {
        let allowed =
            "authorization_code and refresh_token in grant-types, while anonymous is true";
        findings.push(conflict("anonymous-terms", allowed));
    }
    if policy.stateless != Sharing::Off && policy.client_id_keys.is_empty() {
        let allowed = "this only with a key in client-id-keys";
        findings.push(conflict("stateless", allowed));
    }
    approval(policy, findings);
    if policy.require_software_statement && policy.trusted_issuers.is_empty() {
        let allowed = "true only with an issuer in trusted-issuers";
        findings.push(conflict("require-software-statement", allowed));
    }
    if policy.require_software_statement && !policy.require {
        findings.push(warning(
            "require-software-statement",
            "A client without a software statement needs no registration; set require to true.",
        ));
    }
    if policy.anonymous && policy.provisional_lifetime < MIN_PROVISIONAL {
        findings.push(conflict("provisional-lifetime", "3600 or more, in seconds"));
    }
    if policy.address_window == 0 {
        findings.push(mistake("address-window", "1 or more, in seconds"));
    }
    for (key, prefix, longest) in [
        ("ipv4-prefix", policy.ipv4_prefix, 32),
        ("ipv6-prefix", policy.ipv6_prefix, 128),
    ] {
        if !(1..=longest).contains(&prefix) {
            findings.push(mistake(key, &format!("1 to {longest}")));
        }
    }
    let assertions = policy.auth_methods.contains(&AuthMethod::PrivateKeyJwt)
        && policy.auth_methods != Policy::default().auth_methods;
    if assertions && policy.issuer.is_none() && policy.token_endpoint.is_none() {
        findings.push(warning(
            "auth-methods",
            "private_key_jwt needs an audience, so that it never succeeds: set issuer or token-endpoint.",
        ));
    }
    if policy.pkce == Pkce::Public {
        findings.push(warning(
            "pkce",
            "An authorization code can be injected into a confidential client that uses no PKCE (RFC 9700 section 2.1.1).",
        ));
    }
    if policy.anonymous && policy.anonymous_profile == AnonymousProfile::None {
        findings.push(warning(
            "anonymous-profile",
            "Strangers may register web clients, which makes phishing easy; use mail.",
        ));
    }
    if !policy.require {
        findings.push(warning(
            "require",
            "Any client id may be used, so that codes go to any web site that a user agrees to; set require to true once the clients are registered.",
        ));
    }
}

/// Reports settings with which a program could be used that no administrator has approved. Each of them is a way
/// around `approval`.
fn approval(policy: &Policy, findings: &mut Vec<SettingFinding>) {
    if policy.approval == Approval::Off {
        return;
    }
    let any_site = policy.client_documents && policy.client_document_hosts.0.is_empty();
    for (is_way_around, allowed) in [
        (
            !policy.require,
            "off, or another value together with require = true: any client id may be used otherwise",
        ),
        (
            policy.stateless != Sharing::Off,
            "off, or another value together with stateless = off: such a client has no record that could wait",
        ),
        (
            policy.static_client.is_some(),
            "off, or another value without static-client: all clients use that id at once",
        ),
        (
            policy.open_client,
            "off, or another value together with open-client = false: every client may use the id open",
        ),
        (
            policy.approval == Approval::Anonymous && policy.share_identical == Sharing::Public,
            "off or all, or anonymous with another value for share-identical than public: a stranger and a caller with an API key would share an id, and only one of them waits",
        ),
        (
            any_site,
            "off, or another value with the allowed hosts in client-id-metadata-document-hosts: documents do not wait",
        ),
    ] {
        if is_way_around {
            findings.push(conflict("approval", allowed));
        }
    }
    if policy.approval == Approval::Anonymous && !policy.anonymous {
        findings.push(warning(
            "approval",
            "No new client waits, because nobody registers without an API key while anonymous is false.",
        ));
    }
}

/// Warns that a web administration is an OAuth client, too. Only the host knows whether it has one.
pub(super) fn web_administration(policy: &Policy) -> Option<SettingFinding> {
    policy.require.then(|| {
        warning(
            "require",
            "Only registered clients work: the web administration stops working until a client webadmin is registered, or administrators get oauth-client-override.",
        )
    })
}

fn conflict(key: &str, allowed: &str) -> SettingFinding {
    diagnostic::conflict(&path(key), allowed.to_owned())
}

fn mistake(key: &str, allowed: &str) -> SettingFinding {
    diagnostic::mistake(&path(key), allowed.to_owned())
}

fn warning(key: &str, message: &str) -> SettingFinding {
    SettingFinding::new(path(key), message, Severity::Warning)
}

fn path(key: &str) -> String {
    format!("{}.{}.{key}", TABLE[0], TABLE[1])
}
