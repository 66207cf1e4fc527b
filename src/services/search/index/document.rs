//! Builds the index document of a work.

use std::collections::BTreeSet;

use tantivy::TantivyDocument;

use super::completion_keys::completion_keys;
use super::picture_hashes;
use super::schema::{Fields, audience_level_number};
use crate::domain::asset::{Asset, AudienceLevel, FileRole, Work};
use crate::domain::vietnamese_order::SortKey;
use crate::domain::{PictureHash, Slug};
use crate::services::search::analysis::sketch::Sketch;
use crate::services::search::filters::{Facet, relation_tag};
use crate::services::search::thesaurus::Thesaurus;

/// Milliseconds in a day.
const DAY_MS: i64 = 86_400_000;
/// Characters of a title that are compared for alphabetical order.
const MAX_TITLE_KEY_CHARS: usize = 48;
/// Longest title that is offered as a completion.
const MAX_COMPLETION_BYTES: usize = 160;

/// An id as two integers that sort like it.
pub(crate) fn id_halves(id: [u8; 16]) -> (u64, u64) {
    let number = u128::from_be_bytes(id);
    ((number >> 64) as u64, number as u64)
}

/// What the index takes from the files of a work.
#[derive(Debug, Clone, Default)]
pub struct FileContents {
    /// Texts of its transcripts, captions and documents.
    pub texts: Vec<String>,
    /// Perceptual hashes, if the work consists of pictures.
    pub picture_hashes: Vec<PictureHash>,
}

/// Builds the document of a work, with the names of its concepts and the contents of its files.
pub(crate) fn document(
    fields: &Fields,
    thesaurus: &Thesaurus,
    asset: &Asset,
    contents: &FileContents,
) -> TantivyDocument {
    let mut document = TantivyDocument::new();
    add_identity(fields, asset, &mut document);
    add_texts(fields, &asset.work, &contents.texts, &mut document);
    add_subjects(fields, thesaurus, asset, &mut document);
    add_numbers(fields, asset, &mut document);
    add_picture_hashes(fields, &contents.picture_hashes, &mut document);
    for tag in tags(thesaurus, asset) {
        document.add_text(fields.tags, tag);
    }
    document
}

fn add_identity(fields: &Fields, asset: &Asset, document: &mut TantivyDocument) {
    let columns = fields.columns();
    let (high, low) = id_halves(*asset.id.as_bytes());
    document.add_bytes(fields.id, asset.id.as_bytes());
    document.add_u64(columns.id.0, high);
    document.add_u64(columns.id.1, low);
    document.add_u64(
        columns.access.0,
        audience_level_number(asset.audience_level_after_embargo()),
    );
    // The moments are compared at query time.
    if let Some(until) = asset.work.embargo_until {
        document.add_i64(columns.access.1, until.as_millis());
    }
    if let Some(end) = asset.consent_ends_at() {
        document.add_i64(columns.access.2, end.as_millis());
    }
}

fn add_texts(fields: &Fields, work: &Work, of_files: &[String], document: &mut TantivyDocument) {
    for text in texts(work).chain(of_files.iter().map(String::as_str)) {
        document.add_text(fields.all_exact, text);
        document.add_text(fields.all_folded, text);
        document.add_text(fields.all_pairs, text);
    }
    for (_, title) in work.titles.iter() {
        document.add_text(fields.title_folded, title);
        document.add_text(fields.title_pairs, title);
    }
}

/// The searchable texts of a work in order: titles, descriptions, body, credits, identifiers.
pub(crate) fn texts(work: &Work) -> impl Iterator<Item = &str> {
    let names = work.creators.iter().map(|creator| creator.name.as_str());
    let numbers = work
        .identifiers
        .iter()
        .map(|identifier| identifier.value.as_str());
    let titles = work.titles.iter().map(|(_, text)| text);
    let descriptions = work.descriptions.iter().map(|(_, text)| text);
    titles
        .chain(descriptions)
        .chain(work.body.as_deref())
        .chain(names)
        .chain(work.credit_line.as_deref())
        .chain(numbers)
}

fn add_subjects(
    fields: &Fields,
    thesaurus: &Thesaurus,
    asset: &Asset,
    document: &mut TantivyDocument,
) {
    // Whoever knows the body only by its name before a succession finds what it issued.
    let issuer = asset.issuer.iter().map(|slug| (Facet::Organisation, slug));
    for (facet, slug) in concepts(&asset.work).chain(issuer) {
        let Some(scheme) = facet.scheme() else {
            continue;
        };
        for name in thesaurus.names_of(scheme, slug.as_str()) {
            document.add_text(fields.subject, name);
        }
    }
}

/// The concepts of a work, each with its facet.
fn concepts(work: &Work) -> impl Iterator<Item = (Facet, &Slug)> {
    [
        (Facet::Kind, work.kind.as_slice()),
        (Facet::Organisation, work.organisation.as_slice()),
        (Facet::Strand, work.strand.as_slice()),
        (Facet::Theme, &work.themes),
        (Facet::Instrument, &work.instruments),
        (Facet::RightsGroup, &work.rights_groups),
        (Facet::UdhrArticle, &work.udhr_articles),
        (Facet::Audience, &work.audiences),
        (Facet::Place, &work.places),
    ]
    .into_iter()
    .flat_map(|(facet, slugs)| slugs.iter().map(move |slug| (facet, slug)))
}

