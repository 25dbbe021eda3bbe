//! Names of resources, which a client asks to use its token at (RFC 8707 §2).

use super::host::is_host_name;
use super::matching::{is_mail_service_at, is_same};
use super::parts::Parts;

/// A resource that a client can request: the URI of a service, or the name of a host with mail
/// services.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ResourceName(String);

impl ResourceName {
    /// Reads a name; `None` if it is neither an absolute URI without a fragment nor the name of a
    /// host.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let is_uri = text.bytes().all(|b| b.is_ascii_graphic())
            && Parts::split(text).is_some_and(|parts| parts.fragment.is_none());
        (is_uri || is_host_name(text)).then(|| Self(text.to_owned()))
    }

    /// Whether a request for this resource is meant.
    pub(crate) fn means(&self, requested: &str) -> bool {
        is_same(&self.0, requested)
            || is_host_name(&self.0) && is_mail_service_at(&self.0, requested)
    }

    #[cfg(test)]
    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_name() {
        for (text, sound) in [
            ("https://mail.example.com/jmap", true),
            ("imap://mail.example.com", true),
            ("urn:example:mail", true),
            ("mail.example.com", true),
            ("mail", true),
            ("https://mail.example.com/#x", false),
            ("https://mail.example.com/ x", false),
            ("mail.example.com/jmap", false),
            ("Mail.example.com", false),
            ("", false),
        ] {
            assert_eq!(ResourceName::new(text).is_some(), sound, "{text}");
        }
    }

    #[test]
    fn what_is_meant() {
        for (known, requested, expected) in [
            (
                "https://mail.example.com",
                "https://mail.example.com/",
                true,
            ),
            (
                "https://mail.example.com/",
                "https://mail.example.com:443",
                true,
            ),
            (
                "https://mail.example.com/a",
                "https://mail.example.com/a/",
                false,
            ),
            ("https://mail.example.com", "http://mail.example.com", false),
            (
                "imap://mail.example.com",
                "imap://mail.example.com:143/",
                true,
            ),
            ("imap://mail.example.com", "smtp://mail.example.com", false),
            ("mail.example.com", "mail.example.com", true),
            ("mail.example.com", "imap://mail.example.com", true),
            ("mail.example.com", "imaps://mail.example.com:993", true),
            ("mail.example.com", "submission://mail.example.com/", true),
            ("mail.example.com", "sieve://mail.example.com", true),
            ("mail.example.com", "imap://mail.example.com:1993", false),
            ("mail.example.com", "imap://mail.example.com/INBOX", false),
            ("mail.example.com", "imap://u@mail.example.com", false),
            (
                "mail.example.com",
                "imap://mail.example.com.evil.example",
                false,
            ),
            ("mail.example.com", "https://mail.example.com/", false),
            ("urn:example:mail", "urn:example:mail", true),
        ] {
            let known = ResourceName::new(known).expect("the name is sound");
            assert_eq!(known.means(requested), expected, "{known:?} {requested}");
        }
    }
}
