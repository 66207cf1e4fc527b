//! What narrows a search beside its words, and the tags works are filtered by and counted under.

use crate::domain::LanguageTag;
use crate::domain::WorkDate;

/// A property with a countable set of values.
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
    /// The first year it can have been made in.
    Year,
    /// Scheme `reuse-terms`.
    ReuseTerms,
    /// `draft`, `submitted`, `published`.
    State,
    /// `audio`, `video`, `image`, `document`, `text`, `transcript`, `captions`, `accessible`.
    Has,
}

impl Facet {
    /// Every facet with its wire name and its scheme, if its values are concepts.
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

    /// The wire name.
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(f, ..)| *f == self)
            .map_or("", |(_, name, _)| name)
    }

    /// The scheme whose concepts are its values.
    pub fn scheme(self) -> Option<&'static str> {
        Self::ALL
            .iter()
            .find(|(f, ..)| *f == self)
            .and_then(|(.., scheme)| *scheme)
    }

    /// The facet of this wire name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, n, _)| *n == name)
            .map(|(facet, ..)| *facet)
    }

    /// The term under which a value stands in the index.
    pub(crate) fn tag(self, value: &str) -> String {
        format!("{}:{value}", self.name())
    }
}

/// What a work must be to be found. Empty lists and `None` ask for nothing; the values of one
/// list are alternatives, the lists all hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Filters {
    /// Values wanted for each facet; at least one of each must be carried.
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
}

impl Filters {
    /// Adds an alternative for a facet.
    pub fn want(&mut self, facet: Facet, value: impl Into<String>) {
        let value = canonical(facet, value.into());
        match self.values.iter_mut().find(|(f, _)| *f == facet) {
            Some((_, values)) if values.contains(&value) => {}
            Some((_, values)) => values.push(value),
            None => self.values.push((facet, vec![value])),
        }
    }
}

/// Language tags are compared in their canonical case; everything else is a slug.
fn canonical(facet: Facet, value: String) -> String {
    match facet {
        Facet::Language => LanguageTag::parse(&value).map_or(value, |tag| tag.as_str().to_owned()),
        _ => value,
    }
}
