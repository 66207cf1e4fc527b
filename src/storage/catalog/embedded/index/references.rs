//! How often each blob is referenced.

use super::row::BlobRow;
use super::staged::Staged;
use super::table::Table;
use crate::domain::Sha256;
use crate::storage::catalog::record::RenditionRecord;
use crate::storage::catalog::{BlobKey, CatalogError};

/// Counts one more reference.
///
/// # Errors
/// When the index cannot be read.
pub(crate) fn add(staged: &mut Staged<'_>, blob: BlobKey) -> Result<(), CatalogError> {
    let row: Option<BlobRow> = staged.get(Table::Blobs, blob.as_bytes())?;
    let mut row = row.unwrap_or_default();
    row.references += 1;
    staged.put(Table::Blobs, *blob.as_bytes(), &row)
}

/// Counts one reference less. A blob that nothing references any more leaves the table, and its
/// renditions with it.
///
/// # Errors
/// When the index cannot be read.
pub(crate) fn remove(staged: &mut Staged<'_>, blob: BlobKey) -> Result<(), CatalogError> {
    let mut dropped = vec![blob];
    while let Some(blob) = dropped.pop() {
        let Some(mut row) = staged.get::<BlobRow>(Table::Blobs, blob.as_bytes())? else {
            continue;
        };
        row.references = row.references.saturating_sub(1);
        if row.references > 0 {
            staged.put(Table::Blobs, *blob.as_bytes(), &row)?;
            continue;
        }
        staged.remove(Table::Blobs, *blob.as_bytes());
        for key in staged.keys(Table::Renditions, blob.as_bytes())? {
            if let Some(record) = staged.get::<RenditionRecord>(Table::Renditions, &key)? {
                dropped.extend(record.upgrade().blob.parse::<Sha256>().ok());
            }
            staged.remove(Table::Renditions, key);
        }
    }
    Ok(())
}
