//! The parts of an exhibition, a pack or a series, and what they weigh together.

use super::super::href::Href;
use super::super::place::Place;
use super::super::works::WorkCard;
use crate::domain::asset::AssetId;
use crate::domain::vocabulary::Vocabularies;
use crate::interfaces::messages::Language;
use crate::interfaces::messages::portal::parts as texts;
use crate::interfaces::wire::{AssetDto, FileDto};

/// The languages in which captions stand side by side.
const LANGUAGES: [&str; 2] = ["vi", "en"];

/// The parts of a work.
pub(in crate::interfaces::portal) struct PartsView {
    /// In order.
    pub parts: Vec<PartView>,
    /// How many files there are to download, and their size together.
    pub sum: String,
    /// The addresses of the files for a download program; none without files.
    pub list: Option<Href>,
}

/// A part.
pub(in crate::interfaces::portal) struct PartView {
    /// The work.
    pub card: WorkCard,
    /// Its captions in Vietnamese and English, as far as there are some.
    pub captions: Vec<Caption>,
}

/// A caption in one language.
pub(in crate::interfaces::portal) struct Caption {
    /// The tag of the language.
    pub language: &'static str,
    /// The title.
    pub title: Option<String>,
    /// The description.
    pub text: Option<String>,
}

impl PartsView {
    /// The parts of a work; none when it has no parts.
    pub(super) fn new(
        whole: &AssetDto,
        parts: &[AssetDto],
        vocabularies: &Vocabularies,
        language: Language,
    ) -> Option<Self> {
        if parts.is_empty() {
            return None;
        }
        let files = || files(whole, parts).filter_map(|file| file.available.as_ref());
        let (count, bytes) = (files().count(), files().map(|file| file.size).sum());
        let id: Option<AssetId> = whole.id.parse().ok();
        let list = id.filter(|_| count > 0);
        let view = |part: &AssetDto| PartView {
            card: WorkCard::new(part, vocabularies, language),
            captions: LANGUAGES
                .into_iter()
                .filter_map(|tag| Caption::of(part, tag))
                .collect(),
        };
        Some(Self {
            parts: parts.iter().map(view).collect(),
            sum: texts::sum(parts.len(), count, bytes, language),
            list: list.map(|id| Place::Work(id).href_with(language, [("format", "list")])),
        })
    }
}

impl Caption {
    fn of(part: &AssetDto, language: &'static str) -> Option<Self> {
        let title = part.work.titles.get(language).cloned();
        let text = part.work.descriptions.get(language).cloned();
        (title.is_some() || text.is_some()).then_some(Self {
            language,
            title,
            text,
        })
    }
}

/// The addresses of all files.
pub(super) fn addresses(whole: &AssetDto, parts: &[AssetDto]) -> Vec<String> {
    let available = files(whole, parts).filter_map(|file| file.available.as_ref());
    available.map(|file| file.address.clone()).collect()
}

fn files<'a>(whole: &'a AssetDto, parts: &'a [AssetDto]) -> impl Iterator<Item = &'a FileDto> {
    std::iter::once(whole)
        .chain(parts)
        .flat_map(|record| &record.files)
}
