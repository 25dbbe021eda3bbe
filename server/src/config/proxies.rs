//! The proxies in front of this program, as `[server]` declares them.

use crate::config::public_url::PublicUrl;
use crate::config::section::Section;
use crate::origin::proxies::{Proxies, Way};

/// What to write where nothing is said of the proxy that there has to be.
const DECLARE: &str = "`trusted-proxies = ['127.0.0.1/32', '::1/128']` and `forwarded-header = 'x-forwarded-for'`, for a proxy on \
     this machine that sets this header; or `trusted-proxies = []`, if nothing is in front but what passes connections on as they are";

/// Reads what is said of proxies; `None` if nothing is.
pub(super) fn read(server: &mut Section) -> Option<Proxies> {
    let trusted = server.all_parsed(
        "trusted-proxies",
        "a list of networks, such as `10.0.0.0/8`",
    );
    let header = server.parsed("forwarded-header", "`forwarded` or `x-forwarded-for`");
    let protocol = server.boolean("proxy-protocol").unwrap_or_default();
    let is_trusting = trusted
        .as_ref()
        .is_some_and(|networks| !networks.is_empty());
    let way = match (header, protocol) {
        (Some(_), true) => {
            server.idle(
                "proxy-protocol",
                "it or `forwarded-header`: who begins connections with the PROXY protocol says all with it",
            );
            None
        }
        (Some(header), false) => Some(Way::Header(header)),
        (None, true) => Some(Way::Protocol),
        (None, false) => {
            if is_trusting {
                server.missing(
                    "forwarded-header",
                    "the header that the trusted proxies set, `x-forwarded-for` or `forwarded`; or `proxy-protocol = true`",
                );
            }
            None
        }
    };
    if way.is_some() && !is_trusting {
        let key = match way {
            Some(Way::Protocol) => "proxy-protocol",
            _ => "forwarded-header",
        };
        server.idle(key, "beside `trusted-proxies` with the networks of proxies");
    }
    trusted.map(|trusted| Proxies { trusted, way })
}

/// Where the world comes by https and this program has no certificate, something is in front of it. Until it is
/// declared, all requests would come from one address: one stranger's wrong passwords would lock everybody out.
pub(super) fn require(
    server: &mut Section,
    public_url: Option<&PublicUrl>,
    has_tls: bool,
    declared: Option<&Proxies>,
) {
    if public_url.is_some_and(PublicUrl::is_https) && !has_tls && declared.is_none() {
        server.mistake(
            "trusted-proxies",
            "this is missing: `public-url` is https and there is no `tls-certificate`, so that a proxy is in front"
                .to_owned(),
            DECLARE,
        );
    }
}
