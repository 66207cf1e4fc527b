//! The text of OpenDocument spreadsheets (ODS, OpenDocument 1.3 part 3, clause 9): what the cells show.

use super::cells::{CellSink, Cells};
use crate::domain::asset::ProcessingFailure;
use crate::services::media::full_text::error::TextError;
use crate::services::media::full_text::open_document::{HIDDEN, is_encrypted};
use crate::services::media::full_text::package::Package;
use crate::services::media::full_text::xml::{Element, Node, walk};

/// The part with the tables.
pub(super) const CONTENT: &str = "content.xml";

/// Reads a spreadsheet. Blocks.
///
/// # Errors
/// [`TextError`].
pub(super) fn read(package: &mut Package) -> Result<String, TextError> {
    Ok(read_cells(package, Cells::default())?.finish())
}

/// Passes the cells of a spreadsheet on. Blocks.
///
/// # Errors
/// [`TextError`].
pub(super) fn read_cells<S: CellSink>(package: &mut Package, sink: S) -> Result<S, TextError> {
    if is_encrypted(package)? {
        return Err(ProcessingFailure::Encrypted.into());
    }
    let mut tables = Tables {
        cells: sink,
        cell: Cell::default(),
        rows: 0,
        paragraphs: 0,
        hidden: 0,
    };
    walk(&package.require(CONTENT)?, |node| tables.visit(&node))?;
    Ok(tables.cells)
}

/// What was read of the tables, and where in them one is.
#[derive(Debug)]
struct Tables<S> {
    cells: S,
    cell: Cell,
    /// How often the present row comes.
    rows: usize,
    paragraphs: usize,
    hidden: usize,
}

/// The present cell.
#[derive(Debug, Default)]
struct Cell {
    text: String,
    /// Its value, which counts where nothing is shown.
    value: Option<String>,
    times: usize,
}

impl<S: CellSink> Tables<S> {
    fn visit(&mut self, node: &Node<'_>) {
        if self.cells.is_full() {
            return;
        }
        match node {
            Node::Start(element) => self.start(element),
            Node::Text(text) if self.paragraphs > 0 && self.hidden == 0 => {
                self.cell.text.push_str(text);
            }
            Node::Text(_) => {}
            Node::End(name) => self.end(name),
        }
    }

    fn start(&mut self, element: &Element<'_>) {
        match element.name {
            name if HIDDEN.contains(&name) => self.hidden += 1,
            _ if self.hidden > 0 => {}
            "table" => {
                let name = element.attribute("name");
                self.cells.begin_sheet(&name.unwrap_or_default());
            }
            "table-row" => self.rows = times(element, "number-rows-repeated"),
            "table-cell" | "covered-table-cell" => {
                self.cell.text.clear();
                self.cell.times = times(element, "number-columns-repeated");
                let values = ["value", "date-value", "time-value", "string-value"];
                self.cell.value = values.iter().find_map(|name| element.attribute(name));
            }
            "p" => self.paragraphs += 1,
            "s" | "tab" | "line-break" => self.cell.text.push(' '),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            name if HIDDEN.contains(&name) => self.hidden = self.hidden.saturating_sub(1),
            _ if self.hidden > 0 => {}
            "p" => {
                self.paragraphs = self.paragraphs.saturating_sub(1);
                self.cell.text.push(' ');
            }
            "table-cell" | "covered-table-cell" => {
                let Cell { text, value, times } = std::mem::take(&mut self.cell);
                let is_shown = !text.trim().is_empty();
                let text = if is_shown {
                    text
                } else {
                    value.unwrap_or_default()
                };
                self.cells.push(text.trim(), times);
            }
            "table-row" => self.cells.end_row(self.rows),
            _ => {}
        }
    }
}

/// How often a cell or row comes, by an attribute.
fn times(element: &Element<'_>, attribute: &str) -> usize {
    let times = element.attribute(attribute);
    times.and_then(|times| times.parse().ok()).unwrap_or(1)
}
