//! What the catalogue records of stored blobs: copies derived from them, their perceptual hashes and
//! their audits.

use crate::domain::asset::ProcessingFailure;
use crate::domain::{PictureHash, Sha256, Timestamp};

/// The address of a blob: the SHA-256 of its bytes.
pub type BlobKey = Sha256;

/// A copy derived from a blob: a preview of an image, later a station's audio file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendition {
    /// The blob it was made from.
    pub of: BlobKey,
    /// Which recipe, with its version: `preview-400/1`.
    pub recipe: String,
    /// The address of its bytes.
    pub blob: BlobKey,
    /// Length in bytes.
    pub size: u64,
    /// Media type, e.g. `image/jpeg`.
    pub media_type: String,
    /// Width in pixels, for images and video.
    pub width_px: Option<u32>,
    /// Height in pixels, for images and video.
    pub height_px: Option<u32>,
}

/// The perceptual hash of a picture in a blob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HashedPicture {
    /// The hashed blob.
    pub of: BlobKey,
    /// The recipe of the hash with its version: `perceptual-hash/1`. Hashes of different recipes cannot be
    /// compared.
    pub recipe: String,
    /// The hash; `None` when the picture has too little structure.
    pub hash: Option<PictureHash>,
}

/// What processing a blob came to when no rendition was made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessedBlob {
    /// The processed blob.
    pub of: BlobKey,
    /// The recipe with its version: `public-copy/1`.
    pub recipe: String,
    /// Its result.
    pub result: ProcessingResult,
}

/// Why a blob has no rendition for the public.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProcessingResult {
    /// It contains nothing that a public copy must not contain: the public gets the blob itself.
    NothingToRemove,
    /// It cannot be made.
    Failed(ProcessingFailure),
    /// It was asked for and is not made yet.
    Awaited,
}

/// What the catalogue records of one referenced blob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobRecord {
    /// The content address.
    pub key: BlobKey,
    /// The last audit, if there was one.
    pub audit: Option<Audit>,
    /// What the picture in it looks like, if it is one and was looked at.
    pub picture: Option<HashedPicture>,
    /// What processing it for its public copy came to, if that was not a rendition.
    pub processed: Option<ProcessedBlob>,
    /// What other processing came to, at most one for each name of a recipe.
    pub further: Vec<ProcessedBlob>,
}

impl BlobRecord {
    /// What processing by the recipes of this name came to, if that was not a rendition.
    pub fn result_of(&self, name: &str) -> Option<&ProcessedBlob> {
        self.further.iter().find(|one| one.name() == Some(name))
    }
}

impl ProcessedBlob {
    /// The name of a recipe that is not one of a public copy: `text` of `text/1`.
    pub fn name(&self) -> Option<&str> {
        let name = self.recipe.split('/').next()?;
        let is_public_copy = ["public-copy", "preview-", "redacted-"];
        let is_public_copy = is_public_copy.iter().any(|start| name.starts_with(start));
        (!is_public_copy).then_some(name)
    }
}

/// One fixity check of a blob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// Which blob.
    pub blob: BlobKey,
    /// When it was read.
    pub at: Timestamp,
    /// What was found.
    pub outcome: AuditOutcome,
}

/// What a fixity check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditOutcome {
    /// The bytes hash to their name.
    Intact,
    /// They do not; the blob was quarantined.
    Damaged,
    /// There are no such bytes.
    Missing,
}
