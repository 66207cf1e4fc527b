//! From errors of the file system to those of the catalogue.

use std::io;

use crate::storage::catalog::CatalogError;

/// A full disk, quota or file size limit is one thing, any other failure of the device another.
pub(crate) fn full_or_io(error: io::Error) -> CatalogError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::FileTooLarge | io::ErrorKind::QuotaExceeded => {
            CatalogError::Full(error)
        }
        _ => CatalogError::Io(error),
    }
}
