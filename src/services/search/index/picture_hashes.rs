//! Perceptual hashes of the pictures of works, and finding similar ones in the index.
//!
//! The hashes of a work are compared only when all its originals are pictures: a poster, a photo,
//! the scanned pages of a leaflet. The cover of a recording and the illustration of a document are
//! not the work itself. A background job computes the hashes; until it has run, and when a picture
//! cannot be decoded, the work has none.
//!
//! Similar hashes are found by the pigeonhole principle: two hashes that differ in at most
//! [`MAX_DISTANCE`] bits, split into one band more than that, have an equal band. The bands are terms
//! of the index, and the whole hashes are a column.

use std::collections::{BTreeSet, HashMap};

use tantivy::query::{BooleanQuery, EnableScoring, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Searcher, Term};

use super::schema::{Fields, column};
use crate::domain::PictureHash;
use crate::domain::asset::{Asset, File, FileRole};
use crate::services::media::perceptual_hash::{MAX_DISTANCE, RECIPE, are_copies};
use crate::storage::catalog::{BlobKey, BlobRecords, CatalogError};

/// Most pictures of a work that are compared: a work with more is a collection.
const MAX_PICTURES: usize = 64;
/// Bands of a hash.
const BANDS: u32 = MAX_DISTANCE + 1;

/// The hashes of the pictures of some works, as far as they are computed.
#[derive(Debug, Default)]
pub(crate) struct PictureHashes(HashMap<BlobKey, Option<PictureHash>>);

impl PictureHashes {
    /// Reads the hashes for all these works in one call of the catalogue.
    pub(crate) async fn of<'a>(
        catalog: &dyn BlobRecords,
        works: impl IntoIterator<Item = &'a Asset>,
    ) -> Result<Self, CatalogError> {
        let files = works.into_iter().filter_map(originals).flatten();
        let keys: Vec<BlobKey> = files.map(|file| file.sha256).collect();
        if keys.is_empty() {
            return Ok(Self::default());
        }
        let records = catalog.blob_records(&keys).await?.into_iter().flatten();
        let hashes = records
            .filter_map(|record| record.picture)
            .filter(|picture| picture.recipe == RECIPE)
            .map(|picture| (picture.of, picture.hash));
        Ok(Self(hashes.collect()))
    }

    /// The hashes of a work; empty when it is not compared by its pictures. Blank pages have none.
    pub(crate) fn of_work(&self, work: &Asset) -> Vec<PictureHash> {
        let hashes = originals(work).map(|files| {
            let hashes = files.map(|file| self.0.get(&file.sha256).copied());
            hashes.collect::<Option<Vec<_>>>()
        });
        hashes
            .flatten()
            .unwrap_or_default()
            .into_iter()
            .flatten()
            .collect()
    }
}

/// The originals of a work, if all of them are pictures.
fn originals(work: &Asset) -> Option<impl Iterator<Item = &File>> {
    let files = || {
        let files = work.files.iter();
        files.filter(|file| file.role == FileRole::Original)
    };
    let are_pictures = files().all(|file| file.media_type.starts_with("image/"));
    (are_pictures && files().count() <= MAX_PICTURES).then(files)
}

/// Whether each picture of either work has a copy in the other.
pub(crate) fn have_same_pictures(ours: &[PictureHash], theirs: &[PictureHash]) -> bool {
    let all_in = |some: &[PictureHash], others: &[PictureHash]| {
        let has_copy = |one: &PictureHash| others.iter().any(|other| are_copies(*one, *other));
        some.iter().all(has_copy)
    };
    !ours.is_empty() && all_in(ours, theirs) && all_in(theirs, ours)
}

/// The bands of a hash as index terms: the number of the band, then its bits.
pub(crate) fn bands(hash: PictureHash) -> impl Iterator<Item = u64> {
    (0..BANDS).map(move |band| {
        let (start, end) = (band * 64 / BANDS, (band + 1) * 64 / BANDS);
        let bits = (hash.bits() >> start) & ((1 << (end - start)) - 1);
        (u64::from(band) << 32) | bits
    })
}

/// All hashes in the index that are copies of `hash`: finds the works that share a band and compares
/// their whole hashes.
pub(crate) fn copies_of(
    searcher: &Searcher,
    fields: &Fields,
    hash: PictureHash,
) -> tantivy::Result<BTreeSet<u64>> {
    let mut copies = BTreeSet::new();
    let any_band = any_of(fields.picture_bands, bands(hash));
    let weight = any_band.weight(EnableScoring::disabled_from_searcher(searcher))?;
    for reader in searcher.segment_readers() {
        let column = reader.fast_fields().column_opt::<u64>(column::PICTURES)?;
        let Some(pictures) = column else {
            continue;
        };
        weight.for_each_no_score(reader, &mut |works| {
            let hashes = works.iter().flat_map(|work| pictures.values_for_doc(*work));
            let is_copy = |bits: &u64| are_copies(hash, PictureHash::from_bits(*bits));
            copies.extend(hashes.filter(is_copy));
        })?;
    }
    Ok(copies)
}

/// A query for works that have any of these numbers in a field.
pub(crate) fn any_of(field: Field, numbers: impl IntoIterator<Item = u64>) -> BooleanQuery {
    let term = |number| -> Box<dyn Query> {
        let term = Term::from_field_u64(field, number);
        Box::new(TermQuery::new(term, IndexRecordOption::Basic))
    };
    let terms = numbers
        .into_iter()
        .map(|number| (Occur::Should, term(number)));
    BooleanQuery::new(terms.collect())
}
