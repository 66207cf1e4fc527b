//! The rules that hold between concepts, each as one function. All problems are reported at once.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use unicode_normalization::is_nfc;

use crate::domain::vocabulary::{Concept, Direction, Period, Scheme};
use crate::domain::{LanguageMap, LanguageTag, Slug};

/// A broken rule and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The scheme.
    pub scheme: Slug,
    /// The concept; absent when it concerns the scheme or an event.
    pub concept: Option<Slug>,
    /// What is wrong.
    pub fault: Fault,
}

/// The rules that data can break.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Two concepts of one slug.
    #[error("the slug is used twice")]
    DuplicateSlug,
    /// No preferred label at all.
    #[error("there is no label")]
    NoLabel,
    /// Two concepts with one preferred label.
    #[error("label {text:?} ({language}) is also that of {other}")]
    SharedLabel {
        /// Language of the label.
        language: LanguageTag,
        /// The label.
        text: String,
        /// The other concept.
        other: Slug,
    },
    /// SKOS S13: preferred and alternative labels are disjoint.
    #[error("alternative label {text:?} ({language}) is the same as the label")]
    AlternativeEqualsLabel {
        /// Language of the label.
        language: LanguageTag,
        /// The label.
        text: String,
    },
    /// A kind of work without any DCMI type.
    #[error("there is no DCMI type")]
    NoDcmiType,
    /// A link to a concept that does not exist.
    #[error("{property} names {target}, which does not exist")]
    UnknownTarget {
        /// The property of the file.
        property: String,
        /// The slug as written.
        target: Slug,
    },
    /// A cycle in the hierarchy.
    #[error("it is broader than itself")]
    BroaderCycle,
    /// SKOS S27: related and (transitively) broader are disjoint.
    #[error("{0} is both related and broader or narrower")]
    RelatedAndBroader(Slug),
    /// A period that ends before it begins.
    #[error("{property} ends before it begins")]
    Backwards {
        /// The property of the file.
        property: String,
    },
    /// A text that is not in Unicode normalisation form C, or empty, or has blanks around it.
    #[error("text {0:?} is not NFC, or empty, or has blanks around it")]
    UncleanText(String),
    /// One code for two places at one time.
    #[error("code {scheme}:{value} is at the same time that of {other}")]
    SharedCode {
        /// List of codes.
        scheme: String,
        /// The code.
        value: String,
        /// The other place.
        other: Slug,
    },
    /// An event without a concept of origin.
    #[error("event {0} has nothing under from")]
    EventWithoutOrigin(usize),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.concept {
            Some(concept) => write!(f, "{}/{concept}: {}", self.scheme, self.fault),
            None => write!(f, "{}: {}", self.scheme, self.fault),
        }
    }
}

/// Checks every rule on every scheme; `schemes` are by slug.
pub(super) fn all(schemes: &BTreeMap<String, Scheme>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for scheme in schemes.values() {
        let mut report = Report {
            scheme,
            problems: &mut problems,
        };
        report.text_of(None, &scheme.head.title);
        report.text_of(None, &scheme.head.description);
        unique_labels(&mut report);
        unique_codes(&mut report);
        for concept in scheme.concepts() {
            unique_slug(&mut report, concept);
            labels(&mut report, concept);
            texts(&mut report, concept);
            targets(&mut report, concept);
            hierarchy(&mut report, concept);
            periods(&mut report, concept);
            links_to_other_schemes(&mut report, schemes, concept);
        }
        events(&mut report);
    }
    problems
}

/// The scheme under check, and where its problems go.
struct Report<'a> {
    scheme: &'a Scheme,
    problems: &'a mut Vec<Problem>,
}

impl Report<'_> {
    fn note(&mut self, concept: Option<&Slug>, fault: Fault) {
        let scheme = self.scheme.head.slug.clone();
        self.problems.push(Problem {
            scheme,
            concept: concept.cloned(),
            fault,
        });
    }

    fn text(&mut self, concept: Option<&Slug>, text: &str) {
        if !is_nfc(text) || text.is_empty() || text.trim() != text {
            self.note(concept, Fault::UncleanText(text.to_owned()));
        }
    }

    fn text_of(&mut self, concept: Option<&Slug>, texts: &LanguageMap) {
        for (_, text) in texts.iter() {
            self.text(concept, text);
        }
    }

    fn target(&mut self, concept: Option<&Slug>, property: impl Into<String>, target: &Slug) {
        if self.scheme.find(target.as_str()).is_none() {
            let property = property.into();
            self.note(
                concept,
                Fault::UnknownTarget {
                    property,
                    target: target.clone(),
                },
            );
        }
    }
}

/// The index of a scheme keeps the last of several concepts with one slug.
fn unique_slug(report: &mut Report<'_>, concept: &Concept) {
    let indexed = report.scheme.find(concept.slug.as_str());
    if !indexed.is_some_and(|last| std::ptr::eq(last, concept)) {
        report.note(Some(&concept.slug), Fault::DuplicateSlug);
    }
}

fn unique_labels(report: &mut Report<'_>) {
    let scheme = report.scheme;
    let mut first: HashMap<(&LanguageTag, &str), &Slug> = HashMap::new();
    for concept in scheme.concepts() {
        for (language, text) in concept.labels.iter() {
            if let Some(other) = first.insert((language, text), &concept.slug) {
                let fault = Fault::SharedLabel {
                    language: language.clone(),
                    text: text.to_owned(),
                    other: other.clone(),
                };
                report.note(Some(&concept.slug), fault);
            }
        }
    }
}

