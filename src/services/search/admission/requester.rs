//! Who a request is counted for.

use std::net::IpAddr;

use crate::domain::access::Credential;
use crate::domain::network::network_of;

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
    /// Everybody in the network of an address.
    pub fn of_address(address: IpAddr) -> Self {
        Self::Network(network_of(address))
    }
}
