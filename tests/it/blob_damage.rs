//! Damaged files: reported by `verify --deep`, healed by an upload of the same file. And files of
//! others in the data folder, which stop nothing.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use khochung::app::maintenance::{Finding, verify};
use khochung::app::{Archive as Served, Texts};
use khochung::config::Config;
use khochung::domain::Sha256;
use khochung::domain::access::Actor;
use khochung::domain::asset::AssetId;
use khochung::interfaces::http::problem::reasons;
use khochung::interfaces::messages::mail;
use khochung::interfaces::wire::parse_work;
use khochung::services::intake::FileDetails;
use khochung::services::works::ChangeError;
use khochung::storage::blobs::{BlobStore as _, LocalBlobs};
use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_oneof};
use proptest::test_runner::{Config as Cases, TestRunner};
use serde_json::{Value, json};

use crate::support::{Archive, Client, command, eventually};

const TEXT: [(&str, &str); 1] = [("content-type", "text/plain")];

fn texts() -> Texts {
    Texts {
        letters: mail::compose,
        refusals: reasons::words(),
    }
}

fn create(client: &Client) -> String {
    let made = client.create(&json!({ "titles": { "vi": "Một" } }));
    format!("/api/v1/assets/{}/files", made["id"].as_str().unwrap())
}

fn blob(data: &Path, sha256: &str) -> PathBuf {
    let folders = data.join("blobs/sha256");
    folders.join(&sha256[..2]).join(&sha256[2..4]).join(sha256)
}

/// Writes over a read-only file.
fn overwrite(path: &Path, bytes: &[u8]) {
    fs::remove_file(path).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn an_upload_of_the_same_file_heals_it_for_every_work_that_has_it() {
    let archive = Archive::start();
    let client = archive.holder("editor");
    let good = "nội dung còn nguyên\n".repeat(5000).into_bytes();
    let (first, second) = (create(&client), create(&client));
    let attach = |files: &str| client.send("POST", &format!("{files}?name=a.txt"), &TEXT, &good);
    let attached = attach(&first);
    assert_eq!(attached.status, 201);
    let sha256 = attached.json()["sha256"].as_str().unwrap().to_owned();
    let path = blob(archive.data(), &sha256);
    let read = |files: &str| client.get(&format!("{files}/{sha256}"));

    let mut flipped = good.clone();
    flipped[777] ^= 1;
    overwrite(&path, &flipped);
    assert!(read(&first).body == flipped, "served as it is stored");
    assert_eq!(attach(&second).status, 201);
    for files in [&first, &second] {
        assert!(read(files).body == good);
    }
    let kept = archive.data().join("quarantine").join(&sha256);
    assert!(fs::read(kept).unwrap() == flipped);

    // To a work that has the file already: refused, and healed all the same.
    overwrite(&path, &good[..1000]);
    let refused = attach(&first);
    assert_eq!(
        (refused.status, refused.problem()),
        (409, "conflict".into())
    );
    assert!(read(&first).body == good);

    fs::rename(&path, archive.data().join("trash").join(&sha256)).unwrap();
    assert!(read(&first).body == good, "it comes back from the trash");
    assert!(path.is_file());

    fs::remove_file(&path).unwrap();
    assert_eq!(read(&second).status, 500);
    assert_eq!(attach(&second).status, 409);
    assert!(read(&second).body == good);
    assert_eq!(
        fs::read_dir(archive.data().join("quarantine"))
            .unwrap()
            .count(),
        2
    );
}

#[test]
fn files_of_others_in_the_data_folder_stop_neither_the_start_nor_the_sweep() {
    let data = tempfile::tempdir().unwrap();
    let long_ago = SystemTime::now() - Duration::from_secs(3 * 24 * 60 * 60);
    let folders = [
        "staging",
        "blobs",
        "blobs/sha256",
        "blobs/sha256/00",
        "trash",
        "quarantine",
    ];
    for folder in folders.map(|folder| data.path().join(folder)) {
        fs::create_dir_all(folder.join("lost+found")).unwrap();
        fs::write(folder.join(".DS_Store"), "x").unwrap();
        std::os::unix::fs::symlink("/nonexistent", folder.join(".snapshot")).unwrap();
        for name in ["lost+found", ".DS_Store"] {
            let entry = fs::File::open(folder.join(name)).unwrap();
            entry.set_modified(long_ago).unwrap();
        }
    }
    let archive = Archive::start_in(data, &[]);
    let client = archive.holder("admin");
    let jobs = eventually("the first sweep is over", || {
        let jobs = client.get("/api/v1/jobs?limit=100").json()["items"].clone();
        let jobs = jobs.as_array().unwrap().clone();
        let sweeps: Vec<Value> = jobs
            .into_iter()
            .filter(|job| job["kind"] == "sweep-blobs")
            .collect();
        let is_over = |job: &Value| job["state"] == "done" || job["failures"] != 0;
        sweeps.iter().any(is_over).then_some(sweeps)
    });
    assert!(jobs.iter().all(|job| job["failures"] == 0), "{jobs:?}");
    let attached = client.send(
        "POST",
        &format!("{}?name=a.txt", create(&client)),
        &TEXT,
        b"a",
    );
    assert_eq!(attached.status, 201);
    for folder in folders {
        let left = fs::read_dir(archive.data().join(folder)).unwrap();
        let left: BTreeSet<_> = left.map(|entry| entry.unwrap().file_name()).collect();
        for name in [".DS_Store", ".snapshot", "lost+found"] {
            assert!(left.contains(std::ffi::OsStr::new(name)), "{folder}/{name}");
        }
    }
}

#[test]
fn a_folder_of_blobs_on_another_file_system_is_reported_at_the_start_with_both_paths() {
    let data = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let elsewhere = tempfile::tempdir_in("/dev/shm").unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), data.path().join("blobs")).unwrap();
    for (language, words) in [
        ("en_US.UTF-8", "must be on one file system"),
        ("vi_VN.UTF-8", "phải nằm trên cùng một hệ thống tệp"),
    ] {
        let mut serve = command();
        serve.env("LC_ALL", language).arg("serve");
        let ended = serve.arg("--data").arg(data.path()).output().unwrap();
        assert_eq!(ended.status.code(), Some(1));
        let message = String::from_utf8(ended.stderr).unwrap();
        let staging = data.path().canonicalize().unwrap().join("staging");
        let blobs = elsewhere.path().join("sha256");
        for part in [staging.to_str().unwrap(), blobs.to_str().unwrap(), words] {
            assert!(message.contains(part), "{part}: {message}");
        }
    }
}

