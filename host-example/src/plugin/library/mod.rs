//! A plugin in a C library. This module is the only place in the program that takes somebody else's
//! pointers.

#![expect(
    unsafe_code,
    reason = "a C library is called by pointers, and it keeps its header's promises or it does not"
)]
#![deny(unsafe_op_in_unsafe_fn, clippy::undocumented_unsafe_blocks)]

mod object;
mod table;

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::ptr;
use std::sync::Arc;

use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
use thiserror::Error;

use super::{
    Context, Credential, Decision, LoadError, Misuse, Outcome, Plugin, PluginError, Response,
    SettingFinding,
};
use object::{Failure, Owned, lend};
use table::{Str, Table, status};

pub(super) fn load(path: &Path, settings: &str) -> Result<Arc<dyn Plugin>, LoadError> {
    let table = open(path).map_err(|misfit| LoadError::Library {
        path: path.to_owned(),
        reason: misfit.to_string(),
    })?;
    let registrar = compile(table, settings)?;
    let plugin = LibraryPlugin { table, registrar };
    plugin.server_metadata().map_err(LoadError::Trial)?;
    Ok(Arc::new(plugin))
}

/// Why a library is not used.
#[derive(Debug, Error)]
enum Misfit {
    #[error(transparent)]
    Unreadable(#[from] std::io::Error),
    #[error("it cannot be loaded: {0}")]
    NotLoadable(String),
    #[error("it has no function gatepost_plugin_v1")]
    NoEntry,
    #[error("its function gatepost_plugin_v1 returned no table")]
    NoTable,
    #[error("its binary interface has version {found}, and this program knows version {expected}")]
    Version { found: u32, expected: u32 },
    #[error("it is older than this program, and lacks functions")]
    Older,
}

/// The library is never unloaded: nothing says when its last function has returned, and one that is
/// replaced on a reload is a few megabytes that nobody touches.
fn open(path: &Path) -> Result<&'static Table, Misfit> {
    // The loader looks for a bare name elsewhere.
    let path = fs::canonicalize(path)?;
    // SAFETY: this runs the library's initialisers, with all the rights of this process. That is what
    // naming a library as the plugin means.
    let library = unsafe { Library::open(Some::<&OsStr>(path.as_ref()), RTLD_NOW | RTLD_LOCAL) }
        .map_err(|error| Misfit::NotLoadable(in_full(&error)))?;
    // SAFETY: the header declares it with this type.
    let entry =
        unsafe { library.get::<unsafe extern "C" fn() -> *const Table>("gatepost_plugin_v1") }
            .map_err(|_| Misfit::NoEntry)?;
    // SAFETY: the header asks nothing of the caller.
    let table = unsafe { entry() };
    std::mem::forget(library);
    // SAFETY: it is what the entry point returned, and the library was just made to stay.
    unsafe { Table::at(table) }
}

/// The loader's own words are the error's source.
fn in_full(error: &libloading::Error) -> String {
    let source = std::error::Error::source(error);
    source.map_or_else(|| error.to_string(), ToString::to_string)
}

fn compile(table: &'static Table, settings: &str) -> Result<Owned<table::Registrar>, LoadError> {
    let mut registrar = ptr::null_mut();
    let mut error = ptr::null_mut();
    // SAFETY: the settings are lent for the call, and both outputs can be written.
    let status =
        unsafe { (table.registrar_new)(lend(settings.as_bytes()), &mut registrar, &mut error) };
    let failure = Failure::of(table, status, error);
    match status {
        status::OK => Owned::new(registrar, table.registrar_free).map_err(LoadError::Trial),
        status::INVALID_SETTINGS => Err(LoadError::Settings(
            failure.findings().map_err(LoadError::Trial)?,
        )),
        _ => Err(LoadError::Trial(failure.into())),
    }
}

struct LibraryPlugin {
    table: &'static Table,
    registrar: Owned<table::Registrar>,
}

// SAFETY: of a registrar the header says that any number of threads may use it at once, and the table
// is constant.
unsafe impl Send for LibraryPlugin {}
// SAFETY: as above.
unsafe impl Sync for LibraryPlugin {}

impl Plugin for LibraryPlugin {
    fn register(&self, context: &Context, metadata: &[u8]) -> Result<Decision, PluginError> {
        let context = self.context(context)?;
        let mut decision = ptr::null_mut();
        let mut error = ptr::null_mut();
        // SAFETY: the registrar and the context are live, nobody else has the context, the body is lent
        // for the call, and both outputs can be written.
        let status = unsafe {
            (self.table.register)(
                self.registrar.pointer(),
                context.pointer(),
                lend(metadata),
                &mut decision,
                &mut error,
            )
        };
        Failure::of(self.table, status, error).check()?;
        self.decision(&Owned::new(decision, self.table.decision_free)?)
    }

