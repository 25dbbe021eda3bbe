use super::*;

#[test]
fn origins() {
    for (uri, expected) in [
        ("https://a.b/c", "https://a.b"),
        ("https://a/", "https://a"),
        ("https://a.b", "https://a.b"),
        ("https://a.b:8443?c", "https://a.b:8443"),
        ("https://a.b#c", "https://a.b"),
    ] {
        assert_eq!(origin(uri), expected, "{uri}");
    }
}

#[test]
fn components() {
    let table: &[(
        &str,
        Option<(&str, Option<&str>, &str, Option<&str>, Option<&str>)>,
    )] = &[
        (
            "https://a.example/b?c#d",
            Some(("https", Some("a.example"), "/b", Some("c"), Some("d"))),
        ),
        (
            "https://a.example",
            Some(("https", Some("a.example"), "", None, None)),
        ),
        (
            "https://a.example/#",
            Some(("https", Some("a.example"), "/", None, Some(""))),
        ),
        (
            "https://a.example?",
            Some(("https", Some("a.example"), "", Some(""), None)),
        ),
        (
            "com.example:/b",
            Some(("com.example", None, "/b", None, None)),
        ),
        (
            "com.example:///b",
            Some(("com.example", Some(""), "/b", None, None)),
        ),
        ("urn:a:b", Some(("urn", None, "a:b", None, None))),
        ("x:#?", Some(("x", None, "", None, Some("?")))),
        ("", None),
        ("/b", None),
        ("//a.example/b", None),
        (":b", None),
        ("1a:b", None),
        ("a_b:c", None),
        ("a/b:c", None),
    ];
    for (uri, expected) in table {
        let expected = expected.map(|(scheme, authority, path, query, fragment)| Parts {
            scheme,
            authority,
            path,
            query,
            fragment,
        });
        assert_eq!(Parts::split(uri), expected, "{uri}");
    }
}

#[test]
fn authorities() {
    let table = [
        ("a.example", (None, "a.example", None)),
        ("a.example:", (None, "a.example", Some(""))),
        ("a.example:80", (None, "a.example", Some("80"))),
        (
            "a:b@c@d.example:8:9",
            (Some("a:b@c"), "d.example", Some("8:9")),
        ),
        ("@d.example", (Some(""), "d.example", None)),
        ("[::1]", (None, "[::1]", None)),
        ("[::1]:80", (None, "[::1]", Some("80"))),
        ("[::1]x:80", (None, "[::1]x", Some("80"))),
        ("[::1", (None, "[", Some(":1"))),
    ];
    for (authority, (user_info, host, port)) in table {
        let expected = Authority {
            user_info,
            host,
            port,
        };
        assert_eq!(Authority::split(authority), expected, "{authority}");
    }
}

#[test]
fn ports() {
    for (port, number) in [
        ("1", Some(1)),
        ("65535", Some(65535)),
        ("65536", None),
        ("0", None),
        ("080", None),
        ("+80", None),
        ("", None),
        ("8a", None),
    ] {
        assert_eq!(port_number(port), number, "{port}");
    }
}
