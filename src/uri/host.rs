//! Checks hosts: domain names and addresses of the public internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use idna::uts46::{AsciiDenyList, Hyphens, Uts46};
use unicode_security::{RestrictionLevel, RestrictionLevelDetection};

use crate::diagnostic::rule;

use super::report::Report;

/// The suffixes of names that mean this machine, or nothing on the internet (RFC 6761 §6.3, §6.4,
/// RFC 7686).
const LOCAL_SUFFIXES: &[&str] = &[".localhost", ".onion", ".invalid"];

/// The suffixes of names that exist only on an internal network (RFC 6762 §3, RFC 8375, ICANN's
/// reservation of `internal`, and two that routers and installers give).
const INTERNAL_SUFFIXES: &[&str] = &[".internal", ".lan", ".home.arpa", ".local", ".localdomain"];

/// The hosts that an https URI can have (requirements E6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HostRules {
    pub(crate) literals: IpLiterals,
    pub(crate) internal: InternalHosts,
}

impl HostRules {
    /// Names on the public internet.
    pub(super) const PUBLIC_NAMES: Self = Self {
        literals: IpLiterals::Refuse,
        internal: InternalHosts::Refuse,
    };
}

/// Whether the host of an https URI may be one of an internal network: a name that does not exist
/// on the public internet, or a private address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InternalHosts {
    /// No such host is allowed.
    Refuse,
    /// Such a host is allowed, with a warning.
    Accept,
}

/// Whether the host of an https URI may be an IP address (requirements E6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IpLiterals {
    /// No address is allowed.
    Refuse,
    /// An address of the public internet is allowed.
    Public,
}

/// Whether a list contains a host. An entry that begins with a dot means all hosts below that name.
pub(crate) fn host_is_listed(host: &str, list: &[String]) -> bool {
    list.iter()
        .any(|listed| listed == host || listed.starts_with('.') && host.ends_with(listed))
}

/// Checks that a host is on the public internet or, if that is allowed, on an internal network.
pub(super) fn allowed(host: &str, rules: HostRules, report: &mut Report<'_, '_>) -> bool {
    if rules.internal == InternalHosts::Accept && is_internal(host) {
        report
            .findings
            .warning(&rule::REDIRECT_URI_HOST_INTERNAL, report.place);
        return true;
    }
    public(host, rules.literals, report)
}

/// Whether a host is a valid one of an internal network.
fn is_internal(host: &str) -> bool {
    if let Some(address) = address(host) {
        let is_private = match address {
            IpAddr::V4(address) => address.is_private(),
            IpAddr::V6(address) => address.is_unique_local(),
        };
        return is_private && address.to_string() == host.trim_matches(['[', ']']);
    }
    let is_encoded = |label: &str| label.as_bytes().get(2..4) == Some(b"--");
    let is_name = is_host_name(host) && !host.split('.').any(is_encoded);
    // One label is a name of this network unless it is a top-level domain.
    let is_alone = || {
        host != "localhost"
            && !host.contains('.')
            && !psl2::lookup(host).is_some_and(|name| name.is_known())
    };
    is_name
        && (is_alone()
            || INTERNAL_SUFFIXES
                .iter()
                .any(|suffix| host.ends_with(suffix)))
}

/// Checks that a host is on the public internet: a registered name or, if addresses are allowed, a
/// public address in its canonical spelling (RFC 5952 §4).
fn public(host: &str, literals: IpLiterals, report: &mut Report<'_, '_>) -> bool {
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

/// Checks a registered name: in its ASCII form, and with at least one label before the public
/// suffix (requirements E6).
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
    // RFC 5890 §2.3.1 reserves all other labels with two hyphens at this place.
    let reserved = |label: &str| label.as_bytes().get(2..4) == Some(b"--") && !encoded(&label);
    if host.len() > 253
        || host
            .split('.')
            .any(|label| !is_label(label) || reserved(label))
    {
        report.flaw(&rule::HOST_SYNTAX);
        return false;
    }
    let mut nowhere = LOCAL_SUFFIXES.iter().chain(INTERNAL_SUFFIXES);
    if !host.contains('.') || nowhere.any(|suffix| host.ends_with(suffix)) {
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

/// Returns the registrable domain of a name: the public suffix and one label before it. `None`:
/// there is no such label, or the host is an IP address.
pub(super) fn registrable_domain(host: &str) -> Option<&str> {
    if is_ip_like(host) {
        return None;
    }
    psl2::lookup(host)?.registrable_domain()
}

/// Returns the names by which people know a host: its own, that of its registrable domain, and both as
/// they are shown if they are internationalised. There are none for an address and for a name of one
/// label, which no other network knows.
pub(super) fn names(host: &str) -> Vec<String> {
    if is_ip_like(host) || !host.contains('.') {
        return Vec::new();
    }
    let mut names = Vec::new();
    for name in std::iter::once(host).chain(registrable_domain(host)) {
        let (shown, _) = idna::domain_to_unicode(name);
        for name in [name.to_owned(), shown] {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

/// Checks an internationalised label. It must be the encoding that strict UTS 46 processing gives;
/// that is the encoding of IDNA2008, except that it also allows symbols. The decoded label, which
/// people see, must be highly restrictive (UTS 39 §5.2); that allows no symbols. The second URL
/// parser checks all labels together.
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

/// Whether a text is the name of a host, as it is written in ASCII and lower case.
pub(super) fn is_host_name(text: &str) -> bool {
    text.len() <= 253 && !is_ip_like(text) && text.split('.').all(is_label)
}

/// Whether a label consists of lower-case letters, digits and hyphens (RFC 5890 §2.3.1).
pub(super) fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Whether a parser could read a host as an IP address: a literal in brackets, or a name whose last
/// label is a number in any notation, with or without a dot after it (URL standard §3.5).
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

/// Reads an IP literal (RFC 3986 §3.2.2).
fn address(host: &str) -> Option<IpAddr> {
    match host.strip_prefix('[') {
        Some(literal) => {
            let address: Ipv6Addr = literal.strip_suffix(']')?.parse().ok()?;
            Some(IpAddr::V6(address))
        }
        None => host.parse().ok().map(IpAddr::V4),
    }
}

/// Whether an address is on the public internet (RFC 6890, and IANA's two registries of
/// special-purpose addresses).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !SPECIAL_V4.iter().any(|(network, length)| {
            (address.to_bits() ^ network.to_bits()).leading_zeros() >= *length
        }),
        // All global unicast addresses are in 2000::/3. Mapped, translated (RFC 6052),
        // discard-only, unique-local, link-local and multicast addresses are not.
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
    // AS112 servers for reverse look-ups (RFC 7534, RFC 7535), and multicast relays (RFC 7450).
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
    // 6to4 (RFC 3056): it contains an IPv4 address.
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    // AS112 servers for reverse look-ups (RFC 7534).
    (Ipv6Addr::new(0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0), 48),
];

#[cfg(test)]
mod tests;
