//! Files that arrive in parts: what counts, what a kill leaves, and how they become blobs.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::time::SystemTime;

use khochung::storage::blobs::{
    Arrived, BlobStore as _, DigestAlgorithm, LocalBlobs, PartialFiles, Staging,
};

const NAME: &str = "0123456789abcdef0123456789abcdef";

struct Bench {
    data: tempfile::TempDir,
    files: PartialFiles,
    staging: Staging,
}

impl Bench {
    fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let staging = Staging::open(data.path(), SystemTime::now()).unwrap();
        Self {
            files: PartialFiles::open(data.path()).unwrap(),
            staging,
            data,
        }
    }

    fn path(&self) -> PathBuf {
        self.data.path().join("partial").join(NAME)
    }

    /// Appends in chunks of an odd length.
    async fn append(&self, arrived: Arrived, bytes: &[u8], length: u64) -> Arrived {
        let mut appending = self.files.append(NAME, arrived, length);
        for chunk in bytes.chunks(70_001) {
            appending.write(chunk).await.unwrap();
        }
        appending.finish().await.unwrap()
    }
}

/// The hash by `head -c 10000000 /dev/zero | sha256sum`.
#[tokio::test(flavor = "multi_thread")]
async fn parts_of_every_length_make_one_file_that_becomes_a_blob_without_a_copy() {
    const HASH: &str = "f5e02aa71e67f41d79023a128ca35bad86cf7b6656967bfe0884b3a3c4325eaf";
    for is_restarted in [false, true] {
        let bench = Bench::new();
        let blobs = LocalBlobs::open(bench.data.path()).unwrap();
        let mut arrived = bench.files.arrived(NAME).await.unwrap();
        assert_eq!(arrived.length, 0);
        for length in [1, 262_143, 262_144, 0, 262_145, 3_000_000, 6_213_567] {
            let before = arrived.length;
            arrived = bench.append(arrived, &vec![0; length], 10_000_000).await;
            assert_eq!(arrived.length, before + length as u64);
            assert_eq!(fs::metadata(bench.path()).unwrap().len(), arrived.length);
            if is_restarted {
                arrived = bench.files.arrived(NAME).await.unwrap();
                assert_eq!(arrived.length, before + length as u64);
            }
        }
        let inode = fs::metadata(bench.path()).unwrap().ino();
        let staged = bench
            .files
            .stage(NAME, arrived.hasher, &bench.staging)
            .await
            .unwrap();
        assert_eq!(
            (staged.key.to_hex().as_str(), staged.size),
            (HASH, 10_000_000)
        );
        assert_eq!(staged.head, vec![0; 8192]);
        let key = staged.key;
        blobs.put(staged).await.unwrap();
        let stored = fs::metadata(blobs.local_path(key).unwrap()).unwrap();
        assert_eq!((stored.ino(), stored.mode() & 0o777), (inode, 0o444));
        bench.files.remove(NAME).await.unwrap();
        assert!(!bench.path().exists());
        assert_eq!(blobs.size(key).await.unwrap(), 10_000_000);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_acknowledged_is_overwritten() {
    let bench = Bench::new();
    let first = bench.append(Arrived::nothing(), b"hello", 11).await;
    // As a write that was never finished leaves it.
    fs::write(bench.path(), b"hello, garbage of a part").unwrap();
    let whole = bench.append(first, b" world", 11).await;
    assert_eq!(whole.length, 11);
    assert_eq!(fs::read(bench.path()).unwrap(), b"hello world");
    let staged = bench
        .files
        .stage(NAME, whole.hasher, &bench.staging)
        .await
        .unwrap();
    // `printf 'hello world' | sha256sum`
    let hash = "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9";
    assert_eq!(staged.key.to_hex(), hash);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_is_taken_than_the_file_has() {
    let bench = Bench::new();
    let mut appending = bench.files.append(NAME, Arrived::nothing(), 5);
    assert_eq!(appending.room(), 5);
    appending.write(b"hello world").await.unwrap();
    assert_eq!(appending.room(), 0);
    assert_eq!(appending.finish().await.unwrap().length, 5);
    assert_eq!(fs::read(bench.path()).unwrap(), b"hello");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_verified_bytes_count_where_there_is_a_mark() {
    let bench = Bench::new();
    let first = bench.append(Arrived::nothing(), b"hello", 22).await;
    bench.files.mark_verified(NAME, 5).await.unwrap();
    let second = bench.append(first, b" world", 22).await;
    // `printf ' world' | sha1sum`
    let digest = bench
        .files
        .digest(NAME, 5, DigestAlgorithm::Sha1)
        .await
        .unwrap();
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, "3f822726a0c9fb556618e9cb97fb642f7ef62d6f");

    // Killed before the part was compared.
    let arrived = bench.files.arrived(NAME).await.unwrap();
    assert_eq!(arrived.length, 5);
    assert_eq!(fs::read(bench.path()).unwrap(), b"hello");

    // Compared.
    let again = bench.append(arrived, b" world", 22).await;
    assert_eq!(again.length, second.length);
    bench.files.mark_verified(NAME, 11).await.unwrap();
    assert_eq!(bench.files.arrived(NAME).await.unwrap().length, 11);

    // Parts without a checksum count again.
    bench.files.count_all(NAME).await.unwrap();
    bench.append(again, b"!", 22).await;
    assert_eq!(bench.files.arrived(NAME).await.unwrap().length, 12);
    assert_eq!(bench.files.all().await.unwrap(), [NAME]);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_can_be_cut_and_removed_and_need_not_be_there() {
    let bench = Bench::new();
    bench.files.cut(NAME, 0).await.unwrap();
    bench.files.remove(NAME).await.unwrap();
    let staged = bench.files.stage(NAME, None, &bench.staging).await.unwrap();
    assert_eq!(staged.size, 0);
    let whole = bench.append(Arrived::nothing(), b"hello", 5).await;
    bench.files.cut(NAME, 2).await.unwrap();
    assert_eq!(bench.files.arrived(NAME).await.unwrap().length, 2);
    assert_eq!(whole.length, 5);
    bench.files.mark_verified(NAME, 2).await.unwrap();
    bench.files.remove(NAME).await.unwrap();
    assert_eq!(
        fs::read_dir(bench.data.path().join("partial"))
            .unwrap()
            .count(),
        0
    );
    assert!(bench.files.all().await.unwrap().is_empty());
}

/// The space that is allocated ahead of a long part is given back when it ends.
#[tokio::test(flavor = "multi_thread")]
async fn a_part_takes_no_more_space_than_its_bytes() {
    let bench = Bench::new();
    bench
        .append(Arrived::nothing(), &vec![7; 1_000_000], 1 << 40)
        .await;
    let blocks = fs::metadata(bench.path()).unwrap().blocks();
    assert!(blocks * 512 < 2_000_000, "{blocks}");
}
