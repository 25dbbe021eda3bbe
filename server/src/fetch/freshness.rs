//! How long a document may be used without asking for it again (RFC 9111).
//!
//! What is kept is kept for all users, so the rules are those of a shared cache. The requests of this program
//! differ in nothing but their URI, so that `Vary` needs no comparison.

use std::time::{Duration, SystemTime};

use axum::http::header::{
    AGE, CACHE_CONTROL, DATE, ETAG, EXPIRES, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// For how long a document is fresh whose site says nothing about it (RFC 9111 §4.2.2).
const UNSAID: Duration = Duration::from_secs(300);

/// How long what a document is known by may be, in bytes.
const LONGEST: usize = 256;

/// What the head of an answer says of keeping its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Freshness {
    /// Whether a copy may be kept at all.
    pub(super) may_keep: bool,
    /// How long it may be used from now on.
    pub(super) lifetime: Duration,
}

impl Freshness {
    /// Reads the head of an answer that has just arrived.
    pub(super) fn of(headers: &HeaderMap, now: SystemTime) -> Self {
        let directives = Directives::of(headers);
        let may_keep = !directives.has("no-store") && !directives.has("private");
        if !may_keep || directives.has("no-cache") || text(headers, VARY) == Some("*") {
            return Self {
                may_keep,
                lifetime: Duration::ZERO,
            };
        }
        // RFC 9111 §5.2.2.10, §5.2.2.1, §5.3, in this order (§4.2.1)
        let lifetime = match directives
            .seconds("s-maxage")
            .or(directives.seconds("max-age"))
        {
            Some(lifetime) => lifetime,
            None if headers.contains_key(EXPIRES) => {
                let date = |name| httpdate::parse_http_date(text(headers, name)?).ok();
                let sent = date(DATE).unwrap_or(now);
                // One that cannot be read is in the past (RFC 9111 §5.3).
                date(EXPIRES)
                    .and_then(|end| end.duration_since(sent).ok())
                    .unwrap_or_default()
            }
            None => UNSAID,
        };
        let age = text(headers, AGE).map_or(Duration::ZERO, seconds);
        Self {
            may_keep,
            lifetime: lifetime.saturating_sub(age),
        }
    }
}

/// What a document is known by, to ask whether it has changed (RFC 9110 §8.8).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Validators {
    tag: Option<HeaderValue>,
    modified: Option<HeaderValue>,
}

impl Validators {
    /// Reads the head of an answer. `None`: there are none, or none that are worth remembering.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let short = |name| headers.get(name).filter(|value| value.len() <= LONGEST);
        let validators = Self {
            tag: short(ETAG).cloned(),
            modified: short(LAST_MODIFIED).cloned(),
        };
        (validators != Self::default()).then_some(validators)
    }

    /// Asks for a document that is not this one (RFC 9110 §13.1).
    pub(super) fn ask(&self, headers: &mut HeaderMap) {
        for (name, value) in [
            (IF_NONE_MATCH, &self.tag),
            (IF_MODIFIED_SINCE, &self.modified),
        ] {
            if let Some(value) = value {
                headers.insert(name, value.clone());
            }
        }
    }
}

/// The directives of `Cache-Control` (RFC 9111 §5.2).
struct Directives(Vec<(String, Option<String>)>);

impl Directives {
    fn of(headers: &HeaderMap) -> Self {
        let lines = headers.get_all(CACHE_CONTROL).iter();
        let lines = lines.filter_map(|line| line.to_str().ok());
        let directives = lines.flat_map(|line| line.split(',')).map(|directive| {
            let (name, value) = match directive.split_once('=') {
                Some((name, value)) => (name, Some(value.trim().trim_matches('"').to_owned())),
                None => (directive, None),
            };
            (name.trim().to_ascii_lowercase(), value)
        });
        Self(directives.collect())
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// The shortest time that a directive gives: one that is there twice, or is no number, is not believed
    /// (RFC 9111 §4.2.1).
    fn seconds(&self, name: &str) -> Option<Duration> {
        let values = self.0.iter().filter(|(known, _)| known == name);
        values
            .map(|(_, value)| value.as_deref().map_or(Duration::ZERO, seconds))
            .min()
    }
}

/// Seconds as a header has them: one too large for a number is as large as can be (RFC 9111 §1.2.2), and what
/// is no number is 0.
fn seconds(text: &str) -> Duration {
    let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let number = match is_number {
        true => text.parse().unwrap_or(u32::MAX),
        false => 0,
    };
    Duration::from_secs(u64::from(number))
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mon, 30 Nov 2026 12:00:00 GMT
    const NOON: u64 = 1_796_040_000;

    #[test]
    fn lifetimes() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(NOON);
        for (name, lines, may_keep, lifetime) in [
            ("nothing", &[][..], true, 300),
            ("max-age", &["cache-control: max-age=60"], true, 60),
            ("quoted", &["cache-control: max-age=\"60\""], true, 60),
            ("any case", &["cache-control: Public, Max-Age=60"], true, 60),
            (
                "shared",
                &["cache-control: max-age=60, s-maxage=90"],
                true,
                90,
            ),
            (
                "twice",
                &["cache-control: max-age=60", "cache-control: max-age=30"],
                true,
                30,
            ),
            ("no number", &["cache-control: max-age=x"], true, 0),
            ("no value", &["cache-control: max-age"], true, 0),
            ("negative", &["cache-control: max-age=-1"], true, 0),
            (
                "too large",
                &["cache-control: max-age=99999999999999999999"],
                true,
                u64::from(u32::MAX),
            ),
            ("aged", &["cache-control: max-age=60", "age: 20"], true, 40),
            (
                "older than can be",
                &["cache-control: max-age=60", "age: 18446744073709551615"],
                true,
                0,
            ),
            (
                "no-store",
                &["cache-control: NO-STORE, max-age=60"],
                false,
                0,
            ),
            ("private", &["cache-control: private, max-age=60"], false, 0),
            (
                "no-cache",
                &["cache-control: no-cache, max-age=60"],
                true,
                0,
            ),
            ("vary", &["cache-control: max-age=60", "vary: *"], true, 0),
            (
                "expires",
                &[
                    "date: Mon, 30 Nov 2026 11:59:00 GMT",
                    "expires: Mon, 30 Nov 2026 12:01:00 GMT",
                ],
                true,
                120,
            ),
            (
                "expires, without a date",
                &["expires: Mon, 30 Nov 2026 12:01:00 GMT"],
                true,
                60,
            ),
            ("expired", &["expires: 0"], true, 0),
            (
                "max-age counts",
                &["cache-control: max-age=60", "expires: 0"],
                true,
                60,
            ),
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                let (name, value) = line.split_once(": ").expect("the case is a header");
                headers.append(
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                );
            }
            let expected = Freshness {
                may_keep,
                lifetime: Duration::from_secs(lifetime),
            };
            assert_eq!(Freshness::of(&headers, now), expected, "{name}");
        }
    }
}
