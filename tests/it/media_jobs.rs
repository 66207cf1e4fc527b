//! Previews and fixity audits as jobs: on the real catalogue, the real blob store and its files.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::time::SystemTime;

use khochung::clock::Clock;
use khochung::domain::access::Actor;
use khochung::domain::asset::{
    Access, Asset, AssetId, AudienceLevel, File, FileRole, MediaFacts, PeopleShown,
    ProcessingFailure, Review, Revision, State, Work,
};
use khochung::domain::{LanguageMap, LanguageTag, Sha256, Slug, Timestamp};
use khochung::services::jobs::{Runner, RunnerHandle, Settings};
use khochung::services::media::public_copy::PublicCopyJobs;
use khochung::services::media::rebuild::{self, RenditionJobs};
use khochung::services::media::render::Limits;
use khochung::services::media::{
    AuditBlobs, HashPictures, RebuildRenditions, RenderPreviews, RenditionStore, perceptual_hash,
    previews,
};
use khochung::storage::blobs::{BlobStore, LocalBlobs, Staging};
use khochung::storage::catalog::embedded::{EmbeddedCatalog, Options};
use khochung::storage::catalog::prelude::*;
use khochung::storage::catalog::{
    Audit, AuditOutcome, ChangeSet, EventKind, EventNumber, HashedPicture, JobState, NewJob,
    ProcessedBlob, ProcessingResult, Write,
};

use crate::picture_copies::picture;
use crate::probe::fixture;

const DAY: i64 = 24 * 60 * 60;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(1_795_395_600_000).plus_seconds(seconds)
}

struct House {
    dir: tempfile::TempDir,
    catalog: Arc<EmbeddedCatalog>,
    blobs: Arc<LocalBlobs>,
    staging: Staging,
    clock: Clock,
}

impl House {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let catalog = EmbeddedCatalog::open(&dir.path().join("catalog"), Options::default());
        Self {
            catalog: Arc::new(catalog.unwrap()),
            blobs: Arc::new(LocalBlobs::open(dir.path()).unwrap()),
            staging: Staging::open(dir.path(), SystemTime::now()).unwrap(),
            clock: Clock::standing(at(0)),
            dir,
        }
    }

    fn runner(&self) -> Runner {
        let audits = AuditBlobs::new(self.catalog.clone(), self.blobs.clone(), u64::MAX);
        let limits = Limits {
            pixels: 300_000,
            ..Limits::default()
        };
        let store = RenditionStore::new(self.blobs.clone(), self.staging.clone());
        let renders = RenderPreviews::new(self.catalog.clone(), store, limits);
        Runner::new(
            self.catalog.clone(),
            self.clock.clone(),
            Settings::default(),
        )
        .with(audits)
        .with(renders)
    }

    async fn store(&self, bytes: Vec<u8>) -> Sha256 {
        let staged = self.staging.stage(bytes).await.unwrap();
        let key = staged.key;
        self.blobs.put(staged).await.unwrap();
        key
    }

    async fn commit(&self, changes: ChangeSet) {
        self.catalog.commit(changes).await.unwrap();
    }

    /// Stores bytes and attaches them to a work of their own.
    async fn refer(&self, bytes: &[u8]) -> Sha256 {
        let key = self.store(bytes.to_vec()).await;
        self.attach(key).await;
        key
    }

    async fn attach(&self, key: Sha256) {
        let changes = ChangeSet::by(&Actor::System, at(0));
        self.commit(changes.put(work(key), EventKind::Created))
            .await;
    }

    async fn events(&self, kind: EventKind) -> usize {
        let events = self.catalog.events(EventNumber(0), 10_000).await.unwrap();
        events.iter().filter(|event| event.kind == kind).count()
    }

    async fn outcome(&self, key: Sha256) -> Option<(AuditOutcome, Timestamp)> {
        let records = self.catalog.blobs(None, 10_000).await.unwrap();
        let record = records
            .into_iter()
            .find(|record| record.key == key)
            .unwrap();
        record.audit.map(|audit| (audit.outcome, audit.at))
    }
}

/// The id of the work that has this file.
fn id(key: Sha256) -> AssetId {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&key.as_bytes()[..16]);
    AssetId::from_bytes(bytes)
}

