//! Opening the folder of a catalogue: lock, journal, index, in this order, and the identity of
//! the log. Everything here is done before the first commit and on the caller's thread.

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, RwLock};

use tokio::sync::watch;

use super::ballast::{Ballast, free_bytes};
use super::effects;
use super::error::full_or_io;
use super::index::row::Meta;
use super::index::{Index, Staged};
use super::journal::names::Layout;
use super::journal::{AppendError, Appender, Journal, Line, Place, Position, layout};
use super::leases::Leases;
use super::live::{Live, Shared};
use super::options::Options;
use super::recovery;
use super::recovery::session::{Durable, Session};
use crate::storage::catalog::record::{Stored, StoredRecord};
use crate::storage::catalog::{CatalogError, EventNumber, Log, LogStart};
use crate::storage::disk::Disk;
use crate::telemetry::error_chain;

/// A catalogue, open and not yet running.
#[derive(Debug)]
pub(crate) struct Opened {
    /// What readers and the writer share.
    pub(crate) shared: Arc<Shared>,
    /// The open end of the journal.
    pub(crate) appender: Appender,
    /// The state of the index, which has caught up with the journal.
    pub(crate) meta: Meta,
    /// The lock on the folder.
    pub(crate) session: Session,
}

/// Opens the folder `dir`, which is made if it is missing.
///
/// # Errors
/// [`CatalogError::Io`] naming the lock when another process has it open;
/// [`CatalogError::Damaged`], [`CatalogError::Lost`], [`CatalogError::NewerVersion`] when the
/// journal is not whole; those of the file system.
pub(crate) fn open(
    disk: &Arc<dyn Disk>,
    dir: &Path,
    options: Options,
) -> Result<Opened, CatalogError> {
    disk.create_dir_all(dir).map_err(CatalogError::Io)?;
    let session = Session::begin(&**disk, dir).map_err(CatalogError::Io)?;
    let journal = Arc::new(open_journal(disk, dir, layout::tidy)?);
    let ballast = Ballast::new(dir, options.reserve_bytes);
    let free = free_bytes(dir).map_err(CatalogError::Io)?;
    if free < options.reserve_bytes {
        ballast.release();
    }
    let start = why_new_log(&session, &journal);
    let recovered = recovery::recover(dir, &journal, &session, &options)?;
    let mut appender =
        Appender::open(Arc::clone(&journal), recovered.end).map_err(CatalogError::Io)?;
    disk.sync_dir(dir).map_err(CatalogError::Io)?;
    ballast.hold(free);
    let mut meta = recovered.meta;
    let start = start.or(meta.log.is_none().then_some(LogStart::Upgraded));
    if let Some(start) = start {
        let id = options.new_log_id;
        match begin_log(
            &mut appender,
            &recovered.index,
            &mut meta,
            Log { id, start },
        ) {
            // Reading goes on; the log gets its id when there is room.
            Err(CatalogError::Full(error)) if start == LogStart::Upgraded => {
                tracing::warn!(
                    error = error_chain(&error),
                    "the log gets no id: the storage is full"
                );
            }
            begun => begun?,
        }
    }
    let durable = Durable {
        seq: appender.end().seq,
        log: meta.log_id(),
    };
    session.note(durable).map_err(CatalogError::Io)?;
    let shared = Arc::new(Shared {
        dir: dir.to_owned(),
        options,
        journal,
        leases: Leases::new(session.number),
        events: watch::Sender::new(EventNumber(meta.events)),
        ballast,
        log: meta.log_id().unwrap_or(options.new_log_id),
        committing: Mutex::default(),
        live: RwLock::new(Live::new(recovered.index)),
        is_writable: AtomicBool::new(true),
        damage: Mutex::default(),
    });
    Ok(Opened {
        shared,
        appender,
        meta,
        session,
    })
}

/// Opens the journal of the catalogue in `dir` and locks it. `find` decides which files it is.
///
/// # Errors
/// As [`open`].
pub(crate) fn open_journal(
    disk: &Arc<dyn Disk>,
    dir: &Path,
    find: fn(&dyn Disk, &Path) -> Result<Layout, CatalogError>,
) -> Result<Journal, CatalogError> {
    let journal_dir = dir.join("journal");
    disk.create_dir_all(&journal_dir)
        .map_err(CatalogError::Io)?;
    let journal = Journal::new(Arc::clone(disk), &journal_dir).map_err(CatalogError::Io)?;
    journal.lock().map_err(CatalogError::Io)?;
    journal.set_layout(find(&**disk, &journal_dir)?);
    Ok(journal)
}

/// A journal without a segment begins a log; one without the lock that belongs to it was copied
/// here by hand.
fn why_new_log(session: &Session, journal: &Journal) -> Option<LogStart> {
    match (journal.last(), session.before) {
        (None, _) => Some(LogStart::Created),
        (Some(_), None) => Some(LogStart::Copied),
        (Some(_), Some(_)) => None,
    }
}

/// Writes the beginning of a log to journal and index.
fn begin_log(
    appender: &mut Appender,
    index: &Index,
    meta: &mut Meta,
    log: Log,
) -> Result<(), CatalogError> {
    let (line, place) = append_log(appender, log)?;
    let mut staged = Staged::new(index, meta.clone());
    let origin = line.origin(place);
    let (stored, event) = line.into_parts()?;
    effects::stage(&mut staged, &stored, event.as_ref(), origin)?;
    staged.meta.position = appender.end();
    staged.accept()?;
    let (changes, new) = staged.finish();
    index.apply(&changes, &new)?;
    *meta = new;
    Ok(())
}

/// Appends the beginning of a log to the journal: a change set of one line.
///
/// # Errors
/// [`CatalogError::Full`]; those of the file system.
pub(crate) fn append_log(appender: &mut Appender, log: Log) -> Result<(Line, Place), CatalogError> {
    let Position {
        seq,
        segment,
        offset,
    } = appender.end();
    let line = Line {
        seq: seq + 1,
        part: 0,
        of: 1,
        synced: Some(seq),
        at_ms: log.id.moment().as_millis(),
        by: "system".into(),
        reason: None,
        keeps_former_files: false,
        event: None,
        write: StoredRecord::from(Stored::Log(log)),
    };
    let mut bytes = Vec::new();
    line.encode(&mut bytes)
        .map_err(|error| CatalogError::Io(error.into()))?;
    match appender.append(&bytes, seq + 1) {
        Ok(()) => {}
        Err(AppendError::Undone(error) | AppendError::Unknown(error)) => {
            return Err(full_or_io(error));
        }
    }
    let place = Place {
        segment,
        offset,
        length: bytes.len() as u32,
    };
    Ok((line, place))
}
