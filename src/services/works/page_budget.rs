//! How many works one response may have, by the length of their texts.
//!
//! A work may have megabytes of text: fifty descriptions, captions of five hundred files. A response is held in memory
//! several times over, so a page of works ends early when their texts are long. Every list of works counts with this.

use crate::domain::LanguageMap;
use crate::domain::asset::{Asset, File, Work};

/// The length of texts at which a page of works ends, in bytes.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// What a page of works has used up.
#[derive(Debug, Clone, Copy, Default)]
pub struct PageBudget {
    bytes: usize,
}

impl PageBudget {
    /// Whether the page has to end. The first work is always on it.
    pub const fn is_used_up(&self) -> bool {
        self.bytes >= MAX_BYTES
    }

    /// Counts a work with all its texts.
    pub fn count(&mut self, asset: &Asset) {
        self.count_without_body(asset);
        self.bytes += length(&asset.work.body);
    }

    /// Counts a work whose body will not be shown.
    pub fn count_without_body(&mut self, asset: &Asset) {
        self.bytes += text_bytes(&asset.work);
        self.bytes += asset.files.iter().map(file_bytes).sum::<usize>();
    }
}

/// The length of what people typed, without the body. Slugs and ids count through their number, which is bounded.
fn text_bytes(work: &Work) -> usize {
    let creators = work.creators.iter();
    let creators = creators.map(|creator| creator.name.len() + length(&creator.role));
    let identifiers = work.identifiers.iter();
    let identifiers = identifiers.map(|identifier| identifier.value.len());
    map_bytes(&work.titles)
        + map_bytes(&work.descriptions)
        + length(&work.credit_line)
        + creators.sum::<usize>()
        + identifiers.sum::<usize>()
}

fn file_bytes(file: &File) -> usize {
    file.name.len() + map_bytes(&file.title) + map_bytes(&file.alt)
}

fn map_bytes(map: &LanguageMap) -> usize {
    map.iter().map(|(_, text)| text.len()).sum()
}

fn length(text: &Option<String>) -> usize {
    text.as_ref().map_or(0, String::len)
}
