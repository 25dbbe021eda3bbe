//! A plugin that is linked into this program: the core itself, called as a Rust crate. It converts, calls,
//! and converts back.

mod decision;
mod facts;

use std::panic::{UnwindSafe, catch_unwind};
use std::sync::Arc;

use gatepost::{Registrar, SettingsError};

use crate::error::{LoadError, PluginError};
use crate::plugin::Plugin;
use crate::wit::{Activity, BearerCredential, Context, Decision, Request, SettingFinding};

pub(crate) fn load(settings: &str) -> Result<Arc<dyn Plugin>, LoadError> {
    let registrar = guard(|| Registrar::compile(settings))
        .map_err(LoadError::Trial)?
        .map_err(|SettingsError(findings)| LoadError::Settings(decision::findings(findings)))?;
    let plugin = LinkedPlugin { registrar };
    plugin.server_metadata().map_err(LoadError::Trial)?;
    Ok(Arc::new(plugin))
}

struct LinkedPlugin {
    registrar: Registrar,
}

impl Plugin for LinkedPlugin {
    fn register(&self, context: &Context, metadata: &[u8]) -> Result<Decision, PluginError> {
        decide(context, |facts| self.registrar.register(facts, metadata))
    }

    fn provision(
        &self,
        context: &Context,
        client_id: Option<&str>,
        metadata: &[u8],
    ) -> Result<Decision, PluginError> {
        decide(context, |facts| {
            self.registrar.provision(facts, client_id, metadata)
        })
    }

