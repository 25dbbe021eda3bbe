//! Flaws that a URI of any purpose can have.

use crate::diagnostic::catalogue::flaws;

flaws! {
    URI;

    TOO_LONG: "too-long", "RFC 7591 §5" / "RFC 7591 §5",
        "The URI is too long.";
    EMPTY: "empty", "RFC 3986 §4.3" / "RFC 3986 §4.3",
        "The URI is an empty text; leave it out instead.";
    CHARACTER: "character", "RFC 3986 §2" / "RFC 3986 §2",
        "The URI holds a character that must be percent-encoded: a space, a control character, one outside ASCII, or one of < > { } | ^ ` backslash and quote.";
    NOT_ABSOLUTE: "not-absolute", "RFC 6749 §3.1.2" / "RFC 3986 §4.3",
        "The URI must be absolute, with a scheme.";
    SCHEME_SYNTAX: "scheme-syntax", "RFC 3986 §3.1" / "RFC 3986 §3.1",
        "A scheme must consist of letters, digits, plus, hyphen and dot only.";
    SCHEME_CASE: "scheme-case", "RFC 3986 §6.2.2.1" / "RFC 3986 §6.2.2.1",
        "The scheme must be in lower case.";
    FRAGMENT: "fragment", "RFC 6749 §3.1.2" / "RFC 3986 §3.5",
        "The URI must not have a fragment, not even an empty one.";
    USER_INFO: "user-info", "RFC 3986 §3.2.1" / "RFC 3986 §3.2.1",
        "The URI must not have a user name or password before its host.";
    WILDCARD: "wildcard", "RFC 9700 §4.1.3" / "RFC 3986 §3.2.2",
        "The URI must not have a wildcard: it is compared as it stands.";
    PERCENT: "percent", "RFC 3986 §2.1" / "RFC 3986 §2.1",
        "A percent sign must be followed by two hexadecimal digits.";
    ENCODED_CONTROL: "encoded-control", "RFC 9700 §4.11" / "RFC 3986 §7.3",
        "The URI must not hold an encoded control character.";
    ENCODED_SEPARATOR: "encoded-separator", "RFC 3986 §7.3" / "RFC 3986 §7.3",
        "The path must not hold an encoded slash, backslash or dot.";
    DOT_SEGMENT: "dot-segment", "RFC 3986 §6.2.2.3" / "RFC 3986 §6.2.2.3",
        "The path must not have a segment of one or two dots.";
    HOST_MISSING: "host-missing", "RFC 9110 §4.2.2" / "RFC 9110 §4.2.2",
        "The URI must have a host after two slashes.";
    HOST_IP: "host-ip", "RFC 9700 §4.1.3" / "RFC 7591 §5",
        "The host must be a registered domain name, not an IP address.";
    HOST_LOCAL: "host-local", "RFC 6761 §6.3" / "RFC 6761 §6.3",
        "The host must be a domain name on the public internet, not localhost and not a name of an internal network.";
    HOST_SYNTAX: "host-syntax", "RFC 5890 §2.3.1" / "RFC 5890 §2.3.1",
        "The host must be a domain name in its ASCII form and lower case: labels of letters, digits and hyphens, no empty label, no dot at the end.";
    HOST_IDNA: "host-idna", "RFC 5891 §5.4" / "RFC 5891 §5.4",
        "The host has a label that starts with xn-- and is not what an internationalised label is encoded as.";
    HOST_MIXED_SCRIPT: "host-mixed-script", "UTS 39 §5.2" / "UTS 39 §5.2",
        "The host has an internationalised label that mixes scripts, or holds a character that is not for identifiers.";
    HOST_SUFFIX: "host-suffix", "RFC 7591 §5" / "RFC 7591 §5",
        "The host is a public suffix, under which anybody may register names.";
    PORT: "port", "RFC 3986 §3.2.3" / "RFC 3986 §3.2.3",
        "The port must be a number from 1 to 65535 without leading zeros.";
    OTHER_SITE: "other-site", "RFC 7591 §5" / "RFC 7591 §5",
        "The URI must be on the same site as client_uri: its host must have the same registrable domain.";
    AMBIGUOUS: "ambiguous", "RFC 3986 §7.3" / "RFC 3986 §7.3",
        "Two URI parsers read this differently; write it in its simplest form.";
}
