//! Slows down guessing without locking anybody out.
//!
//! Failures are counted in token buckets: for a login name in one network, for a network, and for a login name
//! everywhere. The last holds only in networks from which nobody has signed in with that name yet, so that
//! a stranger who fails on purpose does not stop the holder in its office. Unknown names are counted as known
//! ones. A sign-in that begins without a name is counted for its network only, which many people share.
//! Kept in memory: a restart empties it, and costs more than it gains an attacker.

use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lru::LruCache;

use crate::clock::Clock;
use crate::domain::Timestamp;

/// Buckets that are remembered. One that is forgotten is full again.
const MAX_BUCKETS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(65_535);

/// A network, as [`network_of`](crate::domain::network::network_of) makes it; none for calls from the machine of the archive.
pub type Network = Option<IpAddr>;

/// Too many failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many attempts")]
pub struct TooManyAttempts {
    /// When to try again.
    pub retry_after: Duration,
}

/// Who tries: a login name in a network, or somebody in a network.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attempt<'a> {
    login: Option<&'a str>,
    network: Network,
}

/// What came of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The holder was recognised.
    Succeeded,
    /// It may have been a guess.
    Failed,
    /// It ended without an answer, such as for overload.
    Undecided,
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

impl<'a> Attempt<'a> {
    /// Of somebody who says a login name.
    pub(super) const fn of_login(login: &'a str, network: Network) -> Self {
        Self {
            login: Some(login),
            network,
        }
    }

    /// Of somebody who says no name.
    pub(super) const fn in_network(network: Network) -> Self {
        Self {
            login: None,
            network,
        }
    }
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

    /// Carries out an attempt and counts it when it fails. It counts while it runs, too, so that attempts at the same time
    /// are counted, and those whose caller does not wait for the answer.
    ///
    /// # Errors
    /// [`TooManyAttempts`], and nothing is carried out; those of `attempted`.
    pub(super) async fn count<T, E: From<TooManyAttempts>>(
        &self,
        attempt: Attempt<'_>,
        clock: &Clock,
        attempted: impl Future<Output = Result<T, E>>,
        outcome_of: impl FnOnce(&Result<T, E>) -> Outcome,
    ) -> Result<T, E> {
        self.begin(attempt, clock.now())?;
        let result = attempted.await;
        self.end(attempt, outcome_of(&result), clock.now());
        result
    }

    /// Counts an attempt as a failure.
    ///
    /// # Errors
    /// How long the caller must wait before it may try again; nothing is counted then.
    pub(super) fn begin(
        &self,
        attempt: Attempt<'_>,
        now: Timestamp,
    ) -> Result<(), TooManyAttempts> {
        let mut state = self.state();
        let subjects = state.subjects(attempt);
        let waits = subjects.iter().map(|subject| {
            let missing = 1.0 - state.free(subject, now);
            missing * subject.allowance().every_seconds
        });
        // Sums of fractions are a little off.
        let seconds = (waits.fold(0.0, f64::max) - 1e-6).ceil();
        if seconds > 0.0 {
            let retry_after = Duration::from_secs_f64(seconds.min(3_600.0));
            return Err(TooManyAttempts { retry_after });
        }
        state.add(subjects, -1.0, now);
        Ok(())
    }

