//! Tests of the other functions: views of strings, comparison, server metadata.

use std::ffi::c_void;
use std::sync::Mutex;

use super::*;

#[test]
fn server_metadata_lives_as_long_as_the_registrar() {
    let registrar = compile("");
    let mut views = [Str::ABSENT; 2];
    // SAFETY: the registrar is live until it is freed below, once.
    unsafe {
        for view in &mut views {
            let status = gatepost_server_metadata(registrar, view, ptr::null_mut());
            assert_eq!(status, Status::Ok);
        }
        assert_eq!(views[0].ptr, views[1].ptr);
        assert!(text(views[0]).is_some_and(|text| text.starts_with('{')));
        gatepost_registrar_free(registrar);
    }
}

#[test]
fn a_text_is_viewed_and_freed() {
    let made = Box::into_raw(Box::new(Text::new("192.0.2.0/24".into())));
    // SAFETY: the text is live until it is freed below, once.
    unsafe {
        assert_eq!(text(gatepost_text_view(made)), Some("192.0.2.0/24"));
        assert_eq!(text(gatepost_text_view(ptr::null())), None);
        gatepost_text_free(made);
    }
}

#[test]
fn redirect_uris_are_compared() {
    let loopback = Str::view("http://127.0.0.1/cb");
    let broken = Str {
        ptr: c"\xff".as_ptr(),
        len: 1,
    };
    for (registered, requested, expected) in [
        (loopback, loopback, 1),
        (loopback, Str::view("http://127.0.0.1:1/cb"), 1),
        (loopback, Str::view("http://127.0.0.1/other"), 0),
        (Str::ABSENT, Str::ABSENT, 0),
        (broken, broken, 0),
    ] {
        // SAFETY: the texts are literals.
        let found = unsafe { gatepost_redirect_uri_matches(registered, requested) };
        assert_eq!(found, expected);
    }
}

#[test]
fn handles_cross_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Registrar>();
    shared::<Context>();
    shared::<Request>();
    shared::<Text>();
    shared::<crate::decision::Decision>();
    shared::<Error>();
}

#[test]
fn a_header_is_read_as_a_credential() {
    let junk = Str {
        ptr: c"Bearer \xff".as_ptr(),
        len: 8,
    };
    for (header, expected, token) in [
        (Str::ABSENT, Credential::Missing, None),
        (Str::view("Bearer abc"), Credential::Rejected, Some("abc")),
        (Str::view("Basic YTpi"), Credential::OtherScheme, None),
        (Str::view(""), Credential::Malformed, None),
        (junk, Credential::Malformed, None),
    ] {
        let (mut credential, mut found) = (-1, Str::view("unchanged"));
        // SAFETY: the texts are literals, and the outputs may be written.
        unsafe {
            let status =
                gatepost_bearer(header, &raw mut credential, &raw mut found, ptr::null_mut());
            assert_eq!((status, credential), (Status::Ok, expected as i32));
            assert_eq!(text(found), token);
        }
    }
    let mut found = Str::view("unchanged");
    // SAFETY: one output is NULL, the other may be written.
    unsafe {
        let nowhere = ptr::null_mut();
        let status = gatepost_bearer(Str::ABSENT, nowhere, &raw mut found, ptr::null_mut());
        assert_eq!(status, Status::NullPointer);
        assert_eq!(text(found), Some("unchanged"));
    }
}

#[test]
fn a_c_string_is_measured() {
    // SAFETY: the texts are literals.
    unsafe {
        assert_eq!(text(gatepost_cstr(c"mail".as_ptr())), Some("mail"));
        assert_eq!(text(gatepost_cstr(c"".as_ptr())), Some(""));
        assert_eq!(text(gatepost_cstr(ptr::null())), None);
    }
}

#[test]
fn the_header_names_every_permission() {
    let names = include_str!("../../../permission.rs").lines();
    let names = names.filter_map(|line| line.strip_prefix("pub const ")?.split('"').nth(1));
    let header = include_str!("../../../../include/gatepost.h").lines();
    let defined = header.filter_map(|line| {
        line.strip_prefix("#define GATEPOST_PERMISSION_")?
            .split_once(' ')
    });
    let defined = defined.map(|(name, value)| {
        let value = value.trim_matches('"');
        assert_eq!(name, value.to_uppercase().replace('-', "_"));
        value
    });
    assert_eq!(Vec::from_iter(defined), Vec::from_iter(names));
}

#[test]
fn findings_have_places() {
    let mut registrar = ptr::null_mut();
    let mut error = ptr::null_mut();
    let settings = Str::view("[oauth]\n\n[oauth.client_registration]\nrequire = true\n");
    // SAFETY: the objects are live until they are freed below, once.
    unsafe {
        let status = gatepost_registrar_new(settings, &raw mut registrar, &raw mut error);
        assert_eq!(status, Status::InvalidSettings);
        let finding = gatepost_error_finding(error, 0);
        assert_eq!(gatepost_finding_line(finding), 3);
        assert_eq!(gatepost_finding_column(finding), 8);
        gatepost_error_free(error);
        assert_eq!(gatepost_finding_line(ptr::null()), 0);
        assert_eq!(gatepost_finding_column(ptr::null()), 0);
    }
    for (settings, is_warned) in [
        ("", false),
        ("[oauth.client-registration]\nrequire = true", true),
    ] {
        let registrar = compile(settings);
        // SAFETY: the registrar is live until it is freed below, once.
        unsafe {
            let warning = gatepost_registrar_web_administration_warning(registrar);
            assert_eq!(!warning.is_null(), is_warned);
            let expected = is_warned.then_some("oauth.client-registration.require");
            assert_eq!(text(gatepost_finding_path(warning)), expected);
            gatepost_registrar_free(registrar);
        }
    }
}

#[test]
fn a_panic_is_told_to_whom_the_host_says() {
    // Tests that panic on other threads meanwhile are told of too.
    static TOLD: Mutex<String> = Mutex::new(String::new());
    unsafe extern "C" fn log(data: *mut c_void, message: Str) {
        // SAFETY: this is what the test passes, and the message is valid during the call.
        let (told, message) = unsafe { (&*data.cast::<Mutex<String>>(), text(message)) };
        let mut told = told.lock().expect("nobody panics with it");
        told.push_str(message.unwrap_or_default());
        // A function may set another one, although its thread panics.
        // SAFETY: it is this one again.
        unsafe { gatepost_set_panic_log(Some(log), data) };
    }
    // SAFETY: the function is the one above, and what it is passed lives for good.
    unsafe {
        gatepost_set_panic_log(Some(log), (&raw const TOLD).cast_mut().cast());
        assert_eq!(guard(1, || panic!("a bug with a number: {}", 17)), 1);
        gatepost_set_panic_log(None, ptr::null_mut());
    }
    let told = TOLD.lock().expect("nobody panicked with it");
    assert!(told.contains("a bug with a number: 17"), "{told}");
    assert!(told.contains("values.rs"), "{told}");
}
