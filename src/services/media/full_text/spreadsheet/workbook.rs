//! The text of workbooks (XLSX, ECMA-376 part 1, clause 18): the sheets in the order of the workbook.
//!
//! Numbers are taken as they are stored, dates as well: the number that their style shows as a date.

use std::collections::BTreeMap;

use super::cells::{CellSink as _, Cells, MAX_CELLS};
use crate::services::media::full_text::error::TextError;
use crate::services::media::full_text::package::Package;
use crate::services::media::full_text::relations::{self, Relation};
use crate::services::media::full_text::xml::{Node, walk};

/// The part that names the sheets.
pub(super) const WORKBOOK: &str = "xl/workbook.xml";

/// The same in files that only Excel reads (XLSB).
pub(super) const BINARY_WORKBOOK: &str = "xl/workbook.bin";

/// Sheets that are read of a workbook.
const MAX_SHEETS: usize = 10_000;

/// Reads a workbook. Blocks.
///
/// # Errors
/// [`TextError`].
pub(super) fn read(package: &mut Package) -> Result<String, TextError> {
    let sheets = sheets(&package.require(WORKBOOK)?)?;
    let relations = relations::of(package, WORKBOOK)?;
    let texts = match relations.iter().find(|one| one.kind == "sharedStrings") {
        Some(part) => shared_texts(&package.read(&part.target)?.unwrap_or_default())?,
        None => Vec::new(),
    };
    let by_id = relations.iter().map(|one| (one.id.as_str(), one));
    let by_id: BTreeMap<&str, &Relation> = by_id.collect();
    let mut cells = Cells::default();
    for (name, id) in sheets {
        cells.begin_sheet(&name);
        let part = by_id.get(id.as_str()).filter(|one| one.kind == "worksheet");
        if cells.is_full() {
            break;
        }
        if let Some(part) = part
            && let Some(xml) = package.read(&part.target)?
        {
            read_sheet(&xml, &texts, &mut cells)?;
        }
    }
    Ok(cells.finish())
}

/// The names of the sheets with the ids of their relations.
fn sheets(workbook: &[u8]) -> Result<Vec<(String, String)>, TextError> {
    let mut sheets = Vec::new();
    walk(workbook, |node| {
        if let Node::Start(element) = node
            && element.name == "sheet"
            && sheets.len() < MAX_SHEETS
        {
            // The other id of a sheet is `sheetId`.
            sheets.extend(element.attribute("name").zip(element.attribute("id")));
        }
    })?;
    Ok(sheets)
}

/// The texts that cells name by their number. How many there are is counted, not believed.
fn shared_texts(xml: &[u8]) -> Result<Vec<String>, TextError> {
    let mut texts = Vec::new();
    let mut characters = Characters::default();
    walk(xml, |node| {
        characters.visit(&node);
        match node {
            Node::Start(element) if element.name == "si" => characters.text.clear(),
            Node::End("si") if texts.len() < MAX_CELLS => texts.push(characters.text.clone()),
            _ => {}
        }
    })?;
    Ok(texts)
}

fn read_sheet(xml: &[u8], texts: &[String], cells: &mut Cells) -> Result<(), TextError> {
    let mut characters = Characters::default();
    let mut kind = None;
    walk(xml, |node| {
        if cells.is_full() {
            return;
        }
        characters.visit(&node);
        match node {
            Node::Start(element) if element.name == "c" => {
                characters.text.clear();
                kind = element.attribute("t");
            }
            Node::End("c") => cells.push(shown(kind.as_deref(), &characters.text, texts), 1),
            Node::End("row") => cells.end_row(1),
            _ => {}
        }
    })
}

/// What a cell of a kind with this value says.
fn shown<'t>(kind: Option<&str>, value: &'t str, texts: &'t [String]) -> &'t str {
    let value = value.trim();
    match kind {
        Some("s") => {
            let number = value.parse().ok();
            number
                .and_then(|number: usize| texts.get(number))
                .map_or("", String::as_str)
        }
        Some("b") if value == "1" => "TRUE",
        Some("b") if value == "0" => "FALSE",
        _ => value,
    }
}

/// The characters of a text or value, without those that say how to pronounce it.
#[derive(Debug, Default)]
struct Characters {
    text: String,
    is_text: bool,
    pronunciations: usize,
}

impl Characters {
    fn visit(&mut self, node: &Node<'_>) {
        match node {
            Node::Start(element) => match element.name {
                "t" | "v" => self.is_text = true,
                "rPh" => self.pronunciations += 1,
                _ => {}
            },
            Node::Text(text) if self.is_text && self.pronunciations == 0 => {
                self.text.push_str(text);
            }
            Node::Text(_) => {}
            Node::End(name) => match *name {
                "t" | "v" => self.is_text = false,
                "rPh" => self.pronunciations = self.pronunciations.saturating_sub(1),
                _ => {}
            },
        }
    }
}
