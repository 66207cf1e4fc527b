//! The public address of the archive, from which links are built.

use std::net::{Ipv4Addr, SocketAddr};

/// The public address of the archive, without a slash at its end. Links are built from it, never from
/// the `Host` header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseAddress(String);

impl BaseAddress {
    /// The configured address, or that of the bound socket.
    pub fn new(configured: &str, scheme: &str, bound: SocketAddr) -> Self {
        if configured.is_empty() {
            Self(format!("{scheme}://{}", reachable(bound)))
        } else {
            Self(configured.trim_end_matches('/').to_owned())
        }
    }

    /// The path in front of all paths of the archive; empty unless it is served below another site.
    pub fn path(&self) -> &str {
        let behind_scheme = self.0.find("://").map_or(0, |at| at + 3);
        let slash = self.0[behind_scheme..].find('/');
        slash.map_or("", |at| &self.0[behind_scheme + at..])
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An address under which a program on this machine reaches a bound socket.
pub fn reachable(bound: SocketAddr) -> SocketAddr {
    let mut address = bound;
    if bound.ip().is_unspecified() {
        address.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    address
}

#[cfg(test)]
mod tests {
    use super::BaseAddress;

    #[test]
    fn the_path_is_what_follows_the_host() {
        let bound = ([127, 0, 0, 1], 8080).into();
        for (configured, path) in [
            ("", ""),
            ("https://kho.example.vn/", ""),
            ("https://so.example.vn:8443/kho/luu/", "/kho/luu"),
        ] {
            assert_eq!(BaseAddress::new(configured, "http", bound).path(), path);
        }
    }
}
