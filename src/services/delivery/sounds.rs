//! What was measured of sounds, for those who may hear them.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lru::LruCache;
use serde::de::DeserializeOwned;

use super::copies::BroadcastRenditions;
use super::deliverable::{Cacheability, Deliverable};
use super::presentation::Presentation;
use crate::domain::access::Actor;
use crate::domain::asset::File;
use crate::domain::asset::file_name::extension_of;
use crate::services::media::broadcast_copy::{CopyReport, Profile, Profiles};
use crate::services::media::sound::SoundReport;
use crate::services::programs::{Program, Programs};
use crate::storage::blobs::BlobStore;
use crate::storage::catalog::{BlobKey, Rendition};
use crate::telemetry::error_chain;

/// The most cached reports. Each has a few hundred bytes, the longest some KiB.
const CAPACITY: NonZeroUsize = NonZeroUsize::new(2048).unwrap();
/// A report is much shorter.
const MAX_BYTES: u64 = 1 << 20;

/// What an actor gets of the sound of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoundAccess {
    /// What was measured; `None` while that is not done.
    pub report: Option<Arc<SoundReport>>,
    /// Its waveform can be fetched.
    pub has_waveform: bool,
    /// Its copies for stations, in the order of the profiles.
    pub copies: Vec<BroadcastAccess>,
}

impl SoundAccess {
    /// Whether it was measured and every copy made, as far as that is possible.
    pub fn is_settled(&self) -> bool {
        self.report.is_some() && self.copies.iter().all(|copy| copy.report.is_some())
    }
}

/// A form of the waveform of a sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaveformForm {
    /// JSON of `audiowaveform`.
    Numbers,
    /// SVG.
    Picture,
}

/// A copy for stations, as an actor gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BroadcastAccess {
    /// The name of its profile.
    pub profile: String,
    /// What people call it, by language.
    pub title: BTreeMap<String, String>,
    /// What came of making it; `None` while that is not done.
    pub report: Option<Arc<CopyReport>>,
    /// Its bytes.
    pub copy: Option<Deliverable>,
    /// A program without which it cannot be made.
    pub missing_program: Option<&'static str>,
}

/// What copies for stations are made of.
#[derive(Clone)]
pub(super) struct Stations {
    pub(super) profiles: Profiles,
    pub(super) programs: Programs,
}

impl Stations {
    /// The program that is missing to make copies.
    async fn missing_program(&self) -> Option<&'static str> {
        let program = Program::Ffmpeg;
        let version = self.programs.version(program).await;
        let needs_installation = version.is_err_and(|error| error.needs_installation());
        needs_installation.then_some(program.name())
    }

    /// The copies of a file for whoever gets its sound.
    pub(super) async fn copies(
        &self,
        (actor, file): (&Actor, &File),
        made: &[BroadcastRenditions],
        reports: &ReportReader,
    ) -> Vec<BroadcastAccess> {
        let mut copies = Vec::with_capacity(made.len());
        for (profile, made) in self.profiles.iter().zip(made) {
            let report = match &made.report {
                Some(report) => reports.read_copy(report).await,
                None => None,
            };
            let missing_program = match report {
                None => self.missing_program().await,
                Some(_) => None,
            };
            let deliverable = |copy| station_copy(actor, file, profile, copy);
            copies.push(BroadcastAccess {
                profile: profile.name.clone(),
                title: profile.title.clone(),
                copy: made.copy.as_ref().map(deliverable),
                report,
                missing_program,
            });
        }
        copies
    }
}

/// The bytes of a copy for stations, named after the file and the profile.
pub(super) fn station_copy(
    actor: &Actor,
    file: &File,
    profile: &Profile,
    copy: &Rendition,
) -> Deliverable {
    let extension = extension_of(&copy.media_type);
    let name = file.neutral_name();
    let stem = name
        .rsplit_once('.')
        .map_or(name.as_str(), |(stem, _)| stem);
    Deliverable {
        key: copy.blob,
        size: copy.size,
        media_type: copy.media_type.clone(),
        file_name: format!("{stem}.{}.{extension}", profile.name),
        presentation: Presentation::of(&copy.media_type),
        last_modified: file.attached_at,
        cacheability: Cacheability::of(actor),
    }
}

/// Reads reports, and keeps them: the bytes under a key never change. Cheap to clone.
#[derive(Clone)]
pub(super) struct ReportReader {
    blobs: Arc<dyn BlobStore>,
    sounds: Arc<ReportCache<SoundReport>>,
    copies: Arc<ReportCache<CopyReport>>,
}

/// The reports that were read last.
struct ReportCache<T>(Mutex<LruCache<BlobKey, Arc<T>>>);

impl<T> ReportCache<T> {
    fn new() -> Self {
        Self(Mutex::new(LruCache::new(CAPACITY)))
    }

    fn lock(&self) -> MutexGuard<'_, LruCache<BlobKey, Arc<T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ReportReader {
    /// Reads from this store.
    pub(super) fn new(blobs: Arc<dyn BlobStore>) -> Self {
        Self {
            blobs,
            sounds: Arc::new(ReportCache::new()),
            copies: Arc::new(ReportCache::new()),
        }
    }

    /// What was measured of a sound; `None` when its bytes are lost or no report, as if it had not been made.
    pub(super) async fn read(&self, rendition: &Rendition) -> Option<Arc<SoundReport>> {
        self.cached(&self.sounds, rendition.blob).await
    }

    /// What came of making a copy, in the same way.
    pub(super) async fn read_copy(&self, rendition: &Rendition) -> Option<Arc<CopyReport>> {
        self.cached(&self.copies, rendition.blob).await
    }

    async fn cached<T: DeserializeOwned>(
        &self,
        cache: &ReportCache<T>,
        key: BlobKey,
    ) -> Option<Arc<T>> {
        let known = cache.lock().get(&key).cloned();
        if known.is_some() {
            return known;
        }
        let bytes = match self.blobs.read(key, 0..MAX_BYTES).await {
            Ok(bytes) => bytes,
            Err(error) => {
                tracing::warn!(blob = %key, error = error_chain(&error), "the report of a sound cannot be read");
                return None;
            }
        };
        match serde_json::from_slice(&bytes) {
            Ok(report) => {
                let report = Arc::new(report);
                cache.lock().put(key, Arc::clone(&report));
                Some(report)
            }
            Err(error) => {
                tracing::warn!(blob = %key, error = error_chain(&error), "the report of a sound is no report");
                None
            }
        }
    }
}
