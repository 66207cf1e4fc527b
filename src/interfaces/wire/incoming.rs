//! Parses works and descriptions of files.

use serde_json::Value;

use super::names;
use super::pointer::Pointer;
use super::reader::JsonReader;
use crate::domain::asset::{
    Access, AssetId, Consent, Creator, FileRole, Identifier, PeopleShown, RelationTarget,
    RelationType, limits, secrecy,
};
use crate::domain::text::{line, prose};
use crate::domain::vocabulary::Vocabularies;
use crate::domain::{LanguageMap, LanguageTag, Rule, Slug, Timestamp, Violations};
use crate::services::works::{Deposit, RequestedRelation};

/// Every property of a work.
const WORK_PROPERTIES: [&str; 25] = [
    "titles",
    "descriptions",
    "kind",
    "creators",
    "organisation",
    "languages",
    "strand",
    "themes",
    "instruments",
    "rights_groups",
    "udhr_articles",
    "audiences",
    "places",
    "made",
    "body",
    "credit_line",
    "reuse_terms",
    "people_shown",
    "consent",
    "minors_shown",
    "access",
    "embargo_until",
    "review_on",
    "relations",
    "identifiers",
];

/// Parses a new work; one without title gets a devised title.
///
/// # Errors
/// Every broken rule with its JSON pointer.
pub fn parse_work(value: &Value, vocabularies: &Vocabularies) -> Result<Deposit, Violations> {
    let (mut reader, mut deposit) = read_work(value, vocabularies);
    devise_title(&reader, &mut deposit);
    finish_work(&mut reader, &deposit);
    reader.finish(deposit)
}

/// Parses the description of an existing work: its titles cannot be removed.
pub(super) fn parse_changed_work(
    value: &Value,
    vocabularies: &Vocabularies,
) -> Result<Deposit, Violations> {
    let (mut reader, deposit) = read_work(value, vocabularies);
    finish_work(&mut reader, &deposit);
    reader.finish(deposit)
}

/// Parses what is said of a work that may be there: nothing is required.
///
/// # Errors
/// Every broken rule with its JSON pointer.
pub fn parse_part_of_work(
    value: &Value,
    vocabularies: &Vocabularies,
) -> Result<Deposit, Violations> {
    let (reader, deposit) = read_work(value, vocabularies);
    reader.finish(deposit)
}

fn read_work<'v>(value: &Value, vocabularies: &'v Vocabularies) -> (JsonReader<'v>, Deposit) {
    let mut reader = JsonReader::new(vocabularies);
    let mut deposit = Deposit::default();
    for (name, value) in reader.properties(&Pointer::Root, value) {
        let at = Pointer::Root.property(name);
        if !work_property(&mut reader, &mut deposit, &at, name, value) {
            reader.refuse(&at, Rule::UnknownProperty);
        }
    }
    (reader, deposit)
}

/// Refused titles are reported at their own pointers and not replaced by a devised title.
pub(super) fn devise_title(reader: &JsonReader<'_>, deposit: &mut Deposit) {
    if !reader.has_violation_below("/titles") {
        deposit.work.devise_title();
    }
}

/// Checks the rules for a whole work.
pub(super) fn finish_work(reader: &mut JsonReader<'_>, deposit: &Deposit) {
    if deposit.work.titles.is_empty() && !reader.has_violation_below("/titles") {
        reader.refuse(&Pointer::Root.property("titles"), Rule::Required);
    }
}

