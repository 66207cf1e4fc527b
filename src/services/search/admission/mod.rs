//! Admission: which request may compute now, which waits, and which is refused.
//!
//! Requests of one caller are [`queue`]d apart from those of others. While there is only one caller it gets
//! everything; as soon as there are others each may run only its share of the cores, and the next to run is
//! the one that used least. Queues and waiting are bounded. What a request costs is measured as processor
//! time and taken from the [`budget`] of its caller (`docs/adr/0015-limits-for-each-caller.md`).

pub mod budget;
mod queue;
pub mod requester;
mod settings;

pub use self::settings::AdmissionSettings;

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use tokio::sync::oneshot;

use self::budget::{Budget, Budgets};
use self::queue::{Full, Queue};
use self::requester::Requester;
use crate::storage::mostly_blocking;

/// Why a request was not admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The caller sends too much: its budget is used up, or too many of its requests wait.
    #[error("too many requests of one caller")]
    CallerExceeds {
        /// When to try again.
        retry_after: Duration,
    },
    /// Too many requests of everybody wait, or this one waited too long.
    #[error("too many requests of all callers")]
    Overload {
        /// When to try again.
        retry_after: Duration,
    },
}

/// Admits requests; share it behind an `Arc`.
#[derive(Debug)]
pub struct Admission {
    settings: AdmissionSettings,
    queue: Mutex<Queue>,
    budgets: Mutex<Budgets>,
}

impl Admission {
    /// With these limits.
    pub fn new(settings: AdmissionSettings) -> Self {
        Self {
            settings,
            queue: Mutex::new(Queue::new(&settings)),
            budgets: Mutex::new(Budgets::new(settings.budget)),
        }
    }

    /// Waits until the requester may run and runs a task on one thread of the blocking pool. The task
    /// holds its permit until it ends, even when the caller disconnects, because it cannot be interrupted.
    ///
    /// # Errors
    /// [`Refusal`]; the task did not run then.
    pub async fn run<T, F>(self: &Arc<Self>, requester: &Requester, task: F) -> Result<T, Refusal>
    where
        F: Future<Output = T> + Send + 'static,
        T: Send + 'static,
    {
        let exhausted = self.budgets().exhausted(requester, Instant::now());
        let place = match exhausted {
            Some(retry_after) => Err(Refusal::CallerExceeds { retry_after }),
            None => self.wait(requester).await,
        };
        let place = match place {
            Ok(place) => place,
            Err(refusal) => {
                tokio::time::sleep(self.settings.refusal_delay).await;
                return Err(refusal);
            }
        };
        let task = async move {
            let meter = Meter::start(place);
            let result = task.await;
            drop(meter);
            result
        };
        Ok(mostly_blocking(task).await)
    }

    /// The budget of each caller.
    pub const fn budget(&self) -> Budget {
        self.settings.budget
    }

    /// What is left of the budget of a requester; `None` for those without one.
    pub fn remaining(&self, requester: &Requester) -> Option<budget::Remaining> {
        self.budgets().remaining(requester, Instant::now())
    }

    async fn wait(self: &Arc<Self>, requester: &Requester) -> Result<Place, Refusal> {
        let retry_after = self.settings.longest_wait.max(Duration::from_secs(1));
        let entered = self.queue().enter(requester, Instant::now());
        let turn = match entered {
            Ok(None) => return Ok(self.place(requester)),
            Ok(Some(turn)) => turn,
            Err(Full::OfOne) => return Err(Refusal::CallerExceeds { retry_after }),
            Err(Full::OfAll) => return Err(Refusal::Overload { retry_after }),
        };
        let mut waiter = Waiter {
            admission: self,
            requester,
            turn: Some(turn),
        };
        match tokio::time::timeout(self.settings.longest_wait, waiter.turn()).await {
            Ok(true) => Ok(self.place(requester)),
            _ => Err(Refusal::Overload { retry_after }),
        }
    }

    fn place(self: &Arc<Self>, requester: &Requester) -> Place {
        Place {
            admission: Arc::clone(self),
            requester: requester.clone(),
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn budgets(&self) -> MutexGuard<'_, Budgets> {
        self.budgets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that waits. Dropped after it was admitted but before it ran, it frees the permit.
struct Waiter<'a> {
    admission: &'a Admission,
    requester: &'a Requester,
    turn: Option<oneshot::Receiver<()>>,
}

impl Waiter<'_> {
    /// Whether the turn of the request came.
    async fn turn(&mut self) -> bool {
        let Some(turn) = &mut self.turn else {
            return false;
        };
        let has_come = turn.await.is_ok();
        self.turn = None;
        has_come
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        if let Some(mut turn) = self.turn.take() {
            turn.close();
            if turn.try_recv().is_ok() {
                self.admission.queue().leave(self.requester, Instant::now());
            }
        }
    }
}

/// The right to run; given to the next request when dropped.
struct Place {
    admission: Arc<Admission>,
    requester: Requester,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.admission
            .queue()
            .leave(&self.requester, Instant::now());
    }
}

/// Measures the processor time of the thread while it exists, and charges it.
struct Meter {
    place: Place,
    started: Duration,
}

impl Meter {
    fn start(place: Place) -> Self {
        Self {
            place,
            started: thread_time(),
        }
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        let cost = thread_time().saturating_sub(self.started);
        let Place {
            admission,
            requester,
        } = &self.place;
        admission.budgets().charge(requester, cost, Instant::now());
        admission.queue().charge(requester, cost);
    }
}

/// Processor time of this thread.
fn thread_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or(0))
}

#[cfg(test)]
mod tests;
