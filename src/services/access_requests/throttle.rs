//! Requests of one network: five, and another one every hour.

use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lru::LruCache;

use crate::domain::Timestamp;
use crate::domain::access::rate_limit::{RateLimit, TokenBucket};
use crate::services::accounts::Network;

const OF_NETWORK: RateLimit = RateLimit {
    requests: 5,
    period_ms: 5 * 3_600_000,
};
/// Networks that are remembered. One that is forgotten may ask again.
const NETWORKS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(16_383);

/// What networks have left.
pub(super) struct Throttle {
    of_network: Mutex<LruCache<Network, TokenBucket>>,
}

impl Throttle {
    pub(super) fn new() -> Self {
        Self {
            of_network: Mutex::new(LruCache::new(NETWORKS)),
        }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// How long to wait.
    pub(super) fn take(&self, network: Network, now: Timestamp) -> Result<(), Duration> {
        let lock = self.of_network.lock();
        let mut all = lock.unwrap_or_else(PoisonError::into_inner);
        let bucket = all.get_or_insert_mut(network, || TokenBucket::full(OF_NETWORK, now));
        match bucket.take(OF_NETWORK, now) {
            Ok(_) => Ok(()),
            Err(none) => Err(Duration::from_secs(none.seconds)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Throttle;
    use crate::domain::Timestamp;

    #[test]
    fn a_network_asks_five_times_and_once_an_hour_after_that() {
        let throttle = Throttle::new();
        let take = |seconds| throttle.take(None, Timestamp::from_millis(0).plus_seconds(seconds));
        for _ in 0..5 {
            assert_eq!(take(0), Ok(()));
        }
        assert_eq!(take(0), Err(Duration::from_secs(3_600)));
        assert_eq!(take(3_599), Err(Duration::from_secs(1)));
        assert_eq!((take(3_600), take(3_600).is_err()), (Ok(()), true));
    }
}
