//! The minimum pace of a body.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};

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

/// A body on its way: how long the client was waited for, and what it sent. Only waiting for the client
/// counts, not what the archive does with the bytes.
#[derive(Debug)]
pub struct PacedBody<B> {
    body: B,
    pace: Pace,
    waited: Duration,
    received: u64,
}

/// The client sent too slowly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooSlow;

impl<B, E> PacedBody<B>
where
    B: Stream<Item = Result<Bytes, E>> + Unpin,
{
    /// Reads `body` at this pace or faster.
    pub const fn new(body: B, pace: Pace) -> Self {
        Self {
            body,
            pace,
            waited: Duration::ZERO,
            received: 0,
        }
    }

    /// The next chunk; `None` at the end.
    ///
    /// # Errors
    /// [`TooSlow`]; the body cannot be read further then.
    pub async fn next(&mut self) -> Result<Option<Result<Bytes, E>>, TooSlow> {
        let timeout = self.pace.next_timeout(self.waited, self.received);
        let timeout = timeout.ok_or(TooSlow)?;
        let started = Instant::now();
        let chunk = tokio::time::timeout(timeout, self.body.next()).await;
        self.waited += started.elapsed();
        let chunk = chunk.map_err(|_| TooSlow)?;
        if let Some(Ok(bytes)) = &chunk {
            self.received += bytes.len() as u64;
        }
        Ok(chunk)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::time::Duration;

    use bytes::Bytes;
    use futures_util::{StreamExt as _, stream};

    use super::{Pace, PacedBody, TooSlow};

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

    #[tokio::test]
    async fn waiting_counts_for_the_whole_body_though_no_pause_is_long() {
        let pace = Pace {
            pause: Duration::from_secs(3600),
            grace: Duration::from_millis(20),
            floor: 1000,
        };
        let first = Ok::<_, Infallible>(Bytes::from_static(b"{"));
        let body = stream::iter([first]).chain(stream::pending());
        let mut body = PacedBody::new(Box::pin(body), pace);
        assert_eq!(body.next().await, Ok(Some(Ok(Bytes::from_static(b"{")))));
        assert_eq!(body.next().await, Err(TooSlow));
        assert_eq!(body.next().await, Err(TooSlow));
    }
}
