//! Which addresses are on the public internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

/// Whether an address is on the public internet (RFC 6890, and IANA's two registries of special-purpose
/// addresses). A document is fetched from no other, unless an administrator names its host.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !SPECIAL_V4.iter().any(|network| network.contains(&address)),
        // All global unicast addresses are in 2000::/3. An address outside of it is on no list: mapped and
        // compatible ones, translated ones (RFC 6052, RFC 8215), discard-only, unique-local, link-local,
        // site-local and multicast addresses, loopback and the unspecified address.
        IpAddr::V6(address) => {
            GLOBAL_V6.contains(&address)
                && !SPECIAL_V6.iter().any(|network| network.contains(&address))
        }
    }
}

const GLOBAL_V6: Ipv6Net = v6([0x2000, 0, 0, 0], 3);

const SPECIAL_V4: [Ipv4Net; 18] = [
    // This network (RFC 791 §3.2).
    v4([0, 0, 0, 0], 8),
    // Private (RFC 1918).
    v4([10, 0, 0, 0], 8),
    v4([172, 16, 0, 0], 12),
    v4([192, 168, 0, 0], 16),
    // Shared behind a carrier's translation (RFC 6598).
    v4([100, 64, 0, 0], 10),
    // Loopback (RFC 1122 §3.2.1.3).
    v4([127, 0, 0, 0], 8),
    // Link-local (RFC 3927), where clouds answer with credentials.
    v4([169, 254, 0, 0], 16),
    // Protocol assignments (RFC 6890).
    v4([192, 0, 0, 0], 24),
    // Documentation (RFC 5737).
    v4([192, 0, 2, 0], 24),
    v4([198, 51, 100, 0], 24),
    v4([203, 0, 113, 0], 24),
    // AS112 servers for reverse look-ups (RFC 7534, RFC 7535), and multicast relays (RFC 7450).
    v4([192, 31, 196, 0], 24),
    v4([192, 175, 48, 0], 24),
    v4([192, 52, 193, 0], 24),
    // Relays of 6to4 (RFC 7526).
    v4([192, 88, 99, 0], 24),
    // Benchmarking (RFC 2544).
    v4([198, 18, 0, 0], 15),
    // Multicast (RFC 5771); reserved, and broadcast (RFC 1112 §4, RFC 919).
    v4([224, 0, 0, 0], 4),
    v4([240, 0, 0, 0], 4),
];

const SPECIAL_V6: [Ipv6Net; 5] = [
    // Protocol assignments (RFC 2928): Teredo, benchmarking, ORCHID and the like.
    v6([0x2001, 0, 0, 0], 23),
    // Documentation (RFC 3849, RFC 9637).
    v6([0x2001, 0xdb8, 0, 0], 32),
    v6([0x3fff, 0, 0, 0], 20),
    // 6to4 (RFC 3056): it contains an IPv4 address.
    v6([0x2002, 0, 0, 0], 16),
    // AS112 servers for reverse look-ups (RFC 7534).
    v6([0x2620, 0x4f, 0x8000, 0], 48),
];

const fn v4([a, b, c, d]: [u8; 4], length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6([a, b, c, d]: [u16; 4], length: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0), length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_internet_is_public() {
        for (address, is_on_it) in [
            ("1.0.0.1", true),
            ("9.255.255.255", true),
            ("93.184.215.14", true),
            ("100.63.255.255", true),
            ("100.128.0.0", true),
            ("172.15.255.255", true),
            ("172.32.0.0", true),
            ("192.0.1.0", true),
            ("198.17.255.255", true),
            ("198.20.0.0", true),
            ("223.255.255.255", true),
            ("0.0.0.0", false),
            ("0.1.2.3", false),
            ("10.0.0.1", false),
            ("100.64.0.1", false),
            ("100.127.255.255", false),
            ("127.0.0.1", false),
            ("127.255.255.254", false),
            ("169.254.169.254", false),
            ("172.16.0.1", false),
            ("172.31.255.255", false),
            ("192.0.0.8", false),
            ("192.0.2.1", false),
            ("192.31.196.1", false),
            ("192.52.193.1", false),
            ("192.88.99.1", false),
            ("192.168.1.1", false),
            ("192.175.48.1", false),
            ("198.18.0.1", false),
            ("198.19.255.255", false),
            ("198.51.100.1", false),
            ("203.0.113.1", false),
            ("224.0.0.1", false),
            ("239.255.255.255", false),
            ("240.0.0.1", false),
            ("255.255.255.255", false),
            ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", true),
            ("2001:200::1", true),
            ("2a00:1450:4001:82f::200e", true),
            ("3ffe::1", true),
            ("::", false),
            ("::1", false),
            // An IPv4 address in an IPv6 address: compatible, mapped, translated.
            ("::93.184.215.14", false),
            ("::ffff:127.0.0.1", false),
            ("::ffff:93.184.215.14", false),
            ("64:ff9b::7f00:1", false),
            ("64:ff9b::5db8:d70e", false),
            ("64:ff9b:1::1", false),
            ("2002:7f00:1::1", false),
            ("2002:5db8:d70e::1", false),
            ("100::1", false),
            ("2001::1", false),
            ("2001:0:4136:e378::1", false),
            ("2001:2::1", false),
            ("2001:10::1", false),
            ("2001:20::1", false),
            ("2001:db8::1", false),
            ("2620:4f:8000::1", false),
            ("3fff::1", false),
            ("4000::1", false),
            ("5f00::1", false),
            ("fc00::1", false),
            ("fd12:3456:789a::1", false),
            ("fe80::1", false),
            ("fec0::1", false),
            ("ff02::1", false),
            ("ff0e::1", false),
        ] {
            let parsed = address.parse().expect("the case is an address");
            assert_eq!(is_public(parsed), is_on_it, "{address}");
        }
    }
}
