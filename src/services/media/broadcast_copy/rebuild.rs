//! Which jobs make copies of recordings for stations.

use std::sync::Arc;

use async_trait::async_trait;

use super::job::job;
use super::profile::Profiles;
use crate::domain::Timestamp;
use crate::domain::asset::{Asset, File};
use crate::services::jobs::JobFailure;
use crate::services::media::rebuild::{RenditionJobs, RenditionKind, Scope};
use crate::services::media::recipe::{self, Purpose};
use crate::services::media::sound;
use crate::services::programs::{Program, Programs};
use crate::storage::catalog::{NewJob, WorkReader};

/// Copies for stations by these profiles.
pub struct BroadcastCopyJobs {
    catalog: Arc<dyn WorkReader>,
    programs: Programs,
    profiles: Profiles,
}

impl BroadcastCopyJobs {
    /// Reads from this catalogue which copies there are.
    pub fn new(catalog: Arc<dyn WorkReader>, programs: Programs, profiles: Profiles) -> Self {
        Self {
            catalog,
            programs,
            profiles,
        }
    }
}

#[async_trait]
impl RenditionJobs for BroadcastCopyJobs {
    fn kind(&self) -> RenditionKind {
        RenditionKind::BroadcastCopies
    }

    /// A recording that is not measured yet has no jobs: measuring enqueues them. Without ffmpeg there are none.
    async fn jobs(
        &self,
        asset: &Asset,
        file: &File,
        scope: Scope,
        now: Timestamp,
    ) -> Result<Vec<NewJob>, JobFailure> {
        if !sound::can_measure(&file.media_type)
            || self.programs.version(Program::Ffmpeg).await.is_err()
        {
            return Ok(Vec::new());
        }
        let renditions = self.catalog.renditions(&[file.sha256]).await;
        let renditions = renditions.map_err(JobFailure::retry)?.concat();
        let mut made = renditions.iter().map(|made| made.recipe.as_str());
        // Only what was measured has a waveform.
        if !made.any(|recipe| recipe::serves(recipe, Purpose::Waveform, None)) {
            return Ok(Vec::new());
        }
        let is_made = |report: &str| renditions.iter().any(|made| made.recipe == report);
        let profiles = self.profiles.iter();
        let again = scope == Scope::All;
        let wanted = profiles.filter(|profile| again || !is_made(&profile.report_recipe()));
        let of = (asset.id, file.sha256);
        Ok(wanted.map(|profile| job(profile, of, again, now)).collect())
    }
}