fn labels(report: &mut Report<'_>, concept: &Concept) {
    if concept.labels.is_empty() {
        report.note(Some(&concept.slug), Fault::NoLabel);
    }
    if concept
        .kind()
        .is_some_and(|kind| kind.dcmi_types.is_empty())
    {
        report.note(Some(&concept.slug), Fault::NoDcmiType);
    }
    for (language, text) in &concept.alternative_labels {
        if concept.labels.get(language) == Some(text) {
            let fault = Fault::AlternativeEqualsLabel {
                language: language.clone(),
                text: text.clone(),
            };
            report.note(Some(&concept.slug), fault);
        }
    }
}

fn texts(report: &mut Report<'_>, concept: &Concept) {
    let slug = Some(&concept.slug);
    for label in concept.names_in(&report.scheme.head.slug) {
        report.text(slug, label.text);
    }
    for note in &concept.notes {
        report.text_of(slug, &note.text);
    }
    for notation in &concept.notation {
        report.text(slug, notation);
    }
    for statement in concept
        .instrument()
        .iter()
        .flat_map(|instrument| &instrument.status)
    {
        report.text_of(slug, &statement.note);
    }
    if let Some(body) = concept.organisation() {
        report.text_of(slug, &body.task);
    }
}

fn targets(report: &mut Report<'_>, concept: &Concept) {
    let slug = Some(&concept.slug);
    for whole in &concept.broader {
        report.target(slug, "broader or part_of", &whole.value);
    }
    for related in &concept.related {
        report.target(slug, "related", related);
    }
    for next in &concept.replaced_by {
        report.target(slug, "replaced_by", next);
    }
}

fn hierarchy(report: &mut Report<'_>, concept: &Concept) {
    let scheme = report.scheme;
    let slug = concept.slug.as_str();
    let above = scheme.expand(slug, Direction::Broader, None);
    let is_own_part = |whole: &Concept| whole.broader.iter().any(|up| up.value == concept.slug);
    if is_own_part(concept) || above.iter().any(|whole| is_own_part(whole)) {
        report.note(Some(&concept.slug), Fault::BroaderCycle);
    }
    let below = scheme.expand(slug, Direction::Narrower, None);
    for related in &concept.related {
        if above
            .iter()
            .chain(&below)
            .any(|other| other.slug == *related)
        {
            report.note(
                Some(&concept.slug),
                Fault::RelatedAndBroader(related.clone()),
            );
        }
    }
}

fn periods(report: &mut Report<'_>, concept: &Concept) {
    let mut all: Vec<(&str, Period)> = vec![("valid_from to valid_to", concept.validity)];
    all.extend(
        concept
            .broader
            .iter()
            .map(|whole| ("part_of", whole.period)),
    );
    all.extend(
        concept
            .details
            .dated_names()
            .iter()
            .map(|name| ("names", name.period)),
    );
    if let Some(place) = concept.place() {
        all.extend(place.types.iter().map(|entry| ("types", entry.period)));
        all.extend(place.codes.iter().map(|entry| ("codes", entry.period)));
    }
    if let Some(body) = concept.organisation() {
        all.extend(body.areas.iter().map(|area| ("areas", area.period)));
        let assigned = body.assigned_instruments.iter();
        all.extend(assigned.map(|entry| ("assigned_instruments", entry.instrument.period)));
    }
    for (property, period) in all {
        if period.is_backwards() {
            let property = property.to_owned();
            report.note(Some(&concept.slug), Fault::Backwards { property });
        }
    }
}

/// A state code may be recycled, but not name two places on one day.
fn unique_codes(report: &mut Report<'_>) {
    let scheme = report.scheme;
    let mut known: HashMap<(&str, &str), Vec<(Period, &Slug)>> = HashMap::new();
    for concept in scheme.concepts() {
        for entry in concept.place().iter().flat_map(|place| &place.codes) {
            let code = &entry.value;
            let others = known.entry((&code.scheme, &code.value)).or_default();
            if let Some((_, other)) = others
                .iter()
                .find(|(period, _)| period.overlaps(&entry.period))
            {
                let fault = Fault::SharedCode {
                    scheme: code.scheme.clone(),
                    value: code.value.clone(),
                    other: (*other).clone(),
                };
                report.note(Some(&concept.slug), fault);
            }
            others.push((entry.period, &concept.slug));
        }
    }
}

fn links_to_other_schemes(
    report: &mut Report<'_>,
    schemes: &BTreeMap<String, Scheme>,
    concept: &Concept,
) {
    let Some(body) = concept.organisation() else {
        return;
    };
    let areas = body
        .areas
        .iter()
        .map(|area| ("areas", "place", &area.value));
    let assigned = body.assigned_instruments.iter().map(|entry| {
        (
            "assigned_instruments",
            "instrument",
            &entry.instrument.value,
        )
    });
    for (property, scheme, target) in areas.chain(assigned) {
        let found = schemes
            .get(scheme)
            .and_then(|scheme| scheme.find(target.as_str()));
        if found.is_none() {
            let property = property.to_owned();
            let fault = Fault::UnknownTarget {
                property,
                target: target.clone(),
            };
            report.note(Some(&concept.slug), fault);
        }
    }
}

fn events(report: &mut Report<'_>) {
    let scheme = report.scheme;
    for (number, event) in scheme.events().iter().enumerate() {
        if event.from.is_empty() {
            report.note(None, Fault::EventWithoutOrigin(number));
        }
        report.text_of(None, &event.note);
        for slug in &event.from {
            report.target(None, format!("events[{number}].from"), slug);
        }
        for slug in &event.to {
            report.target(None, format!("events[{number}].to"), slug);
        }
    }
}

#[cfg(test)]
mod tests;
