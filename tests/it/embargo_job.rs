//! An embargo ends by itself: the job is enqueued with the publication and runs at the moment.

use std::sync::Arc;

use khochung::clock::Clock;
use khochung::domain::access::Actor;
use khochung::domain::asset::{AssetId, PeopleShown, Work};
use khochung::domain::{LanguageTag, Slug, Timestamp};
use khochung::services::audit::AuditTrail;
use khochung::services::curation::{Curation, MakeScheduledChanges};
use khochung::services::jobs::{Runner, RunnerHandle, Settings};
use khochung::services::works::{
    ScheduledChange, {Deposit, WorkAccess},
};
use khochung::storage::catalog::embedded::{EmbeddedCatalog, Options};
use khochung::storage::catalog::prelude::*;
use khochung::storage::catalog::{ChangeSet, EventKind, EventNumber, JobState};
use khochung::storage::vocabulary;

use crate::media_jobs::draft;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(1_795_395_600_000).plus_seconds(seconds)
}

fn slug(text: &str) -> Slug {
    Slug::parse(text).unwrap()
}

/// A description that passes the gates of publication.
fn publishable(work: Work) -> Work {
    Work {
        kind: Some(slug("article")),
        organisation: Some(slug("dic")),
        languages: vec![LanguageTag::parse("vi").unwrap()],
        strand: Some(slug("educate")),
        themes: vec![slug("international-law")],
        body: Some("Mọi người sinh ra đều được tự do.".to_owned()),
        credit_line: Some("Sở Thông tin và Truyền thông".to_owned()),
        reuse_terms: slug("cc-by-4.0"),
        people_shown: PeopleShown::NoneIdentifiable,
        ..work
    }
}

/// A catalogue with one work under an embargo of an hour.
struct House {
    catalog: Arc<dyn Catalog>,
    clock: Clock,
    curation: Curation,
    work: Work,
    id: AssetId,
    _folder: tempfile::TempDir,
}

impl House {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let catalog = EmbeddedCatalog::open(folder.path(), Options::default()).unwrap();
        let catalog: Arc<dyn Catalog> = Arc::new(catalog);
        let clock = Clock::standing(at(0));
        let vocabularies = Arc::new(vocabulary::load(None).unwrap());
        let trail = AuditTrail::new(catalog.clone(), clock.clone());
        let works = WorkAccess::new(catalog.clone(), trail, vocabularies, clock.clone());
        let curation = Curation::new(works);
        let mut asset = draft(AssetId::from_bytes([7; 16]));
        asset.work = publishable(asset.work);
        asset.work.embargo_until = Some(at(3600));
        let (id, work) = (asset.id, asset.work.clone());
        let changes = ChangeSet::by(&Actor::System, at(0));
        catalog
            .commit(changes.put(asset, EventKind::Created))
            .await
            .unwrap();
        curation.publish(&Actor::System, id, None).await.unwrap();
        Self {
            catalog,
            clock,
            curation,
            work,
            id,
            _folder: folder,
        }
    }

    fn start(&self) -> RunnerHandle {
        let settings = Settings::default();
        Runner::new(self.catalog.clone(), self.clock.clone(), settings)
            .with(MakeScheduledChanges::new(
                ScheduledChange::ReleaseEmbargo,
                self.curation.clone(),
            ))
            .start()
    }

    async fn events(&self) -> Vec<EventKind> {
        let events = self.catalog.events(EventNumber(0), 10).await.unwrap();
        events.iter().map(|event| event.kind).collect()
    }
}

#[tokio::test]
async fn an_embargo_ends_at_its_moment_and_tells_the_readers_of_the_log() {
    let house = House::new().await;
    let runner = house.start();
    let before = [EventKind::Created, EventKind::Published];
    let after = [before.as_slice(), &[EventKind::EmbargoLifted]].concat();
    for (now, expected) in [(3599, before.to_vec()), (3600, after)] {
        house.clock.set(at(now));
        runner.idle().await;
        assert_eq!(house.events().await, expected, "after {now} seconds");
    }
    let done = house.catalog.jobs(Some(JobState::Done), None, 10).await;
    assert_eq!(done.unwrap().len(), 1);
    runner.stop().await;
}

/// What the page on running an archive advises.
#[tokio::test]
async fn an_embargo_that_a_wrong_clock_ended_ends_again_once_the_work_was_changed() {
    let house = House::new().await;
    let runner = house.start();
    house.clock.set(at(10 * 365 * 24 * 3600));
    runner.idle().await;
    house.clock.set(at(60));
    runner.idle().await;
    let deposit = Deposit {
        work: Work {
            credit_line: Some("Sở Tư pháp".to_owned()),
            ..house.work.clone()
        },
        relations: Vec::new(),
    };
    let changed = house
        .curation
        .describe(&Actor::System, house.id, None, deposit);
    changed.await.unwrap();
    for (now, lifted) in [(3599, 1), (3600, 2)] {
        house.clock.set(at(now));
        runner.idle().await;
        let events = house.events().await;
        let actual = events
            .iter()
            .filter(|kind| **kind == EventKind::EmbargoLifted);
        assert_eq!(actual.count(), lifted, "after {now} seconds");
    }
    runner.stop().await;
}
