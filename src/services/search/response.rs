//! Questions and answers as the rest of the archive speaks them.

use std::time::Duration;

use super::analysis::timed_text::Passage;
use super::filters::Facet;
use super::filters::Filters;
use super::presenting::highlighter::Piece;
use super::query::expansion::ExpansionWishes;
use super::query::repair::Interpretation;
use super::ranking::cursor::Cursor;
use super::ranking::page::Order;
use crate::domain::asset::{Asset, AssetId};
use crate::domain::{LanguageTag, Sha256};
use crate::storage::catalog::EventNumber;

/// What somebody looks for.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchRequest {
    /// As typed: words, `"phrases"`, `-exclusions`, `facet:value`. Empty lists everything.
    pub text: String,
    /// What narrows the search beside the words.
    pub filters: Filters,
    /// The order of hits.
    pub order: Order,
    /// Hits on a page, 1 to [`SearchRequest::MAX_LIMIT`].
    pub limit: usize,
    /// Where the last page ended.
    pub after: Option<Cursor>,
    /// Facets to count.
    pub facets: Vec<Facet>,
    /// Most values told of each facet.
    pub facet_values: usize,
    /// Take the text as typed: no Telex, no corrections.
    pub verbatim: bool,
    /// Only works with all words.
    pub all_words: bool,
    /// Which other names may be added.
    pub expansion: ExpansionWishes,
    /// Language of labels, BCP 47 primary tag.
    pub language: String,
    /// Wait until this event is searchable, for as long as the settings say.
    pub not_before: Option<EventNumber>,
    /// Put near-duplicates of a hit under it instead of beside it.
    pub group_duplicates: bool,
    /// Make snippets, for which bodies and transcripts are read.
    pub with_snippets: bool,
}

impl SearchRequest {
    /// Most hits on a page.
    pub const MAX_LIMIT: usize = 100;

    /// Looks for words, with everything else as it usually is.
    pub fn for_text(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            filters: Filters::default(),
            order: Order::Relevance,
            limit: 20,
            after: None,
            facets: Vec::new(),
            facet_values: 50,
            verbatim: false,
            all_words: false,
            expansion: ExpansionWishes::default(),
            language: "vi".to_owned(),
            not_before: None,
            group_duplicates: true,
            with_snippets: true,
        }
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchAnswer {
    /// The page.
    pub hits: Vec<Hit>,
    /// Works that match.
    pub total: Total,
    /// Whether every hit has all words, or some have only some.
    pub matching: Matching,
    /// Counted facets, in the order asked.
    pub facets: Vec<FacetCounts>,
    /// What was understood, changed and added.
    pub interpretation: Interpretation,
    /// Where the next page begins; none on the last.
    pub next: Option<Cursor>,
    /// The wanted event was not searchable in time: the answer may lack the latest changes.
    pub is_stale: bool,
    /// The time ran out: there may be more and better hits, and hits without snippets.
    pub is_partial: bool,
    /// The last event this answer knows of.
    pub event: EventNumber,
    /// How long it took.
    pub took: Took,
}

/// How many works match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    /// The number.
    pub works: u64,
    /// False when there may be more.
    pub is_exact: bool,
}

/// How the words matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matching {
    /// Every hit has all words.
    AllWords,
    /// Few works have all words, so works with some of them are there too, best first.
    SomeWords,
}

/// Where the time went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Took {
    /// Waiting for an event to become searchable, and for other searches to end.
    pub waiting: Duration,
    /// Finding, counting and ordering.
    pub finding: Duration,
    /// Fetching the works and making snippets.
    pub showing: Duration,
}

/// One found work.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The work at its present revision.
    pub asset: Asset,
    /// Weighted sum of BM25 scores; 0 in other orders than relevance.
    pub score: f32,
    /// Pieces of its texts with the words lit, best first; empty without words.
    pub snippets: Vec<Snippet>,
    /// Near-duplicates of it among the hits, which have no hit of their own.
    pub duplicates: Vec<AssetId>,
}

/// A piece of one text of a work.
#[derive(Debug, Clone, PartialEq)]
pub struct Snippet {
    /// Which text.
    pub field: TextField,
    /// The piece and what to light in it.
    pub piece: Piece,
    /// Where in a long text it stands.
    pub passage: Option<Passage>,
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
    /// What is said in a recording, by the transcript or captions file it was read from.
    Transcript(Sha256),
    /// Makers, credit line, numbers.
    Credit,
}

/// Counted values of one facet. Values without works are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetCounts {
    /// Which.
    pub facet: Facet,
    /// Most frequent first.
    pub values: Vec<FacetValue>,
}

/// One value of a facet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetValue {
    /// Slug, tag, year or word.
    pub value: String,
    /// What it is called in the caller's language; the value itself when it has no label.
    pub label: String,
    /// Works the caller would see when choosing it.
    pub works: u64,
    /// It is chosen.
    pub is_chosen: bool,
}
