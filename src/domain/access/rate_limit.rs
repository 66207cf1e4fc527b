//! Limits of how often something may be done: a token bucket, which gives back evenly what was taken.

use crate::domain::Timestamp;

/// So many requests in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// The most requests at once.
    pub requests: u64,
    /// The time after which all of them are back, in milliseconds.
    pub period_ms: u64,
}

/// What is left of a [`RateLimit`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimitStatus {
    /// Requests in a period.
    pub limit: u64,
    /// Requests that can be sent at once.
    pub left: u64,
    /// Seconds until there is another one, when there is none, or else until all are back.
    pub seconds: u64,
}

/// What was left of a limit, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenBucket {
    /// A request costs the period; each millisecond gives back the number of requests in a period. So nothing is
    /// rounded, and another number of requests needs no conversion.
    level: u64,
    at: Timestamp,
}

impl TokenBucket {
    /// A bucket from which nothing was taken.
    pub const fn full(limit: RateLimit, now: Timestamp) -> Self {
        Self {
            level: limit.requests.saturating_mul(limit.period_ms),
            at: now,
        }
    }

    /// Takes one request.
    ///
    /// # Errors
    /// None is left.
    pub fn take(
        &mut self,
        limit: RateLimit,
        now: Timestamp,
    ) -> Result<RateLimitStatus, RateLimitStatus> {
        let full = Self::full(limit, now).level;
        let passed_ms = now.as_millis().saturating_sub(self.at.as_millis()).max(0);
        let returned = passed_ms.unsigned_abs().saturating_mul(limit.requests);
        let level = self.level.saturating_add(returned).min(full);
        let taken = level.checked_sub(limit.period_ms);
        *self = Self {
            level: taken.unwrap_or(level),
            at: now,
        };
        let missing = match taken {
            Some(level) => full - level,
            None => limit.period_ms - level,
        };
        let status = RateLimitStatus {
            limit: limit.requests,
            left: self.level / limit.period_ms.max(1),
            seconds: missing.div_ceil(limit.requests.max(1).saturating_mul(1_000)),
        };
        if taken.is_some() {
            Ok(status)
        } else {
            Err(status)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{RateLimit, RateLimitStatus, TokenBucket};
    use crate::domain::Timestamp;

    const SIX_A_MINUTE: RateLimit = RateLimit {
        requests: 6,
        period_ms: 60_000,
    };

    const fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(1_795_395_600_000 + millis)
    }

    #[test]
    fn a_period_gives_back_the_requests_evenly() {
        let mut bucket = TokenBucket::full(SIX_A_MINUTE, at(0));
        let mut take = |seconds: i64| bucket.take(SIX_A_MINUTE, at(seconds * 1_000));
        for left in (0..6).rev() {
            assert_eq!(take(0).map(|status| status.left), Ok(left));
        }
        // Six a minute is one in ten seconds.
        let none = RateLimitStatus {
            limit: 6,
            left: 0,
            seconds: 10,
        };
        assert_eq!(take(0), Err(none));
        assert_eq!(take(10).map(|status| status.left), Ok(0));
        assert!(take(19).is_err());
        assert_eq!(take(20).map(|status| status.left), Ok(0));
        // Five are left, and the sixth is back after another ten seconds.
        let one_taken = RateLimitStatus {
            limit: 6,
            left: 5,
            seconds: 10,
        };
        assert_eq!(take(3_600), Ok(one_taken));
    }

    #[test]
    fn asking_again_and_again_takes_nothing_away() {
        let mut bucket = TokenBucket::full(SIX_A_MINUTE, at(0));
        for _ in 0..6 {
            bucket.take(SIX_A_MINUTE, at(0)).unwrap();
        }
        for millis in 1..10_000 {
            assert!(bucket.take(SIX_A_MINUTE, at(millis)).is_err(), "{millis}");
        }
        let back = bucket.take(SIX_A_MINUTE, at(10_000));
        assert_eq!(back.map(|status| status.left), Ok(0));
    }

    #[test]
    fn a_clock_that_goes_back_gives_nothing() {
        let mut bucket = TokenBucket::full(SIX_A_MINUTE, at(0));
        for _ in 0..6 {
            bucket.take(SIX_A_MINUTE, at(0)).unwrap();
        }
        assert!(bucket.take(SIX_A_MINUTE, at(-60_000)).is_err());
    }

    #[test]
    fn no_requests_are_never_granted() {
        let none = RateLimit {
            requests: 0,
            ..SIX_A_MINUTE
        };
        let mut bucket = TokenBucket::full(none, at(0));
        assert!(bucket.take(none, at(0)).is_err());
        assert!(bucket.take(none, at(1_000_000)).is_err());
    }
}
