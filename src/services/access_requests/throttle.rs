//! Requests of one network: five, and another one every hour.

use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lru::LruCache;

use crate::domain::Timestamp;
use crate::services::accounts::Network;

const FREE: f64 = 5.0;
const EVERY_SECONDS: f64 = 3_600.0;
/// Networks that are remembered. One that is forgotten may ask again.
const NETWORKS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(16_383);

/// What networks have left.
pub(super) struct Throttle {
    left: Mutex<LruCache<Network, (f64, Timestamp)>>,
}

impl Throttle {
    pub(super) fn new() -> Self {
        Self {
            left: Mutex::new(LruCache::new(NETWORKS)),
        }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// How long to wait.
    pub(super) fn take(&self, network: Network, now: Timestamp) -> Result<(), Duration> {
        let mut all = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let (was_left, at) = all.get(&network).copied().unwrap_or((FREE, now));
        let passed_ms = now.as_millis().saturating_sub(at.as_millis()).max(0);
        let returned =
            Duration::from_millis(passed_ms.unsigned_abs()).as_secs_f64() / EVERY_SECONDS;
        let left = (was_left + returned).min(FREE);
        if left < 1.0 {
            all.put(network, (left, now));
            return Err(Duration::from_secs_f64((1.0 - left) * EVERY_SECONDS));
        }
        all.put(network, (left - 1.0, now));
        Ok(())
    }
}
