//! From what is on disk to an index that says exactly what the journal says.
//!
//! | found | done |
//! |---|---|
//! | index behind the journal | the rest of the journal is replayed |
//! | torn tail of the journal | cut off; it was never acknowledged |
//! | index broken, of another format, or ahead of the journal | set aside, rebuilt |
//! | the machine went down without a close | the same: sled does not sync what it writes |
//! | no index | built |
//! | a bad line anywhere else in what is replayed | [`CatalogError::Damaged`], nothing is touched |

use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use super::Options;
use super::effects;
use super::index::row::Meta;
use super::index::{Index, Staged};
use super::journal::{Journal, Line, Place, Position};
use super::plan::readable;
use crate::storage::catalog::record::Stored;
use crate::storage::catalog::{CatalogError, Event};

/// Changed rows after which a replay applies what it has.
const ROWS_AT_ONCE: usize = 8192;

/// An index level with the journal.
#[derive(Debug)]
pub(crate) struct Recovered {
    /// The index.
    pub(crate) index: Index,
    /// Its state.
    pub(crate) meta: Meta,
    /// The end of the journal; behind it there may be a torn tail.
    pub(crate) end: Position,
}

/// Why the index could not be brought level.
enum Behind {
    /// The journal is at fault: no other index would help.
    Journal(CatalogError),
    /// The index is at fault: a new one helps.
    Index(CatalogError),
}

/// Where the index of the catalogue in `dir` is.
pub(crate) fn index_dir(dir: &Path) -> PathBuf {
    dir.join("index")
}

/// Opens the index and brings it level with the journal, rebuilding it where that is needed.
///
/// # Errors
/// [`CatalogError::Damaged`] when the journal is; those of the file system.
pub(crate) fn recover(
    dir: &Path,
    journal: &Journal,
    trust_index: bool,
    options: &Options,
) -> Result<Recovered, CatalogError> {
    let index_dir = index_dir(dir);
    if trust_index || !index_dir.exists() {
        match open_and_catch_up(&index_dir, journal, options) {
            Ok(recovered) => return Ok(recovered),
            Err(Behind::Journal(error)) => return Err(error),
            Err(Behind::Index(error)) => {
                let why = with_causes(&error);
                tracing::error!(why, "the index is unusable and is rebuilt from the journal");
            }
        }
    } else {
        tracing::warn!("the machine went down without a close: the index is rebuilt");
    }
    set_aside(&index_dir).map_err(CatalogError::Io)?;
    open_and_catch_up(&index_dir, journal, options).map_err(|behind| match behind {
        Behind::Journal(error) | Behind::Index(error) => error,
    })
}

/// Keeps the last broken index for whoever wants to look at it.
fn set_aside(index_dir: &Path) -> io::Result<()> {
    let aside = index_dir.with_extension("set-aside");
    for outdated in [&aside] {
        match fs::symlink_metadata(outdated) {
            Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(outdated)?,
            Ok(_) => fs::remove_file(outdated)?,
            Err(_) => {}
        }
    }
    fs::rename(index_dir, &aside)
}

fn open_and_catch_up(
    index_dir: &Path,
    journal: &Journal,
    options: &Options,
) -> Result<Recovered, Behind> {
    let index = Index::open(index_dir, options.cache_bytes).map_err(Behind::Index)?;
    let caught_up = catch_unwind(AssertUnwindSafe(|| catch_up(&index, journal)));
    let (meta, end) = caught_up.map_err(|_| unusable("sled panicked on it"))??;
    Ok(Recovered { index, meta, end })
}

fn unusable(why: impl Into<String>) -> Behind {
    Behind::Index(CatalogError::Damaged(why.into()))
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// Replays what the journal has and the index has not.
fn catch_up(index: &Index, journal: &Journal) -> Result<(Meta, Position), Behind> {
    let meta = index.meta().map_err(Behind::Index)?;
    if meta.format != Meta::FORMAT {
        return Err(unusable(format!("its format is {}", meta.format)));
    }
    if !is_of(&meta, journal) {
        return Err(unusable("it is not of this journal"));
    }
    let from = meta.position;
    let mut staged = Staged::new(index, meta);
    let mut index_failed = None;
    let end = journal.scan(from, &mut |set| {
        let replayed = replay(&mut staged, set);
        if let Err(error) = replayed.and_then(|()| apply_if_many(&mut staged, index)) {
            index_failed = Some(Behind::Index(error));
            return Err(CatalogError::Closed);
        }
        Ok(())
    });
    if let Some(failed) = index_failed {
        return Err(failed);
    }
    let end = end.map_err(Behind::Journal)?;
    let (changes, meta) = staged.finish();
    if meta.position != from {
        index.apply(&changes, &meta).map_err(Behind::Index)?;
    }
    Ok((meta, end))
}

/// Whether the last line the index has applied is in the journal.
fn is_of(meta: &Meta, journal: &Journal) -> bool {
    match meta.last_line {
        None => meta.position == Position::default(),
        Some(place) => {
            let line = journal.read(place);
            line.is_ok_and(|line| line.seq == meta.position.seq && line.part + 1 == line.of)
        }
    }
}

fn apply_if_many<'a>(staged: &mut Staged<'a>, index: &'a Index) -> Result<(), CatalogError> {
    if staged.len() < ROWS_AT_ONCE {
        return Ok(());
    }
    let next = Staged::new(index, staged.meta.clone());
    let (changes, meta) = std::mem::replace(staged, next).finish();
    index.apply(&changes, &meta)
}

/// Stages one change set as it was committed.
fn replay(staged: &mut Staged<'_>, set: Vec<(Place, Line)>) -> Result<(), CatalogError> {
    for (place, line) in set {
        let stored: Stored = readable(line.write)?;
        let event: Option<Event> = line.event.map(readable).transpose()?;
        effects::stage(staged, &stored, event.as_ref(), place)?;
        staged.meta.position = Position {
            seq: line.seq,
            segment: place.segment,
            offset: place.offset + u64::from(place.length),
        };
    }
    staged.accept()
}
