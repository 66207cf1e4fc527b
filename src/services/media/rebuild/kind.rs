//! What can be made from files, and who says which jobs make it.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;
use crate::domain::asset::{Asset, File};
use crate::services::jobs::JobFailure;
use crate::storage::catalog::NewJob;

/// Renditions that are made together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RenditionKind {
    /// Copies of sound, film and images for the public, and previews.
    PublicCopies,
    /// The text of documents, read or recognised.
    Texts,
    /// What is measured of recordings, and their waveforms.
    SoundReports,
    /// Copies of recordings for stations.
    BroadcastCopies,
}

impl RenditionKind {
    /// Every value with its wire name.
    pub const NAMES: [(&'static str, Self); 4] = [
        ("public-copies", Self::PublicCopies),
        ("texts", Self::Texts),
        ("sound-reports", Self::SoundReports),
        ("broadcast-copies", Self::BroadcastCopies),
    ];

    /// Every value.
    pub fn all() -> Vec<Self> {
        Self::NAMES.iter().map(|(_, kind)| *kind).collect()
    }
}

/// From which files renditions are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// From those without them.
    Missing,
    /// From all.
    All,
}

/// Says which jobs make the renditions of one kind.
#[async_trait]
pub trait RenditionJobs: Send + Sync {
    /// The kind.
    fn kind(&self) -> RenditionKind;

    /// The jobs for a file of a work; none for a file from which they are not made.
    ///
    /// # Errors
    /// The catalogue or a store fails.
    async fn jobs(
        &self,
        asset: &Asset,
        file: &File,
        scope: Scope,
        now: Timestamp,
    ) -> Result<Vec<NewJob>, JobFailure>;
}
