//! Tests of decisions, and of the functions that read them.

use super::*;

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
        let body = text(gatepost_decision_body(decision)).expect("there is one");
        let secret = text(gatepost_decision_client_secret(decision)).expect("one was made");
        assert!(body.contains(&format!(r#""client_secret":"{secret}""#)));
        let token = gatepost_decision_registration_access_token(decision);
        assert_eq!(text(token), None, "there is no registration endpoint");
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
        let decision = Decision::new(
            crate::decision::Decision {
                outcome: crate::decision::Outcome::Accept,
                effect,
                client,
                ..crate::decision::Decision::refuse(crate::decision::Response::none(), Vec::new())
            }
            .about(None),
        );
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
