//! The vocabulary of `wit/registrar.wit`, generated.

wasmtime::component::bindgen!({
    path: "../wit",
    world: "plugin",
    additional_derives: [PartialEq],
});

pub use exports::gatepost::registration::registrar::*;

/// Somebody of whom nothing is known, and who presented nothing.
impl Default for Caller {
    fn default() -> Self {
        Self {
            credential: Credential::Missing,
            account: None,
            permissions: Vec::new(),
            address: None,
            terms: None,
            token: None,
        }
    }
}

/// Nothing was counted.
impl Default for Usage {
    fn default() -> Self {
        Self {
            account_clients: None,
            address_registrations: None,
            key_registrations: None,
            anonymous_clients: None,
            total_clients: None,
        }
    }
}

/// Nothing is known to have happened.
impl Default for Activity {
    fn default() -> Self {
        Self {
            authorised_at: None,
            last_used: None,
            refresh_tokens: None,
        }
    }
}
