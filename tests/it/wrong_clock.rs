//! A clock that was ten years ahead for a while puts nothing off for ten years.

use std::sync::Arc;

use async_trait::async_trait;
use khochung::clock::Clock;
use khochung::domain::Timestamp;
use khochung::domain::access::Actor;
use khochung::services::jobs::{
    HOUSEKEEPING, Handler, JobFailure, Runner, RunnerHandle, Settings, housekeeping,
};
use khochung::storage::catalog::embedded::{EmbeddedCatalog, Options};
use khochung::storage::catalog::prelude::*;
use khochung::storage::catalog::{ChangeSet, Job, JobId, JobKind, JobState, NewJob};

use serde_json::json;

use crate::probe::fixture;
use crate::support::{Archive, eventually};

const HOUR: i64 = 60 * 60;
const DAY: i64 = 24 * HOUR;
const TEN_YEARS: i64 = 3650 * DAY;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(1_795_395_600_000).plus_seconds(seconds)
}

struct House {
    folder: tempfile::TempDir,
    catalog: Arc<EmbeddedCatalog>,
    clock: Clock,
}

/// Fails as long as the clock is ahead; its jobs are due at once unless `is_appointed`.
struct Task {
    kind: &'static str,
    is_appointed: bool,
}

#[async_trait]
impl Handler for Task {
    fn kind(&self) -> &str {
        self.kind
    }

    fn longest_wait(&self) -> Option<std::time::Duration> {
        let usual = self.policy().backoff.longest;
        (!self.is_appointed).then_some(usual)
    }

    async fn run(&self, _job: &Job, clock: &Clock) -> Result<ChangeSet, JobFailure> {
        if clock.now() > at(100 * DAY) {
            return Err(JobFailure::retry("the disk is away"));
        }
        Ok(ChangeSet::by(&Actor::System, clock.now()))
    }
}

impl House {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let catalog = EmbeddedCatalog::open(folder.path(), Options::default()).unwrap();
        Self {
            folder,
            catalog: Arc::new(catalog),
            clock: Clock::standing(at(0)),
        }
    }

    async fn reopen(self) -> Self {
        self.catalog.close().await;
        let catalog = EmbeddedCatalog::open(self.folder.path(), Options::default()).unwrap();
        Self {
            catalog: Arc::new(catalog),
            ..self
        }
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

    /// As at every start: the rounds are enqueued, then the runner starts.
    async fn start(&self) -> RunnerHandle {
        let now = self.clock.now();
        HOUSEKEEPING.ensure(&*self.catalog, now).await.unwrap();
        let task = |kind, is_appointed| Task { kind, is_appointed };
        let settings = Settings::default();
        let runner = Runner::new(self.catalog.clone(), self.clock.clone(), settings)
            .with(housekeeping())
            .with(task("prompt", false))
            .with(task("appointed", true))
            .start();
        runner.idle().await;
        runner
    }

    async fn waiting(&self, kind: &str) -> Vec<Timestamp> {
        let jobs = self.catalog.jobs(Some(JobState::Waiting), None, 100).await;
        let jobs = jobs.unwrap().into_iter();
        jobs.filter(|job| job.kind.0 == kind)
            .map(|job| job.run_at)
            .collect()
    }

    async fn job(&self, id: JobId) -> Job {
        self.catalog.job(id).await.unwrap().unwrap()
    }
}

#[tokio::test]
async fn after_a_start_under_a_clock_ten_years_ahead_the_next_start_runs_what_was_put_off() {
    let house = House::new();
    house.clock.set(at(TEN_YEARS));
    let failing = house.enqueue("prompt", at(TEN_YEARS)).await;
    house.start().await.stop().await;
    let put_off = [at(TEN_YEARS + 6 * HOUR)];
    assert_eq!(house.waiting("housekeeping").await, put_off);
    assert_eq!(house.job(failing).await.failures, 1);
    // Enqueued after the last look for work, before the process ended.
    let unseen = house.enqueue("prompt", at(TEN_YEARS)).await;

    let house = house.reopen().await;
    house.clock.set(at(0));
    let runner = house.start().await;
    assert_eq!(house.waiting("housekeeping").await, [at(6 * HOUR)]);
    for id in [failing, unseen] {
        let job = house.job(id).await;
        assert_eq!((job.state, job.finished_at), (JobState::Done, Some(at(0))));
    }
    runner.stop().await;
}

