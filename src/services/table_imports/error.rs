//! Why a table, a file of it, or an import was refused.

use crate::services::uploads::UploadsError;
use crate::storage::blobs::BlobError;
use crate::storage::catalog::CatalogError;

/// Why a table cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// A text that is not UTF-8.
    #[error("the text is not UTF-8")]
    NotUtf8,
    /// A broken file, or none of the formats.
    #[error("the table is damaged, or neither CSV, XLSX nor ODS")]
    Damaged,
    /// It has no row below the names of its columns.
    #[error("the table has no rows")]
    Empty,
    /// More than may be read of it.
    #[error("the table has more than {rows} rows, or too many or too long cells")]
    TooLarge {
        /// The most rows.
        rows: usize,
    },
}

/// Why the files of an import cannot be used at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// The bytes are gone.
    #[error("the upload is gone")]
    Missing,
    /// It is no ZIP archive, or a damaged one.
    #[error("the upload is no ZIP archive that can be read")]
    NoArchive,
    /// More entries than an archive may have.
    #[error("the archive has more than {0} entries")]
    TooManyEntries(usize),
}

/// Why a file that a row names cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FileRefusal {
    /// There is none.
    #[error("there is no such file")]
    Missing,
    /// The name leads out of the folder.
    #[error("the name leads out of the folder")]
    Outside,
    /// Several have it, or differ from it only in case.
    #[error("several files have this name")]
    Ambiguous,
    /// It cannot be unpacked, or has another length than announced.
    #[error("the file cannot be unpacked")]
    Damaged,
    /// It is longer than this.
    #[error("the file has more than {0} bytes")]
    TooLarge(u64),
}

/// Why an import cannot be checked, started, read or cancelled.
#[derive(Debug, thiserror::Error)]
pub enum TableImportError {
    /// The actor may not import.
    #[error("the actor may not import")]
    Forbidden,
    /// There is none, or none that the actor may know of.
    #[error("there is no such import")]
    NotFound,
    /// It is in another phase.
    #[error("the import is in another phase")]
    WrongPhase,
    /// The table cannot be read.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The files cannot be used.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// An upload cannot be used.
    #[error(transparent)]
    Upload(#[from] UploadsError),
    /// The disk refused or failed.
    #[error(transparent)]
    Blobs(#[from] BlobError),
    /// The catalogue refused or failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}
