//! Claims due jobs and runs them.
//!
//! One task polls the queue when something may have changed: at every commit, when a job ends, and at
//! the moment the next job becomes due. A slow poll finds what causes no wake-up: expired leases of
//! workers that died elsewhere.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{Mutex, Notify, Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};

use super::attempt::Attempt;
use super::handler::{Handler, WorkerPool};
use super::lease;
use super::wrong_clock::{self, Waits};
use crate::clock::Clock;
use crate::domain::Timestamp;
use crate::storage::catalog::{CatalogError, Job, JobKind, JobStore, Lease};
use crate::telemetry::error_chain;

/// The poll interval when nothing wakes the dispatcher.
const POLL_INTERVAL: Duration = Duration::from_secs(60);
/// The delay after an error of the catalogue.
const RETRY_DELAY: Duration = Duration::from_secs(5);

/// How jobs of all kinds are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// How many run at the same time.
    pub workers: usize,
    /// How long a lease lasts without a heartbeat; there are three heartbeats in that time.
    pub lease: Duration,
    /// How long running jobs may continue when the archive stops.
    pub grace: Duration,
}

impl Default for Settings {
    /// A worker for each processor, leases of a minute, ten seconds to finish.
    fn default() -> Self {
        Self {
            workers: std::thread::available_parallelism().map_or(2, usize::from),
            lease: Duration::from_secs(60),
            grace: Duration::from_secs(10),
        }
    }
}

/// Runs jobs of the kinds that it has handlers for; other jobs wait.
pub struct Runner {
    catalog: Arc<dyn JobStore>,
    clock: Clock,
    settings: Settings,
    kinds: BTreeMap<JobKind, Kind>,
}

struct Kind {
    handler: Arc<dyn Handler>,
    slots: Arc<Semaphore>,
}

impl Runner {
    /// A runner without handlers.
    pub fn new(catalog: Arc<dyn JobStore>, clock: Clock, settings: Settings) -> Self {
        Self {
            catalog,
            clock,
            settings,
            kinds: BTreeMap::new(),
        }
    }

    /// Registers a kind of job.
    #[must_use]
    pub fn with(mut self, handler: impl Handler) -> Self {
        let slots = Semaphore::new(handler.policy().concurrency.max(1));
        let kind = Kind {
            handler: Arc::new(handler),
            slots: Arc::new(slots),
        };
        let name = JobKind(kind.handler.kind().to_owned());
        self.kinds.insert(name, kind);
        self
    }

    /// Starts the dispatcher, in a task of the present runtime.
    pub fn start(self) -> RunnerHandle {
        let (stop, stopping) = watch::channel(false);
        let (release, releasing) = watch::channel(false);
        let (idle, watch_idle) = watch::channel(0);
        let signals = Arc::new(Signals::default());
        let grace = self.settings.grace;
        let dispatcher = Dispatcher {
            workers: Workers::new(self.settings.workers.max(1)),
            runner: self,
            signals: Arc::clone(&signals),
            tasks: JoinSet::new(),
            stopping,
            releasing,
            idle,
            latest: None,
        };
        RunnerHandle {
            task: Mutex::new(Some(tokio::spawn(dispatcher.run()))),
            grace,
            stop,
            release,
            signals,
            watch_idle,
        }
    }
}

#[derive(Default)]
struct Signals {
    poll: Notify,
    /// How many callers have waited for an idle moment.
    idle_requests: AtomicU64,
}

/// A running [`Runner`].
pub struct RunnerHandle {
    task: Mutex<Option<JoinHandle<()>>>,
    grace: Duration,
    stop: watch::Sender<bool>,
    release: watch::Sender<bool>,
    signals: Arc<Signals>,
    watch_idle: watch::Receiver<u64>,
}

impl RunnerHandle {
    /// Polls the queue now; for callers that moved the clock.
    pub fn wake(&self) {
        self.signals.poll.notify_one();
    }

    /// Waits until nothing runs and nothing of the registered kinds is due.
    pub async fn idle(&self) {
        let request = self.signals.idle_requests.fetch_add(1, Ordering::SeqCst) + 1;
        self.wake();
        // An error means that the runner has ended: nothing runs any more.
        let _ = self
            .watch_idle
            .clone()
            .wait_for(|answered| *answered >= request)
            .await;
    }

    /// Claims no more jobs, lets the running ones finish, and releases those that take longer than the
    /// grace period: they run again after the next start. Returns when all have ended; a second call
    /// does nothing.
    pub async fn stop(&self) {
        self.stop.send_replace(true);
        let Some(mut task) = self.task.lock().await.take() else {
            return;
        };
        if tokio::time::timeout(self.grace, &mut task).await.is_err() {
            self.release.send_replace(true);
            let _ = task.await;
        }
    }
}

struct Dispatcher {
    runner: Runner,
    workers: Workers,
    signals: Arc<Signals>,
    tasks: JoinSet<()>,
    stopping: watch::Receiver<bool>,
    releasing: watch::Receiver<bool>,
    idle: watch::Sender<u64>,
    /// The last moment at which no job was found to wait for too long.
    latest: Option<Timestamp>,
}

/// The free workers of each pool.
struct Workers {
    short: Arc<Semaphore>,
    long: Arc<Semaphore>,
}

impl Workers {
    /// As many for long jobs as for short ones: recognising words and making copies for stations go on beside each other.
    fn new(workers: usize) -> Self {
        Self {
            short: Arc::new(Semaphore::new(workers)),
            long: Arc::new(Semaphore::new(workers)),
        }
    }

