//! How to credit and to cite a work: with the address of its page, and of a second or a page of it.

use super::href::Href;
use super::page::PageRequest;
use super::place::Place;
use super::works::{self, WorkCard};
use crate::domain::WorkDate;
use crate::domain::vocabulary::Vocabularies;
use crate::interfaces::messages::Language;
use crate::interfaces::messages::citation::{self, CitedWork};
use crate::interfaces::wire::AssetDto;

/// How to credit and to cite a work.
pub struct CreditView {
    /// What goes beside a reprint.
    pub credit_line: String,
    /// What goes into a list of sources.
    pub citation: String,
    /// The whole address of the page.
    pub address: String,
}

impl CreditView {
    /// For a record, with the address of a passage of it, or of its page.
    pub fn new(
        record: &AssetDto,
        card: &WorkCard,
        (page, passage): (&PageRequest, Option<Href>),
        vocabularies: &Vocabularies,
    ) -> Self {
        let place = record.id.parse().map_or(Place::Home, Place::Work);
        let base = page.base.as_str();
        let address = format!("{base}{}", place.path(page.language));
        Self {
            credit_line: credit_line(record, card, &address, (vocabularies, page.language)),
            citation: cited(record, card, &address, (vocabularies, page.language)),
            address: passage.map_or(address, |passage| format!("{base}{passage}")),
        }
    }
}

/// Body, date and place.
pub fn byline(record: &AssetDto, vocabularies: &Vocabularies, language: Language) -> String {
    let made = record.work.made.as_deref();
    let made = made.and_then(|made| works::date(made, language));
    let place = record.work.places.first();
    let place = place.map(|slug| works::label(vocabularies, "place", slug, language));
    let issuer = issuer(record, vocabularies, language);
    let parts: Vec<String> = [issuer, made, place].into_iter().flatten().collect();
    parts.join(", ")
}

fn issuer(record: &AssetDto, vocabularies: &Vocabularies, language: Language) -> Option<String> {
    let issuer = record.issued_by.as_ref();
    let slug = issuer.or(record.work.organisation.as_ref())?;
    Some(works::label(vocabularies, "organisation", slug, language))
}

/// Title, body and date, what the body wants to be credited as, the terms, and the address of the page.
fn credit_line(
    record: &AssetDto,
    card: &WorkCard,
    address: &str,
    (vocabularies, language): (&Vocabularies, Language),
) -> String {
    let byline = byline(record, vocabularies, language);
    let parts = [
        Some(format!("“{}”", card.title.text)),
        (!byline.is_empty()).then_some(byline),
        record.work.credit_line.clone(),
        Some(card.terms.clone()),
        Some(address.to_owned()),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(". ")
}

fn cited(
    record: &AssetDto,
    card: &WorkCard,
    address: &str,
    (vocabularies, language): (&Vocabularies, Language),
) -> String {
    let made: Option<WorkDate> = record
        .work
        .made
        .as_deref()
        .and_then(|made| made.parse().ok());
    let creators = record.work.creators.iter();
    let organisation = issuer(record, vocabularies, language);
    let work = CitedWork {
        creators: creators.map(|creator| creator.name.as_str()).collect(),
        year: made.map(|made| made.year()),
        title: &card.title.text,
        organisation: organisation.as_deref(),
        address,
    };
    citation::text(&work, language)
}
