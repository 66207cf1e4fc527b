//! What the pictures of works look like, and where the index has any like one.
//!
//! A work is recognised by its pictures when they are all that its originals are: a poster, a
//! photo, the scanned pages of a leaflet. A sound or film has a cover, a document an
//! illustration, and neither is the work. Pictures are known once their job has looked at them;
//! until then, and when one of them cannot be decoded, the work is not recognised by them.
//!
//! Near hashes are found by the pigeonhole principle: two that differ in at most
//! [`MAX_DISTANCE`] bits, cut into one piece more than that, have a piece in common. The pieces are
//! terms of the index, the whole hashes a column of it.

use std::collections::{BTreeSet, HashMap};

use tantivy::query::{BooleanQuery, EnableScoring, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Searcher, Term};

use super::schema::Fields;
use super::schema::column;
use crate::domain::PictureHash;
use crate::domain::asset::{Asset, File, FileRole};
use crate::services::media::perceptual_hash::{MAX_DISTANCE, RECIPE, are_copies};
use crate::storage::catalog::{BlobKey, Catalog, CatalogError};

/// A work with more pictures is not recognised by them: it is a collection.
const MAX_PICTURES: usize = 64;
/// Pieces of a hash.
const BANDS: u32 = MAX_DISTANCE + 1;

/// What is known of the pictures of some works.
#[derive(Debug, Default)]
pub(crate) struct Pictures(HashMap<BlobKey, Option<PictureHash>>);

impl Pictures {
    /// Asks the catalogue, once for all works.
    pub(crate) async fn of<'a>(
        catalog: &dyn Catalog,
        works: impl IntoIterator<Item = &'a Asset>,
    ) -> Result<Self, CatalogError> {
        let files = works.into_iter().filter_map(originals).flatten();
        let keys: Vec<BlobKey> = files.map(|file| file.sha256).collect();
        if keys.is_empty() {
            return Ok(Self::default());
        }
        let records = catalog.blob_records(&keys).await?.into_iter().flatten();
        let known = records.filter_map(|record| record.picture);
        let known = known.filter(|picture| picture.recipe == RECIPE);
        Ok(Self(known.map(|known| (known.of, known.hash)).collect()))
    }

    /// What a work is recognised by; empty when not by its pictures. Blank pages are passed over.
    pub(crate) fn of_work(&self, work: &Asset) -> Vec<PictureHash> {
        let looks = originals(work).map(|files| {
            let looks = files.map(|file| self.0.get(&file.sha256).copied());
            looks.collect::<Option<Vec<_>>>()
        });
        looks
            .flatten()
            .unwrap_or_default()
            .into_iter()
            .flatten()
            .collect()
    }
}

/// The originals of a work, if they are pictures and nothing else.
fn originals(work: &Asset) -> Option<impl Iterator<Item = &File>> {
    let files = || {
        let files = work.files.iter();
        files.filter(|file| file.role == FileRole::Original)
    };
    let are_pictures = files().all(|file| file.media_type.starts_with("image/"));
    (are_pictures && files().count() <= MAX_PICTURES).then(files)
}

/// Whether each picture of either work has a copy in the other.
pub(crate) fn are_the_same(ours: &[PictureHash], theirs: &[PictureHash]) -> bool {
    let all_in = |some: &[PictureHash], others: &[PictureHash]| {
        let has_copy = |one: &PictureHash| others.iter().any(|other| are_copies(*one, *other));
        some.iter().all(has_copy)
    };
    !ours.is_empty() && all_in(ours, theirs) && all_in(theirs, ours)
}

/// The pieces of a hash as terms: the number of the piece, then its bits.
pub(crate) fn bands(hash: PictureHash) -> impl Iterator<Item = u64> {
    (0..BANDS).map(move |band| {
        let (start, end) = (band * 64 / BANDS, (band + 1) * 64 / BANDS);
        let bits = (hash.bits() >> start) & ((1 << (end - start)) - 1);
        (u64::from(band) << 32) | bits
    })
}

/// The hashes in the index that are near to one, of whatever works: a look-up of its pieces, each
/// work that shares one checked by its whole hashes.
pub(crate) fn near(
    searcher: &Searcher,
    fields: &Fields,
    hash: PictureHash,
) -> tantivy::Result<BTreeSet<u64>> {
    let mut near = BTreeSet::new();
    let pieces = any_of(fields.picture_bands, bands(hash));
    let weight = pieces.weight(EnableScoring::disabled_from_searcher(searcher))?;
    for reader in searcher.segment_readers() {
        let column = reader.fast_fields().column_opt::<u64>(column::PICTURES)?;
        let Some(pictures) = column else {
            continue;
        };
        weight.for_each_no_score(reader, &mut |works| {
            let hashes = works.iter().flat_map(|work| pictures.values_for_doc(*work));
            let is_near = |bits: &u64| are_copies(hash, PictureHash::from_bits(*bits));
            near.extend(hashes.filter(is_near));
        })?;
    }
    Ok(near)
}

/// Works that carry any of these numbers.
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
