//! Redirect URIs: a requested one matches a registered one exactly if the standards say so, for all requested strings
//! up to a length.
//!
//! The reference parses nothing. A registered URI is put together from its parts, so that it is known what they are, and
//! the standards say in which spellings a client may ask with it (requirements E2): a set of strings, written down in
//! full. The matcher has to accept that set, and nothing else.
//!
//! All strings over the characters of a URI would hardly ever begin like one. So there are two alphabets: words, of which
//! a URI is made, and single characters that follow the beginning of a URI.

use gatepost::{Caller, Context, Registrar, redirect_uri_matches};
use serde_json::json;

use crate::is_long;

/// How far a search goes.
struct Bounds {
    /// The number of words in a string.
    words: usize,
    /// The number of characters after a beginning.
    characters: usize,
}

const SHORT: Bounds = Bounds {
    words: 4,
    characters: 3,
};

const LONG: Bounds = Bounds {
    words: 6,
    characters: 5,
};

/// What a URI is made of, and what would be mistaken for it.
const WORDS: &[&str] = &[
    "http",
    "https",
    "com.example.app",
    "://",
    ":",
    "/",
    "127.0.0.1",
    "[::1]",
    "localhost",
    "a.example",
    "443",
    "8",
    "0",
    "?",
    "#",
    "@",
    "a",
];

/// What separates the parts of a URI, and some of what is between them. `\` is a slash to browsers.
const CHARACTERS: &[&str] = &[
    ":", "/", "?", "#", "@", ".", "0", "4", "8", "a", "A", "%", "\\", "]",
];

/// Beginnings of the registered URIs, of others that a lenient reader takes for the same, and of their neighbours.
const BEGINNINGS: &[&str] = &[
    "http://127.0.0.1",
    "http://[::1]",
    "http://localhost",
    "https://a.example",
    "com.example.app:",
    "HTTP://127.0.0.1",
    "http:/127.0.0.1",
    "http:\\\\127.0.0.1",
    "https://127.0.0.1",
    "http://127.0.0.1:8",
    "http://127.0.0.1:6553",
    "http://127.0.0.1:+",
    "http://u@127.0.0.1",
    "http://127.1",
    "http://127.0.0.2",
    "http://[0:0:0:0:0:0:0:1]",
    "http://[::1",
    "http://LOCALHOST",
    "https://a.example:44",
    "https://A.example",
];

/// A URI that can be registered, in its parts.
struct Registered {
    scheme: &'static str,
    host: &'static str,
    port: Option<&'static str>,
    path: &'static str,
    query: &'static str,
}

impl Registered {
    /// Each that is put together from a few values of each part, and some with private-use schemes.
    fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for (scheme, host, ports) in [
            ("http", "127.0.0.1", &[None, Some("8")][..]),
            ("http", "[::1]", &[None, Some("8")]),
            ("http", "localhost", &[None, Some("80")]),
            ("https", "a.example", &[None, Some("443"), Some("8")]),
        ] {
            for &port in ports {
                for path in ["", "/", "/a"] {
                    for query in ["", "?a"] {
                        all.push(Self {
                            scheme,
                            host,
                            port,
                            path,
                            query,
                        });
                    }
                }
            }
        }
        all.extend(["/", "/a", "//a", "//a/"].map(|path| Self {
            scheme: "com.example.app",
            host: "",
            port: None,
            path,
            query: "",
        }));
        all
    }

    fn text(&self) -> String {
        self.with(self.port, self.path)
    }

    /// The same with another port and another path.
    fn with(&self, port: Option<&str>, path: &str) -> String {
        let Self {
            scheme,
            host,
            query,
            ..
        } = self;
        let slashes = if host.is_empty() { "" } else { "//" };
        let colon = if port.is_some() { ":" } else { "" };
        let port = port.unwrap_or_default();
        format!("{scheme}:{slashes}{host}{colon}{port}{path}{query}")
    }

    /// What may be asked with, sorted.
    fn spellings(&self) -> Vec<String> {
        // Simple string comparison (RFC 6749 §3.1.2.3, RFC 9700 §4.1.3).
        if !matches!(self.scheme, "http" | "https") {
            return vec![self.text()];
        }
        // "An empty path should be normalized to a path of '/'" (RFC 3986 §6.2.3).
        let paths = match self.path {
            "" | "/" => vec!["", "/"],
            path => vec![path],
        };
        let own = if self.scheme == "http" { "80" } else { "443" };
        let ports: Vec<Option<String>> = if self.scheme == "http" {
            // "The authorization server MUST allow any port to be specified at the time of the request for loopback IP
            // redirect URIs" (RFC 8252 §7.3). No other host can be registered with http.
            let any = (1..=65535).map(|port: u32| Some(port.to_string()));
            any.chain([None]).collect()
        } else if self.port.is_none_or(|port| port == own) {
            // "an explicit port, where the port is the default for the scheme, is equivalent to one where the port is
            // elided" (RFC 3986 §6.2.3).
            vec![None, Some(own.to_owned())]
        } else {
            vec![self.port.map(str::to_owned)]
        };
        let mut spellings: Vec<String> = ports
            .iter()
            .flat_map(|port| paths.iter().map(|path| self.with(port.as_deref(), path)))
            .collect();
        spellings.sort_unstable();
        spellings
    }
}

