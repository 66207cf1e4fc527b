//! Secrets that are shown once: of tokens, links, sessions and recovery codes.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256 as Hasher};

use crate::clock::Clock;
use crate::domain::Sha256;

/// A secret. Shown once; neither logged nor stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// 256 random bits in Base64url behind `prefix`.
    pub(in crate::services) fn random(clock: &Clock, prefix: &str) -> Self {
        Self::of_bits(&clock.random_bytes(), prefix)
    }

    /// These 256 bits in Base64url behind `prefix`.
    pub(super) fn of_bits(bits: &[u8; 32], prefix: &str) -> Self {
        Self(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bits)))
    }

    /// The secret with this text.
    pub(in crate::services) fn from_text(text: String) -> Self {
        Self(text)
    }

    /// The text, for the one response that shows it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Its hash, which may be stored.
    pub(in crate::services) fn hash(&self) -> Sha256 {
        hash(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// SHA-256 of the text of a secret. A secret has at least 80 random bits, so that a fast hash is enough.
pub(super) fn hash(secret: &str) -> Sha256 {
    hash_bytes(secret.as_bytes())
}

/// SHA-256 of bytes.
pub(super) fn hash_bytes(bytes: &[u8]) -> Sha256 {
    Sha256::from_bytes(Hasher::digest(bytes).into())
}

/// The public name of what is stored under a hash: the beginning of the hash opens nothing.
pub(super) fn public_id(hash: &str) -> String {
    hash.chars().take(16).collect()
}
