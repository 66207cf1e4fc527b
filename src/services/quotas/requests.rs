//! Requests of a body in a minute: a token bucket for each, in memory.

use std::collections::HashMap;

use crate::domain::{Slug, Timestamp};

const MINUTE_MS: u64 = 60_000;

/// What a body has left of its requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestsLeft {
    /// Requests in a minute.
    pub quota: u64,
    /// Requests that it can send at once.
    pub left: u64,
    /// Seconds until there is another one, when there is none, or else until all are back.
    pub seconds: u64,
}

/// The buckets of bodies with a quota.
#[derive(Debug, Default)]
pub(super) struct Buckets {
    /// What was left, in thousandths of a request, and when.
    of_body: HashMap<Slug, (u64, Timestamp)>,
}

impl Buckets {
    /// Takes one request out of the bucket; an error when none is left.
    pub(super) fn take(
        &mut self,
        organisation: &Slug,
        quota: u64,
        now: Timestamp,
    ) -> Result<RequestsLeft, RequestsLeft> {
        let full = quota.saturating_mul(1_000);
        let (was_left, at) = match self.of_body.get(organisation) {
            Some(known) => *known,
            None => (full, now),
        };
        let passed = u64::try_from(now.as_millis().saturating_sub(at.as_millis())).unwrap_or(0);
        let returned = passed.saturating_mul(full) / MINUTE_MS;
        let available = was_left.saturating_add(returned).min(full);
        let is_granted = available >= 1_000;
        let left = if is_granted {
            available - 1_000
        } else {
            available
        };
        // What came back of less than a thousandth is not lost: the moment stays.
        let at = if returned > 0 || is_granted { now } else { at };
        self.of_body.insert(organisation.clone(), (left, at));
        let missing = if is_granted {
            full - left
        } else {
            1_000 - left
        };
        let result = RequestsLeft {
            quota,
            left: left / 1_000,
            seconds: missing
                .saturating_mul(MINUTE_MS)
                .div_ceil(full.max(1).saturating_mul(1_000)),
        };
        if is_granted { Ok(result) } else { Err(result) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Buckets, RequestsLeft};
    use crate::domain::{Slug, Timestamp};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(1_795_395_600_000).plus_seconds(seconds)
    }

    #[test]
    fn a_minute_gives_back_the_quota_evenly() {
        let mut buckets = Buckets::default();
        let dic = Slug::parse("dic").unwrap();
        let mut take = |seconds| buckets.take(&dic, 6, at(seconds)).map(|budget| budget.left);
        for left in (0..6).rev() {
            assert_eq!(take(0), Ok(left));
        }
        // Six a minute is one in ten seconds.
        let none = RequestsLeft {
            quota: 6,
            left: 0,
            seconds: 10,
        };
        assert_eq!(take(0), Err(none));
        assert_eq!(take(10), Ok(0));
        assert!(take(19).is_err());
        assert_eq!(take(20), Ok(0));
        assert_eq!(take(3_600), Ok(5));
    }
}
