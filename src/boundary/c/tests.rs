//! The functions as C sees them, called from Rust so that Miri can watch what they do with pointers.

use std::{ptr, slice};

use super::context::*;
use super::decision::*;
use super::diagnostic::*;
use super::error::*;
use super::fetch::*;
use super::finding::*;
use super::operate::operate;
use super::operations::*;
use super::pointer::guard;
use super::registrar::*;
use super::request::*;
use super::status::*;
use super::str::Str;
use super::text::*;

#[test]
fn a_registration_goes_in_and_comes_out() {
    let registrar = compile("");
    let context = accepted_caller();
    let body = Str::view(r#"{"redirect_uris":["https://webmail.example.com/cb"]}"#);
    let mut decision = ptr::null_mut();
    let mut error = ptr::null_mut();
    // SAFETY: every object is live until it is freed below, once.
    unsafe {
        let status = gatepost_register(registrar, context, body, &raw mut decision, &raw mut error);
        assert_eq!((status, error), (Status::Ok, ptr::null_mut()));
        gatepost_registrar_free(registrar);
        gatepost_context_free(context);

        assert_eq!(gatepost_decision_outcome(decision), Outcome::Accept);
        assert_eq!(gatepost_decision_http_status(decision), 201);
        assert_eq!(gatepost_decision_effect(decision), Effect::Store);
        let client_id = text(gatepost_decision_client_id(decision)).expect("a client was made");
        for part in [
            gatepost_decision_body(decision),
            gatepost_decision_record(decision),
        ] {
            assert!(text(part).is_some_and(|text| text.contains(client_id)));
        }
        for index in 0..gatepost_decision_header_count(decision) {
            assert!(text(gatepost_decision_header_name(decision, index)).is_some());
            assert!(text(gatepost_decision_header_value(decision, index)).is_some());
        }
        gatepost_decision_free(decision);
    }
}

#[test]
fn a_refusal_shows_its_diagnostics() {
    let registrar = compile("");
    let context = accepted_caller();
    let mut decision = ptr::null_mut();
    // SAFETY: every object is live until it is freed below, once.
    unsafe {
        let body = Str::view(r#"{"redirect_uris":["https://webmail.example.com/cb#part"]}"#);
        let status =
            gatepost_register(registrar, context, body, &raw mut decision, ptr::null_mut());
        assert_eq!(status, Status::Ok);
        assert_eq!(gatepost_decision_outcome(decision), Outcome::Refuse);
        assert_eq!(gatepost_decision_effect(decision), Effect::None);
        assert_eq!(text(gatepost_decision_client_id(decision)), None);
        let found = gatepost_decision_diagnostic(decision, 0);
        assert_eq!(
            text(gatepost_diagnostic_pointer(found)),
            Some("/redirect_uris/0")
        );
        assert_eq!(gatepost_diagnostic_severity(found), Severity::Error);
        for part in [
            gatepost_diagnostic_code(found),
            gatepost_diagnostic_message(found),
            gatepost_diagnostic_reference(found),
        ] {
            assert!(text(part).is_some_and(|text| !text.is_empty()));
        }
        let beyond = gatepost_decision_diagnostic_count(decision);
        assert!(gatepost_decision_diagnostic(decision, beyond).is_null());
        gatepost_decision_free(decision);
        gatepost_context_free(context);
        gatepost_registrar_free(registrar);
    }
}

#[test]
fn what_the_client_named_is_to_be_fetched() {
    let registrar = compile("[oauth.client-registration]\nextensions = ['openid']\n");
    let context = accepted_caller();
    let body = Str::view(
        r#"{"redirect_uris":["https://webmail.example.com/cb"],
            "jwks_uri":"https://webmail.example.com/keys",
            "sector_identifier_uri":"https://webmail.example.com/uris"}"#,
    );
    let mut decision = ptr::null_mut();
    // SAFETY: every object is live until it is freed below, once.
    unsafe {
        let status =
            gatepost_register(registrar, context, body, &raw mut decision, ptr::null_mut());
        assert_eq!(status, Status::Ok);
        gatepost_registrar_free(registrar);
        gatepost_context_free(context);
        assert_eq!(gatepost_decision_outcome(decision), Outcome::Accept);
        assert_eq!(gatepost_decision_fetch_count(decision), 2);
        for (index, (uri, pointer, due)) in [
            ("https://webmail.example.com/keys", "/jwks_uri", Due::OnUse),
            (
                "https://webmail.example.com/uris",
                "/sector_identifier_uri",
                Due::BeforeEffect,
            ),
        ]
        .into_iter()
        .enumerate()
        {
            let fetch = gatepost_decision_fetch(decision, index);
            assert_eq!(text(gatepost_fetch_uri(fetch)), Some(uri));
            assert_eq!(text(gatepost_fetch_pointer(fetch)), Some(pointer));
            assert_eq!(gatepost_fetch_due(fetch), due);
            assert_eq!(gatepost_fetch_max_bytes(fetch), 65_536);
            assert_eq!(gatepost_fetch_timeout(fetch), 5);
        }
        let beyond = gatepost_decision_fetch(decision, 2);
        assert!(beyond.is_null());
        assert_eq!(gatepost_fetch_due(beyond), Due::BeforeEffect);
        gatepost_decision_free(decision);
    }
}

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
fn a_context_shows_its_facts_until_it_is_reset() {
    let context = accepted_caller();
    let texts: [(unsafe extern "C" fn(*mut Context, Str) -> Status, &str); 5] = [
        (gatepost_context_set_account, ""),
        (gatepost_context_set_address, "192.0.2.1"),
        (gatepost_context_set_terms, "{}"),
        (gatepost_context_set_token, "gpr_1"),
        (gatepost_context_set_record, "{\"v\":1}"),
    ];
    let numbers: [unsafe extern "C" fn(*mut Context, u64) -> Status; 9] = [
        gatepost_context_set_now,
        gatepost_context_set_account_clients,
        gatepost_context_set_address_registrations,
        gatepost_context_set_key_registrations,
        gatepost_context_set_anonymous_clients,
        gatepost_context_set_total_clients,
        gatepost_context_set_authorised_at,
        gatepost_context_set_last_used,
        gatepost_context_set_refresh_tokens,
    ];
    // SAFETY: the context is live until it is freed below, once.
    unsafe {
        for (set, text) in texts {
            assert_eq!(set(context, Str::view(text)), Status::Ok);
        }
        for (set, number) in numbers.into_iter().zip(1..) {
            assert_eq!(set(context, number), Status::Ok);
        }
        assert_eq!(
            gatepost_context_set_entropy(context, [7; 40].as_ptr(), 40),
            Status::Ok
        );
        let seen = |facts: &crate::facts::Context<'_>| {
            assert_eq!(facts.now, Some(1));
            assert_eq!(facts.entropy, Some(&[7; 40][..]));
            let caller = &facts.caller;
            assert_eq!(caller.credential, crate::facts::Credential::Accepted);
            assert_eq!(caller.permissions, PERMISSIONS);
            assert_eq!(
                [
                    caller.account,
                    caller.address,
                    caller.terms,
                    caller.token,
                    facts.record
                ],
                texts.map(|(_, text)| Some(text))
            );
            assert_eq!(counters(facts), [2, 3, 4, 5, 6].map(Some));
            Err(crate::facts::Misuse::TimeMissing)
        };
        // Twice: a call that decided nothing leaves the facts alone.
        for _ in 0..2 {
            assert_eq!(
                (*context).decide(seen),
                Err(crate::facts::Misuse::TimeMissing)
            );
        }
        assert_eq!(activity(&*context), [7, 8, 9].map(Some));

        assert_eq!(gatepost_context_reset(context), Status::Ok);
        let nothing = (*context).decide(|facts| {
            assert_eq!((facts.now, facts.entropy), (None, None));
            let caller = &facts.caller;
            assert_eq!(caller.credential, crate::facts::Credential::Missing);
            assert!(caller.permissions.is_empty());
            assert_eq!(
                [
                    caller.account,
                    caller.address,
                    caller.terms,
                    caller.token,
                    facts.record
                ],
                [None; 5]
            );
            assert_eq!(counters(facts), [None; 5]);
            Err(crate::facts::Misuse::TimeMissing)
        });
        assert_eq!(nothing, Err(crate::facts::Misuse::TimeMissing));
        assert_eq!(activity(&*context), [None; 3]);
        gatepost_context_free(context);
    }
}

