//! From what is on disk to an index that says exactly what the journal says.
//!
//! | found | done |
//! |---|---|
//! | index behind the journal | the rest of the journal is replayed |
//! | torn tail of the journal | not read; it was never acknowledged |
//! | index broken, of another format or of another journal | set aside, rebuilt |
//! | the machine went down without a close | the same: sled does not sync what it writes |
//! | no index | built |
//! | journal ends before what index or lock remember | [`CatalogError::Lost`], nothing is touched |
//! | a bad line anywhere else in what is replayed | [`CatalogError::Damaged`], nothing is touched |

use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use super::super::effects;
use super::super::index::row::Meta;
use super::super::index::{Index, Staged};
use super::super::journal::{Journal, Line, Place, Position};
use super::super::options::Options;
use super::evidence::{self, Witness};
use super::session::{Durable, Session};
use crate::storage::catalog::CatalogError;
use crate::telemetry::error_chain;

/// Changed rows after which a replay applies what it has.
const ROWS_AT_ONCE: usize = 8192;

/// An index that has caught up with the journal.
#[derive(Debug)]
pub(crate) struct Recovered {
    /// The index.
    pub(crate) index: Index,
    /// Its state.
    pub(crate) meta: Meta,
    /// The end of the journal; behind it there may be a torn tail.
    pub(crate) end: Position,
}

/// Why the index could not catch up.
enum Failed {
    /// The journal is at fault: no other index would help.
    Journal(CatalogError),
    /// The index is at fault: a new one helps. With its state, if that could be read.
    Index(CatalogError, Option<Box<Meta>>),
}

/// Where the index of the catalogue in `dir` is.
pub(crate) fn index_dir(dir: &Path) -> PathBuf {
    dir.join("index")
}

/// Opens the index at the start and lets it catch up with the journal, rebuilding it where that is
/// needed.
///
/// # Errors
/// [`CatalogError::Lost`] when the journal ends before what lock or index remember;
/// [`CatalogError::Damaged`] when the journal is; those of the file system.
pub(crate) fn recover(
    dir: &Path,
    journal: &Journal,
    session: &Session,
    options: &Options,
) -> Result<Recovered, CatalogError> {
    let index_dir = index_dir(dir);
    let before = session.before.unwrap_or_default();
    let failed = if session.after_power_loss && index_dir.exists() {
        let meta = read_meta(&index_dir, options);
        let why = CatalogError::Damaged("the machine went down without a close".into());
        Failed::Index(why, meta)
    } else {
        match open_and_catch_up(&index_dir, journal, options) {
            Ok(recovered) => {
                evidence::check(recovered.end.seq, before, Witness::Lock)?;
                return Ok(recovered);
            }
            Err(failed) => failed,
        }
    };
    let (error, meta) = match failed {
        Failed::Journal(error) => return Err(error),
        Failed::Index(error, meta) => (error, meta),
    };
    if is_in_use(&error) {
        return Err(error);
    }
    check_evidence(journal, before, meta.filter(|_| !session.after_undoing))?;
    let why = error_chain(&error);
    tracing::warn!(why, "the index is set aside and rebuilt from the journal");
    set_aside(&index_dir).map_err(CatalogError::Io)?;
    rebuild(&index_dir, journal, options)
}

/// Opens the index of a journal whose end is known to be right, rebuilding it where needed.
///
/// # Errors
/// As [`recover`], but for lost changes.
pub(crate) fn reopen(
    dir: &Path,
    journal: &Journal,
    options: &Options,
) -> Result<Recovered, CatalogError> {
    let index_dir = index_dir(dir);
    match open_and_catch_up(&index_dir, journal, options) {
        Ok(recovered) => Ok(recovered),
        Err(Failed::Journal(error)) => Err(error),
        Err(Failed::Index(error, _)) if is_in_use(&error) => Err(error),
        Err(Failed::Index(error, _)) => {
            let why = error_chain(&error);
            tracing::error!(why, "the index is set aside and rebuilt from the journal");
            set_aside(&index_dir).map_err(CatalogError::Io)?;
            rebuild(&index_dir, journal, options)
        }
    }
}

/// Takes the index out of service, if there is one.
///
/// # Errors
/// Those of the file system.
pub(crate) fn set_index_aside(dir: &Path) -> io::Result<()> {
    set_aside(&index_dir(dir))
}

