//! Hosts on the public internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use idna::uts46::{AsciiDenyList, Hyphens, Uts46};
use unicode_security::{RestrictionLevel, RestrictionLevelDetection};

use crate::diagnostic::rule;

use super::report::Report;

/// Names that mean something on one network only, or nothing (RFC 6761, RFC 6762, RFC 7686,
/// RFC 8375, and ICANN's reservation of `internal`).
const LOCAL_SUFFIXES: &[&str] = &[
    ".localhost",
    ".localdomain",
    ".local",
    ".internal",
    ".home.arpa",
    ".onion",
    ".invalid",
];

/// Whether the host of an https URI may be an IP address (requirements E6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IpLiterals {
    /// Not at all.
    Refuse,
    /// If it is one of the public internet.
    Public,
}

/// Whether a host stands in a list. An entry that begins with a dot stands for all hosts below it.
pub(crate) fn host_is_listed(host: &str, list: &[String]) -> bool {
    list.iter()
        .any(|listed| listed == host || listed.starts_with('.') && host.ends_with(listed))
}

/// A host that anybody may be sent to: a registered name or, where those are taken, a public address
/// in its one spelling (RFC 5952 §4).
pub(super) fn public(host: &str, literals: IpLiterals, report: &mut Report<'_, '_>) -> bool {
    let address = match literals {
        IpLiterals::Refuse => None,
        IpLiterals::Public => address(host),
    };
    let Some(address) = address else {
        return registered_name(host, report);
    };
    if !is_public(address) {
        report.fault(&rule::REDIRECT_URI_HOST_NOT_PUBLIC);
        return false;
    }
    if address.to_string() != host.trim_matches(['[', ']']) {
        report.flaw(&rule::AMBIGUOUS);
        return false;
    }
    true
}

/// A registered name in its ASCII form, with a public suffix that is not the whole of it
/// (requirements E6).
fn registered_name(host: &str, report: &mut Report<'_, '_>) -> bool {
    if is_ip_like(host) {
        report.flaw(&rule::HOST_IP);
        return false;
    }
    if host.contains('*') {
        report.flaw(&rule::WILDCARD);
        return false;
    }
    let encoded = |label: &&str| label.starts_with("xn--");
    // RFC 5890 §2.3.1 reserves the other labels with two hyphens in that place.
    let reserved = |label: &str| label.as_bytes().get(2..4) == Some(b"--") && !encoded(&label);
    if host.len() > 253
        || host
            .split('.')
            .any(|label| !is_label(label) || reserved(label))
    {
        report.flaw(&rule::HOST_SYNTAX);
        return false;
    }
    if !host.contains('.') || LOCAL_SUFFIXES.iter().any(|suffix| host.ends_with(suffix)) {
        report.flaw(&rule::HOST_LOCAL);
        return false;
    }
    if psl2::lookup(host).is_none_or(|name| name.registrable_domain().is_none()) {
        report.flaw(&rule::HOST_SUFFIX);
        return false;
    }
    !host.contains("xn--")
        || host
            .split('.')
            .filter(encoded)
            .all(|label| internationalised(label, report))
}

/// The part of a registered name that somebody has registered: the public suffix and one label
/// before it. `None` if there is no such label, and for an IP address.
pub(super) fn registrable_domain(host: &str) -> Option<&str> {
    if is_ip_like(host) {
        return None;
    }
    psl2::lookup(host)?.registrable_domain()
}

/// A label that stands for one outside of ASCII: it has to be the one encoding that strict UTS 46
/// processing gives, which is IDNA2008's but for symbols, and what people are shown in its place
/// has to be highly restrictive (UTS 39 §5.2), which leaves no symbols. The URL parser that has to
/// agree judges the labels together.
fn internationalised(label: &str, report: &mut Report<'_, '_>) -> bool {
    let (decoded, result) =
        Uts46::new().to_unicode(label.as_bytes(), AsciiDenyList::STD3, Hyphens::Check);
    let encoded = idna::domain_to_ascii_strict(&decoded);
    if result.is_err() || encoded.ok().as_deref() != Some(label) {
        report.flaw(&rule::HOST_IDNA);
        return false;
    }
    let restrictive = decoded
        .as_ref()
        .check_restriction_level(RestrictionLevel::HighlyRestrictive);
    if !restrictive {
        report.flaw(&rule::HOST_MIXED_SCRIPT);
    }
    restrictive
}

/// A label of letters, digits and hyphens, as DNS has it (RFC 5890 §2.3.1), in lower case.
pub(super) fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// What some parser takes for an IP address: a literal in brackets, or a name whose last label is a
/// number in any notation, with or without a dot behind it (URL standard §3.5).
fn is_ip_like(host: &str) -> bool {
    let name = host.strip_suffix('.').unwrap_or(host);
    let last = name.rsplit('.').next().unwrap_or_default();
    let hexadecimal = last
        .strip_prefix("0x")
        .or_else(|| last.strip_prefix("0X"))
        .is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
    host.starts_with('[')
        || hexadecimal
        || (!last.is_empty() && last.bytes().all(|b| b.is_ascii_digit()))
}

/// An IP literal as RFC 3986 §3.2.2 has it.
fn address(host: &str) -> Option<IpAddr> {
    match host.strip_prefix('[') {
        Some(literal) => {
            let address: Ipv6Addr = literal.strip_suffix(']')?.parse().ok()?;
            Some(IpAddr::V6(address))
        }
        None => host.parse().ok().map(IpAddr::V4),
    }
}

/// Whether an address is one that a machine on the public internet can have (RFC 6890, and the two
/// registries of special-purpose addresses at IANA).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !SPECIAL_V4.iter().any(|(network, length)| {
            (address.to_bits() ^ network.to_bits()).leading_zeros() >= *length
        }),
        // All of unicast is in 2000::/3: what is mapped, translated (RFC 6052), discarded,
        // unique-local, link-local or multicast lies outside.
        IpAddr::V6(address) => {
            address.segments()[0] >> 13 == 1
                && !SPECIAL_V6.iter().any(|(network, length)| {
                    (address.to_bits() ^ network.to_bits()).leading_zeros() >= *length
                })
        }
    }
}

const SPECIAL_V4: [(Ipv4Addr, u32); 18] = [
    // This network (RFC 791 §3.2).
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    // Private (RFC 1918).
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    // Shared behind a carrier's translation (RFC 6598).
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    // Loopback (RFC 1122 §3.2.1.3).
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    // Link-local (RFC 3927).
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    // Protocol assignments (RFC 6890).
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    // Documentation (RFC 5737).
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    // Sinks for reverse look-ups (RFC 7534, RFC 7535), and multicast relays (RFC 7450).
    (Ipv4Addr::new(192, 31, 196, 0), 24),
    (Ipv4Addr::new(192, 175, 48, 0), 24),
    (Ipv4Addr::new(192, 52, 193, 0), 24),
    // Relays of 6to4 (RFC 7526).
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    // Benchmarking (RFC 2544).
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    // Multicast (RFC 5771); reserved, and broadcast (RFC 1112 §4, RFC 919).
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

const SPECIAL_V6: [(Ipv6Addr, u32); 5] = [
    // Protocol assignments (RFC 2928): Teredo, benchmarking, ORCHID and the like.
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    // Documentation (RFC 3849, RFC 9637).
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
    // 6to4 (RFC 3056), which hides an IPv4 address.
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    // Sinks for reverse look-ups (RFC 7534).
    (Ipv6Addr::new(0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0), 48),
];

#[cfg(test)]
mod tests;
