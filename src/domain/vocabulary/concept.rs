//! One concept: its names, its place in the hierarchy, its validity and what is particular to it.

use crate::domain::WorkDate;
use crate::domain::vocabulary::details::{
    ChannelReach, Instrument, LanguageFacts, Organisation, Place, ProductKind, ReuseTerms,
};
use crate::domain::vocabulary::{Dated, Details, Period};
use crate::domain::{LanguageMap, LanguageTag, Slug};

/// A concept in the sense of SKOS (W3C Recommendation, 2009).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concept {
    /// Its name inside the scheme; never reused.
    pub slug: Slug,
    /// `skos:prefLabel`: one for each language.
    pub labels: LanguageMap,
    /// `skos:altLabel`: variants and abbreviations.
    pub alternative_labels: Vec<(LanguageTag, String)>,
    /// `skos:notation`: numbers and codes.
    pub notation: Vec<String>,
    /// When the concept may be used for new works.
    pub validity: Period,
    /// `skos:broader`; for places and bodies the whole they were part of, with the period.
    pub broader: Vec<Dated<Slug>>,
    /// `skos:related`.
    pub related: Vec<Slug>,
    /// `dct:isReplacedBy`, apart from what the scheme's events say.
    pub replaced_by: Vec<Slug>,
    /// Remarks with their source.
    pub notes: Vec<Note>,
    /// Works about it, or about what is narrower, are released by two posts and reviewed again on a day.
    pub sensitive: bool,
    /// `false` where the facts were not checked against a primary source.
    pub verified: bool,
    /// What only this kind of scheme has.
    pub details: Details,
}

/// A remark on a concept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The remark in each language.
    pub text: LanguageMap,
    /// Where it comes from.
    pub source: Option<String>,
}

/// What sort of name a [`Label`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LabelKind {
    /// The one shown.
    Preferred,
    /// A variant or abbreviation.
    Alternative,
    /// A name it bore during a period, as printed then.
    Historical,
}

/// One name of one concept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label<'a> {
    /// The scheme of the concept.
    pub scheme: &'a Slug,
    /// The concept.
    pub slug: &'a Slug,
    /// Language of the text.
    pub language: &'a LanguageTag,
    /// The name, NFC.
    pub text: &'a str,
    /// What sort of name it is.
    pub kind: LabelKind,
}

impl Concept {
    /// Whether the concept may be used for a work of this date.
    pub fn is_valid_at(&self, date: &WorkDate) -> bool {
        self.validity.covers(date)
    }

    /// Whether it is part of `whole` at a date, or was when it ended.
    pub fn is_part_at(&self, whole: &Slug, date: &WorkDate) -> bool {
        let at_its_end = self.validity.to.as_ref();
        let links = self.broader.iter().filter(|link| link.value == *whole);
        links
            .map(|link| &link.period)
            .any(|period| period.covers(date) || at_its_end.is_some_and(|end| period.covers(end)))
    }

    /// The name at a date in the language of a reader: the dated name of a place or body, else
    /// the label.
    pub fn name_at(&self, date: &WorkDate, language: &str) -> Option<&str> {
        let dated = self
            .details
            .dated_names()
            .iter()
            .find(|name| name.period.covers(date));
        dated
            .map_or(&self.labels, |name| &name.value)
            .best(language)
    }

    /// Every name of this concept of `scheme`.
    pub fn names_in<'a>(&'a self, scheme: &'a Slug) -> impl Iterator<Item = Label<'a>> {
        let label = move |kind| {
            move |(language, text): (&'a LanguageTag, &'a str)| Label {
                scheme,
                slug: &self.slug,
                language,
                text,
                kind,
            }
        };
        let alternative = self.alternative_labels.iter();
        let historical = self
            .details
            .dated_names()
            .iter()
            .flat_map(|name| name.value.iter());
        self.labels
            .iter()
            .map(label(LabelKind::Preferred))
            .chain(
                alternative
                    .map(|(tag, text)| (tag, text.as_str()))
                    .map(label(LabelKind::Alternative)),
            )
            .chain(historical.map(label(LabelKind::Historical)))
    }

    /// The facts of a place.
    pub fn place(&self) -> Option<&Place> {
        if let Details::Place(place) = &self.details {
            Some(place)
        } else {
            None
        }
    }

    /// The facts of a body.
    pub fn organisation(&self) -> Option<&Organisation> {
        if let Details::Organisation(body) = &self.details {
            Some(body)
        } else {
            None
        }
    }

    /// The facts of a treaty, declaration or law.
    pub fn instrument(&self) -> Option<&Instrument> {
        if let Details::Instrument(instrument) = &self.details {
            Some(instrument)
        } else {
            None
        }
    }

    /// The facts of a kind of work.
    pub fn kind(&self) -> Option<&ProductKind> {
        if let Details::Kind(kind) = &self.details {
            Some(kind)
        } else {
            None
        }
    }

    /// The facts of terms of reuse.
    pub fn terms(&self) -> Option<&ReuseTerms> {
        if let Details::Terms(terms) = &self.details {
            Some(terms)
        } else {
            None
        }
    }

    /// Who is reached through a channel.
    pub fn channel_reach(&self) -> Option<ChannelReach> {
        if let Details::Channel(reach) = &self.details {
            Some(*reach)
        } else {
            None
        }
    }

    /// The facts of a language.
    pub fn language(&self) -> Option<&LanguageFacts> {
        if let Details::Language(language) = &self.details {
            Some(language)
        } else {
            None
        }
    }
}
