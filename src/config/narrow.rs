//! Narrows the policy to the terms of one caller.

use std::borrow::Cow;

use super::lists::TokenList;
use super::settings::Policy;
use super::terms::Terms;

impl Terms {
    /// Returns the policy for a caller with these terms.
    pub(crate) fn narrow<'p>(&self, policy: &'p Policy) -> Cow<'p, Policy> {
        let Self {
            scopes,
            grant_types,
            auth_methods,
            redirect_hosts,
            redirect_schemes,
            internal_hosts,
            networks: _,
            max_registrations: _,
            expires_at: _,
        } = self;
        let mut policy = Cow::Borrowed(policy);
        if let Some(TokenList(scopes)) = scopes {
            let policy = policy.to_mut();
            policy.scopes.0.retain(|scope| scopes.contains(scope));
            policy
                .default_scopes
                .0
                .retain(|scope| scopes.contains(scope));
        }
        if let Some(grant_types) = grant_types {
            policy
                .to_mut()
                .grant_types
                .retain(|g| grant_types.contains(g));
        }
        if let Some(auth_methods) = auth_methods {
            policy
                .to_mut()
                .auth_methods
                .retain(|m| auth_methods.contains(m));
        }
        if let Some(redirect_hosts) = redirect_hosts {
            policy.to_mut().redirect_hosts.narrow(redirect_hosts);
        }
        if let Some(redirect_schemes) = redirect_schemes {
            policy.to_mut().redirect_schemes.narrow(redirect_schemes);
        }
        if let Some(internal_hosts) = internal_hosts {
            policy.to_mut().internal_hosts = *internal_hosts;
        }
        policy
    }
}

#[cfg(test)]
mod tests {
    use crate::config;
    use crate::oauth::{AuthMethod, GrantType};

    use super::*;

    #[test]
    fn what_is_left_of_the_policy() {
        let policy = config::compile(
            "[oauth.client-registration]
             scopes = ['a', 'b', 'c']
             default-scopes = ['a', 'b']",
        )
        .unwrap()
        .policy;
        let narrowed = |terms: &str| config::terms(terms).unwrap().narrow(&policy).into_owned();
        assert!(matches!(Terms::default().narrow(&policy), Cow::Borrowed(_)));

        let scopes = narrowed(r#"{"scopes": ["b", "c", "d"]}"#);
        assert_eq!(scopes.scopes.0, ["b", "c"]);
        assert_eq!(scopes.default_scopes.0, ["b"]);
        let grants = narrowed(r#"{"grant-types": ["client_credentials"]}"#).grant_types;
        assert_eq!(grants, [GrantType::ClientCredentials]);
        let methods = narrowed(r#"{"auth-methods": ["none", "tls_client_auth"]}"#).auth_methods;
        assert_eq!(
            methods,
            [AuthMethod::None],
            "terms offer nothing that the policy does not"
        );

        for (terms, before, after) in [
            ("{}", false, false),
            ("{}", true, true),
            (r#"{"internal-hosts": true}"#, false, true),
            (r#"{"internal-hosts": false}"#, true, false),
        ] {
            let policy = Policy {
                internal_hosts: before,
                ..Policy::default()
            };
            let narrowed = config::terms(terms).unwrap().narrow(&policy).internal_hosts;
            assert_eq!(narrowed, after, "{terms} {before}");
        }

        let hosts = narrowed(r#"{"redirect-hosts": ["a.example", ".b.example"]}"#).redirect_hosts;
        for (host, permitted) in [
            ("a.example", true),
            ("x.a.example", false),
            ("b.example", false),
            ("x.b.example", true),
            ("xb.example", false),
        ] {
            assert_eq!(hosts.permit_host(host), permitted, "{host}");
        }
        // An empty list allows nothing; what is left out allows everything.
        let nothing = narrowed(r#"{"redirect-hosts": [], "redirect-schemes": []}"#);
        assert!(!nothing.redirect_hosts.permit_host("a.example"));
        assert!(!nothing.redirect_schemes.permit("https"));
        assert!(narrowed("{}").redirect_hosts.permit_host("a.example"));
    }
}
