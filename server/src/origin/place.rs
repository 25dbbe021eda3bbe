//! Where a request comes from, and who is counted together.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

/// Where a request comes from, as far as that can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// From this address.
    Known(IpAddr),
    /// From anywhere. It has no rights that an address gives.
    Unknown,
}

impl Origin {
    /// An address, in the one way it is written.
    pub fn of(address: IpAddr) -> Self {
        Self::Known(address.to_canonical())
    }

    /// The address, if it is known.
    pub const fn address(self) -> Option<IpAddr> {
        match self {
            Self::Known(address) => Some(address),
            Self::Unknown => None,
        }
    }

    /// Who it is counted with.
    pub fn network(self) -> Network {
        match self {
            Self::Known(address) => Network::of(address),
            Self::Unknown => Network::Unknown,
        }
    }
}

/// As it is written to the log.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(address) => address.fmt(f),
            Self::Unknown => f.write_str("unknown"),
        }
    }
}

/// Who is counted together: an IPv4 address, an IPv6 network, or all whose origin is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Network {
    /// This address, or of IPv6 the network that it begins.
    Of(IpAddr),
    /// Nobody knows which.
    Unknown,
}

impl Network {
    /// Of IPv6, everybody has a whole network of addresses (/64).
    pub fn of(address: IpAddr) -> Self {
        Self::Of(match address.to_canonical() {
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
            v4 => v4,
        })
    }
}

/// As the audit log has it.
impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Of(v4 @ IpAddr::V4(_)) => v4.fmt(f),
            Self::Of(v6) => write!(f, "{v6}/64"),
            Self::Unknown => f.write_str("unknown"),
        }
    }
}

/// Where a connection comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// From its other end, which may be a proxy that says more in each request.
    Direct(IpAddr),
    /// From where a trusted proxy has announced (PROXY protocol). What a request says beside that is whatever its
    /// client wrote.
    Announced(Origin),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_counted_together() {
        let network = |text: &str| Origin::of(text.parse().expect("an address")).network();
        for (one, other, is_same) in [
            ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1", "::ffff:192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false),
            ("2001:db8::1", "2001:db8::ffff:1", true),
            ("2001:db8::1", "2001:db8:0:1::1", false),
        ] {
            assert_eq!(network(one) == network(other), is_same, "{one} and {other}");
        }
        assert_ne!(network("0.0.0.0"), Origin::Unknown.network());
        assert_eq!(network("2001:db8::1").to_string(), "2001:db8::/64");
        assert_eq!(network("192.0.2.1").to_string(), "192.0.2.1");
        assert_eq!(Origin::Unknown.network().to_string(), "unknown");
    }
}
