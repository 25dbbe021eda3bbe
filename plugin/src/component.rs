//! A plugin in a WASM component.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wasmtime::component::{Component, Linker, ResourceAny};
use wasmtime::{PoolConcurrencyLimitError, Store, Trap, WasmBacktrace};

use crate::engine::{self, Limiter};
use crate::wit::{
    self, Activity, Context, Decision, GuestRegistrar, Misuse, Request, SettingFinding,
};
use crate::{LoadError, Options, Plugin, PluginError};

pub(super) fn load(
    bytes: &[u8],
    settings: &str,
    options: &Options,
) -> Result<Arc<dyn Plugin>, LoadError> {
    let engine = engine::new(&options.limits)?;
    let component =
        Component::new(&engine, bytes).map_err(|error| LoadError::Invalid(format!("{error:#}")))?;
    if let Some((import, _)) = component.component_type().imports(&engine).next() {
        return Err(LoadError::UnexpectedImport(import.into()));
    }
    let template = Linker::new(&engine)
        .instantiate_pre(&component)
        .map_err(|error| LoadError::Invalid(format!("{error:#}")))?;
    let template = wit::PluginPre::new(template)
        .map_err(|error| LoadError::MissingExport(format!("{error:#}")))?;

    let mut plugin = ComponentPlugin {
        template,
        settings: settings.into(),
        options: options.clone(),
        live: Arc::default(),
        idle: Mutex::default(),
        warnings: Vec::new(),
    };
    let instance = plugin.instantiate().map_err(|error| match error {
        StartError::Settings(findings) => LoadError::Settings(findings),
        StartError::Plugin(error) => LoadError::Trial(error),
    })?;
    plugin.keep(instance);
    plugin.warnings = plugin
        .call(|registrar, store, this| registrar.call_warnings(store, this))
        .map_err(LoadError::Trial)?;
    Ok(Arc::new(plugin))
}

struct ComponentPlugin {
    template: wit::PluginPre<Limiter>,
    settings: String,
    options: Options,
    live: Arc<AtomicU32>,
    /// Instances with the settings compiled, waiting for a call. There come to be as many as there
    /// are threads that call.
    idle: Mutex<Vec<Instance>>,
    warnings: Vec<SettingFinding>,
}

impl Plugin for ComponentPlugin {
    fn register(&self, context: &Context, metadata: &[u8]) -> Result<Decision, PluginError> {
        self.decide(|registrar, store, this| {
            registrar.call_register(store, this, context, metadata)
        })
    }

    fn provision(
        &self,
        context: &Context,
        client_id: Option<&str>,
        metadata: &[u8],
    ) -> Result<Decision, PluginError> {
        self.decide(|registrar, store, this| {
            registrar.call_provision(store, this, context, client_id, metadata)
        })
    }