/// Parses one property into the work; `false` when a work has no such property.
pub(super) fn work_property(
    reader: &mut JsonReader<'_>,
    deposit: &mut Deposit,
    at: &Pointer<'_>,
    name: &str,
    value: &Value,
) -> bool {
    if value.is_null() {
        return WORK_PROPERTIES.contains(&name);
    }
    let work = &mut deposit.work;
    match name {
        "titles" => work.titles = reader.language_map(at, value, line, limits::TITLE),
        "descriptions" => {
            work.descriptions = reader.language_map(at, value, prose, limits::DESCRIPTION);
        }
        "kind" => work.kind = reader.concept(at, value, "product-kind"),
        "creators" => work.creators = creators(reader, at, value),
        "organisation" => work.organisation = reader.concept(at, value, "organisation"),
        "languages" => {
            work.languages = reader.set(at, value, limits::LANGUAGES, JsonReader::language);
        }
        "strand" => work.strand = reader.concept(at, value, "strand"),
        "themes" => work.themes = reader.concepts(at, value, "theme"),
        "instruments" => work.instruments = reader.concepts(at, value, "instrument"),
        "rights_groups" => work.rights_groups = reader.concepts(at, value, "rights-group"),
        "udhr_articles" => work.udhr_articles = reader.concepts(at, value, "udhr-article"),
        "audiences" => work.audiences = reader.concepts(at, value, "audience"),
        "places" => work.places = reader.concepts(at, value, "place"),
        "made" => {
            work.made = parsed(reader, at, value, Rule::InvalidDate, |text| {
                text.parse().ok()
            })
        }
        "body" => work.body = body(reader, at, value),
        "credit_line" => work.credit_line = reader.text(at, value, line, limits::LINE),
        "consent" => work.consent = consent(reader, at, value),
        "minors_shown" => work.minors_shown = reader.flag(at, value).unwrap_or_default(),
        "embargo_until" => {
            work.embargo_until = parsed(reader, at, value, Rule::InvalidTimestamp, |text| {
                Timestamp::parse(text).ok()
            });
        }
        "review_on" => {
            work.review_on = parsed(reader, at, value, Rule::InvalidDate, |text| {
                text.parse().ok()
            });
        }
        "identifiers" => {
            work.identifiers = reader.set(at, value, limits::LIST, identifier);
        }
        "relations" => deposit.relations = relations(reader, at, value),
        _ => return with_default(reader, deposit, at, name, value),
    }
    true
}

/// Properties with a default value.
fn with_default(
    reader: &mut JsonReader<'_>,
    deposit: &mut Deposit,
    at: &Pointer<'_>,
    name: &str,
    value: &Value,
) -> bool {
    let work = &mut deposit.work;
    match name {
        "reuse_terms" => {
            if let Some(terms) = reader.concept(at, value, "reuse-terms") {
                work.reuse_terms = terms;
            }
        }
        "people_shown" => {
            let (list, allowed) = (&PeopleShown::NAMES, names::PEOPLE_SHOWN);
            work.people_shown = reader.one_of(at, value, list, allowed).unwrap_or_default();
        }
        "access" => {
            let (list, allowed) = (&Access::NAMES, names::ACCESS);
            work.access = reader.one_of(at, value, list, allowed).unwrap_or_default();
        }
        _ => return false,
    }
    true
}

