//! Requests of bodies in a minute, counted in memory.

use std::num::NonZeroUsize;

use lru::LruCache;

use crate::domain::access::rate_limit::{RateLimit, RateLimitStatus, TokenBucket};
use crate::domain::{Slug, Timestamp};

const MINUTE_MS: u64 = 60_000;
/// Bodies that are remembered. One that is forgotten has its whole quota again.
const BODIES: NonZeroUsize = NonZeroUsize::MIN.saturating_add(16_383);

/// The buckets of bodies with a quota.
#[derive(Debug)]
pub(super) struct Buckets {
    of_body: LruCache<Slug, TokenBucket>,
}

impl Default for Buckets {
    fn default() -> Self {
        Self {
            of_body: LruCache::new(BODIES),
        }
    }
}

impl Buckets {
    /// Takes one request out of the bucket; an error when none is left.
    pub(super) fn take(
        &mut self,
        organisation: &Slug,
        requests_per_minute: u64,
        now: Timestamp,
    ) -> Result<RateLimitStatus, RateLimitStatus> {
        let limit = RateLimit {
            requests: requests_per_minute,
            period_ms: MINUTE_MS,
        };
        let full = || TokenBucket::full(limit, now);
        let bucket = self.of_body.get_or_insert_mut_ref(organisation, full);
        bucket.take(limit, now)
    }
}

#[cfg(test)]
mod tests {
    use super::{BODIES, Buckets};
    use crate::domain::{Slug, Timestamp};

    #[test]
    fn bodies_are_counted_apart_and_memory_is_bounded() {
        let mut buckets = Buckets::default();
        let mut take = |name: &str| {
            let body = Slug::parse(name).unwrap();
            let status = buckets.take(&body, 2, Timestamp::from_millis(0));
            status.map(|status| status.left).ok()
        };
        assert_eq!(
            (take("dic"), take("dic"), take("dic")),
            (Some(1), Some(0), None)
        );
        assert_eq!(take("docst"), Some(1));
        for number in 0..BODIES.get() + 5 {
            take(&format!("body-{number}"));
        }
        assert_eq!(buckets.of_body.len(), BODIES.get());
    }
}
