//! One question answered by one snapshot of the index: understand, match, count, rank.
//!
//! Knows ids only; texts, labels and the last check of the policy belong to [`super::response`].

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tantivy::{Searcher, SearcherGeneration};

use super::analysis::is_syllable;
use super::filters::Facet;
use super::filters::Filters;
use super::index::schema::Fields;
use super::matching::matcher::Matches;
use super::matching::matcher::Pass;
use super::matching::matcher::Strictness;
use super::query::expansion::Added;
use super::query::expansion::ExpansionWishes;
use super::query::expansion::expansions;
use super::query::glossary::Into;
use super::query::parser::parse;
use super::query::plan::Plan;
use super::query::plan::Weights;
use super::query::repair::Repaired;
use super::query::repair::repaired;
use super::ranking::cursor::Cursor;
use super::ranking::page::Order;
use super::ranking::page::Placed;
use super::ranking::page::Ranking;
use super::ranking::resume::present_place;
use super::response::SearchRequest;
use super::snapshot::term_stats::Lexicon;
use super::snapshot::view::Kept;
use super::snapshot::view::View;
use super::snapshot::view::Viewer;
use super::snapshot::view::embargo_ends;
use super::thesaurus::Thesaurus;
use crate::domain::asset::AssetId;

/// Fewer works with all words than this, and works with some of them are shown too.
const ENOUGH: u64 = 10;
/// Queries of more telling words than this are sentences, which no work has word for word.
const STRICT_WORDS: usize = 3;

/// A question to the index.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) viewer: Viewer,
    pub(crate) text: String,
    pub(crate) verbatim: bool,
    pub(crate) all_words: bool,
    pub(crate) wishes: ExpansionWishes,
    pub(crate) filters: Filters,
    pub(crate) order: Order,
    pub(crate) limit: usize,
    pub(crate) after: Option<Cursor>,
    /// Works that are gone though the index may still hold them.
    pub(crate) removed: Vec<AssetId>,
    /// Facets to count.
    pub(crate) facets: Vec<Facet>,
    pub(crate) deadline: Instant,
}

impl Question {
    /// What a request asks of the index, for this viewer and until this moment.
    pub(crate) fn new(request: &SearchRequest, viewer: Viewer, deadline: Instant) -> Self {
        Self {
            viewer,
            text: request.text.clone(),
            verbatim: request.verbatim,
            all_words: request.all_words,
            wishes: request.expansion.clone(),
            filters: request.filters.clone(),
            order: request.order,
            limit: request.limit.clamp(1, SearchRequest::MAX_LIMIT),
            after: request.after.clone(),
            removed: Vec::new(),
            facets: request.facets.clone(),
            deadline,
        }
    }
}

/// What the index found.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) hits: Vec<Placed>,
    pub(crate) matches: Arc<Matches>,
    pub(crate) strictness: Strictness,
    pub(crate) is_partial: bool,
    pub(crate) next: Option<Cursor>,
    pub(crate) repaired: Repaired,
    pub(crate) expansions: Vec<Added>,
    pub(crate) filters: Filters,
    /// See [`Plan::terms`].
    pub(crate) terms: usize,
    /// Who asked, as [`View`] has them.
    pub(crate) viewer: Viewer,
}

/// A question after reading and repair.
struct Understood {
    filters: Filters,
    repaired: Repaired,
    expansions: Vec<Added>,
    plan: Arc<Plan>,
}

/// Keeps what can be used again between questions.
#[derive(Debug)]
pub(crate) struct Engine {
    /// What questions to the live segments use again.
    kept: Kept,
    recent: Mutex<VecDeque<(RecentKey, Arc<Matches>)>>,
    embargoes: Mutex<Option<(SearcherGeneration, Arc<Vec<i64>>)>>,
    weights: Weights,
}

/// What makes two passes over the index give the same matches.
#[derive(Debug, Clone, PartialEq)]
struct RecentKey {
    generation: SearcherGeneration,
    viewer: Viewer,
    filters: Filters,
    plan: Arc<Plan>,
    strictness: Strictness,
    facets: Vec<Facet>,
}

/// Answers that are kept, for pages and for those who ask the same.
const RECENT: usize = 32;

