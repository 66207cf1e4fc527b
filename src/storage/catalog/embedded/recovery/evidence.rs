//! What other files prove about the end of the journal.
//!
//! Nothing in the journal itself tells that its last segment is gone or was cut at the end of a
//! line. But the lock and the index remember change sets that were durable once: a journal that
//! ends before them has lost them. That is reported, and nothing is touched, until the operator
//! accepts it.

use super::session::Durable;
use crate::storage::catalog::CatalogError;

/// Who remembers a change set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Witness {
    /// The file `lock`.
    Lock,
    /// The index.
    Index,
}

/// Checks that the journal, which ends with the change set `end`, has what a witness remembers.
///
/// # Errors
/// [`CatalogError::Lost`], naming the missing numbers and the way out.
pub(crate) fn check(end: u64, remembered: Durable, witness: Witness) -> Result<(), CatalogError> {
    if remembered.seq <= end {
        return Ok(());
    }
    let witness = match witness {
        Witness::Lock => "the lock of the catalogue",
        Witness::Index => "the index",
    };
    Err(CatalogError::Lost(format!(
        "the journal ends with change set {end}, but {witness} knows that change sets up to {last} \
         were committed: {first} to {last} are missing. Restore the end of the journal, or the \
         whole archive (`khochung restore`), from a backup; or stop the archive, copy its data \
         folder and run `khochung rebuild --discard-after-damage`, which goes on without them",
        first = end + 1,
        last = remembered.seq,
    )))
}