fn counters(facts: &crate::facts::Context<'_>) -> [Option<u64>; 5] {
    let usage = &facts.usage;
    [
        usage.account_clients,
        usage.address_registrations,
        usage.key_registrations,
        usage.anonymous_clients,
        usage.total_clients,
    ]
}

fn activity(context: &Context) -> [Option<u64>; 3] {
    let activity = context.activity();
    [
        activity.authorised_at,
        activity.last_used,
        activity.refresh_tokens,
    ]
}

#[test]
fn a_request_shows_what_it_carried_until_it_is_reset() {
    use crate::facts::Endpoint as E;
    let endpoints = [
        (Endpoint::Authorization, E::Authorization),
        (Endpoint::PushedAuthorization, E::PushedAuthorization),
        (Endpoint::DeviceAuthorization, E::DeviceAuthorization),
        (Endpoint::Token, E::Token),
        (Endpoint::Introspection, E::Introspection),
        (Endpoint::Revocation, E::Revocation),
    ];
    let mut request = ptr::null_mut();
    let mut error = ptr::null_mut();
    // SAFETY: the request is live until it is freed below, once.
    unsafe {
        for number in [-1, 6] {
            let status = gatepost_request_new(number, &raw mut request, &raw mut error);
            assert_eq!(status, Status::InvalidValue);
            assert!(request.is_null());
            gatepost_error_free(error);
        }
        let status = gatepost_request_new(0, &raw mut request, ptr::null_mut());
        assert_eq!(status, Status::Ok);
        for (number, (endpoint, expected)) in (0..).zip(endpoints) {
            assert_eq!(endpoint as i32, number);
            assert_eq!(gatepost_request_reset(request, number), Status::Ok);
            assert_eq!(carried(&*request), (expected, None, &b""[..], None));
            let parameters = Str {
                ptr: c"client_id=a\xff".as_ptr(),
                len: 12,
            };
            for status in [
                gatepost_request_set_authorization(request, Str::view("Basic YTpi")),
                gatepost_request_set_parameters(request, parameters),
                gatepost_request_set_jwks(request, Str::view("{}")),
            ] {
                assert_eq!(status, Status::Ok);
            }
            let all = (
                expected,
                Some("Basic YTpi"),
                &b"client_id=a\xff"[..],
                Some("{}"),
            );
            assert_eq!(carried(&*request), all);
            // What is wrong is not set.
            assert_eq!(gatepost_request_reset(request, 6), Status::InvalidValue);
            assert_eq!(
                gatepost_request_set_authorization(request, parameters),
                Status::InvalidUtf8
            );
            assert_eq!(carried(&*request), all);
        }
        gatepost_request_free(request);
    }
}

