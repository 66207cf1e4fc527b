//! Reading closed segments again, so that damage is noticed while there is a backup to mend it
//! from, and not by the first reader years later.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::catalog::EmbeddedCatalog;
use super::journal::names::path_of;
use super::journal::{Form, Journal, check_text};
use super::live::Shared;
use crate::storage::blocking;
use crate::storage::catalog::CatalogError;

/// What a round over the journal found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scrubbed {
    /// Segments read.
    pub segments: u64,
    /// Bytes of plain text read.
    pub bytes: u64,
    /// Segments that are damaged or missing.
    pub damaged: u64,
}

impl EmbeddedCatalog {
    /// Reads every closed segment, checks every checksum and that the segments meet. Damage is
    /// logged and told by [`health`](crate::storage::catalog::Catalog::health); nothing is mended.
    /// Reads at most `bytes_per_second`, and one segment at a time (64 MiB of memory).
    ///
    /// # Errors
    /// Those of the file system.
    pub async fn scrub(&self, bytes_per_second: u64) -> Result<Scrubbed, CatalogError> {
        let mut done = Scrubbed::default();
        let closed = self.shared.journal.closed();
        let ends = closed.iter().skip(1).map(|(next, _)| Some(*next));
        let last = self.shared.journal.last().map(|(first, _)| first);
        let ends = ends.chain([last]).collect::<Vec<_>>();
        for ((first, _), next) in closed.into_iter().zip(ends) {
            let began = Instant::now();
            let shared = Arc::clone(&self.shared);
            let bytes = blocking(move || check_segment(&shared, first, next)).await?;
            done.segments += 1;
            done.bytes += bytes.unwrap_or(0);
            done.damaged += u64::from(bytes.is_none());
            let least = bytes.unwrap_or(0) as f64 / bytes_per_second.max(1) as f64;
            let wait = Duration::from_secs_f64(least).saturating_sub(began.elapsed());
            tokio::time::sleep(wait).await;
        }
        Ok(done)
    }
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

fn read_segment(journal: &Journal, first: u64, next: Option<u64>) -> Result<u64, CatalogError> {
    if !is_there(journal, first)? {
        return Err(journal.unreadable(first, io::ErrorKind::NotFound.into()));
    }
    let text = journal.segment(first)?.text();
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

/// Whether the file of a segment has its name still: an open one could be read without. It may
/// change its form meanwhile, so both are looked for.
fn is_there(journal: &Journal, first: u64) -> Result<bool, CatalogError> {
    for form in [Form::Plain, Form::Sealed] {
        let path = path_of(journal.dir(), first, form);
        if journal
            .disk()
            .len(&path)
            .map_err(CatalogError::Io)?
            .is_some()
        {
            return Ok(true);
        }
    }
    Ok(false)
}
