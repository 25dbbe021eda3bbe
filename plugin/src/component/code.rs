//! A component that is compiled and linked, and only has to be instantiated.

use wasmtime::component::{Component, Linker};

use super::budget::Loan;
use super::engine::{self, Limiter};
#[cfg(feature = "embedded")]
use super::shared;
use crate::error::LoadError;
use crate::wit;

/// Compiled code, and an engine that has room for so many instances of it.
pub(super) struct Code {
    pub(super) template: wit::PluginPre<Limiter>,
    /// The room in an engine that other plugins use too.
    pub(super) _room: Option<Loan>,
}

impl Code {
    /// The embedded component is compiled once in a process; every other one when it is loaded.
    pub(super) fn of(bytes: &[u8], instances: u32) -> Result<Self, LoadError> {
        #[cfg(feature = "embedded")]
        if bytes == crate::embedded::COMPONENT
            && let Some(code) = shared::code(instances)?
        {
            return Ok(code);
        }
        Ok(Self {
            template: compile(bytes, instances)?,
            _room: None,
        })
    }
}

pub(super) fn compile(bytes: &[u8], instances: u32) -> Result<wit::PluginPre<Limiter>, LoadError> {
    let engine = engine::new(instances)?;
    let component =
        Component::new(&engine, bytes).map_err(|error| LoadError::Invalid(format!("{error:#}")))?;
    if let Some((import, _)) = component.component_type().imports(&engine).next() {
        return Err(LoadError::UnexpectedImport(import.into()));
    }
    let template = Linker::new(&engine)
        .instantiate_pre(&component)
        .map_err(|error| LoadError::Invalid(format!("{error:#}")))?;
    wit::PluginPre::new(template).map_err(|error| LoadError::MissingExport(format!("{error:#}")))
}
