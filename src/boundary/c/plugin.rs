//! `gatepost_plugin`: the table of all functions, for a program that loads the library at run time.

use std::ffi::{c_char, c_void};

use super::context::Context;
use super::decision::{Decision, Effect, Outcome, Standing};
use super::diagnostic::{Diagnostic, Severity};
use super::error::Error;
use super::fetch::{Due, Fetch};
use super::finding::Finding;
use super::registrar::Registrar;
use super::request::Request;
use super::status::Status;
use super::str::Str;
use super::text::Text;
use super::version::GATEPOST_ABI_VERSION;
use super::{
    context, decision, diagnostic, error, fetch, finding, operations, panic_log, registrar,
    request, status, str, text, version,
};

/// The table of all functions in this header, for a program that loads the library with `dlopen`.
///
/// Later versions append members, and change or remove none. `GATEPOST_PLUGIN_HAS` says whether a table has a
/// member. `register_` ends with an underscore because `register` is a keyword of C.
#[repr(C)]
pub struct Plugin {
    /// The size of the table in the loaded library, in bytes.
    pub struct_size: usize,
    /// The `GATEPOST_ABI_VERSION` of the loaded library.
    pub abi_version: u32,
    /// `gatepost_version`
    pub version: extern "C" fn() -> Str,
    /// `gatepost_set_panic_log`
    pub set_panic_log: unsafe extern "C" fn(
        log: Option<unsafe extern "C" fn(data: *mut c_void, message: Str)>,
        data: *mut c_void,
    ),
    /// `gatepost_status_message`
    pub status_message: extern "C" fn(status: i32) -> Str,
    /// `gatepost_cstr`
    pub cstr: unsafe extern "C" fn(text: *const c_char) -> Str,
    /// `gatepost_text_view`
    pub text_view: unsafe extern "C" fn(text: *const Text) -> Str,
    /// `gatepost_text_free`
    pub text_free: unsafe extern "C" fn(text: *mut Text),
    /// `gatepost_error_status`
    pub error_status: unsafe extern "C" fn(error: *const Error) -> Status,
    /// `gatepost_error_message`
    pub error_message: unsafe extern "C" fn(error: *const Error) -> Str,
    /// `gatepost_error_finding_count`
    pub error_finding_count: unsafe extern "C" fn(error: *const Error) -> usize,
    /// `gatepost_error_finding`
    pub error_finding: unsafe extern "C" fn(error: *const Error, index: usize) -> *const Finding,
    /// `gatepost_error_free`
    pub error_free: unsafe extern "C" fn(error: *mut Error),
    /// `gatepost_finding_path`
    pub finding_path: unsafe extern "C" fn(finding: *const Finding) -> Str,
    /// `gatepost_finding_message`
    pub finding_message: unsafe extern "C" fn(finding: *const Finding) -> Str,
    /// `gatepost_finding_allowed`
    pub finding_allowed: unsafe extern "C" fn(finding: *const Finding) -> Str,
    /// `gatepost_finding_line`
    pub finding_line: unsafe extern "C" fn(finding: *const Finding) -> u32,
    /// `gatepost_finding_column`
    pub finding_column: unsafe extern "C" fn(finding: *const Finding) -> u32,
    /// `gatepost_finding_severity`
    pub finding_severity: unsafe extern "C" fn(finding: *const Finding) -> Severity,
    /// `gatepost_registrar_new`
    pub registrar_new: unsafe extern "C" fn(
        settings: Str,
        registrar: *mut *mut Registrar,
        error: *mut *mut Error,
    ) -> Status,
    /// `gatepost_registrar_warning_count`
    pub registrar_warning_count: unsafe extern "C" fn(registrar: *const Registrar) -> usize,
    /// `gatepost_registrar_warning`
    pub registrar_warning:
        unsafe extern "C" fn(registrar: *const Registrar, index: usize) -> *const Finding,
    /// `gatepost_registrar_web_administration_warning`
    pub registrar_web_administration_warning:
        unsafe extern "C" fn(registrar: *const Registrar) -> *const Finding,
    /// `gatepost_server_metadata`
    pub server_metadata: unsafe extern "C" fn(
        registrar: *const Registrar,
        metadata: *mut Str,
        error: *mut *mut Error,
    ) -> Status,
    /// `gatepost_network`
    pub network: unsafe extern "C" fn(
        registrar: *const Registrar,
        address: Str,
        network: *mut *mut Text,
        error: *mut *mut Error,
    ) -> Status,
    /// `gatepost_wider_network`
    pub wider_network: unsafe extern "C" fn(
        registrar: *const Registrar,
        address: Str,
        network: *mut *mut Text,
        error: *mut *mut Error,
    ) -> Status,
    /// `gatepost_window`
    pub window: unsafe extern "C" fn(registrar: *const Registrar) -> u64,
    /// `gatepost_wider_window`
    pub wider_window: unsafe extern "C" fn(registrar: *const Registrar) -> u64,
    /// `gatepost_registrar_free`
    pub registrar_free: unsafe extern "C" fn(registrar: *mut Registrar),
    /// `gatepost_register`
    pub register_: unsafe extern "C" fn(
        registrar: *const Registrar,
        context: *mut Context,
        body: Str,
        decision: *mut *mut Decision,
        error: *mut *mut Error,
    ) -> Status,
    /// `gatepost_provision`
    pub provision: unsafe extern "C" fn(
        registrar: *const Registrar,
        context: *mut Context,
        client_id: Str,
        metadata: Str,
        decision: *mut *mut Decision,
        error: *mut *mut Error,
    ) -> Status,
    /// `gatepost_read`
    pub read: unsafe extern "C" fn(
        registrar: *const Registrar,
        context: *mut Context,
        client_id: Str,
        decision: *mut *mut Decision,
        error: *mut *mut Error,
    ) -> Status,
    /// `gatepost_update`
    pub update: unsafe extern "C" fn(
        registrar: *const Registrar,
        context: *mut Context,
        client_id: Str,
        body: Str,
        decision: *mut *mut Decision,
        error: *mut *mut Error,
    ) -> Status,
    /// `gatepost_rotate_secret`
    pub rotate_secret: unsafe extern "C" fn(
        registrar: *const Registrar,
        context: *mut Context,
        client_id: Str,
        decision: *mut *mut Decision,
        error: *mut *mut Error,
    ) -> Status,
    /// `gatepost_rotate_registration_access_token`
    pub rotate_registration_access_token: unsafe extern "C" fn(
        registrar: *const Registrar,
        context: *mut Context,
        client_id: Str,
        decision: *mut *mut Decision,
        error: *mut *mut Error,
    ) -> Status,
    /// `gatepost_disable`
    pub disable: unsafe extern "C" fn(
        registrar: *const Registrar,
        context: *mut Context,
        client_id: Str,
        decision: *mut *mut Decision,
        error: *mut *mut Error,
    ) -> Status,
    /// `gatepost_enable`
    pub enable: unsafe extern "C" fn(
        registrar: *const Registrar,
        context: *mut Context,
        client_id: Str,
        decision: *mut *mut Decision,
        error: *mut *mut Error,
    ) -> Status,
    /// `gatepost_approve`
    pub approve: unsafe extern "C" fn(
        registrar: *const Registrar,
        context: *mut Context,
        client_id: Str,
        decision: *mut *mut Decision,
        error: *mut *mut Error,
    ) -> Status,
    /// `gatepost_deny`
    pub deny: unsafe extern "C" fn(
        registrar: *const Registrar,
        context: *mut Context,
        client_id: Str,
        decision: *mut *mut Decision,
        error: *mut *mut Error,
    ) -> Status,
    /// `gatepost_remove`
    pub remove: unsafe extern "C" fn(
        registrar: *const Registrar,
        context: *mut Context,
        client_id: Str,
        decision: *mut *mut Decision,
        error: *mut *mut Error,
    ) -> Status,
    /// `gatepost_identify`
    pub identify: unsafe extern "C" fn(
        registrar: *const Registrar,
        request: *const Request,
        client_id: *mut *mut Text,
        error: *mut *mut Error,
    ) -> Status,
    /// `gatepost_authorize`
    pub authorize: unsafe extern "C" fn(
        registrar: *const Registrar,
        context: *mut Context,
        request: *const Request,
        decision: *mut *mut Decision,
        error: *mut *mut Error,
    ) -> Status,
    /// `gatepost_authenticate`
    pub authenticate: unsafe extern "C" fn(
        registrar: *const Registrar,
        context: *mut Context,
        request: *const Request,
        decision: *mut *mut Decision,
        error: *mut *mut Error,
    ) -> Status,
    /// `gatepost_usable`
    pub usable: unsafe extern "C" fn(
        registrar: *const Registrar,
        context: *mut Context,
        client_id: Str,
        scope: Str,
        decision: *mut *mut Decision,
        error: *mut *mut Error,
    ) -> Status,
    /// `gatepost_review`
    pub review: unsafe extern "C" fn(
        registrar: *const Registrar,
        context: *mut Context,
        client_id: Str,
        decision: *mut *mut Decision,
        error: *mut *mut Error,
    ) -> Status,
    /// `gatepost_review_draft`
    pub review_draft: unsafe extern "C" fn(
        registrar: *const Registrar,
        context: *mut Context,
        metadata: Str,
        decision: *mut *mut Decision,
        error: *mut *mut Error,
    ) -> Status,
    /// `gatepost_lifecycle`
    pub lifecycle: unsafe extern "C" fn(
        registrar: *const Registrar,
        context: *mut Context,
        client_id: Str,
        decision: *mut *mut Decision,
        error: *mut *mut Error,
    ) -> Status,
    /// `gatepost_client_document`
    pub client_document: unsafe extern "C" fn(
        registrar: *const Registrar,
        context: *mut Context,
        client_id: Str,
        document: Str,
        decision: *mut *mut Decision,
        error: *mut *mut Error,
    ) -> Status,
    /// `gatepost_check_terms`
    pub check_terms: unsafe extern "C" fn(terms: Str, error: *mut *mut Error) -> Status,
    /// `gatepost_bearer`
    pub bearer: unsafe extern "C" fn(
        authorization: Str,
        credential: *mut i32,
        token: *mut Str,
        error: *mut *mut Error,
    ) -> Status,
    /// `gatepost_redirect_uri_matches`
    pub redirect_uri_matches: unsafe extern "C" fn(registered: Str, requested: Str) -> i32,
    /// `gatepost_context_new`
    pub context_new:
        unsafe extern "C" fn(context: *mut *mut Context, error: *mut *mut Error) -> Status,
    /// `gatepost_context_reset`
    pub context_reset: unsafe extern "C" fn(context: *mut Context) -> Status,
    /// `gatepost_context_set_now`
    pub context_set_now: unsafe extern "C" fn(context: *mut Context, now: u64) -> Status,
    /// `gatepost_context_set_entropy`
    pub context_set_entropy:
        unsafe extern "C" fn(context: *mut Context, entropy: *const u8, len: usize) -> Status,
    /// `gatepost_context_set_credential`
    pub context_set_credential:
        unsafe extern "C" fn(context: *mut Context, credential: i32) -> Status,
    /// `gatepost_context_set_account`
    pub context_set_account: unsafe extern "C" fn(context: *mut Context, account: Str) -> Status,
    /// `gatepost_context_add_permission`
    pub context_add_permission:
        unsafe extern "C" fn(context: *mut Context, permission: Str) -> Status,
    /// `gatepost_context_clear_permissions`
    pub context_clear_permissions: unsafe extern "C" fn(context: *mut Context) -> Status,
    /// `gatepost_context_set_address`
    pub context_set_address: unsafe extern "C" fn(context: *mut Context, address: Str) -> Status,
    /// `gatepost_context_set_terms`
    pub context_set_terms: unsafe extern "C" fn(context: *mut Context, terms: Str) -> Status,
    /// `gatepost_context_set_token`
    pub context_set_token: unsafe extern "C" fn(context: *mut Context, token: Str) -> Status,
    /// `gatepost_context_set_account_clients`
    pub context_set_account_clients:
        unsafe extern "C" fn(context: *mut Context, count: u64) -> Status,
    /// `gatepost_context_set_address_registrations`
    pub context_set_address_registrations:
        unsafe extern "C" fn(context: *mut Context, count: u64) -> Status,
    /// `gatepost_context_set_wider_registrations`
    pub context_set_wider_registrations:
        unsafe extern "C" fn(context: *mut Context, count: u64) -> Status,
    /// `gatepost_context_set_key_registrations`
    pub context_set_key_registrations:
        unsafe extern "C" fn(context: *mut Context, count: u64) -> Status,
    /// `gatepost_context_set_anonymous_clients`
    pub context_set_anonymous_clients:
        unsafe extern "C" fn(context: *mut Context, count: u64) -> Status,
    /// `gatepost_context_set_total_clients`
    pub context_set_total_clients:
        unsafe extern "C" fn(context: *mut Context, count: u64) -> Status,
    /// `gatepost_context_set_record`
    pub context_set_record: unsafe extern "C" fn(context: *mut Context, record: Str) -> Status,
    /// `gatepost_context_set_authorised_at`
    pub context_set_authorised_at: unsafe extern "C" fn(context: *mut Context, time: u64) -> Status,
    /// `gatepost_context_set_last_used`
    pub context_set_last_used: unsafe extern "C" fn(context: *mut Context, time: u64) -> Status,
    /// `gatepost_context_set_refresh_tokens`
    pub context_set_refresh_tokens:
        unsafe extern "C" fn(context: *mut Context, count: u64) -> Status,
    /// `gatepost_context_free`
    pub context_free: unsafe extern "C" fn(context: *mut Context),
    /// `gatepost_request_new`
    pub request_new: unsafe extern "C" fn(
        endpoint: i32,
        request: *mut *mut Request,
        error: *mut *mut Error,
    ) -> Status,
    /// `gatepost_request_reset`
    pub request_reset: unsafe extern "C" fn(request: *mut Request, endpoint: i32) -> Status,
    /// `gatepost_request_set_authorization`
    pub request_set_authorization:
        unsafe extern "C" fn(request: *mut Request, authorization: Str) -> Status,
    /// `gatepost_request_set_parameters`
    pub request_set_parameters:
        unsafe extern "C" fn(request: *mut Request, parameters: Str) -> Status,
    /// `gatepost_request_set_jwks`
    pub request_set_jwks: unsafe extern "C" fn(request: *mut Request, jwks: Str) -> Status,
    /// `gatepost_request_free`
    pub request_free: unsafe extern "C" fn(request: *mut Request),
    /// `gatepost_decision_outcome`
    pub decision_outcome: unsafe extern "C" fn(decision: *const Decision) -> Outcome,
    /// `gatepost_decision_http_status`
    pub decision_http_status: unsafe extern "C" fn(decision: *const Decision) -> u16,
    /// `gatepost_decision_header_count`
    pub decision_header_count: unsafe extern "C" fn(decision: *const Decision) -> usize,
    /// `gatepost_decision_header_name`
    pub decision_header_name: unsafe extern "C" fn(decision: *const Decision, index: usize) -> Str,
    /// `gatepost_decision_header_value`
    pub decision_header_value: unsafe extern "C" fn(decision: *const Decision, index: usize) -> Str,
    /// `gatepost_decision_body`
    pub decision_body: unsafe extern "C" fn(decision: *const Decision) -> Str,
    /// `gatepost_decision_effect`
    pub decision_effect: unsafe extern "C" fn(decision: *const Decision) -> Effect,
    /// `gatepost_decision_client_id`
    pub decision_client_id: unsafe extern "C" fn(decision: *const Decision) -> Str,
    /// `gatepost_decision_record`
    pub decision_record: unsafe extern "C" fn(decision: *const Decision) -> Str,
    /// `gatepost_decision_client_secret`
    pub decision_client_secret: unsafe extern "C" fn(decision: *const Decision) -> Str,
    /// `gatepost_decision_registration_access_token`
    pub decision_registration_access_token: unsafe extern "C" fn(decision: *const Decision) -> Str,
    /// `gatepost_decision_standing`
    pub decision_standing: unsafe extern "C" fn(decision: *const Decision) -> Standing,
    /// `gatepost_decision_redirect_uri`
    pub decision_redirect_uri: unsafe extern "C" fn(decision: *const Decision) -> Str,
    /// `gatepost_decision_scope`
    pub decision_scope: unsafe extern "C" fn(decision: *const Decision) -> Str,
    /// `gatepost_decision_metadata`
    pub decision_metadata: unsafe extern "C" fn(decision: *const Decision) -> Str,
    /// `gatepost_decision_assertion_id`
    pub decision_assertion_id: unsafe extern "C" fn(decision: *const Decision) -> Str,
    /// `gatepost_decision_assertion_expires_at`
    pub decision_assertion_expires_at: unsafe extern "C" fn(decision: *const Decision) -> u64,
    /// `gatepost_decision_diagnostic_count`
    pub decision_diagnostic_count: unsafe extern "C" fn(decision: *const Decision) -> usize,
    /// `gatepost_decision_diagnostic`
    pub decision_diagnostic:
        unsafe extern "C" fn(decision: *const Decision, index: usize) -> *const Diagnostic,
    /// `gatepost_decision_fetch_count`
    pub decision_fetch_count: unsafe extern "C" fn(decision: *const Decision) -> usize,
    /// `gatepost_decision_fetch`
    pub decision_fetch:
        unsafe extern "C" fn(decision: *const Decision, index: usize) -> *const Fetch,
    /// `gatepost_decision_free`
    pub decision_free: unsafe extern "C" fn(decision: *mut Decision),
    /// `gatepost_diagnostic_code`
    pub diagnostic_code: unsafe extern "C" fn(diagnostic: *const Diagnostic) -> Str,
    /// `gatepost_diagnostic_pointer`
    pub diagnostic_pointer: unsafe extern "C" fn(diagnostic: *const Diagnostic) -> Str,
    /// `gatepost_diagnostic_message`
    pub diagnostic_message: unsafe extern "C" fn(diagnostic: *const Diagnostic) -> Str,
    /// `gatepost_diagnostic_reference`
    pub diagnostic_reference: unsafe extern "C" fn(diagnostic: *const Diagnostic) -> Str,
    /// `gatepost_diagnostic_severity`
    pub diagnostic_severity: unsafe extern "C" fn(diagnostic: *const Diagnostic) -> Severity,
    /// `gatepost_fetch_uri`
    pub fetch_uri: unsafe extern "C" fn(fetch: *const Fetch) -> Str,
    /// `gatepost_fetch_pointer`
    pub fetch_pointer: unsafe extern "C" fn(fetch: *const Fetch) -> Str,
    /// `gatepost_fetch_due`
    pub fetch_due: unsafe extern "C" fn(fetch: *const Fetch) -> Due,
    /// `gatepost_fetch_max_bytes`
    pub fetch_max_bytes: unsafe extern "C" fn(fetch: *const Fetch) -> u32,
    /// `gatepost_fetch_timeout`
    pub fetch_timeout: unsafe extern "C" fn(fetch: *const Fetch) -> u32,
}

