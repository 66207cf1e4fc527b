//! The queue of each caller, and whose turn is next.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::requester::Requester;
use super::settings::AdmissionSettings;

/// A caller counts as present for this long after its last request: between two requests of a page the
/// others do not take its share.
const PRESENT_FOR: Duration = Duration::from_secs(2);

/// Which queue has no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Full {
    OfOne,
    OfAll,
}

#[derive(Debug)]
struct Caller {
    running: usize,
    waiting: VecDeque<oneshot::Sender<()>>,
    /// Processor time used since it is present.
    used: Duration,
    seen: Instant,
}

/// All callers that are present.
#[derive(Debug)]
pub(super) struct Queue {
    max_running: usize,
    cores: usize,
    max_waiting: usize,
    max_waiting_of_one: usize,
    running: usize,
    callers: HashMap<Requester, Caller>,
}

impl Queue {
    pub(super) fn new(settings: &AdmissionSettings) -> Self {
        Self {
            max_running: settings.running.max(1),
            cores: settings.cores.max(1),
            max_waiting: settings.waiting,
            max_waiting_of_one: settings.waiting_of_one,
            running: 0,
            callers: HashMap::new(),
        }
    }

    /// `None` when the request may run at once; otherwise what is notified when it may.
    pub(super) fn enter(
        &mut self,
        requester: &Requester,
        now: Instant,
    ) -> Result<Option<oneshot::Receiver<()>>, Full> {
        self.forget_absent(now);
        // Who comes back begins with the least that the present ones have used.
        let least = self.callers.values().map(|caller| caller.used).min();
        let caller = self.callers.entry(requester.clone());
        let caller = caller.or_insert_with(|| Caller {
            running: 0,
            waiting: VecDeque::new(),
            used: least.unwrap_or_default(),
            seen: now,
        });
        caller.seen = now;
        let share = self.share();
        let Some(caller) = self.callers.get_mut(requester) else {
            return Err(Full::OfAll);
        };
        if self.running < self.max_running && caller.running < share && caller.waiting.is_empty() {
            caller.running += 1;
            self.running += 1;
            return Ok(None);
        }
        if caller.waiting.len() >= self.max_waiting_of_one {
            return Err(Full::OfOne);
        }
        let waiting: usize = self
            .callers
            .values()
            .map(|caller| caller.waiting.len())
            .sum();
        if waiting >= self.max_waiting {
            return Err(Full::OfAll);
        }
        let (turn, notified) = oneshot::channel();
        if let Some(caller) = self.callers.get_mut(requester) {
            caller.waiting.push_back(turn);
        }
        Ok(Some(notified))
    }

    pub(super) fn charge(&mut self, requester: &Requester, cost: Duration) {
        if let Some(caller) = self.callers.get_mut(requester) {
            caller.used += cost;
        }
    }

    /// Ends a request and lets the next ones run.
    pub(super) fn leave(&mut self, requester: &Requester, now: Instant) {
        self.running = self.running.saturating_sub(1);
        if let Some(caller) = self.callers.get_mut(requester) {
            caller.running = caller.running.saturating_sub(1);
            caller.seen = now;
        }
        self.forget_absent(now);
        while self.running < self.max_running && self.start_next() {}
    }

    /// The caller that used least, of those with a waiting request and a free share.
    fn start_next(&mut self) -> bool {
        let share = self.share();
        let ready = self.callers.values_mut();
        let ready = ready.filter(|caller| caller.running < share && !caller.waiting.is_empty());
        let Some(next) = ready.min_by_key(|caller| caller.used) else {
            return false;
        };
        while let Some(turn) = next.waiting.pop_front() {
            // Nobody waits any more for a turn that cannot be sent.
            if turn.send(()).is_ok() {
                next.running += 1;
                self.running += 1;
                break;
            }
        }
        true
    }

    /// Requests that each caller may run: all while it is alone.
    fn share(&self) -> usize {
        match self.callers.len() {
            0 | 1 => self.max_running,
            present => (self.cores / present).max(1),
        }
    }

    fn forget_absent(&mut self, now: Instant) {
        self.callers.retain(|_, caller| {
            caller.waiting.retain(|turn| !turn.is_closed());
            caller.running > 0
                || !caller.waiting.is_empty()
                || now.saturating_duration_since(caller.seen) < PRESENT_FOR
        });
    }
}
