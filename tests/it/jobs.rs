//! Durable jobs: done once, tried again, given up visibly, resumed after a crash.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use khochung::clock::Clock;
use khochung::domain::access::{Actor, Credential, Role, TokenId};
use khochung::domain::{Sha256, Timestamp};
use khochung::services::jobs::{
    HOUSEKEEPING, Handler, JobFailure, Jobs, JobsError, Policy, Runner, Settings, WorkerPool,
    housekeeping,
};
use khochung::storage::catalog::embedded::{EmbeddedCatalog, Options};
use khochung::storage::catalog::prelude::*;
use khochung::storage::catalog::{
    Audit, AuditOutcome, CatalogError, ChangeSet, Job, JobId, JobKind, JobState, NewJob, Write,
};
use tokio::sync::{Semaphore, watch};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(1_795_395_600_000).plus_seconds(seconds)
}

/// A catalogue in a folder of its own and a clock that stands.
struct House {
    dir: tempfile::TempDir,
    catalog: Arc<EmbeddedCatalog>,
    clock: Clock,
}

impl House {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let catalog = EmbeddedCatalog::open(dir.path(), Options::default()).unwrap();
        Self {
            dir,
            catalog: Arc::new(catalog),
            clock: Clock::standing(at(0)),
        }
    }

    async fn reopen(self) -> Self {
        self.catalog.close().await;
        let catalog = EmbeddedCatalog::open(self.dir.path(), Options::default()).unwrap();
        Self {
            catalog: Arc::new(catalog),
            ..self
        }
    }

    fn runner(&self, settings: Settings) -> Runner {
        Runner::new(self.catalog.clone(), self.clock.clone(), settings)
    }

    async fn enqueue(&self, kind: &str, run_at: Timestamp) -> JobId {
        let job = NewJob {
            kind: JobKind(kind.to_owned()),
            payload: "{}".to_owned(),
            run_at,
            unique_key: None,
        };
        let changes = ChangeSet::by(&Actor::System, self.clock.now()).job(job);
        self.catalog.commit(changes).await.unwrap().jobs[0]
    }

    async fn job(&self, id: JobId) -> Job {
        self.catalog.job(id).await.unwrap().unwrap()
    }

    /// How many effects were committed: every one is an event.
    async fn effects(&self) -> u64 {
        self.catalog.counts().await.unwrap().events
    }
}

/// A handler that does what a test says, knowing which attempt it is, from 1.
struct Scripted<F> {
    kind: &'static str,
    policy: Policy,
    attempts: AtomicUsize,
    script: F,
}

type Script = BoxFuture<'static, Result<ChangeSet, JobFailure>>;

impl<F: Fn(usize) -> Script + Send + Sync + 'static> Scripted<F> {
    fn new(kind: &'static str, script: F) -> Self {
        Self {
            kind,
            policy: Policy::default(),
            attempts: AtomicUsize::new(0),
            script,
        }
    }

    fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }
}

#[async_trait]
impl<F: Fn(usize) -> Script + Send + Sync + 'static> Handler for Scripted<F> {
    fn kind(&self) -> &str {
        self.kind
    }

    fn policy(&self) -> Policy {
        self.policy
    }

    async fn run(&self, _job: &Job, _clock: &Clock) -> Result<ChangeSet, JobFailure> {
        (self.script)(self.attempts.fetch_add(1, Ordering::SeqCst) + 1).await
    }
}

/// An effect that can be counted: an audit, which is an event.
fn effect() -> Result<ChangeSet, JobFailure> {
    let audit = Audit {
        blob: Sha256::from_bytes([1; 32]),
        at: at(0),
        outcome: AuditOutcome::Intact,
    };
    Ok(ChangeSet::by(&Actor::System, at(0)).write(Write::Audit(audit)))
}

/// Succeeds from the given attempt on.
fn failing_until(success: usize) -> impl Fn(usize) -> Script {
    move |attempt| {
        Box::pin(async move {
            if attempt >= success {
                return effect();
            }
            let cause = std::io::Error::other("the disk is away");
            Err(JobFailure::retry(cause))
        })
    }
}

