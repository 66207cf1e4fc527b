//! Reads every stored file back, in turn, and compares it with its name.
//!
//! Each blob is audited once in 90 days, a new one and one that came back after damage within
//! hours. A round takes those
//! that have waited longest, never audited ones first, as many as its share of the disk's
//! speed allows; if that was not all, the next round follows at once. What was found is written
//! as audits (PREMIS fixity events); damaged files are quarantined, never deleted.

use std::collections::BinaryHeap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::clock::Clock;
use crate::domain::Timestamp;
use crate::domain::access::Actor;
use crate::services::jobs::{Handler, JobFailure, Policy, Rounds};
use crate::storage::blobs::{BlobError, BlobStore, fixity};
use crate::storage::catalog::{
    Audit, AuditOutcome, BlobKey, BlobRecord, Catalog, ChangeSet, Job, Write,
};

/// The kind of job.
pub const KIND: &str = "audit-blobs";
/// A blob is audited again after this time.
const AGAIN_AFTER_SECONDS: i64 = 90 * 24 * 60 * 60;
/// Time between rounds when nothing is left to do.
const EVERY: Duration = Duration::from_secs(60 * 60);
/// Blobs in one round: their audits are one commit.
const MAX_IN_ROUND: usize = 1_000;
/// A round reads no longer than this, so that what it found becomes known.
const ROUND: Duration = Duration::from_secs(10 * 60);
/// Catalogue rows read at a time.
const PAGE: usize = 1_000;

/// Audits what is due.
pub struct AuditBlobs {
    catalog: Arc<dyn Catalog>,
    blobs: Arc<dyn BlobStore>,
    bytes_per_second: u64,
}

impl AuditBlobs {
    /// 20 MB each second read 50 TB in a month, and leave a disk to its users.
    pub const USUAL_SPEED: u64 = 20_000_000;
    /// Its rounds, to be enqueued at every start.
    pub const ROUNDS: Rounds = Rounds::new(KIND, EVERY);

    /// Reads at most this many bytes each second, on average.
    pub fn new(
        catalog: Arc<dyn Catalog>,
        blobs: Arc<dyn BlobStore>,
        bytes_per_second: u64,
    ) -> Self {
        Self {
            catalog,
            blobs,
            bytes_per_second: bytes_per_second.max(1),
        }
    }

    /// The blobs that have waited longest and whether there are more.
    async fn due(&self, now: Timestamp) -> Result<(Vec<BlobKey>, bool), JobFailure> {
        let mut waiting = BinaryHeap::new();
        let mut after = None;
        let mut is_all = true;
        loop {
            let page = self
                .catalog
                .blobs(after, PAGE)
                .await
                .map_err(JobFailure::retry)?;
            let Some(last) = page.last() else { break };
            after = Some(last.key);
            for record in page {
                if !self.is_due(&record, now).await? {
                    continue;
                }
                let last_audit = record.audit.map(|audit| audit.at);
                // The greatest is the one audited last: it falls out when there are too many.
                waiting.push((last_audit, record.key));
                if waiting.len() > MAX_IN_ROUND {
                    waiting.pop();
                    is_all = false;
                }
            }
        }
        let longest_first = waiting.into_sorted_vec().into_iter();
        Ok((longest_first.map(|(_, key)| key).collect(), is_all))
    }

    /// Whether the last audit was long ago, or says nothing of the bytes that are stored now:
    /// those of a damaged or missing blob came back since, or it bears the time of a wrong clock.
    async fn is_due(&self, record: &BlobRecord, now: Timestamp) -> Result<bool, JobFailure> {
        let Some(audit) = &record.audit else {
            return Ok(true);
        };
        if audit.at > now || audit.at.plus_seconds(AGAIN_AFTER_SECONDS) <= now {
            return Ok(true);
        }
        if audit.outcome == AuditOutcome::Intact {
            return Ok(false);
        }
        match self.blobs.size(record.key).await {
            Ok(_) => Ok(true),
            Err(BlobError::Missing(_)) => Ok(false),
            Err(error) => Err(JobFailure::retry(error)),
        }
    }

    async fn audit(&self, blob: BlobKey, clock: &Clock) -> Result<Audit, JobFailure> {
        let checked = fixity::check(&*self.blobs, blob).await;
        let outcome = checked.map_err(JobFailure::retry)?;
        match outcome {
            AuditOutcome::Intact => {}
            AuditOutcome::Damaged => {
                tracing::error!(%blob, "a stored file is damaged; restore it from a backup");
            }
            AuditOutcome::Missing => {
                tracing::error!(%blob, "a stored file is missing; restore it from a backup");
            }
        }
        Ok(Audit {
            blob,
            at: clock.now(),
            outcome,
        })
    }

    /// How long reading a blob may take at the allowed speed.
    async fn allotted(&self, blob: BlobKey) -> Result<Duration, JobFailure> {
        let size = match self.blobs.size(blob).await {
            Ok(size) => size,
            Err(BlobError::Missing(_)) => 0,
            Err(error) => return Err(JobFailure::retry(error)),
        };
        #[expect(
            clippy::cast_precision_loss,
            reason = "a duration of reading need not be exact"
        )]
        let seconds = size as f64 / self.bytes_per_second as f64;
        Ok(Duration::from_secs_f64(seconds))
    }
}

#[async_trait]
impl Handler for AuditBlobs {
    fn kind(&self) -> &str {
        KIND
    }

    fn policy(&self) -> Policy {
        Policy {
            // One blob of many terabytes may run over the round it began in.
            timeout: Duration::from_secs(24 * 60 * 60),
            max_attempts: u32::MAX,
            ..Policy::default()
        }
    }

    fn longest_wait(&self) -> Option<Duration> {
        Some(Self::ROUNDS.every())
    }

    async fn run(&self, _job: &Job, clock: &Clock) -> Result<ChangeSet, JobFailure> {
        let (due, mut is_all) = self.due(clock.now()).await?;
        let mut audits = Vec::new();
        let mut allotted = Duration::ZERO;
        let began = tokio::time::Instant::now();
        for blob in due {
            if allotted >= ROUND {
                is_all = false;
                break;
            }
            allotted += self.allotted(blob).await?;
            audits.push(self.audit(blob, clock).await?);
            tokio::time::sleep_until(began + allotted).await;
        }
        let now = clock.now();
        let changes = ChangeSet::by(&Actor::System, now);
        let changes = audits
            .into_iter()
            .map(Write::Audit)
            .fold(changes, ChangeSet::write);
        Ok(changes.job(if is_all {
            Self::ROUNDS.next(now)
        } else {
            Self::ROUNDS.at(now)
        }))
    }
}
