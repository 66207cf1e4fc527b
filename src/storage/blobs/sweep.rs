//! Takes away bytes that no work refers to: what a failed commit or a deletion left behind.
//!
//! Nothing is deleted at first sight. A round goes over all stored blobs:
//!
//! 1. Unreferenced and without a mark: it gets one, an empty file that bears this moment. This is
//!    also how objects are adopted that the catalogue never heard of.
//! 2. Unreferenced with a mark older than [`Grace::unreferenced`]: it gets this moment as its
//!    time, and then moves to the trash.
//! 3. Referenced: its mark goes.
//!
//! Then over the trash: what something refers to after all is put back at once; the rest is
//! deleted when it has been there for [`Grace::in_trash`]. A time in the future was written under
//! a wrong clock; it is replaced by the present one.
//!
//! A blob that cannot be judged, as after an error of the device, is skipped and counted.
//!
//! An upload of the same bytes claims them by removing the mark, under the same lock under which
//! the sweep looks at the mark and moves the blob. If the sweep was first, the upload finds
//! nothing and stores its own bytes; if the upload was first, the sweep finds no old mark. Either
//! way the bytes stay for at least the grace period, within which the upload commits.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::folder::{remove_if_there, sync_folder};
use super::local::Folders;
use super::{BlobError, BlobStore as _, LocalBlobs};
use crate::domain::Timestamp;
use crate::storage::catalog::{BlobKey, Catalog, CatalogError};

/// Blobs looked at in one step.
const BATCH: usize = 1_000;

/// How long unreferenced bytes stay.
#[derive(Debug, Clone, Copy)]
pub struct Grace {
    /// Where they are, from the first round that finds them unreferenced.
    pub unreferenced: Duration,
    /// In the trash after that.
    pub in_trash: Duration,
}

impl Default for Grace {
    /// A week in place, then thirty days in the trash.
    fn default() -> Self {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        Self {
            unreferenced: 7 * DAY,
            in_trash: 30 * DAY,
        }
    }
}

/// What a round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Seen unreferenced for the first time.
    pub marked: u64,
    /// Moved to the trash.
    pub trashed: u64,
    /// Taken back from the trash because something refers to them.
    pub restored: u64,
    /// Deleted for good.
    pub deleted: u64,
    /// Left for the next round because of an error.
    pub skipped: u64,
}

impl Swept {
    fn count(&mut self, key: BlobKey, judged: Result<Verdict, BlobError>) {
        match judged {
            Ok(Verdict::Kept) => {}
            Ok(Verdict::Marked) => self.marked += 1,
            Ok(Verdict::Trashed) => self.trashed += 1,
            Ok(Verdict::Restored) => self.restored += 1,
            Ok(Verdict::Deleted) => self.deleted += 1,
            Err(error) => {
                if self.skipped == 0 {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(blob = %key, error, "a file was skipped by the sweep");
                }
                self.skipped += 1;
            }
        }
    }
}

