//! What accounts and API keys allow.

/// What an account or an API key allows. The names are those a mail server's administrator knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// Sign in at all; every account and key needs it.
    Authenticate,
    /// Register OAuth clients at the registration endpoint.
    OauthClientRegistration,
    /// Use any client id, also when registration is required.
    OauthClientOverride,
    /// List OAuth clients.
    OauthClientList,
    /// Show an OAuth client.
    OauthClientGet,
    /// Register an OAuth client by hand.
    OauthClientCreate,
    /// Change an OAuth client.
    OauthClientUpdate,
    /// Delete an OAuth client.
    OauthClientDelete,
}

impl Permission {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Authenticate,
        Self::OauthClientRegistration,
        Self::OauthClientOverride,
        Self::OauthClientList,
        Self::OauthClientGet,
        Self::OauthClientCreate,
        Self::OauthClientUpdate,
        Self::OauthClientDelete,
    ];

    /// What an administrator of OAuth clients holds.
    pub const ADMINISTRATOR: &[Self] = &[
        Self::Authenticate,
        Self::OauthClientList,
        Self::OauthClientGet,
        Self::OauthClientCreate,
        Self::OauthClientUpdate,
        Self::OauthClientDelete,
        Self::OauthClientOverride,
    ];

    /// What it takes to register clients, and no more.
    pub const REGISTRATION: &[Self] = &[Self::Authenticate, Self::OauthClientRegistration];

    /// The permission of that name.
    pub fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|permission| permission.name() == name)
    }

    /// The name as an administrator writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Authenticate => "authenticate",
            Self::OauthClientRegistration => "oauth-client-registration",
            Self::OauthClientOverride => "oauth-client-override",
            Self::OauthClientList => "oauth-client-list",
            Self::OauthClientGet => "oauth-client-get",
            Self::OauthClientCreate => "oauth-client-create",
            Self::OauthClientUpdate => "oauth-client-update",
            Self::OauthClientDelete => "oauth-client-delete",
        }
    }

    /// What it allows, in one line.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Authenticate => "Sign in at all; every account and key needs it",
            Self::OauthClientRegistration => "Register OAuth clients at the registration endpoint",
            Self::OauthClientOverride => "Use any client id, also when registration is required",
            Self::OauthClientList => "List OAuth clients",
            Self::OauthClientGet => "Show an OAuth client",
            Self::OauthClientCreate => "Register an OAuth client by hand",
            Self::OauthClientUpdate => "Change an OAuth client",
            Self::OauthClientDelete => "Delete an OAuth client",
        }
    }
}

/// Their names with a space between them.
pub fn joined(permissions: &[Permission]) -> String {
    let names: Vec<&str> = permissions
        .iter()
        .map(|permission| permission.name())
        .collect();
    names.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_are_known_by_their_names() {
        for permission in Permission::ALL {
            assert_eq!(Permission::named(permission.name()), Some(permission));
        }
        assert_eq!(Permission::named("oauth"), None);
    }
}
