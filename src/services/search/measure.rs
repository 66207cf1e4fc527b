//! The bare index for measuring: ranking without catalogue, texts or HTTP.

use std::path::Path;
use std::time::{Duration, Instant};

use super::engine::{Engine, Question};
use super::filters::{Facet, Filters};
use super::index::{IndexChange, IndexError, OpenIndex, WriterSettings};
use super::matching::Viewer;
use super::query::{ExpansionWishes, Weights};
use super::ranking::Order;
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
        self.index.commit(EventNumber(1))
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
        let mut filters = Filters::default();
        if let Some(language) = language {
            filters.want(Facet::Language, language);
        }
        let question = Question {
            viewer: Viewer::new(&Actor::Anonymous, Timestamp::from_millis(0)),
            text: text.to_owned(),
            verbatim: false,
            all_words: false,
            wishes: ExpansionWishes::default(),
            filters,
            order: Order::Relevance,
            limit,
            after: None,
            facets: facets.to_vec(),
            deadline: Instant::now() + Duration::from_secs(60),
        };
        let searcher = self.index.searcher();
        let found = self
            .engine
            .find(&searcher, self.index.fields(), &self.thesaurus, &question)?;
        Ok((
            found.hits.into_iter().map(|hit| hit.id).collect(),
            found.matches.total,
        ))
    }
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