/// Tells when it has begun, and ends when it gets a permit.
fn gated(begun: watch::Sender<usize>, gate: Arc<Semaphore>) -> impl Fn(usize) -> Script {
    move |_| {
        let (begun, gate) = (begun.clone(), gate.clone());
        Box::pin(async move {
            begun.send_modify(|count| *count += 1);
            gate.acquire().await.unwrap().forget();
            effect()
        })
    }
}

fn gate() -> (watch::Sender<usize>, watch::Receiver<usize>, Arc<Semaphore>) {
    let (begun, beginning) = watch::channel(0);
    (begun, beginning, Arc::new(Semaphore::new(0)))
}

#[tokio::test]
async fn a_job_is_done_together_with_its_effect() {
    let house = House::new();
    let id = house.enqueue("a", at(0)).await;
    let unknown = house.enqueue("nobody-knows", at(0)).await;
    let runner = house.runner(Settings::default());
    let runner = runner.with(Scripted::new("a", failing_until(1))).start();
    runner.idle().await;
    let job = house.job(id).await;
    assert_eq!((job.state, job.finished_at), (JobState::Done, Some(at(0))));
    assert_eq!(house.effects().await, 1);
    assert_eq!(house.job(unknown).await.state, JobState::Waiting);
    runner.stop().await;
}

#[tokio::test]
async fn a_failed_job_is_tried_again_later_and_later() {
    let house = House::new();
    let id = house.enqueue("a", at(0)).await;
    let runner = house.runner(Settings::default());
    let runner = runner.with(Scripted::new("a", failing_until(4))).start();
    // After n failures: between half and all of 10, 20, 40 seconds.
    for (failures, shortest) in [(1, 5), (2, 10), (3, 20)] {
        runner.idle().await;
        let job = house.job(id).await;
        assert_eq!((job.state, job.failures), (JobState::Waiting, failures));
        assert_eq!(job.last_error.as_deref(), Some("the disk is away"));
        let now = house.clock.now();
        let bounds = now.plus_seconds(shortest)..=now.plus_seconds(2 * shortest);
        assert!(
            bounds.contains(&job.run_at),
            "{:?} after {now:?}",
            job.run_at
        );

        house
            .clock
            .set(Timestamp::from_millis(job.run_at.as_millis() - 1));
        runner.idle().await;
        assert_eq!(
            house.job(id).await.failures,
            failures,
            "not before its time"
        );
        house.clock.set(job.run_at);
    }
    runner.idle().await;
    assert_eq!(house.job(id).await.state, JobState::Done);
    assert_eq!(house.effects().await, 1);
    runner.stop().await;
}

#[tokio::test]
async fn a_job_is_given_up_visibly_and_can_be_requeued() {
    let house = House::new();
    let policy = Policy {
        max_attempts: 2,
        ..Policy::default()
    };
    let hopeless = |_| -> Script { Box::pin(async { Err(JobFailure::give_up("no image")) }) };
    let stubborn = house.enqueue("stubborn", at(0)).await;
    let broken = house.enqueue("hopeless", at(0)).await;
    let runner = house
        .runner(Settings::default())
        .with(Scripted::new("stubborn", failing_until(3)).policy(policy))
        .with(Scripted::new("hopeless", hopeless))
        .start();
    runner.idle().await;
    let job = house.job(broken).await;
    assert_eq!(
        (job.state, job.failures),
        (JobState::Dead, 1),
        "not tried twice"
    );
    assert_eq!(job.last_error.as_deref(), Some("no image"));
    assert_eq!(house.job(stubborn).await.state, JobState::Waiting);

    house.clock.set(at(20));
    runner.idle().await;
    assert_eq!(house.job(stubborn).await.state, JobState::Dead);
    assert_eq!(house.effects().await, 0);

    let jobs = Jobs::new(house.catalog.clone(), house.clock.clone());
    let dead = jobs
        .list(&Actor::System, Some(JobState::Dead), None, 10)
        .await
        .unwrap();
    assert_eq!(
        dead.iter().map(|job| job.id).collect::<Vec<_>>(),
        [stubborn, broken]
    );
    jobs.requeue(&Actor::System, stubborn).await.unwrap();
    runner.idle().await;
    assert_eq!(house.job(stubborn).await.state, JobState::Done);
    let again = jobs.requeue(&Actor::System, stubborn).await;
    assert!(matches!(again, Err(JobsError::NotDead(_))), "{again:?}");
    runner.stop().await;
}

