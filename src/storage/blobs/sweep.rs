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
use crate::storage::catalog::{BlobKey, BlobRecords, CatalogError};
use crate::telemetry::error_chain;

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
                    let error = error_chain(&error);
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
    catalog: &dyn BlobRecords,
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

async fn is_referenced(catalog: &dyn BlobRecords, key: BlobKey) -> Result<bool, CatalogError> {
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
mod tests;
