//! Bytes wait, go to the trash and come back, also while they are uploaded.

use std::collections::HashSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, RwLock};
use std::thread;
use std::time::{Duration, SystemTime};

use super::super::local::Folders;
use super::super::staging::Staging;
use super::super::{Put, Staged};
use super::{BlobKey, Verdict, predecessor};

const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);

fn open() -> (tempfile::TempDir, Folders, Staging) {
    let data = tempfile::tempdir().unwrap();
    let folders = Folders::open(data.path()).unwrap();
    let staging = Staging::open(data.path(), SystemTime::now()).unwrap();
    (data, folders, staging)
}

fn stage(staging: &Staging, bytes: &[u8]) -> Staged {
    staging.write_at_once(bytes).unwrap()
}

fn put(folders: &Folders, staged: &Staged) -> (BlobKey, Put) {
    (staged.key, folders.store(staged.key, &staged.path).unwrap())
}

fn is_file(path: &Path) -> bool {
    path.is_file()
}

#[test]
fn unreferenced_bytes_wait_a_week_then_a_month_and_come_back_when_referenced() {
    let (_data, folders, staging) = open();
    let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let key = put(&folders, &stage(&staging, b"nobody's")).0;
    let judge = |referenced, now| folders.judge(key, referenced, now, WEEK).unwrap();

    assert_eq!(judge(true, start), Verdict::Kept);
    assert_eq!(judge(false, start), Verdict::Marked);
    assert_eq!(judge(false, start + WEEK / 2), Verdict::Kept);
    // Referenced in between: the week begins anew.
    assert_eq!(judge(true, start + WEEK), Verdict::Kept);
    assert_eq!(judge(false, start + WEEK), Verdict::Marked);
    let trashed_at = start + 2 * WEEK;
    assert_eq!(judge(false, trashed_at), Verdict::Trashed);
    assert!(!is_file(&folders.blob(key)));

    let month = 4 * WEEK;
    let judge_trashed = |referenced, now| {
        let verdict = folders.judge_trashed(key, referenced, now, month);
        (verdict.unwrap(), folders.list_trash().unwrap().len())
    };
    let half = trashed_at + month / 2;
    assert_eq!(judge_trashed(false, half), (Verdict::Kept, 1));
    // Not only when its month is over.
    assert_eq!(judge_trashed(true, half), (Verdict::Restored, 0));
    assert_eq!(std::fs::read(folders.blob(key)).unwrap(), b"nobody's");

    assert_eq!(judge(false, half), Verdict::Marked);
    assert_eq!(judge(false, half + WEEK), Verdict::Trashed);
    let over = half + WEEK + month;
    assert_eq!(judge_trashed(false, over), (Verdict::Deleted, 0));
}

/// What a process leaves behind that is killed right after the move to the trash.
#[test]
fn what_is_in_the_trash_bears_the_time_of_its_move_from_the_start() {
    let (_data, folders, staging) = open();
    let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let key = put(&folders, &stage(&staging, b"nobody's")).0;
    folders.judge(key, false, start, WEEK).unwrap();
    // The mark cannot be removed: the move is the last thing that succeeds.
    let mark = folders.mark(key);
    std::fs::remove_file(&mark).unwrap();
    std::fs::create_dir(&mark).unwrap();
    std::fs::File::open(&mark)
        .unwrap()
        .set_modified(start)
        .unwrap();
    folders.judge(key, false, start + WEEK, WEEK).unwrap_err();

    let trashed = std::fs::metadata(folders.trashed(key)).unwrap();
    assert_eq!(trashed.modified().unwrap(), start + WEEK);
}

#[test]
fn stamps_of_a_clock_that_was_years_ahead_protect_no_longer_than_others() {
    let (_data, folders, staging) = open();
    let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let ahead = start + Duration::from_secs(10 * 365 * 24 * 60 * 60);
    let key = put(&folders, &stage(&staging, b"nobody's")).0;
    let judge = |now| folders.judge(key, false, now, WEEK).unwrap();
    assert_eq!(judge(ahead), Verdict::Marked);
    assert_eq!(judge(start), Verdict::Kept);
    assert_eq!(judge(start + WEEK), Verdict::Trashed);

    let trashed = std::fs::File::open(folders.trashed(key)).unwrap();
    trashed.set_modified(ahead).unwrap();
    let judge = |now| folders.judge_trashed(key, false, now, WEEK).unwrap();
    assert_eq!(judge(start + WEEK), Verdict::Kept);
    assert_eq!(judge(start + 2 * WEEK), Verdict::Deleted);
}

