//! The minimum pace of an upload.

use std::time::Duration;

/// Two limits: no single pause may be too long, and the average may not be too slow. The second stops
/// clients that send a byte just before each pause ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// The longest pause between two chunks.
    pub pause: Duration,
    /// The time that every body has, of any length.
    pub grace: Duration,
    /// Bytes per second after that, on average.
    pub floor: u64,
}

impl Pace {
    /// For bodies over slow mobile networks: at least 1 KiB a second.
    pub fn with_pause(pause: Duration) -> Self {
        Self {
            pause,
            grace: Duration::from_secs(60),
            floor: 1024,
        }
    }

    /// How long to wait for the next chunk, after waiting `waited` for `received` bytes; `None` when the
    /// average is too slow.
    pub fn next_timeout(&self, waited: Duration, received: u64) -> Option<Duration> {
        let earned = Duration::from_secs(received / self.floor.max(1));
        let left = (self.grace + earned).checked_sub(waited)?;
        (!left.is_zero()).then(|| left.min(self.pause))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Pace;

    #[test]
    fn the_timeout_ends_with_a_long_pause_or_a_slow_average() {
        let pace = Pace {
            pause: Duration::from_secs(30),
            grace: Duration::from_secs(60),
            floor: 1000,
        };
        for (waited, received, expected) in [
            (0, 0, Some(30)),
            (50, 0, Some(10)),
            (60, 0, None),
            (61, 0, None),
            (60, 5_000, Some(5)),
            (100, 100_000, Some(30)),
            (200, 100_000, None),
        ] {
            let timeout = pace.next_timeout(Duration::from_secs(waited), received);
            assert_eq!(
                timeout,
                expected.map(Duration::from_secs),
                "{waited} {received}"
            );
        }
    }
}
