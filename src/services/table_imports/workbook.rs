//! The first sheet of a workbook (XLSX). Cells are read one after the other, so that two cells in opposite corners are two cells,
//! and what is unpacked is counted before it is parsed.
//!
//! Spreadsheets in ODS are read by `full_text`: calamine would build the whole rectangle that repeated cells span.

use std::io::{Cursor, Read as _};

use calamine::{DataRef, Reader as _, Xlsx};
use zip::ZipArchive;

use super::error::TableError;
use super::grid::{Grid, MAX_ROWS};
use crate::services::media::full_text::CellSink as _;

/// Bytes that all parts together may have when unpacked.
const MAX_UNPACKED_BYTES: u64 = 64 << 20;

/// Parts that a workbook may have.
const MAX_PARTS: usize = 2_000;

/// Whether a package is a workbook and not an OpenDocument spreadsheet.
pub(super) fn is_workbook(bytes: &[u8]) -> Result<bool, TableError> {
    let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| TableError::Damaged)?;
    Ok(archive.index_for_name("xl/workbook.xml").is_some())
}

/// Reads the first sheet. Blocks.
///
/// # Errors
/// [`TableError`].
pub(super) fn read(bytes: Vec<u8>, mut grid: Grid) -> Result<Grid, TableError> {
    check_length(&bytes)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| TableError::Damaged)?;
    let names = book.sheet_names();
    let first = names.first().ok_or(TableError::Empty)?;
    let cells = book.worksheet_cells_reader(first);
    let mut cells = cells.map_err(|_| TableError::Damaged)?;
    grid.begin_sheet(first);
    while let Some(cell) = cells.next_cell().map_err(|_| TableError::Damaged)? {
        let (row, column) = cell.get_position();
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if let Some(text) = text_of(cell.get_value()) {
            grid.put(row, column, &text);
        }
        if grid.is_full() {
            break;
        }
    }
    Ok(grid)
}

/// Unpacks everything once: what a package announces is not believed.
fn check_length(bytes: &[u8]) -> Result<(), TableError> {
    let too_large = TableError::TooLarge { rows: MAX_ROWS };
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| TableError::Damaged)?;
    if archive.len() > MAX_PARTS {
        return Err(too_large);
    }
    let mut budget = MAX_UNPACKED_BYTES;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|_| TableError::Damaged)?;
        let read = std::io::copy(&mut part.take(budget + 1), &mut std::io::sink());
        let length = read.map_err(|_| TableError::Damaged)?;
        budget = budget.checked_sub(length).ok_or(too_large)?;
    }
    Ok(())
}

/// What a cell shows; numbers without exponent, days as `YYYY-MM-DD`.
fn text_of(value: &DataRef<'_>) -> Option<String> {
    Some(match value {
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.clone()
        }
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(value) => if *value { "TRUE" } else { "FALSE" }.to_owned(),
        DataRef::DateTime(moment) => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        DataRef::Error(_) | DataRef::Empty => return None,
    })
}