/// The `facet:value` terms of a work, without duplicates. A place counts for every place that it was part of.
fn tags(thesaurus: &Thesaurus, asset: &Asset) -> Vec<String> {
    let work = &asset.work;
    let mut tags: Vec<String> = concepts(work)
        .map(|(facet, slug)| facet.tag(slug.as_str()))
        .collect();
    let places = work.places.iter();
    let wider = places.flat_map(|place| thesaurus.wider_places(place.as_str()));
    tags.extend(wider.map(|place| Facet::Place.tag(place)));
    tags.extend(
        work.languages
            .iter()
            .map(|tag| Facet::Language.tag(tag.as_str())),
    );
    tags.extend(
        work.made
            .iter()
            .map(|made| Facet::Year.tag(&made.year().to_string())),
    );
    tags.push(Facet::ReuseTerms.tag(work.reuse_terms.as_str()));
    tags.push(Facet::State.tag(asset.state.name()));
    tags.extend(media_kinds(asset).map(|kind| Facet::Has.tag(kind)));
    let relations = work.relations.iter();
    tags.extend(relations.map(|relation| relation_tag(relation.target)));
    tags.sort_unstable();
    tags.dedup();
    tags
}

/// The values of the facet `has`.
fn media_kinds(asset: &Asset) -> impl Iterator<Item = &'static str> {
    let of_file = asset.files.iter().filter_map(|file| match file.role {
        FileRole::Transcript => Some("transcript"),
        FileRole::Captions => Some("captions"),
        FileRole::Accessible => Some("accessible"),
        FileRole::Attachment => None,
        FileRole::Original => Some(match file.media_type.split('/').next() {
            Some("audio") => "audio",
            Some("video") => "video",
            Some("image") => "image",
            _ => "document",
        }),
    });
    of_file.chain(asset.work.body.iter().map(|_| "text"))
}

fn add_numbers(fields: &Fields, asset: &Asset, document: &mut TantivyDocument) {
    let columns = fields.columns();
    let work = &asset.work;
    if let Some(made) = &work.made {
        document.add_i64(columns.days.0, i64::from(made.first_day()));
        document.add_i64(columns.days.1, i64::from(made.last_day()));
    }
    document.add_i64(columns.days.2, sort_day(asset));
    document.add_i64(columns.changed, asset.updated_at.as_millis());
    let durations = asset.files.iter().filter_map(|file| file.facts.duration_ms);
    if let Some(longest) = durations.max() {
        document.add_u64(columns.media.0, longest);
    }
    let sides = asset
        .files
        .iter()
        .filter_map(|file| file.facts.width_px.min(file.facts.height_px));
    if let Some(largest) = sides.max() {
        document.add_u64(columns.media.1, u64::from(largest));
    }
    if let Some(sketch) = sketch_text(work).and_then(Sketch::of) {
        let (high, low) = sketch.short().halves();
        document.add_u64(columns.sketch.0, high);
        document.add_u64(columns.sketch.1, low);
        sketch
            .bands()
            .for_each(|band| document.add_u64(fields.bands, band));
    }
    if let Some(title) = work.titles.best("vi") {
        document.add_bytes(columns.title_key, &title_key(title));
        let is_public = asset.audience_level_after_embargo() == AudienceLevel::Public
            && work.embargo_until.is_none();
        if is_public && title.len() <= MAX_COMPLETION_BYTES {
            for term in completion_keys(title) {
                document.add_text(fields.completion, term);
            }
        }
    }
}

/// Adds the bands and the whole hashes, without duplicates.
fn add_picture_hashes(fields: &Fields, pictures: &[PictureHash], document: &mut TantivyDocument) {
    let bands: BTreeSet<u64> = pictures
        .iter()
        .copied()
        .flat_map(picture_hashes::bands)
        .collect();
    for band in bands {
        document.add_u64(fields.picture_bands, band);
    }
    let whole: BTreeSet<u64> = pictures.iter().map(|picture| picture.bits()).collect();
    for bits in whole {
        document.add_u64(fields.pictures, bits);
    }
}

/// The text that near-duplicate detection compares.
pub(crate) fn sketch_text(work: &Work) -> Option<&str> {
    work.body
        .as_deref()
        .or_else(|| work.descriptions.best("vi"))
}

/// The tags of the concepts of a work without kind, organisation and strand, which most works share.
pub(crate) fn concept_tags(work: &Work) -> impl Iterator<Item = String> {
    let selective = concepts(work)
        .filter(|(facet, _)| !matches!(facet, Facet::Kind | Facet::Organisation | Facet::Strand));
    selective.map(|(facet, slug)| facet.tag(slug.as_str()))
}

/// The collation key of the beginning of a title in Vietnamese alphabetical order.
fn title_key(title: &str) -> Vec<u8> {
    let beginning: String = title.chars().take(MAX_TITLE_KEY_CHARS).collect();
    SortKey::new(&beginning).as_bytes().to_vec()
}

/// The day for sorting by date: the last day on which the work can have been made, else its intake.
fn sort_day(asset: &Asset) -> i64 {
    match &asset.work.made {
        Some(made) => i64::from(made.last_day()),
        None => asset.created_at.as_millis().div_euclid(DAY_MS),
    }
}
