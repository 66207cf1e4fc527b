//! Reading closed segments again, so that damage is noticed while there is a backup to mend it
//! from, and not by the first reader years later.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::journal::segment::Segment;
use super::journal::{Form, Journal, check_text};
use super::live::Shared;
use crate::storage::blocking;
use crate::storage::catalog::{CatalogError, Scrubbed};

/// Reads every closed segment, checks every checksum and that the segments meet. Damage is noted.
/// Reads one segment at a time (64 MiB of memory).
///
/// # Errors
/// Those of the file system.
pub(crate) async fn scrub(
    shared: &Arc<Shared>,
    bytes_per_second: u64,
) -> Result<Scrubbed, CatalogError> {
    let mut done = Scrubbed::default();
    let closed = shared.journal.closed();
    let last = shared.journal.last().map(|(first, _)| first);
    let next = closed.iter().skip(1).map(|(next, _)| Some(*next));
    let next: Vec<_> = next.chain([last]).collect();
    for ((first, _), next) in closed.into_iter().zip(next) {
        let began = Instant::now();
        let of = Arc::clone(shared);
        let bytes = blocking(move || check_segment(&of, first, next)).await?;
        done.parts += 1;
        done.bytes += bytes.unwrap_or(0);
        done.damaged += u64::from(bytes.is_none());
        let least = bytes.unwrap_or(0) as f64 / bytes_per_second.max(1) as f64;
        let wait = Duration::from_secs_f64(least).saturating_sub(began.elapsed());
        tokio::time::sleep(wait).await;
    }
    Ok(done)
}

/// The length of a sound segment; none for a damaged one, which is noted.
fn check_segment(
    shared: &Shared,
    first: u64,
    next: Option<u64>,
) -> Result<Option<u64>, CatalogError> {
    match read_segment(&shared.journal, first, next) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(CatalogError::Damaged(damage)) => {
            shared.note_damage(&damage);
            Ok(None)
        }
        Err(other) => Err(other),
    }
}

/// Reads a segment from its file, past every cache of ours.
fn read_segment(journal: &Journal, first: u64, next: Option<u64>) -> Result<u64, CatalogError> {
    let text = open_by_name(journal, first).and_then(|segment| segment.text());
    let text = text.map_err(|error| journal.unreadable(first, error))?;
    let (last, broken) = check_text(&text, first);
    if let Some(broken) = broken {
        return Err(journal.bad_line(first, broken.at as u64, broken.why));
    }
    if next.is_some_and(|next| last + 1 != next) {
        return Err(journal.unreadable(first, io::ErrorKind::UnexpectedEof.into()));
    }
    Ok(text.len() as u64)
}

/// Opens the file that has the name now. The segment may get its other form meanwhile, so both are
/// tried, the sealed one last.
fn open_by_name(journal: &Journal, first: u64) -> io::Result<Segment> {
    let open = |form| Segment::open(journal.disk(), journal.dir(), first, form);
    match open(Form::Plain) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => open(Form::Sealed),
        opened => opened,
    }
}
