//! SHA-256 (FIPS 180-4) of streams, as fast as the processor allows.
//!
//! Processors with the SHA extensions run `sha2`, the reference implementation of the Rust
//! community. On others `ring` has hand-written vector code that is twice as fast, so it is
//! chosen there, once, when a hash begins.

use std::io::{self, Read};

use crate::domain::Sha256;

/// A SHA-256 in the making.
#[derive(Clone)]
pub struct Hasher(Implementation);

#[derive(Clone)]
enum Implementation {
    Sha2(sha2::Sha256),
    Ring(ring::digest::Context),
}

impl Hasher {
    /// Begins with nothing, on the faster implementation for this processor.
    pub fn new() -> Self {
        if has_sha_extensions() {
            Self(Implementation::Sha2(sha2::Digest::new()))
        } else {
            Self::on_ring()
        }
    }

    fn on_ring() -> Self {
        Self(Implementation::Ring(ring::digest::Context::new(
            &ring::digest::SHA256,
        )))
    }

    /// Takes in more bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            Implementation::Sha2(state) => sha2::Digest::update(state, bytes),
            Implementation::Ring(state) => state.update(bytes),
        }
    }

    /// The hash of everything taken in.
    pub fn finish(self) -> Sha256 {
        let mut value = [0; 32];
        match self.0 {
            Implementation::Sha2(state) => {
                value.copy_from_slice(&sha2::Digest::finalize(state));
            }
            Implementation::Ring(state) => value.copy_from_slice(state.finish().as_ref()),
        }
        Sha256::from_bytes(value)
    }
}

impl std::fmt::Debug for Hasher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hasher")
    }
}

impl Default for Hasher {
    fn default() -> Self {
        Self::new()
    }
}

/// The algorithms of the checksums that a client may send with a part of a file. Only SHA-256 says anything about
/// forgery; SHA-1 finds what a bad line has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DigestAlgorithm {
    /// FIPS 180-4.
    Sha1,
    /// FIPS 180-4.
    Sha256,
}

impl DigestAlgorithm {
    /// The digest of everything that is left to read. Blocks.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn digest(self, mut from: impl Read) -> io::Result<Vec<u8>> {
        let mut buffer = vec![0; 256 * 1024];
        let mut sha256 = Hasher::new();
        let mut sha1 = ring::digest::Context::new(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY);
        loop {
            let read = from.read(&mut buffer)?;
            match (self, read) {
                (Self::Sha1, 0) => return Ok(sha1.finish().as_ref().to_vec()),
                (Self::Sha256, 0) => return Ok(sha256.finish().as_bytes().to_vec()),
                (Self::Sha1, read) => sha1.update(&buffer[..read]),
                (Self::Sha256, read) => sha256.update(&buffer[..read]),
            }
        }
    }
}

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
fn has_sha_extensions() -> bool {
    std::arch::is_x86_feature_detected!("sha")
}

/// Elsewhere `sha2` looks for the processor's instructions itself.
#[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
fn has_sha_extensions() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::{Hasher, Implementation};

    fn both() -> [Hasher; 2] {
        let sha2 = Hasher(Implementation::Sha2(sha2::Digest::new()));
        [sha2, Hasher::on_ring()]
    }

    /// The examples of FIPS 180-4 as NIST publishes them, and the empty message.
    #[test]
    fn both_implementations_give_the_values_nist_publishes() {
        let million = vec![b'a'; 1_000_000];
        let cases: [(&[u8], &str); 4] = [
            (
                b"",
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            ),
            (
                b"abc",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            ),
            (
                b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
            ),
            (
                &million,
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
            ),
        ];
        for (message, value) in cases {
            for mut hasher in both() {
                hasher.update(message);
                assert_eq!(hasher.finish().to_hex(), value);
            }
        }
    }

    #[test]
    fn both_implementations_agree_however_the_stream_is_cut() {
        let stream: Vec<u8> = (0..200_000_u32).map(|i| (i * 31 % 251) as u8).collect();
        for piece in [1, 63, 64, 65, 8191, 100_000] {
            let [mut sha2, mut ring] = both();
            for bytes in stream.chunks(piece) {
                sha2.update(bytes);
                ring.update(bytes);
            }
            assert_eq!(sha2.finish(), ring.finish(), "pieces of {piece}");
        }
    }
}
