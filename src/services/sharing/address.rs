//! Addresses of works, files, feeds and vocabularies.
//!
//! Documents such as feeds contain absolute addresses, so services need them too. They begin with the
//! configured public address, never with a `Host` header.

use crate::domain::Sha256;
use crate::domain::asset::{AssetId, Revision};

/// Builds addresses below the public address of the archive.
#[derive(Debug, Clone, Copy)]
pub struct Addresses<'a> {
    base: &'a str,
}

impl<'a> Addresses<'a> {
    /// `base` is absolute and has no slash at its end.
    pub const fn below(base: &'a str) -> Self {
        Self { base }
    }

    /// The start page.
    pub fn home(&self) -> String {
        format!("{}/", self.base)
    }

    /// A work.
    pub fn work(&self, id: AssetId) -> String {
        format!("{}/api/v1/assets/{id}", self.base)
    }

    /// The page of a work for people.
    pub fn page(&self, id: AssetId) -> String {
        format!("{}/t/{id}", self.base)
    }

    /// A file of a work.
    pub fn file(&self, id: AssetId, sha256: Sha256) -> String {
        format!("{}/files/{sha256}", self.work(id))
    }

    /// What was read from a file of a work.
    pub fn text(&self, id: AssetId, sha256: Sha256) -> String {
        format!("{}/text", self.file(id, sha256))
    }

    /// The captions in a file of a work, as WebVTT.
    pub fn captions(&self, id: AssetId, sha256: Sha256) -> String {
        format!("{}/captions", self.file(id, sha256))
    }

    /// A file that a work had at a revision.
    pub fn earlier_file(&self, id: AssetId, revision: Revision, sha256: Sha256) -> String {
        format!("{}/revisions/{revision}/files/{sha256}", self.work(id))
    }

    /// A sealed file of a work.
    pub fn sealed_file(&self, id: AssetId, sha256: Sha256) -> String {
        format!("{}/sealed-files/{sha256}", self.work(id))
    }

    /// The preview of an image of a work whose longer side has so many pixels.
    pub fn preview(&self, id: AssetId, sha256: Sha256, side_px: u32) -> String {
        format!("{}/preview/{side_px}", self.file(id, sha256))
    }

    /// The waveform of a sound of a work, as numbers.
    pub fn waveform(&self, id: AssetId, sha256: Sha256) -> String {
        format!("{}/waveform", self.file(id, sha256))
    }

    /// The waveform of a sound of a work, as a picture.
    pub fn waveform_picture(&self, id: AssetId, sha256: Sha256) -> String {
        format!("{}/waveform.svg", self.file(id, sha256))
    }

    /// The copy of a sound of a work for stations.
    pub fn broadcast_copy(&self, id: AssetId, sha256: Sha256, profile: &str) -> String {
        format!("{}/copies/{profile}", self.file(id, sha256))
    }

    /// The works similar to a work.
    pub fn similar(&self, id: AssetId) -> String {
        format!("{}/similar", self.work(id))
    }

    /// The feed of the works of an organisation; of all works for `None`.
    pub fn feed(&self, organisation: Option<&str>) -> String {
        let feed = format!("{}/api/v1/search/feed", self.base);
        match organisation {
            Some(slug) => format!("{feed}?organisation={slug}"),
            None => feed,
        }
    }

    /// A vocabulary: its permanent address, which redirects to the API.
    pub fn scheme(&self, scheme: &str) -> String {
        format!("{}/vocab/{scheme}", self.base)
    }

    /// The permanent address of a concept.
    pub fn concept(&self, scheme: &str, slug: &str) -> String {
        format!("{}/{slug}", self.scheme(scheme))
    }
}
