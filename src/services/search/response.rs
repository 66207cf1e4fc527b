//! What a search returns to the interfaces.

use std::ops::Range;
use std::time::Duration;

use super::analysis::timed_text::Passage;
use super::filters::Facet;
use super::matching::matches::MatchMode;
use super::query::repair::Interpretation;
use super::ranking::cursor::Cursor;
use crate::domain::asset::{Asset, AssetId};
use crate::domain::{LanguageTag, Sha256};
use crate::storage::catalog::EventNumber;

/// The response to a search request.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchResponse {
    /// The page.
    pub hits: Vec<Hit>,
    /// Works that match.
    pub total: Total,
    /// Whether every hit has all words.
    pub matching: MatchMode,
    /// Counts of the requested facets, in the order of the request.
    pub facets: Vec<FacetCounts>,
    /// How the text was repaired and expanded.
    pub interpretation: Interpretation,
    /// The places of the filter.
    pub places: Vec<PlaceFilter>,
    /// The cursor for the next page; none on the last.
    pub next: Option<Cursor>,
    /// The event in `not_before` was not searchable in time: the latest changes may be missing.
    pub is_stale: bool,
    /// The deadline passed: there may be more and better hits, and hits without snippets.
    pub is_partial: bool,
    /// The last event that was searchable.
    pub event: EventNumber,
    /// How long the stages took.
    pub took: Timings,
}

/// The number of matching works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    /// Matching works that the caller may see.
    pub works: u64,
    /// False when there may be more.
    pub is_exact: bool,
}

/// The time spent in each stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Timings {
    /// Waiting for an event to become searchable, and for a permit.
    pub waiting: Duration,
    /// Matching, counting and ranking.
    pub finding: Duration,
    /// Reading the works and making snippets.
    pub presenting: Duration,
}

/// One work in the results.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The work at its current revision.
    pub asset: Asset,
    /// Weighted sum of BM25 scores; 0 unless ordered by relevance.
    pub score: f32,
    /// The best fragments of its texts, best first; empty for a request without words.
    pub snippets: Vec<Snippet>,
    /// Near-duplicates on this page, which are not listed as hits.
    pub duplicates: Vec<AssetId>,
}

/// A fragment of one text of a work.
#[derive(Debug, Clone, PartialEq)]
pub struct Snippet {
    /// The text it comes from.
    pub field: TextField,
    /// The fragment with its highlights.
    pub fragment: Fragment,
    /// Where it stands in a long text.
    pub passage: Option<Passage>,
}

/// A fragment of a text with the ranges of the words in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fragment {
    /// Byte range in the whole text.
    pub range: Range<usize>,
    /// The text of the fragment, unchanged.
    pub text: String,
    /// Byte ranges of `text` to highlight, ascending and disjoint.
    pub highlights: Vec<Range<usize>>,
}

/// A text of a work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextField {
    /// A title in this language.
    Title(LanguageTag),
    /// A description in this language.
    Description(LanguageTag),
    /// The full text.
    Body,
    /// The transcript or captions file with this hash.
    Transcript(Sha256),
    /// What was read from the document with this hash.
    Document(Sha256),
    /// Creators, credit line, identifiers.
    Credit,
}

/// The counts of one facet. Values without matches are not listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetCounts {
    /// The facet.
    pub facet: Facet,
    /// Most frequent first.
    pub values: Vec<FacetValue>,
}

/// A place of the filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceFilter {
    /// Its slug.
    pub value: String,
    /// Its label in the requested language, or the slug.
    pub label: String,
    /// How many narrower places it takes with it.
    pub narrower: usize,
}

/// One value of a facet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetValue {
    /// Slug, tag, year or word.
    pub value: String,
    /// Its label in the requested language, or the value itself.
    pub label: String,
    /// Matching works when this value is selected.
    pub works: u64,
    /// The request filters by this value.
    pub is_selected: bool,
}
