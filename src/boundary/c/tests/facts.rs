//! Tests of the facts that a context and a request pass to the core.

use super::*;

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
    let numbers: [unsafe extern "C" fn(*mut Context, u64) -> Status; 10] = [
        gatepost_context_set_now,
        gatepost_context_set_account_clients,
        gatepost_context_set_address_registrations,
        gatepost_context_set_wider_registrations,
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
            assert_eq!(counters(facts), [2, 3, 4, 5, 6, 7].map(Some));
            Err(crate::facts::Misuse::TimeMissing)
        };
        // Twice: a call that decided nothing leaves the facts alone.
        for _ in 0..2 {
            assert_eq!(
                (*context).decide(seen),
                Err(crate::facts::Misuse::TimeMissing)
            );
        }
        assert_eq!(activity(&*context), [8, 9, 10].map(Some));

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
            assert_eq!(counters(facts), [None; 6]);
            Err(crate::facts::Misuse::TimeMissing)
        });
        assert_eq!(nothing, Err(crate::facts::Misuse::TimeMissing));
        assert_eq!(activity(&*context), [None; 3]);
        gatepost_context_free(context);
    }
}

fn counters(facts: &crate::facts::Context<'_>) -> [Option<u64>; 6] {
    let usage = &facts.usage;
    [
        usage.account_clients,
        usage.address_registrations,
        usage.wider_registrations,
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
        }
        gatepost_request_free(request);
    }
}

fn carried(request: &Request) -> (crate::facts::Endpoint, Option<&str>, &[u8], Option<&str>) {
    let request = request.view().expect("no setter failed");
    (
        request.endpoint,
        request.authorization,
        request.parameters,
        request.jwks,
    )
}
