//! Spreadsheets as their makers write them, and such as only attackers do.

use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::read;
use crate::domain::asset::ProcessingFailure;
use crate::services::media::full_text::error::TextError;
use crate::services::media::full_text::package::Package;
use crate::services::media::stop_sign::StopSign;

const RELATIONS: &str = "<Relationships>\
    <Relationship Id='a' Type='http://x/worksheet' Target='worksheets/second.xml'/>\
    <Relationship Id='b' Type='http://x/worksheet' Target='/xl/worksheets/first.data'/>\
    <Relationship Id='c' Type='http://x/sharedStrings' Target='sharedStrings.xml'/>\
    <Relationship Id='d' Type='http://x/chartsheet' Target='chartsheets/sheet1.xml'/>\
    </Relationships>";

/// A file with these parts, read.
fn text_of(parts: &[(&str, &str)]) -> Result<String, TextError> {
    let mut package = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, text) in parts {
        package.start_file(*name, options).unwrap();
        package.write_all(text.as_bytes()).unwrap();
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("spreadsheet");
    std::fs::write(&path, package.finish().unwrap().into_inner()).unwrap();
    read(Package::open(&path, &StopSign::default())?)
}

/// A workbook with these shared texts and cells.
fn workbook(shared: &str, sheet: &str) -> Result<String, TextError> {
    text_of(&[
        (
            "xl/workbook.xml",
            "<workbook><sheets><sheet name='Trang' sheetId='1' r:id='b'/></sheets></workbook>",
        ),
        ("xl/_rels/workbook.xml.rels", RELATIONS),
        ("xl/sharedStrings.xml", shared),
        ("xl/worksheets/first.data", sheet),
    ])
}

fn ods(table: &str) -> Result<String, TextError> {
    let content = format!("<office:body><table:table table:name='Bảng'>{table}</table:table>");
    text_of(&[("content.xml", &content)])
}

#[test]
fn cells_of_every_kind_say_what_is_stored() {
    let shared = "<sst count='9' uniqueCount='4000000000'><si><t>Một</t></si>\
        <si><r><t>Hai </t></r><r><t xml:space='preserve'>phần</t></r><rPh><t>hai</t></rPh></si></sst>";
    let sheet = "<worksheet><sheetData>\
        <row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' t='s'><v>1</v></c><c r='C1' t='s'><v>7</v></c></row>\
        <row r='2'><c t='inlineStr'><is><t>Trong ô</t></is></c><c><v>0.50</v></c><c t='b'><v>1</v></c>\
        <c t='str'><f>A1&amp;B1</f><v>Một&amp;Hai</v></c><c t='e'><v>#DIV/0!</v></c><c t='d'><v>2026-12-10</v></c></row>\
        </sheetData></worksheet>";
    let text = workbook(shared, sheet).unwrap();
    assert_eq!(
        text,
        "Trang\nMột Hai phần\nTrong ô 0.50 TRUE Một&Hai #DIV/0! 2026-12-10\n"
    );
}

#[test]
fn sheets_come_in_the_order_of_the_workbook() {
    let sheets = "<workbook><sheets><sheet name='Một' sheetId='7' r:id='b'/><sheet name='Biểu đồ' sheetId='8' r:id='d'/>\
        <sheet name='Hai' sheetId='2' r:id='a'/><sheet name='Ba' sheetId='3' r:id='nowhere'/></sheets></workbook>";
    let cell = |value| format!("<row><c><v>{value}</v></c></row>");
    let text = text_of(&[
        ("xl/worksheets/second.xml", &cell(2)),
        ("xl/worksheets/first.data", &cell(1)),
        ("xl/_rels/workbook.xml.rels", RELATIONS),
        ("xl/workbook.xml", sheets),
    ]);
    assert_eq!(text.unwrap(), "Một\n1\nBiểu đồ\nHai\n2\nBa\n");
}

/// 17 billion cells lie between these two.
#[test]
fn cells_in_opposite_corners_cost_two_cells() {
    let sheet = "<row r='1'><c r='A1'><v>1</v></c></row>\
        <row r='1048576'><c r='XFD1048576'><v>2</v></c></row>";
    assert_eq!(workbook("", sheet).unwrap(), "Trang\n1\n2\n");
}

#[test]
fn a_bomb_is_too_large_under_any_name() {
    let blanks = " ".repeat(65 << 20);
    let failure = workbook("", &blanks).unwrap_err();
    assert!(
        matches!(failure, TextError::File(ProcessingFailure::TooLarge)),
        "{failure:?}"
    );
}

#[test]
fn cells_that_name_one_long_text_end_within_the_limit() {
    let shared = format!("<si><t>{}</t></si>", "\u{ad}".repeat(1 << 20));
    let row = "<row><c t='s'><v>0</v></c></row>".repeat(100_000);
    let started = std::time::Instant::now();
    assert_eq!(workbook(&shared, &row).unwrap(), "Trang\n");
    assert!(started.elapsed().as_secs() < 30);
}

#[test]
fn what_cells_show_is_read() {
    let table = "<table:table-row><table:table-cell office:value='1500'><text:p>1.500</text:p></table:table-cell>\
        <table:table-cell office:value='7'/>\
        <table:table-cell><office:annotation><text:p>Ghi chú</text:p></office:annotation><text:p>Hai<text:s/>từ</text:p><text:p>hết</text:p></table:table-cell>\
        </table:table-row>";
    assert_eq!(ods(table).unwrap(), "Bảng\n1.500 7 Hai từ hết\n");
}

#[test]
fn repeated_cells_are_bounded_and_empty_ones_cost_nothing() {
    let empty = "<table:table-row table:number-rows-repeated='1048570'>\
        <table:table-cell table:number-columns-repeated='16384'/></table:table-row>";
    let twice = "<table:table-row table:number-rows-repeated='2'>\
        <table:table-cell table:number-columns-repeated='3'><text:p>ba</text:p></table:table-cell></table:table-row>";
    let text = ods(&format!("{}{twice}", empty.repeat(1000))).unwrap();
    assert_eq!(text, "Bảng\nba ba ba\nba ba ba\n");

    let full = "<table:table-row table:number-rows-repeated='1048576'>\
        <table:table-cell table:number-columns-repeated='16384'><text:p>lặp</text:p></table:table-cell></table:table-row>";
    let last = "<table:table-row><table:table-cell><text:p>cuối</text:p></table:table-cell></table:table-row>";
    let text = ods(&format!("{full}{last}")).unwrap();
    assert!(text.ends_with("cuối\n"));
    assert!(text.len() < 1 << 20, "{}", text.len());
}

#[test]
fn binary_workbooks_are_not_supported() {
    let failure = text_of(&[("xl/workbook.bin", "")]).unwrap_err();
    assert!(
        matches!(failure, TextError::File(ProcessingFailure::Unsupported)),
        "{failure:?}"
    );
}
