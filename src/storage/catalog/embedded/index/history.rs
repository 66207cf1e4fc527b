//! The revisions of a work: the place of each in the journal, and the files that only earlier ones have.
//!
//! A file that leaves a work stays referenced until the work is deleted, so that its earlier revisions
//! can be restored. Deleting a work removes its history.

use super::super::journal::Origin;
use super::row::RevisionRow;
use super::staged::Staged;
use super::table::Table;
use super::{key, references};
use crate::domain::asset::{AssetId, Revision};
use crate::storage::catalog::{BlobKey, CatalogError, Event};

/// Adds a revision of a work.
///
/// # Errors
/// None in practice: rows are plain data.
pub(crate) fn add(
    staged: &mut Staged<'_>,
    id: AssetId,
    revision: Revision,
    event: &Event,
    origin: Origin,
) -> Result<(), CatalogError> {
    let row = RevisionRow {
        place: origin.place,
        kind: event.kind.name().to_owned(),
        at_ms: event.at.as_millis(),
        by: event.by.clone(),
        reason: origin.reason,
    };
    staged.put(Table::Revisions, key::revision(id, revision), &row)
}

/// A file leaves the work and stays with its earlier revisions, with the reference it had.
pub(crate) fn keep_file(staged: &mut Staged<'_>, id: AssetId, blob: BlobKey) {
    staged.mark(Table::FormerFiles, key::former_file(id, blob));
}

/// Whether a file that comes to the work was one that only earlier revisions had: its reference is
/// that of the work then.
///
/// # Errors
/// When the index cannot be read.
pub(crate) fn take_back_file(
    staged: &mut Staged<'_>,
    id: AssetId,
    blob: BlobKey,
) -> Result<bool, CatalogError> {
    let is_former = is_former(staged, id, blob)?;
    if is_former {
        staged.remove(Table::FormerFiles, key::former_file(id, blob));
    }
    Ok(is_former)
}

/// Whether only earlier revisions of a work have a file.
///
/// # Errors
/// When the index cannot be read.
pub(crate) fn is_former(
    staged: &Staged<'_>,
    id: AssetId,
    blob: BlobKey,
) -> Result<bool, CatalogError> {
    let key = key::former_file(id, blob);
    Ok(!staged.keys(Table::FormerFiles, &key)?.is_empty())
}

/// Removes all revisions of a work and the references to files that only they had.
///
/// # Errors
/// When the index cannot be read.
pub(crate) fn forget(staged: &mut Staged<'_>, id: AssetId) -> Result<(), CatalogError> {
    for key in staged.keys(Table::Revisions, id.as_bytes())? {
        staged.remove(Table::Revisions, key);
    }
    for key in staged.keys(Table::FormerFiles, id.as_bytes())? {
        if let Some(blob) = key::blob_in(&key) {
            references::remove(staged, blob)?;
        }
        staged.remove(Table::FormerFiles, key);
    }
    Ok(())
}
