use super::super::host::{InternalHosts, IpLiterals};
use super::*;

const RULES: RedirectUriRules = RedirectUriRules {
    localhost: Localhost::Accept,
    https_hosts: HostRules::PUBLIC_NAMES,
    private_schemes: PrivateSchemes::ReverseDomain,
};

#[test]
fn what_may_be_registered() {
    use RedirectKind::{Https, Localhost, Loopback, PrivateUse};
    for (uri, kind) in [
        ("https://a.example.com/cb", Https),
        ("https://a.example.com:8443/cb?a=1&b=2", Https),
        ("https://a.example.com/?a='b'", Https),
        ("https://xn--bcher-kva.example/cb", Https),
        ("http://127.0.0.1/cb", Loopback),
        ("http://127.0.0.1:80/cb", Loopback),
        ("http://127.0.0.1:49152/", Loopback),
        ("http://[::1]/cb", Loopback),
        ("http://[::1]:49152/cb?a", Loopback),
        ("http://localhost/cb", Localhost),
        ("http://localhost:1455/cb", Localhost),
        // No path is the path of one slash, and the scheme's own port is no port.
        ("https://a.example.com", Https),
        ("https://a.example.com?from=mail", Https),
        ("https://a.example.com:443", Https),
        ("https://a.example.com:443/cb", Https),
        ("http://127.0.0.1", Loopback),
        ("http://127.0.0.1?a", Loopback),
        ("http://[::1]", Loopback),
        ("http://[::1]:49152", Loopback),
        ("http://localhost:8080", Localhost),
        ("com.example.app:/cb", PrivateUse),
        ("com.example.app:/", PrivateUse),
        ("com.example.app:///cb", PrivateUse),
        ("com.example.app://cb", PrivateUse),
        ("com.example.mail-2:/cb", PrivateUse),
        ("garden.chiri:/oauth/stalwart", PrivateUse),
    ] {
        let mut findings = Findings::default();
        let parsed = RedirectUri::new(uri, &RULES, Place::Document, &mut findings);
        let expected = RedirectUri {
            text: uri.to_owned(),
            kind,
        };
        assert_eq!(parsed, Some(expected), "{uri}: {findings:?}");
    }
}