type Matcher = fn(&str, &str) -> bool;

/// How many pairs were judged, as the reference has them.
#[derive(Debug, Default)]
struct Counted {
    matching: u64,
    others: u64,
}

/// Compares a matcher with the reference; the error is the first pair that they judge differently. All spellings have to
/// be accepted, and of all strings that are accepted, each has to be one of the spellings.
fn search(bounds: &Bounds, matcher: Matcher) -> Result<Counted, String> {
    let mut counted = Counted::default();
    for registered in Registered::all() {
        let (text, spellings) = (registered.text(), registered.spellings());
        for spelling in &spellings {
            if !matcher(&text, spelling) {
                return Err(format!("{text} refuses {spelling}"));
            }
        }
        counted.matching += spellings.len() as u64;
        let is_spelling = |requested: &str| {
            let found = spellings.binary_search_by(|spelling| spelling.as_str().cmp(requested));
            found.is_ok()
        };
        let mut judge = |requested: &str| {
            if !matcher(&text, requested) {
                counted.others += 1;
            } else if !is_spelling(requested) {
                return Err(format!("{text} accepts {requested}"));
            }
            Ok(())
        };
        for length in 0..=bounds.words {
            each(&mut String::new(), WORDS, length, &mut judge)?;
        }
        for length in 0..=bounds.characters {
            for beginning in BEGINNINGS {
                each(&mut (*beginning).to_owned(), CHARACTERS, length, &mut judge)?;
            }
        }
    }
    Ok(counted)
}

/// All strings that begin like this and go on with so many letters of an alphabet.
fn each(
    begun: &mut String,
    alphabet: &[&str],
    length: usize,
    judge: &mut impl FnMut(&str) -> Result<(), String>,
) -> Result<(), String> {
    if length == 0 {
        return judge(begun);
    }
    let end = begun.len();
    for letter in alphabet {
        begun.push_str(letter);
        each(begun, alphabet, length - 1, judge)?;
        begun.truncate(end);
    }
    Ok(())
}

#[test]
fn a_redirect_uri_matches_as_the_standards_say() {
    let bounds = if is_long() { LONG } else { SHORT };
    let counted = search(&bounds, redirect_uri_matches).unwrap();
    println!("{counted:?}");
    assert!(counted.matching > 3_000_000, "{counted:?}");
    assert!(counted.others > 8_000_000, "{counted:?}");
}

