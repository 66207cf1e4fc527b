//! Is the index what the journal says?
//!
//! Builds a second index from the whole journal, every checksum checked on the way, and compares
//! it with the live one row by row.

use std::fs;
use std::path::Path;

use super::index::{Index, Table};
use super::live::Shared;
use super::recovery;
use crate::storage::catalog::{CatalogError, Verification};

/// Compares the live index with one built from the journal. Nothing may change meanwhile.
///
/// # Errors
/// [`CatalogError::Damaged`] for the first bad line; those of the file system.
pub(crate) fn against_live(shared: &Shared) -> Result<Verification, CatalogError> {
    let beside = shared.dir.join("verify");
    remove(&beside)?;
    let verified = recovery::reopen(&beside, &shared.journal, &shared.options).and_then(|built| {
        shared.with_index(|live| compare(&built.index, live, built.meta.position.seq))
    });
    remove(&beside)?;
    verified
}

fn compare(built: &Index, live: &Index, change_sets: u64) -> Result<Verification, CatalogError> {
    let mut found = Verification {
        change_sets,
        rows: 0,
        differences: Vec::new(),
    };
    for table in Table::ALL {
        let (mut left, mut right) = (built.raw_rows(table), live.raw_rows(table));
        let (mut one, mut other) = (left.next().transpose()?, right.next().transpose()?);
        while found.differences.len() < Verification::MAX_NAMED {
            let order = match (&one, &other) {
                (None, None) => break,
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (Some((one, _)), Some((other, _))) => one.cmp(other),
            };
            found.rows += 1;
            if one != other {
                let row = if order.is_le() { &one } else { &other };
                let key = row.as_ref().map(|(key, _)| key.escape_ascii().to_string());
                let key = key.unwrap_or_default();
                found.differences.push(format!("{}: {key}", table.name()));
            }
            if order.is_le() {
                one = left.next().transpose()?;
            }
            if order.is_ge() {
                other = right.next().transpose()?;
            }
        }
    }
    Ok(found)
}

fn remove(dir: &Path) -> Result<(), CatalogError> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(CatalogError::Io(error)),
        _ => Ok(()),
    }
}
