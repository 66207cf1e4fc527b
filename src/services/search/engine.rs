//! Runs a request on one commit of the index: interpret, match, rank.
//!
//! The result contains ids and scores only; [`super::presenting`] reads the works, checks the access
//! policy once more and adds texts and labels.

use std::sync::{Arc, Mutex, PoisonError};

use tantivy::{Searcher, SearcherGeneration};

use super::index::schema::Fields;
use super::matching::matcher::Matcher;
use super::matching::matches::{MatchMode, Matches};
use super::matching::recent_matches::{MatchKey, RecentMatches};
use super::query::interpret::{InterpretedQuery, QuerySource, interpret};
use super::query::plan::{QueryPlan, Weights};
use super::ranking::cursor::Cursor;
use super::ranking::order::{Order, RankedHit};
use super::ranking::ranker::Ranker;
use super::ranking::resume::current_position;
use super::request::{RequestContext, SearchRequest};
use super::snapshot::segment_caches::SegmentCaches;
use super::snapshot::term_dictionary::TermDictionary;
use super::snapshot::view::{IndexView, visibility_changes};
use super::snapshot::viewer::Viewer;
use super::thesaurus::Thesaurus;

/// With fewer works than this that have all words, works with any selective term match.
const MIN_STRICT_MATCHES: u64 = 10;
/// Queries with more required words than this are sentences, which hardly any work contains in full.
const MAX_STRICT_WORDS: usize = 3;

