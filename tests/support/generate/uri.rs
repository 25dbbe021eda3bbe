//! URIs that are sound, nearly sound, or nothing of the kind.

use super::source::Source;

const SOUND: &[&str] = &[
    "http://127.0.0.1/cb",
    "https://webmail.example.com/cb",
    "com.example.mail:/callback",
    "http://[::1]:8080/cb",
    "http://localhost/cb",
    "https://webmail.example.com/other?a=b",
    "https://app.example.com",
    "https://app.example.com:8443/",
    "com.example.mail://callback",
    "stalwart://auth",
    "https://xn--bcher-kva.example.com/cb",
    "https://93.184.216.34/cb",
    "https://[2606:2800:220:1::1]/cb",
    "https://mail.internal/cb",
    "https://desk/cb",
];

const SCHEMES: &[&str] = &[
    "https://",
    "http://",
    "com.example.mail:/",
    "com.example.mail://",
    "com.example.mail:///",
    "HTTPS://",
    "https:/",
    "https:",
    "http:",
    "//",
    "",
    "javascript:",
    "data:",
    "ftp://",
    "imap://",
    "mailto:",
    "ws://",
    "file:///",
    "z39.50:/",
    "microsoft.windows.camera:",
    "a:",
    "com.example..mail:/",
    "-.x:/",
    "com.exam_ple:/",
    "urn:x:",
    "view-source:https://",
    "stalwart://",
    "intent://",
];

const USERS: &[&str] = &[
    "",
    "",
    "",
    "",
    "",
    "",
    "user@",
    "user:password@",
    "@",
    "127.0.0.1@",
];

const HOSTS: &[&str] = &[
    "webmail.example.com",
    "127.0.0.1",
    "[::1]",
    "localhost",
    "app.example.com",
    "a.example.com.",
    "127.1",
    "0177.0.0.1",
    "2130706433",
    "0x7f.1",
    "127.0.0.1.",
    "[::1",
    "[::ffff:127.0.0.1]",
    "[fe80::1%25eth0]",
    "[v1.a]",
    "127.0.0.1.example.com",
    "localhost.example.com",
    "xn--bcher-kva.example",
    "xn--a.example",
    "xn--80ak6aa92e.com",
    "bücher.example",
    "example",
    "com",
    "co.uk",
    "example.co.uk",
    "",
    "*.example.com",
    "EXAMPLE.com",
    "a_b.example",
    "-a.example",
    "a-.example",
    "ab--c.example",
    "a..example",
    "10.0.0.1",
    "192.168.1.1",
    "[fd00::1]",
    "169.254.1.1",
    "mail.local",
    "router.lan",
    "x.home.arpa",
    "x.onion",
    "x.invalid",
    "x.localhost",
    "93.184.216.34",
    "1.2.3",
    "255.255.255.255",
    "0.0.0.0",
    "[::]",
    "[2606:2800:220:1::1]",
    "[2606:2800:220:1:0:0:0:1]",
    "[2001:db8::1]",
    "example.com%00.evil.example",
    "example.com%2f.evil.example",
    "exa%6dple.com",
    "ex\u{ad}ample.com",
    "example\u{3002}com",
    "\u{1d5d0}.example",
    "a.github.io",
    "github.io",
    "08.8.8.8",
    "1.0x",
    "example.0",
];

const PORTS: &[&str] = &[
    "", "", "", "", ":8080", ":49152", ":80", ":443", ":1", ":65535", ":0", ":", ":080", ":65536",
    ":99999", ":+80", ":-1", ":8 0", ":８０",
];

const PATHS: &[&str] = &[
    "/cb",
    "/",
    "",
    "/callback/",
    "/a//b",
    "/a/../b",
    "/a/./b",
    "/..",
    "/.",
    "/%2e%2e/b",
    "/%2E/b",
    "/%2f",
    "/%5c",
    "/a\\b",
    "/%00",
    "/%0a",
    "/%zz",
    "/%",
    "/*",
    "/a*b",
    "/é",
    "/%C3%A9",
    "/%ff",
    "/;a=b",
    "/a b",
    "/~user",
    "/a:b",
    "/@",
    "/.hidden",
    "/a/..b",
    "//evil.example/",
    "/\t",
    "/{a}",
    "/|",
    "/a^b",
    "/`",
    "/\"",
    "/<",
];

const QUERIES: &[&str] = &[
    "",
    "",
    "",
    "",
    "",
    "?",
    "?a=b",
    "?a=b&c=d",
    "?code=1",
    "?state=",
    "?c%6fde=1",
    "?a='",
    "?a=\"",
    "?error",
    "?a=b#",
    "?%zz",
    "?a=%00",
    "?iss=x",
    "?a=b?c",
    "?/",
    "?a={b}",
    "?é",
];

const FRAGMENTS: &[&str] = &["", "", "", "", "", "", "", "", "#", "#a", "#code=1"];

/// A redirect URI, or a link.
pub fn any(source: &mut Source<'_>) -> String {
    let uri = match source.below(8) {
        0..4 => source.pick_text(SOUND),
        4..7 => composed(source),
        _ if source.one_in(3) => {
            let long = source.below(3_000);
            format!("{}{}", source.pick(SOUND), "/a".repeat(long))
        }
        _ => source.any_text(),
    };
    source.hurt_one_in(6, uri)
}

/// A URI of parts, each of which may be anything.
fn composed(source: &mut Source<'_>) -> String {
    let mut uri = String::new();
    // Two parts in three are the first of their table, so that there are URIs with one thing wrong.
    for (plain, parts) in [
        ("https://", SCHEMES),
        ("", USERS),
        ("webmail.example.com", HOSTS),
        ("", PORTS),
        ("/cb", PATHS),
        ("", QUERIES),
        ("", FRAGMENTS),
    ] {
        uri.push_str(match source.below(5) {
            0 | 1 => plain,
            _ => source.pick(parts),
        });
    }
    uri
}

/// A URI that may match a registered one: a small change of it, or its equal in another spelling.
pub fn near(source: &mut Source<'_>, registered: &str) -> String {
    let moved = |to: &str| {
        let start = registered.find("//").map_or(0, |slashes| slashes + 2);
        let end = registered[start..]
            .find(['/', '?', '#'])
            .unwrap_or(registered.len() - start)
            + start;
        let authority = registered[start..end].trim_end_matches(|c: char| c.is_ascii_digit());
        let host = authority
            .strip_suffix(':')
            .unwrap_or(&registered[start..end]);
        format!("{}{host}{to}{}", &registered[..start], &registered[end..])
    };
    match source.below(9) {
        0..3 => registered.to_owned(),
        3 | 4 => moved(source.pick(PORTS)),
        5 => format!("{registered}/"),
        6 => registered
            .strip_suffix('/')
            .unwrap_or(registered)
            .to_owned(),
        7 => source.hurt(registered),
        _ => any(source),
    }
}