#[tokio::test]
async fn only_administrators_see_jobs() {
    let house = House::new();
    let id = house.enqueue("a", at(0)).await;
    let jobs = Jobs::new(house.catalog.clone(), house.clock.clone());
    let editor = Actor::Holder {
        credential: Credential::Token(TokenId("4f9a2c".to_owned())),
        role: Role::Editor,
        organisation: None,
        subordinates: [].into(),
        narrowed_to: None,
    };
    for actor in [Actor::Anonymous, editor] {
        assert!(matches!(
            jobs.job(&actor, id).await,
            Err(JobsError::Forbidden)
        ));
        let listed = jobs.list(&actor, None, None, 1).await;
        assert!(matches!(listed, Err(JobsError::Forbidden)));
        assert!(matches!(
            jobs.requeue(&actor, id).await,
            Err(JobsError::Forbidden)
        ));
    }
    let missing = jobs.job(&Actor::System, JobId(999)).await;
    assert!(matches!(missing, Err(JobsError::Unknown(JobId(999)))));
}

#[tokio::test]
async fn a_panic_and_a_job_without_end_are_contained() {
    let house = House::new();
    let policy = Policy {
        timeout: Duration::from_millis(1),
        ..Policy::default()
    };
    let panics = |_| -> Script { Box::pin(async { panic!("index out of bounds") }) };
    let hangs = |_| -> Script { Box::pin(std::future::pending()) };
    let panicking = house.enqueue("panics", at(0)).await;
    let hanging = house.enqueue("hangs", at(0)).await;
    let healthy = house.enqueue("a", at(0)).await;
    let runner = house
        .runner(Settings::default())
        .with(Scripted::new("panics", panics))
        .with(Scripted::new("hangs", hangs).policy(policy))
        .with(Scripted::new("a", failing_until(1)))
        .start();
    runner.idle().await;
    for (id, error) in [
        (panicking, "the job panicked: index out of bounds"),
        (hanging, "the job took too long"),
    ] {
        let job = house.job(id).await;
        assert_eq!((job.state, job.failures), (JobState::Waiting, 1));
        assert_eq!(job.last_error.as_deref(), Some(error));
    }
    assert_eq!(house.job(healthy).await.state, JobState::Done);
    runner.stop().await;
}

#[tokio::test]
async fn a_cancelled_job_leaves_nothing_behind_and_can_be_tried_again() {
    let house = House::new();
    let running = house.enqueue("a", at(0)).await;
    let waiting = house.enqueue("a", at(60)).await;
    let (begun, mut beginning, gate) = gate();
    let runner = house.runner(Settings::default());
    let runner = runner
        .with(Scripted::new("a", gated(begun, gate.clone())))
        .start();
    beginning.wait_for(|begun| *begun == 1).await.unwrap();
    let jobs = Jobs::new(house.catalog.clone(), house.clock.clone());
    for id in [running, waiting] {
        let cancelled = jobs.cancel(&Actor::System, id).await.unwrap();
        assert_eq!(cancelled.state, JobState::Dead);
        assert_eq!(cancelled.last_error.as_deref(), Some("cancelled"));
    }
    gate.add_permits(1);
    house.clock.set(at(60));
    runner.idle().await;
    assert_eq!(house.effects().await, 0);
    assert_eq!(*beginning.borrow(), 1, "the second never began");
    let again = jobs.cancel(&Actor::System, running).await;
    assert!(
        matches!(again, Err(JobsError::NotCancellable(_))),
        "{again:?}"
    );

    jobs.requeue(&Actor::System, running).await.unwrap();
    gate.add_permits(1);
    runner.idle().await;
    assert_eq!(house.job(running).await.state, JobState::Done);
    assert_eq!(house.effects().await, 1);
    runner.stop().await;
}

#[tokio::test]
async fn the_lease_of_a_cancelled_job_cannot_be_extended() {
    let house = House::new();
    house.enqueue("a", at(0)).await;
    let kinds = [JobKind("a".to_owned())];
    let (job, lease) = house
        .catalog
        .claim_job(&kinds, at(0), at(60))
        .await
        .unwrap()
        .unwrap();
    house.catalog.extend_lease(&lease, at(120)).await.unwrap();
    let jobs = Jobs::new(house.catalog.clone(), house.clock.clone());
    jobs.cancel(&Actor::System, job.id).await.unwrap();
    let extended = house.catalog.extend_lease(&lease, at(180)).await;
    assert!(
        matches!(extended, Err(CatalogError::LeaseLost)),
        "{extended:?}"
    );
}

