//! URIs: which can be registered, and which match a registered one.
//!
//! The checks read the text itself, not the corrected form that a parser makes of it (RFC 3986
//! §7.3). A second, independent parser must read the same scheme, host, port and path.

mod client_url;
mod generic;
mod host;
mod matching;
mod parts;
mod redirect;
mod report;
mod resource;
mod schemes;
mod site;
mod web;

pub(crate) use self::client_url::is_client_url;
pub(crate) use self::host::{HostRules, InternalHosts, IpLiterals, host_is_listed};
pub use self::matching::redirect_uri_matches;
pub(crate) use self::matching::{common_spelling, is_loopback, is_same};
pub(crate) use self::parts::{host, origin};
pub(crate) use self::redirect::{
    Localhost, PrivateSchemes, RedirectKind, RedirectUri, RedirectUriRules,
};
pub(crate) use self::report::Report;
pub(crate) use self::resource::ResourceName;
pub(crate) use self::site::{names_of_host, scheme_site, site};
pub(crate) use self::web::{endpoint, shown};
