//! Collects the cells of a spreadsheet, within limits.

use crate::services::media::text::builder::{MAX_TEXT_BYTES, TextBuilder};

/// Cells that are read of all sheets together.
pub(super) const MAX_CELLS: usize = 500_000;

/// Bytes that all cells together may have; a cell can name a text that others name as well.
const MAX_BYTES: usize = 4 * MAX_TEXT_BYTES;

/// A cell or row that is repeated is written so often at most: what it says is found all the same.
const MAX_REPEATS: usize = 100;

/// Takes the cells of a spreadsheet in order.
pub trait CellSink {
    /// Begins a sheet with this name.
    fn begin_sheet(&mut self, name: &str);

    /// Adds a cell to the present row, `times` in a row.
    fn push(&mut self, text: &str, times: usize);

    /// Ends the present row, which comes `times` one after the other.
    fn end_row(&mut self, times: usize);

    /// Whether nothing more is taken.
    fn is_full(&self) -> bool;
}

/// The text of a spreadsheet that grows by cells.
#[derive(Debug, Default)]
pub(super) struct Cells {
    builder: TextBuilder,
    row: String,
    cells_of_row: usize,
    cells: usize,
    bytes: usize,
}

impl CellSink for Cells {
    fn begin_sheet(&mut self, name: &str) {
        self.end_row(1);
        if !self.is_full() {
            self.bytes += name.len();
            self.builder.push(name);
            self.builder.end_line();
        }
    }

    /// An empty cell costs nothing.
    fn push(&mut self, text: &str, times: usize) {
        if text.trim().is_empty() {
            return;
        }
        for _ in 0..times.min(MAX_REPEATS) {
            if self.is_full() || self.row.len() >= MAX_TEXT_BYTES {
                return;
            }
            self.cells += 1;
            self.cells_of_row += 1;
            self.row.push_str(text);
            self.row.push('\t');
        }
    }

    fn end_row(&mut self, times: usize) {
        if self.row.is_empty() {
            return;
        }
        for time in 0..times.min(MAX_REPEATS) {
            if time > 0 {
                if self.is_full() {
                    break;
                }
                self.cells += self.cells_of_row;
            }
            self.bytes += self.row.len();
            self.builder.push(&self.row);
            self.builder.end_line();
        }
        self.row.clear();
        self.cells_of_row = 0;
    }

    fn is_full(&self) -> bool {
        self.cells >= MAX_CELLS || self.bytes >= MAX_BYTES || self.builder.is_full()
    }
}

impl Cells {
    /// The text.
    pub(super) fn finish(mut self) -> String {
        self.end_row(1);
        self.builder.finish()
    }
}
