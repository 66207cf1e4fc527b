//! The way out of a damaged journal, when there is no backup: keep what stands before the damage
//! and set the rest aside. Only ever at the operator's explicit wish.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::journal::{Journal, Position, segment, sync_dir};
use super::session::Session;
use crate::storage::catalog::CatalogError;

/// What was kept and what was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Salvage {
    /// Change sets kept.
    pub kept: u64,
    /// Files that hold what was set aside; empty when nothing was wrong.
    pub set_aside: Vec<PathBuf>,
}

/// Cuts the journal of a catalogue that is not open behind the last change set before the first
/// damage. What is cut off stays beside it in files named `….discarded`. The index is rebuilt at
/// the next open.
///
/// # Errors
/// As for opening; those of the file system.
pub fn discard_after_damage(dir: &Path) -> Result<Salvage, CatalogError> {
    let _session = Session::begin(dir).map_err(CatalogError::Io)?;
    let journal = Journal::open(&dir.join("journal"))?;
    let mut good = Position::default();
    let scanned = journal.scan(Position::default(), &mut |set| {
        if let Some((place, line)) = set.last() {
            good = Position {
                seq: line.seq,
                segment: place.segment,
                offset: place.offset + u64::from(place.length),
            };
        }
        Ok(())
    });
    let set_aside = match scanned {
        Ok(_) => Vec::new(),
        Err(CatalogError::Damaged(_)) => cut(&journal, good).map_err(CatalogError::Io)?,
        Err(other) => return Err(other),
    };
    Ok(Salvage {
        kept: good.seq,
        set_aside,
    })
}

fn cut(journal: &Journal, good: Position) -> io::Result<Vec<PathBuf>> {
    let dir = journal.dir();
    let mut set_aside = Vec::new();
    for first in journal.firsts() {
        let is_whole = first == good.segment
            && matches!(journal.len_of(first), Ok(length) if length == good.offset);
        if first < good.segment || is_whole {
            continue;
        }
        let path = segment::present_path(dir, first);
        let mut aside = path.clone().into_os_string();
        aside.push(".discarded");
        let aside = PathBuf::from(aside);
        if first == good.segment {
            fs::copy(&path, &aside)?;
            keep_beginning(dir, first, good.offset)?;
        } else {
            fs::rename(path, &aside)?;
        }
        set_aside.push(aside);
    }
    sync_dir(dir)?;
    Ok(set_aside)
}

/// Shortens a segment, plain or sealed, to its first bytes; it is plain afterwards.
fn keep_beginning(dir: &Path, first: u64, length: u64) -> io::Result<()> {
    let plain = segment::plain_path(dir, first);
    if !plain.exists() {
        let beginning = super::journal::Segment::open(dir, first)?.read(0, length)?;
        fs::write(&plain, beginning)?;
        fs::remove_file(segment::sealed_path(dir, first))?;
    }
    let file = OpenOptions::new().write(true).open(&plain)?;
    file.set_len(length)?;
    file.sync_all()
}
