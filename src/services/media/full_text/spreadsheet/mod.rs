//! The text of spreadsheets (XLSX, ODS): for each sheet its name, then a line for each row, cells parted by tabs.
//!
//! Only cells that are written in the file cost anything: two cells in opposite corners are two lines.

mod cells;
mod table;
#[cfg(test)]
mod tests;
mod workbook;

use std::path::Path;

pub use cells::CellSink;

use super::error::TextError;
use super::package::Package;
use crate::domain::asset::ProcessingFailure;
use crate::services::media::stop_sign::StopSign;

/// Passes the cells of an OpenDocument spreadsheet on, within the limits of a package; those of hidden parts are left out. Blocks.
///
/// # Errors
/// Why it cannot be read.
pub fn read_open_document<S: CellSink>(path: &Path, sink: S) -> Result<S, ProcessingFailure> {
    let read = Package::open(path, &StopSign::default());
    let read = read.and_then(|mut package| table::read_cells(&mut package, sink));
    read.map_err(|error| match error {
        TextError::File(failure) => failure,
        TextError::Io(_) | TextError::Program(_) => ProcessingFailure::Damaged,
    })
}

/// Reads a spreadsheet. Blocks.
///
/// # Errors
/// [`TextError`].
pub(super) fn read(mut package: Package) -> Result<String, TextError> {
    if package.has(table::CONTENT) {
        return table::read(&mut package);
    }
    if !package.has(workbook::WORKBOOK) && package.has(workbook::BINARY_WORKBOOK) {
        return Err(ProcessingFailure::Unsupported.into());
    }
    workbook::read(&mut package)
}