fn carried(request: &Request) -> (crate::facts::Endpoint, Option<&str>, &[u8], Option<&str>) {
    let request = request.view();
    (
        request.endpoint,
        request.authorization,
        request.parameters,
        request.jwks,
    )
}

#[test]
fn a_decision_shows_its_client() {
    let client = crate::decision::Client {
        client_id: "gpc_1".into(),
        standing: crate::decision::Standing::Overridden,
        redirect_uri: Some("http://127.0.0.1:1/cb".into()),
        scope: Some(String::new()),
        metadata: "{}".into(),
        assertion: Some(crate::decision::Assertion {
            id: "jti".into(),
            expires_at: 9,
        }),
    };
    let bare = crate::decision::Client {
        standing: crate::decision::Standing::Provisioned,
        redirect_uri: None,
        scope: None,
        assertion: None,
        ..client.clone()
    };
    let removal = crate::decision::Effect::Remove("gpc_2".into());
    let none = crate::decision::Effect::None;
    for (client, effect, id, standing, texts, expiry) in [
        (
            Some(client),
            none.clone(),
            Some("gpc_1"),
            Standing::Overridden,
            [
                Some("http://127.0.0.1:1/cb"),
                Some(""),
                Some("{}"),
                Some("jti"),
            ],
            9,
        ),
        (
            Some(bare),
            none.clone(),
            Some("gpc_1"),
            Standing::Provisioned,
            [None, None, Some("{}"), None],
            0,
        ),
        (None, removal, Some("gpc_2"), Standing::None, [None; 4], 0),
        (None, none, None, Standing::None, [None; 4], 0),
    ] {
        let decision = Decision::new(crate::decision::Decision {
            outcome: crate::decision::Outcome::Accept,
            response: crate::decision::Response {
                status: 200,
                headers: Vec::new(),
                body: String::new(),
            },
            effect,
            diagnostics: Vec::new(),
            fetches: Vec::new(),
            client,
        });
        // SAFETY: the decision is live until the end of the block.
        unsafe {
            assert_eq!(text(gatepost_decision_client_id(&raw const decision)), id);
            assert_eq!(gatepost_decision_standing(&raw const decision), standing);
            let found = [
                gatepost_decision_redirect_uri,
                gatepost_decision_scope,
                gatepost_decision_metadata,
                gatepost_decision_assertion_id,
            ];
            assert_eq!(found.map(|get| text(get(&raw const decision))), texts);
            let found = gatepost_decision_assertion_expires_at(&raw const decision);
            assert_eq!(found, expiry);
        }
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
fn mistaken_terms_are_listed() {
    let finding = crate::config::SettingFinding {
        path: "max-clients".into(),
        message: "This must be a number.".into(),
        allowed: None,
        severity: crate::diagnostic::Severity::Error,
    };
    let error = Error::terms(crate::config::SettingsError(vec![finding]));
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
fn any_number_of_permissions_arrives() {
    let context = accepted_caller();
    let permissions = ["a", "", "b", "c", "d", "e", "f", "g", "h"];
    // SAFETY: the context is live until it is freed below, once.
    unsafe {
        for count in 0..=permissions.len() {
            let expected = &permissions[..count];
            assert_eq!(gatepost_context_clear_permissions(context), Status::Ok);
            for permission in expected {
                let added = gatepost_context_add_permission(context, Str::view(permission));
                assert_eq!(added, Status::Ok);
            }
            let seen = (*context).decide(|facts| {
                assert_eq!(facts.caller.permissions, expected);
                Err(crate::facts::Misuse::TimeMissing)
            });
            assert_eq!(seen, Err(crate::facts::Misuse::TimeMissing));
        }
        gatepost_context_free(context);
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
    // SAFETY: the caller vouches for it, and every string that comes out is UTF-8.
    (!view.ptr.is_null()).then(|| unsafe {
        str::from_utf8_unchecked(slice::from_raw_parts(view.ptr.cast(), view.len))
    })
}
