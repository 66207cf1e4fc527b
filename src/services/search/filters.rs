//! Facets and filters, and the index terms of facet values.

use crate::domain::LanguageTag;
use crate::domain::WorkDate;
use crate::domain::asset::{AssetId, StateName};

/// A property whose values are counted and filtered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Facet {
    /// Scheme `product-kind`.
    Kind,
    /// Languages of the work, BCP 47.
    Language,
    /// Scheme `strand`.
    Strand,
    /// Scheme `theme`.
    Theme,
    /// Scheme `instrument`.
    Instrument,
    /// Scheme `rights-group`.
    RightsGroup,
    /// Scheme `udhr-article`.
    UdhrArticle,
    /// Scheme `audience`.
    Audience,
    /// Scheme `place`.
    Place,
    /// Scheme `organisation`.
    Organisation,
    /// The first year in which the work can have been made.
    Year,
    /// Scheme `reuse-terms`.
    ReuseTerms,
    /// `draft`, `submitted`, `published`.
    State,
    /// [`Facet::MEDIA_KINDS`].
    Has,
}

impl Facet {
    /// Every facet with its name in the API and, when its values are concepts, their scheme.
    pub const ALL: [(Self, &'static str, Option<&'static str>); 14] = [
        (Self::Kind, "kind", Some("product-kind")),
        (Self::Language, "language", None),
        (Self::Strand, "strand", Some("strand")),
        (Self::Theme, "theme", Some("theme")),
        (Self::Instrument, "instrument", Some("instrument")),
        (Self::RightsGroup, "rights_group", Some("rights-group")),
        (Self::UdhrArticle, "udhr_article", Some("udhr-article")),
        (Self::Audience, "audience", Some("audience")),
        (Self::Place, "place", Some("place")),
        (Self::Organisation, "organisation", Some("organisation")),
        (Self::Year, "year", None),
        (Self::ReuseTerms, "reuse_terms", Some("reuse-terms")),
        (Self::State, "state", None),
        (Self::Has, "has", None),
    ];

    /// The values of [`Facet::Has`].
    pub const MEDIA_KINDS: [&str; 8] = [
        "audio",
        "video",
        "image",
        "document",
        "text",
        "transcript",
        "captions",
        "accessible",
    ];

    /// The values that it can have, if the list is closed.
    pub fn closed_list(self) -> Option<Vec<&'static str>> {
        match self {
            Self::State => Some(StateName::NAMES.map(|(name, _)| name).to_vec()),
            Self::Has => Some(Self::MEDIA_KINDS.to_vec()),
            _ => None,
        }
    }

    /// The name in the API.
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(f, ..)| *f == self)
            .map_or("", |(_, name, _)| name)
    }

    /// The scheme of its values.
    pub fn scheme(self) -> Option<&'static str> {
        Self::ALL
            .iter()
            .find(|(f, ..)| *f == self)
            .and_then(|(.., scheme)| *scheme)
    }

    /// The facet with this name in the API.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, n, _)| *n == name)
            .map(|(facet, ..)| *facet)
    }

    /// The index term of a value.
    pub(crate) fn tag(self, value: &str) -> String {
        format!("{}:{value}", self.name())
    }
}

/// Conditions that a work must satisfy. Empty lists and `None` are no condition; the values of one
/// facet are alternatives, different conditions must all hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Filters {
    /// For each facet the values of which the work must have at least one.
    pub values: Vec<(Facet, Vec<String>)>,
    /// The work can have been made on or after the first day of this date.
    pub made_from: Option<WorkDate>,
    /// The work can have been made on or before the last day of this date.
    pub made_to: Option<WorkDate>,
    /// Its longest recording lasts at least this long, in milliseconds.
    pub min_duration_ms: Option<u64>,
    /// Its longest recording lasts at most this long, in milliseconds.
    pub max_duration_ms: Option<u64>,
    /// The smaller side of its largest image has at least this many pixels.
    pub min_image_side_px: Option<u32>,
    /// It has a relation to this work. Whoever asks sees that work: relations to hidden works are hidden.
    pub related_to: Option<AssetId>,
}

/// The index term of a relation to a work.
pub(crate) fn relation_tag(target: AssetId) -> String {
    format!("related_to:{target}")
}

impl Filters {
    /// Adds a value of a facet as an alternative.
    pub fn add(&mut self, facet: Facet, value: impl Into<String>) {
        let value = canonical(facet, value.into());
        match self.values.iter_mut().find(|(f, _)| *f == facet) {
            Some((_, values)) if values.contains(&value) => {}
            Some((_, values)) => values.push(value),
            None => self.values.push((facet, vec![value])),
        }
    }
}

/// Language tags are compared in canonical case; other values are slugs or words.
fn canonical(facet: Facet, value: String) -> String {
    match facet {
        Facet::Language => LanguageTag::parse(&value).map_or(value, |tag| tag.as_str().to_owned()),
        _ => value,
    }
}