    const fn of(&self, pool: WorkerPool) -> &Arc<Semaphore> {
        match pool {
            WorkerPool::Short => &self.short,
            WorkerPool::Long => &self.long,
        }
    }
}

/// Why no further job was claimed.
enum ClaimStop {
    /// Nothing is due of the kinds that may run.
    NothingDue,
    /// All workers, or all kinds, are busy.
    Busy,
    /// The catalogue failed.
    Failed,
}

impl Dispatcher {
    async fn run(mut self) {
        let mut commits = self.runner.catalog.watch_events();
        let mut stopping = self.stopping.clone();
        let mut catalog_is_open = true;
        while !*stopping.borrow() {
            let requests = self.signals.idle_requests.load(Ordering::SeqCst);
            commits.mark_unchanged();
            self.check_clock().await;
            let stop = self.claim_due().await;
            if matches!(stop, ClaimStop::NothingDue) && self.tasks.is_empty() {
                self.idle.send_replace(requests);
            }
            let pause = self.pause(&stop).await;
            tokio::select! {
                _ = stopping.changed() => {}
                changed = commits.changed(), if catalog_is_open => catalog_is_open = changed.is_ok(),
                Some(_) = self.tasks.join_next() => {}
                () = self.signals.poll.notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
        while self.tasks.join_next().await.is_some() {}
    }

    /// At the start and whenever the clock has gone back: makes jobs due that a clock ahead of the time
    /// had delayed.
    async fn check_clock(&mut self) {
        let now = self.runner.clock.now();
        if self.latest.is_some_and(|latest| latest <= now) {
            self.latest = Some(now);
            return;
        }
        let kinds = self.runner.kinds.iter();
        let waits = kinds.map(|(name, kind)| {
            let waits = Waits {
                after_failure: kind.handler.policy().backoff.longest,
                otherwise: kind.handler.longest_wait(),
            };
            (name.clone(), waits)
        });
        let brought =
            wrong_clock::bring_forward(&*self.runner.catalog, &waits.collect(), now).await;
        match brought {
            Ok(0) => self.latest = Some(now),
            Ok(jobs) => {
                tracing::warn!(
                    jobs,
                    "jobs waited for a moment that a wrong clock had given them; they run now"
                );
                self.latest = Some(now);
            }
            // Tried again when looking for work the next time.
            Err(error) => tracing::warn!(
                error = error_chain(&error),
                "jobs put off by a wrong clock stay put off"
            ),
        }
    }

    /// Claims and starts due jobs while workers are free.
    async fn claim_due(&mut self) -> ClaimStop {
        loop {
            let kinds = self.free_kinds();
            if kinds.is_empty() {
                return ClaimStop::Busy;
            }
            match self.claim(&kinds).await {
                Ok(Some((job, lease))) => self.begin(job, lease),
                Ok(None) => return ClaimStop::NothingDue,
                Err(error) => {
                    tracing::error!(
                        error = error_chain(&error),
                        "the due jobs could not be read from the catalogue"
                    );
                    return ClaimStop::Failed;
                }
            }
        }
    }

    fn free_kinds(&self) -> Vec<JobKind> {
        let is_free = |kind: &&Kind| {
            let pool = self.workers.of(kind.handler.policy().pool);
            kind.slots.available_permits() > 0 && pool.available_permits() > 0
        };
        let kinds = self.runner.kinds.iter();
        kinds
            .filter(|(_, kind)| is_free(kind))
            .map(|(name, _)| name.clone())
            .collect()
    }

    async fn claim(&self, kinds: &[JobKind]) -> Result<Option<(Job, Lease)>, CatalogError> {
        let now = self.runner.clock.now();
        let until = lease::until(now, self.runner.settings.lease);
        self.runner.catalog.claim_job(kinds, now, until).await
    }

    fn begin(&mut self, job: Job, lease: Lease) {
        let Some(kind) = self.runner.kinds.get(&job.kind) else {
            return;
        };
        let slot = Arc::clone(&kind.slots).try_acquire_owned();
        let pool = kind.handler.policy().pool;
        let worker = Arc::clone(self.workers.of(pool)).try_acquire_owned();
        let attempt = Attempt {
            catalog: Arc::clone(&self.runner.catalog),
            clock: self.runner.clock.clone(),
            handler: Arc::clone(&kind.handler),
            job,
            lease,
            lease_length: self.runner.settings.lease,
        };
        let releasing = self.releasing.clone();
        self.tasks.spawn(async move {
            attempt.run(releasing).await;
            drop((slot, worker));
        });
    }

    /// How long to wait when nothing wakes the dispatcher.
    async fn pause(&self, stop: &ClaimStop) -> Duration {
        match stop {
            ClaimStop::Failed => RETRY_DELAY,
            ClaimStop::Busy => POLL_INTERVAL,
            ClaimStop::NothingDue => self.until_next_due().await.unwrap_or(POLL_INTERVAL),
        }
    }

    async fn until_next_due(&self) -> Option<Duration> {
        let kinds: Vec<JobKind> = self.runner.kinds.keys().cloned().collect();
        let now = self.runner.clock.now();
        let next = self.runner.catalog.next_job(&kinds, now).await.ok()??;
        let wait = next.as_millis().saturating_sub(now.as_millis());
        Some(Duration::from_millis(u64::try_from(wait).ok()?).min(POLL_INTERVAL))
    }
}
