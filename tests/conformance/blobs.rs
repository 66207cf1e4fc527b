//! The blob store port: what every back end keeps to, and what the local one does with damage.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use async_trait::async_trait;
use bytes::Bytes;
use khochung::storage::blobs::{BlobError, BlobStore, LocalBlobs, Put, Staged, Staging, fixity};
use khochung::storage::catalog::{AuditOutcome, BlobKey};

/// Makes a test of each of these cases for every back end, which stands last in its name.
macro_rules! on_every_back_end {
    ($($case:ident,)+) => {$(
        mod $case {
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn local() {
                super::$case(super::Bench::local()).await;
            }
        }
    )+};
}

on_every_back_end! {
    unknown_keys_are_missing,
    good_bytes_replace_damaged_ones_which_are_kept,
    equal_bytes_are_stored_once_and_survive_reopening,
    empty_bytes_are_bytes_too,
    ranges_are_cut_to_the_end,
    lists_are_ascending_and_pages_join_without_gap_or_repetition,
    eight_uploads_of_the_same_bytes_at_once_store_them_once,
    quarantined_bytes_are_out_of_service_and_can_be_put_anew,
    good_bytes_take_the_place_of_lost_ones_also_where_the_folder_is_gone,
    of_eight_uploads_over_damaged_bytes_one_heals_and_all_succeed,
    received_bytes_that_went_bad_replace_nothing,
    bytes_quarantined_again_do_not_replace_those_of_the_first_time,
    an_audit_does_not_take_bytes_away_that_an_upload_has_just_healed,
}

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

    /// The file of a blob, with its folder.
    fn path(&self, key: BlobKey) -> PathBuf {
        let path = self.blobs.local_path(key).unwrap();
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        path
    }

    /// Writes other bytes over a blob, as a disk does: without asking for permission.
    fn overwrite(&self, key: BlobKey, bytes: &[u8]) {
        let path = self.path(key);
        fs::remove_file(&path).unwrap();
        fs::write(&path, bytes).unwrap();
    }

    /// What the quarantine keeps, by name.
    fn quarantined(&self) -> BTreeMap<String, Vec<u8>> {
        let entries = fs::read_dir(self.data.path().join("quarantine")).unwrap();
        let entries = entries.map(|entry| entry.unwrap());
        entries
            .map(|entry| {
                let name = entry.file_name().into_string().unwrap();
                (name, fs::read(entry.path()).unwrap_or_default())
            })
            .collect()
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

async fn equal_bytes_are_stored_once_and_survive_reopening(bench: Bench) {
    let (key, first) = bench.put(b"one and the same").await;
    let (again, second) = bench.put(b"one and the same").await;
    assert_eq!((first, second), (Put::Stored, Put::Existed));
    assert_eq!(key, again);

    let bench = bench.reopen();
    assert_eq!(bench.read(key).await, b"one and the same");
    assert_eq!(bench.blobs.size(key).await.unwrap(), 16);
    assert_eq!(bench.put(b"one and the same").await.1, Put::Existed);
}

async fn empty_bytes_are_bytes_too(bench: Bench) {
    let (key, _) = bench.put(b"").await;
    assert_eq!(bench.blobs.size(key).await.unwrap(), 0);
    assert_eq!(bench.read(key).await, b"");
}

async fn ranges_are_cut_to_the_end(bench: Bench) {
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

async fn unknown_keys_are_missing(bench: Bench) {
    let key = BlobKey::from_bytes([1; 32]);
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

async fn lists_are_ascending_and_pages_join_without_gap_or_repetition(bench: Bench) {
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

async fn eight_uploads_of_the_same_bytes_at_once_store_them_once(bench: Bench) {
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

async fn quarantined_bytes_are_out_of_service_and_can_be_put_anew(bench: Bench) {
    let (key, _) = bench.put(b"suspect").await;
    bench.blobs.quarantine(key).await.unwrap();
    let error = bench.blobs.size(key).await.unwrap_err();
    assert!(matches!(error, BlobError::Missing(_)));
    assert_eq!(bench.blobs.list(None, 10).await.unwrap(), []);
    assert_eq!(bench.put(b"suspect").await, (key, Put::Stored));
    assert_eq!(bench.read(key).await, b"suspect");
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

/// What it is called, and what becomes of the file of a blob that holds "0123456789".
type Damage = (&'static str, fn(&Path));

async fn good_bytes_replace_damaged_ones_which_are_kept(bench: Bench) {
    let damages: [Damage; 6] = [
        ("one byte changed", |path| {
            fs::write(path, "0123456780").unwrap()
        }),
        ("shorter", |path| fs::write(path, "01234").unwrap()),
        ("empty", |path| fs::write(path, "").unwrap()),
        ("longer", |path| {
            fs::write(path, "01234567890123456789").unwrap()
        }),
        ("a folder", |path| fs::create_dir(path).unwrap()),
        ("a link to nowhere", |path| {
            std::os::unix::fs::symlink("/nonexistent", path).unwrap();
        }),
    ];
    let (key, _) = bench.put(b"0123456789").await;
    for (number, (name, damage)) in (1..).zip(damages) {
        let path = bench.path(key);
        fs::remove_file(&path).unwrap();
        damage(&path);
        assert_eq!(bench.put(b"0123456789").await.1, Put::Healed, "{name}");
        assert_eq!(bench.read(key).await, b"0123456789", "{name}");
        assert_eq!(bench.put(b"0123456789").await.1, Put::Existed, "{name}");
        let kept = fs::read_dir(bench.data.path().join("quarantine")).unwrap();
        assert_eq!(
            kept.count(),
            number,
            "none takes the place of another: {name}"
        );
    }
    let kept: BTreeSet<_> = bench.quarantined().into_values().collect();
    for bytes in ["0123456780", "01234", "01234567890123456789"] {
        assert!(kept.contains(bytes.as_bytes()), "{bytes}");
    }
}

async fn good_bytes_take_the_place_of_lost_ones_also_where_the_folder_is_gone(bench: Bench) {
    let (key, _) = bench.put(b"lost").await;
    fs::remove_file(bench.path(key)).unwrap();
    assert_eq!(bench.put(b"lost").await.1, Put::Stored);
    fs::remove_dir_all(bench.data.path().join("blobs/sha256")).unwrap();
    fs::create_dir(bench.data.path().join("blobs/sha256")).unwrap();
    assert_eq!(bench.put(b"lost").await.1, Put::Stored);
    assert_eq!(bench.read(key).await, b"lost");
}

async fn of_eight_uploads_over_damaged_bytes_one_heals_and_all_succeed(bench: Bench) {
    let bytes = vec![9; 3_000_000];
    let (key, _) = bench.put(&bytes).await;
    bench.overwrite(key, &vec![8; 3_000_000]);
    let mut uploads = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let staged = bench.staging.stage(bytes.clone()).await.unwrap();
        let blobs = Arc::clone(&bench.blobs);
        uploads.spawn(async move { blobs.put(staged).await.unwrap() });
    }
    let puts = uploads.join_all().await;
    let healed = puts.iter().filter(|put| **put == Put::Healed).count();
    assert_eq!((healed, puts.len()), (1, 8));
    assert!(bench.read(key).await == bytes);
    assert_eq!(bench.quarantined().len(), 1);
}

/// The device loses the new bytes between their hashing and their storing.
async fn received_bytes_that_went_bad_replace_nothing(bench: Bench) {
    let (key, _) = bench.put(b"as it should be").await;
    let staged = bench
        .staging
        .stage(b"as it should be".to_vec())
        .await
        .unwrap();
    fs::remove_file(&staged.path).unwrap();
    fs::write(&staged.path, "as it shOuld be").unwrap();
    let refused = bench.blobs.put(staged).await.unwrap_err();
    assert!(
        matches!(refused, BlobError::Mismatch(k) if k == key),
        "{refused:?}"
    );
    assert_eq!(bench.read(key).await, b"as it should be");
    assert!(bench.quarantined().is_empty());
}

async fn bytes_quarantined_again_do_not_replace_those_of_the_first_time(bench: Bench) {
    for damaged in ["first", "second", "third"] {
        let (key, _) = bench.put(b"whole").await;
        bench.overwrite(key, damaged.as_bytes());
        let outcome = fixity::check(&*bench.blobs, key).await.unwrap();
        assert_eq!(outcome, AuditOutcome::Damaged);
    }
    let kept: BTreeSet<_> = bench.quarantined().into_values().collect();
    let expected = ["first", "second", "third"].map(|text| text.as_bytes().to_vec());
    assert_eq!(kept, expected.into());
}

/// A store in which an upload heals a blob while an audit reads it.
struct HealedWhileRead {
    blobs: Arc<dyn BlobStore>,
    upload: Mutex<Option<Staged>>,
}

#[async_trait]
impl BlobStore for HealedWhileRead {
    async fn read(&self, key: BlobKey, range: Range<u64>) -> Result<Bytes, BlobError> {
        let read = self.blobs.read(key, range).await?;
        let upload = self.upload.lock().unwrap().take();
        if let Some(staged) = upload {
            self.blobs.put(staged).await?;
        }
        Ok(read)
    }

    async fn put(&self, staged: Staged) -> Result<Put, BlobError> {
        self.blobs.put(staged).await
    }

    async fn size(&self, key: BlobKey) -> Result<u64, BlobError> {
        self.blobs.size(key).await
    }

    fn local_path(&self, key: BlobKey) -> Option<PathBuf> {
        self.blobs.local_path(key)
    }

    async fn list(&self, after: Option<BlobKey>, limit: usize) -> Result<Vec<BlobKey>, BlobError> {
        self.blobs.list(after, limit).await
    }

    async fn quarantine(&self, key: BlobKey) -> Result<(), BlobError> {
        self.blobs.quarantine(key).await
    }
}

async fn an_audit_does_not_take_bytes_away_that_an_upload_has_just_healed(bench: Bench) {
    let bytes = vec![1; 3_000_000];
    let (key, _) = bench.put(&bytes).await;
    bench.overwrite(key, &vec![2; 3_000_000]);
    let staged = bench.staging.stage(bytes.clone()).await.unwrap();
    let blobs = HealedWhileRead {
        blobs: Arc::clone(&bench.blobs),
        upload: Mutex::new(Some(staged)),
    };
    let outcome = fixity::check(&blobs, key).await.unwrap();
    assert_eq!(outcome, AuditOutcome::Intact);
    assert!(bench.read(key).await == bytes);
}

#[tokio::test]
async fn what_others_left_between_the_blobs_is_not_listed() {
    let bench = Bench::local();
    let mut stored = [bench.put(b"one").await.0, bench.put(b"two").await.0];
    stored.sort_unstable();
    let root = bench.data.path().join("blobs/sha256");
    let shard = bench.path(stored[0]).parent().unwrap().to_owned();
    let other = BlobKey::from_bytes([0xfe; 32]);
    for folder in [&bench.data.path().join("blobs"), &root, &shard] {
        fs::write(folder.join(".DS_Store"), "x").unwrap();
        fs::create_dir(folder.join("lost+found")).unwrap();
        std::os::unix::fs::symlink("/nonexistent", folder.join("zz")).unwrap();
    }
    fs::write(root.join("00"), "a file with the name of a folder").unwrap();
    // Under a folder that is not its own, and in capitals.
    fs::write(shard.join(other.to_hex()), "x").unwrap();
    fs::write(shard.join(stored[0].to_hex().to_uppercase()), "x").unwrap();
    fs::create_dir_all(bench.path(other)).unwrap();

    assert_eq!(bench.blobs.list(None, 10).await.unwrap(), stored);
    assert_eq!(
        bench.blobs.list(Some(stored[0]), 10).await.unwrap(),
        [stored[1]]
    );
}

/// `/dev/shm` is a file system of its own on Linux, the build folder is on another.
#[test]
fn blobs_on_another_file_system_than_staging_are_refused_with_both_paths() {
    let data = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let elsewhere = tempfile::tempdir_in("/dev/shm").unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), data.path().join("blobs")).unwrap();
    let refused = LocalBlobs::open(data.path()).unwrap_err();
    let BlobError::Apart { from, to, .. } = &refused else {
        panic!("{refused:?}");
    };
    assert_eq!(*from, data.path().canonicalize().unwrap().join("staging"));
    assert_eq!(*to, elsewhere.path().join("sha256"));
    let text = refused.to_string();
    for path in [from, to] {
        assert!(text.contains(path.to_str().unwrap()), "{text}");
    }
    let left = fs::read_dir(data.path().join("staging")).unwrap().count();
    assert_eq!(left, 0, "nothing is left of the attempt");
}
