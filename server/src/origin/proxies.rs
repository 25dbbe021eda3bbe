//! Proxies that are believed when they say where a request comes from.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName};
use ipnet::IpNet;
use ppp::{HeaderResult, PartialResult as _, v1, v2};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

/// Which proxies are believed, and how they say it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies {
    /// Where they are.
    pub trusted: Vec<IpNet>,
    /// The one header that they set. Others are whatever the client wrote.
    pub header: Option<Forwarding>,
    /// Whether they begin each connection with a header of the PROXY protocol.
    pub protocol: bool,
}

/// A header that says where a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forwarding {
    /// RFC 7239.
    Forwarded,
    /// The older one, a list of addresses.
    XForwardedFor,
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
}

impl Proxies {
    /// Whether an address is that of a proxy that is believed.
    pub fn trust(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.trusted
            .iter()
            .any(|network| network.contains(&address))
    }

    /// Where a request comes from: the last address of the chain that is no trusted proxy. What cannot
    /// be read is not believed, nor anything before it.
    pub fn origin(&self, peer: SocketAddr, headers: &HeaderMap) -> SocketAddr {
        let Some(header) = self.header else {
            return peer;
        };
        let mut origin = peer;
        let mut steps: Vec<Option<IpAddr>> = headers
            .get_all(header.name())
            .iter()
            .map(|field| field.to_str().unwrap_or_default())
            .flat_map(|field| match header {
                Forwarding::Forwarded => forwarded(field),
                Forwarding::XForwardedFor => {
                    field.split(',').map(|step| address(step.trim())).collect()
                }
            })
            .collect();
        while self.trust(origin.ip()) {
            match steps.pop() {
                Some(Some(address)) => origin = SocketAddr::new(address, 0),
                _ => break,
            }
        }
        origin
    }

    /// Takes the header of the PROXY protocol off a connection; `None` if there is none, or none that
    /// can be understood.
    pub async fn announced(&self, stream: &mut TcpStream, peer: SocketAddr) -> Option<SocketAddr> {
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
                HeaderResult::V1(Ok(header)) => (header.header.len(), source_v1(&header, peer)),
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

fn source_v1(header: &v1::Header<'_>, peer: SocketAddr) -> SocketAddr {
    match header.addresses {
        v1::Addresses::Tcp4(tcp) => (tcp.source_address, tcp.source_port).into(),
        v1::Addresses::Tcp6(tcp) => (tcp.source_address, tcp.source_port).into(),
        v1::Addresses::Unknown => peer,
    }
}

fn source_v2(header: &v2::Header<'_>, peer: SocketAddr) -> SocketAddr {
    match (header.command, &header.addresses) {
        (v2::Command::Proxy, v2::Addresses::IPv4(tcp)) => {
            (tcp.source_address, tcp.source_port).into()
        }
        (v2::Command::Proxy, v2::Addresses::IPv6(tcp)) => {
            (tcp.source_address, tcp.source_port).into()
        }
        // The proxy itself asks, such as whether this program is well.
        _ => peer,
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

/// An address, with a port or without.
fn address(text: &str) -> Option<IpAddr> {
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
        let proxies = |header: &str| Proxies {
            trusted: ["10.0.0.0/8", "::1/128"]
                .iter()
                .map(|network| network.parse().expect("a network"))
                .collect(),
            header: header.parse().ok(),
            protocol: false,
        };
        for (name, header, peer, fields, expected) in [
            (
                "nobody is asked",
                "",
                "10.0.0.1",
                &["192.0.2.1"][..],
                "10.0.0.1",
            ),
            ("a stranger", LIST, "192.0.2.9", &["192.0.2.1"], "192.0.2.9"),
            ("a proxy", LIST, "10.0.0.1", &["192.0.2.1"], "192.0.2.1"),
            (
                "a proxy, mapped",
                LIST,
                "::ffff:10.0.0.1",
                &["192.0.2.1"],
                "192.0.2.1",
            ),
            (
                "a proxy that says nothing",
                LIST,
                "10.0.0.1",
                &[],
                "10.0.0.1",
            ),
            (
                "two proxies",
                LIST,
                "::1",
                &["192.0.2.1, 10.0.0.2"],
                "192.0.2.1",
            ),
            (
                "in two fields",
                LIST,
                "::1",
                &["192.0.2.1", "10.0.0.2"],
                "192.0.2.1",
            ),
            (
                "made up before",
                LIST,
                "::1",
                &["203.0.113.7, 192.0.2.1"],
                "192.0.2.1",
            ),
            ("proxies alone", LIST, "::1", &["10.0.0.3"], "10.0.0.3"),
            ("nonsense", LIST, "::1", &["192.0.2.1, ?"], "::1"),
            ("the other header", FORWARDED, "::1", &[], "::1"),
            (
                "RFC 7239",
                FORWARDED,
                "::1",
                &["for=192.0.2.1;proto=https"],
                "192.0.2.1",
            ),
            (
                "quoted",
                FORWARDED,
                "::1",
                &["By=x; For=\"[2001:db8::1]:80\""],
                "2001:db8::1",
            ),
            (
                "a port",
                FORWARDED,
                "::1",
                &["for=\"192.0.2.1:47011\""],
                "192.0.2.1",
            ),
            (
                "a chain",
                FORWARDED,
                "::1",
                &["for=203.0.113.7, for=192.0.2.1"],
                "192.0.2.1",
            ),
            ("hidden", FORWARDED, "::1", &["for=_hidden"], "::1"),
            ("unknown", FORWARDED, "::1", &["for=unknown"], "::1"),
            ("half quoted", FORWARDED, "::1", &["for=\"192.0.2.1"], "::1"),
        ] {
            let mut headers = HeaderMap::new();
            let sent = if header == FORWARDED { FORWARDED } else { LIST };
            for field in fields {
                headers.append(sent, field.parse().expect("a header's value"));
            }
            let peer = SocketAddr::new(peer.parse().expect("an address"), 4711);
            let origin = proxies(header).origin(peer, &headers);
            let expected: IpAddr = expected.parse().expect("an address");
            assert_eq!(origin.ip(), expected, "{name}");
        }
    }
}