    fn server_metadata(&self) -> Result<String, PluginError> {
        let mut metadata = Str {
            ptr: ptr::null(),
            len: 0,
        };
        let mut error = ptr::null_mut();
        // SAFETY: the registrar is live, and both outputs can be written.
        let status = unsafe {
            (self.table.server_metadata)(self.registrar.pointer(), &mut metadata, &mut error)
        };
        Failure::of(self.table, status, error).check()?;
        // SAFETY: the view is valid until the registrar is freed.
        unsafe { metadata.text() }
    }

    fn warnings(&self) -> Vec<SettingFinding> {
        let registrar = self.registrar.pointer();
        // SAFETY: the registrar is live.
        let count = unsafe { (self.table.registrar_warning_count)(registrar) };
        (0..count)
            .map(|index| {
                // SAFETY: the registrar is live, and so is the finding that belongs to it.
                unsafe {
                    self.table
                        .finding((self.table.registrar_warning)(registrar, index))
                }
            })
            .filter_map(Result::ok)
            .collect()
    }
}

impl LibraryPlugin {
    fn context(&self, facts: &Context) -> Result<Owned<table::Context>, PluginError> {
        let table = self.table;
        let check = |status| Failure::of(table, status, ptr::null_mut()).check();
        let mut context = ptr::null_mut();
        let mut error = ptr::null_mut();
        // SAFETY: both outputs can be written.
        let status = unsafe { (table.context_new)(&mut context, &mut error) };
        Failure::of(table, status, error).check()?;
        let context = Owned::new(context, table.context_free)?;

        let (caller, usage) = (&facts.caller, &facts.usage);
        let credential = match caller.credential {
            Credential::Missing => 0,
            Credential::Malformed => 1,
            Credential::Rejected => 2,
            Credential::Accepted => 3,
        };
        let texts = [
            (&caller.account, table.context_set_account),
            (&caller.address, table.context_set_address),
        ];
        let counts = [
            (usage.account_clients, table.context_set_account_clients),
            (
                usage.address_registrations,
                table.context_set_address_registrations,
            ),
            (usage.total_clients, table.context_set_total_clients),
        ];
        let this = context.pointer();
        // SAFETY: in all of these the context is live and nobody else has it, and the text and the
        // entropy are lent for the call.
        unsafe {
            let entropy = lend(&facts.entropy);
            check((table.context_set_now)(this, facts.now))?;
            check((table.context_set_entropy)(this, entropy.ptr, entropy.len))?;
            check((table.context_set_credential)(this, credential))?;
            for permission in &caller.permissions {
                check((table.context_add_permission)(
                    this,
                    lend(permission.as_bytes()),
                ))?;
            }
            for (text, set) in texts {
                if let Some(text) = text {
                    check(set(this, lend(text.as_bytes())))?;
                }
            }
            for (count, set) in counts {
                if let Some(count) = count {
                    check(set(this, count))?;
                }
            }
        }
        Ok(context)
    }

    fn decision(&self, decision: &Owned<table::Decision>) -> Result<Decision, PluginError> {
        let table = self.table;
        let this = decision.pointer();
        // SAFETY: the decision is live for as long as it is borrowed, and with it the texts, the
        // diagnostics and the fetches that are read from it and copied.
        unsafe {
            Ok(Decision {
                outcome: match (table.decision_outcome)(this) {
                    1 => Outcome::Accept,
                    _ => Outcome::Refuse,
                },
                response: Response {
                    status: (table.decision_http_status)(this),
                    headers: (0..(table.decision_header_count)(this))
                        .map(|index| table.header(this, index))
                        .collect::<Result<_, _>>()?,
                    body: (table.decision_body)(this).text()?,
                },
                effect: table.effect(this)?,
                diagnostics: (0..(table.decision_diagnostic_count)(this))
                    .map(|index| table.diagnostic((table.decision_diagnostic)(this, index)))
                    .collect::<Result<_, _>>()?,
                fetches: (0..(table.decision_fetch_count)(this))
                    .map(|index| table.fetch((table.decision_fetch)(this, index)))
                    .collect::<Result<_, _>>()?,
            })
        }
    }
}

impl From<Failure> for PluginError {
    fn from(failure: Failure) -> Self {
        match failure.status() {
            status::ENTROPY_TOO_SHORT => Self::Misuse(Misuse::EntropyTooShort),
            status => Self::Library {
                status,
                message: failure.message(),
            },
        }
    }
}
