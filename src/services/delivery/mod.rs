//! Delivery of files: which bytes, under which name, to whom.
//!
//! Every request goes through the access policy. Those entitled get the file as deposited; everybody else
//! gets images, sound and film only as copies, because the original may reveal places, serial numbers and
//! names: an image rendered from its pixels under a neutral name, sound and film without metadata. A work whose terms allow only a link delivers no files to
//! others. Which rendition is delivered follows from its purpose ([`recipe`]).
//!
//! Not here: ranges, conditional requests and headers, which belong to HTTP.

mod cache;
mod content;
mod presentation;

use std::sync::Arc;

use tokio::sync::watch;

pub use content::Content;
pub use presentation::Presentation;

use cache::Cache;

use crate::clock::Clock;
use crate::domain::access::Actor;
use crate::domain::access::policy;
use crate::domain::asset::{Asset, AssetId, File, FileRole, Processing, Revision, Work};
use crate::domain::{Sha256, Timestamp};
use crate::services::media::public_copy;
use crate::services::media::recipe::{self, Purpose};
use crate::services::works::{FindError, check_visible, live_asset, may_read_history};
use crate::storage::blobs::{BlobError, BlobStore};
use crate::storage::catalog::{BlobKey, Catalog, CatalogError, EventNumber, Rendition};

/// Finds the bytes to deliver.
#[derive(Clone)]
pub struct Delivery {
    catalog: Arc<dyn Catalog>,
    blobs: Arc<dyn BlobStore>,
    clock: Clock,
    /// The last event of the catalogue.
    last_event: watch::Receiver<EventNumber>,
    assets: Arc<Cache<AssetId, Asset>>,
    copies: Arc<Cache<Sha256, PublicCopy>>,
}

/// Bytes that may be delivered to the requesting actor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deliverable {
    /// The address of the bytes; they never change, so this is also their strong validator.
    pub key: BlobKey,
    /// Length in bytes.
    pub size: u64,
    /// Media type of these bytes.
    pub media_type: String,
    /// The name for a download.
    pub file_name: String,
    /// How a browser may show them.
    pub presentation: Presentation,
    /// When the file was attached.
    pub last_modified: Timestamp,
    /// Who may cache the response.
    pub cacheability: Cacheability,
}

/// Who may cache a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cacheability {
    /// Everybody: it does not depend on the actor.
    Public,
    /// Only the requesting client.
    Private,
}

/// What the public gets of a file.
enum PublicCopy {
    /// Nothing, or nothing yet.
    None,
    /// The file itself: there is nothing in it to remove.
    Original,
    /// A copy.
    Rendition(Rendition),
}