/// Those of the reference are redirect URIs that a registration accepts, in each spelling.
#[test]
fn each_spelling_can_be_registered() {
    let settings = "[oauth.client-registration]\nanonymous = false\n";
    let registrar = Registrar::compile(settings).unwrap();
    let context = Context {
        now: Some(1_790_000_000),
        entropy: Some(&[7; 32]),
        caller: Caller::with_permissions(&["authenticate", "oauth-client-registration"]),
        ..Context::default()
    };
    for registered in Registered::all() {
        let spellings = registered.spellings();
        // Of the 65,535 ports, one in a thousand.
        let step = if spellings.len() > 1000 { 1001 } else { 1 };
        for uri in spellings.iter().step_by(step).chain([&registered.text()]) {
            let document = json!({ "redirect_uris": [uri] }).to_string();
            let decision = registrar.register(&context, document.as_bytes()).unwrap();
            assert_eq!(decision.response.status, 201, "{uri}: {decision:?}");
        }
    }
}

/// Mistakes that were made elsewhere, each as a matcher of its own.
#[test]
fn a_matcher_with_a_mistake_is_found() {
    for (name, matcher) in MISTAKES {
        let found = search(&SHORT, *matcher).expect_err(name);
        println!("{name}: {found}");
    }
}

const MISTAKES: &[(&str, Matcher)] = &[
    ("simple string comparison alone", |one, other| one == other),
    ("the beginning is compared", |one, other| {
        redirect_uri_matches(one, other) || other.starts_with(one)
    }),
    ("the fragment is left out", |one, other| {
        redirect_uri_matches(one, other.split('#').next().unwrap_or_default())
    }),
    ("the query is left out", |one, other| {
        redirect_uri_matches(one, other)
            || !one.contains('?')
                && redirect_uri_matches(one, other.split('?').next().unwrap_or_default())
    }),
    ("letters are compared without case", |one, other| {
        redirect_uri_matches(one, &other.to_ascii_lowercase())
    }),
    ("a slash at the end counts for nothing", |one, other| {
        redirect_uri_matches(one, other) || one.trim_end_matches('/') == other.trim_end_matches('/')
    }),
    ("no path is not the path of one slash", |one, other| {
        let has_path = |uri: &str| uri.matches('/').count() > 2;
        redirect_uri_matches(one, other) && has_path(one) == has_path(other)
    }),
    ("the port of every host varies", |one, other| {
        let as_loopback = |uri: &str| uri.replacen("https://a.example", "http://localhost", 1);
        redirect_uri_matches(one, other)
            || one.starts_with("https:")
                && redirect_uri_matches(&as_loopback(one), &as_loopback(other))
    }),
    ("localhost is 127.0.0.1", |one, other| {
        redirect_uri_matches(one, &other.replacen("localhost", "127.0.0.1", 1))
    }),
    ("user info is left out", |one, other| {
        let after = other.rsplit_once('@').map(|(_, after)| after);
        redirect_uri_matches(one, other)
            || after.is_some_and(|after| redirect_uri_matches(one, &format!("http://{after}")))
    }),
    ("the port 0 is one", |one, other| {
        redirect_uri_matches(one, &other.replacen("1:0", "1:1", 1))
    }),
    ("a port may begin with 0", |one, other| {
        redirect_uri_matches(one, &other.replacen(":08", ":8", 1))
    }),
    ("a port has any number of digits", |one, other| {
        redirect_uri_matches(one, &other.replacen(":6553", ":1", 1))
    }),
    ("no digits are a port", |one, other| {
        redirect_uri_matches(one, &other.replacen("1:/", "1/", 1))
    }),
    ("what begins like a loopback host is one", |one, other| {
        redirect_uri_matches(one, &other.replacen("127.0.0.1.a", "127.0.0.1", 1))
    }),
    ("https on a loopback host is http", |one, other| {
        redirect_uri_matches(one, &other.replacen("https://127", "http://127", 1))
    }),
    ("the URIs are read by a browser's parser", |one, other| {
        let read = |uri| {
            let mut url = url::Url::parse(uri).ok()?;
            let is_loopback = matches!(url.host_str(), Some("127.0.0.1" | "[::1]" | "localhost"));
            if url.scheme() == "http" && is_loopback {
                url.set_port(None).ok()?;
            }
            Some(url)
        };
        one == other || matches!((read(one), read(other)), (Some(one), Some(other)) if one == other)
    }),
];