#[test]
fn what_may_not_be_registered() {
    let table: &[(&str, &[&str])] = &[
        ("", &["redirect-uri-empty"]),
        ("my_app:/cb", &["redirect-uri-scheme-syntax"]),
        ("com.example.my_app:/cb", &["redirect-uri-scheme-syntax"]),
        ("127.0.0.1:8080/cb", &["redirect-uri-not-absolute"]),
        ("localhost/cb:x", &["redirect-uri-not-absolute"]),
        ("/cb", &["redirect-uri-not-absolute"]),
        ("//a.example.com/cb", &["redirect-uri-not-absolute"]),
        ("https://a.example.com/cb#", &["redirect-uri-fragment"]),
        ("https://a.example.com/cb#x", &["redirect-uri-fragment"]),
        ("com.example.app:/cb#x", &["redirect-uri-fragment"]),
        ("https://a.example.com:99999/cb", &["redirect-uri-port"]),
        ("https://A.example.com/cb", &["redirect-uri-host-syntax"]),
        ("https://a.example.com./cb", &["redirect-uri-host-syntax"]),
        ("https://*.example.com/cb", &["redirect-uri-wildcard"]),
        ("https://a.example.com/*", &["redirect-uri-wildcard"]),
        ("https://u:p@a.example.com/cb", &["redirect-uri-user-info"]),
        ("https://@a.example.com/cb", &["redirect-uri-user-info"]),
        ("https://com/cb", &["redirect-uri-host-local"]),
        ("https://co.uk/cb", &["redirect-uri-host-suffix"]),
        ("https://localhost/cb", &["redirect-uri-host-local"]),
        ("https://127.0.0.1/cb", &["redirect-uri-host-ip"]),
        ("https://[fe80::1]/cb", &["redirect-uri-host-ip"]),
        ("https://xn--a.example.com/cb", &["redirect-uri-host-idna"]),
        (
            "https://xn--pple-43d.com/cb",
            &["redirect-uri-host-mixed-script"],
        ),
        ("https:", &["redirect-uri-host-missing"]),
        ("https:///a.example.com/cb", &["redirect-uri-host-missing"]),
        ("https://bücher.example/cb", &["redirect-uri-character"]),
        ("https://exa mple.com/cb", &["redirect-uri-character"]),
        (
            "https://a.example.com/\u{202e}",
            &["redirect-uri-character"],
        ),
        ("https://a.example.com/cb\0", &["redirect-uri-character"]),
        (
            "https://a.example.com\\@b.example.com/",
            &["redirect-uri-character"],
        ),
        ("\thttps://a.example.com/cb", &["redirect-uri-character"]),
        ("java\nscript:alert(1)", &["redirect-uri-character"]),
        (
            "https://a.example.com/a%2fb",
            &["redirect-uri-encoded-separator"],
        ),
        (
            "https://a.example.com/%5c",
            &["redirect-uri-encoded-separator"],
        ),
        (
            "https://a.example.com/%2e%2e/",
            &["redirect-uri-encoded-separator"],
        ),
        (
            "https://a.example.com/%0d%0aX:",
            &["redirect-uri-encoded-control"],
        ),
        (
            "https://a.example.com/%00",
            &["redirect-uri-encoded-control"],
        ),
        ("https://a.example.com/%", &["redirect-uri-percent"]),
        ("https://a.example.com/./cb", &["redirect-uri-dot-segment"]),
        ("https://a.example.com/a/..", &["redirect-uri-dot-segment"]),
        (
            "https://a.example.com/cb?code=x",
            &["redirect-uri-reserved-parameter"],
        ),
        (
            "https://a.example.com/cb?a=b&st%61te=x",
            &["redirect-uri-reserved-parameter"],
        ),
        ("http://a.example.com/cb", &["redirect-uri-http"]),
        ("http://127.0.0.2/cb", &["redirect-uri-http"]),
        ("http://127.1/cb", &["redirect-uri-http"]),
        ("http://0x7f.0.0.1/cb", &["redirect-uri-http"]),
        ("http://2130706433/cb", &["redirect-uri-http"]),
        ("http://127.0.0.1./cb", &["redirect-uri-http"]),
        ("http://127.0.0.1.example.com/cb", &["redirect-uri-http"]),
        ("http://[0:0:0:0:0:0:0:1]/cb", &["redirect-uri-http"]),
        ("http://[::ffff:127.0.0.1]/cb", &["redirect-uri-http"]),
        ("http://[::1%25lo]/cb", &["redirect-uri-http"]),
        ("http://[::1/cb", &["redirect-uri-http"]),
        ("http://LOCALHOST/cb", &["redirect-uri-http"]),
        ("http://localhost./cb", &["redirect-uri-http"]),
        (
            "http://127.0.0.1:80@evil.example/cb",
            &["redirect-uri-http"],
        ),
        ("http://u@127.0.0.1/cb", &["redirect-uri-user-info"]),
        ("http://127.0.0.1:/cb", &["redirect-uri-port"]),
        ("http://127.0.0.1:0/cb", &["redirect-uri-port"]),
        ("http://127.0.0.1:080/cb", &["redirect-uri-port"]),
        ("http://127.0.0.1:*/cb", &["redirect-uri-port"]),
        ("http://127.0.0.1#", &["redirect-uri-fragment"]),
        (
            "http://127.0.0.1?code=x",
            &["redirect-uri-reserved-parameter"],
        ),
        ("HTTP://127.0.0.1/cb", &["redirect-uri-scheme-case"]),
        ("javascript:alert(1)", &["redirect-uri-scheme-forbidden"]),
        ("vbscript:x", &["redirect-uri-scheme-forbidden"]),
        (
            "microsoft.windows.camera:/cb",
            &["redirect-uri-scheme-forbidden"],
        ),
        ("data:text/html,x", &["redirect-uri-scheme-forbidden"]),
        ("file:///etc/passwd", &["redirect-uri-scheme-forbidden"]),
        (
            "blob:https://example.com/x",
            &["redirect-uri-scheme-forbidden"],
        ),
        (
            "urn:ietf:wg:oauth:2.0:oob",
            &["redirect-uri-scheme-forbidden"],
        ),
        (
            "JavaScript:x",
            &["redirect-uri-scheme-case", "redirect-uri-scheme-forbidden"],
        ),
        ("myapp:/cb", &["redirect-uri-scheme-not-reverse-domain"]),
        (
            "stalwart://auth",
            &["redirect-uri-scheme-not-reverse-domain"],
        ),
        (
            "com..example:/cb",
            &["redirect-uri-scheme-not-reverse-domain"],
        ),
        (
            "com.example.:/cb",
            &["redirect-uri-scheme-not-reverse-domain"],
        ),
        ("com.-a:/cb", &["redirect-uri-scheme-not-reverse-domain"]),
        ("soap.beep:/cb", &["redirect-uri-scheme-not-reverse-domain"]),
        ("COM.example:/cb", &["redirect-uri-scheme-case"]),
        ("com.example.app:cb", &["redirect-uri-private-path"]),
        ("com.example.app:", &["redirect-uri-private-path"]),
        ("com.example.app:/../cb", &["redirect-uri-dot-segment"]),
        ("com.example.app://u@cb/", &["redirect-uri-user-info"]),
        ("com.example.app://cb:80/", &["redirect-uri-host-syntax"]),
    ];
    for (uri, codes) in table {
        let mut findings = Findings::default();
        let parsed = RedirectUri::new(uri, &RULES, Place::Document, &mut findings);
        assert_eq!(parsed, None, "{uri:?}");
        let found = findings.into_diagnostics();
        let found: Vec<_> = found.iter().map(|d| d.code).collect();
        assert_eq!(&found, codes, "{uri:?}");
    }
}