/// One page of ranked ids, and what presenting it needs.
#[derive(Debug)]
pub(crate) struct ResultPage {
    pub(crate) query: InterpretedQuery,
    /// The caller, after [`Engine::cacheable_viewer`].
    pub(crate) viewer: Viewer,
    pub(crate) mode: MatchMode,
    pub(crate) order: Order,
    pub(crate) matches: Arc<Matches>,
    pub(crate) hits: Vec<RankedHit>,
    /// The cursor for the next page.
    pub(crate) next: Option<Cursor>,
    /// The deadline passed during matching or ranking.
    pub(crate) is_partial: bool,
}

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FindError {
    /// The cursor is of another order.
    #[error("the cursor is of another order")]
    WrongCursor,
    /// The index could not be read.
    #[error(transparent)]
    Index(#[from] tantivy::TantivyError),
}

impl ResultPage {
    /// Ends the page after so many hits; the next page goes on there.
    pub(crate) fn end_after(&mut self, hits: usize) {
        if hits >= self.hits.len() {
            return;
        }
        self.hits.truncate(hits);
        self.next = self
            .hits
            .last()
            .map(|hit| cursor_after(hit, self.order, self.mode));
    }
}

fn cursor_after(hit: &RankedHit, order: Order, mode: MatchMode) -> Cursor {
    Cursor {
        order,
        mode,
        position: hit.position.clone(),
    }
}

/// Runs requests, with caches that live across requests (`docs/adr/0012-search-caches.md`).
#[derive(Debug)]
pub(crate) struct Engine {
    segment_caches: SegmentCaches,
    recent_matches: RecentMatches,
    /// The moments at which an embargo or a consent ends, for the latest commit.
    visibility_changes: Mutex<Option<(SearcherGeneration, Arc<Vec<i64>>)>>,
    weights: Weights,
}

impl Engine {
    /// An engine with empty caches; the document sets may take `cache_bytes`.
    pub(crate) fn new(cache_bytes: usize) -> Self {
        Self {
            segment_caches: SegmentCaches::new(cache_bytes),
            recent_matches: RecentMatches::default(),
            visibility_changes: Mutex::default(),
            weights: Weights::default(),
        }
    }

    /// Replaces the default weights, for measuring.
    #[cfg(feature = "bench")]
    pub(crate) fn with_weights(mut self, weights: Weights) -> Self {
        self.weights = weights;
        self
    }

    /// The viewer at the last end of an embargo or a consent, so that cache entries are shared between moments with
    /// the same visible works.
    pub(crate) fn cacheable_viewer(
        &self,
        searcher: &Searcher,
        viewer: &Viewer,
    ) -> tantivy::Result<Viewer> {
        Ok(viewer.at_last_of(&self.visibility_changes(searcher)?))
    }

    /// A commit as seen by a viewer from [`Engine::cacheable_viewer`].
    pub(crate) fn view<'a>(
        &'a self,
        searcher: &'a Searcher,
        fields: &'a Fields,
        viewer: &'a Viewer,
    ) -> IndexView<'a> {
        IndexView {
            searcher,
            fields,
            caches: &self.segment_caches,
            viewer,
        }
    }

    /// Finds one page of hits.
    pub(crate) fn find(
        &self,
        searcher: &Searcher,
        fields: &Fields,
        thesaurus: &Thesaurus,
        request: &SearchRequest,
        context: &RequestContext,
    ) -> Result<ResultPage, FindError> {
        let viewer = self.cacheable_viewer(searcher, &context.viewer)?;
        let view = self.view(searcher, fields, &viewer);
        let dictionary = TermDictionary::new(view)?;
        let source = QuerySource {
            text: &request.text,
            filters: &request.filters,
            verbatim: request.verbatim,
            expansion: &request.expansion,
            removed: &context.removed,
        };
        let mut query = interpret(&source, thesaurus, &dictionary, self.weights);
        let matcher = Matcher {
            view,
            filters: &query.filters,
            facets: &request.facets,
            deadline: context.deadline,
        };
        let (mut mode, mut matches) = self.matches(&matcher, &query.plan, request)?;
        if matches.total == 0 && !query.plan.phrases.is_empty() && !request.all_words {
            // No work contains the phrase; match its words instead.
            Arc::make_mut(&mut query.plan).phrases.clear();
            (mode, matches) = self.matches(&matcher, &query.plan, request)?;
        }
        let order = match request.order {
            // Without words every score is equal.
            Order::Relevance if query.plan.is_empty() => Order::Newest,
            order => order,
        };
        let ranker = Ranker {
            dictionary: &dictionary,
            plan: &query.plan,
            matches: &matches,
            limit: request.limit.clamp(1, SearchRequest::MAX_LIMIT),
            after: None,
            deadline: context.deadline,
        };
        let (hits, next, is_cut_short) = rank(ranker, mode, order, request.after.as_ref())?;
        Ok(ResultPage {
            query,
            viewer,
            mode,
            order,
            is_partial: is_cut_short || matches.is_partial,
            matches,
            hits,
            next,
        })
    }

    /// Matches all words; when too few works have them, any selective term. A cursor keeps the mode
    /// of its first page.
    fn matches(
        &self,
        matcher: &Matcher<'_>,
        plan: &Arc<QueryPlan>,
        request: &SearchRequest,
    ) -> tantivy::Result<(MatchMode, Arc<Matches>)> {
        let cursor_mode = request.after.as_ref().map(|cursor| cursor.mode);
        let is_strict = plan.is_empty() || request.all_words;
        if is_strict || cursor_mode == Some(MatchMode::AllWords) {
            let matches = self.cached_matches(matcher, plan, MatchMode::AllWords)?;
            return Ok((MatchMode::AllWords, matches));
        }
        if cursor_mode.is_none() && plan.required.len() <= MAX_STRICT_WORDS {
            let strict = self.cached_matches(matcher, plan, MatchMode::AllWords)?;
            if strict.total >= MIN_STRICT_MATCHES {
                return Ok((MatchMode::AllWords, strict));
            }
        }
        let mode = MatchMode::AnySelectiveTerm;
        Ok((mode, self.cached_matches(matcher, plan, mode)?))
    }

    fn cached_matches(
        &self,
        matcher: &Matcher<'_>,
        plan: &Arc<QueryPlan>,
        mode: MatchMode,
    ) -> tantivy::Result<Arc<Matches>> {
        let key = MatchKey {
            generation: matcher.view.searcher.generation().clone(),
            viewer: matcher.view.viewer.clone(),
            filters: matcher.filters.clone(),
            plan: Arc::clone(plan),
            mode,
            facets: matcher.facets.to_vec(),
        };
        if let Some(matches) = self.recent_matches.get(&key) {
            return Ok(matches);
        }
        let matches = Arc::new(matcher.match_plan(plan, mode)?);
        if !matches.is_partial {
            self.recent_matches.insert(key, &matches);
        }
        Ok(matches)
    }

    fn visibility_changes(&self, searcher: &Searcher) -> tantivy::Result<Arc<Vec<i64>>> {
        let mut cached = self
            .visibility_changes
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some((generation, moments)) = &*cached
            && generation == searcher.generation()
        {
            return Ok(Arc::clone(moments));
        }
        let moments = Arc::new(visibility_changes(searcher)?);
        *cached = Some((searcher.generation().clone(), Arc::clone(&moments)));
        Ok(moments)
    }

    /// Drops cache entries of merged segments and of earlier commits.
    pub(crate) fn evict_outdated(&self, searcher: &Searcher) {
        let live: Vec<_> = searcher
            .segment_readers()
            .iter()
            .map(|reader| reader.segment_id())
            .collect();
        self.segment_caches.retain_segments(&live);
        self.recent_matches.clear();
    }
}

/// One page of the matches, the cursor for the next page, and whether the deadline passed.
///
/// # Errors
/// [`FindError::WrongCursor`] for a cursor of another order.
fn rank(
    ranker: Ranker<'_>,
    mode: MatchMode,
    order: Order,
    after: Option<&Cursor>,
) -> Result<(Vec<RankedHit>, Option<Cursor>, bool), FindError> {
    if after.is_some_and(|cursor| cursor.order != order) {
        return Err(FindError::WrongCursor);
    }
    let limit = ranker.limit;
    let after = match after {
        Some(cursor) if order == Order::Relevance => {
            Some(current_position(&ranker, &cursor.position)?)
        }
        other => other.map(|cursor| cursor.position.clone()),
    };
    let ranker = Ranker {
        after: after.as_ref(),
        // One more tells whether there is a next page.
        limit: limit + 1,
        ..ranker
    };
    let (mut hits, is_cut_short) = ranker.page(order)?;
    let has_more = hits.len() > limit;
    hits.truncate(limit);
    let last = hits.last().filter(|_| has_more);
    let next = last.map(|hit| cursor_after(hit, order, mode));
    Ok((hits, next, is_cut_short))
}
