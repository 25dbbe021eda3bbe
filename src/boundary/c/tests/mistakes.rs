//! Tests of calls that fail.

use super::*;

#[test]
fn mistaken_settings_are_listed() {
    let mut registrar = ptr::null_mut();
    let mut error = ptr::null_mut();
    let settings = Str::view("[oauth.client-registration]\nrequire = 1\nanonymous = 1\n");
    // SAFETY: the error is live until it is freed below, once.
    unsafe {
        let status = gatepost_registrar_new(settings, &raw mut registrar, &raw mut error);
        assert_eq!(status, Status::InvalidSettings);
        assert!(registrar.is_null());
        assert_eq!(gatepost_error_status(error), status);
        assert_eq!(gatepost_error_finding_count(error), 2);
        for index in 0..2 {
            let finding = gatepost_error_finding(error, index);
            assert!(text(gatepost_finding_path(finding)).is_some());
            assert!(text(gatepost_finding_message(finding)).is_some());
            let _ = text(gatepost_finding_allowed(finding));
            assert_eq!(gatepost_finding_severity(finding), Severity::Error);
        }
        gatepost_error_free(error);
    }
}

#[test]
fn mistaken_terms_are_listed() {
    let severity = crate::diagnostic::Severity::Error;
    let message = "This must be a number.";
    let finding = crate::diagnostic::SettingFinding::new("max-clients", message, severity);
    let error = Error::terms(crate::diagnostic::SettingsError(vec![finding]));
    // SAFETY: the error is live until the end of the test.
    unsafe {
        assert_eq!(
            gatepost_error_status(&raw const error),
            Status::TermsInvalid
        );
        assert_eq!(gatepost_error_finding_count(&raw const error), 1);
        let finding = gatepost_error_finding(&raw const error, 0);
        assert_eq!(text(gatepost_finding_path(finding)), Some("max-clients"));
    }
}

#[test]
fn what_is_wrong_is_named() {
    let cases = [
        (Str::ABSENT, Status::Ok, ""),
        (
            Str {
                ptr: ptr::null(),
                len: 1,
            },
            Status::NullPointer,
            "`settings` is NULL",
        ),
        (
            Str {
                ptr: c"\xc3\x28".as_ptr(),
                len: 2,
            },
            Status::InvalidUtf8,
            "`settings` is not UTF-8: invalid utf-8 sequence of 1 bytes from index 0",
        ),
        (
            Str {
                ptr: c"".as_ptr(),
                len: usize::MAX,
            },
            Status::InvalidValue,
            "the length of `settings` is more than memory can hold",
        ),
    ];
    for (settings, expected, message) in cases {
        let mut registrar = ptr::null_mut();
        let mut error = ptr::null_mut();
        // SAFETY: the text is a literal, or such that it is not read; both objects are freed once.
        unsafe {
            let status = gatepost_registrar_new(settings, &raw mut registrar, &raw mut error);
            assert_eq!(status, expected);
            assert_eq!(registrar.is_null(), !error.is_null());
            assert_eq!(text(gatepost_error_message(error)).unwrap_or(""), message);
            gatepost_registrar_free(registrar);
            gatepost_error_free(error);
        }
    }
}

#[test]
fn a_panic_becomes_a_status() {
    let mut error = ptr::null_mut();
    // SAFETY: the error is live until it is freed below, once.
    unsafe {
        let status = operate(&raw mut error, || panic!("as it was asked to"));
        assert_eq!(status, Status::Panic);
        assert_eq!(gatepost_error_status(error), Status::Panic);
        gatepost_error_free(error);
    }
    assert_eq!(guard(7, || panic!("as it was asked to")), 7);
}
