//! Uploads end after their time, and nothing of them stays.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use khochung::clock::Clock;
use khochung::domain::access::{Actor, Credential, Role, TokenId};
use khochung::domain::{Slug, Timestamp};
use khochung::services::audit::AuditTrail;
use khochung::services::quotas::{Quota, Quotas};
use khochung::services::uploads::{Limits, NewUpload, UploadId, Uploads, UploadsError};
use khochung::storage::blobs::{LocalBlobs, PartialFiles, Staging};
use khochung::storage::catalog::embedded::{EmbeddedCatalog, Options};
use khochung::storage::catalog::prelude::*;
use khochung::storage::vocabulary;

use super::names_in;
use crate::archive::MORNING;

const DAY: i64 = 86_400;

struct Bench {
    folder: tempfile::TempDir,
    clock: Clock,
    catalog: Arc<dyn Catalog>,
    uploads: Uploads,
}

impl Bench {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::standing(MORNING);
        let data: &Path = folder.path();
        let opened = EmbeddedCatalog::open(&data.join("catalog"), Options::default()).unwrap();
        let catalog: Arc<dyn Catalog> = Arc::new(opened);
        let trail = AuditTrail::new(catalog.clone(), clock.clone());
        let vocabularies = Arc::new(vocabulary::load(None).unwrap());
        let quotas = Quotas::load(
            catalog.clone(),
            trail,
            vocabularies,
            clock.clone(),
            Quota::default(),
        );
        LocalBlobs::open(data).unwrap();
        let staging = Staging::open(data, SystemTime::now()).unwrap();
        let files = (PartialFiles::open(data).unwrap(), staging);
        let limits = Limits {
            bytes: 1000,
            of_owner: 10,
            lasts: Duration::from_secs(7 * 86_400),
        };
        let quotas = quotas.await.unwrap();
        let uploads = Uploads::new(catalog.clone(), files, quotas, clock.clone(), limits);
        Self {
            folder,
            clock,
            catalog,
            uploads,
        }
    }

    async fn create(&self) -> UploadId {
        let new = NewUpload {
            length: 100,
            metadata: String::new(),
            key: None,
        };
        self.uploads.create(&contributor(), new).await.unwrap().0.id
    }

    async fn append(&self, id: UploadId, bytes: &[u8]) {
        let actor = contributor();
        let begun = self.uploads.append(&actor, id, (0, None), None);
        let (mut receiving, _) = begun.await.unwrap();
        receiving.write(bytes).await.unwrap();
        receiving.finish().await.unwrap();
    }

    async fn is_there(&self, id: UploadId) -> bool {
        match self.uploads.resume(&contributor(), id).await {
            Ok(_) => true,
            Err(UploadsError::NotFound) => false,
            Err(other) => unreachable!("{other}"),
        }
    }

    async fn used(&self) -> u64 {
        let body = Slug::parse("dic").unwrap();
        self.catalog.usage(&body).await.unwrap().bytes
    }

    fn partial(&self) -> Vec<String> {
        names_in(self.folder.path(), "partial")
    }

    fn at(&self, days: i64, seconds: i64) -> Timestamp {
        let now = MORNING.plus_seconds(days * DAY + seconds);
        self.clock.set(now);
        now
    }
}

fn contributor() -> Actor {
    Actor::Holder {
        credential: Credential::Token(TokenId("an".into())),
        role: Role::Contributor,
        organisation: Some(Slug::parse("dic").unwrap()),
        subordinates: Arc::default(),
        narrowed_to: None,
    }
}

#[tokio::test]
async fn an_upload_ends_after_its_time_and_its_room_comes_back() {
    let bench = Bench::new().await;
    let first = bench.create().await;
    bench.append(first, b"some bytes").await;
    let without_bytes = bench.create().await;
    bench.at(1, 0);
    let second = bench.create().await;
    bench.append(second, b"other bytes").await;
    assert_eq!(bench.used().await, 300);

    let now = bench.at(7, -1);
    assert!(bench.is_there(first).await && bench.is_there(without_bytes).await);
    assert_eq!(bench.uploads.sweep(now).await.unwrap().expired, 0);
    assert_eq!(bench.partial().len(), 2);

    // Its time is over at once, its bytes go with the sweep.
    let now = bench.at(7, 0);
    assert!(!bench.is_there(first).await && bench.is_there(second).await);
    let refused = bench
        .uploads
        .append(&contributor(), first, (10, None), None)
        .await;
    assert!(matches!(refused, Err(UploadsError::NotFound)));
    let swept = bench.uploads.sweep(now).await.unwrap();
    assert_eq!((swept.expired, swept.files), (2, 1));
    assert_eq!(bench.partial(), [second.to_string()]);
    assert_eq!(bench.used().await, 100);
    assert!(bench.is_there(second).await);
    let again = bench.uploads.sweep(now).await.unwrap();
    assert_eq!((again.expired, again.files), (0, 0));
}

#[tokio::test]
async fn files_of_no_upload_are_swept_and_what_is_not_of_the_archive_is_left_alone() {
    let bench = Bench::new().await;
    let kept = bench.create().await;
    bench.append(kept, b"some bytes").await;
    let partial = bench.folder.path().join("partial");
    // What a kill between the commit of an end and the removal of the bytes leaves.
    let orphan = "00000000000000000000000000000000";
    for name in [orphan, &format!("{orphan}.verified"), ".DS_Store"] {
        std::fs::write(partial.join(name), b"x").unwrap();
    }
    std::fs::create_dir(partial.join("lost+found")).unwrap();
    let swept = bench.uploads.sweep(MORNING).await.unwrap();
    assert_eq!((swept.expired, swept.files), (0, 1));
    let mut left = vec![
        ".DS_Store".to_owned(),
        kept.to_string(),
        "lost+found".to_owned(),
    ];
    left.sort();
    assert_eq!(bench.partial(), left);
}

#[tokio::test]
async fn an_upload_that_is_being_sent_when_its_time_ends_goes_with_the_sweep() {
    let bench = Bench::new().await;
    let id = bench.create().await;
    let actor = contributor();
    let begun = bench.uploads.append(&actor, id, (0, None), None);
    let (mut receiving, _) = begun.await.unwrap();
    receiving.write(b"some bytes").await.unwrap();
    let now = bench.at(7, 0);
    let uploads = bench.uploads.clone();
    let sweep = tokio::spawn(async move { uploads.sweep(now).await });
    receiving.wanted().await;
    drop(receiving);
    assert_eq!(sweep.await.unwrap().unwrap().expired, 1);
    bench.uploads.sweep(now).await.unwrap();
    assert!(bench.partial().is_empty());
    assert_eq!(bench.used().await, 0);
}

#[tokio::test]
async fn whoever_acts_for_another_body_now_does_not_take_uploads_along() {
    let bench = Bench::new().await;
    let id = bench.create().await;
    let Actor::Holder {
        credential,
        role,
        subordinates,
        ..
    } = contributor()
    else {
        unreachable!()
    };
    let moved = Actor::Holder {
        credential,
        role,
        organisation: Some(Slug::parse("doj").unwrap()),
        subordinates,
        narrowed_to: None,
    };
    assert!(matches!(
        bench.uploads.resume(&moved, id).await,
        Err(UploadsError::NotFound)
    ));
}