fn parsed<T>(
    reader: &mut JsonReader<'_>,
    at: &Pointer<'_>,
    value: &Value,
    rule: Rule,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Option<T> {
    let text = reader.string(at, value)?;
    reader.valid_or_refused(at, parse(text).ok_or(rule))
}

fn body(reader: &mut JsonReader<'_>, at: &Pointer<'_>, value: &Value) -> Option<String> {
    let body = reader.text(at, value, prose, limits::BODY)?;
    if secrecy::is_marked(&body) {
        reader.refuse(at, Rule::SecrecyMark);
    }
    Some(body)
}

fn consent(reader: &mut JsonReader<'_>, at: &Pointer<'_>, value: &Value) -> Option<Consent> {
    let names = ["channels", "languages", "ends_on"];
    let [channels, languages, ends_on] = reader.record(at, value, names)?;
    let consent = Consent {
        channels: channels
            .map(|value| reader.concepts(&at.property("channels"), value, "channel"))
            .unwrap_or_default(),
        languages: languages
            .map(|value| {
                let at = at.property("languages");
                reader.set(&at, value, limits::LANGUAGES, JsonReader::language)
            })
            .unwrap_or_default(),
        ends_on: ends_on.and_then(|value| {
            let at = at.property("ends_on");
            parsed(reader, &at, value, Rule::InvalidDate, |text| {
                text.parse().ok()
            })
        }),
    };
    // A consent without limits says nothing.
    (consent != Consent::default()).then_some(consent)
}

fn creators(reader: &mut JsonReader<'_>, at: &Pointer<'_>, value: &Value) -> Vec<Creator> {
    let entries = reader.entries(at, value, limits::LIST).iter().enumerate();
    entries
        .filter_map(|(index, entry)| creator(reader, &at.entry(index), entry))
        .collect()
}

fn creator(reader: &mut JsonReader<'_>, at: &Pointer<'_>, value: &Value) -> Option<Creator> {
    let [name, role] = reader.record(at, value, ["name", "role"])?;
    let name = reader.required(at, "name", name, |reader, at, value| {
        reader.text(at, value, line, limits::LINE)
    });
    let role = role.and_then(|role| reader.text(&at.property("role"), role, line, limits::LINE));
    Some(Creator { name: name?, role })
}

fn identifier(reader: &mut JsonReader<'_>, at: &Pointer<'_>, value: &Value) -> Option<Identifier> {
    let [scheme, text] = reader.record(at, value, ["scheme", "value"])?;
    let scheme = reader.required(at, "scheme", scheme, |reader, at, value| {
        parsed(reader, at, value, Rule::Malformed, |text| {
            Slug::parse(text).ok()
        })
    });
    let value = reader.required(at, "value", text, |reader, at, value| {
        reader.text(at, value, line, limits::LINE)
    });
    Some(Identifier {
        scheme: scheme?,
        value: value?,
    })
}

fn relations(
    reader: &mut JsonReader<'_>,
    at: &Pointer<'_>,
    value: &Value,
) -> Vec<RequestedRelation> {
    let entries = reader.entries(at, value, limits::LIST).iter().enumerate();
    entries
        .filter_map(|(index, entry)| relation(reader, &at.entry(index), entry))
        .collect()
}

fn relation(
    reader: &mut JsonReader<'_>,
    at: &Pointer<'_>,
    value: &Value,
) -> Option<RequestedRelation> {
    let [kind, target] = reader.record(at, value, ["type", "target"])?;
    let kind = reader.required(at, "type", kind, |reader, at, value| {
        reader.one_of(at, value, &RelationType::NAMES, names::RELATION_TYPE)
    });
    let target = reader.required(at, "target", target, |reader, at, value| {
        parsed(reader, at, value, Rule::Malformed, relation_target)
    });
    Some(RequestedRelation {
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

/// The description of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileDescription {
    /// What the file is to the work.
    pub role: FileRole,
    /// Caption.
    pub title: LanguageMap,
    /// Text alternative.
    pub alt: LanguageMap,
    /// Language spoken or written in it.
    pub language: Option<LanguageTag>,
}

/// Parses the description of a file: `role`, `title`, `alt`, `language`.
///
/// # Errors
/// Every broken rule with its JSON pointer.
pub fn parse_file_description(
    value: &Value,
    vocabularies: &Vocabularies,
) -> Result<FileDescription, Violations> {
    let mut reader = JsonReader::new(vocabularies);
    let mut description = FileDescription::default();
    for (name, value) in reader.properties(&Pointer::Root, value) {
        let at = Pointer::Root.property(name);
        match name {
            "role" | "title" | "alt" | "language" if value.is_null() => {}
            "role" => {
                let role = reader.one_of(&at, value, &FileRole::NAMES, names::FILE_ROLE);
                description.role = role.unwrap_or_default();
            }
            "title" => {
                description.title = reader.language_map(&at, value, prose, limits::FILE_TEXT)
            }
            "alt" => description.alt = reader.language_map(&at, value, prose, limits::FILE_TEXT),
            "language" => description.language = reader.language(&at, value),
            _ => reader.refuse(&at, Rule::UnknownProperty),
        }
    }
    reader.finish(description)
}
