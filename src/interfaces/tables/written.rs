//! Tables that the archive writes: templates, and rows to be mended.

use rust_xlsxwriter::{Workbook, XlsxError};

use super::columns::Columns;
use crate::interfaces::messages::Language;
use crate::interfaces::messages::tables::{COLUMNS, is_of_result, line_column, reason_column};
use crate::services::table_imports::{ReasonV1, TableImportV1, TableRowV1};

/// Spreadsheets take a text for UTF-8 only with this mark.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The names of the columns of the template.
fn names(language: Language) -> Vec<&'static str> {
    let names = COLUMNS
        .iter()
        .map(|column| language.pick(column.vi, column.en));
    names.filter_map(|names| names.first().copied()).collect()
}

/// A text table (RFC 4180, UTF-8 with byte order mark) with the names of all columns.
pub fn template(language: Language) -> Vec<u8> {
    written(std::iter::once(names(language)))
}

/// The same as a workbook (XLSX).
///
/// # Errors
/// None in practice: it is made in memory.
pub fn template_workbook(language: Language) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in (0..).zip(names(language)) {
        sheet.write_string(0, column, name)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    book.save_to_buffer()
}

/// The rows to be mended as they were sent, with the number of each row and its reasons. It can be sent again as it is.
pub fn result_table(
    import: &TableImportV1,
    rows: &[(TableRowV1, Vec<ReasonV1>)],
    language: Language,
) -> Vec<u8> {
    let columns = Columns::of(&import.header);
    let own = [line_column(language), reason_column(language)];
    let kept: Vec<usize> = (0..import.header.len())
        .filter(|column| {
            let name = import.header.get(*column).map(String::as_str);
            // Those of an earlier result are written anew.
            !is_of_result(name.unwrap_or_default())
        })
        .collect();
    let header = own.into_iter().chain(
        kept.iter()
            .filter_map(|column| import.header.get(*column).map(String::as_str)),
    );
    let header: Vec<String> = header.map(str::to_owned).collect();
    let rows = rows.iter().map(|(row, reasons)| {
        let reasons: Vec<String> = reasons
            .iter()
            .map(|reason| in_words(reason, &columns, &import.header, language))
            .collect();
        let cells = kept.iter().filter_map(|column| row.cells.get(*column));
        let own = [row.line.to_string(), reasons.join(" ")];
        own.into_iter().chain(cells.cloned()).collect()
    });
    written(std::iter::once(header).chain(rows))
}

/// A reason, with the name of its column.
fn in_words(reason: &ReasonV1, columns: &Columns, header: &[String], language: Language) -> String {
    let words = language.pick(&reason.vi, &reason.en);
    match columns.at(&reason.pointer, header) {
        Some(column) => format!("{column}: {words}"),
        None => words.clone(),
    }
}

fn written<R, C>(rows: impl Iterator<Item = R>) -> Vec<u8>
where
    R: IntoIterator<Item = C>,
    C: AsRef<str>,
{
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .from_writer(BYTE_ORDER_MARK.as_bytes().to_vec());
    for row in rows {
        // Writing into memory does not fail.
        drop(writer.write_record(row.into_iter().map(|cell| safe(cell.as_ref()))));
    }
    writer.into_inner().unwrap_or_default()
}

/// A cell that a spreadsheet does not take for a formula.
fn safe(cell: &str) -> String {
    match cell.chars().next() {
        Some('=' | '+' | '@' | '\t' | '\r') => format!("'{cell}"),
        _ => cell.to_owned(),
    }
}
