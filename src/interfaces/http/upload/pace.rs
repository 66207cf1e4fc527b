//! How slowly a body may come before the connection is given to somebody else.

use std::time::Duration;

/// Two limits: no single pause may be too long, and the whole may not be too slow. The second
/// stops those who send a byte just before each pause runs out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// The longest pause between two pieces.
    pub pause: Duration,
    /// The time that every body has, however short.
    pub grace: Duration,
    /// Bytes per second after that, on average.
    pub floor: u64,
}

impl Pace {
    /// Bodies as they come over poor mobile networks: at least 1 KiB a second.
    pub fn with_pause(pause: Duration) -> Self {
        Self {
            pause,
            grace: Duration::from_secs(60),
            floor: 1024,
        }
    }

    /// How long to wait for the next piece, when `waited` has gone by in waiting and
    /// `received` bytes have come. Not at all when the whole is too slow.
    pub fn patience(&self, waited: Duration, received: u64) -> Option<Duration> {
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
    fn patience_ends_with_a_long_pause_or_a_slow_whole() {
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
            let patience = pace.patience(Duration::from_secs(waited), received);
            assert_eq!(
                patience,
                expected.map(Duration::from_secs),
                "{waited} {received}"
            );
        }
    }
}
