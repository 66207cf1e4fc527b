//! Reads tables: CSV, XLSX or ODS.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::error::TableError;
use super::grid::{Grid, MAX_ROWS, Table};
use super::workbook;
use crate::services::media::full_text::{CellSink as _, read_open_document};

/// Bytes that a table may have as a file.
pub const MAX_TABLE_BYTES: u64 = 16 << 20;

/// How ZIP files begin, which XLSX and ODS are.
const ZIP: &[u8] = b"PK\x03\x04";

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
    let mut lines = Lines::of(text);
    while reader
        .read_record(&mut record)
        .map_err(|_| TableError::Damaged)?
    {
        if let Some(position) = record.position() {
            grid.line = lines.before(position.byte());
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

/// Counts lines up to records. The reader counts itself, but one too few where lines end in CRLF.
struct Lines<'t> {
    text: &'t [u8],
    counted: usize,
    lines: u32,
}

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Self {
        Self {
            text: text.as_bytes(),
            counted: 0,
            lines: 0,
        }
    }

    /// The lines before the record that the reader found at this byte, of each later record in turn: it may stand before
    /// the end of the line before it, and before empty lines.
    fn before(&mut self, byte: u64) -> u32 {
        let at = usize::try_from(byte)
            .unwrap_or(usize::MAX)
            .min(self.text.len());
        let is_end = |byte: &&u8| matches!(byte, b'\r' | b'\n');
        let begin = at + self.text[at..].iter().take_while(is_end).count();
        let passed = self.text[self.counted.min(begin)..begin].iter();
        let ends = passed.filter(|byte| **byte == b'\n').count();
        self.lines = self
            .lines
            .saturating_add(u32::try_from(ends).unwrap_or(u32::MAX));
        self.counted = begin;
        self.lines
    }
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

#[cfg(test)]
mod tests {
    use super::{MAX_ROWS, Table, TableError, read_text};

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
        let text = "a\n".to_owned() + &"1\n".repeat(MAX_ROWS);
        assert_eq!(read(text.as_bytes()).unwrap().rows.len(), MAX_ROWS);
        let refused = read((text + "1\n").as_bytes());
        assert!(matches!(refused, Err(TableError::TooLarge { .. })));
    }
}