    /// Takes an attempt back that did not fail. A success forgives the failures of the login name in its network, and is
    /// remembered.
    fn end(&self, attempt: Attempt<'_>, outcome: Outcome, now: Timestamp) {
        if outcome == Outcome::Failed {
            return;
        }
        let mut state = self.state();
        let subjects = state.subjects(attempt);
        state.add(subjects, 1.0, now);
        if let (Outcome::Succeeded, Some(login)) = (outcome, attempt.login) {
            let (login, network) = (login.to_owned(), attempt.network);
            let subject = Subject::LoginInNetwork(login.clone(), network);
            state.buckets.pop(&subject);
            state.known.put((login, network), ());
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn subjects(&self, attempt: Attempt<'_>) -> Vec<Subject> {
        let network = attempt.network;
        let mut subjects = vec![Subject::Network(network)];
        if let Some(login) = attempt.login {
            let login = login.to_owned();
            subjects.push(Subject::LoginInNetwork(login.clone(), network));
            let known_here = (login, network);
            if !self.known.contains(&known_here) {
                subjects.push(Subject::Login(known_here.0));
            }
        }
        subjects
    }

    fn add(&mut self, subjects: Vec<Subject>, attempts: f64, now: Timestamp) {
        for subject in subjects {
            let free = self.free(&subject, now) + attempts;
            let free = free.min(subject.allowance().failures);
            self.buckets.put(subject, Bucket { free, at: now });
        }
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

    use super::{Attempt, Network, Outcome, Throttle, TooManyAttempts};
    use crate::domain::Timestamp;

    fn network(last: u8) -> Network {
        Some(IpAddr::from([203, 0, last, 0]))
    }

    const fn second(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1_000)
    }

    fn fail(throttle: &Throttle, login: &str, network: Network) -> Result<(), TooManyAttempts> {
        throttle.begin(Attempt::of_login(login, network), second(0))
    }

    fn succeed(throttle: &Throttle, login: &str, network: Network) {
        fail(throttle, login, network).unwrap();
        let attempt = Attempt::of_login(login, network);
        throttle.end(attempt, Outcome::Succeeded, second(0));
    }

    fn wait_of(throttle: &Throttle, attempt: Attempt<'_>, now: Timestamp) -> Option<u64> {
        let begun = throttle.begin(attempt, now);
        if begun.is_ok() {
            throttle.end(attempt, Outcome::Undecided, now);
        }
        begun.err().map(|refused| refused.retry_after.as_secs())
    }

    fn wait(throttle: &Throttle, login: &str, network: Network, now: Timestamp) -> Option<u64> {
        wait_of(throttle, Attempt::of_login(login, network), now)
    }

    #[test]
    fn five_failures_in_a_network_are_free_and_one_a_minute_after_them() {
        let throttle = Throttle::new();
        for _ in 0..5 {
            assert_eq!(fail(&throttle, "a", network(1)), Ok(()));
        }
        assert_eq!(wait(&throttle, "a", network(1), second(0)), Some(60));
        assert_eq!(wait(&throttle, "a", network(1), second(59)), Some(1));
        assert_eq!(wait(&throttle, "a", network(1), second(60)), None);
        // Neither another account nor another network is held up.
        assert_eq!(wait(&throttle, "b", network(1), second(0)), None);
        assert_eq!(wait(&throttle, "a", network(2), second(0)), None);
    }

    #[test]
    fn successes_and_attempts_without_an_answer_are_not_counted() {
        let throttle = Throttle::new();
        for _ in 0..200 {
            assert_eq!(wait(&throttle, "a", network(1), second(0)), None);
            succeed(&throttle, "b", network(1));
        }
        assert_eq!(wait(&throttle, "c", network(1), second(0)), None);
    }

    #[test]
    fn guessing_from_everywhere_is_slow_and_the_office_of_the_holder_is_free() {
        let throttle = Throttle::new();
        succeed(&throttle, "a", network(200));
        for last in 0..30 {
            fail(&throttle, "a", network(last)).unwrap();
        }
        assert_eq!(wait(&throttle, "a", network(99), second(0)), Some(20));
        assert_eq!(wait(&throttle, "a", network(200), second(0)), None);
        // A name that nobody has is counted alike.
        for last in 0..30 {
            fail(&throttle, "nobody", network(last)).unwrap();
        }
        assert_eq!(wait(&throttle, "nobody", network(98), second(0)), Some(20));
    }

    #[test]
    fn a_network_that_tries_many_names_waits_with_all_of_them() {
        let throttle = Throttle::new();
        for name in 0..50 {
            fail(&throttle, &name.to_string(), network(1)).unwrap();
        }
        assert_eq!(wait(&throttle, "new", network(1), second(0)), Some(10));
        assert_eq!(wait(&throttle, "new", network(2), second(0)), None);
    }

    #[test]
    fn attempts_without_a_name_share_what_is_free_for_their_network() {
        let throttle = Throttle::new();
        let attempt = Attempt::in_network(network(1));
        for _ in 0..50 {
            assert_eq!(throttle.begin(attempt, second(0)), Ok(()));
        }
        assert_eq!(wait_of(&throttle, attempt, second(0)), Some(10));
        let elsewhere = Attempt::in_network(network(2));
        assert_eq!(wait_of(&throttle, elsewhere, second(0)), None);
    }
}
