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
mod tests {
    use crate::diagnostic::{Findings, Place, Role};

    use super::*;

    #[test]
    fn hosts() {
        for (host, code) in [
            ("mail.example.com", None),
            ("example.com", None),
            ("xn--bcher-kva.example", None),
            ("example.co.uk", None),
            ("a-b.example", None),
            ("127.0.0.1", Some("uri-host-ip")),
            ("127.1", Some("uri-host-ip")),
            ("2130706433", Some("uri-host-ip")),
            ("0x7f.0.0.1", Some("uri-host-ip")),
            ("1.0x1", Some("uri-host-ip")),
            ("1.2.3.4.", Some("uri-host-ip")),
            ("[::1]", Some("uri-host-ip")),
            ("localhost", Some("uri-host-local")),
            ("a.localhost", Some("uri-host-local")),
            ("mail", Some("uri-host-local")),
            ("metadata.google.internal", Some("uri-host-local")),
            ("printer.local", Some("uri-host-local")),
            ("nas.home.arpa", Some("uri-host-local")),
            ("a.onion", Some("uri-host-local")),
            ("locals.example", None),
            ("ab--cd.example", Some("uri-host-syntax")),
            ("co.uk", Some("uri-host-suffix")),
            ("github.io", Some("uri-host-suffix")),
            ("a.example.", Some("uri-host-syntax")),
            (".example.com", Some("uri-host-syntax")),
            ("a..example", Some("uri-host-syntax")),
            ("-a.example", Some("uri-host-syntax")),
            ("a-.example", Some("uri-host-syntax")),
            ("a_b.example", Some("uri-host-syntax")),
            ("A.example", Some("uri-host-syntax")),
            ("a%2eb.example", Some("uri-host-syntax")),
            ("", Some("uri-host-syntax")),
            ("*.example.com", Some("uri-wildcard")),
        ] {
            let (sound, found) = judged(host, IpLiterals::Refuse);
            assert_eq!((sound, found), (code.is_none(), code), "{host}");
        }
    }

    fn judged(host: &str, literals: IpLiterals) -> (bool, Option<&'static str>) {
        let mut findings = Findings::default();
        let mut report = Report::new(Role::Other, Place::Document, &mut findings);
        let sound = public(host, literals, &mut report);
        (sound, findings.into_diagnostics().first().map(|d| d.code))
    }

    #[test]
    fn internationalised_hosts() {
        let syntax = Some("uri-host-syntax");
        let idna = Some("uri-host-idna");
        let mixed = Some("uri-host-mixed-script");
        for (host, shown_as, code) in [
            ("xn--bcher-kva.example", "bücher", None),
            ("xn--fa-hia.example", "faß", None),
            ("xn--h1alffa9f.example", "россия", None),
            ("xn--hxakic4aa.example", "ελλάδα", None),
            ("xn--5dbqzzl.example", "עברית", None),
            ("xn--h2bhs4b8d8a.example", "नमस्ते", None),
            ("xn--wgv71a119e.example", "日本語", None),
            (
                "xn--mail-kt4c8b7f4830cdocu19k.example",
                "日本語メールmail",
                None,
            ),
            ("xn--mail-fy4pk97it5w.example", "한국어mail", None),
            ("xn--mail-zf5fy05j.example", "中文mail", None),
            ("xn--80ak6aa92e.example", "аррӏе", None),
            ("xn--bcher-kva.xn--h1alffa9f.example", "bücher.россия", None),
            ("a--b.xn--bcher-kva.example", "a--b.bücher", None),
            ("xn--pple-43d.example", "аpple", mixed),
            ("xn--pple-zld.example", "αpple", mixed),
            ("xn--ypal-43d9g.example", "раypal", mixed),
            ("xn--mail-83d7fgz8b.example", "mailпочта", mixed),
            ("xn--80a1acny1501mo4bc84j.example", "日本語почта", mixed),
            ("xn--a-7iq.example", "a❤", mixed),
            ("xn--n3h.example", "☃", mixed),
            ("xn--i-7iq.example", "i❤", mixed),
            ("xn--3vee.example", "ᚠᚢ", mixed),
            ("xn--p-sb2i.example", "p\u{10300}", mixed),
            ("mail.xn--om-4xu.example", "ⅽom", idna),
            ("xn--Bcher-kva.example", "Bücher", syntax),
            ("xn--ab-uub.example", "a\u{308}b", idna),
            ("xn--ab---3ra.example", "ab--ü", idna),
            ("xn--ab-m1t.example", "a\u{200d}b", idna),
            ("xn--a-vca1v.example", "a\u{ad}ü", idna),
            ("xn--b-eha1936q.example", "ａbü", idna),
            ("xn--a-wbb.example", "\u{301}a", idna),
            ("xn----eha.example", "-ü", idna),
            ("xn----dha.example", "ü-", idna),
            ("xn--a--b-0ra.example", "aü--b", idna),
            ("xn--example-.example", "example", syntax),
            ("xn--.example", "", syntax),
            ("xn--a.example", "undecodable", idna),
            ("xn--0.example", "undecodable", idna),
            ("xn--99999999.example", "undecodable", idna),
        ] {
            let (_, found) = judged(host, IpLiterals::Refuse);
            assert_eq!(found, code, "{host} {shown_as}");
        }
    }

