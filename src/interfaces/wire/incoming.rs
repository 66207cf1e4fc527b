//! Works and the words about files, as callers send them.

use serde_json::Value;

use super::names;
use super::place::Place;
use super::reading::Reading;
use crate::domain::asset::{
    Access, AssetId, Creator, FileRole, Identifier, PeopleShown, RelationTarget, RelationType,
    limits, secrecy,
};
use crate::domain::text::{line, prose};
use crate::domain::vocabulary::Vocabularies;
use crate::domain::{LanguageMap, LanguageTag, Rule, Slug, Timestamp, Violations};
use crate::services::intake::{Deposit, WantedRelation};

/// Reads a new work; one without title gets a devised one.
///
/// # Errors
/// Every broken rule with its JSON pointer.
pub fn parse_work(value: &Value, vocabularies: &Vocabularies) -> Result<Deposit, Violations> {
    let (mut reading, mut deposit) = read_work(value, vocabularies);
    devise_title(&reading, &mut deposit);
    finish_work(&mut reading, &deposit);
    reading.finish(deposit)
}

/// Reads a work that is there already: its title cannot go.
pub(super) fn parse_changed_work(
    value: &Value,
    vocabularies: &Vocabularies,
) -> Result<Deposit, Violations> {
    let (mut reading, deposit) = read_work(value, vocabularies);
    finish_work(&mut reading, &deposit);
    reading.finish(deposit)
}

fn read_work<'v>(value: &Value, vocabularies: &'v Vocabularies) -> (Reading<'v>, Deposit) {
    let mut reading = Reading::new(vocabularies);
    let mut deposit = Deposit::default();
    for (name, value) in reading.properties(&Place::Root, value) {
        let at = Place::Root.property(name);
        if !work_property(&mut reading, &mut deposit, &at, name, value) {
            reading.refuse(&at, Rule::UnknownProperty);
        }
    }
    (reading, deposit)
}

/// Titles that were all refused have been noted where they stand; nothing takes their place.
pub(super) fn devise_title(reading: &Reading<'_>, deposit: &mut Deposit) {
    if !reading.has_noted_below("/titles") {
        deposit.work.devise_title();
    }
}

/// What must hold for a work as a whole.
pub(super) fn finish_work(reading: &mut Reading<'_>, deposit: &Deposit) {
    if deposit.work.titles.is_empty() && !reading.has_noted_below("/titles") {
        reading.refuse(&Place::Root.property("titles"), Rule::Required);
    }
}

/// Reads one property into the work; `false` when a work has no such property.
pub(super) fn work_property(
    reading: &mut Reading<'_>,
    deposit: &mut Deposit,
    at: &Place<'_>,
    name: &str,
    value: &Value,
) -> bool {
    if value.is_null() {
        return super::schema::WORK_PROPERTIES.contains(&name);
    }
    let work = &mut deposit.work;
    match name {
        "titles" => work.titles = reading.language_map(at, value, line, limits::TITLE),
        "descriptions" => {
            work.descriptions = reading.language_map(at, value, prose, limits::DESCRIPTION);
        }
        "kind" => work.kind = reading.concept(at, value, "product-kind"),
        "creators" => work.creators = creators(reading, at, value),
        "organisation" => work.organisation = reading.concept(at, value, "organisation"),
        "languages" => {
            work.languages = reading.set(at, value, limits::LANGUAGES, Reading::language);
        }
        "strand" => work.strand = reading.concept(at, value, "strand"),
        "themes" => work.themes = reading.concepts(at, value, "theme"),
        "instruments" => work.instruments = reading.concepts(at, value, "instrument"),
        "rights_groups" => work.rights_groups = reading.concepts(at, value, "rights-group"),
        "udhr_articles" => work.udhr_articles = reading.concepts(at, value, "udhr-article"),
        "audiences" => work.audiences = reading.concepts(at, value, "audience"),
        "places" => work.places = reading.concepts(at, value, "place"),
        "made" => {
            work.made = parsed(reading, at, value, Rule::InvalidDate, |text| {
                text.parse().ok()
            })
        }
        "body" => work.body = body(reading, at, value),
        "credit_line" => work.credit_line = reading.text(at, value, line, limits::LINE),
        "minors_shown" => work.minors_shown = reading.flag(at, value).unwrap_or_default(),
        "embargo_until" => {
            work.embargo_until = parsed(reading, at, value, Rule::InvalidTimestamp, |text| {
                Timestamp::parse(text).ok()
            });
        }
        "identifiers" => {
            work.identifiers = reading.set(at, value, limits::LIST, identifier);
        }
        "relations" => deposit.relations = relations(reading, at, value),
        _ => return with_default(reading, deposit, at, name, value),
    }
    true
}

