//! The bare index for measuring and fuzzing: ranking without catalogue, texts or HTTP.

use std::ops::Range;
use std::path::Path;
use std::time::{Duration, Instant};

use super::analysis::Cutter;
use super::analysis::Spelling;
use super::analysis::timed_text::Passage;
use super::analysis::timed_text::Spoken;
use super::engine::Engine;
use super::engine::Question;
use super::filters::Facet;
use super::index::open_index::IndexChange;
use super::index::open_index::IndexError;
use super::index::open_index::MustPurge;
use super::index::open_index::OpenIndex;
use super::index::open_index::WriterSettings;
use super::index::schema;
use super::presenting::highlighter::Highlighter;
use super::presenting::highlighter::Piece;
use super::query::plan::Weights;
use super::ranking::cursor::Cursor;
use super::response::SearchRequest;
use super::snapshot::view::Viewer;
use super::thesaurus::Thesaurus;
use crate::domain::Timestamp;
use crate::domain::access::Actor;
use crate::domain::asset::AssetId;
use crate::storage::catalog::EventNumber;

/// As many bytes of sets as the archive keeps by default.
const CACHE_BYTES: usize = 64 << 20;

/// An index in a folder, asked in process.
pub struct Bench {
    index: OpenIndex,
    engine: Engine,
    thesaurus: Thesaurus,
}

impl Bench {
    /// Makes a new index. Weights are given as `name=value`, separated by commas.
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
            index: OpenIndex::create(path, settings)?,
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

    /// Waits for merges under way and ends writing.
    ///
    /// # Errors
    /// When the index cannot be written.
    pub fn settle(&self) -> Result<(), IndexError> {
        self.index.close()?;
        self.index.reload()
    }

    /// Ids of the best works for anonymous, with the total and whether all words were found.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn search(
        &self,
        text: &str,
        language: Option<&str>,
        limit: usize,
        facets: &[Facet],
    ) -> Result<(Vec<AssetId>, u64), IndexError> {
        let mut request = SearchRequest::for_text(text);
        request.limit = limit;
        if let Some(language) = language {
            request.filters.want(Facet::Language, language);
        }
        request.facets = facets.to_vec();
        let found = self.ask(&request, Duration::from_secs(60))?;
        Ok((found.ids, found.total))
    }

    /// What anonymous finds within a time budget.
    ///
    /// # Errors
    /// When the index cannot be read; never because of the text.
    pub fn ask(&self, request: &SearchRequest, budget: Duration) -> Result<Bare, IndexError> {
        let viewer = Viewer::new(&Actor::Anonymous, Timestamp::from_millis(0));
        let question = Question::new(request, viewer, Instant::now() + budget);
        let searcher = self.index.searcher();
        let found = self
            .engine
            .find(&searcher, self.index.fields(), &self.thesaurus, &question)?;
        Ok(Bare {
            ids: found.hits.into_iter().map(|hit| hit.id).collect(),
            total: found.matches.total,
            is_partial: found.is_partial,
            terms: found.terms,
            next: found.next,
        })
    }
}

/// What the bare index found.
#[derive(Debug, Clone)]
pub struct Bare {
    /// The page.
    pub ids: Vec<AssetId>,
    /// Works that match.
    pub total: u64,
    /// The time ran out.
    pub is_partial: bool,
    /// Lists of works that were to be walked through at most.
    pub terms: usize,
    /// Where the next page begins.
    pub next: Option<Cursor>,
}

/// The terms of a text at one level of the analysis, each with the bytes it was made of and its
/// position.
pub fn terms(level: &str, text: &str) -> Vec<(String, Range<usize>, usize)> {
    let mut terms = Vec::new();
    let Some(mut analyzer) = schema::tokenizers().get(level) else {
        return terms;
    };
    let mut stream = analyzer.token_stream(text);
    stream.process(&mut |token| {
        let span = token.offset_from..token.offset_to;
        terms.push((token.text.clone(), span, token.position));
    });
    terms
}

/// The names of the levels that [`terms`] takes.
pub const LEVELS: [&str; 4] = ["exact", "folded", "pairs", "folded-and-pairs"];

/// The piece of a text that would be shown for these words, and where it stands.
pub fn piece(words: &str, text: &str) -> Option<(Piece, Passage)> {
    let mut highlighter = Highlighter::default();
    for cut in Cutter::new(words).filter(|cut| !cut.is_whole_number) {
        let word = Spelling::of(&words[cut.span]);
        let exact = word.is_marked().then(|| word.exact());
        highlighter.want(word.folded(), exact, 1.0);
    }
    let read = Spoken::read(text);
    let (_, piece) = highlighter.best_piece(&read.text)?;
    let passage = read.passage_at(piece.range.start);
    Some((piece, passage))
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
            "c1" => weights.corrections[0] = value,
            "c2" => weights.corrections[1] = value,
            "c3" => weights.corrections[2] = value,
            _ => {}
        }
    }
    weights
}
