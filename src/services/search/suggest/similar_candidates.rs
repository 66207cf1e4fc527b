//! Finds works in the index that may be similar to a work: near-duplicates by text sketch and picture
//! hash, related works by selective terms and common concepts.

use std::collections::HashMap;

use tantivy::query::Query;

use crate::domain::PictureHash;
use crate::domain::asset::{Asset, AssetId};
use crate::services::search::analysis::sketch::Sketch;
use crate::services::search::analysis::{Spelling, WordSplitter, is_stop_word, pair_term};
use crate::services::search::index::document::{concept_tags, sketch_text, texts};
use crate::services::search::index::picture_hashes::{any_of, copies_of};
use crate::services::search::index::schema::Fields;
use crate::services::search::matching::matcher::Matcher;
use crate::services::search::matching::matches::MatchMode;
use crate::services::search::query::plan::{FieldTerm, QueryPlan};
use crate::services::search::ranking::order::{Order, RankedHit};
use crate::services::search::ranking::ranker::Ranker;
use crate::services::search::snapshot::term_dictionary::TermDictionary;

/// Most selective terms of the query for related works.
const MAX_TERMS: usize = 24;
/// Words read from each text.
const MAX_WORDS: usize = 2_000;
/// The weight of a common concept: that of a good term.
const CONCEPT_WEIGHT: f32 = 0.5;

/// Works with a similar text sketch. Sketches are those of the index, so that no text is read for them.
pub(crate) fn with_similar_text(
    matcher: &Matcher<'_>,
    asset: &Asset,
    limit: usize,
) -> tantivy::Result<Vec<AssetId>> {
    let Some(sketch) = sketch_text(&asset.work).and_then(Sketch::of) else {
        return Ok(Vec::new());
    };
    let with_common_band = any_of(matcher.view.fields.bands, sketch.bands());
    let hits = newest(matcher, &with_common_band, limit)?;
    let short = sketch.short();
    let is_similar = |hit: &RankedHit| {
        hit.sketch
            .is_some_and(|other| short.is_near_duplicate(other))
    };
    Ok(hits
        .into_iter()
        .filter(is_similar)
        .map(|hit| hit.id)
        .collect())
}

/// Works with a copy of a picture; the caller compares all pictures and texts.
pub(crate) fn with_copy_of(
    matcher: &Matcher<'_>,
    picture: PictureHash,
    limit: usize,
) -> tantivy::Result<Vec<AssetId>> {
    let copies = copies_of(matcher.view.searcher, matcher.view.fields, picture)?;
    let with_copy = any_of(matcher.view.fields.pictures, copies);
    let hits = newest(matcher, &with_copy, limit)?;
    Ok(hits.into_iter().map(|hit| hit.id).collect())
}

/// The latest works that match a tantivy query.
fn newest(
    matcher: &Matcher<'_>,
    query: &dyn Query,
    limit: usize,
) -> tantivy::Result<Vec<RankedHit>> {
    let matches = matcher.match_query(query)?;
    let plan = QueryPlan::default();
    let ranker = Ranker {
        dictionary: &TermDictionary::new(matcher.view)?,
        plan: &plan,
        matches: &matches,
        limit,
        after: None,
        deadline: matcher.deadline,
    };
    let (hits, _) = ranker.page(Order::Newest)?;
    Ok(hits)
}

/// Works with common selective terms and concepts, best first.
pub(crate) fn related(
    matcher: &Matcher<'_>,
    asset: &Asset,
    limit: usize,
) -> tantivy::Result<Vec<AssetId>> {
    let dictionary = TermDictionary::new(matcher.view)?;
    let mut scored = selective_terms(asset, matcher.view.fields, &dictionary);
    scored.extend(
        concept_tags(&asset.work).map(|tag| ((matcher.view.fields.tags, tag), CONCEPT_WEIGHT)),
    );
    let selective = scored.iter().map(|(term, _)| vec![term.clone()]).collect();
    let plan = QueryPlan {
        scored,
        selective,
        ..QueryPlan::default()
    };
    if plan.is_empty() {
        return Ok(Vec::new());
    }
    let matches = matcher.match_plan(&plan, MatchMode::AnySelectiveTerm)?;
    let ranker = Ranker {
        dictionary: &dictionary,
        plan: &plan,
        matches: &matches,
        limit,
        after: None,
        deadline: matcher.deadline,
    };
    let (hits, _) = ranker.page(Order::Relevance)?;
    Ok(hits.into_iter().map(|hit| hit.id).collect())
}

/// The pairs and words that are frequent in a work and rare elsewhere, by TF-IDF.
fn selective_terms(
    asset: &Asset,
    fields: &Fields,
    dictionary: &TermDictionary<'_>,
) -> Vec<(FieldTerm, f32)> {
    let mut counts: HashMap<FieldTerm, f32> = HashMap::new();
    for text in texts(&asset.work) {
        let mut previous: Option<String> = None;
        for word_span in WordSplitter::new(text)
            .filter(|word_span| !word_span.is_document_number)
            .take(MAX_WORDS)
        {
            let spelling = Spelling::of(&text[word_span.span]);
            if is_stop_word(&spelling) {
                previous = None;
                continue;
            }
            let word = spelling.folded().to_owned();
            if let Some(previous) = &previous {
                *counts
                    .entry((fields.all_pairs, pair_term(previous, &word)))
                    .or_default() += 1.0;
            }
            *counts.entry((fields.all_folded, word.clone())).or_default() += 1.0;
            previous = Some(word);
        }
    }
    let works = dictionary.works() as f32;
    let mut terms: Vec<(FieldTerm, f32)> = counts
        .into_iter()
        .filter_map(|((field, text), frequency)| {
            let with = dictionary.works_with(field, &text) as f32;
            let is_selective = with > 1.0 && with < 0.2 * works + 8.0;
            is_selective.then(|| {
                (
                    (field, text),
                    (1.0 + frequency.ln()) * (works / with + 1.0).ln(),
                )
            })
        })
        .collect();
    terms.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    terms.truncate(MAX_TERMS);
    // BM25 multiplies by the inverse document frequency again, so weights are relative to the best.
    let max_weight = terms.first().map_or(1.0, |(_, weight)| *weight);
    terms
        .into_iter()
        .map(|(term, weight)| (term, weight / max_weight))
        .collect()
}
