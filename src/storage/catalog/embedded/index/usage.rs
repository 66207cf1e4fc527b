//! What each organisation takes up, counted along with every change of a work and of a record that holds bytes.

use super::row::{AssetRow, UsageRow};
use super::staged::Staged;
use super::table::Table;
use crate::storage::catalog::record::StoredHeld;
use crate::storage::catalog::{CatalogError, Usage};

/// What an organisation uses, as the changes staged so far leave it.
///
/// # Errors
/// When the index cannot be read.
pub(crate) fn of(staged: &Staged<'_>, organisation: &str) -> Result<Usage, CatalogError> {
    let row: Option<UsageRow> = staged.get(Table::Usage, organisation.as_bytes())?;
    Ok(Usage::from(row.unwrap_or_default()))
}

/// Counts `row` instead of `old`.
///
/// # Errors
/// When the index cannot be read.
pub(crate) fn replace(
    staged: &mut Staged<'_>,
    old: Option<&AssetRow>,
    row: &AssetRow,
) -> Result<(), CatalogError> {
    if let Some((organisation, old)) = old.and_then(counted) {
        change(staged, organisation, |usage| {
            usage.works = usage.works.saturating_sub(1);
            usage.bytes = usage.bytes.saturating_sub(old.held_bytes);
        })?;
    }
    if let Some((organisation, row)) = counted(row) {
        change(staged, organisation, |usage| {
            usage.works += 1;
            usage.bytes += row.held_bytes;
        })?;
    }
    Ok(())
}

/// Counts what a record holds now instead of what it held before.
///
/// # Errors
/// When the index cannot be read.
pub(crate) fn replace_held(
    staged: &mut Staged<'_>,
    old: Option<&StoredHeld>,
    held: Option<&StoredHeld>,
) -> Result<(), CatalogError> {
    if let Some(old) = old {
        change(staged, &old.organisation, |usage| {
            usage.bytes = usage.bytes.saturating_sub(old.bytes);
        })?;
    }
    if let Some(held) = held {
        change(staged, &held.organisation, |usage| {
            usage.bytes = usage.bytes.saturating_add(held.bytes);
        })?;
    }
    Ok(())
}

/// A work that counts for an organisation.
fn counted(row: &AssetRow) -> Option<(&str, &AssetRow)> {
    let organisation = row.organisation.as_deref().filter(|_| row.alive)?;
    Some((organisation, row))
}

/// A row of nothing is removed, so that an index that was rebuilt is the same.
fn change(
    staged: &mut Staged<'_>,
    organisation: &str,
    apply: impl FnOnce(&mut UsageRow),
) -> Result<(), CatalogError> {
    let key = organisation.as_bytes();
    let mut row: UsageRow = staged.get(Table::Usage, key)?.unwrap_or_default();
    apply(&mut row);
    if row == UsageRow::default() {
        staged.remove(Table::Usage, key);
        return Ok(());
    }
    staged.put(Table::Usage, key, &row)
}

impl From<UsageRow> for Usage {
    fn from(row: UsageRow) -> Self {
        Self {
            works: row.works,
            bytes: row.bytes,
        }
    }
}
