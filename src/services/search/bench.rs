//! The index without catalogue and HTTP, for benchmarks, fuzzing and ranking tests.
//!
//! Compiled with the cargo feature `bench` only.

use std::ops::Range;
use std::path::Path;
use std::time::{Duration, Instant};

use super::analysis::timed_text::{Passage, TimedText};
use super::analysis::{Spelling, WordSplitter};
use super::engine::Engine;
use super::error::SearchError;
use super::filters::Facet;
use super::index::open_index::{IndexChange, IndexError, MustPurge, OpenIndex, WriterSettings};
use super::index::schema;
use super::presenting::highlighter::Highlighter;
use super::query::plan::Weights;
use super::query::repair::{Interpretation, interpretation};
use super::ranking::cursor::Cursor;
use super::request::{RequestContext, SearchRequest};
use super::response::Fragment;
use super::snapshot::viewer::Viewer;
use super::thesaurus::Thesaurus;
use crate::domain::Timestamp;
use crate::domain::access::Actor;
use crate::domain::asset::AssetId;
use crate::storage::catalog::{EventNumber, LogId};

/// The default of `search.cache_bytes`.
const CACHE_BYTES: usize = 64 << 20;

/// An index in a folder, searched in process.
pub struct BenchIndex {
    index: OpenIndex,
    engine: Engine,
    thesaurus: Thesaurus,
}

impl BenchIndex {
    /// Creates an index. Weights are given as `name=value`, separated by commas.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn create(
        path: &Path,
        thesaurus: Thesaurus,
        settings: WriterSettings,
        weights: &str,
    ) -> Result<Self, IndexError> {
        let engine = Engine::new(CACHE_BYTES).with_weights(read_weights(weights));
        Ok(Self {
            index: OpenIndex::create(path, settings, LogId::from_bytes([0; 16]))?,
            engine,
            thesaurus,
        })
    }

    /// Indexes works and commits.
    ///
    /// # Errors
    /// When the index cannot be written.
    pub fn load(&self, changes: &[IndexChange]) -> Result<(), IndexError> {
        self.index.apply_new(&self.thesaurus, changes)?;
        self.index.commit(EventNumber(1), MustPurge(false))
    }

    /// Waits for running merges and closes the writer.
    ///
    /// # Errors
    /// When the index cannot be written.
    pub fn finish_merges(&self) -> Result<(), IndexError> {
        self.index.close()?;
        self.index.reload()
    }

    /// Ids of the best works that anonymous may see, and the total.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn search(
        &self,
        text: &str,
        language: Option<&str>,
        limit: usize,
        facets: &[Facet],
    ) -> Result<(Vec<AssetId>, u64), SearchError> {
        let mut request = SearchRequest::for_text(text);
        request.limit = limit;
        if let Some(language) = language {
            request.filters.add(Facet::Language, language);
        }
        request.facets = facets.to_vec();
        let page = self.page(&request, Duration::from_secs(60))?;
        Ok((page.ids, page.total))
    }

    /// One page for anonymous within a time budget.
    ///
    /// # Errors
    /// When the index cannot be read, or the cursor is of another order; never because of the text.
    pub fn page(
        &self,
        request: &SearchRequest,
        budget: Duration,
    ) -> Result<BenchPage, SearchError> {
        self.page_for(&Actor::Anonymous, request, budget)
    }

    /// One page for an actor within a time budget.
    ///
    /// # Errors
    /// As [`BenchIndex::page`].
    pub fn page_for(
        &self,
        actor: &Actor,
        request: &SearchRequest,
        budget: Duration,
    ) -> Result<BenchPage, SearchError> {
        let viewer = Viewer::new(actor, Timestamp::from_millis(0));
        let context = RequestContext {
            viewer,
            removed: Vec::new(),
            deadline: Instant::now() + budget,
        };
        let searcher = self.index.searcher();
        let page = self.engine.find(
            &searcher,
            self.index.fields(),
            &self.thesaurus,
            request,
            &context,
        )?;
        Ok(BenchPage {
            ids: page.hits.into_iter().map(|hit| hit.id).collect(),
            total: page.matches.total,
            is_partial: page.is_partial,
            posting_lists: page.query.plan.posting_lists(),
            next: page.next,
            interpretation: interpretation(
                &page.query.repaired,
                page.query
                    .expansions
                    .into_iter()
                    .map(|added| added.expansion)
                    .collect(),
                str::to_owned,
            ),
        })
    }
}

/// One page of ids.
#[derive(Debug, Clone)]
pub struct BenchPage {
    /// The ids of the page.
    pub ids: Vec<AssetId>,
    /// Works that match.
    pub total: u64,
    /// The deadline passed.
    pub is_partial: bool,
    /// Posting lists that are read at most.
    pub posting_lists: usize,
    /// The cursor for the next page.
    pub next: Option<Cursor>,
    /// How the query was interpreted; corrections are folded.
    pub interpretation: Interpretation,
}

/// The terms that a tokenizer makes from a text, each with its byte range and position.
pub fn terms(tokenizer: &str, text: &str) -> Vec<(String, Range<usize>, usize)> {
    let mut terms = Vec::new();
    let Some(mut analyzer) = schema::tokenizers().get(tokenizer) else {
        return terms;
    };
    let mut stream = analyzer.token_stream(text);
    stream.process(&mut |token| {
        let span = token.offset_from..token.offset_to;
        terms.push((token.text.clone(), span, token.position));
    });
    terms
}

/// The names of the tokenizers.
pub const TOKENIZERS: [&str; 4] = ["exact", "folded", "pairs", "folded-and-pairs"];

/// The fragment of a text that is shown for these words, and its passage.
pub fn fragment(words: &str, text: &str) -> Option<(Fragment, Passage)> {
    let mut highlighter = Highlighter::default();
    for word_span in WordSplitter::new(words).filter(|word_span| !word_span.is_document_number) {
        let word = Spelling::of(&words[word_span.span]);
        let exact = word.is_marked().then(|| word.exact());
        highlighter.add_word(word.folded(), exact, 1.0);
    }
    let read = TimedText::read(text);
    let (_, fragment) = highlighter.best_fragment(&read.text)?;
    let passage = read.passage_at(fragment.range.start);
    Some((fragment, passage))
}

fn read_weights(text: &str) -> Weights {
    let mut weights = Weights::default();
    for (name, value) in text.split(',').filter_map(|part| part.split_once('=')) {
        let Ok(value) = value.parse() else { continue };
        match name {
            "exact" => weights.exact = value,
            "folded" => weights.folded = value,
            "pairs" => weights.pairs = value,
            "title" => weights.title = value,
            "stop" => weights.stop = value,
            "expansion" => weights.expansion = value,
            "translation" => weights.translation = value,
            "translated" => weights.translated = value,
            "c1" => weights.corrections[0] = value,
            "c2" => weights.corrections[1] = value,
            "c3" => weights.corrections[2] = value,
            _ => {}
        }
    }
    weights
}
