//! The budgets of callers: a token bucket of processor time for each. A request that begins with something
//! left may take more than that; the debt is paid off before the next one.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use lru::LruCache;

use super::requester::Requester;

/// Callers whose budgets are remembered. One that is forgotten has a full budget again.
const MAX_CALLERS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(65_535);

/// How much processor time a caller may use.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Budget {
    /// Processor time that comes back each second.
    pub each_second: Duration,
    /// The window for which a full budget lasts when it is used evenly.
    pub window: Duration,
}

impl Budget {
    /// A full budget, in seconds of processor time.
    pub fn full_seconds(&self) -> f64 {
        self.each_second.as_secs_f64() * self.window.as_secs_f64()
    }
}

/// What a caller can still use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remaining {
    /// Whole seconds of processor time.
    pub seconds: u64,
    /// Seconds until the budget is full again.
    pub full_in_seconds: u64,
}

#[derive(Debug, Clone, Copy)]
struct Account {
    /// Seconds of processor time; negative after a request that took more than was left.
    balance: f64,
    at: Instant,
}

/// The budgets of those who called last.
#[derive(Debug)]
pub(super) struct Budgets {
    budget: Budget,
    accounts: LruCache<Requester, Account>,
}

impl Budgets {
    pub(super) fn new(budget: Budget) -> Self {
        Self {
            budget,
            accounts: LruCache::new(MAX_CALLERS),
        }
    }

    /// How long to wait when nothing is left.
    pub(super) fn exhausted(&self, requester: &Requester, now: Instant) -> Option<Duration> {
        let missing = -self.balance(requester, now)?;
        let seconds = missing / self.budget.each_second.as_secs_f64();
        (missing >= 0.0).then(|| Duration::from_secs_f64(seconds.ceil().clamp(1.0, 86_400.0)))
    }

    pub(super) fn charge(&mut self, requester: &Requester, cost: Duration, now: Instant) {
        if let Some(balance) = self.balance(requester, now) {
            let balance = balance - cost.as_secs_f64();
            let account = Account { balance, at: now };
            self.accounts.put(requester.clone(), account);
        }
    }

    pub(super) fn remaining(&self, requester: &Requester, now: Instant) -> Option<Remaining> {
        let balance = self.balance(requester, now)?;
        let missing = self.budget.full_seconds() - balance;
        Some(Remaining {
            seconds: balance.max(0.0) as u64,
            full_in_seconds: (missing / self.budget.each_second.as_secs_f64()).ceil() as u64,
        })
    }

    /// `None` for those without limit.
    fn balance(&self, requester: &Requester, now: Instant) -> Option<f64> {
        if *requester == Requester::Unlimited {
            return None;
        }
        let full = self.budget.full_seconds();
        let Some(account) = self.accounts.peek(requester) else {
            return Some(full);
        };
        let elapsed = now.saturating_duration_since(account.at).as_secs_f64();
        let earned = elapsed * self.budget.each_second.as_secs_f64();
        Some((account.balance + earned).min(full))
    }
}
