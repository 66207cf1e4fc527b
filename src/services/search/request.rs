//! What a search is asked for, and the context the service adds.

use std::time::Instant;

use super::admission::requester::Requester;
use super::filters::{Facet, Filters};
use super::query::expansion::ExpansionOptions;
use super::ranking::cursor::Cursor;
use super::ranking::order::Order;
use super::snapshot::viewer::Viewer;
use crate::domain::asset::AssetId;
use crate::storage::catalog::EventNumber;

/// A search request, as the interfaces build it.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchRequest {
    /// Who the request is counted for.
    pub requester: Requester,
    /// The typed text: words, `"phrases"`, `-exclusions`, `facet:value`. Empty matches every work.
    pub text: String,
    /// Filters in addition to the text.
    pub filters: Filters,
    /// The order of hits.
    pub order: Order,
    /// Hits on a page, 1 to [`SearchRequest::MAX_LIMIT`].
    pub limit: usize,
    /// The cursor of the previous page.
    pub after: Option<Cursor>,
    /// Facets to count.
    pub facets: Vec<Facet>,
    /// Most values returned for each facet.
    pub facet_values: usize,
    /// Do not repair the text: no Telex decoding, no corrections.
    pub verbatim: bool,
    /// Match only works with all words.
    pub all_words: bool,
    /// Which expansions may be added.
    pub expansion: ExpansionOptions,
    /// Language of labels, BCP 47 primary tag.
    pub language: String,
    /// Wait until this event is searchable, at most [`freshness_wait`].
    ///
    /// [`freshness_wait`]: super::settings::SearchSettings::freshness_wait
    pub not_before: Option<EventNumber>,
    /// Group near-duplicates under the best of them.
    pub group_duplicates: bool,
    /// Return snippets; bodies and transcripts are read for them.
    pub with_snippets: bool,
}

impl SearchRequest {
    /// Most hits on a page.
    pub const MAX_LIMIT: usize = 100;

    /// A request for a text, with the defaults of the API.
    pub fn for_text(text: impl Into<String>) -> Self {
        Self {
            requester: Requester::Unlimited,
            text: text.into(),
            filters: Filters::default(),
            order: Order::Relevance,
            limit: 20,
            after: None,
            facets: Vec::new(),
            facet_values: 50,
            verbatim: false,
            all_words: false,
            expansion: ExpansionOptions::default(),
            language: "vi".to_owned(),
            not_before: None,
            group_duplicates: true,
            with_snippets: true,
        }
    }
}

/// What the service adds to a request before it runs on the index.
#[derive(Debug, Clone)]
pub(crate) struct RequestContext {
    /// What the caller may see.
    pub(crate) viewer: Viewer,
    /// Works that were removed after the last commit of the index.
    pub(crate) removed: Vec<AssetId>,
    /// When matching and ranking stop and return what they have.
    pub(crate) deadline: Instant,
}