    fn read(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError> {
        decide(context, |facts| self.registrar.read(facts, client_id))
    }

    fn update(
        &self,
        context: &Context,
        client_id: &str,
        metadata: &[u8],
    ) -> Result<Decision, PluginError> {
        decide(context, |facts| {
            self.registrar.update(facts, client_id, metadata)
        })
    }

    fn rotate_secret(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError> {
        decide(context, |facts| {
            self.registrar.rotate_secret(facts, client_id)
        })
    }

    fn rotate_registration_access_token(
        &self,
        context: &Context,
        client_id: &str,
    ) -> Result<Decision, PluginError> {
        decide(context, |facts| {
            self.registrar
                .rotate_registration_access_token(facts, client_id)
        })
    }

    fn disable(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError> {
        decide(context, |facts| self.registrar.disable(facts, client_id))
    }

    fn enable(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError> {
        decide(context, |facts| self.registrar.enable(facts, client_id))
    }

    fn approve(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError> {
        decide(context, |facts| self.registrar.approve(facts, client_id))
    }

    fn deny(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError> {
        decide(context, |facts| self.registrar.deny(facts, client_id))
    }

    fn remove(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError> {
        decide(context, |facts| self.registrar.remove(facts, client_id))
    }

    fn identify(&self, request: &Request) -> Result<Option<String>, PluginError> {
        guard(|| self.registrar.identify(&facts::request(request)))
    }

    fn authorize(&self, context: &Context, request: &Request) -> Result<Decision, PluginError> {
        decide(context, |facts| {
            self.registrar.authorize(facts, &facts::request(request))
        })
    }

    fn authenticate(&self, context: &Context, request: &Request) -> Result<Decision, PluginError> {
        decide(context, |facts| {
            self.registrar.authenticate(facts, &facts::request(request))
        })
    }

    fn usable(
        &self,
        context: &Context,
        client_id: &str,
        scope: Option<&str>,
    ) -> Result<Decision, PluginError> {
        decide(context, |facts| {
            self.registrar.usable(facts, client_id, scope)
        })
    }

    fn review(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError> {
        decide(context, |facts| self.registrar.review(facts, client_id))
    }

    fn review_draft(&self, context: &Context, metadata: &[u8]) -> Result<Decision, PluginError> {
        decide(context, |facts| {
            self.registrar.review_draft(facts, metadata)
        })
    }

    fn lifecycle(
        &self,
        context: &Context,
        client_id: &str,
        activity: &Activity,
    ) -> Result<Decision, PluginError> {
        let activity = facts::activity(activity);
        decide(context, |facts| {
            self.registrar.lifecycle(facts, client_id, &activity)
        })
    }

    fn client_document(
        &self,
        context: &Context,
        client_id: &str,
        document: Option<&[u8]>,
    ) -> Result<Decision, PluginError> {
        decide(context, |facts| {
            self.registrar.client_document(facts, client_id, document)
        })
    }

    fn network(&self, address: &str) -> Result<Option<String>, PluginError> {
        guard(|| self.registrar.network(address))
    }

    fn wider_network(&self, address: &str) -> Result<Option<String>, PluginError> {
        guard(|| self.registrar.wider_network(address))
    }

    fn window(&self) -> Result<u64, PluginError> {
        guard(|| self.registrar.window())
    }

    fn wider_window(&self) -> Result<u64, PluginError> {
        guard(|| self.registrar.wider_window())
    }

    fn check_terms(&self, terms: &str) -> Result<Result<(), Vec<SettingFinding>>, PluginError> {
        let checked = guard(|| Registrar::check_terms(terms))?;
        Ok(checked.map_err(|SettingsError(findings)| decision::findings(findings)))
    }

    fn server_metadata(&self) -> Result<String, PluginError> {
        guard(|| self.registrar.server_metadata())
    }

    fn bearer(&self, authorization: Option<&str>) -> Result<BearerCredential, PluginError> {
        let found = guard(|| gatepost::bearer(authorization))?;
        Ok(BearerCredential {
            credential: decision::credential(found.credential),
            token: found.token.map(str::to_owned),
        })
    }

    fn redirect_uri_matches(&self, registered: &str, requested: &str) -> Result<bool, PluginError> {
        guard(|| gatepost::redirect_uri_matches(registered, requested))
    }

    fn instances(&self) -> u32 {
        1
    }

    fn warnings(&self) -> Vec<SettingFinding> {
        decision::findings(self.registrar.warnings().to_vec())
    }

    fn web_administration_warning(&self) -> Option<SettingFinding> {
        let warning = self.registrar.web_administration_warning();
        warning.cloned().map(decision::finding)
    }
}

/// Makes a decision from the facts.
fn decide(
    context: &Context,
    core: impl FnOnce(&gatepost::Context<'_>) -> Result<gatepost::Decision, gatepost::Misuse>
    + UnwindSafe,
) -> Result<Decision, PluginError> {
    guard(|| facts::shown(context, core))?
        .map(decision::decision)
        .map_err(|misuse| PluginError::Misuse(decision::misuse(misuse)))
}

/// Runs the core. A panic is an error of this call, as a component's trap is. Nothing is left half changed by it:
/// the core keeps nothing between two calls, and the compiler sees that no call can change what it borrows.
fn guard<R>(core: impl FnOnce() -> R + UnwindSafe) -> Result<R, PluginError> {
    // What a panic says may have a part of the input in it, which may be a secret.
    catch_unwind(core).map_err(|_| PluginError::Trapped(PANICKED.to_owned()))
}

const PANICKED: &str = "the core panicked";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_of_one_call() {
        let registrar = Registrar::compile("").expect("no settings are settings");
        let context = Context::fresh().expect("the system has randomness");
        let cases: [fn() -> Result<gatepost::Decision, gatepost::Misuse>; 2] = [
            || panic!("a panic with a secret, {}", 7),
            || std::panic::panic_any(7),
        ];
        for core in cases {
            match decide(&context, |_| core()) {
                Err(PluginError::Trapped(text)) => assert_eq!(text, PANICKED),
                other => panic!("{other:?}"),
            }
            let next = decide(&context, |facts| registrar.register(facts, b"{}"));
            assert_eq!(next.expect("it decides").response.status, 401);
        }
    }
}
