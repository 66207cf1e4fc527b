//! Requests for a secret that can be repeated: a form that is sent twice makes one secret, and both answers show it.
//!
//! Such a secret is derived from the request by the master key instead of being random, so that nothing is stored for it.

use super::private;
use crate::domain::Sha256;
use crate::storage::keys::Key;

/// What makes a request one that can be repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepeatableRequest {
    /// Chosen by the client: equal requests with it have one result.
    pub key: String,
    /// SHA-256 of the request.
    pub request: Sha256,
}

impl RepeatableRequest {
    /// 256 bits that only equal requests of this account for this purpose have. Nobody without the master key can guess
    /// them, whatever key the client has chosen.
    pub(super) fn bits(&self, account: &str, purpose: &str, master: &Key) -> [u8; 32] {
        let Self { key, request } = self;
        let request = request.to_hex();
        private::keyed_hash(master, &format!("{purpose}\n{account}\n{key}\n{request}"))
    }
}

#[cfg(test)]
mod tests {
    use super::RepeatableRequest;
    use crate::domain::Sha256;

    #[test]
    fn only_the_same_request_of_the_same_account_gets_the_same_bits() {
        let request = |key: &str, byte: u8| RepeatableRequest {
            key: key.to_owned(),
            request: Sha256::from_bytes([byte; 32]),
        };
        let master = [7; 32];
        let bits = request("k", 1).bits("a-1", "token", &master);
        assert_eq!(request("k", 1).bits("a-1", "token", &master), bits);
        for other in [
            request("l", 1).bits("a-1", "token", &master),
            request("k", 2).bits("a-1", "token", &master),
            request("k", 1).bits("a-2", "token", &master),
            request("k", 1).bits("a-1", "codes", &master),
            request("k", 1).bits("a-1", "token", &[8; 32]),
        ] {
            assert_ne!(other, bits);
        }
    }
}
