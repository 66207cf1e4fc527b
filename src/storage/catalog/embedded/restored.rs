//! What restoring a backup needs of the catalogue it put together.

use std::path::Path;
use std::sync::Arc;

use super::index::row::BlobRow;
use super::index::{Table, key};
use super::journal::{Appender, Journal, Line, layout};
use super::opening::{self, append_log, open_journal};
use super::options::Options;
use super::recovery::session::{Durable, Session};
use super::writer::Writer;
use crate::storage::catalog::record::Stored;
use crate::storage::catalog::{BlobKey, CatalogError, Log, LogStart};
use crate::storage::disk::{Disk, LocalDisk};

/// Lets the log of a restored journal go on under a new id. Does nothing when that was done before.
///
/// # Errors
/// As for opening.
pub fn begin_restored_log(dir: &Path, options: Options) -> Result<(), CatalogError> {
    let disk: Arc<dyn Disk> = Arc::new(LocalDisk);
    let session = Session::begin(&*disk, dir).map_err(CatalogError::Io)?;
    let journal = Arc::new(open_journal(&disk, dir, layout::tidy)?);
    let end = journal.find_end()?;
    if ends_with_restored_log(&journal)? {
        return Ok(());
    }
    let mut appender = Appender::open(journal, end).map_err(CatalogError::Io)?;
    let id = options.new_log_id;
    let start = LogStart::Restored;
    append_log(&mut appender, Log { id, start })?;
    let durable = Durable {
        seq: appender.end().seq,
        log: Some(id),
    };
    session.end(durable).map_err(CatalogError::Io)
}

/// Every blob that something refers to, ascending. Builds the index on the way.
///
/// # Errors
/// As for opening.
pub fn referenced_blobs(dir: &Path, options: Options) -> Result<Vec<BlobKey>, CatalogError> {
    let disk: Arc<dyn Disk> = Arc::new(LocalDisk);
    let opened = opening::open(&disk, dir, options)?;
    let keys = opened.shared.with_index(|index| {
        let rows = index.rows::<BlobRow>(Table::Blobs, &[]);
        rows.map(|row| key::blob(&row?.0)).collect()
    })?;
    Writer::new(opened, None).close();
    Ok(keys)
}

/// Whether the last line is the one that [`begin_restored_log`] writes.
fn ends_with_restored_log(journal: &Journal) -> Result<bool, CatalogError> {
    let Some((first, _)) = journal.last() else {
        return Ok(false);
    };
    let line = journal.segment(first)?.last_line();
    let line = line.map_err(|error| journal.unreadable(first, error))?;
    let stored = Line::decode(&line).map(Line::into_parts);
    let is_it = |log: &Log| log.start == LogStart::Restored;
    Ok(matches!(stored, Ok(Ok((Stored::Log(log), _))) if is_it(&log)))
}
