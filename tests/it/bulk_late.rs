//! An act on many works can be undone for a day, and is forgotten after a month.

use std::sync::Arc;

use khochung::clock::Clock;
use khochung::domain::Timestamp;
use khochung::domain::access::Actor;
use khochung::domain::asset::AssetId;
use khochung::services::audit::AuditTrail;
use khochung::services::curation::bulk::{
    Act, Bulk, BulkError, BulkId, BulkItemRecord, ForgetBulk, Phase, RunBulk, Selected,
};
use khochung::services::jobs::{Runner, RunnerHandle, Settings};
use khochung::services::works::WorkAccess;
use khochung::storage::catalog::embedded::{EmbeddedCatalog, Options};
use khochung::storage::catalog::prelude::*;
use khochung::storage::catalog::typed_records::ReadKeyed as _;
use khochung::storage::catalog::{ChangeSet, EventKind, KeyRange};
use khochung::storage::vocabulary;

use crate::media_jobs::draft;

const DAY: i64 = 24 * 60 * 60;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(1_795_395_600_000).plus_seconds(seconds)
}

struct House {
    catalog: Arc<dyn Catalog>,
    clock: Clock,
    bulk: Bulk,
    runner: RunnerHandle,
    _folder: tempfile::TempDir,
}

impl House {
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let catalog = EmbeddedCatalog::open(folder.path(), Options::default()).unwrap();
        let catalog: Arc<dyn Catalog> = Arc::new(catalog);
        let clock = Clock::standing(at(0));
        let vocabularies = Arc::new(vocabulary::load(None).unwrap());
        let works = WorkAccess::new(
            catalog.clone(),
            AuditTrail::new(catalog.clone(), clock.clone()),
            vocabularies,
            clock.clone(),
        );
        let bulk = Bulk::new(works.clone());
        let runner = Runner::new(catalog.clone(), clock.clone(), Settings::default())
            .with(RunBulk::new(works.clone()))
            .with(ForgetBulk::new(works))
            .start();
        Self {
            catalog,
            clock,
            bulk,
            runner,
            _folder: folder,
        }
    }

    /// A submitted work, and the act that submitted it.
    async fn submit(&self) -> BulkId {
        let id = AssetId::from_bytes([7; 16]);
        let changes = ChangeSet::by(&Actor::System, at(0));
        let changes = changes.put(draft(id), EventKind::Created);
        self.catalog.commit(changes).await.unwrap();
        let works = [Selected { id, revision: None }];
        let started = self
            .bulk
            .start(&Actor::System, &Act::Submit, &works, None, None);
        let id = started.await.unwrap().result.id.parse().unwrap();
        self.runner.idle().await;
        id
    }
}

#[tokio::test]
async fn an_act_can_be_undone_until_a_day_after_its_end() {
    let house = House::open();
    let id = house.submit().await;
    let done = house.bulk.read(&Actor::System, id).await.unwrap();
    assert_eq!((done.phase, done.counts.changed), (Phase::Done, 1));
    assert_eq!(done.undo_until, Some(at(DAY)));
    house.clock.set(at(DAY + 1));
    let late = house.bulk.undo(&Actor::System, id, None).await;
    assert!(matches!(late, Err(BulkError::TooLate)), "{late:?}");
    house.clock.set(at(DAY));
    house.bulk.undo(&Actor::System, id, None).await.unwrap();
    house.runner.idle().await;
    let undone = house.bulk.read(&Actor::System, id).await.unwrap();
    assert_eq!((undone.phase, undone.counts.undone), (Phase::Undone, 1));
    let again = house.bulk.undo(&Actor::System, id, None).await;
    assert!(matches!(again, Err(BulkError::WrongPhase)), "{again:?}");
    house.runner.stop().await;
}

#[tokio::test]
async fn an_act_is_forgotten_after_thirty_days() {
    let house = House::open();
    let id = house.submit().await;
    for (days, is_there) in [(29, true), (31, false)] {
        house.clock.set(at(days * DAY));
        house.runner.idle().await;
        let found = house.bulk.read(&Actor::System, id).await;
        assert_eq!(found.is_ok(), is_there, "{days}");
        let items = house
            .catalog
            .all_keyed::<BulkItemRecord>(KeyRange::default(), 9);
        assert_eq!(items.await.unwrap().len(), usize::from(is_there), "{days}");
    }
    house.runner.stop().await;
}
