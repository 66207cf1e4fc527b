//! One process at a time, and what the one before left behind.
//!
//! The file `lock` is held locked while the catalogue is open. It tells the number of the session
//! (every open is one), the boot of the machine it ran in, whether it was closed in order, the
//! last change set that was known to be durable when the file was written, and the id of the log.
//! The last two prove a loss when the journal ends earlier.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::storage::catalog::LogId;
use crate::storage::disk::{Disk, DiskFile, read_all};

/// The lock of this session.
#[derive(Debug)]
pub(crate) struct Session {
    file: Arc<dyn DiskFile>,
    /// Its number, growing with every open.
    pub(crate) number: u64,
    /// The session before ended with the machine, without a close: what it had not synced may be
    /// there in any state.
    pub(crate) after_power_loss: bool,
    /// The session before took change sets back that the files of the index may have.
    pub(crate) after_undoing: bool,
    /// Up to where the session before knew the journal to be durable; none when the file was not
    /// there.
    pub(crate) before: Option<Durable>,
}

/// A point up to which the journal is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Durable {
    /// The seq of a change set; 0 when the file was written by a version that did not note it.
    pub(crate) seq: u64,
    /// The log it belongs to.
    pub(crate) log: Option<LogId>,
}

impl Session {
    /// Takes the lock in `dir`.
    ///
    /// # Errors
    /// [`io::ErrorKind::ResourceBusy`], naming the lock, when another process has it.
    pub(crate) fn begin(disk: &dyn Disk, dir: &Path) -> io::Result<Self> {
        let path = dir.join("lock");
        let file = match disk.create_new(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                disk.open_for_writing(&path)?
            }
            created => created?,
        };
        if !file.try_lock()? {
            return Err(io::Error::new(
                io::ErrorKind::ResourceBusy,
                format!(
                    "another process has the catalogue open (lock {})",
                    path.display()
                ),
            ));
        }
        let text = String::from_utf8_lossy(&read_all(&*file)?).into_owned();
        let mut words = text.split_whitespace();
        let number = words.next().and_then(|word| word.parse().ok());
        let (boot, state) = (words.next(), words.next());
        let durable = Durable {
            seq: words.next().and_then(|word| word.parse().ok()).unwrap_or(0),
            log: words.next().and_then(|word| word.parse().ok()),
        };
        let session = Self {
            file,
            number: number.unwrap_or(0) + 1,
            after_power_loss: state.is_some_and(|state| state != "closed")
                && boot != Some(this_boot().as_str()),
            after_undoing: state == Some("undone"),
            before: number.map(|_| durable),
        };
        let state = if session.after_undoing {
            "undone"
        } else {
            "open"
        };
        session.write(state, durable)?;
        Ok(session)
    }

    /// Notes how far the journal is durable.
    ///
    /// # Errors
    /// Those of the file system.
    pub(crate) fn note(&self, durable: Durable) -> io::Result<()> {
        self.write("open", durable)
    }

    /// Notes that change sets behind `durable` were taken back from the journal: what the index
    /// knows of them proves nothing.
    ///
    /// # Errors
    /// Those of the file system.
    pub(crate) fn note_undoing(&self, durable: Durable) -> io::Result<()> {
        self.write("undone", durable)
    }

    /// Notes that everything was synced and closed.
    ///
    /// # Errors
    /// Those of the file system.
    pub(crate) fn end(&self, durable: Durable) -> io::Result<()> {
        self.write("closed", durable)
    }

    /// Always the same length for a boot, so it is overwritten in place even on a full disk.
    fn write(&self, state: &str, durable: Durable) -> io::Result<()> {
        let log = durable
            .log
            .map_or_else(|| "-".to_owned(), |log| log.to_string());
        let text = format!(
            "{:020} {} {state:6} {:020} {log:36}\n",
            self.number,
            this_boot(),
            durable.seq
        );
        self.file.write_all_at(text.as_bytes(), 0)?;
        self.file.sync_all()
    }
}

/// The id of the running boot; a constant where the system does not tell.
fn this_boot() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id")
        .map_or_else(|_| "unknown".into(), |id| id.trim().to_owned())
}
