//! The orders of hits, and the position of a hit in one.

use crate::domain::asset::AssetId;
use crate::services::search::analysis::sketch::ShortSketch;

/// The order of hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Order {
    /// TopHits match first.
    #[default]
    Relevance,
    /// Latest date of making first.
    Newest,
    /// Earliest date of making first.
    Oldest,
    /// By title, in Vietnamese alphabetical order.
    Title,
    /// Latest publication or change first.
    Changed,
}

impl Order {
    /// Every order.
    pub const ALL: [Self; 5] = [
        Self::Relevance,
        Self::Newest,
        Self::Oldest,
        Self::Title,
        Self::Changed,
    ];
    /// Every order with its name in the API.
    pub const NAMES: [(&'static str, Self); 5] = [
        ("relevance", Self::Relevance),
        ("newest", Self::Newest),
        ("oldest", Self::Oldest),
        ("title", Self::Title),
        ("changed", Self::Changed),
    ];
}

/// The position of a hit in an order: greater positions come first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SortPosition {
    /// Sort key, compared as bytes.
    pub(crate) key: Vec<u8>,
    /// The id, which breaks ties.
    pub(crate) id: u128,
}

/// A hit with its position in the order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RankedHit {
    pub(crate) id: AssetId,
    pub(crate) position: SortPosition,
    /// Sum of weighted BM25 scores; 0 in other orders than relevance.
    pub(crate) score: f32,
    /// The sketch of its text, for recognising near-duplicates.
    pub(crate) sketch: Option<ShortSketch>,
}
