//! One process at a time, and what it left behind.
//!
//! The file `lock` is held locked while the catalogue is open. It tells the number of the session
//! (every open is one), the boot of the machine it ran in, and whether it was closed in order.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// The lock of this session.
#[derive(Debug)]
pub(crate) struct Session {
    file: File,
    /// Its number, growing with every open.
    pub(crate) number: u64,
    /// The session before ended with the machine, without a close: what it had not synced may be
    /// there in any state.
    pub(crate) after_power_loss: bool,
}

impl Session {
    /// Takes the lock in `dir`.
    ///
    /// # Errors
    /// [`io::ErrorKind::ResourceBusy`], naming the lock, when another process has it.
    pub(crate) fn begin(dir: &Path) -> io::Result<Self> {
        let path = dir.join("lock");
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => io::Error::new(
                io::ErrorKind::ResourceBusy,
                format!(
                    "another process has the catalogue open (lock {})",
                    path.display()
                ),
            ),
            TryLockError::Error(error) => error,
        })?;
        let before = fs::read_to_string(&path)?;
        let mut words = before.split_whitespace();
        let number = words.next().and_then(|word| word.parse().ok()).unwrap_or(0) + 1;
        let (boot, state) = (words.next(), words.next());
        let now = this_boot();
        let session = Self {
            file,
            number,
            after_power_loss: state == Some("open") && boot != Some(now.as_str()),
        };
        session.write("open")?;
        Ok(session)
    }

    /// Notes that everything was synced and closed.
    ///
    /// # Errors
    /// Those of the file system.
    pub(crate) fn end(&self) -> io::Result<()> {
        self.write("closed")
    }

    /// Always the same length for a boot, so it is overwritten in place even on a full disk.
    fn write(&self, state: &str) -> io::Result<()> {
        let text = format!("{:020} {} {state:6}\n", self.number, this_boot());
        self.file.write_all_at(text.as_bytes(), 0)?;
        self.file.sync_all()
    }
}

/// The id of the running boot; a constant where the system does not tell.
fn this_boot() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id")
        .map_or_else(|_| "unknown".into(), |id| id.trim().to_owned())
}
