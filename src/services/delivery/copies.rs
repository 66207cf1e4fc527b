//! The copies of a file: what the public gets in place of it, and its previews.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::watch;

use super::cache::Cache;
use crate::domain::asset::{File, Processing, RedactionId};
use crate::services::media::broadcast_copy::{Profile, Profiles};
use crate::services::media::full_text::{self, TextState, formats};
use crate::services::media::public_copy;
use crate::services::media::recipe::{self, PREVIEW_SIDES_PX, Purpose};
use crate::services::media::sound;
use crate::storage::catalog::{
    BlobKey, BlobRecord, CatalogError, EventNumber, Rendition, WorkReader,
};

/// The copies of one file.
#[derive(Debug, Default)]
pub(super) struct Copies {
    /// Whether the public can get the file.
    pub(super) processing: Processing,
    /// The rendition for the public; `None` when it gets the file itself or nothing.
    pub(super) public: Option<Rendition>,
    /// For each size its newest preview.
    pub(super) previews: Vec<(u32, Rendition)>,
    /// What was read from it.
    pub(super) text: Option<Rendition>,
    /// Whether its text was read.
    pub(super) text_state: TextState,
    /// What was measured of its sound.
    pub(super) sound_report: Option<Rendition>,
    /// The shape of its sound as numbers.
    pub(super) waveform: Option<Rendition>,
    /// The same as a picture.
    pub(super) waveform_picture: Option<Rendition>,
    /// For each profile its copy for stations.
    pub(super) broadcast: Vec<BroadcastRenditions>,
}

/// What is made of a sound by a profile.
#[derive(Debug)]
pub(super) struct BroadcastRenditions {
    /// The copy.
    pub(super) copy: Option<Rendition>,
    /// What came of making it.
    pub(super) report: Option<Rendition>,
}

impl Copies {
    fn of(
        file: &File,
        record: Option<&BlobRecord>,
        renditions: &[Rendition],
        profiles: &Profiles,
    ) -> Self {
        let redaction = file.redaction();
        let with_purpose = |purpose| {
            let copies = renditions.iter();
            copies.filter(move |copy| recipe::serves(&copy.recipe, purpose, redaction))
        };
        let newest_preview = |side_px: u32| {
            let copies = with_purpose(Purpose::Preview);
            let of_size =
                copies.filter(|copy| recipe::is_preview_of(&copy.recipe, side_px, redaction));
            let newest =
                of_size.max_by(|one, other| recipe::compare_versions(&one.recipe, &other.recipe));
            newest.map(|copy| (side_px, copy.clone()))
        };
        let only = |purpose| with_purpose(purpose).next().cloned();
        let made_by = |recipe: String| {
            renditions
                .iter()
                .find(|made| made.recipe == recipe)
                .cloned()
        };
        let by_profile = |profile: &Profile| BroadcastRenditions {
            copy: made_by(profile.recipe()),
            report: made_by(profile.report_recipe()),
        };
        let is_sound = sound::can_measure(&file.media_type);
        let widest = with_purpose(Purpose::PublicCopy).max_by_key(|copy| copy.width_px);
        Self {
            processing: public_copy::state(file, record, renditions),
            public: widest.cloned(),
            text: full_text::current(file, renditions).cloned(),
            text_state: full_text::state(file, record, renditions),
            previews: PREVIEW_SIDES_PX
                .into_iter()
                .filter_map(newest_preview)
                .collect(),
            sound_report: only(Purpose::SoundReport),
            waveform: only(Purpose::Waveform),
            waveform_picture: only(Purpose::WaveformPicture),
            broadcast: profiles
                .iter()
                .filter(|_| is_sound)
                .map(by_profile)
                .collect(),
        }
    }

    /// Whether the text was recognised in images.
    pub(super) fn is_text_recognised(&self) -> bool {
        let text = self.text.as_ref();
        text.is_some_and(|text| recipe::is_recognised(&text.recipe))
    }

    /// The preview that fits a square of `side_px`.
    pub(super) fn preview(&self, side_px: u32) -> Option<&Rendition> {
        let mut previews = self.previews.iter();
        let found = previews.find(|(side, _)| *side == side_px);
        found.map(|(_, copy)| copy)
    }
}

/// Two works may have the same bytes with other regions redacted, or in another role.
type CopiesKey = (BlobKey, Option<RedactionId>, bool);

fn key(file: &File) -> CopiesKey {
    (file.sha256, file.redaction(), has_text(file))
}

fn has_text(file: &File) -> bool {
    formats::may_have_text(file)
}

/// Reads the copies of files, and caches them until the next event. Cheap to clone.
#[derive(Clone)]
pub(super) struct CopyReader {
    catalog: Arc<dyn WorkReader>,
    /// The last event of the catalogue.
    last_event: watch::Receiver<EventNumber>,
    cache: Arc<Cache<CopiesKey, Copies>>,
    profiles: Profiles,
}

impl CopyReader {
    /// Reads from this catalogue.
    pub(super) fn new(catalog: Arc<dyn WorkReader>) -> Self {
        Self {
            last_event: catalog.watch_events(),
            cache: Arc::new(Cache::new()),
            profiles: Profiles::none(),
            catalog,
        }
    }

    /// The same for copies by these profiles.
    pub(super) fn with_profiles(self, profiles: Profiles) -> Self {
        Self { profiles, ..self }
    }

    /// The copies of one file.
    pub(super) async fn of(&self, file: &File) -> Result<Arc<Copies>, CatalogError> {
        let copies = self.of_all(std::iter::once(file)).await?;
        Ok(copies.into_iter().next().unwrap_or_default())
    }

    /// The copies of these files, in their order. Those that are not cached are read together.
    pub(super) async fn of_all<'a>(
        &self,
        files: impl Iterator<Item = &'a File> + Clone,
    ) -> Result<Vec<Arc<Copies>>, CatalogError> {
        let event = *self.last_event.borrow();
        let mut found: HashMap<CopiesKey, Arc<Copies>> = HashMap::new();
        let mut missing: Vec<&File> = Vec::new();
        for file in files.clone() {
            let has_copies = public_copy::is_required(&file.media_type) || has_text(file);
            if !has_copies || found.contains_key(&key(file)) {
                continue;
            }
            match self.cache.get(event, key(file)) {
                Some(copies) => drop(found.insert(key(file), copies)),
                None => missing.push(file),
            }
        }
        if !missing.is_empty() {
            let keys: Vec<BlobKey> = missing.iter().map(|file| file.sha256).collect();
            let records = self.catalog.blob_records(&keys).await?;
            let renditions = self.catalog.renditions(&keys).await?;
            for ((file, record), renditions) in missing.into_iter().zip(records).zip(renditions) {
                let copies = Arc::new(Copies::of(
                    file,
                    record.as_ref(),
                    &renditions,
                    &self.profiles,
                ));
                self.cache.insert(event, key(file), &copies);
                found.insert(key(file), copies);
            }
        }
        // Files of other types are delivered as they are.
        let untouched = Arc::new(Copies::default());
        let of_file = |file: &File| found.get(&key(file)).unwrap_or(&untouched).clone();
        Ok(files.map(of_file).collect())
    }
}
