//! Exponential backoff with jitter between attempts.

use std::time::Duration;

/// The first and the longest delay of a kind of job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// After the first failure.
    pub first: Duration,
    /// After any number of failures.
    pub longest: Duration,
}

impl Default for Backoff {
    /// From ten seconds to an hour.
    fn default() -> Self {
        Self {
            first: Duration::from_secs(10),
            longest: Duration::from_secs(60 * 60),
        }
    }
}

impl Backoff {
    /// The delay after the `failures`-th failure, counted from 1. `jitter`, from 0 to 1, chooses
    /// between half the delay and all of it, so that jobs that failed together are not retried
    /// together.
    pub fn delay(self, failures: u32, jitter: f64) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        let full = self.first.saturating_mul(1 << doublings).min(self.longest);
        full.mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Backoff;
    use std::time::Duration;

    #[test]
    fn delays_double_up_to_the_longest() {
        let secs = |failures| Backoff::default().delay(failures, 1.0).as_secs();
        let delays: Vec<u64> = (1..=11).map(secs).collect();
        assert_eq!(
            delays,
            [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]
        );
        assert_eq!(secs(u32::MAX), 3600);
    }

    #[test]
    fn jitter_shortens_a_delay_by_at_most_half() {
        let delay = |jitter| Backoff::default().delay(1, jitter);
        assert_eq!(delay(0.0), Duration::from_secs(5));
        assert_eq!(delay(0.5), Duration::from_millis(7500));
        assert_eq!(delay(7.0), Duration::from_secs(10));
    }
}
