//! The blob store port: what every back end keeps to.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::SystemTime;

use khochung::storage::blobs::{BlobError, BlobStore, LocalBlobs, Put, Staging, fixity};
use khochung::storage::catalog::{AuditOutcome, BlobKey};

/// A back end in a folder of its own, which can be closed and opened again.
struct Bench {
    data: tempfile::TempDir,
    staging: Staging,
    blobs: Arc<dyn BlobStore>,
}

impl Bench {
    fn local() -> Self {
        let data = tempfile::tempdir().unwrap();
        Self {
            staging: Staging::open(data.path(), SystemTime::now()).unwrap(),
            blobs: Arc::new(LocalBlobs::open(data.path()).unwrap()),
            data,
        }
    }

    fn reopen(self) -> Self {
        drop(self.blobs);
        Self {
            blobs: Arc::new(LocalBlobs::open(self.data.path()).unwrap()),
            ..self
        }
    }

    async fn put(&self, bytes: &[u8]) -> (BlobKey, Put) {
        let staged = self.staging.stage(bytes.to_vec()).await.unwrap();
        let key = staged.key;
        (key, self.blobs.put(staged).await.unwrap())
    }

    async fn read(&self, key: BlobKey) -> Vec<u8> {
        self.blobs.read(key, 0..u64::MAX).await.unwrap().to_vec()
    }
}

/// Every back end.
fn benches() -> Vec<Bench> {
    vec![Bench::local()]
}

#[tokio::test]
async fn equal_bytes_are_stored_once_and_survive_reopening() {
    for bench in benches() {
        let (key, first) = bench.put(b"one and the same").await;
        let (again, second) = bench.put(b"one and the same").await;
        assert_eq!((first, second), (Put::Stored, Put::Existed));
        assert_eq!(key, again);

        let bench = bench.reopen();
        assert_eq!(bench.read(key).await, b"one and the same");
        assert_eq!(bench.blobs.size(key).await.unwrap(), 16);
        assert_eq!(bench.put(b"one and the same").await.1, Put::Existed);
    }
}

#[tokio::test]
async fn empty_bytes_are_bytes_too() {
    for bench in benches() {
        let (key, _) = bench.put(b"").await;
        assert_eq!(bench.blobs.size(key).await.unwrap(), 0);
        assert_eq!(bench.read(key).await, b"");
    }
}

#[tokio::test]
async fn ranges_are_cut_to_the_end() {
    for bench in benches() {
        let (key, _) = bench.put(b"0123456789").await;
        for (range, expected) in [
            (0..4, "0123"),
            (4..10, "456789"),
            (8..100, "89"),
            (10..20, ""),
            (50..60, ""),
            (3..3, ""),
        ] {
            let read = bench.blobs.read(key, range.clone()).await.unwrap();
            assert_eq!(read, expected.as_bytes(), "{range:?}");
        }
    }
}

#[tokio::test]
async fn unknown_keys_are_missing() {
    let key = BlobKey::from_bytes([1; 32]);
    for bench in benches() {
        let errors = [
            bench.blobs.size(key).await.unwrap_err(),
            bench.blobs.read(key, 0..1).await.unwrap_err(),
            bench.blobs.quarantine(key).await.unwrap_err(),
        ];
        for error in errors {
            assert!(
                matches!(error, BlobError::Missing(k) if k == key),
                "{error:?}"
            );
        }
    }
}

#[tokio::test]
async fn lists_are_ascending_and_pages_join_without_gap_or_repetition() {
    for bench in benches() {
        let mut stored = BTreeSet::new();
        for number in 0..60_u8 {
            stored.insert(bench.put(&[number]).await.0);
        }
        for page in [1, 7, 60, 100] {
            let mut listed = Vec::new();
            loop {
                let more = bench
                    .blobs
                    .list(listed.last().copied(), page)
                    .await
                    .unwrap();
                if more.is_empty() {
                    break;
                }
                assert!(more.len() <= page);
                listed.extend(more);
            }
            assert_eq!(listed, stored.iter().copied().collect::<Vec<_>>());
        }
    }
}

#[tokio::test]
async fn eight_uploads_of_the_same_bytes_at_once_store_them_once() {
    for bench in benches() {
        let mut uploads = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let staged = bench.staging.stage(vec![9; 100_000]).await.unwrap();
            let blobs = Arc::clone(&bench.blobs);
            uploads.spawn(async move { blobs.put(staged).await.unwrap() });
        }
        let puts = uploads.join_all().await;
        let stored = puts.iter().filter(|put| **put == Put::Stored).count();
        assert_eq!(stored, 1);
        assert_eq!(bench.blobs.list(None, 10).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn quarantined_bytes_are_out_of_service_and_can_be_put_anew() {
    for bench in benches() {
        let (key, _) = bench.put(b"suspect").await;
        bench.blobs.quarantine(key).await.unwrap();
        let error = bench.blobs.size(key).await.unwrap_err();
        assert!(matches!(error, BlobError::Missing(_)));
        assert_eq!(bench.blobs.list(None, 10).await.unwrap(), []);
        assert_eq!(bench.put(b"suspect").await, (key, Put::Stored));
        assert_eq!(bench.read(key).await, b"suspect");
    }
}

#[tokio::test]
async fn a_flipped_bit_is_found_and_quarantined() {
    let bench = Bench::local();
    let (key, _) = bench.put(&vec![0; 3_000_000]).await;
    let check = || fixity::check(&*bench.blobs, key);
    assert_eq!(check().await.unwrap(), AuditOutcome::Intact);

    // A disk does not ask for permission either: the damaged bytes take the file's place.
    let path = bench.blobs.local_path(key).unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[2_000_000] ^= 1;
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, &bytes).unwrap();
    assert_eq!(check().await.unwrap(), AuditOutcome::Damaged);
    assert_eq!(check().await.unwrap(), AuditOutcome::Missing);
    let kept = bench.data.path().join("quarantine").join(key.to_hex());
    assert!(
        std::fs::read(kept).unwrap() == bytes,
        "damaged bytes are kept for repair"
    );
}
