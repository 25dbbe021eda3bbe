//! What a client can write into a request to be taken for somebody else.

/// One way, which leads to nothing.
pub struct Spoof {
    pub name: &'static str,
    /// What is asked for instead of a path, before the path.
    pub before: &'static str,
    pub lines: &'static [&'static [u8]],
}

const fn with(name: &'static str, lines: &'static [&'static [u8]]) -> Spoof {
    Spoof {
        name,
        before: "",
        lines,
    }
}

pub const SPOOFS: [Spoof; 24] = [
    with("an address", &[b"X-Forwarded-For: 127.0.0.1"]),
    with("no text", &[b"X-Forwarded-For: \xff"]),
    with("no text before", &[b"X-Forwarded-For: \xff, 127.0.0.1"]),
    with(
        "two lines",
        &[b"X-Forwarded-For: 127.0.0.1", b"X-Forwarded-For: 127.0.0.1"],
    ),
    with("a port", &[b"X-Forwarded-For: 127.0.0.1:80"]),
    with("no address", &[b"X-Forwarded-For: unknown"]),
    with("a zone", &[b"X-Forwarded-For: fe80::1%lo"]),
    with("nothing", &[b"X-Forwarded-For:"]),
    with("nothing after", &[b"X-Forwarded-For: 127.0.0.1,"]),
    with("a quote", &[b"X-Forwarded-For: \"127.0.0.1"]),
    with("mapped", &[b"X-Forwarded-For: ::ffff:127.0.0.1"]),
    with("an underscore", &[b"X_Forwarded_For: 127.0.0.1"]),
    with("Forwarded", &[b"Forwarded: for=127.0.0.1"]),
    with(
        "two Forwarded",
        &[b"Forwarded: for=127.0.0.1", b"Forwarded: for=_x"],
    ),
    with(
        "Forwarded with an open quote",
        &[b"Forwarded: for=\"127.0.0.1"],
    ),
    with("Forwarded that is no text", &[b"Forwarded: for=\xff"]),
    with("X-Real-IP", &[b"X-Real-IP: 127.0.0.1"]),
    with(
        "all at once",
        &[
            b"X-Real-IP: 127.0.0.1",
            b"X-Forwarded-For: 127.0.0.1",
            b"Forwarded: for=127.0.0.1",
        ],
    ),
    // What this header names is for the next hop alone, and not passed on (RFC 9110 §7.6.1).
    with(
        "a header that is not passed on",
        &[b"Connection: close, X-Forwarded-For, Forwarded"],
    ),
    with(
        "a header that is not passed on, and sent",
        &[
            b"Connection: close, X-Forwarded-For, Forwarded",
            b"X-Forwarded-For: 127.0.0.1",
        ],
    ),
    with("another host", &[b"Host: 127.0.0.1"]),
    with(
        "two hosts",
        &[b"Host: mail.example.com", b"Host: 127.0.0.1"],
    ),
    Spoof {
        name: "a whole URL",
        before: "http://127.0.0.1",
        lines: &[b"X-Forwarded-For: 127.0.0.1"],
    },
    Spoof {
        name: "a whole URL of another port",
        before: "http://127.0.0.1:8080",
        lines: &[b"Host: 127.0.0.1"],
    },
];
