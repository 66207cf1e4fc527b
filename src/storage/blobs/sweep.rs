//! Takes away bytes that no work refers to: what a failed commit or a deletion left behind.
//!
//! Nothing is deleted at first sight. A round goes over all stored blobs:
//!
//! 1. Unreferenced and without a mark: it gets one, an empty file that bears this moment. This is
//!    also how objects are adopted that the catalogue never heard of.
//! 2. Unreferenced with a mark older than [`Grace::unreferenced`]: it moves to the trash.
//! 3. Referenced: its mark goes.
//!
//! Then over the trash: what has been there for [`Grace::in_trash`] is checked once more and
//! deleted, or put back if something refers to it after all.
//!
//! An upload of the same bytes claims them by removing the mark, under the same lock under which
//! the sweep looks at the mark and moves the blob. If the sweep was first, the upload finds
//! nothing and stores its own bytes; if the upload was first, the sweep finds no old mark. Either
//! way the bytes stay for at least the grace period, within which the upload commits.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::local::{Folders, keys_in, remove_if_there, sync_folder};
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
            let done = blobs
                .run(move |folders| folders.judge(key, referenced, now, grace.unreferenced))
                .await?;
            swept.marked += u64::from(done == Verdict::Marked);
            swept.trashed += u64::from(done == Verdict::Trashed);
        }
    }
    empty_trash(blobs, catalog, now, grace.in_trash, &mut swept).await?;
    Ok(swept)
}

async fn empty_trash(
    blobs: &LocalBlobs,
    catalog: &dyn Catalog,
    now: SystemTime,
    grace: Duration,
    swept: &mut Swept,
) -> Result<(), SweepError> {
    let old = blobs
        .run(move |folders| folders.old_trash(now, grace))
        .await?;
    for key in old {
        if is_referenced(catalog, key).await? {
            blobs.run(move |folders| folders.restore(key)).await?;
            swept.restored += 1;
        } else {
            blobs.run(move |folders| folders.delete_trash(key)).await?;
            swept.deleted += 1;
        }
    }
    Ok(())
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
        let _lock = self.lock(key);
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
        self.take_away(key, &self.trash)?;
        stamp(&self.trash.join(key.to_hex()), now).map_err(BlobError::from_io)?;
        remove_if_there(&mark).map_err(BlobError::Io)?;
        Ok(Verdict::Trashed)
    }

    fn old_trash(&self, now: SystemTime, grace: Duration) -> Result<Vec<BlobKey>, BlobError> {
        let mut keys = keys_in(&self.trash).map_err(BlobError::Io)?;
        keys.retain(|key| {
            let age = age_of(&self.trash.join(key.to_hex()), now);
            age.is_ok_and(|age| age.is_some_and(|age| age >= grace))
        });
        Ok(keys)
    }

    fn restore(&self, key: BlobKey) -> Result<(), BlobError> {
        let mut lock = self.lock(key);
        let trashed = self.trash.join(key.to_hex());
        let size = fs::metadata(&trashed).map_err(BlobError::Io)?.len();
        self.link(&mut lock, key, &trashed, size).map(drop)
    }

    fn delete_trash(&self, key: BlobKey) -> Result<(), BlobError> {
        remove_if_there(&self.trash.join(key.to_hex()))
            .and_then(|()| sync_folder(&self.trash))
            .map_err(BlobError::Io)
    }
}

/// How long ago a file was stamped; none if it is not there.
fn age_of(path: &Path, now: SystemTime) -> io::Result<Option<Duration>> {
    match fs::metadata(path) {
        Ok(file) => Ok(Some(
            now.duration_since(file.modified()?).unwrap_or_default(),
        )),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Gives a file the time `now`, making it where it is missing.
fn stamp(path: &Path, now: SystemTime) -> io::Result<()> {
    // A blob is read-only, but its owner may set its times through any descriptor.
    let file = File::open(path).or_else(|_| File::create_new(path))?;
    file.set_modified(now)
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

    fn is_file(path: &Path) -> bool {
        path.is_file()
    }

    #[test]
    fn unreferenced_bytes_wait_a_week_then_a_month_and_come_back_when_referenced() {
        let (_data, folders, staging) = open();
        let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let staged = stage(&staging, b"nobody's");
        let key = staged.key;
        folders.put(&staged).unwrap();
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
        assert_eq!(
            folders.old_trash(trashed_at + month / 2, month).unwrap(),
            []
        );
        assert_eq!(folders.old_trash(trashed_at + month, month).unwrap(), [key]);
        folders.restore(key).unwrap();
        assert_eq!(std::fs::read(folders.blob(key)).unwrap(), b"nobody's");
        assert_eq!(folders.old_trash(trashed_at + month, month).unwrap(), []);
    }

    #[test]
    fn an_upload_claims_bytes_that_are_about_to_go() {
        let (_data, folders, staging) = open();
        let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let first = stage(&staging, b"again");
        let key = first.key;
        folders.put(&first).unwrap();
        assert_eq!(
            folders.judge(key, false, start, WEEK).unwrap(),
            Verdict::Marked
        );

        let second = stage(&staging, b"again");
        assert_eq!(folders.put(&second).unwrap(), Put::Existed);
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
                    folders.put(&staged).unwrap();
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
