//! Registers all kinds of jobs and starts the job runner.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::Clock;
use crate::config::Config;
use crate::domain::access::Actor;
use crate::services::access_requests::{self, AccessRequests, MailAccessAnswer};
use crate::services::accounts::{self, Accounts};
use crate::services::audit::AuditTrail;
use crate::services::curation::bulk::{ForgetBulk, RunBulk};
use crate::services::curation::{Curation, MakeScheduledChanges};
use crate::services::jobs::{
    HOUSEKEEPING, JobFailure, Periodic, Runner, RunnerHandle, Schedule, Settings, housekeeping,
};
use crate::services::mail::Mail;
use crate::services::media::broadcast_copy::Profiles;
use crate::services::media::rebuild::{self, RenditionJobs};
use crate::services::media::render::Limits;
use crate::services::media::{
    AuditBlobs, HashPictures, MakeBroadcastCopy, MakePublicCopies, MeasureSound, ReadTexts,
    RebuildRenditions, RecogniseTexts, RenderPreviews, RenditionStore, broadcast_copy,
};
use crate::services::notifications::{self, Inbox, MailDigest, MailNotification, Notifications};
use crate::services::programs::Programs;
use crate::services::successions::{PassOn, Successors};
use crate::services::table_imports::{ForgetTableImport, RunTableImport, TableImports};
use crate::services::uploads::{self, Uploads};
use crate::services::works::{ScheduledChange, WorkAccess};
use crate::storage::blobs::sweep::{self, Grace};
use crate::storage::blobs::{BlobStore, LocalBlobs, Staging};
use crate::storage::catalog::{BlobRecords, Catalog, CatalogError, ChangeSet, Upkeep};
use crate::telemetry::error_chain;

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
    pub(super) programs: Programs,
    pub(super) profiles: Profiles,
    pub(super) rendition_jobs: Arc<[Box<dyn RenditionJobs>]>,
    pub(super) curation: Curation,
    pub(super) works: WorkAccess,
    pub(super) uploads: Uploads,
    pub(super) table_imports: TableImports,
    pub(super) notifications: Notifications,
    pub(super) inbox: Inbox,
    pub(super) mail: Mail,
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
            notifications::SWEEP,
            access_requests::HOUSEKEEPING,
            AuditBlobs::SCHEDULE,
            rebuild::DAILY,
            uploads::SWEEP,
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
        let scheduled_changes = |change| MakeScheduledChanges::new(change, self.curation.clone());
        let bytes_per_second = config.jobs.audit_bytes_per_second;
        let runner = Runner::new(self.catalog.clone(), self.clock.clone(), settings)
            .with(housekeeping())
            .with(RunBulk::new(self.works.clone()))
            .with(ForgetBulk::new(self.works.clone()))
            .with(scheduled_changes(ScheduledChange::ReleaseEmbargo))
            .with(scheduled_changes(ScheduledChange::EndConsent))
            .with(scheduled_changes(ScheduledChange::WarnOfConsentEnd))
            .with(PassOn::new(self.successors.clone(), self.trail.clone()))
            .with(RunTableImport::new(self.table_imports.clone()))
            .with(ForgetTableImport::new(self.table_imports.clone()))
            .with(self.uploads.sweep_job())
            .with(sweep_job(self.catalog.clone(), self.blobs.clone()))
            .with(scrub_job(self.catalog.clone(), bytes_per_second));
        let runner = self.with_messages(runner, config);
        Ok(self.with_media(runner, config).start())
    }

    /// What holders of accounts are told, and the mail to them.
    fn with_messages(&self, runner: Runner, config: &Config) -> Runner {
        let recipients = || Arc::clone(&self.accounts.recipients);
        let (inbox, mail) = (|| self.inbox.clone(), || self.mail.clone());
        let keep_days = config.notifications.keep_days;
        runner
            .with(accounts::housekeeping(self.accounts.clone()))
            .with(access_requests::housekeeping(self.access_requests.clone()))
            .with(MailAccessAnswer::new(self.access_requests.clone()))
            .with(self.accounts.link_mails())
            .with(self.accounts.forgotten_answers())
            .with(notifications::sweep(self.notifications.clone(), keep_days))
            .with(MailNotification::new(inbox(), recipients(), mail()))
            .with(MailDigest::new(inbox(), recipients(), mail()))
    }

    /// What is made from files, and the checks of their bytes.
    fn with_media(&self, runner: Runner, config: &Config) -> Runner {
        let limits = Limits {
            pixels: config.media.max_pixels,
            memory: config.media.max_decode_bytes,
            ..Limits::default()
        };
        let blobs = || Arc::new(self.blobs.clone()) as Arc<dyn BlobStore>;
        let store = || RenditionStore::new(blobs(), self.staging.clone());
        let catalog = || self.catalog.clone();
        let bytes_per_second = config.jobs.audit_bytes_per_second;
        let (profiles, programs) = (self.profiles.clone(), || self.programs.clone());
        runner
            .with(AuditBlobs::new(catalog(), blobs(), bytes_per_second))
            .with(RenderPreviews::new(catalog(), store(), limits))
            .with(MakePublicCopies::new(catalog(), store()))
            .with(ReadTexts::new(catalog(), store(), programs()))
            .with(RecogniseTexts::new(catalog(), store(), programs(), limits))
            .with(rebuild::find_missing())
            .with(RebuildRenditions::new(
                catalog(),
                Arc::clone(&self.rendition_jobs),
            ))
            .with(MakeBroadcastCopy::new(
                catalog(),
                store(),
                programs(),
                profiles.clone(),
            ))
            .with(MeasureSound::new(
                catalog(),
                store(),
                programs(),
                Arc::new(move |asset, blob, now| broadcast_copy::jobs(&profiles, asset, blob, now)),
            ))
            .with(HashPictures::new(catalog(), blobs(), limits))
    }
}

/// On a full disk reads go on, and the run enqueued by an earlier start still waits.
fn unless_full(enqueued: Result<(), CatalogError>) -> Result<(), CatalogError> {
    match enqueued {
        Err(CatalogError::Full(error)) => {
            tracing::warn!(
                error = error_chain(&error),
                "periodic jobs cannot be enqueued: the storage is full"
            );
            Ok(())
        }
        other => other,
    }
}

fn sweep_job(catalog: Arc<dyn BlobRecords>, blobs: LocalBlobs) -> Periodic {
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

fn scrub_job(catalog: Arc<dyn Upkeep>, bytes_per_second: u64) -> Periodic {
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
