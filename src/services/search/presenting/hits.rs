//! From ids to an answer: the works from the catalogue, their snippets, labels of facets.
//!
//! Every work is taken at its present revision and put to the policy once more. What was
//! withdrawn a moment ago is not shown, even though the index has yet to read of it.

use std::collections::HashMap;
use std::time::Instant;

use super::duplicates::Recognised;
use super::highlighter::Highlighter;
use crate::domain::Timestamp;
use crate::domain::access::Actor;
use crate::domain::access::policy::may_see;
use crate::domain::asset::{Asset, State};
use crate::domain::vocabulary::Vocabularies;
use crate::services::search::analysis::Spelling;
use crate::services::search::analysis::sketch::ShortSketch;
use crate::services::search::analysis::timed_text::Spoken;
use crate::services::search::engine::Found;
use crate::services::search::filters::Facet;
use crate::services::search::filters::Filters;
use crate::services::search::index::picture_hashes::Pictures;
use crate::services::search::index::transcripts::Transcript;
use crate::services::search::query::repair::Interpretation;
use crate::services::search::query::repair::interpretation;
use crate::services::search::response::FacetCounts;
use crate::services::search::response::FacetValue;
use crate::services::search::response::Hit;
use crate::services::search::response::Snippet;
use crate::services::search::response::TextField;
use crate::services::search::snapshot::facet_tags::Counts;
use crate::services::search::snapshot::facet_tags::most_frequent;
use crate::services::search::snapshot::term_stats::Lexicon;

/// Pieces shown of one work.
const PIECES: usize = 2;
/// Hits whose texts are looked through for the written form of a word.
const SURFACE_HITS: usize = 5;

/// Words to light up, weighed by how rare they are.
pub(crate) fn highlighter(found: &Found, lexicon: &Lexicon<'_>) -> Highlighter {
    let works = lexicon.works() as f32;
    let rarity = |folded: &str| {
        let with = lexicon.works_with_word(folded) as f32;
        (1.0 + (works - with + 0.5).max(0.0) / (with + 0.5)).ln()
    };
    let mut highlighter = Highlighter::default();
    for word in found
        .repaired
        .words
        .iter()
        .filter(|word| !word.is_whole_number)
    {
        let exact = word.spelling.is_marked().then(|| word.spelling.exact());
        let factor = if word.is_stop { 0.1 } else { 1.0 };
        highlighter.want(word.folded(), exact, factor * rarity(word.folded()));
    }
    for candidate in found
        .repaired
        .corrections
        .iter()
        .flat_map(|c| &c.candidates)
    {
        highlighter.want(candidate, None, 0.5 * rarity(candidate));
    }
    for word in found
        .expansions
        .iter()
        .flat_map(|added| &added.names)
        .flatten()
    {
        if !crate::services::search::analysis::is_stop_word(&Spelling::of(word)) {
            highlighter.want(word, None, 0.3 * rarity(word));
        }
    }
    highlighter
}

/// A work with what is said in its recordings.
pub(crate) type Transcribed = (Box<Asset>, Vec<Transcript>);

/// A hit with the sketch of its text.
pub(crate) type Sketched = (Hit, Option<ShortSketch>);

/// The hits that may be shown, in order. Those reached after the deadline come without snippets.
pub(crate) fn hits(
    found: &Found,
    entries: Vec<Option<Transcribed>>,
    actor: &Actor,
    now: Timestamp,
    highlighter: &Highlighter,
    deadline: Instant,
) -> Vec<Sketched> {
    let placed = found.hits.iter().zip(entries);
    let shown = placed.filter_map(|(placed, entry)| {
        let (asset, said) = entry.filter(|(asset, _)| is_shown(actor, asset, now))?;
        let snippets = if Instant::now() > deadline {
            Vec::new()
        } else {
            snippets(&asset, &said, highlighter)
        };
        let hit = Hit {
            asset: *asset,
            score: placed.score,
            snippets,
            duplicates: Vec::new(),
        };
        Some((hit, placed.sketch))
    });
    shown.collect()
}

/// Puts near-duplicates under the best of them, which keeps its place.
pub(crate) fn grouped(hits: Vec<Sketched>, pictures: &Pictures) -> Vec<Sketched> {
    let mut grouped: Vec<(Sketched, Recognised)> = Vec::with_capacity(hits.len());
    for (hit, sketch) in hits {
        let recognised = Recognised::of(&hit.asset, sketch, pictures);
        let family = grouped
            .iter_mut()
            .find(|(_, first)| first.is_alike(&recognised));
        match family {
            Some(((first, _), _)) => first.duplicates.push(hit.asset.id),
            None => grouped.push(((hit, sketch), recognised)),
        }
    }
    grouped.into_iter().map(|(hit, _)| hit).collect()
}

