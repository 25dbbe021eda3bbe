//! Proxies that are believed when they say where a request comes from.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use ipnet::IpNet;
use ppp::{HeaderResult, PartialResult as _, v1, v2};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use crate::origin::place::{Origin, Peer};

/// Which proxies are believed, and how they say it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies {
    /// Where they are.
    pub trusted: Vec<IpNet>,
    /// How they say where a request comes from. Without proxies, nobody says it.
    pub way: Option<Way>,
}

/// How a proxy says where a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// In the one header that it sets. Others are whatever the client wrote.
    Header(Forwarding),
    /// In a header of the PROXY protocol, with which it begins each connection.
    Protocol,
}

/// A header that says where a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forwarding {
    /// RFC 7239.
    Forwarded,
    /// The older one, a list of addresses.
    XForwardedFor,
}

/// Why nobody can tell where a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Untold {
    /// It was forwarded by somebody who is not among the trusted proxies.
    Undeclared,
    /// The header of a trusted proxy is not there, although others are, or cannot be read.
    Unreadable,
    /// A trusted proxy announced the connection and could not say.
    Unannounced,
}

impl std::str::FromStr for Forwarding {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        match name {
            "forwarded" => Ok(Self::Forwarded),
            "x-forwarded-for" => Ok(Self::XForwardedFor),
            _ => Err(()),
        }
    }
}

impl Forwarding {
    const fn name(self) -> HeaderName {
        match self {
            Self::Forwarded => HeaderName::from_static("forwarded"),
            Self::XForwardedFor => HeaderName::from_static("x-forwarded-for"),
        }
    }

    /// The steps of a field, each an address if it can be read as one.
    fn steps(self, field: &HeaderValue) -> Vec<Option<IpAddr>> {
        // What is no text is no address, and leaves the steps beside it as they are.
        let field = String::from_utf8_lossy(field.as_bytes());
        match self {
            Self::Forwarded => forwarded(&field),
            Self::XForwardedFor => field.split(',').map(|step| address(step.trim())).collect(),
        }
    }
}

/// What proxies add to a request. Who sends one of them is a proxy, or wants to be taken for what a proxy passes on.
const FORWARDING: [HeaderName; 3] = [
    Forwarding::Forwarded.name(),
    Forwarding::XForwardedFor.name(),
    HeaderName::from_static("x-real-ip"),
];

impl Proxies {
    /// Whether an address is that of a proxy that is believed.
    pub fn trust(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.trusted
            .iter()
            .any(|network| network.contains(&address))
    }

    /// Whether connections from there begin with a header of the PROXY protocol.
    pub fn announce(&self, address: IpAddr) -> bool {
        self.way == Some(Way::Protocol) && self.trust(address)
    }

    /// Where a request comes from: its peer, or the last address of the chain that is no trusted proxy. Where
    /// somebody has to be believed who cannot be read, nobody is.
    pub fn origin(&self, peer: Peer, headers: &HeaderMap) -> Result<IpAddr, Untold> {
        let peer = match peer {
            Peer::Announced(origin) => return origin.address().ok_or(Untold::Unannounced),
            Peer::Direct(peer) => peer.to_canonical(),
        };
        let is_forwarded = || FORWARDING.iter().any(|name| headers.contains_key(name));
        let header = match self.way {
            Some(Way::Header(header)) if self.trust(peer) => header,
            _ if is_forwarded() => return Err(Untold::Undeclared),
            _ => return Ok(peer),
        };
        let fields = headers.get_all(header.name()).iter();
        let mut steps: Vec<Option<IpAddr>> = fields.flat_map(|field| header.steps(field)).collect();
        if steps.is_empty() {
            return match is_forwarded() {
                true => Err(Untold::Unreadable),
                // The proxy itself asks, or a program beside it.
                false => Ok(peer),
            };
        }
        let mut origin = peer;
        while self.trust(origin) {
            match steps.pop() {
                Some(Some(address)) => origin = address,
                Some(None) => return Err(Untold::Unreadable),
                None => break,
            }
        }
        Ok(origin)
    }

