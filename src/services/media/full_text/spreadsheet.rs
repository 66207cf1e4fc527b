//! The text of spreadsheets (XLSX, ODS): for each sheet its name, then a line for each row.

use std::io::Cursor;
use std::path::Path;

use calamine::{Data, Reader, open_workbook_auto_from_rs};

use super::error::TextError;
use super::package::Package;
use crate::domain::asset::ProcessingFailure;
use crate::services::media::text::builder::TextBuilder;

/// Bytes of a spreadsheet that is read; it is kept in memory whole.
const MAX_BYTES: u64 = 32 << 20;

/// Cells that are read of all sheets together.
const MAX_CELLS: usize = 500_000;

/// Reads a spreadsheet. Blocks.
///
/// # Errors
/// [`TextError`].
pub(super) fn read(path: &Path) -> Result<String, TextError> {
    if std::fs::metadata(path)?.len() > MAX_BYTES {
        return Err(ProcessingFailure::TooLarge.into());
    }
    check_parts(path)?;
    let bytes = Cursor::new(std::fs::read(path)?);
    let damaged = |_| TextError::from(ProcessingFailure::Damaged);
    let mut workbook = open_workbook_auto_from_rs(bytes).map_err(damaged)?;
    let mut builder = TextBuilder::default();
    let mut cells = 0;
    for name in workbook.sheet_names() {
        builder.push(&name);
        builder.end_line();
        let Ok(sheet) = workbook.worksheet_range(&name) else {
            continue;
        };
        for row in sheet.rows() {
            cells += row.len();
            if cells > MAX_CELLS || builder.is_full() {
                return Ok(builder.finish());
            }
            for cell in row.iter().filter(|cell| !matches!(cell, Data::Empty)) {
                builder.push(&cell.to_string());
                builder.push(" ");
            }
            builder.end_line();
        }
    }
    Ok(builder.finish())
}

/// The library unpacks without a limit, so every part is unpacked within one first.
fn check_parts(path: &Path) -> Result<(), TextError> {
    let mut package = Package::open(path)?;
    for name in package.names() {
        if name.ends_with(".xml") || name.ends_with(".bin") {
            package.read(&name)?;
        }
    }
    Ok(())
}
