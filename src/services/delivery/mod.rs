//! Hands files out: which bytes, under which name, to whom.
//!
//! Every answer goes through [`policy`]. Those entitled get the file as it was deposited; all
//! others get an image only as a copy made anew from its pixels, because the original may tell
//! places, serial numbers and names, and under a name that tells nothing either. A work that allows
//! only a link has no files for others. What somebody was never to see is not found; what they
//! could once see and is gone, is gone.
//!
//! What is not here: ranges, conditions and headers are the business of HTTP.

mod content;
mod presentation;
mod recent;

use std::sync::Arc;

use tokio::sync::watch;

pub use content::Content;
pub use presentation::Presentation;

use recent::Recent;

use crate::clock::Clock;
use crate::domain::access::Actor;
use crate::domain::access::policy::{self, Sight};
use crate::domain::asset::{Asset, AssetId, File, FileRole, State, Work};
use crate::domain::{Sha256, Timestamp};
use crate::storage::blobs::{BlobError, BlobStore};
use crate::storage::catalog::{BlobKey, Catalog, CatalogError, Entry, EventNumber, Rendition};

/// Finds what may be handed out.
#[derive(Clone)]
pub struct Delivery {
    catalog: Arc<dyn Catalog>,
    blobs: Arc<dyn BlobStore>,
    clock: Clock,
    /// The last event of the catalogue.
    last_event: watch::Receiver<EventNumber>,
    recent: Arc<Recent>,
}

/// Something that may be handed out to the actor who asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deliverable {
    /// Where the bytes are; they never change, so this is also their strong validator.
    pub key: BlobKey,
    /// Length in bytes.
    pub size: u64,
    /// Media type of these bytes.
    pub media_type: String,
    /// The name to save them under.
    pub file_name: String,
    /// How a browser may show them.
    pub presentation: Presentation,
    /// When the file was attached.
    pub last_modified: Timestamp,
    /// Who may keep a copy of the answer.
    pub cacheability: Cacheability,
}

/// Who may keep a copy of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cacheability {
    /// Anybody: it was made for nobody in particular.
    Public,
    /// Only whoever asked.
    Private,
}

