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

/// Whether somebody who may do so much can give an API key a permission: what he may do himself, and to register
/// clients, which a caller with `oauth-client-create` can do by hand.
pub fn can_give<T: AsRef<str>>(held: &[T], permission: &str) -> bool {
    let may = |name: &str| held.iter().any(|held| held.as_ref() == name);
    may(permission)
        || permission == Permission::OauthClientRegistration.name()
            && may(Permission::OauthClientCreate.name())
}

/// What an API key allows now of what it was made for: what its owner can give now. `None` if the owner may not
/// sign in, so that the key opens nothing. A key that was made on the command line for no account has no owner.
pub(crate) fn of_key(made_for: Vec<String>, owner: Option<&[String]>) -> Option<Vec<String>> {
    let Some(owner) = owner else {
        return Some(made_for);
    };
    if !can_give(owner, Permission::Authenticate.name()) {
        return None;
    }
    let given = made_for.into_iter().filter(|name| can_give(owner, name));
    Some(given.collect())
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

    #[test]
    fn a_key_allows_what_its_owner_can_give() {
        for (made_for, owner, expected) in [
            ("authenticate a", None, Some("authenticate a")),
            (
                "authenticate a b",
                Some("authenticate b"),
                Some("authenticate b"),
            ),
            ("a b", Some("authenticate b c"), Some("b")),
            ("a", Some("authenticate"), Some("")),
            ("authenticate a", Some("a"), None),
            ("authenticate a", Some(""), None),
            (
                "authenticate oauth-client-registration",
                Some("authenticate oauth-client-create"),
                Some("authenticate oauth-client-registration"),
            ),
            (
                "authenticate oauth-client-create",
                Some("authenticate oauth-client-registration"),
                Some("authenticate"),
            ),
        ] {
            let names = |text: &str| text.split_whitespace().map(str::to_owned).collect();
            let held: Option<Vec<String>> = owner.map(names);
            let allowed = of_key(names(made_for), held.as_deref());
            assert_eq!(allowed, expected.map(names), "{made_for} of {owner:?}");
        }
    }
}
