//! The rows of a table: CSV, XLSX or ODS, as texts.
//!
//! The first row that is not empty has the names of the columns. Rows without a text are left out, but counted, so that the number
//! of a row is the one that a spreadsheet shows. Only the first sheet is read.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::error::TableError;
use super::workbook;
use crate::services::media::full_text::{CellSink, read_open_document};

/// Rows that a table may have.
pub const MAX_ROWS: usize = 10_000;

/// Bytes that a table may have as a file.
pub const MAX_TABLE_BYTES: u64 = 16 << 20;

/// Columns that are read.
const MAX_COLUMNS: usize = 200;

/// Bytes that all cells together may have.
const MAX_CELL_BYTES: usize = 64 << 20;

/// How ZIP files begin, which XLSX and ODS are.
const ZIP: &[u8] = b"PK\x03\x04";

/// A table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    /// The names of its columns.
    pub header: Vec<String>,
    /// The rows below.
    pub rows: Vec<TableRow>,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRow {
    /// The number that a spreadsheet shows beside it, from 1.
    pub line: u32,
    /// Its cells without white space around them, as many as the header has at most.
    pub cells: Vec<String>,
}

/// Reads a table; what it is shows in its first bytes. Blocks.
///
/// # Errors
/// [`TableError`].
pub fn read_table(path: &Path) -> Result<Table, TableError> {
    let file = File::open(path).map_err(|_| TableError::Damaged)?;
    let length = file.metadata().map_err(|_| TableError::Damaged)?.len();
    if length > MAX_TABLE_BYTES {
        return Err(TableError::TooLarge { rows: MAX_ROWS });
    }
    let mut bytes = Vec::new();
    let read = file.take(MAX_TABLE_BYTES).read_to_end(&mut bytes);
    read.map_err(|_| TableError::Damaged)?;
    let grid = if !bytes.starts_with(ZIP) {
        read_text(&bytes)?
    } else if workbook::is_workbook(&bytes)? {
        workbook::read(bytes, Grid::default())?
    } else {
        let grid = read_open_document(path, Grid::default());
        grid.map_err(|_| TableError::Damaged)?
    };
    grid.finish()
}

/// Comma-separated values (RFC 4180) in UTF-8, parted by what parts most in the first line.
fn read_text(bytes: &[u8]) -> Result<Grid, TableError> {
    let text = std::str::from_utf8(bytes).map_err(|_| TableError::NotUtf8)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut grid = Grid::default();
    grid.begin_sheet("");
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(text))
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    while reader
        .read_record(&mut record)
        .map_err(|_| TableError::Damaged)?
    {
        if let Some(position) = record.position() {
            grid.line = u32::try_from(position.line().saturating_sub(1)).unwrap_or(u32::MAX);
        }
        for cell in &record {
            grid.push(cell, 1);
        }
        grid.end_row(1);
        if grid.is_full() {
            break;
        }
    }
    Ok(grid)
}

fn delimiter(text: &str) -> u8 {
    let mut is_quoted = false;
    let (mut commas, mut semicolons, mut tabs) = (0, 0, 0);
    for character in text.chars() {
        match character {
            '"' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            ',' => commas += 1,
            ';' => semicolons += 1,
            '\t' => tabs += 1,
            '\n' => break,
            _ => {}
        }
    }
    if tabs > commas.max(semicolons) {
        b'\t'
    } else if semicolons > commas {
        b';'
    } else {
        b','
    }
}

/// Rows as they are read.
#[derive(Debug, Default)]
pub(super) struct Grid {
    rows: Vec<TableRow>,
    row: Vec<String>,
    line: u32,
    sheets: usize,
    bytes: usize,
    is_over: bool,
}

impl Grid {
    /// Puts a text into a row and column, both from 0, of a sheet that is read in order of its rows.
    pub(super) fn put(&mut self, row: u32, column: usize, text: &str) {
        while self.line < row && !self.is_full() {
            let skipped = usize::try_from(row - self.line).unwrap_or(usize::MAX);
            self.end_row(if self.row.is_empty() { skipped } else { 1 });
        }
        if column >= MAX_COLUMNS {
            return;
        }
        if let Some(skipped) = column.checked_sub(self.row.len()) {
            self.push("", skipped);
            self.push(text, 1);
        }
    }

