//! A network of addresses, as settings name it: `127.0.0.1`, `10.0.0.0/8`, `fd00::/8`.

use std::net::IpAddr;
use std::str::FromStr;

/// An address with the length of its network part. IPv4 addresses are compared in their IPv6 form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    bits: u128,
    length: u32,
}

/// The text is neither an address nor an address with a length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a network")]
pub struct InvalidNetwork;

impl Network {
    /// Whether the address belongs to the network.
    pub fn contains(&self, address: IpAddr) -> bool {
        (bits(address) ^ self.bits).leading_zeros() >= self.length
    }
}

impl FromStr for Network {
    type Err = InvalidNetwork;

    fn from_str(text: &str) -> Result<Self, InvalidNetwork> {
        let (address, length) = match text.split_once('/') {
            None => (text, None),
            Some((address, length)) => (address, Some(length.parse().map_err(|_| InvalidNetwork)?)),
        };
        let address: IpAddr = address.parse().map_err(|_| InvalidNetwork)?;
        let length = match (address, length) {
            (_, None) => 128,
            (IpAddr::V4(_), Some(length @ 0..=32)) => length + 96,
            (IpAddr::V6(_), Some(length @ 0..=128)) => length,
            _ => return Err(InvalidNetwork),
        };
        let bits = bits(address);
        Ok(Self { bits, length })
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}
