//! How long to wait before another attempt: twice as long each time, and not all at once.

use std::time::Duration;

/// The first and the longest wait of a kind of job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// After the first failure.
    pub first: Duration,
    /// However many there were.
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
    /// The wait after the `failures`-th failure, counted from 1. `jitter`, from 0 to 1, chooses
    /// between half the wait and all of it, so that jobs that failed together do not come back
    /// together.
    pub fn wait(self, failures: u32, jitter: f64) -> Duration {
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
    fn waits_double_up_to_the_longest() {
        let secs = |failures| Backoff::default().wait(failures, 1.0).as_secs();
        let waits: Vec<u64> = (1..=11).map(secs).collect();
        assert_eq!(
            waits,
            [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]
        );
        assert_eq!(secs(u32::MAX), 3600);
    }

    #[test]
    fn jitter_takes_away_at_most_half() {
        let wait = |jitter| Backoff::default().wait(1, jitter);
        assert_eq!(wait(0.0), Duration::from_secs(5));
        assert_eq!(wait(0.5), Duration::from_millis(7500));
        assert_eq!(wait(7.0), Duration::from_secs(10));
    }
}
