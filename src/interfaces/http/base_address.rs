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
