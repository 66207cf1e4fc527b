//! Works like a work: candidates for near-duplicates by sketches of texts and hashes of pictures,
//! and others by telling words and shared concepts.

use std::collections::HashMap;

use tantivy::query::Query;

use crate::domain::PictureHash;
use crate::domain::asset::{Asset, AssetId};
use crate::services::search::analysis::Cutter;
use crate::services::search::analysis::Spelling;
use crate::services::search::analysis::is_stop_word;
use crate::services::search::analysis::pair;
use crate::services::search::analysis::sketch::Sketch;
use crate::services::search::index::document::concept_tags;
use crate::services::search::index::document::sketch_text;
use crate::services::search::index::document::texts;
use crate::services::search::index::picture_hashes::any_of;
use crate::services::search::index::picture_hashes::near;
use crate::services::search::index::schema::Fields;
use crate::services::search::matching::matcher::Pass;
use crate::services::search::matching::matcher::Strictness;
use crate::services::search::query::plan::Plan;
use crate::services::search::query::plan::Unit;
use crate::services::search::ranking::page::Order;
use crate::services::search::ranking::page::Ranking;
use crate::services::search::snapshot::term_stats::Lexicon;

/// Terms by which others are looked for.
const TERMS: usize = 24;
/// Words of a text that are looked at.
const WORDS: usize = 2_000;
/// A shared concept counts as much as a good term.
const CONCEPT_WEIGHT: f32 = 0.5;

/// Works that share a band of the sketch: candidates whose texts must still be compared.
pub(crate) fn with_alike_text(
    pass: &Pass<'_>,
    asset: &Asset,
    limit: usize,
) -> tantivy::Result<Vec<AssetId>> {
    let Some(sketch) = sketch_text(&asset.work).and_then(Sketch::of) else {
        return Ok(Vec::new());
    };
    newest(pass, &any_of(pass.view.fields.bands, sketch.bands()), limit)
}

/// Works with a copy of a picture: candidates whose other pictures and texts must still be
/// compared.
pub(crate) fn with_copy_of(
    pass: &Pass<'_>,
    picture: PictureHash,
    limit: usize,
) -> tantivy::Result<Vec<AssetId>> {
    let copies = near(pass.view.searcher, pass.view.fields, picture)?;
    newest(pass, &any_of(pass.view.fields.pictures, copies), limit)
}

/// The last made of the works that a query matches.
fn newest(pass: &Pass<'_>, query: &dyn Query, limit: usize) -> tantivy::Result<Vec<AssetId>> {
    let matches = pass.run_query(query)?;
    let plan = Plan::default();
    let ranking = Ranking {
        lexicon: &Lexicon::new(pass.view)?,
        plan: &plan,
        matches: &matches,
        limit,
        after: None,
        deadline: pass.deadline,
    };
    let (hits, _) = ranking.page(Order::Newest)?;
    Ok(hits.into_iter().map(|hit| hit.id).collect())
}

/// Works that share telling words and concepts, best first.
pub(crate) fn related(
    pass: &Pass<'_>,
    asset: &Asset,
    limit: usize,
) -> tantivy::Result<Vec<AssetId>> {
    let lexicon = Lexicon::new(pass.view)?;
    let mut scored = telling_terms(asset, pass.view.fields, &lexicon);
    scored.extend(
        concept_tags(&asset.work).map(|tag| ((pass.view.fields.tags, tag), CONCEPT_WEIGHT)),
    );
    let telling = scored.iter().map(|(unit, _)| vec![unit.clone()]).collect();
    let plan = Plan {
        scored,
        telling,
        ..Plan::default()
    };
    if plan.is_empty() {
        return Ok(Vec::new());
    }
    let matches = pass.run(&plan, Strictness::Telling)?;
    let ranking = Ranking {
        lexicon: &lexicon,
        plan: &plan,
        matches: &matches,
        limit,
        after: None,
        deadline: pass.deadline,
    };
    let (hits, _) = ranking.page(Order::Relevance)?;
    Ok(hits.into_iter().map(|hit| hit.id).collect())
}

/// The pairs and words that tell most about a work: often in it, seldom elsewhere.
fn telling_terms(asset: &Asset, fields: &Fields, lexicon: &Lexicon<'_>) -> Vec<(Unit, f32)> {
    let mut counts: HashMap<Unit, f32> = HashMap::new();
    for text in texts(&asset.work) {
        let mut before: Option<String> = None;
        for cut in Cutter::new(text)
            .filter(|cut| !cut.is_whole_number)
            .take(WORDS)
        {
            let spelling = Spelling::of(&text[cut.span]);
            if is_stop_word(&spelling) {
                before = None;
                continue;
            }
            let word = spelling.folded().to_owned();
            if let Some(before) = &before {
                *counts
                    .entry((fields.all_pairs, pair(before, &word)))
                    .or_default() += 1.0;
            }
            *counts.entry((fields.all_folded, word.clone())).or_default() += 1.0;
            before = Some(word);
        }
    }
    let works = lexicon.works() as f32;
    let mut terms: Vec<(Unit, f32)> = counts
        .into_iter()
        .filter_map(|((field, text), often)| {
            let with = lexicon.works_with(field, &text) as f32;
            let tells = with > 1.0 && with < 0.2 * works + 8.0;
            tells.then(|| {
                (
                    (field, text),
                    (1.0 + often.ln()) * (works / with + 1.0).ln(),
                )
            })
        })
        .collect();
    terms.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    terms.truncate(TERMS);
    // BM25 brings the rarity in again; here only the frequency in this work is to count.
    let most = terms.first().map_or(1.0, |(_, weight)| *weight);
    terms
        .into_iter()
        .map(|(unit, weight)| (unit, weight / most))
        .collect()
}
