//! Addresses of this server's own pages, which a browser may be sent on to.

use url::Url;

use crate::config::PublicUrl;

/// Where to go on: the user's own page if nothing is said, and nowhere outside of this program's pages.
pub(in crate::http) fn local(public_url: &PublicUrl, next: Option<&str>) -> Option<String> {
    let next = next.unwrap_or("/account");
    let here = Url::parse(public_url.origin()).ok()?;
    let there = here.join(next).ok()?;
    let path = there.path();
    let is_page = path.starts_with("/auth/")
        || ["/admin", "/account"]
            .iter()
            .filter_map(|page| path.strip_prefix(page))
            .any(|rest| rest.is_empty() || rest.starts_with('/'));
    let is_local = next.starts_with('/') && there.origin() == here.origin() && is_page;
    is_local.then(|| match there.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    })
}

/// A page of the administration to return to after a sign-in. Those that let somebody in or out are none.
pub(in crate::http) fn place_inside(public_url: &PublicUrl, place: &str) -> Option<String> {
    const DOORS: [&str; 4] = [
        "/admin/enter",
        "/admin/callback",
        "/admin/leave",
        "/admin/left",
    ];
    let place = local(public_url, Some(place))?;
    let path = place.split('?').next().unwrap_or_default();
    (path.starts_with("/admin/") && !DOORS.contains(&path)).then_some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_to_go_on() {
        let public_url: PublicUrl = "https://mail.example.org".parse().expect("a URL");
        for (next, expected) in [
            (None, Some("/account")),
            (Some("/account/grants"), Some("/account/grants")),
            (Some("/admin"), Some("/admin")),
            (Some("/admin/?a=b"), Some("/admin/?a=b")),
            (
                Some("/auth/authorize?a=b%20c&d=//e"),
                Some("/auth/authorize?a=b%20c&d=//e"),
            ),
            (Some("/accounts"), None),
            (Some("/api/clients"), None),
            (Some("/"), None),
            (Some(""), None),
            (Some("account"), None),
            (Some("//evil.example/auth/"), None),
            (Some("/\\evil.example/auth/"), None),
            (Some("/\t/evil.example/auth/"), None),
            (Some("https://evil.example/auth/"), None),
            (Some("https://mail.example.org/auth/a"), None),
            (Some("javascript:alert(1)"), None),
            (Some("/auth/../healthz"), None),
            (Some("/auth/..//evil.example/"), None),
        ] {
            assert_eq!(local(&public_url, next).as_deref(), expected, "{next:?}");
        }
    }

    #[test]
    fn where_to_return_to() {
        let public_url: PublicUrl = "https://mail.example.org".parse().expect("a URL");
        for (place, expected) in [
            ("/admin/", true),
            ("/admin/client?id=a%20b", true),
            ("/admin/keys", true),
            ("/admin", false),
            ("/admin/enter", false),
            ("/admin/enter?to=/admin/", false),
            ("/admin/callback?code=x", false),
            ("/admin/leave", false),
            ("/account", false),
            ("/auth/authorize?client_id=x", false),
            ("https://evil.example/admin/", false),
            ("//evil.example/admin/", false),
            ("/admin/../auth/authorize", false),
        ] {
            let found = place_inside(&public_url, place);
            assert_eq!(found.as_deref(), expected.then_some(place), "{place}");
        }
    }
}
