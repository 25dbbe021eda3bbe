//! Tests of redirect URIs, and of errors that are redirected.

use super::*;

#[test]
fn redirect_uris() {
    let required = "require = true";
    let none = Value::Null;
    let single = web("key", &["https://a.example.com/cb"]);
    let two = web(
        "key",
        &["https://a.example.com/cb", "https://a.example.com/cb2"],
    );
    let loopback = record(
        "key",
        "full",
        json!({"redirect_uris": ["http://127.0.0.1/cb"]}),
    );
    let private = record(
        "key",
        "full",
        json!({"redirect_uris": ["com.example.app:/cb"]}),
    );
    let mail = record(
        "stranger",
        "mail",
        json!({"redirect_uris": ["com.example.app:/cb"]}),
    );
    let unregistered = Err("redirect-uri-unregistered");
    let unnamed = Err("redirect-uri-unnamed");
    let unsound = Err("redirect-uri-unsound");
    let open = "open-client = true\nrequire = true\nstatic-client = 'c'";
    for (name, settings, record, asked, expected) in [
        (
            "exact",
            required,
            Some(&two),
            json!("https://a.example.com/cb2"),
            Ok("https://a.example.com/cb2"),
        ),
        (
            "the only one",
            required,
            Some(&single),
            none.clone(),
            Ok("https://a.example.com/cb"),
        ),
        ("one of two", required, Some(&two), none.clone(), unnamed),
        (
            "a loopback one has a port",
            required,
            Some(&loopback),
            none.clone(),
            unnamed,
        ),
        (
            "a private one",
            required,
            Some(&private),
            none.clone(),
            Ok("com.example.app:/cb"),
        ),
        (
            "always, for mail",
            required,
            Some(&mail),
            none.clone(),
            unnamed,
        ),
        (
            "empty is left out",
            required,
            Some(&single),
            json!(""),
            Ok("https://a.example.com/cb"),
        ),
        (
            "a loopback port",
            required,
            Some(&loopback),
            json!("http://127.0.0.1:1/cb"),
            Ok("http://127.0.0.1:1/cb"),
        ),
        (
            "another path",
            required,
            Some(&loopback),
            json!("http://127.0.0.1:1/cb2"),
            unregistered,
        ),
        (
            "a longer one",
            required,
            Some(&single),
            json!("https://a.example.com/cb/x"),
            unregistered,
        ),
        (
            "another case",
            required,
            Some(&single),
            json!("https://A.example.com/cb"),
            unregistered,
        ),
        (
            "a fragment",
            required,
            Some(&single),
            json!("https://a.example.com/cb#"),
            unregistered,
        ),
        (
            "a query",
            required,
            Some(&single),
            json!("https://a.example.com/cb?x"),
            unregistered,
        ),
        (
            "user info",
            required,
            Some(&loopback),
            json!("http://127.0.0.1:1@evil.example/cb"),
            unregistered,
        ),
        ("unregistered, left out", "", None, none, unnamed),
        (
            "unregistered, https",
            "",
            None,
            json!("https://a.example.com/cb"),
            Ok("https://a.example.com/cb"),
        ),
        (
            "unregistered, loopback",
            "",
            None,
            json!("http://[::1]:1/cb"),
            Ok("http://[::1]:1/cb"),
        ),
        (
            "unregistered, private",
            "",
            None,
            json!("com.example.app:/cb"),
            Ok("com.example.app:/cb"),
        ),
        (
            "unregistered, http",
            "",
            None,
            json!("http://a.example.com/cb"),
            unsound,
        ),
        (
            "unregistered, script",
            "",
            None,
            json!("javascript:alert(1)"),
            unsound,
        ),
        (
            "unregistered, a scheme without a dot",
            "",
            None,
            json!("myapp://cb"),
            unsound,
        ),
        (
            "the web administration",
            "",
            None,
            json!("stalwart://auth"),
            Ok("stalwart://auth"),
        ),
        (
            "the web administration, exactly",
            "",
            None,
            json!("stalwart://auth/"),
            unsound,
        ),
        (
            "the web administration, by setting",
            "administrator-redirect-uris = []",
            None,
            json!("stalwart://auth"),
            unsound,
        ),
        (
            "unknown, whatever the redirect URI",
            required,
            None,
            json!("https://a.example.com/cb"),
            Err("client-unknown"),
        ),
        (
            "unregistered, a fragment",
            "",
            None,
            json!("https://a.example.com/cb#"),
            unsound,
        ),
        (
            "unregistered, localhost",
            "",
            None,
            json!("http://localhost:1/cb"),
            Ok("http://localhost:1/cb"),
        ),
        (
            "unregistered, localhost, by setting",
            "localhost = 'refuse'",
            None,
            json!("http://localhost:1/cb"),
            unsound,
        ),
        (
            "unregistered, one of the hosts",
            "redirect-hosts = ['.example.com']",
            None,
            json!("https://a.example.com/cb"),
            Ok("https://a.example.com/cb"),
        ),
        (
            "unregistered, another host",
            "redirect-hosts = ['.example.com']",
            None,
            json!("https://a.example.org/cb"),
            unsound,
        ),
        (
            "unregistered, another scheme",
            "redirect-schemes = ['https']",
            None,
            json!("com.example.app:/cb"),
            unsound,
        ),
        (
            "shared, another scheme",
            "static-client = 'c'\nredirect-schemes = ['http']",
            None,
            json!("com.example.app:/cb"),
            unsound,
        ),
        (
            "not for those that are registered",
            required,
            Some(&single),
            json!("stalwart://auth"),
            unregistered,
        ),
        (
            "shared, loopback",
            open,
            None,
            json!("http://127.0.0.1:1/cb"),
            Ok("http://127.0.0.1:1/cb"),
        ),
        (
            "shared, private",
            open,
            None,
            json!("com.example.app:/cb"),
            Ok("com.example.app:/cb"),
        ),
        (
            "shared, https",
            open,
            None,
            json!("https://a.example.com/cb"),
            unsound,
        ),
        (
            "shared, localhost",
            open,
            None,
            json!("http://localhost/cb"),
            unsound,
        ),
        (
            "shared, two dots",
            open,
            None,
            json!("http://127.0.0.1/a..b"),
            unsound,
        ),
        (
            "shared, administration",
            open,
            None,
            json!("stalwart://auth"),
            unsound,
        ),
    ] {
        let policy = policy(settings);
        let parameters = asking(json!({"redirect_uri": asked}));
        let record = record.map(String::as_str);
        let decision = at(Endpoint::Authorization, &parameters, record, &[], &policy);
        match expected {
            Ok(uri) => {
                let client = decision
                    .client
                    .unwrap_or_else(|| panic!("{name}: {:?}", decision.diagnostics));
                assert_eq!(client.redirect_uri.as_deref(), Some(uri), "{name}");
            }
            Err(code) => {
                assert_eq!(errors(&decision), [code], "{name}");
                assert_eq!(location(&decision), None, "{name}");
            }
        }
    }
}

