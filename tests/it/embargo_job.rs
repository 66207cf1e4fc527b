//! An embargo ends by itself: the job is enqueued with the publication and runs at the moment.

use std::sync::Arc;

use khochung::clock::Clock;
use khochung::domain::access::Actor;
use khochung::domain::asset::{AssetId, PeopleShown, Work};
use khochung::domain::{LanguageTag, Slug, Timestamp};
use khochung::services::curation::{Curation, ReleaseExpiredEmbargo};
use khochung::services::jobs::{Runner, Settings};
use khochung::services::works::WorkAccess;
use khochung::storage::catalog::embedded::{EmbeddedCatalog, Options};
use khochung::storage::catalog::{Catalog, ChangeSet, EventKind, EventNumber, JobState};
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

#[tokio::test]
async fn an_embargo_ends_at_its_moment_and_tells_the_readers_of_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = EmbeddedCatalog::open(dir.path(), Options::default()).unwrap();
    let catalog: Arc<dyn Catalog> = Arc::new(catalog);
    let clock = Clock::standing(at(0));
    let vocabularies = Arc::new(vocabulary::load(None).unwrap());
    let curation = Curation::new(WorkAccess::new(
        catalog.clone(),
        vocabularies,
        clock.clone(),
    ));

    let mut asset = draft(AssetId::from_bytes([7; 16]));
    asset.work = publishable(asset.work);
    asset.work.embargo_until = Some(at(3600));
    let id = asset.id;
    let changes = ChangeSet::by(&Actor::System, at(0));
    catalog
        .commit(changes.put(asset, EventKind::Created))
        .await
        .unwrap();
    curation.publish(&Actor::System, id, None).await.unwrap();

    let runner = Runner::new(catalog.clone(), clock.clone(), Settings::default())
        .with(ReleaseExpiredEmbargo::new(curation))
        .start();
    let kinds = async || -> Vec<EventKind> {
        let events = catalog.events(EventNumber(0), 10).await.unwrap();
        events.iter().map(|event| event.kind).collect()
    };
    for (now, expected) in [
        (3599, vec![EventKind::Created, EventKind::Published]),
        (
            3600,
            vec![
                EventKind::Created,
                EventKind::Published,
                EventKind::EmbargoLifted,
            ],
        ),
    ] {
        clock.set(at(now));
        runner.idle().await;
        assert_eq!(kinds().await, expected, "after {now} seconds");
    }
    let done = catalog.jobs(Some(JobState::Done), None, 10).await.unwrap();
    assert_eq!(done.len(), 1);
    runner.stop().await;
}
