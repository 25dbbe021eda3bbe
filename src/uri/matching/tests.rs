use super::*;

/// The registered URI, the requested one, and whether they match. URIs that match have the same
/// common spelling, and others do not.
#[test]
fn matches() {
    for (registered, requested, expected) in [
        ("https://a.example/cb", "https://a.example/cb", true),
        ("https://a.example/cb", "https://a.example/cb/", false),
        ("https://a.example/cb", "https://a.example/cb?x", false),
        ("https://a.example/cb", "https://A.example/cb", false),
        ("https://a.example/cb", "HTTPS://a.example/cb", false),
        ("https://a.example/cb", "https://a.example:8443/cb", false),
        ("https://a.example/cb", "http://a.example/cb", false),
        ("com.example:/cb", "com.example:/cb", true),
        ("com.example:/", "com.example:", false),
        ("com.example://cb", "com.example://cb/", false),
        ("com.example://cb", "com.example://cb:80", false),
        // No path is the path of one slash.
        ("https://a.example", "https://a.example/", true),
        ("https://a.example/", "https://a.example", true),
        ("https://a.example?x=1", "https://a.example/?x=1", true),
        ("https://a.example?x=1", "https://a.example/", false),
        ("https://a.example", "https://a.example//", false),
        ("https://a.example", "https://a.example#", false),
        ("https://a.example", "https://a.example/#", false),
        (
            "https://a.example",
            "https://a.example.evil.example/",
            false,
        ),
        (
            "https://a.example",
            "https://a.example@evil.example/",
            false,
        ),
        (
            "https://a.example",
            "https://a.example\\evil.example/",
            false,
        ),
        ("http://127.0.0.1", "http://127.0.0.1/", true),
        ("http://127.0.0.1", "http://127.0.0.1:50123/", true),
        ("http://127.0.0.1/", "http://127.0.0.1:50123", true),
        ("http://127.0.0.1:8080", "http://127.0.0.1:50123/", true),
        ("http://[::1]", "http://[::1]:50123/", true),
        ("http://localhost", "http://localhost:50123/", true),
        ("http://127.0.0.1", "http://127.0.0.1:50123/cb", false),
        ("http://127.0.0.1", "http://127.0.0.1:50123?code=1", false),
        ("http://127.0.0.1", "http://127.0.0.1:50123#", false),
        // The scheme's own port is no port.
        ("https://a.example:443/cb", "https://a.example/cb", true),
        ("https://a.example/cb", "https://a.example:443/cb", true),
        ("https://a.example:443", "https://a.example/", true),
        ("https://a.example/cb", "https://a.example:80/cb", false),
        ("https://a.example/cb", "https://a.example:0443/cb", false),
        ("https://a.example/cb", "https://a.example:/cb", false),
        (
            "https://a.example/cb",
            "https://a.example:443:443/cb",
            false,
        ),
        ("https://a.example/cb", "https://u@a.example:443/cb", false),
        (
            "https://a.example/cb",
            "https://a.example:443@evil.example/cb",
            false,
        ),
        ("https://8.8.8.8:443/cb", "https://8.8.8.8/cb", true),
        (
            "https://[2a00:1450::1]:443/cb",
            "https://[2a00:1450::1]/cb",
            true,
        ),
        ("com.example://cb", "com.example://cb:443", false),
        // The port of a loopback host may be any.
        ("http://127.0.0.1/cb", "http://127.0.0.1:1/cb", true),
        ("http://127.0.0.1:8080/cb", "http://127.0.0.1/cb", true),
        ("http://127.0.0.1:8080/cb", "http://127.0.0.1:9090/cb", true),
        ("http://[::1]/cb?a", "http://[::1]:65535/cb?a", true),
        ("http://localhost/cb", "http://localhost:1455/cb", true),
        ("http://127.0.0.1/cb", "http://[::1]/cb", false),
        ("http://127.0.0.1/cb", "http://localhost/cb", false),
        ("http://127.0.0.1/cb", "http://127.0.0.1:1/cb/", false),
        ("http://127.0.0.1/cb?a", "http://127.0.0.1:1/cb", false),
        ("http://127.0.0.1/cb", "https://127.0.0.1/cb", false),
        ("http://127.0.0.1/cb", "http://127.0.0.1:/cb", false),
        ("http://127.0.0.1/cb", "http://127.0.0.1:0/cb", false),
        ("http://127.0.0.1/cb", "http://127.0.0.1:65536/cb", false),
        ("http://127.0.0.1/cb", "http://127.0.0.1:080/cb", false),
        (
            "http://127.0.0.1/cb",
            "http://127.0.0.1:80@evil.example/cb",
            false,
        ),
        (
            "http://127.0.0.1/cb",
            "http://127.0.0.1.evil.example/cb",
            false,
        ),
        (
            "http://127.0.0.1/cb",
            "http://127.0.0.1@evil.example/cb",
            false,
        ),
        ("http://[::1]/cb", "http://[::1]evil.example/cb", false),
        ("http://127.0.0.1/cb", "", false),
    ] {
        assert_eq!(
            redirect_uri_matches(registered, requested),
            expected,
            "{registered} {requested}"
        );
        assert_eq!(
            common_spelling(registered) == common_spelling(requested),
            expected,
            "{registered} {requested}"
        );
    }
}

#[test]
fn ports_count_for_sameness() {
    for (one, other, expected) in [
        ("http://127.0.0.1:1/cb", "http://127.0.0.1:2/cb", false),
        ("http://127.0.0.1:80", "http://127.0.0.1/", true),
        ("https://a.example", "https://a.example:443/", true),
        ("imap://a.example", "imap://a.example:143/", true),
        ("imap://a.example", "imap://a.example:993/", false),
        ("imaps://a.example:993", "imaps://a.example", true),
        ("imap://a.example", "imaps://a.example", false),
        ("urn:example:mail", "urn:example:mail", true),
        ("urn:example:mail", "urn:example:mail/", false),
    ] {
        assert_eq!(is_same(one, other), expected, "{one} {other}");
    }
}