#[tokio::test]
async fn a_periodic_job_cannot_be_cancelled() {
    let house = House::new();
    HOUSEKEEPING.ensure(&*house.catalog, at(0)).await.unwrap();
    let jobs = Jobs::new(house.catalog.clone(), house.clock.clone());
    let listed = jobs.list(&Actor::System, None, None, 10).await.unwrap();
    let refused = jobs.cancel(&Actor::System, listed[0].id).await;
    assert!(
        matches!(refused, Err(JobsError::NotCancellable(_))),
        "{refused:?}"
    );
}

#[tokio::test]
async fn who_lost_the_lease_cannot_finish() {
    let house = House::new();
    let id = house.enqueue("a", at(0)).await;
    let (begun, mut beginning, gate) = gate();
    let runner = house.runner(Settings::default());
    let runner = runner
        .with(Scripted::new("a", gated(begun, gate.clone())))
        .start();
    beginning.wait_for(|begun| *begun == 1).await.unwrap();

    // Another worker finds the lease run out and takes the job over.
    let kinds = [JobKind("a".to_owned())];
    let taken = house
        .catalog
        .claim_job(&kinds, at(61), at(1_000))
        .await
        .unwrap();
    assert_eq!(taken.unwrap().0.id, id);
    gate.add_permits(1);
    runner.idle().await;
    assert_eq!(house.effects().await, 0, "its effect was not committed");
    let job = house.job(id).await;
    assert_eq!((job.state, job.failures), (JobState::Waiting, 0));
    runner.stop().await;
}

#[tokio::test]
async fn no_more_jobs_of_a_kind_run_at_once_than_it_allows() {
    let house = House::new();
    for _ in 0..5 {
        house.enqueue("slow", at(0)).await;
    }
    let (begun, mut beginning, gate) = gate();
    let policy = Policy {
        concurrency: 2,
        ..Policy::default()
    };
    let settings = Settings {
        workers: 8,
        ..Settings::default()
    };
    let runner = house
        .runner(settings)
        .with(Scripted::new("slow", gated(begun, gate.clone())).policy(policy))
        .with(Scripted::new("quick", failing_until(1)))
        .start();
    for wave in [2, 4, 5] {
        beginning.wait_for(|begun| *begun == wave).await.unwrap();
        // Another kind is not held up, and by the time it is through, no third one has begun.
        let quick = house.enqueue("quick", at(0)).await;
        let mut commits = house.catalog.watch_events();
        while house.job(quick).await.state != JobState::Done {
            commits.changed().await.unwrap();
        }
        assert_eq!(*beginning.borrow(), wave);
        gate.add_permits(2);
    }
    runner.idle().await;
    assert_eq!(house.effects().await, 5 + 3);
    runner.stop().await;
}

#[tokio::test]
async fn a_commit_wakes_the_runner_and_so_does_the_time() {
    let house = House {
        clock: Clock::system(),
        ..House::new()
    };
    let (begun, mut beginning, gate) = gate();
    gate.add_permits(2);
    let runner = house.runner(Settings::default());
    let runner = runner.with(Scripted::new("a", gated(begun, gate))).start();
    runner.idle().await;
    house.enqueue("a", house.clock.now()).await;
    beginning.wait_for(|begun| *begun == 1).await.unwrap();
    let soon = Timestamp::from_millis(house.clock.now().as_millis() + 50);
    house.enqueue("a", soon).await;
    runner.idle().await;
    beginning.wait_for(|begun| *begun == 2).await.unwrap();
    assert!(house.clock.now() >= soon, "not before its time");
    runner.stop().await;
}

