//! Works as pages show them in lists: title, kind, place, date, length, and whether one may use them.

use std::collections::BTreeMap;
use std::fmt::Display;

use super::href::Href;
use super::place::Place;
use crate::domain::access::Actor;
use crate::domain::asset::Asset;
use crate::domain::vocabulary::{MayUse, Vocabularies};
use crate::domain::{LanguageMap, LanguageTag, WorkDate};
use crate::interfaces::http::problem::Problem;
use crate::interfaces::messages::Language;
use crate::interfaces::messages::portal::format;
use crate::interfaces::wire::{AssetDto, FileDto, Inclusions, RecordContext};
use crate::services::delivery::Delivery;
use crate::services::sharing::Addresses;

/// The records of works for a reader, with addresses on this site.
///
/// # Errors
/// Those of the catalogue.
pub async fn records(
    actor: &Actor,
    works: Vec<Asset>,
    delivery: &Delivery,
    vocabularies: &Vocabularies,
) -> Result<Vec<AssetDto>, Problem> {
    let files = delivery.file_access(actor, &works).await?;
    let context = RecordContext {
        actor,
        addresses: Addresses::below(""),
        vocabularies,
        include: Inclusions {
            licence: true,
            ..Inclusions::default()
        },
    };
    let records = works.into_iter().zip(files);
    Ok(records
        .map(|(work, files)| AssetDto::render(work, files, &context))
        .collect())
}

/// The work without its full text, which can have megabytes.
pub fn without_body(mut work: Asset) -> Asset {
    work.work.body = None;
    work
}

/// A text with its language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The tag of the language.
    pub language: String,
    /// The text.
    pub text: String,
}

impl Text {
    /// This text in this language.
    pub fn new(language: &LanguageTag, text: &str) -> Self {
        Self {
            language: language.as_str().to_owned(),
            text: text.to_owned(),
        }
    }

    /// The text in this language, else in Vietnamese, English, or any.
    pub fn nearest(texts: &LanguageMap, language: Language) -> Option<Self> {
        let (tag, text) = texts.nearest(language.tag())?;
        Some(Self::new(tag, text))
    }

    /// The same, or the id of what has no text.
    pub fn nearest_or_id(texts: &LanguageMap, language: Language, id: impl Display) -> Self {
        Self::nearest(texts, language).unwrap_or_else(|| Self {
            language: language.tag().to_owned(),
            text: id.to_string(),
        })
    }

    /// The text in this language, else in Vietnamese, else in any.
    pub fn best(texts: &BTreeMap<String, String>, language: Language) -> Option<Self> {
        let preferred = [language.tag(), "vi"];
        let (language, text) = preferred
            .iter()
            .find_map(|tag| texts.get_key_value(*tag))
            .or_else(|| texts.iter().next())?;
        Some(Self {
            language: language.clone(),
            text: text.clone(),
        })
    }
}

/// What a work mainly is, as its spine shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Medium {
    /// To read.
    Text,
    /// To hear.
    Sound,
    /// To look at.
    Picture,
    /// To watch.
    Film,
}

impl Medium {
    /// The medium of its first original file; a text without files.
    pub fn of(files: &[FileDto]) -> Self {
        let original = files.iter().find(|file| file.role == "original");
        let essence = original.map_or("", |file| &file.media_type);
        match essence.split('/').next() {
            Some("audio") => Self::Sound,
            Some("video") => Self::Film,
            Some("image") => Self::Picture,
            _ => Self::Text,
        }
    }

    /// The class of its spine.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Sound => "sound",
            Self::Picture => "picture",
            Self::Film => "film",
        }
    }
}

/// A work in a list.
#[derive(Debug, Clone)]
pub struct WorkCard {
    /// Its id, for anchors.
    pub id: String,
    /// Its page.
    pub href: Href,
    /// Its title.
    pub title: Text,
    /// What it mainly is.
    pub medium: Medium,
    /// Its kind in words.
    pub kind: Option<String>,
    /// Its languages, the first place, the date and the length, in words.
    pub facts: Vec<String>,
    /// A small picture.
    pub picture: Option<Href>,
    /// Whether one may use it.
    pub may_use: MayUse,
    /// The sign of that: full, half or empty circle.
    pub sign: &'static str,
    /// The terms in words.
    pub terms: String,
    /// Whether it is not public yet.
    pub is_draft: bool,
}

impl WorkCard {
    /// The card of a record.
    pub fn new(record: &AssetDto, vocabularies: &Vocabularies, language: Language) -> Self {
        let label = |scheme: &str, slug: &str| label(vocabularies, scheme, slug, language);
        let work = &record.work;
        let languages = work.languages.iter().map(|tag| label("language", tag));
        let place = work.places.first().map(|slug| label("place", slug));
        let made = work.made.as_deref().and_then(|made| date(made, language));
        let length = length_ms(record).map(|ms| format::duration(ms, language));
        let id = record.id.clone();
        let href = id.parse().map_or(Place::Home, Place::Work).href(language);
        let terms = vocabularies.find("reuse-terms", &work.reuse_terms);
        let may_use = MayUse::under(terms.and_then(|concept| concept.terms()));
        Self {
            title: title(record, language),
            kind: work.kind.as_deref().map(|slug| label("product-kind", slug)),
            facts: languages.chain(place).chain(made).chain(length).collect(),
            picture: picture(record, 200),
            medium: Medium::of(&record.files),
            sign: sign(may_use),
            may_use,
            terms: label("reuse-terms", &work.reuse_terms),
            is_draft: record.state != "published",
            id,
            href,
        }
    }
}

/// The class of the sign of an answer.
const fn sign(may_use: MayUse) -> &'static str {
    match may_use {
        MayUse::Yes => "yes",
        MayUse::OnConditions => "if",
        MayUse::Ask => "ask",
    }
}

/// The title of a record, or its id.
pub fn title(record: &AssetDto, language: Language) -> Text {
    Text::best(&record.work.titles, language).unwrap_or_else(|| Text {
        language: language.tag().to_owned(),
        text: record.id.clone(),
    })
}

/// What a concept is called.
pub fn label(vocabularies: &Vocabularies, scheme: &str, slug: &str, language: Language) -> String {
    let label = vocabularies.label(scheme, slug, language.tag());
    label.unwrap_or(slug).to_owned()
}

/// When a work was made, in words.
pub fn date(made: &str, language: Language) -> Option<String> {
    let made: WorkDate = made.parse().ok()?;
    Some(format::date(&made, language))
}

/// The length of its longest recording.
pub fn length_ms(record: &AssetDto) -> Option<u64> {
    record
        .files
        .iter()
        .filter_map(|file| file.duration_ms)
        .max()
}

/// The preview of its first picture, in this size.
fn picture(record: &AssetDto, side_px: u32) -> Option<Href> {
    let available = record
        .files
        .iter()
        .filter_map(|file| file.available.as_ref());
    let mut previews = available.filter_map(|file| file.previews.get(&side_px.to_string()));
    previews.next().map(Href::own)
}