#[test]
fn errors_are_sent_to_who_is_known() {
    use Telling::{AtOnce, Nobody, WhenAsked};
    let mistake = json!({"response_type": "token", "redirect_uri": "https://a.example.com/cb"});
    let uri = ["https://a.example.com/cb"];
    let by_key = web("key", &uri);
    let by_stranger = web("stranger", &uri);
    let by_administrator = web("administrator", &uri);
    let by_document = web("document", &uri);
    let document = record(
        "document",
        "document",
        json!({"redirect_uris": ["com.example.app:/cb"]}),
    );
    let documents = "require = true\nclient-id-metadata-documents = true";
    let mixed = web("stranger", &["com.example.app:/cb", uri[0]]);
    let administration = json!({"response_type": "token", "redirect_uri": "stalwart://auth"});
    let stranger = record(
        "stranger",
        "mail",
        json!({"redirect_uris": ["com.example.app:/cb"]}),
    );
    let native = json!({"response_type": "token", "redirect_uri": "com.example.app:/cb"});
    let local = json!({"response_type": "token"});
    let by_key_native = self::native();
    let by_stranger_native = record("stranger", "mail", json!({}));
    let by_hand = record(
        "administrator",
        "administrator",
        json!({"redirect_uris": ["stalwart://auth"]}),
    );
    let required = "require = true";
    for (name, settings, record, permissions, change, telling) in [
        (
            "registered",
            required,
            Some(&by_key),
            &[][..],
            &mistake,
            AtOnce,
        ),
        (
            "by hand",
            required,
            Some(&by_administrator),
            &[],
            &mistake,
            AtOnce,
        ),
        (
            "registered, a private-use scheme",
            required,
            Some(&by_key_native),
            &[],
            &native,
            WhenAsked,
        ),
        (
            "registered, this computer",
            required,
            Some(&by_key_native),
            &[],
            &local,
            AtOnce,
        ),
        (
            "by hand, a private-use scheme",
            required,
            Some(&by_hand),
            &[],
            &administration,
            AtOnce,
        ),
        (
            "a stranger's program, this computer",
            required,
            Some(&by_stranger_native),
            &[],
            &local,
            WhenAsked,
        ),
        (
            "a stranger's web page",
            required,
            Some(&by_stranger),
            &[],
            &mistake,
            Nobody,
        ),
        (
            "a stranger's program",
            required,
            Some(&stranger),
            &[],
            &native,
            WhenAsked,
        ),
        (
            "a stranger's program that has a web page",
            required,
            Some(&mixed),
            &[],
            &native,
            WhenAsked,
        ),
        (
            "a stranger's web page that has a program",
            required,
            Some(&mixed),
            &[],
            &mistake,
            Nobody,
        ),
        (
            "anybody's document of a web page",
            documents,
            Some(&by_document),
            &[],
            &mistake,
            Nobody,
        ),
        (
            "anybody's document of a program",
            documents,
            Some(&document),
            &[],
            &native,
            WhenAsked,
        ),
        (
            "the web administration, unregistered",
            "",
            None,
            &[],
            &administration,
            Nobody,
        ),
        ("unregistered", "", None, &[], &mistake, Nobody),
        ("overridden", required, None, OVERRIDE, &mistake, Nobody),
        (
            "shared",
            "require = true\nstatic-client = 'c'",
            None,
            &[],
            &native,
            WhenAsked,
        ),
    ] {
        let record = record.map(String::as_str);
        let parameters = asking(change.clone());
        let decision = at(
            Endpoint::Authorization,
            &parameters,
            record,
            permissions,
            &policy(settings),
        );
        assert_eq!(errors(&decision), ["response-type-unknown"], "{name}");
        let sent = telling != Nobody;
        assert_eq!(location(&decision).is_some(), sent, "{name}");
        let codes = Vec::from_iter(decision.diagnostics.iter().map(|d| d.code));
        let is_asked_for = codes.contains(&"redirect-unasked");
        assert_eq!(is_asked_for, telling == WhenAsked, "{name}");
        if let Some(location) = location(&decision) {
            assert!(location.contains("description=response_type"), "{location}");
        }
        assert_eq!(decision.response.body.is_empty(), sent, "{name}");
    }
}