/// A draft about which nothing has been said.
pub(crate) fn draft(id: AssetId) -> Asset {
    let title = (LanguageTag::parse("vi").unwrap(), "Ảnh".to_owned());
    Asset {
        id,
        revision: Revision::FIRST,
        state: State::Draft,
        widest_audience: AudienceLevel::Staff,
        work: Work {
            titles: [title].into_iter().collect(),
            descriptions: LanguageMap::default(),
            kind: None,
            creators: Vec::new(),
            organisation: None,
            languages: Vec::new(),
            strand: None,
            themes: Vec::new(),
            instruments: Vec::new(),
            rights_groups: Vec::new(),
            udhr_articles: Vec::new(),
            audiences: Vec::new(),
            places: Vec::new(),
            made: None,
            body: None,
            credit_line: None,
            reuse_terms: Slug::parse(Work::RIGHTS_NOT_REVIEWED).unwrap(),
            people_shown: PeopleShown::NotAssessed,
            consent: None,
            minors_shown: false,
            access: Access::Public,
            embargo_until: None,
            review_on: None,
            relations: Vec::new(),
            identifiers: Vec::new(),
        },
        issuer: None,
        files: Vec::new(),
        created_at: at(0),
        updated_at: at(0),
        published_at: None,
        review: Review::default(),
        corrections: Vec::new(),
        sealed: Vec::new(),
    }
}

/// The job for the file of [`work`].
fn previews_job(key: Sha256) -> NewJob {
    previews::job(id(key), &work(key).files[0], at(0))
}