    #[test]
    fn ip_literals() {
        let special = Some("redirect-uri-host-not-public");
        let in_other_ways = Some("uri-ambiguous");
        let not_a_name = Some("uri-host-ip");
        for (host, code) in [
            ("192.88.98.1", None),
            ("1.1.1.1", None),
            ("9.255.255.255", None),
            ("11.0.0.0", None),
            ("100.63.255.255", None),
            ("100.128.0.0", None),
            ("172.15.255.255", None),
            ("172.32.0.0", None),
            ("198.17.255.255", None),
            ("198.20.0.0", None),
            ("223.255.255.255", None),
            ("[2a00:1450::1]", None),
            ("[2001:200::1]", None),
            ("[2606:4700::1111]", None),
            ("mail.example.com", None),
            ("0.0.0.0", special),
            ("0.1.2.3", special),
            ("10.1.2.3", special),
            ("100.64.0.0", special),
            ("100.127.255.255", special),
            ("127.0.0.1", special),
            ("127.1.2.3", special),
            ("169.254.169.254", special),
            ("172.16.0.0", special),
            ("172.31.255.255", special),
            ("192.0.0.9", special),
            ("192.0.2.1", special),
            ("192.31.196.1", special),
            ("192.52.193.1", special),
            ("192.88.99.1", special),
            ("192.168.0.1", special),
            ("192.175.48.1", special),
            ("198.18.0.0", special),
            ("198.19.255.255", special),
            ("198.51.100.1", special),
            ("203.0.113.1", special),
            ("224.0.0.1", special),
            ("239.255.255.255", special),
            ("240.0.0.1", special),
            ("255.255.255.255", special),
            ("[::]", special),
            ("[::1]", special),
            ("[::ffff:8.8.8.8]", special),
            ("[::ffff:808:808]", special),
            ("[::8.8.8.8]", special),
            ("[64:ff9b::808:808]", special),
            ("[64:ff9b:1::1]", special),
            ("[100::1]", special),
            ("[2001::1]", special),
            ("[2001:2::1]", special),
            ("[2001:20::1]", special),
            ("[2001:1ff::1]", special),
            ("[2001:db8::1]", special),
            ("[2002:808:808::1]", special),
            ("[2620:4f:8000::1]", special),
            ("[3fff:fff::1]", special),
            ("[4000::1]", special),
            ("[5f00::1]", special),
            ("[fc00::1]", special),
            ("[fd12:3456:789a::1]", special),
            ("[fe80::1]", special),
            ("[fec0::1]", special),
            ("[ff02::1]", special),
            ("[2A00:1450::1]", in_other_ways),
            ("[2a00:1450:0::1]", in_other_ways),
            ("[2a00:1450::0.0.0.1]", in_other_ways),
            ("[fe80::1%25eth0]", not_a_name),
            ("[::1", not_a_name),
            ("[v1.a]", not_a_name),
            ("1.1", not_a_name),
            ("0x1.1.1.1", not_a_name),
            ("01.1.1.1", not_a_name),
            ("1.1.1.1.", not_a_name),
        ] {
            let (sound, found) = judged(host, IpLiterals::Public);
            assert_eq!((sound, found), (code.is_none(), code), "{host}");
            // Where addresses are not taken, no address is.
            let (sound, _) = judged(host, IpLiterals::Refuse);
            assert_eq!(sound, host == "mail.example.com", "{host}");
        }
    }

    #[test]
    fn registrable_domains() {
        for (host, domain) in [
            ("example.com", Some("example.com")),
            ("a.b.example.com", Some("example.com")),
            ("example.co.uk", Some("example.co.uk")),
            ("www.example.co.uk", Some("example.co.uk")),
            ("alice.github.io", Some("alice.github.io")),
            ("www.alice.github.io", Some("alice.github.io")),
            (
                "www.xn--85x722f.xn--55qx5d.cn",
                Some("xn--85x722f.xn--55qx5d.cn"),
            ),
            ("a.b.c.kobe.jp", Some("b.c.kobe.jp")),
            ("www.city.kobe.jp", Some("city.kobe.jp")),
            ("mail.example", Some("mail.example")),
            ("co.uk", None),
            ("com", None),
            ("github.io", None),
            ("xn--55qx5d.cn", None),
            ("192.0.2.1", None),
            ("[2001:db8::1]", None),
            ("", None),
        ] {
            assert_eq!(registrable_domain(host), domain, "{host}");
        }
    }
}