#[test]
fn what_a_redirect_says() {
    let plain = web("key", &["https://a.example.com/cb"]);
    let with_query = web("key", &["https://a.example.com/cb?x=1"]);
    let said = "error=unsupported_response_type&error_description=response_type%3A+The+response_type+must+be+code.";
    for (settings, record, state, expected) in [
        (
            "",
            &plain,
            json!("s"),
            format!("https://a.example.com/cb?{said}&state=s"),
        ),
        (
            "",
            &plain,
            Value::Null,
            format!("https://a.example.com/cb?{said}"),
        ),
        (
            "",
            &plain,
            json!("a&b=c é"),
            format!("https://a.example.com/cb?{said}&state=a%26b%3Dc+%C3%A9"),
        ),
        (
            "",
            &with_query,
            json!("s"),
            format!("https://a.example.com/cb?x=1&{said}&state=s"),
        ),
        (
            "issuer = 'https://mail.example.com'",
            &plain,
            json!("s"),
            format!("https://a.example.com/cb?{said}&state=s&iss=https%3A%2F%2Fmail.example.com"),
        ),
    ] {
        let parameters =
            asking(json!({"redirect_uri": null, "response_type": "token", "state": state}));
        let decision = at(
            Endpoint::Authorization,
            &parameters,
            Some(record),
            &[],
            &policy(settings),
        );
        assert_eq!(location(&decision), Some(expected.as_str()));
        let kept = decision.response.headers.iter();
        assert!(
            kept.clone()
                .any(|h| h.name == "Cache-Control" && h.value == "no-store")
        );
    }
}

