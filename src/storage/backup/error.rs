//! Why a backup or a restore did not succeed.

use std::io;
use std::path::{Path, PathBuf};

use crate::storage::catalog::{CatalogError, LogId};

/// Why a backup or a restore did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file could not be read or written.
    #[error("{path}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The folder has something else in it than a backup.
    #[error("{0} is not empty and holds no backup")]
    NotABackup(PathBuf),
    /// The folder holds the backup of something else: the archive is no continuation of it.
    #[error(
        "{folder} holds a backup of the log {log}, of which this archive is no continuation; use \
         another folder"
    )]
    OtherLog {
        /// The folder.
        folder: PathBuf,
        /// The log of the backup.
        log: LogId,
    },
    /// Another backup to the same folder is running.
    #[error("another backup to {0} is running")]
    InUse(PathBuf),
    /// There is already something where it should be restored to.
    #[error("{0} is not empty: an archive is restored into a folder that is empty or missing")]
    Exists(PathBuf),
    /// Another restore into the same folder was begun and not finished.
    #[error("another restore into {0} was not finished; repeat it, or empty the folder")]
    OtherRestore(PathBuf),
    /// The backup does not reach to the point wanted.
    #[error("the backup ends with event {last}, before event {wanted}")]
    Beyond {
        /// The event wanted.
        wanted: u64,
        /// The last one there is.
        last: u64,
    },
    /// The manifest is of a newer version or not a manifest.
    #[error("{path} cannot be understood: {why}")]
    Manifest {
        /// Which file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A file is not what it should be.
    #[error("{path} is damaged: {why}")]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// The catalogue.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

impl BackupError {
    /// For use with `map_err` on operations on a path.
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }

    /// A damaged file.
    pub(super) fn damaged(path: &Path, why: impl Into<String>) -> Self {
        Self::Damaged {
            path: path.to_owned(),
            why: why.into(),
        }
    }
}
