//! Instances of a component, within their limits.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wasmtime::component::ResourceAny;
use wasmtime::{PoolConcurrencyLimitError, Store, Trap, WasmBacktrace};

use super::budget::{Budget, Loan};
use super::code::Code;
use super::engine::{self, Limiter};
use crate::error::{LoadError, PluginError};
use crate::options::Options;
use crate::wit::{self, Decision, GuestRegistrar, Misuse, SettingFinding};

/// The instances of one component with one policy: each is made when a call needs it, and kept for the
/// next.
pub(super) struct Instances {
    settings: String,
    options: Options,
    /// Instances with the settings compiled, waiting for a call. There come to be as many as there
    /// are threads that call.
    idle: Mutex<Vec<Instance>>,
    live: Arc<Budget>,
    /// Dropped last, when no instance uses it.
    code: Code,
}

impl Instances {
    /// Makes the first instance, which compiles the settings.
    pub(super) fn start(code: Code, settings: &str, options: &Options) -> Result<Self, LoadError> {
        let instances = Self {
            settings: settings.into(),
            options: options.clone(),
            idle: Mutex::default(),
            live: Budget::new(options.limits.instances),
            code,
        };
        let first = instances.instantiate().map_err(|error| match error {
            StartError::Settings(findings) => LoadError::Settings(findings),
            StartError::Plugin(error) => LoadError::Trial(error),
        })?;
        instances.keep(first);
        Ok(instances)
    }

    /// How many there are now.
    pub(super) fn count(&self) -> u32 {
        self.live.lent()
    }

    pub(super) fn decide(
        &self,
        decide: impl FnOnce(
            GuestRegistrar<'_>,
            &mut Store<Limiter>,
            ResourceAny,
        ) -> wasmtime::Result<Result<Decision, Misuse>>,
    ) -> Result<Decision, PluginError> {
        self.call(decide)?.map_err(PluginError::Misuse)
    }

    pub(super) fn call<R>(
        &self,
        call: impl FnOnce(GuestRegistrar<'_>, &mut Store<Limiter>, ResourceAny) -> wasmtime::Result<R>,
    ) -> Result<R, PluginError> {
        self.with_instance(|exports, store, this| call(exports.registrar(), store, this))
    }

    /// An instance whose call failed is dropped here: after a trap its memory is in no known state.
    pub(super) fn with_instance<R>(
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
        let place = self
            .live
            .lend(1)
            .ok_or(StartError::Plugin(PluginError::Busy))?;
        let explain = |error| StartError::Plugin(self.explain(error));
        let mut store = Store::new(
            self.code.template.engine(),
            Limiter::new(&self.options.limits),
        );
        store.limiter(|limiter| limiter);
        store.set_epoch_deadline(self.ticks());
        // What an answer may make this side allocate. A component could name the same bytes of its
        // memory many times over.
        store.set_hostcall_fuel(self.options.limits.memory);
        let exports = self
            .code
            .template
            .instantiate(&mut store)
            .map_err(explain)?;
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
            _place: place,
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
    _place: Loan,
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

enum StartError {
    Settings(Vec<SettingFinding>),
    Plugin(PluginError),
}
