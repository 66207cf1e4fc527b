//! Networks of callers, for limits that are shared by a household or an office.

use std::net::{IpAddr, Ipv6Addr};

/// The network of an address: the /24 of an IPv4 address, the /56 of an IPv6 address, which is what a
/// household or an office gets.
pub fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            IpAddr::from([a, b, c, 0])
        }
        IpAddr::V6(v6) => {
            let network = v6.to_bits() & (u128::MAX << (128 - 56));
            IpAddr::V6(Ipv6Addr::from_bits(network))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::network_of;

    #[test]
    fn neighbours_are_in_one_network() {
        for (one, other, is_same) in [
            ("203.0.113.7", "203.0.113.250", true),
            ("203.0.113.7", "203.0.114.7", false),
            ("203.0.113.7", "::ffff:203.0.113.9", true),
            ("2001:db8:1:ff00::1", "2001:db8:1:ffff:2::9", true),
            ("2001:db8:1:ff00::1", "2001:db8:1:fe00::1", false),
        ] {
            let of = |address: &str| network_of(address.parse().unwrap());
            assert_eq!(of(one) == of(other), is_same, "{one} {other}");
        }
    }
}
