//! Who a request is counted for.

use std::net::{IpAddr, Ipv6Addr};

use crate::domain::access::Credential;

/// Who a request is counted for. Never logged or stored.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Requester {
    /// The archive itself, or who runs it: not limited.
    #[default]
    Unlimited,
    /// The holder of a token or an account.
    Holder(Credential),
    /// All anonymous callers of one network.
    Network(IpAddr),
}

impl Requester {
    /// The network of an address: the /24 of an IPv4 address, the /56 of an IPv6 address, which is what a
    /// household or an office gets.
    pub fn of_address(address: IpAddr) -> Self {
        Self::Network(match address.to_canonical() {
            IpAddr::V4(v4) => {
                let [a, b, c, _] = v4.octets();
                IpAddr::from([a, b, c, 0])
            }
            IpAddr::V6(v6) => {
                let network = v6.to_bits() & (u128::MAX << (128 - 56));
                IpAddr::V6(Ipv6Addr::from_bits(network))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Requester;

    #[test]
    fn neighbours_in_one_network_are_one_requester() {
        for (one, other, is_same) in [
            ("203.0.113.7", "203.0.113.250", true),
            ("203.0.113.7", "203.0.114.7", false),
            ("203.0.113.7", "::ffff:203.0.113.9", true),
            ("2001:db8:1:ff00::1", "2001:db8:1:ffff:2::9", true),
            ("2001:db8:1:ff00::1", "2001:db8:1:fe00::1", false),
        ] {
            let of = |address: &str| Requester::of_address(address.parse().unwrap());
            assert_eq!(of(one) == of(other), is_same, "{one} {other}");
        }
    }
}