/// What becomes of the bytes of a file.
#[derive(Debug, Clone)]
enum Damage {
    Delete,
    Truncate(usize),
    Zero(usize, usize),
    Flip(usize),
    Double,
    /// The bytes of the next file.
    Swap,
}

/// `None` when there is no file any more.
fn damaged(files: &[Vec<u8>], number: usize, damage: &Damage) -> Option<Vec<u8>> {
    let mut bytes = files[number].clone();
    let length = bytes.len();
    match damage {
        Damage::Delete => return None,
        Damage::Truncate(end) => bytes.truncate(end % length),
        Damage::Zero(from, count) => {
            let from = from % length;
            let end = (from + 1 + count % length).min(length);
            bytes[from..end].fill(0);
        }
        Damage::Flip(bit) => bytes[bit / 8 % length] ^= 1 << (bit % 8),
        Damage::Double => bytes.extend_from_within(..),
        Damage::Swap => bytes.clone_from(&files[(number + 1) % files.len()]),
    }
    Some(bytes)
}

fn damages() -> impl Strategy<Value = Damage> {
    prop_oneof![
        any::<usize>().prop_map(Damage::Truncate),
        any::<(usize, usize)>().prop_map(|(from, count)| Damage::Zero(from, count)),
        any::<usize>().prop_map(Damage::Flip),
        proptest::strategy::Just(Damage::Delete),
        proptest::strategy::Just(Damage::Double),
        proptest::strategy::Just(Damage::Swap),
    ]
}

/// An archive with some files of different lengths, in one work, which damage comes over again and
/// again.
struct Bench {
    config: Config,
    files: Vec<Vec<u8>>,
    work: AssetId,
    _folder: tempfile::TempDir,
}

