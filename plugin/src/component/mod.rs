//! A plugin in a WASM component.

mod budget;
mod code;
mod engine;
mod instances;
#[cfg(feature = "embedded")]
mod shared;

use std::sync::Arc;

use crate::error::{LoadError, PluginError};
use crate::options::Options;
use crate::plugin::Plugin;
use crate::source::Source;
use crate::wit::{Activity, BearerCredential, Context, Decision, Request, SettingFinding};
use code::Code;
use instances::Instances;

pub(crate) fn load(
    bytes: &[u8],
    settings: &str,
    options: &Options,
) -> Result<Arc<dyn Plugin>, LoadError> {
    if bytes.len() as u64 > Source::MAX_COMPONENT {
        return Err(LoadError::TooLarge(Source::MAX_COMPONENT));
    }
    let code = Code::of(bytes, options.limits.instances)?;
    let instances = Instances::start(code, settings, options)?;
    let warnings = instances
        .call(|registrar, store, this| registrar.call_warnings(store, this))
        .map_err(LoadError::Trial)?;
    let web_administration = instances
        .call(|registrar, store, this| registrar.call_web_administration_warning(store, this))
        .map_err(LoadError::Trial)?;
    Ok(Arc::new(ComponentPlugin {
        instances,
        warnings,
        web_administration,
    }))
}

struct ComponentPlugin {
    instances: Instances,
    warnings: Vec<SettingFinding>,
    web_administration: Option<SettingFinding>,
}

impl Plugin for ComponentPlugin {
    fn register(&self, context: &Context, metadata: &[u8]) -> Result<Decision, PluginError> {
        self.instances.decide(|registrar, store, this| {
            registrar.call_register(store, this, context, metadata)
        })
    }

    fn provision(
        &self,
        context: &Context,
        client_id: Option<&str>,
        metadata: &[u8],
    ) -> Result<Decision, PluginError> {
        self.instances.decide(|registrar, store, this| {
            registrar.call_provision(store, this, context, client_id, metadata)
        })
    }

    fn read(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError> {
        self.instances
            .decide(|registrar, store, this| registrar.call_read(store, this, context, client_id))
    }

    fn update(
        &self,
        context: &Context,
        client_id: &str,
        metadata: &[u8],
    ) -> Result<Decision, PluginError> {
        self.instances.decide(|registrar, store, this| {
            registrar.call_update(store, this, context, client_id, metadata)
        })
    }

    fn rotate_secret(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError> {
        self.instances.decide(|registrar, store, this| {
            registrar.call_rotate_secret(store, this, context, client_id)
        })
    }

    fn rotate_registration_access_token(
        &self,
        context: &Context,
        client_id: &str,
    ) -> Result<Decision, PluginError> {
        self.instances.decide(|registrar, store, this| {
            registrar.call_rotate_registration_access_token(store, this, context, client_id)
        })
    }

    fn disable(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError> {
        self.instances.decide(|registrar, store, this| {
            registrar.call_disable(store, this, context, client_id)
        })
    }

    fn enable(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError> {
        self.instances
            .decide(|registrar, store, this| registrar.call_enable(store, this, context, client_id))
    }

    fn approve(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError> {
        self.instances.decide(|registrar, store, this| {
            registrar.call_approve(store, this, context, client_id)
        })
    }

    fn deny(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError> {
        self.instances
            .decide(|registrar, store, this| registrar.call_deny(store, this, context, client_id))
    }

    fn remove(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError> {
        self.instances
            .decide(|registrar, store, this| registrar.call_remove(store, this, context, client_id))
    }

    fn identify(&self, request: &Request) -> Result<Option<String>, PluginError> {
        self.instances
            .call(|registrar, store, this| registrar.call_identify(store, this, request))
    }

    fn authorize(&self, context: &Context, request: &Request) -> Result<Decision, PluginError> {
        self.instances.decide(|registrar, store, this| {
            registrar.call_authorize(store, this, context, request)
        })
    }

    fn authenticate(&self, context: &Context, request: &Request) -> Result<Decision, PluginError> {
        self.instances.decide(|registrar, store, this| {
            registrar.call_authenticate(store, this, context, request)
        })
    }

    fn usable(
        &self,
        context: &Context,
        client_id: &str,
        scope: Option<&str>,
    ) -> Result<Decision, PluginError> {
        self.instances.decide(|registrar, store, this| {
            registrar.call_usable(store, this, context, client_id, scope)
        })
    }

    fn review(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError> {
        self.instances
            .decide(|registrar, store, this| registrar.call_review(store, this, context, client_id))
    }

    fn review_draft(&self, context: &Context, metadata: &[u8]) -> Result<Decision, PluginError> {
        self.instances.decide(|registrar, store, this| {
            registrar.call_review_draft(store, this, context, metadata)
        })
    }

    fn lifecycle(
        &self,
        context: &Context,
        client_id: &str,
        activity: &Activity,
    ) -> Result<Decision, PluginError> {
        self.instances.decide(|registrar, store, this| {
            registrar.call_lifecycle(store, this, context, client_id, *activity)
        })
    }

    fn client_document(
        &self,
        context: &Context,
        client_id: &str,
        document: Option<&[u8]>,
    ) -> Result<Decision, PluginError> {
        self.instances.decide(|registrar, store, this| {
            registrar.call_client_document(store, this, context, client_id, document)
        })
    }

    fn network(&self, address: &str) -> Result<Option<String>, PluginError> {
        self.instances
            .call(|registrar, store, this| registrar.call_network(store, this, address))
    }

    fn wider_network(&self, address: &str) -> Result<Option<String>, PluginError> {
        self.instances
            .call(|registrar, store, this| registrar.call_wider_network(store, this, address))
    }

    fn window(&self) -> Result<u64, PluginError> {
        self.instances
            .call(|registrar, store, this| registrar.call_window(store, this))
    }

    fn wider_window(&self) -> Result<u64, PluginError> {
        self.instances
            .call(|registrar, store, this| registrar.call_wider_window(store, this))
    }

    fn check_terms(&self, terms: &str) -> Result<Result<(), Vec<SettingFinding>>, PluginError> {
        self.instances
            .call(|registrar, store, _| registrar.call_check_terms(store, terms))
    }

    fn server_metadata(&self) -> Result<String, PluginError> {
        self.instances
            .call(|registrar, store, this| registrar.call_server_metadata(store, this))
    }

    fn bearer(&self, authorization: Option<&str>) -> Result<BearerCredential, PluginError> {
        self.instances
            .with_instance(|exports, store, _| exports.call_bearer(store, authorization))
    }

    fn redirect_uri_matches(&self, registered: &str, requested: &str) -> Result<bool, PluginError> {
        self.instances.with_instance(|exports, store, _| {
            exports.call_redirect_uri_matches(store, registered, requested)
        })
    }

    fn instances(&self) -> u32 {
        self.instances.count()
    }

    fn warnings(&self) -> Vec<SettingFinding> {
        self.warnings.clone()
    }

    fn web_administration_warning(&self) -> Option<SettingFinding> {
        self.web_administration.clone()
    }
}