/// Why a round was broken off. The next one goes on.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The blob store failed.
    #[error("the blobs could not be swept")]
    Blobs(#[from] BlobError),
    /// The catalogue could not say what is referenced.
    #[error("the catalogue could not say which blobs are referenced")]
    Catalog(#[from] CatalogError),
}

/// One round over all blobs and the trash.
///
/// # Errors
/// [`SweepError`]; nothing that is referenced has been taken away.
pub async fn sweep(
    blobs: &LocalBlobs,
    catalog: &dyn Catalog,
    now: Timestamp,
    grace: Grace,
) -> Result<Swept, SweepError> {
    let now = system_time(now);
    let mut swept = Swept::default();
    let mut after = None;
    loop {
        let keys = blobs.list(after, BATCH).await?;
        let Some(&last) = keys.last() else { break };
        after = Some(last);
        for key in keys {
            let referenced = is_referenced(catalog, key).await?;
            let judged = blobs
                .run(move |folders| folders.judge(key, referenced, now, grace.unreferenced))
                .await;
            swept.count(key, judged);
        }
    }
    for key in blobs.run(Folders::list_trash).await? {
        let referenced = is_referenced(catalog, key).await?;
        let judged = blobs
            .run(move |folders| folders.judge_trashed(key, referenced, now, grace.in_trash))
            .await;
        swept.count(key, judged);
    }
    Ok(swept)
}

async fn is_referenced(catalog: &dyn Catalog, key: BlobKey) -> Result<bool, CatalogError> {
    let next = catalog.blobs(predecessor(key), 1).await?;
    Ok(next.first().is_some_and(|record| record.key == key))
}

/// The key just before this one; none before the first.
fn predecessor(key: BlobKey) -> Option<BlobKey> {
    let mut bytes = *key.as_bytes();
    for byte in bytes.iter_mut().rev() {
        let (less, borrow) = byte.overflowing_sub(1);
        *byte = less;
        if !borrow {
            return Some(BlobKey::from_bytes(bytes));
        }
    }
    None
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Kept,
    Marked,
    Trashed,
    Restored,
    Deleted,
}

impl Folders {
    /// What becomes of one blob. `now` was taken before the catalogue was asked.
    fn judge(
        &self,
        key: BlobKey,
        referenced: bool,
        now: SystemTime,
        grace: Duration,
    ) -> Result<Verdict, BlobError> {
        let lock = self.lock(key);
        let mark = self.mark(key);
        if referenced || !self.blob(key).exists() {
            remove_if_there(&mark).map_err(BlobError::Io)?;
            return Ok(Verdict::Kept);
        }
        let Some(age) = age_of(&mark, now).map_err(BlobError::Io)? else {
            stamp(&mark, now).map_err(BlobError::from_io)?;
            return Ok(Verdict::Marked);
        };
        if age < grace {
            return Ok(Verdict::Kept);
        }
        // First, so that a process killed in between leaves nothing in the trash that looks old.
        stamp(&self.blob(key), now)
            .and_then(|()| self.move_to_trash(&lock, key))
            .and_then(|()| remove_if_there(&mark))
            .map_err(BlobError::from_io)?;
        Ok(Verdict::Trashed)
    }

    fn list_trash(&self) -> Result<Vec<BlobKey>, BlobError> {
        self.entries.keys(&self.trash, "").map_err(BlobError::Io)
    }

    /// What becomes of one blob in the trash.
    fn judge_trashed(
        &self,
        key: BlobKey,
        referenced: bool,
        now: SystemTime,
        grace: Duration,
    ) -> Result<Verdict, BlobError> {
        if referenced {
            self.restore(key)?;
            return Ok(Verdict::Restored);
        }
        let _lock = self.lock(key);
        let trashed = self.trashed(key);
        match age_of(&trashed, now).map_err(BlobError::Io)? {
            Some(age) if age >= grace => {}
            _ => return Ok(Verdict::Kept),
        }
        remove_if_there(&trashed)
            .and_then(|()| sync_folder(&self.trash))
            .map_err(BlobError::Io)?;
        Ok(Verdict::Deleted)
    }
}

/// How long ago a file was stamped; none if it is not there. A stamp of the future is renewed.
fn age_of(path: &Path, now: SystemTime) -> io::Result<Option<Duration>> {
    let file = match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    match now.duration_since(file.modified()?) {
        Ok(age) => Ok(Some(age)),
        Err(_) => stamp(path, now).map(|()| Some(Duration::ZERO)),
    }
}

/// Durably gives a file the time `now`, making it where it is missing.
fn stamp(path: &Path, now: SystemTime) -> io::Result<()> {
    // A blob is read-only, but its owner may set its times through any descriptor.
    let file = File::open(path).or_else(|_| File::create_new(path))?;
    file.set_modified(now)?;
    file.sync_all()
}

fn system_time(moment: Timestamp) -> SystemTime {
    let millis = u64::try_from(moment.as_millis()).unwrap_or(0);
    SystemTime::UNIX_EPOCH + Duration::from_millis(millis)
}

#[cfg(test)]
mod tests {
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
}
