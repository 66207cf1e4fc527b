//! Finds the bytes to deliver, and checks who may get them.

use std::sync::Arc;

use tokio::sync::watch;

use super::cache::Cache;
use super::content::Content;
use super::copies::{Copies, CopyReader};
use super::deliverable::{
    Cacheability, Deliverable, corrected, deliverable, is_only_a_link, rendered, untouched,
};
use super::error::DeliveryError;
use super::file_access::{FileAccess, TextSource, TextVersion, file_access};
use super::presentation::Presentation;
use super::sounds::{ReportReader, Stations};
use crate::clock::Clock;
use crate::domain::Sha256;
use crate::domain::access::{Actor, policy};
use crate::domain::asset::{Asset, AssetId, File, FileRole, Revision};
use crate::services::audit::{Act, AuditTrail, NewEntry};
use crate::services::media::broadcast_copy::Profiles;
use crate::services::media::full_text::TextState;
use crate::services::programs::Programs;
use crate::services::works::{FindError, check_visible, live_asset, may_read_history};
use crate::storage::blobs::{BlobError, BlobStore};
use crate::storage::catalog::{CatalogError, ChangeSet, EventNumber, WorkReader};

/// Finds the bytes to deliver.
#[derive(Clone)]
pub struct Delivery {
    catalog: Arc<dyn WorkReader>,
    blobs: Arc<dyn BlobStore>,
    trail: AuditTrail,
    clock: Clock,
    /// The last event of the catalogue.
    last_event: watch::Receiver<EventNumber>,
    assets: Arc<Cache<AssetId, Asset>>,
    copies: CopyReader,
    pub(super) reports: ReportReader,
    pub(super) stations: Option<Stations>,
}

impl Delivery {
    /// Delivery from these stores.
    pub fn new(
        catalog: Arc<dyn WorkReader>,
        blobs: Arc<dyn BlobStore>,
        trail: AuditTrail,
        clock: Clock,
    ) -> Self {
        Self {
            trail,
            last_event: catalog.watch_events(),
            assets: Arc::new(Cache::new()),
            copies: CopyReader::new(Arc::clone(&catalog)),
            reports: ReportReader::new(Arc::clone(&blobs)),
            stations: None,
            catalog,
            blobs,
            clock,
        }
    }

    /// The same delivery, which says what files wait for because a program is missing, with copies for stations by these
    /// profiles.
    #[must_use]
    pub fn with_programs(self, programs: Programs, profiles: Profiles) -> Self {
        Self {
            copies: self.copies.with_profiles(profiles.clone()),
            stations: Some(Stations { profiles, programs }),
            ..self
        }
    }