#[tokio::test]
async fn stopping_lets_running_jobs_finish_and_starts_no_more() {
    let house = House::new();
    let running = house.enqueue("a", at(0)).await;
    let waiting = house.enqueue("a", at(0)).await;
    let (begun, mut beginning, gate) = gate();
    let runner = house.runner(Settings::default());
    let runner = runner
        .with(Scripted::new("a", gated(begun, gate.clone())))
        .start();
    beginning.wait_for(|begun| *begun == 1).await.unwrap();
    let stop = runner.stop();
    let ((), ()) = tokio::join!(stop, async {
        tokio::task::yield_now().await;
        gate.add_permits(2);
    });
    assert_eq!(house.job(running).await.state, JobState::Done);
    assert_eq!(house.job(waiting).await.state, JobState::Waiting);
}

#[tokio::test]
async fn a_job_cut_off_by_a_stop_or_a_crash_is_resumed_and_its_effect_happens_once() {
    let house = House::new();
    let id = house.enqueue("a", at(0)).await;
    let settings = Settings {
        grace: Duration::ZERO,
        ..Settings::default()
    };
    let (begun, mut beginning, gate) = gate();
    let runner = house.runner(settings);
    let runner = runner.with(Scripted::new("a", gated(begun, gate))).start();
    beginning.wait_for(|begun| *begun == 1).await.unwrap();
    runner.stop().await;
    assert_eq!(
        (house.job(id).await.failures, house.effects().await),
        (0, 0)
    );
    let kinds = [JobKind("a".to_owned())];
    let claimed = house
        .catalog
        .claim_job(&kinds, at(0), at(60))
        .await
        .unwrap();
    assert!(claimed.is_some(), "it was given back at once");

    // The process that claimed it dies; the next one knows nothing of its lease.
    let house = house.reopen().await;
    let runner = house.runner(settings);
    let runner = runner.with(Scripted::new("a", failing_until(1))).start();
    runner.idle().await;
    assert_eq!(house.job(id).await.state, JobState::Done);
    assert_eq!(house.effects().await, 1);
    runner.stop().await;
}

#[tokio::test]
async fn housekeeping_comes_round_and_forgets_finished_jobs_after_a_week() {
    const ROUND: i64 = 6 * 60 * 60;
    const WEEK: i64 = 7 * 24 * 60 * 60;
    let house = House::new();
    let done = house.enqueue("a", at(0)).await;
    for _ in 0..2 {
        HOUSEKEEPING.ensure(&*house.catalog, at(0)).await.unwrap();
    }
    assert_eq!(
        house.catalog.counts().await.unwrap().jobs_open,
        2,
        "never two rounds"
    );
    let runner = house
        .runner(Settings::default())
        .with(Scripted::new("a", failing_until(1)))
        .with(housekeeping())
        .start();
    runner.idle().await;
    let waiting = house
        .catalog
        .jobs(Some(JobState::Waiting), None, 10)
        .await
        .unwrap();
    assert_eq!(
        waiting.iter().map(|job| job.run_at).collect::<Vec<_>>(),
        [at(ROUND)]
    );
    for (now, is_kept) in [(ROUND, true), (WEEK, true), (WEEK + ROUND, false)] {
        house.clock.set(at(now));
        runner.idle().await;
        let found = house.catalog.job(done).await.unwrap();
        assert_eq!(found.is_some(), is_kept, "after {now} seconds");
    }
    runner.stop().await;
}

#[tokio::test]
async fn long_jobs_do_not_hold_up_short_ones() {
    let house = House::new();
    for _ in 0..3 {
        house.enqueue("long", at(0)).await;
    }
    let (begun, mut beginning, gate) = gate();
    let policy = Policy {
        concurrency: 8,
        pool: WorkerPool::Long,
        ..Policy::default()
    };
    // One worker, and so one for long jobs beside it.
    let settings = Settings {
        workers: 1,
        ..Settings::default()
    };
    let runner = house
        .runner(settings)
        .with(Scripted::new("long", gated(begun, gate.clone())).policy(policy))
        .with(Scripted::new("quick", failing_until(1)))
        .start();
    beginning.wait_for(|begun| *begun == 1).await.unwrap();
    let quick = house.enqueue("quick", at(0)).await;
    let mut commits = house.catalog.watch_events();
    while house.job(quick).await.state != JobState::Done {
        commits.changed().await.unwrap();
    }
    assert_eq!(*beginning.borrow(), 1, "one long job at a time");
    gate.add_permits(3);
    runner.idle().await;
    assert_eq!(*beginning.borrow(), 3);
    runner.stop().await;
}