    /// Takes the header of the PROXY protocol off a connection; `None` if there is none, or none that
    /// can be understood.
    pub async fn announced(&self, stream: &mut TcpStream, peer: IpAddr) -> Option<Origin> {
        let mut seen = [0; LONGEST_HEADER];
        loop {
            let length = stream.peek(&mut seen).await.ok()?;
            let head = &seen[..length];
            let parsed = HeaderResult::parse(head);
            if parsed.is_incomplete() && length > 0 && length < LONGEST_HEADER {
                // More of it is under way; who sends none runs into the caller's time limit.
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                continue;
            }
            let (length, origin) = match parsed {
                HeaderResult::V1(Ok(header)) => (header.header.len(), source_v1(&header)),
                HeaderResult::V2(Ok(header)) => (header.len(), source_v2(&header, peer)),
                _ => return None,
            };
            stream.read_exact(&mut seen[..length]).await.ok()?;
            return Some(origin);
        }
    }
}

/// How long a header of the PROXY protocol may be, in bytes: what is usual, and some more for
/// extensions.
const LONGEST_HEADER: usize = 1024;

fn source_v1(header: &v1::Header<'_>) -> Origin {
    match header.addresses {
        v1::Addresses::Tcp4(tcp) => Origin::of(tcp.source_address.into()),
        v1::Addresses::Tcp6(tcp) => Origin::of(tcp.source_address.into()),
        v1::Addresses::Unknown => Origin::Unknown,
    }
}

fn source_v2(header: &v2::Header<'_>, peer: IpAddr) -> Origin {
    match (header.command, &header.addresses) {
        // The proxy itself asks, such as whether this program is well.
        (v2::Command::Local, _) => Origin::of(peer),
        (v2::Command::Proxy, v2::Addresses::IPv4(tcp)) => Origin::of(tcp.source_address.into()),
        (v2::Command::Proxy, v2::Addresses::IPv6(tcp)) => Origin::of(tcp.source_address.into()),
        (v2::Command::Proxy, v2::Addresses::Unix(_) | v2::Addresses::Unspecified) => {
            Origin::Unknown
        }
    }
}

/// Where the steps of a field come from (RFC 7239 §4), as far as each says so. What another step holds in
/// quotes, such as a host that a client has made up, is no step.
fn forwarded(field: &str) -> Vec<Option<IpAddr>> {
    match unquoted(field, ',') {
        Some(steps) => steps.into_iter().map(forwarded_for).collect(),
        // Where one ends and the next begins is not to be told.
        None => vec![None],
    }
}

/// The parameter `for` of one step (RFC 7239 §5.2), if it is there once, and an address and not a name.
fn forwarded_for(step: &str) -> Option<IpAddr> {
    let mut origin = None;
    for pair in unquoted(step, ';')? {
        let (name, value) = pair.trim().split_once('=')?;
        if !name.eq_ignore_ascii_case("for") {
            continue;
        }
        let value = match value.strip_prefix('"') {
            Some(quoted) => quoted.strip_suffix('"')?,
            None => value,
        };
        // A port may have a made-up name.
        let value = value.split_once(":_").map_or(value, |(node, _)| node);
        if origin.replace(address(value)).is_some() {
            return None;
        }
    }
    origin.flatten()
}

/// The parts between separators that are not in quotes (RFC 9110 §5.6.4), if every quote ends.
fn unquoted(text: &str, separator: char) -> Option<Vec<&str>> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let parts = text
        .split(|character: char| {
            if is_escaped {
                is_escaped = false;
                return false;
            }
            match character {
                '\\' if is_quoted => is_escaped = true,
                '"' => is_quoted = !is_quoted,
                _ => return !is_quoted && character == separator,
            }
            false
        })
        .collect();
    (!is_quoted).then_some(parts)
}

