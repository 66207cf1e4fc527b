//! Deletes uploads after their time, and bytes that no upload has.

use std::collections::HashSet;
use std::time::Duration;

use super::record::UploadRecord;
use super::{UploadId, Uploads, UploadsError};
use crate::domain::Timestamp;
use crate::domain::access::Actor;
use crate::services::jobs::{JobFailure, Periodic, Schedule};
use crate::storage::catalog::typed_records::ReadKeyed as _;
use crate::storage::catalog::{CatalogError, ChangeSet, KeyRange, Keyed as _, Versioned};

/// Once an hour; to be enqueued at every start.
pub const SWEEP: Schedule = Schedule::new("sweep-uploads", Duration::from_secs(60 * 60));
const TIMEOUT: Duration = Duration::from_secs(30 * 60);
/// Records read at once.
const PAGE: usize = 500;

/// What a sweep deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Uploads whose time was over.
    pub expired: usize,
    /// Files of no upload, or of one that is a file of a work.
    pub files: usize,
}

impl Uploads {
    /// The job that sweeps.
    pub fn sweep_job(&self) -> Periodic {
        let uploads = self.clone();
        Periodic::new(SWEEP, TIMEOUT, move |now| {
            let uploads = uploads.clone();
            async move {
                let swept = uploads.sweep(now).await.map_err(JobFailure::retry)?;
                tracing::info!(?swept, "swept uploads");
                Ok(ChangeSet::by(&Actor::System, now))
            }
        })
    }

    /// Deletes the uploads that have expired at this moment, and the files that no upload needs. An upload that somebody works
    /// on is left to the next sweep.
    ///
    /// # Errors
    /// The catalogue or the disk fails.
    pub async fn sweep(&self, now: Timestamp) -> Result<Swept, UploadsError> {
        // In this order: the record of an upload is older than its file, so a file without a record is of none.
        let files = self.files.all().await?;
        let mut swept = Swept::default();
        let (mut needed, mut alive) = (HashSet::new(), HashSet::new());
        let mut after = None;
        loop {
            let range = KeyRange::default().after(after);
            let page = self.catalog.all_keyed::<UploadRecord>(range, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.value.key());
            for read in &page {
                let upload = read.value.v1();
                let Ok(id) = upload.id.parse::<UploadId>() else {
                    continue;
                };
                if !upload.is_alive(now) && self.expire(id, read, now).await? {
                    swept.expired += 1;
                    continue;
                }
                if upload.claimed.is_none() {
                    needed.insert(upload.name().to_owned());
                    alive.insert(id);
                }
            }
        }
        self.holdings.retain(&alive);
        for name in files.iter().filter(|name| !needed.contains(*name)) {
            self.files.remove(name).await?;
            swept.files += 1;
        }
        Ok(swept)
    }

    /// Deletes the record of an upload; its file follows. Gives false for one that somebody works on.
    async fn expire(
        &self,
        id: UploadId,
        read: &Versioned<UploadRecord>,
        now: Timestamp,
    ) -> Result<bool, UploadsError> {
        let Ok(_hold) = self.holdings.take_over(id).await else {
            return Ok(false);
        };
        let changes = ChangeSet::by(&Actor::System, now).delete_keyed(read);
        match self.catalog.commit(changes).await {
            // It was claimed or ended in between.
            Err(CatalogError::RecordConflict { .. }) => Ok(false),
            committed => committed.map(|_| true).map_err(UploadsError::from),
        }
    }
}
