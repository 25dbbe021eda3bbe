use crate::diagnostic::Severity;
use crate::metadata::{Profile, accept};
use crate::{config, document};

use super::*;

const HOME: &str = r#""client_uri": "https://www.example.co.uk/mail""#;

fn found(settings: &str, members: &str) -> Vec<(&'static str, String, Severity)> {
    let settings = format!("[oauth.client-registration]\n{settings}\n");
    let policy = config::compile(&settings).unwrap().policy;
    let submitted = format!("{{{members}}}");
    let mut findings = Findings::default();
    let limits = policy.document_limits();
    let document = document::read(submitted.as_bytes(), &limits, &mut findings).unwrap();
    accept(&document, Profile::Full, 0, &policy, &mut findings);
    let found = findings.into_diagnostics().into_iter();
    found.map(|d| (d.code, d.pointer, d.severity)).collect()
}

#[test]
fn one_site() {
    let redirects = |uris: &str| format!(r#"{HOME}, "redirect_uris": [{uris}]"#);
    let link = |member: &str, uri: &str| {
        let own = r#""https://example.co.uk/cb""#;
        format!(r#"{}, "{member}": "{uri}""#, redirects(own))
    };
    let table: &[(String, &[(&str, &str)])] = &[
        (redirects(r#""https://www.example.co.uk/cb""#), &[]),
        (redirects(r#""https://example.co.uk/cb", "https://a.b.example.co.uk:8443/cb""#), &[]),
        (
            redirects(r#""https://example.co.uk/cb", "https://other.co.uk/cb""#),
            &[("redirect-uri-other-site", "/redirect_uris/1")],
        ),
        (
            redirects(r#""https://example.co.uk.evil.example/cb""#),
            &[("redirect-uri-other-site", "/redirect_uris/0")],
        ),
        (
            redirects(r#""https://8.8.8.8/cb""#),
            &[("redirect-uri-other-site", "/redirect_uris/0")],
        ),
        (redirects(r#""http://127.0.0.1/cb", "http://localhost/cb""#), &[]),
        (redirects(r#""uk.co.example:/cb""#), &[]),
        (redirects(r#""uk.co.example.www.mail:/cb""#), &[]),
        // Neither below www.example.co.uk nor above it, and the same owner's.
        (redirects(r#""uk.co.example.ios:/cb""#), &[]),
        (
            redirects(r#""com.example:/cb", "uk.co.example:/cb""#),
            &[("redirect-uri-scheme-other-site", "/redirect_uris/0")],
        ),
        (
            redirects(r#""uk.co:/cb""#),
            &[("redirect-uri-scheme-other-site", "/redirect_uris/0")],
        ),
        (link("logo_uri", "https://cdn.example.co.uk/logo.png"), &[]),
        (link("logo_uri", "https://cdn.example/logo.png"), &[("uri-other-site", "/logo_uri")]),
        (link("tos_uri", "https://example.com/"), &[("uri-other-site", "/tos_uri")]),
        (link("policy_uri", "https://co.uk.example/"), &[("uri-other-site", "/policy_uri")]),
        (
            link("policy_uri#de", "https://other.co.uk/"),
            &[("uri-other-site", "/policy_uri#de")],
        ),
        (link("client_uri#de-AT", "https://example.at/"), &[("uri-other-site", "/client_uri#de-AT")]),
        (link("jwks_uri", "https://keys.example/jwks"), &[]),
        // Nothing to compare with.
        (
            r#""redirect_uris": ["https://a.example/cb", "com.example:/cb"], "logo_uri": "https://b.example/""#
                .to_owned(),
            &[],
        ),
        // The first localised form is used instead of the plain one.
        (
            r#""redirect_uris": ["https://a.example/cb"], "client_uri#de": "https://b.example/""#
                .to_owned(),
            &[("redirect-uri-other-site", "/redirect_uris/0")],
        ),
    ];
    let literals = "https-ip-literals = 'public'\n";
    for (members, expected) in table {
        for (setting, severity) in [("warn", Severity::Warning), ("refuse", Severity::Error)] {
            let settings =
                format!("{literals}same-site = '{setting}'\nsame-site-schemes = '{setting}'");
            let mut found = found(&settings, members);
            found.retain(|(code, ..)| *code != "redirect-uri-localhost");
            let expected = expected.iter();
            let expected: Vec<_> = expected
                .map(|(code, pointer)| (*code, (*pointer).to_owned(), severity))
                .collect();
            assert_eq!(found, expected, "{setting} {members}");
        }
        let found = found(literals, members);
        assert!(
            found.iter().all(|(code, ..)| !code.contains("-site")),
            "{members}"
        );
    }
}

#[test]
fn each_setting_for_itself() {
    let members = format!(
        r#"{HOME}, "redirect_uris": ["https://a.example/cb", "com.example:/cb"], "logo_uri": "https://b.example/""#
    );
    for (settings, expected) in [
        ("", &[][..]),
        ("same-site = 'off'\nsame-site-schemes = 'off'", &[]),
        (
            "same-site = 'refuse'",
            &["redirect-uri-other-site", "uri-other-site"],
        ),
        (
            "same-site-schemes = 'refuse'",
            &["redirect-uri-scheme-other-site"],
        ),
        (
            "same-site = 'refuse'\nsame-site-schemes = 'warn'",
            &[
                "redirect-uri-other-site",
                "uri-other-site",
                "redirect-uri-scheme-other-site",
            ],
        ),
    ] {
        let found: Vec<_> = found(settings, &members).iter().map(|f| f.0).collect();
        assert_eq!(found, expected, "{settings}");
    }
}