/// An address, with a port or without. One with a zone (RFC 4007 §11) says nothing outside of the machine that wrote it.
fn address(text: &str) -> Option<IpAddr> {
    if text.contains('%') {
        return None;
    }
    let address = match text.parse() {
        Ok(address) => Some(address),
        Err(_) => match text.parse::<SocketAddr>() {
            Ok(with_port) => Some(with_port.ip()),
            Err(_) => text.strip_prefix('[')?.strip_suffix(']')?.parse().ok(),
        },
    };
    address.map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORWARDED: &str = "forwarded";
    const LIST: &str = "x-forwarded-for";

    #[test]
    fn steps_that_are_forwarded() {
        let one = "192.0.2.1".parse().ok();
        for (field, expected) in [
            ("for=192.0.2.1", vec![one]),
            ("proto=https ; FOR=192.0.2.1", vec![one]),
            (r#"for="192.0.2.1:443""#, vec![one]),
            (r#"for="192.0.2.1:_port""#, vec![one]),
            (r#"for=192.0.2.1;host="a,b""#, vec![one]),
            (r#"host="a;for=198.51.100.1;b";for=192.0.2.1"#, vec![one]),
            (r#"by="x, for=198.51.100.1;y=";for=192.0.2.1"#, vec![one]),
            (r#"by="\", for=198.51.100.1;y=";for=192.0.2.1"#, vec![one]),
            ("for=_hidden, for=192.0.2.1", vec![None, one]),
            ("for=198.51.100.1;for=192.0.2.1", vec![None]),
            (r#"for="192.0.2.1"#, vec![None]),
            (r#"host="a, for=192.0.2.1"#, vec![None]),
            (r#"host="a, host="b";for=192.0.2.1"#, vec![None]),
            ("for", vec![None]),
            ("", vec![None]),
        ] {
            assert_eq!(forwarded(field), expected, "{field}");
        }
    }

    #[test]
    fn where_a_request_comes_from() {
        const PROXY: &str = "10.0.0.1";
        const CLIENT: Result<&str, Untold> = Ok("192.0.2.1");
        const UNREADABLE: Result<&str, Untold> = Err(Untold::Unreadable);
        const UNDECLARED: Result<&str, Untold> = Err(Untold::Undeclared);
        type Fields<'f> = &'f [(&'f str, &'f [u8])];
        let told = |header: &str, peer: &str, fields: Fields<'_>| {
            let proxies = Proxies {
                trusted: ["10.0.0.0/8", "::1/128"]
                    .iter()
                    .map(|network| network.parse().expect("a network"))
                    .collect(),
                way: header.parse().ok().map(Way::Header),
            };
            let mut headers = HeaderMap::new();
            for (name, value) in fields {
                let name: HeaderName = name.parse().expect("a header's name");
                let value = HeaderValue::from_bytes(value).expect("a header's value");
                headers.append(name, value);
            }
            let peer = Peer::Direct(peer.parse().expect("an address"));
            let told = proxies.origin(peer, &headers);
            told.map(|address| address.to_string())
        };
        // By a header X-Forwarded-For of these lines, from the proxy.
        for (name, lines, expected) in [
            ("one", &[&b"192.0.2.1"[..]][..], CLIENT),
            ("two proxies", &[b"192.0.2.1, 10.0.0.2"], CLIENT),
            ("in two lines", &[b"192.0.2.1", b"10.0.0.2"], CLIENT),
            ("made up before", &[b"203.0.113.7, 192.0.2.1"], CLIENT),
            (
                "made up in a line before",
                &[b"127.0.0.1", b"192.0.2.1"],
                CLIENT,
            ),
            ("nonsense before", &[b"?, 192.0.2.1"], CLIENT),
            ("no text before", &[b"\xff, 192.0.2.1"], CLIENT),
            ("no text in a line before", &[b"\xff", b"192.0.2.1"], CLIENT),
            ("a port", &[b"192.0.2.1:4711"], CLIENT),
            ("IPv6", &[b"2001:db8::1"], Ok("2001:db8::1")),
            (
                "IPv6 with a port",
                &[b"[2001:db8::1]:4711"],
                Ok("2001:db8::1"),
            ),
            ("mapped", &[b"::ffff:192.0.2.1"], CLIENT),
            ("proxies alone", &[b"10.0.0.3"], Ok("10.0.0.3")),
            ("nonsense", &[b"192.0.2.1, ?"], UNREADABLE),
            ("no text", &[b"\xff"], UNREADABLE),
            ("no text after", &[b"192.0.2.1, \xff"], UNREADABLE),
            ("nothing", &[b""], UNREADABLE),
            ("nothing after", &[b"192.0.2.1,"], UNREADABLE),
            ("a name", &[b"unknown"], UNREADABLE),
            ("a zone", &[b"fe80::1%eth0"], UNREADABLE),
            ("a zone and a port", &[b"[fe80::1%1]:80"], UNREADABLE),
            ("a leading zero", &[b"192.0.2.01"], UNREADABLE),
            ("two without a comma", &[b"192.0.2.1 192.0.2.2"], UNREADABLE),
        ] {
            let fields: Vec<(&str, &[u8])> = lines.iter().map(|line| (LIST, *line)).collect();
            let expected = expected.map(str::to_owned);
            assert_eq!(told(LIST, PROXY, &fields), expected, "{name}");
        }
        // By one Forwarded, from the proxy.
        for (name, value, expected) in [
            ("one", &b"for=192.0.2.1;proto=https"[..], CLIENT),
            (
                "quoted",
                b"By=x; For=\"[2001:db8::1]:80\"",
                Ok("2001:db8::1"),
            ),
            ("a port", b"for=\"192.0.2.1:47011\"", CLIENT),
            ("a chain", b"for=203.0.113.7, for=192.0.2.1", CLIENT),
            ("no text before", b"for=\"\xff\", for=192.0.2.1", CLIENT),
            ("hidden", b"for=_hidden", UNREADABLE),
            ("unknown", b"for=unknown", UNREADABLE),
            ("nobody", b"proto=https", UNREADABLE),
            ("half quoted", b"for=\"192.0.2.1", UNREADABLE),
            ("half quoted before", b"for=\"x, for=192.0.2.1", UNREADABLE),
            ("a zone", b"for=\"[fe80::1%25eth0]\"", UNREADABLE),
        ] {
            let expected = expected.map(str::to_owned);
            let fields: Fields<'_> = &[(FORWARDED, value)];
            assert_eq!(told(FORWARDED, PROXY, fields), expected, "{name}");
        }
        // By whom, and in which header.
        for (name, header, peer, fields, expected) in [
            ("a stranger", LIST, "192.0.2.1", &[][..], CLIENT),
            (
                "a stranger who says something",
                LIST,
                "192.0.2.1",
                &[(LIST, &b"127.0.0.1"[..])][..],
                UNDECLARED,
            ),
            (
                "a proxy, mapped",
                LIST,
                "::ffff:10.0.0.1",
                &[(LIST, b"192.0.2.1")],
                CLIENT,
            ),
            (
                "the proxy itself, or a program beside it",
                LIST,
                PROXY,
                &[],
                Ok(PROXY),
            ),
            (
                "the other header alone",
                FORWARDED,
                PROXY,
                &[(LIST, b"192.0.2.1")],
                UNREADABLE,
            ),
            (
                "the other header beside",
                FORWARDED,
                PROXY,
                &[(LIST, b"127.0.0.1"), (FORWARDED, b"for=192.0.2.1")],
                CLIENT,
            ),
            ("nobody is to be believed", "", "192.0.2.1", &[], CLIENT),
            (
                "nobody is to be believed, and somebody says something",
                "",
                "127.0.0.1",
                &[("x-real-ip", b"192.0.2.1")],
                UNDECLARED,
            ),
        ] {
            let expected = expected.map(str::to_owned);
            assert_eq!(told(header, peer, fields), expected, "{name}");
        }
    }

    #[test]
    fn who_is_announced_is_believed_no_further() {
        let proxies = Proxies {
            trusted: vec!["10.0.0.0/8".parse().expect("a network")],
            way: Some(Way::Protocol),
        };
        let mut headers = HeaderMap::new();
        headers.insert(LIST, HeaderValue::from_static("127.0.0.1"));
        let announced = |origin| proxies.origin(Peer::Announced(origin), &headers);
        let inside: IpAddr = "10.0.0.7".parse().expect("an address");
        assert_eq!(announced(Origin::of(inside)), Ok(inside));
        assert_eq!(announced(Origin::Unknown), Err(Untold::Unannounced));
        assert!(proxies.announce(inside) && !proxies.announce(IpAddr::from([192, 0, 2, 1])));
    }
}
