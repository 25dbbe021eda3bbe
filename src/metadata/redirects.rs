//! Checks the rules for one redirect URI that depend on who registers it.

use crate::config::Policy;
use crate::diagnostic::{Findings, Place, rule};
use crate::uri::{self, RedirectUri};

/// Checks that a redirect URI is native (requirements G1).
pub(crate) fn native(uri: &RedirectUri, place: Place<'_>, findings: &mut Findings) {
    if !uri.kind.is_native() {
        findings.error(&rule::REDIRECT_URI_NOT_NATIVE, place);
    }
    if uri.text.contains("..") {
        findings.error(&rule::REDIRECT_URI_TWO_DOTS, place);
    }
}

/// Checks that the policy allows the scheme and the host of a redirect URI.
pub(crate) fn permit(uri: &str, policy: &Policy, place: Place<'_>, findings: &mut Findings) {
    let scheme = uri.split(':').next().unwrap_or_default();
    if !policy.redirect_schemes.permit(scheme) {
        findings.error(&rule::REDIRECT_URI_SCHEME_NOT_ALLOWED, place);
    }
    if scheme == "https" && !policy.redirect_hosts.permit_host(uri::host(uri)) {
        findings.error(&rule::REDIRECT_URI_HOST_NOT_ALLOWED, place);
    }
}