/// Whether a journal that ends where it ends has all that lock and index remember. The index
/// counts only when it is of the same log as the lock.
fn check_evidence(
    journal: &Journal,
    before: Durable,
    meta: Option<Box<Meta>>,
) -> Result<(), CatalogError> {
    let end = journal.find_end()?.seq;
    evidence::check(end, before, Witness::Lock)?;
    let Some(meta) = meta.filter(|meta| meta.log_id() == before.log) else {
        return Ok(());
    };
    let remembered = Durable {
        seq: meta.position.seq,
        log: before.log,
    };
    evidence::check(end, remembered, Witness::Index)
}

/// Keeps the last broken index for whoever wants to look at it.
fn set_aside(index_dir: &Path) -> io::Result<()> {
    let aside = index_dir.with_extension("set-aside");
    match fs::symlink_metadata(&aside) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(&aside)?,
        Ok(_) => fs::remove_file(&aside)?,
        Err(_) => {}
    }
    match fs::rename(index_dir, &aside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn rebuild(
    index_dir: &Path,
    journal: &Journal,
    options: &Options,
) -> Result<Recovered, CatalogError> {
    open_and_catch_up(index_dir, journal, options).map_err(|failed| match failed {
        Failed::Journal(error) | Failed::Index(error, _) => error,
    })
}

fn open_and_catch_up(
    index_dir: &Path,
    journal: &Journal,
    options: &Options,
) -> Result<Recovered, Failed> {
    let index =
        Index::open(index_dir, options.cache_bytes).map_err(|error| Failed::Index(error, None))?;
    let caught_up = catch_unwind(AssertUnwindSafe(|| catch_up(&index, journal)));
    let (meta, end) = caught_up.map_err(|_| unusable("sled panicked on it", None))??;
    Ok(Recovered { index, meta, end })
}

/// The state of an index that is not trusted, if it can be read at all.
fn read_meta(index_dir: &Path, options: &Options) -> Option<Box<Meta>> {
    let index = Index::open(index_dir, options.cache_bytes).ok()?;
    let meta = catch_unwind(AssertUnwindSafe(|| index.meta().ok()));
    meta.ok()?.map(Box::new)
}

fn unusable(why: impl Into<String>, meta: Option<Meta>) -> Failed {
    Failed::Index(CatalogError::Damaged(why.into()), meta.map(Box::new))
}

fn is_in_use(error: &CatalogError) -> bool {
    matches!(error, CatalogError::Io(error) if error.kind() == io::ErrorKind::ResourceBusy)
}

/// Replays what the journal has and the index has not.
fn catch_up(index: &Index, journal: &Journal) -> Result<(Meta, Position), Failed> {
    let meta = index.meta().map_err(|error| Failed::Index(error, None))?;
    if meta.format != Meta::FORMAT {
        return Err(unusable(
            format!("its format is {}", meta.format),
            Some(meta),
        ));
    }
    if !is_of(&meta, journal) {
        return Err(unusable(
            "it does not end where the journal has a line",
            Some(meta),
        ));
    }
    let from = meta.position;
    let mut staged = Staged::new(index, meta);
    let mut index_failed = None;
    let end = journal.scan(from, &mut |set| {
        match replay(&mut staged, set) {
            Err(error @ CatalogError::NewerVersion(_)) => return Err(error),
            replayed => {
                if let Err(error) = replayed.and_then(|()| apply_if_many(&mut staged, index)) {
                    index_failed = Some(Failed::Index(error, None));
                    return Err(CatalogError::Closed);
                }
            }
        }
        Ok(())
    });
    if let Some(failed) = index_failed {
        return Err(failed);
    }
    let end = end.map_err(Failed::Journal)?;
    let (changes, meta) = staged.finish();
    if meta.position != from {
        let applied = index.apply(&changes, &meta);
        applied.map_err(|error| Failed::Index(error, None))?;
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
        let (seq, origin) = (line.seq, line.origin(place));
        let (stored, event) = line.into_parts()?;
        effects::stage(staged, &stored, event.as_ref(), origin)?;
        staged.meta.position = Position {
            seq,
            segment: place.segment,
            offset: place.offset + u64::from(place.length),
        };
    }
    staged.accept()
}
