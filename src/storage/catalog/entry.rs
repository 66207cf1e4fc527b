//! What the catalogue has under the id of a work.

use crate::domain::asset::{Asset, AssetId, Tombstone};

/// An entry of the catalogue: a work or what remains of a deleted one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A work.
    Asset(Box<Asset>),
    /// The tombstone of a deleted work.
    Tombstone(Tombstone),
}

impl Entry {
    /// Its id.
    pub fn id(&self) -> AssetId {
        match self {
            Self::Asset(asset) => asset.id,
            Self::Tombstone(tombstone) => tombstone.id,
        }
    }
}