impl Engine {
    /// Keeps sets of documents of so many bytes.
    pub(crate) fn new(cache_bytes: usize) -> Self {
        Self {
            kept: Kept::new(cache_bytes),
            recent: Mutex::default(),
            embargoes: Mutex::default(),
            weights: Weights::default(),
        }
    }

    /// With other weights than the measured ones: for measuring.
    pub(crate) fn with_weights(mut self, weights: Weights) -> Self {
        self.weights = weights;
        self
    }

    /// A caller at the last moment that made a difference to what may be seen.
    pub(crate) fn viewer(&self, searcher: &Searcher, viewer: &Viewer) -> tantivy::Result<Viewer> {
        Ok(viewer.at_last_of(&self.embargoes(searcher)?))
    }

    /// A snapshot as a caller sees it who was put through [`Engine::viewer`].
    pub(crate) fn view<'a>(
        &'a self,
        searcher: &'a Searcher,
        fields: &'a Fields,
        viewer: &'a Viewer,
    ) -> View<'a> {
        View {
            searcher,
            fields,
            kept: &self.kept,
            viewer,
        }
    }

    /// Answers a question.
    pub(crate) fn find(
        &self,
        searcher: &Searcher,
        fields: &Fields,
        thesaurus: &Thesaurus,
        question: &Question,
    ) -> tantivy::Result<Found> {
        let viewer = self.viewer(searcher, &question.viewer)?;
        let view = self.view(searcher, fields, &viewer);
        let lexicon = Lexicon::new(view)?;
        let mut understood = self.understand(&lexicon, fields, thesaurus, question);
        let pass = Pass {
            view,
            filters: &understood.filters,
            facets: &question.facets,
            deadline: question.deadline,
        };
        let (mut strictness, mut matches) = self.matches(&pass, &understood.plan, question)?;
        if matches.total == 0 && !understood.plan.phrases.is_empty() && !question.all_words {
            // A phrase that stands nowhere still has words.
            Arc::make_mut(&mut understood.plan).phrases.clear();
            (strictness, matches) = self.matches(&pass, &understood.plan, question)?;
        }
        let plan = &understood.plan;
        let (hits, next, is_cut) = page(&lexicon, fields, plan, &matches, strictness, question)?;
        Ok(Found {
            hits,
            strictness,
            is_partial: is_cut || matches.is_partial,
            matches,
            next,
            repaired: understood.repaired,
            expansions: understood.expansions,
            filters: understood.filters,
            terms: understood.plan.terms(),
            viewer,
        })
    }

    fn understand(
        &self,
        lexicon: &Lexicon<'_>,
        fields: &Fields,
        thesaurus: &Thesaurus,
        question: &Question,
    ) -> Understood {
        let parsed = parse(&question.text);
        let mut filters = question.filters.clone();
        for (facet, value) in parsed.wanted {
            filters.want(facet, value);
        }
        let repaired = repaired(parsed.words, question.verbatim, lexicon);
        let translate = language_wanted(&filters).filter(|into| are_foreign(&repaired, *into));
        let expansions = expansions(&repaired.words, thesaurus, &question.wishes, translate);
        let mut plan = Plan::new(&repaired, &expansions, fields, lexicon, self.weights);
        plan.phrases = parsed.phrases;
        plan.excluded = parsed.excluded;
        plan.removed.clone_from(&question.removed);
        Understood {
            filters,
            repaired,
            expansions,
            plan: Arc::new(plan),
        }
    }

    /// All words first; when that gives too little, any telling one. A cursor keeps the
    /// strictness of its list.
    fn matches(
        &self,
        pass: &Pass<'_>,
        plan: &Arc<Plan>,
        question: &Question,
    ) -> tantivy::Result<(Strictness, Arc<Matches>)> {
        let demanded = question.after.as_ref().map(|cursor| cursor.strictness);
        if plan.is_empty() || question.all_words || demanded == Some(Strictness::All) {
            return Ok((Strictness::All, self.pass(pass, plan, Strictness::All)?));
        }
        if demanded.is_none() && plan.all.len() <= STRICT_WORDS {
            let strict = self.pass(pass, plan, Strictness::All)?;
            if strict.total >= ENOUGH {
                return Ok((Strictness::All, strict));
            }
        }
        Ok((
            Strictness::Telling,
            self.pass(pass, plan, Strictness::Telling)?,
        ))
    }

    fn pass(
        &self,
        pass: &Pass<'_>,
        plan: &Arc<Plan>,
        strictness: Strictness,
    ) -> tantivy::Result<Arc<Matches>> {
        let key = RecentKey {
            generation: pass.view.searcher.generation().clone(),
            viewer: pass.view.viewer.clone(),
            filters: pass.filters.clone(),
            plan: Arc::clone(plan),
            strictness,
            facets: pass.facets.to_vec(),
        };
        if let Some(known) = self.recent(&key) {
            return Ok(known);
        }
        let matches = Arc::new(pass.run(plan, strictness)?);
        if !matches.is_partial {
            let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
            recent.truncate(RECENT - 1);
            recent.push_front((key, Arc::clone(&matches)));
        }
        Ok(matches)
    }

    fn embargoes(&self, searcher: &Searcher) -> tantivy::Result<Arc<Vec<i64>>> {
        let mut known = self
            .embargoes
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some((generation, ends)) = &*known
            && generation == searcher.generation()
        {
            return Ok(Arc::clone(ends));
        }
        let ends = Arc::new(embargo_ends(searcher)?);
        *known = Some((searcher.generation().clone(), Arc::clone(&ends)));
        Ok(ends)
    }

    fn recent(&self, key: &RecentKey) -> Option<Arc<Matches>> {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent
            .iter()
            .find(|(known, _)| known == key)
            .map(|(_, matches)| Arc::clone(matches))
    }

    /// Forgets what belongs to segments and snapshots that are gone.
    pub(crate) fn refresh(&self, searcher: &Searcher) {
        let live: Vec<_> = searcher
            .segment_readers()
            .iter()
            .map(|reader| reader.segment_id())
            .collect();
        self.kept.keep_only(&live);
        self.recent
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

/// The language to translate into: the one that works must be in, when it is only one.
fn language_wanted(filters: &Filters) -> Option<Into> {
    let (_, languages) = filters
        .values
        .iter()
        .find(|(facet, _)| *facet == Facet::Language)?;
    match languages.as_slice() {
        [only] if only == "vi" => Some(Into::Vietnamese),
        [only] if only == "en" => Some(Into::English),
        _ => None,
    }
}

/// Whether most words are of the other language than the one they would be translated into.
fn are_foreign(repaired: &Repaired, into: Into) -> bool {
    let words = repaired
        .words
        .iter()
        .filter(|word| !word.is_stop && !word.is_whole_number);
    let (vietnamese, other): (Vec<_>, Vec<_>) =
        words.partition(|word| word.spelling.is_marked() || is_syllable(word.folded()));
    match into {
        Into::Vietnamese => other.len() >= vietnamese.len(),
        Into::English => vietnamese.len() >= other.len(),
    }
}

/// One page of the matches, where the next begins, and whether the time ran out.
fn page(
    lexicon: &Lexicon<'_>,
    fields: &Fields,
    plan: &Plan,
    matches: &Matches,
    strictness: Strictness,
    question: &Question,
) -> tantivy::Result<(Vec<Placed>, Option<Cursor>, bool)> {
    let order = match question.order {
        // Without words nothing is more relevant than the rest.
        Order::Relevance if plan.is_empty() => Order::Newest,
        order => order,
    };
    let after = question
        .after
        .as_ref()
        .filter(|cursor| cursor.order == order);
    let mut ranking = Ranking {
        lexicon,
        plan,
        matches,
        limit: question.limit + 1,
        after: None,
        deadline: question.deadline,
    };
    let after = match after {
        Some(cursor) if order == Order::Relevance => {
            Some(present_place(fields, &ranking, &cursor.place)?)
        }
        other => other.map(|cursor| cursor.place.clone()),
    };
    ranking.after = after.as_ref();
    let (mut hits, is_cut) = ranking.page(order)?;
    let has_more = hits.len() > question.limit;
    hits.truncate(question.limit);
    let last = hits
        .last()
        .filter(|_| has_more)
        .map(|hit| hit.place.clone());
    let next = last.map(|place| Cursor {
        order,
        strictness,
        place,
    });
    Ok((hits, next, is_cut))
}
