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