    /// A file of a work, or the copy that the actor gets in its place.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn file(
        &self,
        actor: &Actor,
        id: AssetId,
        sha256: Sha256,
    ) -> Result<Deliverable, DeliveryError> {
        let asset = self.visible(actor, id).await?;
        let file = find(&asset, sha256)?;
        let copies = self.copies.of(file).await.map_err(FindError::from)?;
        deliverable(actor, &asset, file, &copies).ok_or(DeliveryError::NoSuchFile)
    }

    /// What the actor gets of each file of these visible works, in the order of the works and their files.
    ///
    /// # Errors
    /// Those of the catalogue.
    pub async fn file_access(
        &self,
        actor: &Actor,
        assets: &[Asset],
    ) -> Result<Vec<Vec<FileAccess>>, CatalogError> {
        let files = assets.iter().flat_map(|asset| &asset.files);
        let mut copies = self.copies.of_all(files).await?.into_iter();
        let mut accesses = Vec::with_capacity(assets.len());
        for asset in assets {
            let copies = copies.by_ref().take(asset.files.len());
            let mut of_asset = Vec::with_capacity(asset.files.len());
            for (file, copies) in asset.files.iter().zip(copies) {
                let mut access = file_access(actor, asset, file, &copies);
                access.text = self.text_state(access.text).await;
                access.sound = self.sound_access((actor, file), &access, &copies).await;
                of_asset.push(access);
            }
            accesses.push(of_asset);
        }
        Ok(accesses)
    }

    /// A file that the work had at one of its revisions, as deposited, for those who may read its history.
    ///
    /// # Errors
    /// [`DeliveryError::NoSuchFile`] also when its bytes are not kept any more; [`DeliveryError::Forbidden`];
    /// [`DeliveryError::Work`].
    pub async fn earlier_file(
        &self,
        actor: &Actor,
        id: AssetId,
        revision: Revision,
        sha256: Sha256,
    ) -> Result<Deliverable, DeliveryError> {
        let present = self.read(actor, id).await?;
        check_visible(actor, &present, self.clock.now())?;
        if !may_read_history(actor, &present)
            || !policy::may_fetch_untouched_original(actor, &present)
        {
            return Err(DeliveryError::Forbidden);
        }
        let earlier = self.catalog.asset_at(id, revision).await;
        let earlier = earlier.map_err(FindError::from)?;
        let (_, earlier) = earlier.ok_or(DeliveryError::NoSuchFile)?;
        let file = find(&earlier, sha256)?;
        let records = self.catalog.blob_records(&[sha256]).await;
        match records.map_err(FindError::from)?.pop().flatten() {
            Some(_) => Ok(untouched(actor, file, file.name.clone())),
            None => Err(DeliveryError::NoSuchFile),
        }
    }

    /// A sealed file of a work, for those who may read it. Each time an entry is made in the audit trail first.
    ///
    /// # Errors
    /// [`DeliveryError::NoSuchFile`]; [`DeliveryError::Forbidden`]; [`DeliveryError::Work`], also when the entry cannot
    /// be made.
    pub async fn sealed(
        &self,
        actor: &Actor,
        id: AssetId,
        sha256: Sha256,
    ) -> Result<Deliverable, DeliveryError> {
        let asset = self.read(actor, id).await?;
        check_visible(actor, &asset, self.clock.now())?;
        if !policy::may_read_sealed(actor, &asset) {
            return Err(DeliveryError::Forbidden);
        }
        let file = asset.sealed_file(sha256).ok_or(DeliveryError::NoSuchFile)?;
        let entry = NewEntry::new(actor, Act::SealedFileRead, id).with("sha256", sha256);
        let changes = ChangeSet::by(actor, self.clock.now());
        let committed = self.trail.commit(changes, &entry).await;
        committed.map_err(FindError::from)?;
        Ok(Deliverable {
            key: file.sha256,
            size: file.size,
            media_type: file.media_type.clone(),
            file_name: file.file_name(),
            presentation: Presentation::Attachment,
            last_modified: file.added_at,
            cacheability: Cacheability::Private,
        })
    }

    /// What an actor that may read the history of a work gets of each file that it had at an earlier
    /// revision, at the address of [`Delivery::earlier_file`]. `missing`: files whose bytes are not kept any
    /// more.
    ///
    /// # Errors
    /// Those of the catalogue.
    pub async fn earlier_file_access(
        &self,
        actor: &Actor,
        earlier: &Asset,
        missing: &[Sha256],
    ) -> Result<Vec<FileAccess>, CatalogError> {
        let is_entitled = policy::may_fetch_untouched_original(actor, earlier);
        let copies = self.copies.of_all(earlier.files.iter()).await?;
        let access = |(file, copies): (&File, Arc<Copies>)| {
            let is_available = is_entitled && !missing.contains(&file.sha256);
            FileAccess {
                processing: copies.processing,
                deliverable: is_available.then(|| untouched(actor, file, file.name.clone())),
                preview_sides_px: Vec::new(),
                text: TextState::None,
                text_source: TextSource::File,
                sound: None,
            }
        };
        Ok(earlier.files.iter().zip(copies).map(access).collect())
    }

    /// The first originals of a visible work with what the actor gets of each: for feeds and
    /// harvests, which state lengths and types before the download. Files of which the actor gets
    /// nothing, or nothing yet, are left out.
    ///
    /// # Errors
    /// Those of the catalogue.
    pub async fn originals(
        &self,
        actor: &Actor,
        asset: &Asset,
        limit: usize,
    ) -> Result<Vec<(Sha256, Deliverable)>, CatalogError> {
        let mut found = Vec::new();
        if is_only_a_link(actor, asset) {
            return Ok(found);
        }
        let originals = asset.files.iter().filter(|f| f.role == FileRole::Original);
        let originals = originals.take(limit);
        let copies = self.copies.of_all(originals.clone()).await?;
        for (file, copies) in originals.zip(copies) {
            let deliverable = deliverable(actor, asset, file, &copies);
            found.extend(deliverable.map(|bytes| (file.sha256, bytes)));
        }
        Ok(found)
    }

    /// The preview of an image that fits a square of `size_px`.
    ///
    /// # Errors
    /// [`DeliveryError`]; [`DeliveryError::NoSuchFile`] also when there is none of this size.
    pub async fn preview(
        &self,
        actor: &Actor,
        id: AssetId,
        sha256: Sha256,
        size_px: u32,
    ) -> Result<Deliverable, DeliveryError> {
        let asset = self.visible(actor, id).await?;
        let file = find(&asset, sha256)?;
        let copies = self.copies.of(file).await.map_err(FindError::from)?;
        let copy = copies.preview(size_px).ok_or(DeliveryError::NoSuchFile)?;
        Ok(rendered(actor, file, copy))
    }

    /// The text of a document, for those who get the document.
    ///
    /// # Errors
    /// [`DeliveryError`]; [`DeliveryError::NoSuchFile`] also when there is none; [`DeliveryError::Forbidden`] for what was
    /// read of a corrected text, unless the actor may read the history of the work.
    pub async fn text(
        &self,
        actor: &Actor,
        id: AssetId,
        sha256: Sha256,
        version: TextVersion,
    ) -> Result<Deliverable, DeliveryError> {
        let (file, copies) = self.file_with_copies(actor, id, sha256).await?;
        match (&file.text_correction, version) {
            (Some(correction), TextVersion::Current) => {
                return Ok(corrected(actor, &file, correction));
            }
            (Some(_), TextVersion::Machine) => {
                let asset = self.visible(actor, id).await?;
                if !may_read_history(actor, &asset) {
                    return Err(DeliveryError::Forbidden);
                }
            }
            (None, _) => {}
        }
        let text = copies.text.as_ref().ok_or(DeliveryError::NoSuchFile)?;
        Ok(rendered(actor, &file, text))
    }

    /// A file that the actor gets, with what is made from it.
    pub(super) async fn file_with_copies(
        &self,
        actor: &Actor,
        id: AssetId,
        sha256: Sha256,
    ) -> Result<(File, Arc<Copies>), DeliveryError> {
        let asset = self.visible(actor, id).await?;
        let file = find(&asset, sha256)?;
        let copies = self.copies.of(file).await.map_err(FindError::from)?;
        match deliverable(actor, &asset, file, &copies) {
            Some(_) => Ok((file.clone(), copies)),
            None => Err(DeliveryError::NoSuchFile),
        }
    }

    /// The state of the text of a file, with the program that it waits for.
    async fn text_state(&self, recorded: TextState) -> TextState {
        let (TextState::Working(needed), Some(stations)) = (recorded, &self.stations) else {
            return recorded;
        };
        for program in needed {
            let version = stations.programs.version(*program).await;
            if version.is_err_and(|error| error.needs_installation()) {
                return TextState::Waiting(*program);
            }
        }
        recorded
    }

    /// Opens the bytes for reading.
    ///
    /// # Errors
    /// [`BlobError::Missing`] when they are in quarantine, [`BlobError::Io`].
    pub async fn open(&self, deliverable: &Deliverable) -> Result<Content, BlobError> {
        Content::open(&self.blobs, deliverable.key, deliverable.size).await
    }

    /// The work without its text, if the actor may get its files.
    async fn visible(&self, actor: &Actor, id: AssetId) -> Result<Arc<Asset>, DeliveryError> {
        let last_event = *self.last_event.borrow();
        let asset = match self.assets.get(last_event, id) {
            Some(asset) => asset,
            None => {
                let asset = self.read(actor, id).await?;
                self.assets.insert(last_event, id, &asset);
                asset
            }
        };
        check_visible(actor, &asset, self.clock.now())?;
        if is_only_a_link(actor, &asset) {
            return Err(DeliveryError::NoSuchFile);
        }
        Ok(asset)
    }

    async fn read(&self, actor: &Actor, id: AssetId) -> Result<Arc<Asset>, FindError> {
        let mut asset = live_asset(actor, self.catalog.entry(id).await?)?;
        asset.work.body = None;
        Ok(asset.into())
    }
}

fn find(asset: &Asset, sha256: Sha256) -> Result<&File, DeliveryError> {
    let mut files = asset.files.iter();
    files
        .find(|file| file.sha256 == sha256)
        .ok_or(DeliveryError::NoSuchFile)
}
