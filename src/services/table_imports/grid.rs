//! The rows of a table as texts, as its cells come.
//!
//! The first row that is not empty has the names of the columns. Rows without a text are left out, but counted, so that the number
//! of a row is the one that a spreadsheet shows. Only the first sheet is read.

use super::error::TableError;
use crate::services::media::full_text::CellSink;

/// Rows that a table may have.
pub const MAX_ROWS: usize = 10_000;

/// Columns that are read.
const MAX_COLUMNS: usize = 200;

/// Bytes that all cells together may have.
const MAX_CELL_BYTES: usize = 64 << 20;

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

/// Rows as they are read.
#[derive(Debug, Default)]
pub(super) struct Grid {
    rows: Vec<TableRow>,
    row: Vec<String>,
    pub(super) line: u32,
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

    /// The table.
    ///
    /// # Errors
    /// [`TableError::Empty`], [`TableError::TooLarge`].
    pub(super) fn finish(mut self) -> Result<Table, TableError> {
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
