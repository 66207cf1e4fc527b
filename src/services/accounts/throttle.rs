//! Slows down guessing without locking anybody out.
//!
//! Failures are counted in token buckets: for a login name in one network, for a network, and for a login name
//! everywhere. The last holds only in networks from which nobody has signed in with that name yet, so that
//! a stranger who fails on purpose does not stop the holder in its office. Unknown names are counted as known
//! ones. Kept in memory: a restart empties it, and costs more than it gains an attacker.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lru::LruCache;

use crate::domain::Timestamp;

/// Buckets that are remembered. One that is forgotten is full again.
const MAX_BUCKETS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(65_535);

/// A network, as [`network_of`] makes it; none for calls from the machine of the archive.
pub type Network = Option<IpAddr>;

/// The network of an address, for counting failures: the /24 of an IPv4 address, the /56 of an IPv6 address,
/// which is what a household or an office gets.
pub fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            IpAddr::from([a, b, c, 0])
        }
        IpAddr::V6(v6) => {
            let network = v6.to_bits() & (u128::MAX << (128 - 56));
            IpAddr::V6(Ipv6Addr::from_bits(network))
        }
    }
}

/// How many failures are free, and how often another one becomes free.
struct Allowance {
    failures: f64,
    every_seconds: f64,
}

const OF_LOGIN_IN_NETWORK: Allowance = Allowance {
    failures: 5.0,
    every_seconds: 60.0,
};
const OF_NETWORK: Allowance = Allowance {
    failures: 50.0,
    every_seconds: 10.0,
};
const OF_LOGIN: Allowance = Allowance {
    failures: 30.0,
    every_seconds: 20.0,
};

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Subject {
    LoginInNetwork(String, Network),
    Network(Network),
    Login(String),
}

impl Subject {
    const fn allowance(&self) -> &'static Allowance {
        match self {
            Self::LoginInNetwork(..) => &OF_LOGIN_IN_NETWORK,
            Self::Network(_) => &OF_NETWORK,
            Self::Login(_) => &OF_LOGIN,
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    free: f64,
    at: Timestamp,
}

/// The counted failures.
#[derive(Debug)]
pub(super) struct Throttle {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    buckets: LruCache<Subject, Bucket>,
    /// Where a login name was used with success.
    known: LruCache<(String, Network), ()>,
}

impl Throttle {
    pub(super) fn new() -> Self {
        Self {
            state: Mutex::new(State {
                buckets: LruCache::new(MAX_BUCKETS),
                known: LruCache::new(MAX_BUCKETS),
            }),
        }
    }

    /// How long a caller must wait before it may try this login name; none: it may now.
    pub(super) fn wait(&self, login: &str, network: Network, now: Timestamp) -> Option<Duration> {
        let state = self.state();
        let subjects = state.subjects(login, network);
        let waits = subjects.iter().map(|subject| {
            let missing = 1.0 - state.free(subject, now);
            missing * subject.allowance().every_seconds
        });
        let longest = waits.fold(0.0, f64::max);
        // Sums of fractions are a little off.
        let seconds = (longest - 1e-6).ceil();
        (seconds > 0.0).then(|| Duration::from_secs_f64(seconds.min(3_600.0)))
    }

    /// Counts a failure.
    pub(super) fn failed(&self, login: &str, network: Network, now: Timestamp) {
        let mut state = self.state();
        for subject in state.subjects(login, network) {
            let free = state.free(&subject, now) - 1.0;
            state.buckets.put(subject, Bucket { free, at: now });
        }
    }

    /// Remembers that the login name was used here with success, and forgives its failures here.
    pub(super) fn succeeded(&self, login: &str, network: Network) {
        let mut state = self.state();
        let subject = Subject::LoginInNetwork(login.to_owned(), network);
        state.buckets.pop(&subject);
        state.known.put((login.to_owned(), network), ());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn subjects(&self, login: &str, network: Network) -> Vec<Subject> {
        let mut subjects = vec![
            Subject::LoginInNetwork(login.to_owned(), network),
            Subject::Network(network),
        ];
        if !self.known.contains(&(login.to_owned(), network)) {
            subjects.push(Subject::Login(login.to_owned()));
        }
        subjects
    }

    fn free(&self, subject: &Subject, now: Timestamp) -> f64 {
        let allowance = subject.allowance();
        self.buckets
            .peek(subject)
            .map_or(allowance.failures, |bucket| {
                let elapsed_ms = now.as_millis().saturating_sub(bucket.at.as_millis()).max(0);
                let regained = elapsed_ms as f64 / 1_000.0 / allowance.every_seconds;
                (bucket.free + regained).min(allowance.failures)
            })
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;
    use std::time::Duration;

    use super::{Network, Throttle};
    use crate::domain::Timestamp;

    fn network(last: u8) -> Network {
        Some(IpAddr::from([203, 0, last, 0]))
    }

    const fn second(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1_000)
    }

    #[test]
    fn five_failures_in_a_network_are_free_and_one_a_minute_after_them() {
        let throttle = Throttle::new();
        for _ in 0..5 {
            assert_eq!(throttle.wait("a", network(1), second(0)), None);
            throttle.failed("a", network(1), second(0));
        }
        assert_eq!(
            throttle.wait("a", network(1), second(0)),
            Some(Duration::from_secs(60))
        );
        assert_eq!(
            throttle.wait("a", network(1), second(59)),
            Some(Duration::from_secs(1))
        );
        assert_eq!(throttle.wait("a", network(1), second(60)), None);
        // Neither another account nor another network is held up.
        assert_eq!(throttle.wait("b", network(1), second(0)), None);
        assert_eq!(throttle.wait("a", network(2), second(0)), None);
    }

    #[test]
    fn guessing_from_everywhere_is_slow_and_the_office_of_the_holder_is_free() {
        let throttle = Throttle::new();
        throttle.succeeded("a", network(200));
        for last in 0..30 {
            throttle.failed("a", network(last), second(0));
        }
        assert_eq!(
            throttle.wait("a", network(99), second(0)),
            Some(Duration::from_secs(20))
        );
        assert_eq!(throttle.wait("a", network(200), second(0)), None);
        // A name that nobody has is counted alike.
        for last in 0..30 {
            throttle.failed("nobody", network(last), second(0));
        }
        assert_eq!(
            throttle.wait("nobody", network(98), second(0)),
            Some(Duration::from_secs(20))
        );
    }

    #[test]
    fn a_network_that_tries_many_names_waits_with_all_of_them() {
        let throttle = Throttle::new();
        for name in 0..50 {
            throttle.failed(&name.to_string(), network(1), second(0));
        }
        assert_eq!(
            throttle.wait("new", network(1), second(0)),
            Some(Duration::from_secs(10))
        );
        assert_eq!(throttle.wait("new", network(2), second(0)), None);
    }
}
