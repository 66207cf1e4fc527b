//! The text of spreadsheets (XLSX, ODS): for each sheet its name, then a line for each row, cells parted by tabs.
//!
//! Only cells that are written in the file cost anything: two cells in opposite corners are two lines.

mod cells;
mod table;
#[cfg(test)]
mod tests;
mod workbook;

use super::error::TextError;
use super::package::Package;
use crate::domain::asset::ProcessingFailure;

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
