//! Tests of hosts that do not look at what setters return: they fail closed.

use super::*;

/// Makes one call.
type Set = fn(*mut Context, *mut Request) -> Status;

const BAD: Str = Str {
    ptr: c"\xff".as_ptr(),
    len: 1,
};
const NOWHERE: Str = Str {
    ptr: ptr::null(),
    len: 1,
};
const ENDLESS: Str = Str {
    ptr: c"x".as_ptr(),
    len: usize::MAX,
};

/// A setter of the context that takes text, with three texts that it cannot take.
macro_rules! of_context {
    ($set:ident) => {
        [
            (
                concat!(stringify!($set), ", no UTF-8"),
                // SAFETY: the object is live, and the text can be read.
                (|context, _| unsafe { $set(context, BAD) }) as Set,
                Status::InvalidUtf8,
            ),
            (
                concat!(stringify!($set), ", NULL"),
                // SAFETY: the object is live, and the text is not read.
                |context, _| unsafe { $set(context, NOWHERE) },
                Status::NullPointer,
            ),
            (
                concat!(stringify!($set), ", endless"),
                // SAFETY: the object is live, and the text is not read.
                |context, _| unsafe { $set(context, ENDLESS) },
                Status::InvalidValue,
            ),
        ]
    };
}

/// The same of a request.
macro_rules! of_request {
    ($set:ident) => {
        [
            (
                concat!(stringify!($set), ", NULL"),
                // SAFETY: the object is live, and the text is not read.
                (|_, request| unsafe { $set(request, NOWHERE) }) as Set,
                Status::NullPointer,
            ),
            (
                concat!(stringify!($set), ", endless"),
                // SAFETY: the object is live, and the text is not read.
                |_, request| unsafe { $set(request, ENDLESS) },
                Status::InvalidValue,
            ),
        ]
    };
}