static PLUGIN: Plugin = Plugin {
    struct_size: size_of::<Plugin>(),
    abi_version: GATEPOST_ABI_VERSION,
    version: version::gatepost_version,
    set_panic_log: panic_log::gatepost_set_panic_log,
    status_message: status::gatepost_status_message,
    cstr: str::gatepost_cstr,
    text_view: text::gatepost_text_view,
    text_free: text::gatepost_text_free,
    error_status: error::gatepost_error_status,
    error_message: error::gatepost_error_message,
    error_finding_count: error::gatepost_error_finding_count,
    error_finding: error::gatepost_error_finding,
    error_free: error::gatepost_error_free,
    finding_path: finding::gatepost_finding_path,
    finding_message: finding::gatepost_finding_message,
    finding_allowed: finding::gatepost_finding_allowed,
    finding_line: finding::gatepost_finding_line,
    finding_column: finding::gatepost_finding_column,
    finding_severity: finding::gatepost_finding_severity,
    registrar_new: registrar::gatepost_registrar_new,
    registrar_warning_count: registrar::gatepost_registrar_warning_count,
    registrar_warning: registrar::gatepost_registrar_warning,
    registrar_web_administration_warning: registrar::gatepost_registrar_web_administration_warning,
    server_metadata: registrar::gatepost_server_metadata,
    network: registrar::gatepost_network,
    wider_network: registrar::gatepost_wider_network,
    window: registrar::gatepost_window,
    wider_window: registrar::gatepost_wider_window,
    registrar_free: registrar::gatepost_registrar_free,
    register_: operations::gatepost_register,
    provision: operations::gatepost_provision,
    read: operations::gatepost_read,
    update: operations::gatepost_update,
    rotate_secret: operations::gatepost_rotate_secret,
    rotate_registration_access_token: operations::gatepost_rotate_registration_access_token,
    disable: operations::gatepost_disable,
    enable: operations::gatepost_enable,
    approve: operations::gatepost_approve,
    deny: operations::gatepost_deny,
    remove: operations::gatepost_remove,
    identify: operations::gatepost_identify,
    authorize: operations::gatepost_authorize,
    authenticate: operations::gatepost_authenticate,
    usable: operations::gatepost_usable,
    review: operations::gatepost_review,
    review_draft: operations::gatepost_review_draft,
    lifecycle: operations::gatepost_lifecycle,
    client_document: operations::gatepost_client_document,
    check_terms: operations::gatepost_check_terms,
    bearer: operations::gatepost_bearer,
    redirect_uri_matches: operations::gatepost_redirect_uri_matches,
    context_new: context::gatepost_context_new,
    context_reset: context::gatepost_context_reset,
    context_set_now: context::gatepost_context_set_now,
    context_set_entropy: context::gatepost_context_set_entropy,
    context_set_credential: context::gatepost_context_set_credential,
    context_set_account: context::gatepost_context_set_account,
    context_add_permission: context::gatepost_context_add_permission,
    context_clear_permissions: context::gatepost_context_clear_permissions,
    context_set_address: context::gatepost_context_set_address,
    context_set_terms: context::gatepost_context_set_terms,
    context_set_token: context::gatepost_context_set_token,
    context_set_account_clients: context::gatepost_context_set_account_clients,
    context_set_address_registrations: context::gatepost_context_set_address_registrations,
    context_set_wider_registrations: context::gatepost_context_set_wider_registrations,
    context_set_key_registrations: context::gatepost_context_set_key_registrations,
    context_set_anonymous_clients: context::gatepost_context_set_anonymous_clients,
    context_set_total_clients: context::gatepost_context_set_total_clients,
    context_set_record: context::gatepost_context_set_record,
    context_set_authorised_at: context::gatepost_context_set_authorised_at,
    context_set_last_used: context::gatepost_context_set_last_used,
    context_set_refresh_tokens: context::gatepost_context_set_refresh_tokens,
    context_free: context::gatepost_context_free,
    request_new: request::gatepost_request_new,
    request_reset: request::gatepost_request_reset,
    request_set_authorization: request::gatepost_request_set_authorization,
    request_set_parameters: request::gatepost_request_set_parameters,
    request_set_jwks: request::gatepost_request_set_jwks,
    request_free: request::gatepost_request_free,
    decision_outcome: decision::gatepost_decision_outcome,
    decision_http_status: decision::gatepost_decision_http_status,
    decision_header_count: decision::gatepost_decision_header_count,
    decision_header_name: decision::gatepost_decision_header_name,
    decision_header_value: decision::gatepost_decision_header_value,
    decision_body: decision::gatepost_decision_body,
    decision_effect: decision::gatepost_decision_effect,
    decision_client_id: decision::gatepost_decision_client_id,
    decision_record: decision::gatepost_decision_record,
    decision_client_secret: decision::gatepost_decision_client_secret,
    decision_registration_access_token: decision::gatepost_decision_registration_access_token,
    decision_standing: decision::gatepost_decision_standing,
    decision_redirect_uri: decision::gatepost_decision_redirect_uri,
    decision_scope: decision::gatepost_decision_scope,
    decision_metadata: decision::gatepost_decision_metadata,
    decision_assertion_id: decision::gatepost_decision_assertion_id,
    decision_assertion_expires_at: decision::gatepost_decision_assertion_expires_at,
    decision_diagnostic_count: decision::gatepost_decision_diagnostic_count,
    decision_diagnostic: decision::gatepost_decision_diagnostic,
    decision_fetch_count: decision::gatepost_decision_fetch_count,
    decision_fetch: decision::gatepost_decision_fetch,
    decision_free: decision::gatepost_decision_free,
    diagnostic_code: diagnostic::gatepost_diagnostic_code,
    diagnostic_pointer: diagnostic::gatepost_diagnostic_pointer,
    diagnostic_message: diagnostic::gatepost_diagnostic_message,
    diagnostic_reference: diagnostic::gatepost_diagnostic_reference,
    diagnostic_severity: diagnostic::gatepost_diagnostic_severity,
    fetch_uri: fetch::gatepost_fetch_uri,
    fetch_pointer: fetch::gatepost_fetch_pointer,
    fetch_due: fetch::gatepost_fetch_due,
    fetch_max_bytes: fetch::gatepost_fetch_max_bytes,
    fetch_timeout: fetch::gatepost_fetch_timeout,
};

/// Returns the table of all functions. It is never NULL, and valid as long as the library is loaded. Do not
/// free it.
#[unsafe(no_mangle)]
pub extern "C" fn gatepost_plugin_v1() -> *const Plugin {
    &raw const PLUGIN
}
