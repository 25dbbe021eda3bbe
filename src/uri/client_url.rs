//! Checks URLs that are client ids (draft-ietf-oauth-client-id-metadata-document §3).

use crate::diagnostic::{Findings, Place, Role, rule};

use super::generic::generic;
use super::host::{HostRules, host_is_listed};
use super::parts::host;
use super::report::Report;
use super::web;

/// The maximum length of such a URL, in bytes.
const MAX_LENGTH: usize = 512;

/// Checks a URL against the draft, and its host against the allowed ones. An empty list allows all
/// hosts.
pub(crate) fn is_client_url(url: &str, hosts: &[String], findings: &mut Findings) -> bool {
    let place = Place::Document;
    let mut report = Report::new(Role::Other, place, findings);
    if url.len() > MAX_LENGTH {
        report.fault(&rule::CLIENT_URL_LENGTH);
        return false;
    }
    let Some(parts) = generic(url, &mut report) else {
        return false;
    };
    if parts.scheme != "https" {
        report.fault(&rule::URI_SCHEME);
        return false;
    }
    web::https(url, &parts, HostRules::PUBLIC_NAMES, &mut report);
    if matches!(parts.path, "" | "/") {
        report.fault(&rule::CLIENT_URL_PATH);
    }
    if parts.query.is_some() {
        report.fault(&rule::CLIENT_URL_QUERY);
    }
    if report.sound && !hosts.is_empty() && !host_is_listed(host(url), hosts) {
        report.fault(&rule::CLIENT_URL_HOST);
    }
    report.sound
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_urls() {
        let long = format!("https://a.example.com/{}", "x".repeat(491));
        let longest = format!("https://a.example.com/{}", "x".repeat(490));
        let listed = ["a.example.com".to_owned(), ".b.example.com".to_owned()];
        let table: &[(&str, &[String], &[&str])] = &[
            ("https://a.example.com/client", &[], &[]),
            ("https://a.example.com:8443/client.json", &[], &[]),
            (&longest, &[], &[]),
            (&long, &[], &["client-url-length"]),
            ("https://a.example.com", &[], &["client-url-path"]),
            ("https://a.example.com/", &[], &["client-url-path"]),
            ("https://a.example.com/c?x", &[], &["client-url-query"]),
            ("https://a.example.com/c#", &[], &["uri-fragment"]),
            ("https://u@a.example.com/c", &[], &["uri-user-info"]),
            ("https://a.example.com/a/../c", &[], &["uri-dot-segment"]),
            (
                "https://a.example.com/a/%2e%2e/c",
                &[],
                &["uri-encoded-separator"],
            ),
            ("http://a.example.com/c", &[], &["uri-scheme"]),
            ("https://127.0.0.1/c", &[], &["uri-host-ip"]),
            ("https://localhost/c", &[], &["uri-host-local"]),
            ("https://A.example.com/c", &[], &["uri-host-syntax"]),
            ("client", &[], &["uri-not-absolute"]),
            ("https://a.example.com/c", &listed, &[]),
            ("https://x.b.example.com/c", &listed, &[]),
            ("https://b.example.com/c", &listed, &["client-url-host"]),
            ("https://x.a.example.com/c", &listed, &["client-url-host"]),
        ];
        for (url, hosts, expected) in table {
            let mut findings = Findings::default();
            let sound = is_client_url(url, hosts, &mut findings);
            let found: Vec<_> = findings.into_diagnostics().iter().map(|d| d.code).collect();
            assert_eq!(&found, expected, "{url}");
            assert_eq!(sound, expected.is_empty(), "{url}");
        }
    }
}
