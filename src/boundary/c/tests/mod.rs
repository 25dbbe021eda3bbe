//! Tests that call the C functions from Rust, so that Miri can check how they use pointers.

mod careless;
mod decisions;
mod facts;
mod mistakes;
mod values;

use std::{ptr, slice};

use super::context::*;
use super::decision::*;
use super::diagnostic::*;
use super::error::*;
use super::fetch::*;
use super::finding::*;
use super::operate::operate;
use super::operations::*;
use super::panic_log::*;
use super::pointer::guard;
use super::registrar::*;
use super::request::*;
use super::status::*;
use super::str::*;
use super::text::*;

const PERMISSIONS: [&str; 2] = ["authenticate", "oauth-client-registration"];

fn compile(settings: &str) -> *mut Registrar {
    let mut registrar = ptr::null_mut();
    // SAFETY: the output may be written.
    let status =
        unsafe { gatepost_registrar_new(Str::view(settings), &raw mut registrar, ptr::null_mut()) };
    assert_eq!(status, Status::Ok);
    registrar
}

fn accepted_caller() -> *mut Context {
    let mut context = ptr::null_mut();
    // SAFETY: the output may be written, and what is written there is live.
    unsafe {
        assert_eq!(
            gatepost_context_new(&raw mut context, ptr::null_mut()),
            Status::Ok
        );
        let credential = Credential::Accepted as i32;
        assert_eq!(
            gatepost_context_set_credential(context, credential),
            Status::Ok
        );
        for permission in PERMISSIONS {
            let added = gatepost_context_add_permission(context, Str::view(permission));
            assert_eq!(added, Status::Ok);
        }
    }
    context
}

/// # Safety
///
/// What the view belongs to is live for `'a`.
unsafe fn text<'a>(view: Str) -> Option<&'a str> {
    // SAFETY: the caller guarantees it, and every string that comes out is UTF-8.
    (!view.ptr.is_null()).then(|| unsafe {
        str::from_utf8_unchecked(slice::from_raw_parts(view.ptr.cast(), view.len))
    })
}