/// Properties that have a value even when nothing is said.
fn with_default(
    reading: &mut Reading<'_>,
    deposit: &mut Deposit,
    at: &Place<'_>,
    name: &str,
    value: &Value,
) -> bool {
    let work = &mut deposit.work;
    match name {
        "reuse_terms" => {
            if let Some(terms) = reading.concept(at, value, "reuse-terms") {
                work.reuse_terms = terms;
            }
        }
        "people_shown" => {
            let (list, allowed) = (&PeopleShown::NAMES, names::PEOPLE_SHOWN);
            work.people_shown = reading.one_of(at, value, list, allowed).unwrap_or_default();
        }
        "access" => {
            let (list, allowed) = (&Access::NAMES, names::ACCESS);
            work.access = reading.one_of(at, value, list, allowed).unwrap_or_default();
        }
        _ => return false,
    }
    true
}

fn parsed<T>(
    reading: &mut Reading<'_>,
    at: &Place<'_>,
    value: &Value,
    rule: Rule,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Option<T> {
    let text = reading.string(at, value)?;
    reading.kept(at, parse(text).ok_or(rule))
}

fn body(reading: &mut Reading<'_>, at: &Place<'_>, value: &Value) -> Option<String> {
    let body = reading.text(at, value, prose, limits::BODY)?;
    if secrecy::is_marked(&body) {
        reading.refuse(at, Rule::SecrecyMark);
    }
    Some(body)
}

fn creators(reading: &mut Reading<'_>, at: &Place<'_>, value: &Value) -> Vec<Creator> {
    let entries = reading.entries(at, value, limits::LIST).iter().enumerate();
    entries
        .filter_map(|(index, entry)| creator(reading, &at.entry(index), entry))
        .collect()
}

fn creator(reading: &mut Reading<'_>, at: &Place<'_>, value: &Value) -> Option<Creator> {
    let [name, role] = reading.record(at, value, ["name", "role"])?;
    let name = reading.required(at, "name", name, |reading, at, value| {
        reading.text(at, value, line, limits::LINE)
    });
    let role = role.and_then(|role| reading.text(&at.property("role"), role, line, limits::LINE));
    Some(Creator { name: name?, role })
}

fn identifier(reading: &mut Reading<'_>, at: &Place<'_>, value: &Value) -> Option<Identifier> {
    let [scheme, text] = reading.record(at, value, ["scheme", "value"])?;
    let scheme = reading.required(at, "scheme", scheme, |reading, at, value| {
        parsed(reading, at, value, Rule::Malformed, |text| {
            Slug::parse(text).ok()
        })
    });
    let value = reading.required(at, "value", text, |reading, at, value| {
        reading.text(at, value, line, limits::LINE)
    });
    Some(Identifier {
        scheme: scheme?,
        value: value?,
    })
}

fn relations(reading: &mut Reading<'_>, at: &Place<'_>, value: &Value) -> Vec<WantedRelation> {
    let entries = reading.entries(at, value, limits::LIST).iter().enumerate();
    entries
        .filter_map(|(index, entry)| relation(reading, &at.entry(index), entry))
        .collect()
}

fn relation(reading: &mut Reading<'_>, at: &Place<'_>, value: &Value) -> Option<WantedRelation> {
    let [kind, target] = reading.record(at, value, ["type", "target"])?;
    let kind = reading.required(at, "type", kind, |reading, at, value| {
        reading.one_of(at, value, &RelationType::NAMES, names::RELATION_TYPE)
    });
    let target = reading.required(at, "target", target, |reading, at, value| {
        parsed(reading, at, value, Rule::Malformed, relation_target)
    });
    Some(WantedRelation {
        kind: kind?,
        target: target?,
    })
}

/// An id, or `scheme:value`. Ids contain no colon, schemes no colon either.
fn relation_target(text: &str) -> Option<RelationTarget> {
    let Some((scheme, value)) = text.split_once(':') else {
        return text.parse::<AssetId>().ok().map(RelationTarget::Id);
    };
    Some(RelationTarget::Identifier(Identifier {
        scheme: Slug::parse(scheme).ok()?,
        value: line(value, limits::LINE).ok()?,
    }))
}

/// What a caller says of a file besides its bytes and its name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileWords {
    /// What the file is to the work.
    pub role: FileRole,
    /// Caption.
    pub title: LanguageMap,
    /// Text alternative.
    pub alt: LanguageMap,
    /// Language spoken or written in it.
    pub language: Option<LanguageTag>,
}

/// Reads what is said of a file: `role`, `title`, `alt`, `language`.
///
/// # Errors
/// Every broken rule with its JSON pointer.
pub fn parse_file_words(
    value: &Value,
    vocabularies: &Vocabularies,
) -> Result<FileWords, Violations> {
    let mut reading = Reading::new(vocabularies);
    let mut words = FileWords::default();
    for (name, value) in reading.properties(&Place::Root, value) {
        let at = Place::Root.property(name);
        match name {
            "role" | "title" | "alt" | "language" if value.is_null() => {}
            "role" => {
                let role = reading.one_of(&at, value, &FileRole::NAMES, names::FILE_ROLE);
                words.role = role.unwrap_or_default();
            }
            "title" => words.title = reading.language_map(&at, value, prose, limits::FILE_TEXT),
            "alt" => words.alt = reading.language_map(&at, value, prose, limits::FILE_TEXT),
            "language" => words.language = reading.language(&at, value),
            _ => reading.refuse(&at, Rule::UnknownProperty),
        }
    }
    reading.finish(words)
}
