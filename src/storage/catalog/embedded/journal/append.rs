//! Writing the journal. Only the writer thread does.

use std::io;
use std::sync::Arc;

use super::names::{Form, free_name, path_of};
use super::place::Position;
use super::segment::Segment;
use super::segments::Journal;
use crate::storage::disk::DiskFile;

/// The open end of the journal.
#[derive(Debug)]
pub(crate) struct Appender {
    journal: Arc<Journal>,
    file: Arc<dyn DiskFile>,
    end: Position,
}

/// Why nothing was appended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AppendError {
    /// The write failed and was undone: the journal is as before.
    #[error("the journal could not be written")]
    Undone(#[source] io::Error),
    /// The state of the file is not known any more: a sync or the undoing failed. Nothing may be
    /// appended until a restart has read the journal again.
    #[error("the journal is in an unknown state")]
    Unknown(#[source] io::Error),
}

impl Appender {
    /// Opens the journal for writing at `end`, creating its first segment if there is none and the
    /// next if the last is sealed. What stands behind `end` is a torn tail: it is copied beside
    /// the segment (`.torn`) and cut off. Everything before is durable after this, also if the
    /// process before this one was killed between write and sync.
    ///
    /// # Errors
    /// Those of the file system.
    pub(crate) fn open(journal: Arc<Journal>, end: Position) -> io::Result<Self> {
        if !matches!(journal.last(), Some((_, Form::Plain))) {
            let (file, end) = create_segment(&journal, end.seq)?;
            return Ok(Self { journal, file, end });
        }
        let path = path_of(journal.dir(), end.segment, Form::Plain);
        let file = journal.disk().open_for_writing(&path)?;
        let torn = file.len()?.saturating_sub(end.offset);
        if torn > 0 {
            tracing::warn!(
                bytes = torn,
                file = %path.display(),
                "cut off an unfinished write at the end of the journal"
            );
            if let Err(error) = keep_tail(&journal, &*file, end) {
                tracing::warn!(%error, "the unfinished write could not be copied beside the journal");
            }
            file.set_len(end.offset)?;
        }
        file.sync_all()?;
        Ok(Self { journal, file, end })
    }

    /// Behind the last change set.
    pub(crate) fn end(&self) -> Position {
        self.end
    }

    /// Appends whole change sets, the last of which is `seq`, and syncs them.
    ///
    /// # Errors
    /// See [`AppendError`].
    pub(crate) fn append(&mut self, bytes: &[u8], seq: u64) -> Result<(), AppendError> {
        if let Err(error) = self.file.write_all_at(bytes, self.end.offset) {
            return Err(match self.file.set_len(self.end.offset) {
                Ok(()) => AppendError::Undone(error),
                Err(_) => AppendError::Unknown(error),
            });
        }
        if let Err(error) = self.file.sync_data() {
            return Err(self.undo_failed_sync(error));
        }
        self.end.offset += bytes.len() as u64;
        self.end.seq = seq;
        Ok(())
    }

    /// After a failed sync the kernel may have dropped the pages, so there is no second try with
    /// them. When no space could be allocated for them, nothing older was touched: cutting them
    /// off and syncing that leads back to the state before. After any other error the block that
    /// the old and the new text share may be lost, and only a restart can tell.
    fn undo_failed_sync(&mut self, error: io::Error) -> AppendError {
        let undone = self
            .file
            .set_len(self.end.offset)
            .and_then(|()| self.file.sync_all());
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded if undone.is_ok() => {
                AppendError::Undone(error)
            }
            _ => AppendError::Unknown(error),
        }
    }

    /// Takes back what was appended after `to`, which nobody has been answered yet.
    ///
    /// # Errors
    /// Those of the file system; the state of the journal is then unknown.
    pub(crate) fn take_back(&mut self, to: Position) -> io::Result<()> {
        self.file.set_len(to.offset)?;
        self.file.sync_data()?;
        self.end = to;
        Ok(())
    }

    /// Begins the next segment and gives the first seq of the closed one. Either the next segment
    /// is there, durably, or everything is as before.
    ///
    /// # Errors
    /// Those of the file system; the present segment then stays open.
    pub(crate) fn rotate(&mut self) -> io::Result<u64> {
        let (file, end) = create_segment(&self.journal, self.end.seq)?;
        let closed = self.end.segment;
        self.file = file;
        self.end = end;
        Ok(closed)
    }
}

/// Creates the segment behind the change set `seq`. Needs one file descriptor, and leaves no file
/// when it fails; should even removing it fail, an empty file stays, which the next start removes.
fn create_segment(journal: &Journal, seq: u64) -> io::Result<(Arc<dyn DiskFile>, Position)> {
    let end = Position::start_of(seq + 1);
    let path = path_of(journal.dir(), end.segment, Form::Plain);
    let disk = journal.disk();
    let file = match disk.create_new(&path) {
        // Left by an attempt that failed and could not be cleared away.
        Err(error)
            if error.kind() == io::ErrorKind::AlreadyExists && disk.len(&path)? == Some(0) =>
        {
            disk.open_for_writing(&path)?
        }
        created => created?,
    };
    if let Err(error) = file.sync_all().and_then(|()| journal.sync_dir()) {
        if let Err(error) = disk.remove_file(&path) {
            tracing::warn!(%error, file = %path.display(), "an empty journal segment stays behind");
        }
        return Err(error);
    }
    journal.put(end.segment, Form::Plain, Segment::Plain(Arc::clone(&file)));
    Ok((file, end))
}

/// Copies what stands behind `end` into a file beside the segment.
fn keep_tail(journal: &Journal, file: &dyn DiskFile, end: Position) -> io::Result<()> {
    let length = usize::try_from(file.len()?.saturating_sub(end.offset))
        .map_err(|_| io::ErrorKind::FileTooLarge)?;
    let mut tail = vec![0; length];
    file.read_exact_at(&mut tail, end.offset)?;
    if tail.iter().all(|byte| *byte == 0) {
        return Ok(());
    }
    let path = path_of(journal.dir(), end.segment, Form::Plain);
    let copy = journal
        .disk()
        .create_new(&free_name(journal.disk(), &path, "torn")?)?;
    copy.write_all_at(&tail, 0)?;
    copy.sync_all()?;
    journal.sync_dir()
}