    fn read(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError> {
        self.decide(|registrar, store, this| registrar.call_read(store, this, context, client_id))
    }

    fn update(
        &self,
        context: &Context,
        client_id: &str,
        metadata: &[u8],
    ) -> Result<Decision, PluginError> {
        self.decide(|registrar, store, this| {
            registrar.call_update(store, this, context, client_id, metadata)
        })
    }

    fn rotate_secret(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError> {
        self.decide(|registrar, store, this| {
            registrar.call_rotate_secret(store, this, context, client_id)
        })
    }

    fn disable(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError> {
        self.decide(|registrar, store, this| {
            registrar.call_disable(store, this, context, client_id)
        })
    }

    fn enable(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError> {
        self.decide(|registrar, store, this| registrar.call_enable(store, this, context, client_id))
    }

    fn remove(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError> {
        self.decide(|registrar, store, this| registrar.call_remove(store, this, context, client_id))
    }

    fn identify(&self, request: &Request) -> Result<Option<String>, PluginError> {
        self.call(|registrar, store, this| registrar.call_identify(store, this, request))
    }

    fn authorize(&self, context: &Context, request: &Request) -> Result<Decision, PluginError> {
        self.decide(|registrar, store, this| {
            registrar.call_authorize(store, this, context, request)
        })
    }

    fn authenticate(&self, context: &Context, request: &Request) -> Result<Decision, PluginError> {
        self.decide(|registrar, store, this| {
            registrar.call_authenticate(store, this, context, request)
        })
    }

    fn review(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError> {
        self.decide(|registrar, store, this| registrar.call_review(store, this, context, client_id))
    }

    fn review_draft(&self, context: &Context, metadata: &[u8]) -> Result<Decision, PluginError> {
        self.decide(|registrar, store, this| {
            registrar.call_review_draft(store, this, context, metadata)
        })
    }

    fn lifecycle(
        &self,
        context: &Context,
        client_id: &str,
        activity: &Activity,
    ) -> Result<Decision, PluginError> {
        self.decide(|registrar, store, this| {
            registrar.call_lifecycle(store, this, context, client_id, *activity)
        })
    }

    fn client_document(
        &self,
        context: &Context,
        client_id: &str,
        document: Option<&[u8]>,
    ) -> Result<Decision, PluginError> {
        self.decide(|registrar, store, this| {
            registrar.call_client_document(store, this, context, client_id, document)
        })
    }

    fn network(&self, address: &str) -> Result<Option<String>, PluginError> {
        self.call(|registrar, store, this| registrar.call_network(store, this, address))
    }

    fn window(&self) -> Result<u64, PluginError> {
        self.call(|registrar, store, this| registrar.call_window(store, this))
    }

    fn check_terms(&self, terms: &str) -> Result<Result<(), Vec<SettingFinding>>, PluginError> {
        self.call(|registrar, store, _| registrar.call_check_terms(store, terms))
    }

    fn server_metadata(&self) -> Result<String, PluginError> {
        self.call(|registrar, store, this| registrar.call_server_metadata(store, this))
    }

    fn redirect_uri_matches(&self, registered: &str, requested: &str) -> Result<bool, PluginError> {
        self.with_instance(|exports, store, _| {
            exports.call_redirect_uri_matches(store, registered, requested)
        })
    }

    fn instances(&self) -> u32 {
        self.live.load(Ordering::Relaxed)
    }

    fn warnings(&self) -> Vec<SettingFinding> {
        self.warnings.clone()
    }
}

impl ComponentPlugin {
    fn decide(
        &self,
        decide: impl FnOnce(
            GuestRegistrar<'_>,
            &mut Store<Limiter>,
            ResourceAny,
        ) -> wasmtime::Result<Result<Decision, Misuse>>,
    ) -> Result<Decision, PluginError> {
        self.call(decide)?.map_err(PluginError::Misuse)
    }

    fn call<R>(
        &self,
        call: impl FnOnce(GuestRegistrar<'_>, &mut Store<Limiter>, ResourceAny) -> wasmtime::Result<R>,
    ) -> Result<R, PluginError> {
        self.with_instance(|exports, store, this| call(exports.registrar(), store, this))
    }

    /// An instance whose call failed is dropped here: after a trap its memory is in no known state.
    fn with_instance<R>(
        &self,
        call: impl FnOnce(&wit::Guest, &mut Store<Limiter>, ResourceAny) -> wasmtime::Result<R>,
    ) -> Result<R, PluginError> {
        let idle = self.idle().pop();
        let mut instance = match idle {
            Some(instance) => instance,
            None => self.instantiate().map_err(|error| match error {
                StartError::Settings(_) => PluginError::SettingsRefused,
                StartError::Plugin(error) => error,
            })?,
        };
        instance.store.set_epoch_deadline(self.ticks());
        let exports = instance.exports.gatepost_registration_registrar();
        let answer = call(exports, &mut instance.store, instance.registrar)
            .map_err(|error| self.explain(error))?;
        instance.calls += 1;
        self.keep(instance);
        Ok(answer)
    }

    /// Keeps an instance for the next call, if that one may have it.
    fn keep(&self, instance: Instance) {
        if !self.options.isolate && !instance.is_worn() {
            self.idle().push(instance);
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Instance>> {
        // Nobody panics between a lock and its release here; if somebody did, a list of whole
        // instances is as good as before.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn instantiate(&self) -> Result<Instance, StartError> {
        let slot = Slot::take(&self.live, self.options.limits.instances)?;
        let explain = |error| StartError::Plugin(self.explain(error));
        let mut store = Store::new(self.template.engine(), Limiter::new(&self.options.limits));
        store.limiter(|limiter| limiter);
        store.set_epoch_deadline(self.ticks());
        // What an answer may make this side allocate. A component could name the same bytes of its
        // memory many times over.
        store.set_hostcall_fuel(self.options.limits.memory);
        let exports = self.template.instantiate(&mut store).map_err(explain)?;
        let registrar = exports
            .gatepost_registration_registrar()
            .registrar()
            .call_compile(&mut store, &self.settings)
            .map_err(explain)?
            .map_err(StartError::Settings)?;
        Ok(Instance {
            started_with: store.data().memory(),
            store,
            exports,
            registrar,
            calls: 0,
            _slot: slot,
        })
    }

    /// The deadline in ticks. The first one may come at once.
    fn ticks(&self) -> u64 {
        let ticks = self
            .options
            .limits
            .deadline
            .as_nanos()
            .div_ceil(engine::TICK.as_nanos());
        u64::try_from(ticks)
            .unwrap_or(u64::MAX / 2)
            .saturating_add(1)
    }

    fn explain(&self, error: wasmtime::Error) -> PluginError {
        let error = match error.downcast::<PluginError>() {
            Ok(error) => return error,
            Err(error) => error,
        };
        match error.downcast_ref::<Trap>() {
            Some(Trap::Interrupt) => PluginError::Deadline(self.options.limits.deadline),
            Some(Trap::StackOverflow) => PluginError::Stack,
            _ if error.is::<PoolConcurrencyLimitError>() => PluginError::Busy,
            _ => PluginError::Trapped(describe(&error)),
        }
    }
}

/// The cause, and the innermost functions by name: a component has nowhere to print a panic to.
fn describe(error: &wasmtime::Error) -> String {
    const FRAMES: usize = 8;

    let mut text = error.root_cause().to_string();
    let frames = error
        .downcast_ref::<WasmBacktrace>()
        .into_iter()
        .flat_map(WasmBacktrace::frames);
    for (n, frame) in frames.take(FRAMES).enumerate() {
        text.push_str(if n == 0 { " in " } else { ", called by " });
        let name = frame.func_name().unwrap_or("a function without a name");
        // Without the hash, which tells nobody anything.
        text.push_str(&format!("{:#}", rustc_demangle::demangle(name)));
    }
    text
}

/// A component's instance with the settings compiled.
struct Instance {
    store: Store<Limiter>,
    exports: wit::Plugin,
    registrar: ResourceAny,
    calls: u32,
    started_with: usize,
    /// Given back last, when the memory is free.
    _slot: Slot,
}

impl Instance {
    /// Whether a new instance is the better one for the next call. A memory never shrinks, and is as
    /// scattered as the calls that used it.
    fn is_worn(&self) -> bool {
        const CALLS: u32 = 10_000;
        const GROWTH: usize = 1 << 20;

        self.calls >= CALLS || self.store.data().memory() > self.started_with + GROWTH
    }
}

/// One of the instances there may be at once.
struct Slot(Arc<AtomicU32>);

impl Slot {
    fn take(live: &Arc<AtomicU32>, limit: u32) -> Result<Self, StartError> {
        live.fetch_update(Ordering::AcqRel, Ordering::Acquire, |live| {
            (live < limit).then_some(live + 1)
        })
        .map_err(|_| StartError::Plugin(PluginError::Busy))?;
        Ok(Self(Arc::clone(live)))
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

enum StartError {
    Settings(Vec<SettingFinding>),
    Plugin(PluginError),
}