/// A draft with this file, said to be a JPEG.
fn work(key: Sha256) -> Asset {
    let file = File {
        sha256: key,
        role: FileRole::Original,
        media_type: "image/jpeg".to_owned(),
        size: 7,
        name: "ảnh.jpg".to_owned(),
        title: LanguageMap::default(),
        alt: LanguageMap::default(),
        language: None,
        facts: MediaFacts::default(),
        redacted: Vec::new(),
        text_correction: None,
        attached_at: at(0),
    };
    Asset {
        files: vec![file],
        ..draft(id(key))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn previews_of_an_image_are_stored_and_written_once() {
    let house = House::new();
    let photo = house.refer(&fs::read(fixture("photo.jpg")).unwrap()).await;
    let enqueue = || {
        let job = previews_job(photo);
        ChangeSet::by(&Actor::System, at(0)).job(job)
    };
    house.commit(enqueue()).await;
    let runner = house.runner().start();
    runner.idle().await;
    let mut first = house.catalog.renditions(&[photo]).await.unwrap().concat();
    first.sort_by_key(|rendition| rendition.width_px);
    let sizes: Vec<_> = first
        .iter()
        .map(|r| (r.recipe.as_str(), r.width_px, r.height_px))
        .collect();
    let expected = [
        ("preview-200/1", Some(200), Some(133)),
        ("preview-400/1", Some(400), Some(267)),
        ("preview-1600/1", Some(600), Some(400)),
    ];
    assert_eq!(sizes, expected);
    for rendition in &first {
        let bytes = house.blobs.read(rendition.blob, 0..u64::MAX).await.unwrap();
        assert_eq!(bytes.len() as u64, rendition.size);
        assert!(bytes.starts_with(b"\xff\xd8\xff"));
    }
    assert_eq!(house.events(EventKind::Rendered).await, 3);
    assert_eq!(house.events(EventKind::PictureHashed).await, 1);

    let stored = house.blobs.list(None, 100).await.unwrap();
    house.commit(enqueue()).await;
    runner.idle().await;
    let mut second = house.catalog.renditions(&[photo]).await.unwrap().concat();
    second.sort_by_key(|rendition| rendition.width_px);
    assert_eq!(second, first);
    assert_eq!(house.blobs.list(None, 100).await.unwrap(), stored);
    assert_eq!(house.events(EventKind::PictureHashed).await, 1);
    let staged = fs::read_dir(house.dir.path().join("staging"))
        .unwrap()
        .count();
    assert_eq!(staged, 0, "nothing is left behind");
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_that_cannot_be_shown_says_why_and_is_no_dead_job() {
    let house = House::new();
    let mut large = fs::read(fixture("photo.jpg")).unwrap();
    let frame = large
        .windows(2)
        .rposition(|marker| marker == b"\xff\xc0")
        .unwrap();
    large[frame + 5..frame + 9].copy_from_slice(b"\x02\x58\x03\x20");
    let too_large = house.refer(&large).await;
    let broken = house.refer(b"no image").await;
    let missing = Sha256::from_bytes([9; 32]);
    house.attach(missing).await;
    let mut changes = ChangeSet::by(&Actor::System, at(0));
    for blob in [too_large, broken, missing] {
        changes = changes.job(previews_job(blob));
    }
    house.commit(changes).await;
    let runner = house.runner().start();
    runner.idle().await;
    let dead = house
        .catalog
        .jobs(Some(JobState::Dead), None, 10)
        .await
        .unwrap();
    let errors: Vec<_> = dead
        .iter()
        .filter_map(|job| job.last_error.as_deref())
        .collect();
    // Lost bytes are a fault of the archive, which somebody must mend.
    assert_eq!(errors.len(), 1);
    assert!(errors[0].starts_with("no such blob: 0909"), "{errors:?}");
    let records = house.catalog.blob_records(&[too_large, broken]).await;
    let results = records.unwrap().into_iter().flatten();
    let results: Vec<_> = results.filter_map(|record| record.processed).collect();
    let results: Vec<_> = results.iter().map(|processed| processed.result).collect();
    let expected = [ProcessingFailure::TooLarge, ProcessingFailure::Damaged];
    assert_eq!(results, expected.map(ProcessingResult::Failed));
    assert_eq!(house.events(EventKind::Processed).await, 2);
    assert_eq!(house.events(EventKind::Rendered).await, 0);
    runner.stop().await;
}

/// What one version could not read, the next may.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_which_no_copy_could_be_made_is_tried_again_by_another_version() {
    for (version, copies) in [("0.1.0", 3), (env!("CARGO_PKG_VERSION"), 0)] {
        let house = House::new();
        let photo = house.refer(&fs::read(fixture("photo.jpg")).unwrap()).await;
        let failed = ProcessedBlob {
            of: photo,
            recipe: format!("preview-1600/1 {version}"),
            result: ProcessingResult::Failed(ProcessingFailure::Unsupported),
        };
        let changes = ChangeSet::by(&Actor::System, at(0));
        house.commit(changes.write(Write::Processed(failed))).await;
        let copies_of: Box<dyn RenditionJobs> =
            Box::new(PublicCopyJobs::new(house.catalog.clone()));
        let handler = RebuildRenditions::new(house.catalog.clone(), Arc::new([copies_of]));
        rebuild::DAILY.ensure(&*house.catalog, at(0)).await.unwrap();
        let runner = house
            .runner()
            .with(rebuild::find_missing())
            .with(handler)
            .start();
        runner.idle().await;
        assert_eq!(house.events(EventKind::Rendered).await, copies, "{version}");
        runner.stop().await;
    }
}

/// A rebuild that takes longer than a day is not overtaken by the next one.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_looked_for_once_at_a_time() {
    let house = House::new();
    rebuild::DAILY.ensure(&*house.catalog, at(0)).await.unwrap();
    let runner = house.runner().with(rebuild::find_missing()).start();
    runner.idle().await;
    house.clock.set(at(DAY));
    runner.idle().await;
    let jobs = house.catalog.jobs(None, None, 100).await.unwrap();
    let of_kind = |kind: &str| jobs.iter().filter(|job| job.kind.0 == kind).count();
    assert_eq!(of_kind("find-missing-copies"), 3, "two are done");
    assert_eq!(of_kind("rebuild-renditions"), 1);
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_blob_is_audited_and_again_after_ninety_days() {
    let house = House::new();
    let intact = house.refer(b"intact").await;
    AuditBlobs::SCHEDULE
        .ensure(&*house.catalog, at(0))
        .await
        .unwrap();
    let runner = house.runner().start();
    runner.idle().await;
    assert_eq!(
        house.outcome(intact).await,
        Some((AuditOutcome::Intact, at(0)))
    );

    // What comes later is audited within the next round, the old one not again.
    let later = house.refer(b"later").await;
    house.clock.set(at(60 * 60));
    runner.idle().await;
    assert_eq!(
        house.outcome(later).await,
        Some((AuditOutcome::Intact, at(60 * 60)))
    );
    assert_eq!(
        house.outcome(intact).await,
        Some((AuditOutcome::Intact, at(0)))
    );

    for (now, audits) in [(90 * DAY - 1, 2), (90 * DAY + 60 * 60, 4)] {
        house.clock.set(at(now));
        runner.idle().await;
        assert_eq!(house.events(EventKind::FixityChecked).await, audits);
    }
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_and_missing_blobs_are_found_quarantined_and_reported() {
    let house = House::new();
    let [damaged, missing, intact] = [
        house.refer(b"damaged").await,
        house.refer(b"missing").await,
        house.refer(b"intact").await,
    ];
    let path = house.blobs.local_path(damaged).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&path, b"dAmaged").unwrap();
    fs::remove_file(house.blobs.local_path(missing).unwrap()).unwrap();

    AuditBlobs::SCHEDULE
        .ensure(&*house.catalog, at(0))
        .await
        .unwrap();
    let runner = house.runner().start();
    runner.idle().await;
    let outcome = async |key| house.outcome(key).await.map(|(outcome, _)| outcome);
    assert_eq!(outcome(damaged).await, Some(AuditOutcome::Damaged));
    assert_eq!(outcome(missing).await, Some(AuditOutcome::Missing));
    assert_eq!(outcome(intact).await, Some(AuditOutcome::Intact));
    assert_eq!(house.events(EventKind::FixityFailed).await, 2);
    let quarantined = house.dir.path().join("quarantine").join(damaged.to_hex());
    assert_eq!(fs::read(quarantined).unwrap(), b"dAmaged");
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_came_back_after_damage_are_audited_within_the_hour() {
    let house = House::new();
    let key = house.refer(b"lost").await;
    fs::remove_file(house.blobs.local_path(key).unwrap()).unwrap();
    AuditBlobs::SCHEDULE
        .ensure(&*house.catalog, at(0))
        .await
        .unwrap();
    let runner = house.runner().start();
    for hour in 0..3 {
        house.clock.set(at(hour * 60 * 60));
        runner.idle().await;
        let failed = house.events(EventKind::FixityFailed).await;
        assert_eq!(failed, 1, "reported once");
    }
    house.store(b"lost".to_vec()).await;
    house.clock.set(at(3 * 60 * 60));
    runner.idle().await;
    let expected = (AuditOutcome::Intact, at(3 * 60 * 60));
    assert_eq!(house.outcome(key).await, Some(expected));
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audit_of_a_clock_that_was_years_ahead_does_not_count() {
    let house = House::new();
    let key = house.refer(b"intact").await;
    let audit = Audit {
        blob: key,
        at: at(3650 * DAY),
        outcome: AuditOutcome::Intact,
    };
    let changes = ChangeSet::by(&Actor::System, at(0));
    house.commit(changes.write(Write::Audit(audit))).await;
    AuditBlobs::SCHEDULE
        .ensure(&*house.catalog, at(0))
        .await
        .unwrap();
    let runner = house.runner().start();
    runner.idle().await;
    let expected = (AuditOutcome::Intact, at(0));
    assert_eq!(house.outcome(key).await, Some(expected));
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_whose_work_is_gone_is_left_alone() {
    let house = House::new();
    let photo = house.store(fs::read(fixture("photo.jpg")).unwrap()).await;
    let changes = ChangeSet::by(&Actor::System, at(0));
    house.commit(changes.job(previews_job(photo))).await;
    let runner = house.runner().start();
    runner.idle().await;
    let done = house
        .catalog
        .jobs(Some(JobState::Done), None, 10)
        .await
        .unwrap();
    assert_eq!(done.len(), 1);
    assert_eq!(
        house.catalog.renditions(&[photo]).await.unwrap().concat(),
        []
    );
    runner.stop().await;
}

/// Looks at pictures whose hash is not known.
fn hashing(house: &House) -> HashPictures {
    HashPictures::new(
        house.catalog.clone(),
        house.blobs.clone(),
        Limits::default(),
    )
}

async fn look(house: &House, blob: Sha256) -> Option<HashedPicture> {
    let records = house.catalog.blob_records(&[blob]).await.unwrap();
    records.into_iter().flatten().next()?.picture
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_taken_in_before_there_were_hashes_are_hashed_once() {
    let house = House::new();
    let poster = house.refer(&picture("poster.jpg")).await;
    let blank = house.refer(&picture("blank-paper.jpg")).await;
    let broken = house.refer(b"no image").await;
    let missing = Sha256::from_bytes([9; 32]);
    house.attach(missing).await;
    HashPictures::ensure(&*house.catalog, at(0)).await.unwrap();
    let runner = house.runner().with(hashing(&house)).start();
    runner.idle().await;

    let hash = look(&house, poster).await.unwrap().hash.unwrap();
    assert_eq!(look(&house, blank).await.unwrap().hash, None);
    assert_eq!(
        (look(&house, broken).await, look(&house, missing).await),
        (None, None)
    );
    assert_eq!(house.events(EventKind::PictureHashed).await, 2);
    let copy = previews_of(&house, &runner, &picture("poster-quality-50.jpg")).await;
    assert!(copy.hash.unwrap().distance(hash) <= 8);

    // Asked for again, at another start or a month later: what is known is not looked at again.
    let last = house.catalog.counts().await.unwrap().events;
    HashPictures::ensure(&*house.catalog, at(0)).await.unwrap();
    runner.idle().await;
    house.clock.set(at(30 * DAY));
    runner.idle().await;
    assert_eq!(house.catalog.counts().await.unwrap().events, last);
    let waiting = house.catalog.jobs(Some(JobState::Waiting), None, 10).await;
    let next: Vec<_> = waiting.unwrap().iter().map(|job| job.run_at).collect();
    assert_eq!(next, [at(60 * DAY)]);
    runner.stop().await;
}

/// What is known of a picture after the job that makes its previews.
async fn previews_of(house: &House, runner: &RunnerHandle, bytes: &[u8]) -> HashedPicture {
    let blob = house.refer(bytes).await;
    let job = previews_job(blob);
    house
        .commit(ChangeSet::by(&Actor::System, at(0)).job(job))
        .await;
    runner.idle().await;
    look(house, blob).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn both_jobs_find_the_same_hash_and_an_old_recipe_gives_way() {
    let house = House::new();
    let runner = house.runner().with(hashing(&house)).start();
    let found = previews_of(&house, &runner, &picture("photo.jpg")).await;
    assert_eq!(found.recipe, perceptual_hash::RECIPE);
    let old = HashedPicture {
        recipe: "perceptual-hash/0".to_owned(),
        hash: None,
        ..found.clone()
    };
    let write = Write::HashedPicture(old.clone());
    house
        .commit(ChangeSet::by(&Actor::System, at(0)).write(write))
        .await;
    assert_eq!(look(&house, found.of).await, Some(old));
    HashPictures::ensure(&*house.catalog, at(0)).await.unwrap();
    runner.idle().await;
    assert_eq!(look(&house, found.of).await, Some(found));
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hashing_goes_on_where_an_earlier_run_ended() {
    let house = House::new();
    let tiny = picture("blank-tiny.png");
    let mut blobs = Vec::new();
    for number in 0..250_u8 {
        // Bytes behind the end of an image make it another file and the same picture.
        let bytes = [tiny.as_slice(), &[number]].concat();
        blobs.push(house.store(bytes).await);
    }
    let mut changes = ChangeSet::by(&Actor::System, at(0));
    for blob in &blobs {
        let mut png = work(*blob);
        png.files[0].media_type = "image/png".to_owned();
        changes = changes.put(png, EventKind::Created);
    }
    house.commit(changes).await;
    HashPictures::ensure(&*house.catalog, at(0)).await.unwrap();
    let runner = house.runner().with(hashing(&house)).start();
    runner.idle().await;
    let records = house.catalog.blob_records(&blobs).await.unwrap();
    let hashed = records
        .iter()
        .flatten()
        .filter(|record| record.picture.is_some());
    assert_eq!(hashed.count(), 250);
    let done = house
        .catalog
        .jobs(Some(JobState::Done), None, 10)
        .await
        .unwrap();
    let payloads: Vec<_> = done
        .iter()
        .map(|job| job.payload.contains("after"))
        .collect();
    assert_eq!(payloads, [false, true, true], "a hundred at a time");
    runner.stop().await;
}