#[test]
fn what_is_read_or_put_again_comes_back_from_the_trash() {
    let (_data, folders, staging) = open();
    let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let trash = || {
        let key = put(&folders, &stage(&staging, b"needed")).0;
        for now in [start, start + WEEK] {
            folders.judge(key, false, now, WEEK).unwrap();
        }
        assert!(!is_file(&folders.blob(key)));
        key
    };
    let key = trash();
    folders.open_blob(key).unwrap();
    assert!(is_file(&folders.blob(key)));
    assert_eq!(folders.list_trash().unwrap(), []);

    trash();
    assert_eq!(put(&folders, &stage(&staging, b"needed")).1, Put::Stored);
    folders.open_blob(key).unwrap();
}

#[test]
fn an_upload_claims_bytes_that_are_about_to_go() {
    let (_data, folders, staging) = open();
    let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let key = put(&folders, &stage(&staging, b"again")).0;
    assert_eq!(
        folders.judge(key, false, start, WEEK).unwrap(),
        Verdict::Marked
    );

    assert_eq!(put(&folders, &stage(&staging, b"again")).1, Put::Existed);
    let judged = folders.judge(key, false, start + WEEK, WEEK).unwrap();
    assert_eq!(judged, Verdict::Marked);
    assert!(is_file(&folders.blob(key)));
}

/// Uploads commit within the grace period: the clock stands while one is under way. The
/// sweep takes the time, asks what is referenced, and judges, with uploads in between.
#[test]
fn no_referenced_bytes_are_swept_while_the_same_bytes_are_uploaded_and_dropped() {
    const ROUNDS: usize = 150;
    let (_data, folders, staging) = open();
    let clock = RwLock::new(SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000));
    let references = Mutex::new(HashSet::<BlobKey>::new());
    let done = AtomicBool::new(false);
    let upload = |bytes: &[u8]| {
        for _ in 0..ROUNDS {
            let staged = stage(&staging, bytes);
            let key = staged.key;
            {
                let _time_stands = clock.read().unwrap();
                put(&folders, &staged);
                references.lock().unwrap().insert(key);
            }
            thread::yield_now();
            assert!(is_file(&folders.blob(key)), "referenced bytes were swept");
            references.lock().unwrap().remove(&key);
        }
    };
    let sweep = || {
        let mut trashed = 0;
        while !done.load(Ordering::Relaxed) {
            let now = *clock.read().unwrap();
            for key in folders.list(None, 10).unwrap() {
                let referenced = references.lock().unwrap().contains(&key);
                let verdict = folders.judge(key, referenced, now, WEEK).unwrap();
                trashed += u64::from(verdict == Verdict::Trashed);
            }
            *clock.write().unwrap() += WEEK;
        }
        trashed
    };
    let trashed = thread::scope(|scope| {
        let sweeper = scope.spawn(sweep);
        let uploads = [b"one", b"two"].map(|bytes| scope.spawn(move || upload(bytes)));
        let results = uploads.map(thread::ScopedJoinHandle::join);
        done.store(true, Ordering::Relaxed);
        assert!(results.iter().all(Result::is_ok));
        sweeper.join().unwrap()
    });
    assert!(
        trashed > 0,
        "the sweep never took anything: the test shows nothing"
    );
}

#[test]
fn the_predecessor_borrows_across_bytes() {
    let key = |first: u8, last: u8| {
        let mut bytes = [0; 32];
        (bytes[0], bytes[31]) = (first, last);
        BlobKey::from_bytes(bytes)
    };
    assert_eq!(predecessor(key(0, 0)), None);
    assert_eq!(predecessor(key(0, 9)), Some(key(0, 8)));
    let mut borrowed = [255; 32];
    borrowed[0] = 1;
    assert_eq!(predecessor(key(2, 0)), Some(BlobKey::from_bytes(borrowed)));
}