/// Why nothing is handed out.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// There is no such file, or none that this actor may know of.
    #[error("no such file")]
    NotFound,
    /// There was one that this actor could see, and it was taken back or deleted.
    #[error("the file is gone")]
    Gone {
        /// What was said about it when the work was withdrawn.
        reason: Option<String>,
    },
    /// The catalogue failed.
    #[error("the catalogue could not be asked")]
    Catalog(#[from] CatalogError),
    /// The bytes could not be read.
    #[error("the bytes could not be read")]
    Blobs(#[from] BlobError),
}

impl Delivery {
    /// Over these stores.
    pub fn new(catalog: Arc<dyn Catalog>, blobs: Arc<dyn BlobStore>, clock: Clock) -> Self {
        Self {
            last_event: catalog.watch_events(),
            recent: Arc::new(Recent::new()),
            catalog,
            blobs,
            clock,
        }
    }

    /// A file of a work, or what the actor gets in its place.
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
        let handed_out = self.handed_out(actor, &asset, file).await?;
        handed_out.ok_or(DeliveryError::NotFound)
    }

    /// The first originals of a work that the actor can see, each with what they get in its place:
    /// for feeds and harvests, which tell lengths and types before anybody fetches. Files of
    /// which the actor gets nothing, or not yet, are left out.
    ///
    /// # Errors
    /// Those of the catalogue.
    pub async fn originals(
        &self,
        actor: &Actor,
        asset: &Asset,
        most: usize,
    ) -> Result<Vec<(Sha256, Deliverable)>, CatalogError> {
        let mut found = Vec::new();
        if is_only_a_link(actor, asset) {
            return Ok(found);
        }
        let originals = asset.files.iter().filter(|f| f.role == FileRole::Original);
        for file in originals.take(most) {
            let handed_out = self.handed_out(actor, asset, file).await?;
            found.extend(handed_out.map(|bytes| (file.sha256, bytes)));
        }
        Ok(found)
    }

    /// What the actor gets for a file of a work they can see: none while an image has no copy.
    async fn handed_out(
        &self,
        actor: &Actor,
        asset: &Asset,
        file: &File,
    ) -> Result<Option<Deliverable>, CatalogError> {
        if policy::may_fetch_untouched_original(actor, asset) {
            return Ok(Some(untouched(actor, file, file.name.clone())));
        }
        if !is_image(file) {
            return Ok(Some(untouched(actor, file, file.neutral_name())));
        }
        let copies = self.catalog.renditions(file.sha256).await?.into_iter();
        let widest = copies.max_by_key(|copy| copy.width_px);
        Ok(widest.map(|copy| rendered(actor, file, copy)))
    }

    /// The preview of an image that fits a square of `size_px`.
    ///
    /// # Errors
    /// [`DeliveryError`]; not found too when there is none of this size.
    pub async fn preview(
        &self,
        actor: &Actor,
        id: AssetId,
        sha256: Sha256,
        size_px: u32,
    ) -> Result<Deliverable, DeliveryError> {
        let asset = self.visible(actor, id).await?;
        let file = find(&asset, sha256)?;
        let recipe = format!("preview-{size_px}/");
        let copies = self.catalog.renditions(sha256).await?.into_iter();
        let of_size = copies.filter(|copy| copy.recipe.starts_with(&recipe));
        // A newer version of a recipe sorts after an older one.
        let newest = of_size.max_by(|one, other| one.recipe.cmp(&other.recipe));
        let copy = newest.ok_or(DeliveryError::NotFound)?;
        Ok(rendered(actor, file, copy))
    }

    /// Opens the bytes for reading.
    ///
    /// # Errors
    /// [`BlobError::Missing`] when they are in quarantine, [`BlobError::Io`].
    pub async fn open(&self, deliverable: &Deliverable) -> Result<Content, BlobError> {
        Content::open(&self.blobs, deliverable.key, deliverable.size).await
    }

    /// The work without its text, if the actor may see its files.
    async fn visible(&self, actor: &Actor, id: AssetId) -> Result<Arc<Asset>, DeliveryError> {
        let last_event = *self.last_event.borrow();
        let asset = match self.recent.get(last_event, id) {
            Some(asset) => asset,
            None => {
                let asset = self.read(actor, id).await?;
                self.recent.keep(last_event, &asset);
                asset
            }
        };
        judge(actor, &asset, self.clock.now())?;
        Ok(asset)
    }

    async fn read(&self, actor: &Actor, id: AssetId) -> Result<Arc<Asset>, DeliveryError> {
        match self.catalog.entry(id).await? {
            Some(Entry::Asset(mut asset)) => {
                asset.work.body = None;
                Ok(asset.into())
            }
            Some(Entry::Tombstone(gone)) if policy::may_learn_of_removal(actor, gone.exposure) => {
                Err(DeliveryError::Gone { reason: None })
            }
            Some(Entry::Tombstone(_)) | None => Err(DeliveryError::NotFound),
        }
    }
}

fn judge(actor: &Actor, asset: &Asset, now: Timestamp) -> Result<(), DeliveryError> {
    match policy::sight(actor, asset, now) {
        Sight::Visible if is_only_a_link(actor, asset) => Err(DeliveryError::NotFound),
        Sight::Visible => Ok(()),
        Sight::Hidden => Err(DeliveryError::NotFound),
        Sight::Gone => {
            let reason = match &asset.state {
                State::Withdrawn { reason } => Some(reason.clone()),
                _ => None,
            };
            Err(DeliveryError::Gone { reason })
        }
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
        .ok_or(DeliveryError::NotFound)
}

fn is_image(file: &File) -> bool {
    file.media_type.starts_with("image/")
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
    let extension = match copy.media_type.as_str() {
        "image/jpeg" => "jpg",
        other => other.rsplit('/').next().unwrap_or("bin"),
    };
    let name = file.neutral_name();
    let stem = name.split('.').next().unwrap_or(&name);
    Deliverable {
        key: copy.blob,
        size: copy.size,
        file_name: format!("{stem}.{extension}"),
        presentation: Presentation::of(&copy.media_type),
        last_modified: file.attached_at,
        cacheability: cacheability(actor),
        media_type: copy.media_type,
    }
}

/// What anybody gets may be kept by anybody. Others may get more under the same address.
fn cacheability(actor: &Actor) -> Cacheability {
    match actor {
        Actor::Anonymous => Cacheability::Public,
        Actor::Holder { .. } | Actor::System => Cacheability::Private,
    }
}
