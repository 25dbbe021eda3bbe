//! Checks that the URIs of a client are on one site, if the policy asks for that (requirements A21,
//! E5). Otherwise a well-known home page could make people trust URIs of another site.

use crate::config::{Policy, SameSite};
use crate::diagnostic::{Findings, Place, Role, Rule, rule};
use crate::uri::{self, RedirectKind};

use super::described::{Described, Description};
use super::members::{Kind, Member};
use super::submitted::Submitted;

/// Compares links and redirect URIs with the site of `client_uri` (RFC 7591 §5), and private-use
/// schemes too (RFC 8252 §7.1). Without a valid `client_uri` there is nothing to compare with.
pub(super) fn relate(submitted: &Submitted, policy: &Policy, findings: &mut Findings) {
    if policy.same_site == SameSite::Off && policy.same_site_schemes == SameSite::Off {
        return;
    }
    let Some(site) = client_site(submitted) else {
        return;
    };
    let list = Place::top("redirect_uris");
    for (index, uri) in &submitted.redirect_uris {
        let (setting, rule, same) = match uri.kind {
            RedirectKind::Https => (
                policy.same_site,
                rule::OTHER_SITE.rule(Role::Redirect),
                uri::site(&uri.text) == Some(site),
            ),
            RedirectKind::PrivateUse => (
                policy.same_site_schemes,
                &rule::REDIRECT_URI_SCHEME_OTHER_SITE,
                uri::scheme_site(&uri.text).as_deref() == Some(site),
            ),
            RedirectKind::Loopback | RedirectKind::Localhost => continue,
        };
        if !same {
            other_site(setting, rule, list.item(*index), findings);
        }
    }
    for Description { member, tag, value } in &submitted.described {
        if member.kind() == Kind::Link
            && let Described::Text(link) = value
            && uri::site(link) != Some(site)
        {
            let mut name = member.name().to_owned();
            if let Some(tag) = tag {
                name = format!("{name}#{tag}");
            }
            let rule = rule::OTHER_SITE.rule(Role::Other);
            other_site(policy.same_site, rule, Place::top(&name), findings);
        }
    }
}

/// Returns the site of `client_uri` or, if only localised forms exist, that of the first one. So a
/// client cannot avoid the check by leaving out the plain form.
fn client_site(submitted: &Submitted) -> Option<&str> {
    let mut forms = submitted.described.iter();
    let plain = submitted.described(Member::ClientUri);
    let form = plain.or_else(|| {
        let localised = forms.find(|d| d.member == Member::ClientUri);
        localised.map(|d| &d.value)
    });
    match form? {
        Described::Text(uri) => uri::site(uri),
        _ => None,
    }
}

fn other_site(setting: SameSite, rule: &'static Rule, place: Place<'_>, findings: &mut Findings) {
    match setting {
        SameSite::Off => {}
        SameSite::Warn => findings.warning(rule, place),
        SameSite::Refuse => findings.error(rule, place),
    }
}

#[cfg(test)]
mod tests;