#[test]
fn over_long() {
    let uri = format!(
        "http://127.0.0.1/{}",
        "a".repeat(super::super::generic::MAX_URI)
    );
    let mut findings = Findings::default();
    assert!(RedirectUri::new(&uri, &RULES, Place::Document, &mut findings).is_none());
    assert_eq!(findings.into_diagnostics()[0].code, "redirect-uri-too-long");
}

#[test]
fn localhost_by_policy() {
    let rules = RedirectUriRules {
        localhost: Localhost::Refuse,
        ..RULES
    };
    let mut findings = Findings::default();
    let uri = "http://localhost/cb";
    assert!(RedirectUri::new(uri, &rules, Place::Document, &mut findings).is_none());
    assert!(findings.has_errors());
}

#[test]
fn ip_literals_by_policy() {
    let rules = RedirectUriRules {
        https_hosts: HostRules {
            literals: IpLiterals::Public,
            ..HostRules::PUBLIC_NAMES
        },
        ..RULES
    };
    for (uri, code) in [
        ("https://8.8.8.8/cb", None),
        ("https://[2a00:1450::1]:8443/cb", None),
        ("https://[2A00:1450::1]/cb", Some("redirect-uri-ambiguous")),
        (
            "https://192.168.0.1/cb",
            Some("redirect-uri-host-not-public"),
        ),
        ("https://[::1]/cb", Some("redirect-uri-host-not-public")),
        ("https://localhost/cb", Some("redirect-uri-host-local")),
        ("https://0x8.8.8.8/cb", Some("redirect-uri-host-ip")),
        ("http://8.8.8.8/cb", Some("redirect-uri-http")),
    ] {
        let mut findings = Findings::default();
        let parsed = RedirectUri::new(uri, &rules, Place::Document, &mut findings);
        assert_eq!(parsed.is_some(), code.is_none(), "{uri}");
        let found = findings.into_diagnostics();
        assert_eq!(found.first().map(|d| d.code), code, "{uri}");
    }
}

#[test]
fn internal_hosts_by_policy() {
    let rules = RedirectUriRules {
        https_hosts: HostRules {
            internal: InternalHosts::Accept,
            ..HostRules::PUBLIC_NAMES
        },
        ..RULES
    };
    let warning = Some("redirect-uri-host-internal");
    for (uri, sound, code) in [
        ("https://a.example.com/cb", true, None),
        ("https://webmail/cb", true, warning),
        ("https://webmail.internal/cb", true, warning),
        ("https://webmail.lan:8443", true, warning),
        ("https://nas.home.arpa/cb", true, warning),
        ("https://printer.local/cb", true, warning),
        ("https://a.localdomain/cb", true, warning),
        ("https://192.168.0.1/cb", true, warning),
        ("https://10.0.0.1:8443/cb", true, warning),
        ("https://[fd00::1]/cb", true, warning),
        ("https://[FD00::1]/cb", false, Some("redirect-uri-host-ip")),
        ("https://127.0.0.1/cb", false, Some("redirect-uri-host-ip")),
        (
            "https://169.254.0.1/cb",
            false,
            Some("redirect-uri-host-ip"),
        ),
        ("https://[fe80::1]/cb", false, Some("redirect-uri-host-ip")),
        ("https://192.168.1/cb", false, Some("redirect-uri-host-ip")),
        ("https://8.8.8.8/cb", false, Some("redirect-uri-host-ip")),
        (
            "https://localhost/cb",
            false,
            Some("redirect-uri-host-local"),
        ),
        (
            "https://a.localhost/cb",
            false,
            Some("redirect-uri-host-local"),
        ),
        ("https://com/cb", false, Some("redirect-uri-host-local")),
        ("https://a.onion/cb", false, Some("redirect-uri-host-local")),
        (
            "https://home.arpa/cb",
            false,
            Some("redirect-uri-host-suffix"),
        ),
        ("https://.lan/cb", false, Some("redirect-uri-host-syntax")),
        (
            "https://xn--bcher-kva.lan/cb",
            false,
            Some("redirect-uri-host-local"),
        ),
        (
            "https://u@webmail/cb",
            false,
            Some("redirect-uri-user-info"),
        ),
        ("http://webmail/cb", false, Some("redirect-uri-http")),
    ] {
        let mut findings = Findings::default();
        let parsed = RedirectUri::new(uri, &rules, Place::Document, &mut findings);
        assert_eq!(parsed.is_some(), sound, "{uri}");
        let found = findings.into_diagnostics();
        assert_eq!(found.first().map(|d| d.code), code, "{uri}");
    }
}
