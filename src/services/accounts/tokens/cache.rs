//! Tokens that were read a moment ago.

use std::collections::HashMap;

use crate::domain::Timestamp;
use crate::storage::catalog::{TokenHash, TokenRecord};

/// How long a node caches a token.
pub const CACHE_SECONDS: i64 = 30;

/// More tokens than any archive has; invalid ones are never cached.
const CACHE_ENTRIES: usize = 4_096;

/// Tokens with the time they were read. The number of endings tells a slow reader that the token it
/// read may be out of date.
#[derive(Default)]
pub(super) struct Cache {
    entries: HashMap<TokenHash, (TokenRecord, Timestamp)>,
    endings: u64,
}

impl Cache {
    /// The token, if it was read lately; and the number of endings.
    pub(super) fn find(&self, hash: &TokenHash, now: Timestamp) -> (Option<TokenRecord>, u64) {
        let found = self.entries.get(hash);
        let recent = found.filter(|(_, read_at)| now < read_at.plus_seconds(CACHE_SECONDS));
        (recent.map(|(record, _)| record.clone()), self.endings)
    }

    /// Keeps a token, unless one has ended since the number of endings was read.
    pub(super) fn keep(&mut self, record: &TokenRecord, now: Timestamp, endings: u64) {
        if self.endings != endings {
            return;
        }
        if self.entries.len() >= CACHE_ENTRIES {
            self.entries.clear();
        }
        self.entries.insert(record.hash, (record.clone(), now));
    }

    /// Forgets these secrets, which were changed.
    pub(super) fn forget(&mut self, secrets: &[TokenRecord]) {
        self.endings += 1;
        for secret in secrets {
            self.entries.remove(&secret.hash);
        }
    }
}
