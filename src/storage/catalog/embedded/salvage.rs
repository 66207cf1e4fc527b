//! The way out of a damaged journal, or one that lost its end, when there is no backup: keep what
//! stands before the damage and set the rest aside. Only ever at the operator's explicit wish.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::index::Index;
use super::journal::layout::choose_forms;
use super::journal::names::{Form, free_name, path_of, set_aside};
use super::journal::{Appender, Journal, Position};
use super::opening::{append_log, open_journal};
use super::options::Options;
use super::recovery::session::{Durable, Session};
use super::recovery::{index_dir, set_index_aside};
use crate::storage::catalog::{CatalogError, EventNumber, Log, LogId, LogStart, Salvage};
use crate::storage::disk::{Disk, LocalDisk};

/// Cuts the journal of a catalogue that is not open behind the last change set before the first
/// damage, and goes on under a new log id if anything is lost. What is cut off stays beside it in
/// files named `….discarded`; nothing is deleted. The index is rebuilt at the next open.
/// `remembered_event` is the last event that somebody outside the catalogue knows of.
///
/// # Errors
/// [`CatalogError::NewerVersion`]: that is no damage, and nothing is touched. As for opening;
/// those of the file system.
pub fn discard_after_damage(
    dir: &Path,
    options: Options,
    remembered_event: Option<(LogId, EventNumber)>,
) -> Result<Salvage, CatalogError> {
    let disk: Arc<dyn Disk> = Arc::new(LocalDisk);
    let session = Session::begin(&*disk, dir).map_err(CatalogError::Io)?;
    let journal = Arc::new(open_journal(&disk, dir, choose_forms)?);
    let Beginning {
        end: good,
        last_event,
        is_damaged,
    } = good_beginning(&journal)?;
    let remembered = remembered(dir, &session, &options);
    let missing = remembered.saturating_sub(good.seq);
    let mut set_aside = Vec::new();
    if is_damaged {
        set_aside = cut(&journal, good).map_err(CatalogError::Io)?;
        journal.set_layout(choose_forms(&*disk, journal.dir())?);
    }
    let before = session.before.unwrap_or_default();
    let events_are_missing =
        remembered_event.is_some_and(|(log, event)| Some(log) == before.log && event > last_event);
    if is_damaged || missing > 0 || events_are_missing {
        set_index_aside(dir).map_err(CatalogError::Io)?;
        go_on_under_new_id(&session, journal, good, &options)?;
    }
    Ok(Salvage {
        kept: good.seq,
        missing,
        set_aside,
    })
}

/// What can be read from the beginning of the journal.
struct Beginning {
    /// Behind its last change set.
    end: Position,
    /// Its last event.
    last_event: EventNumber,
    /// Something else than a torn tail stands behind it.
    is_damaged: bool,
}

fn good_beginning(journal: &Journal) -> Result<Beginning, CatalogError> {
    let mut good = Position::default();
    let mut last_event = EventNumber(0);
    let scanned = journal.scan(Position::default(), &mut |set| {
        for (place, line) in set {
            good = Position {
                seq: line.seq,
                segment: place.segment,
                offset: place.offset + u64::from(place.length),
            };
            if let (_, Some(event)) = line.into_parts()? {
                last_event = event.number;
            }
        }
        Ok(())
    });
    let is_damaged = match scanned {
        Ok(_) => false,
        Err(CatalogError::Damaged(_)) => true,
        Err(other) => return Err(other),
    };
    Ok(Beginning {
        end: good,
        last_event,
        is_damaged,
    })
}

/// The last change set that the lock or the index knows of.
fn remembered(dir: &Path, session: &Session, options: &Options) -> u64 {
    let before = session.before.unwrap_or_default();
    let index_dir = index_dir(dir);
    let index = (index_dir.is_dir() && !session.after_undoing)
        .then(|| {
            Index::open(&index_dir, options.cache_bytes)
                .ok()?
                .meta()
                .ok()
        })
        .flatten()
        .filter(|meta| meta.log_id() == before.log);
    let by_index = index.map_or(0, |meta| meta.position.seq);
    before.seq.max(by_index)
}

/// Readers of the log must notice that events they have seen may be gone.
fn go_on_under_new_id(
    session: &Session,
    journal: Arc<Journal>,
    good: Position,
    options: &Options,
) -> Result<(), CatalogError> {
    let mut appender = Appender::open(journal, good).map_err(CatalogError::Io)?;
    let id = options.new_log_id;
    let start = LogStart::LossAccepted;
    append_log(&mut appender, Log { id, start })?;
    let durable = Durable {
        seq: appender.end().seq,
        log: Some(id),
    };
    session.end(durable).map_err(CatalogError::Io)
}

/// Takes everything behind `good` out of the journal.
fn cut(journal: &Journal, good: Position) -> io::Result<Vec<PathBuf>> {
    let (disk, dir) = (journal.disk(), journal.dir());
    let mut aside = Vec::new();
    for first in journal.firsts() {
        let length = journal
            .segment(first)
            .ok()
            .and_then(|segment| segment.len().ok());
        let is_whole = first == good.segment && length == Some(good.offset);
        if first < good.segment || is_whole {
            continue;
        }
        let path = journal.path_of(first);
        if first == good.segment {
            aside.push(keep_beginning(journal, first, good.offset)?);
        } else {
            aside.push(set_aside(disk, &path, "discarded")?);
        }
    }
    disk.sync_dir(dir)?;
    Ok(aside)
}

/// Replaces a segment by its first bytes; it is plain afterwards. The whole of it stays under the
/// name that is given.
fn keep_beginning(journal: &Journal, first: u64, length: u64) -> io::Result<PathBuf> {
    let (disk, dir) = (journal.disk(), journal.dir());
    let segment = journal.segment(first).map_err(io::Error::other)?;
    let beginning = segment.read(0, length)?;
    let plain = path_of(dir, first, Form::Plain);
    let kept = free_name(disk, &plain, "kept")?;
    let file = disk.create_new(&kept)?;
    file.write_all_at(&beginning, 0)?;
    file.sync_all()?;
    let aside = set_aside(disk, &journal.path_of(first), "discarded")?;
    disk.rename(&kept, &plain)?;
    Ok(aside)
}
