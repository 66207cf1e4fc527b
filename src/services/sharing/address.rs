//! Addresses of works, files and vocabularies.
//!
//! Documents such as feeds contain absolute addresses, so services need them too. They begin with the
//! configured public address, never with a `Host` header.

use crate::domain::Sha256;
use crate::domain::asset::AssetId;

/// Builds addresses below the public address of the archive.
#[derive(Debug, Clone, Copy)]
pub(super) struct Addresses<'a> {
    base: &'a str,
}

impl<'a> Addresses<'a> {
    /// `base` is absolute and has no slash at its end.
    pub(super) const fn below(base: &'a str) -> Self {
        Self { base }
    }

    /// The start page.
    pub(super) fn home(&self) -> String {
        format!("{}/", self.base)
    }

    /// A work.
    pub(super) fn work(&self, id: AssetId) -> String {
        format!("{}/api/v1/assets/{id}", self.base)
    }

    /// A file of a work.
    pub(super) fn file(&self, id: AssetId, sha256: Sha256) -> String {
        format!("{}/files/{sha256}", self.work(id))
    }

    /// A vocabulary: its permanent address, which redirects to the API.
    pub(super) fn scheme(&self, scheme: &str) -> String {
        format!("{}/vocab/{scheme}", self.base)
    }
}