/// Every setter that can fail, with what it fails on.
fn failures() -> Vec<(&'static str, Set, Status)> {
    let mut failures: Vec<(&'static str, Set, Status)> = Vec::new();
    failures.extend(of_context!(gatepost_context_set_account));
    failures.extend(of_context!(gatepost_context_add_permission));
    failures.extend(of_context!(gatepost_context_set_address));
    failures.extend(of_context!(gatepost_context_set_terms));
    failures.extend(of_context!(gatepost_context_set_token));
    failures.extend(of_context!(gatepost_context_set_record));
    failures.extend(of_request!(gatepost_request_set_authorization));
    failures.extend(of_request!(gatepost_request_set_parameters));
    failures.extend(of_request!(gatepost_request_set_jwks));
    let rest: [(&str, Set, Status); 6] = [
        (
            "no credential",
            // SAFETY: the object is live.
            |context, _| unsafe { gatepost_context_set_credential(context, 5) },
            Status::InvalidValue,
        ),
        (
            "entropy, NULL",
            // SAFETY: the object is live, and the bytes are not read.
            |context, _| unsafe { gatepost_context_set_entropy(context, ptr::null(), 32) },
            Status::NullPointer,
        ),
        (
            "entropy, endless",
            // SAFETY: the object is live, and the bytes are not read.
            |context, _| unsafe { gatepost_context_set_entropy(context, [1].as_ptr(), usize::MAX) },
            Status::InvalidValue,
        ),
        (
            "no endpoint",
            // SAFETY: the object is live.
            |_, request| unsafe { gatepost_request_reset(request, 6) },
            Status::InvalidValue,
        ),
        (
            "no UTF-8 in a header",
            // SAFETY: the object is live, and the text can be read.
            |_, request| unsafe { gatepost_request_set_authorization(request, BAD) },
            Status::InvalidUtf8,
        ),
        (
            "no UTF-8 in a key set",
            // SAFETY: the object is live, and the text can be read.
            |_, request| unsafe { gatepost_request_set_jwks(request, BAD) },
            Status::InvalidUtf8,
        ),
    ];
    failures.extend(rest);
    failures
}

/// Asks everything that can be asked with a context, and with a request, and says what each answers.
fn ask(
    registrar: *const Registrar,
    context: *mut Context,
    request: *const Request,
) -> [Vec<(Status, Option<String>)>; 2] {
    let id = Str::view("c");
    let of_context: [&dyn Fn(*mut *mut Decision, *mut *mut Error) -> Status; 17] = [
        // SAFETY: the objects are live, and the outputs may be written; so below.
        &|d, e| unsafe { gatepost_register(registrar, context, Str::view("{}"), d, e) },
        // SAFETY: as above.
        &|d, e| unsafe { gatepost_provision(registrar, context, id, Str::view("{}"), d, e) },
        // SAFETY: as above.
        &|d, e| unsafe { gatepost_read(registrar, context, id, d, e) },
        // SAFETY: as above.
        &|d, e| unsafe { gatepost_update(registrar, context, id, Str::view("{}"), d, e) },
        // SAFETY: as above.
        &|d, e| unsafe { gatepost_rotate_secret(registrar, context, id, d, e) },
        // SAFETY: as above.
        &|d, e| unsafe { gatepost_rotate_registration_access_token(registrar, context, id, d, e) },
        // SAFETY: as above.
        &|d, e| unsafe { gatepost_disable(registrar, context, id, d, e) },
        // SAFETY: as above.
        &|d, e| unsafe { gatepost_enable(registrar, context, id, d, e) },
        // SAFETY: as above.
        &|d, e| unsafe { gatepost_approve(registrar, context, id, d, e) },
        // SAFETY: as above.
        &|d, e| unsafe { gatepost_deny(registrar, context, id, d, e) },
        // SAFETY: as above.
        &|d, e| unsafe { gatepost_remove(registrar, context, id, d, e) },
        // SAFETY: as above.
        &|d, e| unsafe { gatepost_usable(registrar, context, id, Str::ABSENT, d, e) },
        // SAFETY: as above.
        &|d, e| unsafe { gatepost_review(registrar, context, id, d, e) },
        // SAFETY: as above.
        &|d, e| unsafe { gatepost_review_draft(registrar, context, Str::view("{}"), d, e) },
        // SAFETY: as above.
        &|d, e| unsafe { gatepost_lifecycle(registrar, context, id, d, e) },
        // SAFETY: as above.
        &|d, e| unsafe { gatepost_client_document(registrar, context, id, Str::ABSENT, d, e) },
        // SAFETY: as above.
        &|d, e| unsafe { gatepost_authorize(registrar, context, request, d, e) },
    ];
    let of_request: [&dyn Fn(*mut *mut Decision, *mut *mut Error) -> Status; 3] = [
        // SAFETY: as above.
        &|d, e| unsafe { gatepost_authorize(registrar, context, request, d, e) },
        // SAFETY: as above.
        &|d, e| unsafe { gatepost_authenticate(registrar, context, request, d, e) },
        &|_, e| {
            let mut named = ptr::null_mut();
            // SAFETY: as above; the text is freed once.
            unsafe {
                let status = gatepost_identify(registrar, request, &raw mut named, e);
                gatepost_text_free(named);
                status
            }
        },
    ];
    let answer = |ask: &dyn Fn(*mut *mut Decision, *mut *mut Error) -> Status| {
        let (mut decision, mut error) = (ptr::null_mut(), ptr::null_mut());
        let status = ask(&raw mut decision, &raw mut error);
        // SAFETY: both are NULL or live, and freed once.
        unsafe {
            let message = text(gatepost_error_message(error)).map(str::to_owned);
            gatepost_decision_free(decision);
            gatepost_error_free(error);
            (status, message)
        }
    };
    [
        of_context.into_iter().map(answer).collect(),
        of_request.into_iter().map(answer).collect(),
    ]
}

#[test]
fn nothing_is_decided_after_a_setter_failed() {
    let registrar = compile("");
    let context = accepted_caller();
    let mut request = ptr::null_mut();
    // SAFETY: the objects are live until they are freed below, once.
    unsafe {
        let made = gatepost_request_new(0, &raw mut request, ptr::null_mut());
        assert_eq!(made, Status::Ok);
        for (name, fail, expected) in failures() {
            assert_eq!(fail(context, request), expected, "{name}");
            // A later call that succeeds does not make up for it.
            assert_eq!(gatepost_context_set_now(context, 1), Status::Ok);
            assert_eq!(
                gatepost_context_set_terms(context, Str::view("{}")),
                Status::Ok
            );
            let set = gatepost_request_set_parameters(request, Str::view("client_id=c"));
            assert_eq!(set, Status::Ok);
            let [of_context, of_request] = ask(registrar, context, request);
            let failed = |answers: &[(Status, Option<String>)]| {
                let is_failure = |(status, message): &(Status, Option<String>)| {
                    let message = message.as_deref().unwrap_or_default();
                    *status == expected && message.starts_with("a setter failed: ")
                };
                answers.iter().all(is_failure)
            };
            let of_one = [failed(&of_context), failed(&of_request)];
            assert!(
                of_one[0] || of_one[1],
                "{name}: {of_context:?} {of_request:?}"
            );
            assert_eq!(gatepost_context_reset(context), Status::Ok);
            assert_eq!(gatepost_request_reset(request, 0), Status::Ok);
            let [of_context, of_request] = ask(registrar, context, request);
            let all = of_context.iter().chain(&of_request);
            for (status, message) in all {
                assert_eq!(
                    (*status, message),
                    (Status::Ok, &None),
                    "{name}, after a reset"
                );
            }
        }
        // Of the setters of numbers none can fail but on NULL, which leaves nothing to spoil.
        assert_eq!(
            gatepost_context_set_now(ptr::null_mut(), 1),
            Status::NullPointer
        );
        gatepost_request_free(request);
        gatepost_context_free(context);
        gatepost_registrar_free(registrar);
    }
}

#[test]
fn the_first_failure_is_kept() {
    let registrar = compile("");
    let context = accepted_caller();
    let mut error = ptr::null_mut();
    let mut decision = ptr::null_mut();
    // SAFETY: the objects are live until they are freed below, once.
    unsafe {
        assert_eq!(
            gatepost_context_set_record(context, NOWHERE),
            Status::NullPointer
        );
        assert_eq!(
            gatepost_context_set_account(context, BAD),
            Status::InvalidUtf8
        );
        let body = Str::view("{}");
        let status = gatepost_register(registrar, context, body, &raw mut decision, &raw mut error);
        assert_eq!(status, Status::NullPointer);
        let message = text(gatepost_error_message(error));
        assert_eq!(message, Some("a setter failed: `record` is NULL"));
        gatepost_error_free(error);
        gatepost_context_free(context);
        gatepost_registrar_free(registrar);
    }
}

#[test]
fn lost_terms_and_lost_records_let_nobody_in() {
    let registrar = compile("");
    let context = accepted_caller();
    let mut decision = ptr::null_mut();
    let body = Str::view(r#"{"redirect_uris":["com.example:/cb"]}"#);
    // SAFETY: the objects are live until they are freed below, once.
    unsafe {
        let _ = gatepost_context_set_terms(
            context,
            Str {
                ptr: c"{\"max-registrations\":1,\"redirect-hosts\":[\"\xff\"]}".as_ptr(),
                len: 46,
            },
        );
        let status =
            gatepost_register(registrar, context, body, &raw mut decision, ptr::null_mut());
        assert_eq!((status, decision.is_null()), (Status::InvalidUtf8, true));

        assert_eq!(gatepost_context_reset(context), Status::Ok);
        let _ = gatepost_context_set_record(context, BAD);
        let status = gatepost_usable(
            registrar,
            context,
            Str::view("mail"),
            Str::ABSENT,
            &raw mut decision,
            ptr::null_mut(),
        );
        assert_eq!((status, decision.is_null()), (Status::InvalidUtf8, true));
        gatepost_context_free(context);
        gatepost_registrar_free(registrar);
    }
}

#[test]
fn the_terms_of_a_context_are_explained() {
    let registrar = compile("");
    let context = accepted_caller();
    let (mut decision, mut error) = (ptr::null_mut(), ptr::null_mut());
    // SAFETY: the objects are live until they are freed below, once.
    unsafe {
        let set = gatepost_context_set_terms(context, Str::view(r#"{"max-registration":1,"x":2}"#));
        assert_eq!(set, Status::Ok);
        let body = Str::view("{}");
        let status = gatepost_register(registrar, context, body, &raw mut decision, &raw mut error);
        assert_eq!(status, Status::TermsInvalid);
        assert_eq!(gatepost_error_finding_count(error), 2);
        let first = gatepost_error_finding(error, 0);
        assert_eq!(text(gatepost_finding_path(first)), Some("max-registration"));
        gatepost_error_free(error);
        gatepost_context_free(context);
        gatepost_registrar_free(registrar);
    }
}
