//! A plugin in a C library. This module is the only one in this crate that takes somebody else's
//! pointers.

#![expect(
    unsafe_code,
    reason = "a C library is called by pointers, and it keeps its header's promises or it does not"
)]
#![deny(unsafe_op_in_unsafe_fn, clippy::undocumented_unsafe_blocks)]

mod facts;
mod object;
mod table;

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::ptr;
use std::sync::Arc;

use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
use thiserror::Error;

use crate::error::{LoadError, PluginError};
use crate::plugin::Plugin;
use crate::wit::{
    Activity, BearerCredential, Context, Credential, Decision, Misuse, Request, SettingFinding,
};
use object::{Failure, Owned, lend, lend_optional};
use table::{Number, Str, Table, status};

pub(crate) fn load(path: &Path, settings: &str) -> Result<Arc<dyn Plugin>, LoadError> {
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
        // SAFETY: `decide` passes what may be passed on, and the metadata are lent for the call.
        self.decide(context, |this, context, decision, error| unsafe {
            (self.table.register)(this, context, lend(metadata), decision, error)
        })
    }

    fn provision(
        &self,
        context: &Context,
        client_id: Option<&str>,
        metadata: &[u8],
    ) -> Result<Decision, PluginError> {
        let client_id = lend_optional(client_id.map(str::as_bytes));
        // SAFETY: `decide` passes what may be passed on, and the id and the metadata are lent for the call.
        self.decide(context, |this, context, decision, error| unsafe {
            (self.table.provision)(this, context, client_id, lend(metadata), decision, error)
        })
    }

    fn read(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError> {
        self.decide_of(self.table.read, context, client_id)
    }

    fn update(
        &self,
        context: &Context,
        client_id: &str,
        metadata: &[u8],
    ) -> Result<Decision, PluginError> {
        let client_id = lend(client_id.as_bytes());
        // SAFETY: `decide` passes what may be passed on, and the id and the metadata are lent for the call.
        self.decide(context, |this, context, decision, error| unsafe {
            (self.table.update)(this, context, client_id, lend(metadata), decision, error)
        })
    }

    fn rotate_secret(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError> {
        self.decide_of(self.table.rotate_secret, context, client_id)
    }

    fn rotate_registration_access_token(
        &self,
        context: &Context,
        client_id: &str,
    ) -> Result<Decision, PluginError> {
        self.decide_of(
            self.table.rotate_registration_access_token,
            context,
            client_id,
        )
    }

    fn disable(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError> {
        self.decide_of(self.table.disable, context, client_id)
    }

    fn enable(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError> {
        self.decide_of(self.table.enable, context, client_id)
    }

    fn approve(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError> {
        self.decide_of(self.table.approve, context, client_id)
    }

    fn deny(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError> {
        self.decide_of(self.table.deny, context, client_id)
    }

    fn remove(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError> {
        self.decide_of(self.table.remove, context, client_id)
    }

    fn identify(&self, request: &Request) -> Result<Option<String>, PluginError> {
        let request = self.table.request(request)?;
        // SAFETY: the registrar and the request are live, and both outputs can be written.
        self.made_text(|this, client_id, error| unsafe {
            (self.table.identify)(this, request.pointer(), client_id, error)
        })
    }

    fn authorize(&self, context: &Context, request: &Request) -> Result<Decision, PluginError> {
        let request = self.table.request(request)?;
        // SAFETY: `decide` passes what may be passed on, and the request is live.
        self.decide(context, |this, context, decision, error| unsafe {
            (self.table.authorize)(this, context, request.pointer(), decision, error)
        })
    }

    fn authenticate(&self, context: &Context, request: &Request) -> Result<Decision, PluginError> {
        let request = self.table.request(request)?;
        // SAFETY: `decide` passes what may be passed on, and the request is live.
        self.decide(context, |this, context, decision, error| unsafe {
            (self.table.authenticate)(this, context, request.pointer(), decision, error)
        })
    }

    fn usable(
        &self,
        context: &Context,
        client_id: &str,
        scope: Option<&str>,
    ) -> Result<Decision, PluginError> {
        let client_id = lend(client_id.as_bytes());
        let scope = lend_optional(scope.map(str::as_bytes));
        // SAFETY: `decide` passes what may be passed on, and the id and the scope are lent for the call.
        self.decide(context, |this, context, decision, error| unsafe {
            (self.table.usable)(this, context, client_id, scope, decision, error)
        })
    }

    fn review(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError> {
        self.decide_of(self.table.review, context, client_id)
    }

    fn review_draft(&self, context: &Context, metadata: &[u8]) -> Result<Decision, PluginError> {
        // SAFETY: `decide` passes what may be passed on, and the metadata are lent for the call.
        self.decide(context, |this, context, decision, error| unsafe {
            (self.table.review_draft)(this, context, lend(metadata), decision, error)
        })
    }

    fn lifecycle(
        &self,
        context: &Context,
        client_id: &str,
        activity: &Activity,
    ) -> Result<Decision, PluginError> {
        let table = self.table;
        let context = table.context(context)?;
        table.count(
            &context,
            [
                (activity.authorised_at, table.context_set_authorised_at),
                (activity.last_used, table.context_set_last_used),
                (activity.refresh_tokens, table.context_set_refresh_tokens),
            ],
        )?;
        // SAFETY: `decide_from` passes what may be passed on, and the id is lent for the call.
        self.decide_from(&context, |this, context, decision, error| unsafe {
            (table.lifecycle)(this, context, lend(client_id.as_bytes()), decision, error)
        })
    }

    fn client_document(
        &self,
        context: &Context,
        client_id: &str,
        document: Option<&[u8]>,
    ) -> Result<Decision, PluginError> {
        let (client_id, document) = (lend(client_id.as_bytes()), lend_optional(document));
        // SAFETY: `decide` passes what may be passed on, and the id and the document are lent for the call.
        self.decide(context, |this, context, decision, error| unsafe {
            (self.table.client_document)(this, context, client_id, document, decision, error)
        })
    }

    fn network(&self, address: &str) -> Result<Option<String>, PluginError> {
        // SAFETY: the registrar is live, the address is lent for the call, and both outputs can be
        // written.
        self.made_text(|this, network, error| unsafe {
            (self.table.network)(this, lend(address.as_bytes()), network, error)
        })
    }

    fn wider_network(&self, address: &str) -> Result<Option<String>, PluginError> {
        // SAFETY: the registrar is live, the address is lent for the call, and both outputs can be
        // written.
        self.made_text(|this, network, error| unsafe {
            (self.table.wider_network)(this, lend(address.as_bytes()), network, error)
        })
    }

    fn window(&self) -> Result<u64, PluginError> {
        // SAFETY: the registrar is live.
        Ok(unsafe { (self.table.window)(self.registrar.pointer()) })
    }

    fn wider_window(&self) -> Result<u64, PluginError> {
        // SAFETY: the registrar is live.
        Ok(unsafe { (self.table.wider_window)(self.registrar.pointer()) })
    }

    fn check_terms(&self, terms: &str) -> Result<Result<(), Vec<SettingFinding>>, PluginError> {
        let mut error = ptr::null_mut();
        // SAFETY: the terms are lent for the call, and the output can be written.
        let status = unsafe { (self.table.check_terms)(lend(terms.as_bytes()), &mut error) };
        let failure = Failure::of(self.table, status, error);
        match status {
            status::TERMS_INVALID => Ok(Err(failure.findings()?)),
            _ => failure.check().map(Ok),
        }
    }

    fn server_metadata(&self) -> Result<String, PluginError> {
        let mut metadata = Str::ABSENT;
        let mut error = ptr::null_mut();
        // SAFETY: the registrar is live, and both outputs can be written.
        let status = unsafe {
            (self.table.server_metadata)(self.registrar.pointer(), &mut metadata, &mut error)
        };
        Failure::of(self.table, status, error).check()?;
        // SAFETY: the view is valid until the registrar is freed.
        unsafe { metadata.text() }
    }

    fn bearer(&self, authorization: Option<&str>) -> Result<BearerCredential, PluginError> {
        let authorization = lend_optional(authorization.map(str::as_bytes));
        let mut credential = facts::number(Credential::Malformed);
        let mut token = Str::ABSENT;
        let mut error = ptr::null_mut();
        // SAFETY: the header is lent for the call, and the outputs can be written.
        let status =
            unsafe { (self.table.bearer)(authorization, &mut credential, &mut token, &mut error) };
        Failure::of(self.table, status, error).check()?;
        Ok(BearerCredential {
            credential: facts::credential(credential),
            // SAFETY: it is a part of the header.
            token: unsafe { token.optional_text() }?,
        })
    }

    fn redirect_uri_matches(&self, registered: &str, requested: &str) -> Result<bool, PluginError> {
        let (registered, requested) = (lend(registered.as_bytes()), lend(requested.as_bytes()));
        // SAFETY: both are lent for the call.
        Ok(unsafe { (self.table.redirect_uri_matches)(registered, requested) } == 1)
    }

    /// The library is loaded once, whatever it does inside.
    fn instances(&self) -> u32 {
        1
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

    fn web_administration_warning(&self) -> Option<SettingFinding> {
        let registrar = self.registrar.pointer();
        // SAFETY: the registrar is live, and so is the finding that belongs to it.
        unsafe {
            let warning = (self.table.registrar_web_administration_warning)(registrar);
            self.table.finding(warning).ok()
        }
    }
}

impl LibraryPlugin {
    /// Makes a decision with a context of its own. The call is given objects that are live, of which
    /// nobody else has the context, and outputs that can be written.
    fn decide(
        &self,
        context: &Context,
        call: impl FnOnce(
            *const table::Registrar,
            *mut table::Context,
            *mut *mut table::Decision,
            *mut *mut table::Error,
        ) -> Number,
    ) -> Result<Decision, PluginError> {
        self.decide_from(&self.table.context(context)?, call)
    }

    /// Makes a decision about a client that is told by nothing but its id.
    fn decide_of(
        &self,
        operation: table::OfClient,
        context: &Context,
        client_id: &str,
    ) -> Result<Decision, PluginError> {
        // SAFETY: `decide` passes what may be passed on, and the id is lent for the call.
        self.decide(context, |this, context, decision, error| unsafe {
            operation(this, context, lend(client_id.as_bytes()), decision, error)
        })
    }

    fn decide_from(
        &self,
        context: &Owned<table::Context>,
        call: impl FnOnce(
            *const table::Registrar,
            *mut table::Context,
            *mut *mut table::Decision,
            *mut *mut table::Error,
        ) -> Number,
    ) -> Result<Decision, PluginError> {
        let mut decision = ptr::null_mut();
        let mut error = ptr::null_mut();
        let registrar = self.registrar.pointer();
        let status = call(registrar, context.pointer(), &mut decision, &mut error);
        Failure::of(self.table, status, error).check()?;
        self.table
            .decision(&Owned::new(decision, self.table.decision_free)?)
    }

    /// What a call writes that may be nothing.
    fn made_text(
        &self,
        call: impl FnOnce(
            *const table::Registrar,
            *mut *mut table::Text,
            *mut *mut table::Error,
        ) -> Number,
    ) -> Result<Option<String>, PluginError> {
        let mut text = ptr::null_mut();
        let mut error = ptr::null_mut();
        let status = call(self.registrar.pointer(), &mut text, &mut error);
        Failure::of(self.table, status, error).check()?;
        if text.is_null() {
            return Ok(None);
        }
        let text = Owned::new(text, self.table.text_free)?;
        // SAFETY: the text is live, and the view is valid as long.
        unsafe { (self.table.text_view)(text.pointer()).text() }.map(Some)
    }
}

impl From<Failure> for PluginError {
    fn from(failure: Failure) -> Self {
        match failure.status() {
            status::ENTROPY_TOO_SHORT => Self::Misuse(Misuse::EntropyTooShort),
            status::RECORD_UNREADABLE => Self::Misuse(Misuse::RecordUnreadable),
            status::RECORD_MISMATCH => Self::Misuse(Misuse::RecordMismatch),
            status::TERMS_INVALID => failure.findings().map_or_else(
                |error| error,
                |mistakes| Self::Misuse(Misuse::TermsInvalid(mistakes)),
            ),
            status => Self::Library {
                status,
                message: failure.message(),
            },
        }
    }
}
