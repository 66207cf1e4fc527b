//! The pages of a text, in requests.

use serde_json::Value;

use crate::domain::Violations;
use crate::domain::vocabulary::Vocabularies;
use crate::interfaces::wire::pointer::Pointer;
use crate::interfaces::wire::reader::JsonReader;

/// The most pages that a text has.
const MAX_PAGES: usize = 20_000;

/// Parses `{"pages": ["…"]}`. What the pages say is checked by the intake.
///
/// # Errors
/// Every broken rule with its JSON pointer.
pub fn parse_pages(value: &Value, vocabularies: &Vocabularies) -> Result<Vec<String>, Violations> {
    let mut reader = JsonReader::new(vocabularies);
    let mut pages = Vec::new();
    if let Some([list]) = reader.record(&Pointer::Root, value, ["pages"]) {
        let read = |reader: &mut JsonReader<'_>, at: &Pointer<'_>, list: &Value| {
            let entries = reader.entries(at, list, MAX_PAGES).iter().enumerate();
            let page = |(index, entry)| reader.string(&at.entry(index), entry).map(str::to_owned);
            Some(entries.filter_map(page).collect())
        };
        let list = reader.required(&Pointer::Root, "pages", list, read);
        pages = list.unwrap_or_default();
    }
    reader.finish(pages)
}
