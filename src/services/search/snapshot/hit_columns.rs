//! The columns that are read for every hit: id and text sketch.

use tantivy::columnar::Column;
use tantivy::{DocId, SegmentReader};

use crate::domain::asset::AssetId;
use crate::services::search::analysis::sketch::ShortSketch;
use crate::services::search::index::schema::column;

/// The open columns of a segment. Opening them for each query costs more than reading them.
#[derive(Debug)]
pub(crate) struct HitColumns {
    id_high: Column<u64>,
    id_low: Column<u64>,
    sketch_high: Column<u64>,
    sketch_low: Column<u64>,
}

impl HitColumns {
    /// Opens the columns of a segment.
    pub(crate) fn open(reader: &SegmentReader) -> tantivy::Result<Self> {
        let fast = reader.fast_fields();
        Ok(Self {
            id_high: fast.u64(column::ID_HIGH)?,
            id_low: fast.u64(column::ID_LOW)?,
            sketch_high: fast.u64(column::SKETCH_HIGH)?,
            sketch_low: fast.u64(column::SKETCH_LOW)?,
        })
    }

    /// The id of the work.
    pub(crate) fn id(&self, doc: DocId) -> AssetId {
        AssetId::from_bytes(self.id_number(doc).to_be_bytes())
    }

    /// The id as a number, which breaks ties in every order.
    pub(crate) fn id_number(&self, doc: DocId) -> u128 {
        let half = |column: &Column<u64>| u128::from(column.first(doc).unwrap_or(0));
        (half(&self.id_high) << 64) | half(&self.id_low)
    }

    /// The MinHash sketch of its text, if it has one.
    pub(crate) fn sketch(&self, doc: DocId) -> Option<ShortSketch> {
        let halves = self.sketch_high.first(doc).zip(self.sketch_low.first(doc));
        halves.map(|(high, low)| ShortSketch::from_halves(high, low))
    }
}