#[tokio::test]
async fn a_clock_that_goes_back_while_the_archive_runs_is_noticed() {
    let house = House::new();
    let runner = house.start().await;
    house.clock.set(at(TEN_YEARS));
    let failing = house.enqueue("prompt", at(TEN_YEARS)).await;
    runner.idle().await;
    assert_eq!(
        house.waiting("housekeeping").await,
        [at(TEN_YEARS + 6 * HOUR)]
    );
    assert_eq!(house.job(failing).await.failures, 1);

    house.clock.set(at(HOUR));
    runner.idle().await;
    assert_eq!(house.waiting("housekeeping").await, [at(7 * HOUR)]);
    assert_eq!(house.job(failing).await.state, JobState::Done);
    runner.stop().await;
}

#[tokio::test]
async fn moments_that_people_chose_stay_and_so_do_usual_waits() {
    let house = House::new();
    let chosen = house.enqueue("appointed", at(TEN_YEARS)).await;
    let usual = house.enqueue("prompt", at(HOUR)).await;
    let runner = house.start().await;
    // Set by a few seconds, as time servers do.
    house.clock.set(at(-30));
    runner.idle().await;
    runner.stop().await;
    let house = house.reopen().await;
    let runner = house.start().await;
    assert_eq!(house.job(chosen).await.run_at, at(TEN_YEARS));
    assert_eq!(house.job(usual).await.run_at, at(HOUR));
    assert_eq!(house.waiting("housekeeping").await, [at(6 * HOUR)]);
    runner.stop().await;
}

/// No job of the archive waits longer than its kind says, or each start would run it anew.
#[test]
fn an_ordinary_restart_brings_nothing_forward() {
    let archive = Archive::start();
    let client = archive.holder("admin");
    let waiting = || {
        let jobs = client.get("/api/v1/jobs?state=waiting&limit=100").json();
        let jobs = jobs["items"].as_array().unwrap().clone();
        let moments = jobs.iter().map(|job| {
            let text = |name: &str| job[name].as_str().unwrap().to_owned();
            (text("kind"), text("run_at"))
        });
        moments.collect::<std::collections::BTreeMap<_, _>>()
    };
    // Each kind of round has been there once, and waits for its next time.
    let before = eventually("the first rounds are over", || {
        let done = client.get("/api/v1/jobs?state=done&limit=100").json();
        let done = done["items"].as_array().unwrap().len();
        let waiting = waiting();
        (done >= 4 && waiting.len() >= 4).then_some(waiting)
    });
    let archive = Archive::start_in(archive.stop(), &[("KHOCHUNG__LOG__FILTER", "warn")]);
    let client = archive.anybody().with_token(client.token().unwrap());
    // A job of its own shows that the runner has looked at the clock and for work.
    let jpeg = std::fs::read(fixture("photo.jpg")).unwrap();
    let made = client.create(&json!({ "titles": { "vi": "Ảnh" } }));
    let path = format!(
        "/api/v1/assets/{}/files?name=a.jpg",
        made["id"].as_str().unwrap()
    );
    let attached = client.send("POST", &path, &[("content-type", "image/jpeg")], &jpeg);
    assert_eq!(attached.status, 201);
    eventually("the preview is made", || {
        let done = client.get("/api/v1/jobs?state=done&limit=100").json();
        let done = done["items"].as_array().unwrap().clone();
        let is_preview = |job: &serde_json::Value| job["kind"] == "render-previews";
        done.iter().any(is_preview).then_some(())
    });
    let jobs = client.get("/api/v1/jobs?state=waiting&limit=100").json();
    let jobs = jobs["items"].as_array().unwrap().clone();
    for job in jobs {
        let kind = job["kind"].as_str().unwrap();
        assert_eq!(job["run_at"].as_str().unwrap(), before[kind], "{kind}");
    }
}
