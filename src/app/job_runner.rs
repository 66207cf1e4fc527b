//! Registers all kinds of jobs and starts the job runner.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::Clock;
use crate::config::Config;
use crate::domain::access::Actor;
use crate::services::access_requests::{self, AccessRequests};
use crate::services::accounts::{self, Accounts};
use crate::services::audit::AuditTrail;
use crate::services::curation::bulk::{ForgetBulk, RunBulk};
use crate::services::curation::{Curation, ReleaseExpiredEmbargo};
use crate::services::jobs::{
    HOUSEKEEPING, JobFailure, Periodic, Runner, RunnerHandle, Schedule, Settings, housekeeping,
};
use crate::services::media::render::Limits;
use crate::services::media::{
    AuditBlobs, FindMissingCopies, HashPictures, MakePublicCopies, RenderPreviews,
};
use crate::services::successions::{PassOn, Successors};
use crate::services::works::WorkAccess;
use crate::storage::blobs::sweep::{self, Grace};
use crate::storage::blobs::{BlobStore, LocalBlobs, Staging};
use crate::storage::catalog::{Catalog, CatalogError, ChangeSet};

/// Once a day: blobs that no work refers to go to the trash after a week and are deleted after a month.
const SWEEP: Schedule = Schedule::new("sweep-blobs", Duration::from_secs(24 * 60 * 60));
const SWEEP_TIMEOUT: Duration = Duration::from_secs(6 * 60 * 60);

/// Once a week: what the catalogue has written for good is read again.
const SCRUB: Schedule = Schedule::new("scrub-catalog", Duration::from_secs(7 * 24 * 60 * 60));
const SCRUB_TIMEOUT: Duration = Duration::from_secs(6 * 60 * 60);

/// What the handlers of jobs need.
pub(super) struct JobRunnerSetup {
    pub(super) catalog: Arc<dyn Catalog>,
    pub(super) blobs: LocalBlobs,
    pub(super) staging: Staging,
    pub(super) curation: Curation,
    pub(super) works: WorkAccess,
    pub(super) accounts: Accounts,
    pub(super) successors: Successors,
    pub(super) access_requests: AccessRequests,
    pub(super) trail: AuditTrail,
    pub(super) clock: Clock,
}

impl JobRunnerSetup {
    /// Enqueues the periodic jobs and starts the runner, in tasks of the present runtime.
    ///
    /// # Errors
    /// The periodic jobs cannot be enqueued.
    pub(super) async fn start(self, config: &Config) -> Result<RunnerHandle, CatalogError> {
        let now = self.clock.now();
        for schedule in [
            HOUSEKEEPING,
            accounts::HOUSEKEEPING,
            access_requests::HOUSEKEEPING,
            AuditBlobs::SCHEDULE,
            FindMissingCopies::SCHEDULE,
            SWEEP,
            SCRUB,
        ] {
            unless_full(schedule.ensure(&*self.catalog, now).await)?;
        }
        unless_full(HashPictures::ensure(&*self.catalog, now).await)?;
        let settings = Settings {
            workers: config.jobs.workers,
            ..Settings::default()
        };
        let limits = Limits {
            pixels: config.media.max_pixels,
            memory: config.media.max_decode_bytes,
            ..Limits::default()
        };
        let catalog = || Arc::clone(&self.catalog);
        let blobs = || Arc::new(self.blobs.clone()) as Arc<dyn BlobStore>;
        let bytes_per_second = config.jobs.audit_bytes_per_second;
        let previews = RenderPreviews::new(catalog(), blobs(), self.staging.clone(), limits);
        let runner = Runner::new(catalog(), self.clock.clone(), settings)
            .with(housekeeping())
            .with(RunBulk::new(self.works.clone()))
            .with(ForgetBulk::new(self.works.clone()))
            .with(accounts::housekeeping(self.accounts.clone()))
            .with(access_requests::housekeeping(self.access_requests.clone()))
            .with(AuditBlobs::new(catalog(), blobs(), bytes_per_second))
            .with(previews)
            .with(MakePublicCopies::new(
                catalog(),
                blobs(),
                self.staging.clone(),
            ))
            .with(FindMissingCopies::new(catalog()))
            .with(HashPictures::new(catalog(), blobs(), limits))
            .with(ReleaseExpiredEmbargo::new(self.curation.clone()))
            .with(PassOn::new(self.successors.clone(), self.trail.clone()))
            .with(sweep_job(catalog(), self.blobs.clone()))
            .with(scrub_job(catalog(), bytes_per_second));
        Ok(runner.start())
    }
}

/// On a full disk reads go on, and the run enqueued by an earlier start still waits.
fn unless_full(enqueued: Result<(), CatalogError>) -> Result<(), CatalogError> {
    match enqueued {
        Err(CatalogError::Full(error)) => {
            tracing::warn!(%error, "periodic jobs cannot be enqueued: the storage is full");
            Ok(())
        }
        other => other,
    }
}

fn sweep_job(catalog: Arc<dyn Catalog>, blobs: LocalBlobs) -> Periodic {
    Periodic::new(SWEEP, SWEEP_TIMEOUT, move |now| {
        let (catalog, blobs) = (Arc::clone(&catalog), blobs.clone());
        async move {
            let swept = sweep::sweep(&blobs, &*catalog, now, Grace::default())
                .await
                .map_err(JobFailure::retry)?;
            tracing::info!(?swept, "swept blobs that no work refers to");
            Ok(ChangeSet::by(&Actor::System, now))
        }
    })
}

fn scrub_job(catalog: Arc<dyn Catalog>, bytes_per_second: u64) -> Periodic {
    Periodic::new(SCRUB, SCRUB_TIMEOUT, move |now| {
        let catalog = Arc::clone(&catalog);
        async move {
            let scrubbed = catalog.scrub(bytes_per_second).await;
            let scrubbed = scrubbed.map_err(JobFailure::retry)?;
            tracing::info!(?scrubbed, "read the closed segments of the catalogue again");
            Ok(ChangeSet::by(&Actor::System, now))
        }
    })
}
