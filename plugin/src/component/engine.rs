//! The WASM engine, and what it lets a component use.

use std::thread;
use std::time::Duration;

use wasmtime::{
    Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, ResourceLimiter,
};

use crate::error::{LoadError, PluginError};
use crate::options::Limits;

/// How exactly a deadline is kept.
pub(super) const TICK: Duration = Duration::from_millis(10);

/// An engine that has room for so many instances. How large their memory may become is for the
/// [`Limiter`] of each.
pub(super) fn new(instances: u32) -> Result<Engine, LoadError> {
    // A pool reserves 4 GiB of addresses for each instance, which costs nothing unless addresses
    // are limited, by `ulimit -v` or by the processor.
    let engine = Engine::new(&pooling(instances))
        .or_else(|_| Engine::new(&on_demand()))
        .map_err(|error| LoadError::Engine(format!("{error:#}")))?;
    let ticking = engine.weak();
    thread::Builder::new()
        .name("gatepost-ticker".into())
        .spawn(move || {
            while let Some(engine) = ticking.upgrade() {
                engine.increment_epoch();
                drop(engine);
                thread::sleep(TICK);
            }
        })
        .map_err(|error| LoadError::Engine(format!("no ticker: {error}")))?;
    Ok(engine)
}

/// Instances start in memory that is set up already: the pool copies a component's first pages only
/// when they are written to, and keeps what is usually touched.
fn pooling(instances: u32) -> Config {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(instances)
        .total_core_instances(instances.saturating_mul(CORE_INSTANCES))
        .total_tables(instances.saturating_mul(TABLES))
        .total_memories(instances)
        .max_memories_per_component(1)
        .max_tables_per_component(TABLES)
        .max_core_instances_per_component(CORE_INSTANCES)
        .table_elements(TABLE_ELEMENTS)
        .linear_memory_keep_resident(256 << 10)
        .table_keep_resident(16 << 10)
        .pagemap_scan(Enabled::Auto);
    let mut config = common();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    config
}

fn on_demand() -> Config {
    let mut config = common();
    config
        .memory_reservation(RESERVATION)
        .memory_reservation_for_growth(0)
        .memory_guard_size(64 << 10);
    config
}

fn common() -> Config {
    let mut config = Config::new();
    config
        // Nothing here is asynchronous, and calls are half a microsecond faster without.
        .concurrency_support(false)
        .epoch_interruption(true)
        .max_wasm_stack(STACK)
        .memory_init_cow(true);
    config
}

/// How much of a thread's stack a component may use, in bytes. Threads have two megabytes unless they are
/// told otherwise.
const STACK: usize = 512 << 10;

/// What is reserved for the memory of an instance that is set up on its own, in bytes. A memory that
/// outgrows it is moved.
const RESERVATION: u64 = 32 << 20;

/// `wit-component` makes one core module into three: the registrar, and two that tie its knots.
const CORE_INSTANCES: u32 = 8;
const TABLES: u32 = 4;
const TABLE_ELEMENTS: usize = 20_000;

/// Holds an instance to its limits, and says which one it broke. Wasmtime's own `StoreLimits`
/// makes a full memory look like a panic of the component.
pub(super) struct Limiter {
    allowed: usize,
    memory: usize,
}

impl Limiter {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            allowed: limits.memory,
            memory: 0,
        }
    }

    /// How large the instance's memory is, in bytes.
    pub(super) fn memory(&self) -> usize {
        self.memory
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if desired > self.allowed {
            return Err(wasmtime::Error::new(PluginError::Memory {
                asked: desired,
                allowed: self.allowed,
            }));
        }
        self.memory = desired;
        Ok(true)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if desired > TABLE_ELEMENTS {
            return Err(wasmtime::Error::new(PluginError::Memory {
                asked: desired.saturating_mul(size_of::<usize>()),
                allowed: TABLE_ELEMENTS * size_of::<usize>(),
            }));
        }
        Ok(true)
    }

    fn memories(&self) -> usize {
        1
    }

    fn tables(&self) -> usize {
        TABLES as usize
    }
}
