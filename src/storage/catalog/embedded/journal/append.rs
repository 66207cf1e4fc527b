//! Writing the journal. Only the writer thread does.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use super::{Journal, Position, Segment, segment, sync_dir};

/// The open end of the journal.
#[derive(Debug)]
pub(crate) struct Appender {
    journal: Arc<Journal>,
    file: File,
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
    /// Opens the journal for writing at `end`, making its first segment if there is none and the
    /// next if the last is sealed. What stands behind `end` is a torn tail and is cut off. Everything before is durable after
    /// this, also if the process before this one was killed between write and sync.
    ///
    /// # Errors
    /// Those of the file system.
    pub(crate) fn open(journal: Arc<Journal>, mut end: Position) -> io::Result<Self> {
        let last_is_sealed =
            segment::present_path(journal.dir(), end.segment).extension() == Some("zst".as_ref());
        if journal.firsts().is_empty() || last_is_sealed {
            end.segment = end.seq + 1;
            end.offset = 0;
        }
        let path = segment::plain_path(journal.dir(), end.segment);
        let is_new = !path.exists();
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)?;
        let torn = file.metadata()?.len().saturating_sub(end.offset);
        if torn > 0 {
            tracing::warn!(
                bytes = torn,
                "cut off an unfinished write at the end of the journal"
            );
            file.set_len(end.offset)?;
        }
        file.sync_all()?;
        if is_new {
            sync_dir(journal.dir())?;
            journal.put(end.segment, Segment::open(journal.dir(), end.segment)?);
        }
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
            // After a failed sync the kernel may have dropped the pages: no second try. The
            // shortening is for the next start, so that it finds nothing that was refused.
            let _ = self.file.set_len(self.end.offset);
            return Err(AppendError::Unknown(error));
        }
        self.end.offset += bytes.len() as u64;
        self.end.seq = seq;
        Ok(())
    }

    /// Takes back what was appended after `to`, nobody having been told of it yet.
    ///
    /// # Errors
    /// Those of the file system; the state of the journal is then unknown.
    pub(crate) fn take_back(&mut self, to: Position) -> io::Result<()> {
        self.file.set_len(to.offset)?;
        self.file.sync_data()?;
        self.end = to;
        Ok(())
    }

    /// Begins the next segment and gives the first seq of the closed one.
    ///
    /// # Errors
    /// Those of the file system; the present segment then stays open.
    pub(crate) fn rotate(&mut self) -> io::Result<u64> {
        let next = Position {
            seq: self.end.seq,
            segment: self.end.seq + 1,
            offset: 0,
        };
        let closed = self.end.segment;
        *self = Self::open(Arc::clone(&self.journal), next)?;
        Ok(closed)
    }
}