async fn attach(archive: &Served, id: AssetId, bytes: &[u8]) -> Result<Sha256, ChangeError> {
    let staged = archive.staging.stage(bytes.to_vec()).await.unwrap();
    let details = FileDetails {
        name: "a.txt".to_owned(),
        ..FileDetails::default()
    };
    let intake = &archive.intake;
    let attached = intake.attach(&Actor::System, id, None, staged, details, None);
    attached.await.map(|attached| attached.file)
}

async fn new_work(archive: &Served) -> AssetId {
    let work = json!({ "titles": { "vi": "Một" }, "organisation": "dic" });
    let deposit = parse_work(&work, &archive.vocabularies).unwrap();
    let made = archive.intake.create(&Actor::System, deposit, None).await;
    made.unwrap().result.id
}

impl Bench {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.storage.data_dir = folder.path().to_owned();
        let text = |length: usize| -> Vec<u8> {
            let numbers = (0..).flat_map(|n| format!("{length} {n} ").into_bytes());
            numbers.take(length).collect()
        };
        let files: Vec<_> = [1, 90, 5000, 700_000].map(text).into();
        let archive = Served::start(config.clone(), texts()).await.unwrap();
        let work = new_work(&archive).await;
        for file in &files {
            attach(&archive, work, file).await.unwrap();
        }
        archive.close().await;
        Self {
            config,
            files,
            work,
            _folder: folder,
        }
    }

    fn key(&self, number: usize) -> Sha256 {
        let mut hasher = khochung::storage::blobs::Hasher::new();
        hasher.update(&self.files[number]);
        hasher.finish()
    }

    async fn findings(&self) -> BTreeSet<Sha256> {
        let report = verify(&self.config, true, |_| ()).await.unwrap();
        let findings = report.findings.into_iter();
        findings
            .map(|finding| match finding {
                Finding::Missing(key) | Finding::WrongLength(key) | Finding::Damaged(key) => {
                    Ok(key)
                }
                Finding::Catalogue(text) => Err(text),
            })
            .collect::<Result<_, _>>()
            .unwrap()
    }

    /// Damages files, has that reported (and quarantined) first or not, and uploads them anew.
    async fn round(&self, hits: &[(usize, Damage)], verify_first: bool, same_work: bool) {
        let data = &self.config.storage.data_dir;
        let mut hit = BTreeSet::new();
        for (number, damage) in hits {
            let number = number % self.files.len();
            let bytes = damaged(&self.files, number, damage);
            let path = blob(data, &self.key(number).to_hex());
            if bytes.as_ref() == Some(&self.files[number]) || !path.exists() {
                continue;
            }
            match bytes {
                Some(bytes) => overwrite(&path, &bytes),
                None => fs::remove_file(&path).unwrap(),
            }
            hit.insert(number);
        }
        if verify_first {
            let keys = hit.iter().map(|number| self.key(*number));
            assert_eq!(self.findings().await, keys.collect());
        }
        let archive = Served::start(self.config.clone(), texts()).await.unwrap();
        let work = if same_work {
            self.work
        } else {
            new_work(&archive).await
        };
        for number in &hit {
            let attached = attach(&archive, work, &self.files[*number]).await;
            assert_eq!(attached.is_err(), same_work, "{attached:?}");
        }
        archive.close().await;
        assert_eq!(self.findings().await, BTreeSet::new());
        let blobs = LocalBlobs::open(data).unwrap();
        for (number, file) in self.files.iter().enumerate() {
            let stored = blobs.read(self.key(number), 0..u64::MAX).await.unwrap();
            assert!(stored == *file);
        }
    }
}

#[test]
fn any_damage_to_files_is_reported_by_verify_and_healed_by_uploading_them_again() {
    let runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = { runtime }.enable_all().build().unwrap();
    let bench = runtime.block_on(Bench::new());
    let cases = Cases {
        cases: 12,
        failure_persistence: None,
        ..Cases::default()
    };
    let hits = vec((0..4_usize, damages()), 1..4);
    TestRunner::new(cases)
        .run(
            &(hits, any::<bool>(), any::<bool>()),
            |(hits, verify_first, same_work)| {
                runtime.block_on(bench.round(&hits, verify_first, same_work));
                Ok(())
            },
        )
        .unwrap();
}