/// The policy's word, and withdrawn works are never found.
pub(crate) fn is_shown(actor: &Actor, asset: &Asset, now: Timestamp) -> bool {
    !matches!(asset.state, State::Withdrawn { .. }) && may_see(actor, asset, now)
}

fn snippets(asset: &Asset, said: &[Transcript], highlighter: &Highlighter) -> Vec<Snippet> {
    if highlighter.is_empty() {
        return Vec::new();
    }
    let work = &asset.work;
    let titles = work
        .titles
        .iter()
        .map(|(tag, text)| (TextField::Title(tag.clone()), text));
    let descriptions = work
        .descriptions
        .iter()
        .map(|(tag, text)| (TextField::Description(tag.clone()), text));
    let names = work.creators.iter().map(|creator| creator.name.as_str());
    let numbers = work
        .identifiers
        .iter()
        .map(|identifier| identifier.value.as_str());
    let credit = names.chain(work.credit_line.as_deref()).chain(numbers);
    let short = titles
        .chain(descriptions)
        .chain(credit.map(|text| (TextField::Credit, text)));
    let mut pieces: Vec<(f32, Snippet)> = short
        .filter_map(|(field, text)| {
            let (worth, piece) = highlighter.best_piece(text)?;
            Some((
                worth,
                Snippet {
                    field,
                    piece,
                    passage: None,
                },
            ))
        })
        .collect();
    let body = work.body.as_deref().map(Spoken::read);
    pieces.extend(body.and_then(|body| long_piece(TextField::Body, &body, highlighter)));
    pieces.extend(said.iter().filter_map(|transcript| {
        long_piece(
            TextField::Transcript(transcript.file),
            &transcript.spoken,
            highlighter,
        )
    }));
    pieces.sort_by(|a, b| b.0.total_cmp(&a.0));
    pieces.truncate(PIECES);
    pieces.into_iter().map(|(_, snippet)| snippet).collect()
}

fn long_piece(
    field: TextField,
    text: &Spoken,
    highlighter: &Highlighter,
) -> Option<(f32, Snippet)> {
    let (worth, piece) = highlighter.best_piece(&text.text)?;
    let first = piece.highlights.first().map_or(0, |light| light.start);
    let passage = Some(text.passage_at(piece.range.start + first));
    Some((
        worth,
        Snippet {
            field,
            piece,
            passage,
        },
    ))
}

/// What is told about the query. Words are written as the best hits write them, as far as there
/// is time to look.
pub(crate) fn told(
    found: &Found,
    hits: &[Hit],
    lexicon: &Lexicon<'_>,
    deadline: Instant,
) -> Interpretation {
    let expansions = found
        .expansions
        .iter()
        .map(|added| added.told.clone())
        .collect();
    interpretation(&found.repaired, expansions, |folded| {
        let texts = hits
            .iter()
            .take(SURFACE_HITS)
            .flat_map(|hit| crate::services::search::index::document::texts(&hit.asset.work));
        texts
            .take_while(|_| Instant::now() <= deadline)
            .filter_map(|text| Highlighter::surface(text, folded))
            .next()
            .or_else(|| lexicon.usual_form(folded))
            .unwrap_or_else(|| folded.to_owned())
    })
}

/// Counted facets with their labels.
pub(crate) fn facet_counts(
    counts: &Counts,
    wanted: &[Facet],
    limit: usize,
    filters: &Filters,
    vocabularies: &Vocabularies,
    language: &str,
) -> Vec<FacetCounts> {
    let chosen: HashMap<Facet, &Vec<String>> =
        filters.values.iter().map(|(f, v)| (*f, v)).collect();
    let counted = |facet: Facet| {
        let values = most_frequent(counts, facet, limit)
            .into_iter()
            .map(|(value, works)| FacetValue {
                label: label(facet, &value, vocabularies, language),
                is_chosen: chosen
                    .get(&facet)
                    .is_some_and(|values| values.iter().any(|chosen| **chosen == *value)),
                value: value.to_string(),
                works,
            });
        FacetCounts {
            facet,
            values: values.collect(),
        }
    };
    wanted.iter().copied().map(counted).collect()
}

fn label(facet: Facet, value: &str, vocabularies: &Vocabularies, language: &str) -> String {
    let scheme = match facet {
        Facet::Language => Some("language"),
        other => other.scheme(),
    };
    let slug = value.to_lowercase();
    let label = scheme.and_then(|scheme| vocabularies.label(scheme, &slug, language));
    label.unwrap_or(value).to_owned()
}
