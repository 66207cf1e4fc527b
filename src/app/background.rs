//! What the archive does by itself: the jobs it knows, and the rounds it makes.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::Clock;
use crate::config::Config;
use crate::domain::access::Actor;
use crate::services::curation::{Curation, ReleaseExpiredEmbargo};
use crate::services::jobs::{
    HOUSEKEEPING, JobFailure, Periodic, Rounds, Runner, RunnerHandle, Settings, housekeeping,
};
use crate::services::media::render::Limits;
use crate::services::media::{AuditBlobs, HashPictures, RenderPreviews};
use crate::storage::blobs::sweep::{self, Grace};
use crate::storage::blobs::{BlobStore, LocalBlobs, Staging};
use crate::storage::catalog::{Catalog, CatalogError, ChangeSet};

/// Once a day: what no work refers to is looked for, and goes after a week and a month.
const SWEEPING: Rounds = Rounds::new("sweep-blobs", Duration::from_secs(24 * 60 * 60));
const SWEEP_TIMEOUT: Duration = Duration::from_secs(6 * 60 * 60);

/// What jobs work on.
pub(super) struct Workshop {
    pub(super) catalog: Arc<dyn Catalog>,
    pub(super) blobs: LocalBlobs,
    pub(super) staging: Staging,
    pub(super) curation: Curation,
    pub(super) clock: Clock,
}

impl Workshop {
    /// Begins to work, in tasks of the present runtime.
    ///
    /// # Errors
    /// The rounds cannot be enqueued.
    pub(super) async fn open(self, config: &Config) -> Result<RunnerHandle, CatalogError> {
        let now = self.clock.now();
        for rounds in [HOUSEKEEPING, AuditBlobs::ROUNDS, SWEEPING] {
            unless_full(rounds.ensure(&*self.catalog, now).await)?;
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
        let speed = config.jobs.audit_bytes_per_second;
        let previews = RenderPreviews::new(catalog(), blobs(), self.staging.clone(), limits);
        let runner = Runner::new(catalog(), self.clock.clone(), settings)
            .with(housekeeping())
            .with(AuditBlobs::new(catalog(), blobs(), speed))
            .with(previews)
            .with(HashPictures::new(catalog(), blobs(), limits))
            .with(ReleaseExpiredEmbargo::new(self.curation.clone()))
            .with(sweeping(catalog(), self.blobs.clone()));
        Ok(runner.start())
    }
}

/// On a full disk reading goes on, and the round of an earlier start still waits.
fn unless_full(enqueued: Result<(), CatalogError>) -> Result<(), CatalogError> {
    match enqueued {
        Err(CatalogError::Full(error)) => {
            tracing::warn!(%error, "no round can be enqueued: the storage is full");
            Ok(())
        }
        other => other,
    }
}

fn sweeping(catalog: Arc<dyn Catalog>, blobs: LocalBlobs) -> Periodic {
    Periodic::new(SWEEPING, SWEEP_TIMEOUT, move |now| {
        let (catalog, blobs) = (Arc::clone(&catalog), blobs.clone());
        async move {
            let swept = sweep::sweep(&blobs, &*catalog, now, Grace::default()).await;
            let swept = swept.map_err(JobFailure::retry)?;
            tracing::info!(?swept, "looked for files that no work refers to");
            Ok(ChangeSet::by(&Actor::System, now))
        }
    })
}