    fn finish(mut self) -> Result<Table, TableError> {
        self.end_row(1);
        if self.is_over {
            return Err(TableError::TooLarge { rows: MAX_ROWS });
        }
        let mut rows = self.rows.into_iter();
        let header = rows.next().ok_or(TableError::Empty)?.cells;
        let mut rows: Vec<TableRow> = rows.collect();
        for row in &mut rows {
            row.cells.resize(header.len(), String::new());
        }
        rows.retain(|row| row.cells.iter().any(|cell| !cell.is_empty()));
        if rows.is_empty() {
            return Err(TableError::Empty);
        }
        Ok(Table { header, rows })
    }
}

impl CellSink for Grid {
    fn begin_sheet(&mut self, _: &str) {
        self.sheets += 1;
    }

    fn push(&mut self, text: &str, times: usize) {
        let text = text.trim();
        for _ in 0..times {
            if self.is_full() || self.row.len() >= MAX_COLUMNS {
                return;
            }
            self.bytes += text.len();
            self.is_over |= self.bytes > MAX_CELL_BYTES;
            self.row.push(text.to_owned());
        }
    }

    fn end_row(&mut self, times: usize) {
        let mut cells = std::mem::take(&mut self.row);
        let filled = cells.iter().rposition(|cell| !cell.is_empty());
        cells.truncate(filled.map_or(0, |last| last + 1));
        if cells.is_empty() {
            let times = u32::try_from(times).unwrap_or(u32::MAX);
            self.line = self.line.saturating_add(times);
            return;
        }
        for _ in 0..times {
            if self.is_full() {
                return;
            }
            self.line = self.line.saturating_add(1);
            self.bytes += cells.iter().map(String::len).sum::<usize>();
            // One more for the header.
            self.is_over |= self.rows.len() > MAX_ROWS || self.bytes > MAX_CELL_BYTES;
            self.rows.push(TableRow {
                line: self.line,
                cells: cells.clone(),
            });
        }
    }

    fn is_full(&self) -> bool {
        self.is_over || self.sheets > 1
    }
}

#[cfg(test)]
mod tests {
    use super::{Table, TableError, read_text};

    fn read(bytes: &[u8]) -> Result<Table, TableError> {
        read_text(bytes)?.finish()
    }

    #[test]
    fn texts_are_read_with_any_usual_delimiter_with_and_without_bom() {
        for text in [
            "\u{feff}Tiêu đề;Tệp\nMột, hai;a.jpg|b.jpg\n",
            "Tiêu đề,Tệp\r\n\"Một, hai\",a.jpg|b.jpg\r\n",
            "Tiêu đề\tTệp\nMột, hai\ta.jpg|b.jpg",
        ] {
            let table = read(text.as_bytes()).unwrap();
            assert_eq!(table.header, ["Tiêu đề", "Tệp"]);
            assert_eq!(table.rows.len(), 1, "{text:?}");
            assert_eq!(table.rows[0].line, 2);
            assert_eq!(table.rows[0].cells, ["Một, hai", "a.jpg|b.jpg"]);
        }
    }

    #[test]
    fn other_encodings_and_tables_without_rows_are_refused() {
        assert_eq!(read(b"Ti\xeau,T\xebp\n1,2"), Err(TableError::NotUtf8));
        assert_eq!(read(b"a,b\n,\n"), Err(TableError::Empty));
        assert_eq!(read(b""), Err(TableError::Empty));
    }

    #[test]
    fn a_table_with_too_many_rows_is_refused() {
        let text = "a\n".to_owned() + &"1\n".repeat(super::MAX_ROWS);
        assert_eq!(read(text.as_bytes()).unwrap().rows.len(), super::MAX_ROWS);
        let refused = read((text + "1\n").as_bytes());
        assert!(matches!(refused, Err(TableError::TooLarge { .. })));
    }
}
