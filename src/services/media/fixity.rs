//! The job that reads stored files back and compares them with their hash.
//!
//! Each blob is audited once in 90 days, a new one and one that came back after damage within hours. A
//! run audits the blobs whose last audit is oldest, never audited ones first, as many as the allowed read
//! rate permits; when more are due, the next run follows at once. Results are written as audits (PREMIS
//! fixity events); damaged files are quarantined, never deleted.

use std::collections::BinaryHeap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::clock::Clock;
use crate::domain::Timestamp;
use crate::domain::access::Actor;
use crate::services::jobs::{Handler, JobFailure, Policy, Schedule};
use crate::storage::blobs::{BlobError, BlobStore, fixity};
use crate::storage::catalog::{
    Audit, AuditOutcome, BlobKey, BlobRecord, BlobRecords, ChangeSet, Job, Write,
};

/// The kind of job.
pub const KIND: &str = "audit-blobs";
/// The time between two audits of a blob.
const AUDIT_INTERVAL_SECONDS: i64 = 90 * 24 * 60 * 60;
/// The time between runs when nothing is due.
const RUN_INTERVAL: Duration = Duration::from_secs(60 * 60);
/// The most blobs of one run: their audits are one commit.
const MAX_BLOBS_IN_RUN: usize = 1_000;
/// The longest run, so that its results are committed.
const MAX_RUN: Duration = Duration::from_secs(10 * 60);
/// Catalogue rows read at a time.
const PAGE: usize = 1_000;

/// Audits due blobs.
pub struct AuditBlobs {
    catalog: Arc<dyn BlobRecords>,
    blobs: Arc<dyn BlobStore>,
    bytes_per_second: u64,
}

impl AuditBlobs {
    /// Its schedule, to be enqueued at every start.
    pub const SCHEDULE: Schedule = Schedule::new(KIND, RUN_INTERVAL);

    /// Reads at most this many bytes each second, on average.
    pub fn new(
        catalog: Arc<dyn BlobRecords>,
        blobs: Arc<dyn BlobStore>,
        bytes_per_second: u64,
    ) -> Self {
        Self {
            catalog,
            blobs,
            bytes_per_second: bytes_per_second.max(1),
        }
    }

    /// The blobs whose audit is overdue longest, and whether these are all.
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
                // The greatest is the one audited last: it is dropped when there are too many.
                waiting.push((last_audit, record.key));
                if waiting.len() > MAX_BLOBS_IN_RUN {
                    waiting.pop();
                    is_all = false;
                }
            }
        }
        let longest_first = waiting.into_sorted_vec().into_iter();
        Ok((longest_first.map(|(_, key)| key).collect(), is_all))
    }

    /// Whether the last audit was long ago, or is not about the bytes that are stored now:
    /// those of a damaged or missing blob were restored since, or it has the time of a wrong clock.
    async fn is_due(&self, record: &BlobRecord, now: Timestamp) -> Result<bool, JobFailure> {
        let Some(audit) = &record.audit else {
            return Ok(true);
        };
        if audit.at > now || audit.at.plus_seconds(AUDIT_INTERVAL_SECONDS) <= now {
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
            // One blob of many terabytes may take longer than a run.
            timeout: Duration::from_secs(24 * 60 * 60),
            max_attempts: u32::MAX,
            ..Policy::default()
        }
    }

    fn longest_wait(&self) -> Option<Duration> {
        Some(Self::SCHEDULE.interval())
    }

    async fn run(&self, _job: &Job, clock: &Clock) -> Result<ChangeSet, JobFailure> {
        let (due, mut is_all) = self.due(clock.now()).await?;
        let mut audits = Vec::new();
        let mut allotted = Duration::ZERO;
        let began = tokio::time::Instant::now();
        for blob in due {
            if allotted >= MAX_RUN {
                is_all = false;
                break;
            }
            allotted += self.allotted(blob).await?;
            audits.push(self.audit(blob, clock).await?);
            tokio::time::sleep_until(began + allotted).await;
        }
        let now = clock.now();
        let changes = audits
            .into_iter()
            .map(Write::Audit)
            .fold(ChangeSet::by(&Actor::System, now), ChangeSet::write);
        Ok(changes.job(if is_all {
            Self::SCHEDULE.next(now)
        } else {
            Self::SCHEDULE.at(now)
        }))
    }
}