/// Why nothing is delivered.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// The actor cannot see the work, or the catalogue failed.
    #[error(transparent)]
    Work(#[from] FindError),
    /// The actor sees the work but may not get this of it.
    #[error("the actor may not get this file")]
    Forbidden,
    /// The work has no such file, or none that this actor may get.
    #[error("no such file")]
    NoSuchFile,
    /// The bytes could not be read.
    #[error("the bytes could not be read")]
    Blobs(#[from] BlobError),
}

impl Delivery {
    /// Delivery from these stores.
    pub fn new(catalog: Arc<dyn Catalog>, blobs: Arc<dyn BlobStore>, clock: Clock) -> Self {
        Self {
            last_event: catalog.watch_events(),
            assets: Arc::new(Cache::new()),
            copies: Arc::new(Cache::new()),
            catalog,
            blobs,
            clock,
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
        let deliverable = self.deliverable(actor, &asset, file).await;
        deliverable
            .map_err(FindError::from)?
            .ok_or(DeliveryError::NoSuchFile)
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
        for file in originals.take(limit) {
            let deliverable = self.deliverable(actor, asset, file).await?;
            found.extend(deliverable.map(|bytes| (file.sha256, bytes)));
        }
        Ok(found)
    }

    /// What the actor gets of a file of a visible work; `None` while it has no public copy.
    async fn deliverable(
        &self,
        actor: &Actor,
        asset: &Asset,
        file: &File,
    ) -> Result<Option<Deliverable>, CatalogError> {
        if policy::may_fetch_untouched_original(actor, asset) {
            return Ok(Some(untouched(actor, file, file.name.clone())));
        }
        if !public_copy::is_required(&file.media_type) {
            return Ok(Some(untouched(actor, file, file.neutral_name())));
        }
        let event = *self.last_event.borrow();
        let copy = match self.copies.get(event, file.sha256) {
            Some(copy) => copy,
            None => {
                let copy = Arc::new(self.public_copy(file).await?);
                self.copies.insert(event, file.sha256, &copy);
                copy
            }
        };
        Ok(match &*copy {
            PublicCopy::None => None,
            PublicCopy::Original => Some(untouched(actor, file, file.neutral_name())),
            PublicCopy::Rendition(copy) => Some(rendered(actor, file, copy.clone())),
        })
    }

    async fn public_copy(&self, file: &File) -> Result<PublicCopy, CatalogError> {
        let renditions = self.catalog.renditions(file.sha256).await?.into_iter();
        let widest_copy = renditions
            .filter(|copy| recipe::serves(&copy.recipe, Purpose::PublicCopy))
            .max_by_key(|copy| copy.width_px);
        if let Some(copy) = widest_copy {
            return Ok(PublicCopy::Rendition(copy));
        }
        let mut records = self.catalog.blob_records(&[file.sha256]).await?;
        let record = records.pop().flatten();
        let state = public_copy::state_without_rendition(&file.media_type, record.as_ref());
        Ok(match state {
            Processing::Ready => PublicCopy::Original,
            Processing::Working | Processing::Failed(_) => PublicCopy::None,
        })
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
        let renditions = self.catalog.renditions(sha256).await;
        let newest = renditions
            .map_err(FindError::from)?
            .into_iter()
            .filter(|copy| recipe::serves(&copy.recipe, Purpose::Preview))
            .filter(|copy| recipe::is_preview_of(&copy.recipe, size_px))
            // A newer version of a recipe sorts after an older one.
            .max_by(|one, other| one.recipe.cmp(&other.recipe));
        let copy = newest.ok_or(DeliveryError::NoSuchFile)?;
        Ok(rendered(actor, file, copy))
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

/// Whether the terms allow a link to the work but none of its files to this actor.
fn is_only_a_link(actor: &Actor, asset: &Asset) -> bool {
    asset.work.reuse_terms.as_str() == Work::LINK_ONLY
        && !policy::may_fetch_untouched_original(actor, asset)
}

fn find(asset: &Asset, sha256: Sha256) -> Result<&File, DeliveryError> {
    let mut files = asset.files.iter();
    files
        .find(|file| file.sha256 == sha256)
        .ok_or(DeliveryError::NoSuchFile)
}

fn untouched(actor: &Actor, file: &File, file_name: String) -> Deliverable {
    Deliverable {
        key: file.sha256,
        size: file.size,
        media_type: file.media_type.clone(),
        file_name,
        presentation: Presentation::of(&file.media_type),
        last_modified: file.attached_at,
        cacheability: cacheability(actor),
    }
}

fn rendered(actor: &Actor, file: &File, copy: Rendition) -> Deliverable {
    let name = file.neutral_name();
    let file_name = if copy.media_type == file.media_type {
        name
    } else {
        let extension = match copy.media_type.as_str() {
            "image/jpeg" => "jpg",
            other => other.rsplit('/').next().unwrap_or("bin"),
        };
        let stem = name.split('.').next().unwrap_or(&name);
        format!("{stem}.{extension}")
    };
    Deliverable {
        key: copy.blob,
        size: copy.size,
        file_name,
        presentation: Presentation::of(&copy.media_type),
        last_modified: file.attached_at,
        cacheability: cacheability(actor),
        media_type: copy.media_type,
    }
}

/// What anonymous actors get may be cached by everybody. Others may get more under the same address.
fn cacheability(actor: &Actor) -> Cacheability {
    match actor {
        Actor::Anonymous => Cacheability::Public,
        Actor::Holder { .. } | Actor::System => Cacheability::Private,
    }
}