/// The host is told what was asked for and what is registered, and the response says nothing of it.
#[test]
fn a_redirect_uri_that_does_not_match_is_compared_for_the_host() {
    let record = web(
        "key",
        &["https://a.example.com/cb", "https://b.example.com/cb"],
    );
    let long = format!("https://c.example.com/{}", "x".repeat(2000));
    for (asked, shown) in [
        ("https://c.example.com/cb", "https://c.example.com/cb"),
        (
            "https://c.example.com/\u{202e}\n <b>",
            "https://c.example.com/???<b>",
        ),
        (long.as_str(), &long[..512]),
    ] {
        for endpoint in [Endpoint::Authorization, Endpoint::PushedAuthorization] {
            let parameters = asking(json!({"redirect_uri": asked}));
            let decision = at(endpoint, &parameters, Some(&record), &[], &policy(""));
            assert_eq!(errors(&decision), ["redirect-uri-unregistered"]);
            let compared = decision.diagnostics.last().unwrap();
            assert_eq!(compared.code, "redirect-uri-compared");
            assert_eq!(compared.severity, Severity::Note);
            let expected = format!(
                "Asked for: {shown} Registered: https://a.example.com/cb https://b.example.com/cb"
            );
            assert_eq!(compared.message, expected);
            assert!(!decision.response.body.contains("example.com"));
        }
    }
}

/// Each place that compares redirect URIs takes both spellings (requirements E2).
#[test]
fn no_path_is_the_path_of_one_slash() {
    let bare = record(
        "key",
        "full",
        json!({"redirect_uris": ["http://127.0.0.1"]}),
    );
    let slash = record(
        "key",
        "full",
        json!({"redirect_uris": ["http://127.0.0.1/"]}),
    );
    let web_client = web("key", &["https://a.example.com:443"]);
    let open = "open-client = true\nrequire = true";
    for (settings, client, record, asked) in [
        ("", "c", Some(&bare), "http://127.0.0.1:50123/"),
        ("", "c", Some(&slash), "http://127.0.0.1:50123"),
        ("", "c", Some(&web_client), "https://a.example.com/"),
        ("", "c", None, "http://127.0.0.1:50123"),
        ("", "c", None, "https://a.example.com:443"),
        (open, "open", None, "http://127.0.0.1:50123"),
    ] {
        let parameters = asking(json!({"client_id": client, "redirect_uri": asked}));
        let record = record.map(String::as_str);
        let decision = at(
            Endpoint::Authorization,
            &parameters,
            record,
            &[],
            &policy(settings),
        );
        let allowed = decision.client.and_then(|client| client.redirect_uri);
        assert_eq!(allowed.as_deref(), Some(asked), "{settings} {client}");
    }
}
