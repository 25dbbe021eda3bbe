//! What a host passes: settings, terms, records, addresses.

use std::net::IpAddr;

use gatepost::{
    Activity, Caller, Context, Effect, Endpoint, Misuse, Outcome, Registrar, Request, Severity,
};
use serde_json::Value;

use super::{CALLER, CONTEXT, REGISTRAR};

/// Settings: they are refused with mistakes that name a place, or work.
pub fn settings(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let registrar = match Registrar::compile(text) {
        Ok(registrar) => registrar,
        Err(mistakes) => {
            assert!(
                mistakes
                    .0
                    .iter()
                    .any(|mistake| mistake.severity == Severity::Error)
            );
            let lines = text.split('\n').count();
            for mistake in &mistakes.0 {
                assert!(!mistake.message.is_empty());
                let is_in_text = |line| (1..=lines).contains(&(line as usize));
                assert!(mistake.line.is_none_or(is_in_text), "{mistake:?}");
            }
            return;
        }
    };
    assert!(registrar.window() > 0 && registrar.wider_window() > 0);
    assert!(
        registrar
            .warnings()
            .iter()
            .all(|warning| warning.severity == Severity::Warning)
    );
    serde_json::from_str::<Value>(&registrar.server_metadata()).expect("the metadata are JSON");
    for caller in [CALLER, Caller::anonymous()] {
        let context = Context { caller, ..CONTEXT };
        let document =
            br#"{"redirect_uris":["http://127.0.0.1/cb"],"token_endpoint_auth_method":"none"}"#;
        let decision = registrar
            .register(&context, document)
            .expect("the facts are whole");
        if let Effect::Store(record) = decision.effect {
            let context = Context {
                record: Some(&record.document),
                ..CONTEXT
            };
            registrar
                .review(&context, &record.client_id)
                .expect("it is its own record");
        }
    }
}

/// The terms of a key: those that are accepted before they are stored are accepted in a decision, and no others.
pub fn terms(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let context = Context {
        caller: Caller {
            terms: Some(text),
            ..CALLER
        },
        ..CONTEXT
    };
    let document =
        br#"{"redirect_uris":["http://127.0.0.1/cb"],"token_endpoint_auth_method":"none"}"#;
    let decided = REGISTRAR.register(&context, document);
    match Registrar::check_terms(text) {
        Ok(()) => assert!(decided.is_ok()),
        Err(mistakes) => assert_eq!(decided.err(), Some(Misuse::TermsInvalid(mistakes))),
    }
}

/// A stored record, which a host may have changed: no operation does anything but say so, or decide.
pub fn record(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    // An id that the record has, so that it is its own.
    let stored: Value = serde_json::from_str(text).unwrap_or_default();
    let id = stored["client_id"].as_str().unwrap_or("nobody");
    let context = Context {
        record: Some(text),
        ..CONTEXT
    };
    let parameters = format!(
        "response_type=code&grant_type=refresh_token&client_id={id}&redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2Fcb\
         &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
    );
    let at = |endpoint| Request {
        endpoint,
        authorization: None,
        parameters: parameters.as_bytes(),
        jwks: None,
    };
    let update = format!(
        r#"{{"client_id":{},"redirect_uris":["http://127.0.0.1/cb"]}}"#,
        Value::from(id)
    );
    for decided in [
        REGISTRAR.read(&context, id),
        REGISTRAR.update(&context, id, update.as_bytes()),
        REGISTRAR.rotate_secret(&context, id),
        REGISTRAR.rotate_registration_access_token(&context, id),
        REGISTRAR.disable(&context, id),
        REGISTRAR.enable(&context, id),
        REGISTRAR.approve(&context, id),
        REGISTRAR.deny(&context, id),
        REGISTRAR.remove(&context, id),
        REGISTRAR.review(&context, id),
        REGISTRAR.usable(&context, id, None),
        REGISTRAR.lifecycle(&context, id, &Activity::default()),
        REGISTRAR.client_document(&context, id, None),
        REGISTRAR.authorize(&context, &at(Endpoint::Authorization)),
        REGISTRAR.authorize(&context, &at(Endpoint::Token)),
        REGISTRAR.authenticate(&context, &at(Endpoint::Token)),
    ] {
        let decision = match decided {
            Ok(decision) => decision,
            Err(Misuse::RecordUnreadable | Misuse::RecordMismatch) => continue,
            Err(other) => panic!("{other}"),
        };
        assert!(decision.outcome == Outcome::Accept || decision.effect == Effect::None);
        // What replaces the record can be read.
        if let Effect::Store(record) | Effect::Replace(record) = decision.effect {
            let context = Context {
                record: Some(&record.document),
                ..CONTEXT
            };
            REGISTRAR
                .lifecycle(&context, &record.client_id, &Activity::default())
                .expect("it was just written");
        }
    }
}

/// An address: the network that it is counted under contains it.
pub fn address(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    for (network, is_wide) in [
        (REGISTRAR.network(text), false),
        (REGISTRAR.wider_network(text), true),
    ] {
        let Some(network) = network else {
            assert!(text.parse::<IpAddr>().is_err(), "{text} is an address");
            continue;
        };
        let (base, length) = network.split_once('/').expect("it has a length");
        let base: IpAddr = base.parse().expect("it is an address");
        let length: u32 = length.parse().expect("it is a number");
        let address: IpAddr = text.parse().expect("nothing else is in a network");
        let differ = match (base, address.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(address)) => {
                (base.to_bits() ^ address.to_bits()).leading_zeros()
            }
            (IpAddr::V6(base), IpAddr::V6(address)) => {
                (base.to_bits() ^ address.to_bits()).leading_zeros()
            }
            other => panic!("{other:?}"),
        };
        assert!(differ >= length, "{text} is not in {network}");
        assert_eq!(
            length,
            match (base, is_wide) {
                (IpAddr::V4(_), false) => 32,
                (IpAddr::V4(_), true) => 16,
                (IpAddr::V6(_), false) => 64,
                (IpAddr::V6(_), true) => 32,
            }
        );
    }
}
