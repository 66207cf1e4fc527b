//! The address of the client, also behind reverse proxies.
//!
//! `X-Forwarded-For` is believed only when the connection comes from a trusted proxy, and then only as far as
//! its entries are of trusted proxies themselves: everything before was written by the client.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::dev::ServiceRequest;
use actix_web::http::header::HeaderMap;

use crate::config::Network;

/// The header that proxies add the address of their client to.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The proxies whose `X-Forwarded-For` is believed.
#[derive(Debug, Clone, Default)]
pub(super) struct TrustedProxies(Vec<Network>);

impl TrustedProxies {
    /// Those in the configuration, which was checked.
    pub(super) fn new(networks: &[String]) -> Self {
        Self(
            networks
                .iter()
                .filter_map(|text| text.parse().ok())
                .collect(),
        )
    }

    /// The address that a request comes from; `None` for a connection without one.
    pub(super) fn client_of(&self, request: &ServiceRequest) -> Option<IpAddr> {
        let peer = request.peer_addr()?.ip().to_canonical();
        Some(self.client_behind(peer, request.headers()))
    }

    fn client_behind(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer;
        let lines: Vec<&str> = headers
            .get_all(FORWARDED_FOR)
            .filter_map(|value| value.to_str().ok())
            .collect();
        let entries = lines.iter().rev().flat_map(|line| line.rsplit(','));
        for entry in entries {
            if !self.contains(client) {
                break;
            }
            let Some(address) = address(entry.trim()) else {
                break;
            };
            client = address;
        }
        client
    }

    fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }
}

/// Whether the request was made on this machine and passed on by no proxy.
pub(super) fn is_local(request: &HttpRequest) -> bool {
    let headers = request.headers();
    let is_forwarded = headers.contains_key(FORWARDED_FOR) || headers.contains_key("forwarded");
    let peer = request.peer_addr();
    !is_forwarded && peer.is_some_and(|peer| peer.ip().to_canonical().is_loopback())
}

/// Of an entry, which may have a port.
fn address(entry: &str) -> Option<IpAddr> {
    let plain = entry.parse().ok();
    let with_port = || entry.parse::<std::net::SocketAddr>().ok().map(|a| a.ip());
    plain
        .or_else(with_port)
        .map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

    use super::TrustedProxies;

    #[test]
    fn only_what_trusted_proxies_wrote_is_believed() {
        let trusted = ["127.0.0.1", "10.0.0.0/8", "fd00::/8"].map(str::to_owned);
        let proxies = TrustedProxies::new(&trusted);
        for (peer, forwarded, client) in [
            ("127.0.0.1", "", "127.0.0.1"),
            ("127.0.0.1", "203.0.113.7", "203.0.113.7"),
            ("127.0.0.1", "203.0.113.7:4711", "203.0.113.7"),
            ("127.0.0.1", "1.2.3.4, 203.0.113.7", "203.0.113.7"),
            ("127.0.0.1", "203.0.113.7, 10.1.2.3", "203.0.113.7"),
            ("fd00::1", "2001:db8::7", "2001:db8::7"),
            ("198.51.100.1", "203.0.113.7", "198.51.100.1"),
            ("10.0.0.1", "nonsense", "10.0.0.1"),
            ("10.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"),
        ] {
            let mut headers = HeaderMap::new();
            for line in forwarded.split(", ").filter(|line| !line.is_empty()) {
                headers.append(
                    HeaderName::from_static("x-forwarded-for"),
                    HeaderValue::from_str(line).unwrap(),
                );
            }
            let found = proxies.client_behind(peer.parse().unwrap(), &headers);
            assert_eq!(found.to_string(), client, "{peer} {forwarded}");
        }
    }
}
