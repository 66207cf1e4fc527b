//! Hits with snippets, and the grouping of near-duplicates.

use std::time::Instant;

use super::duplicates::DuplicateSignature;
use super::highlighter::Highlighter;
use super::visible_works::is_visible_to;
use crate::domain::Timestamp;
use crate::domain::access::Actor;
use crate::domain::asset::Asset;
use crate::services::media::text::builder::PAGE_BREAK;
use crate::services::search::analysis::char_boundary::floor_char_boundary;
use crate::services::search::analysis::sketch::ShortSketch;
use crate::services::search::analysis::timed_text::TimedText;
use crate::services::search::analysis::{Spelling, is_stop_word};
use crate::services::search::engine::ResultPage;
use crate::services::search::index::file_texts::{FileText, Origin};
use crate::services::search::index::picture_hashes::PictureHashes;
use crate::services::search::query::interpret::InterpretedQuery;
use crate::services::search::response::{Fragment, Hit, Snippet, TextField};
use crate::services::search::snapshot::term_dictionary::TermDictionary;

/// Most snippets of one work.
const MAX_SNIPPETS: usize = 2;

/// Bytes of body texts that are searched for the snippets of one page.
pub(crate) const SNIPPET_BYTES: usize = 8 * 1024 * 1024;

/// Highlights the words of a query, its corrections and expansions, weighted by their rarity.
pub(crate) fn query_highlighter(
    query: &InterpretedQuery,
    dictionary: &TermDictionary<'_>,
) -> Highlighter {
    let works = dictionary.works() as f32;
    let rarity = |folded: &str| {
        let with = dictionary.works_with_word(folded) as f32;
        (1.0 + (works - with + 0.5).max(0.0) / (with + 0.5)).ln()
    };
    let mut highlighter = Highlighter::default();
    for word in query
        .repaired
        .words
        .iter()
        .filter(|word| !word.is_document_number)
    {
        let exact = word.spelling.is_marked().then(|| word.spelling.exact());
        let factor = if word.is_stop_word { 0.1 } else { 1.0 };
        highlighter.add_word(word.folded(), exact, factor * rarity(word.folded()));
    }
    for candidate in query
        .repaired
        .corrections
        .iter()
        .flat_map(|c| &c.candidates)
    {
        highlighter.add_word(candidate, None, 0.5 * rarity(candidate));
    }
    for word in query
        .expansions
        .iter()
        .flat_map(|added| &added.names)
        .flatten()
    {
        if !is_stop_word(&Spelling::of(word)) {
            highlighter.add_word(word, None, 0.3 * rarity(word));
        }
    }
    highlighter
}

/// A work with the texts of its files.
pub(crate) struct WorkTexts {
    pub(crate) asset: Box<Asset>,
    pub(crate) files: Vec<FileText>,
}

/// A hit with the sketch of its text.
pub(crate) type SketchedHit = (Hit, Option<ShortSketch>);

/// The hits that the actor may see, in order. After the deadline no more snippets are made.
pub(crate) fn visible_hits(
    page: &ResultPage,
    works: Vec<Option<WorkTexts>>,
    actor: &Actor,
    now: Timestamp,
    highlighter: &Highlighter,
    deadline: Instant,
) -> Vec<SketchedHit> {
    let mut budget = SnippetBudget::new(works.len());
    let ranked = page.hits.iter().zip(works);
    let visible = ranked.filter_map(|(ranked, work)| {
        budget.next_hit();
        let work = work.filter(|work| is_visible_to(actor, &work.asset, now))?;
        let snippets = if Instant::now() > deadline {
            Vec::new()
        } else {
            snippets(&work, highlighter, &mut budget)
        };
        let hit = Hit {
            asset: *work.asset,
            score: ranked.score,
            snippets,
            duplicates: Vec::new(),
        };
        Some((hit, ranked.sketch))
    });
    visible.collect()
}

/// How much of the long texts of one page is searched for snippets: each hit gets an equal share of what is
/// left, so a page of long texts costs no more than a page of short ones.
struct SnippetBudget {
    bytes: usize,
    hits: usize,
    /// What is left for the present hit.
    share: usize,
}

impl SnippetBudget {
    const fn new(hits: usize) -> Self {
        Self {
            bytes: SNIPPET_BYTES,
            hits,
            share: 0,
        }
    }

    fn next_hit(&mut self) {
        self.share = self.bytes / self.hits.max(1);
        self.hits = self.hits.saturating_sub(1);
    }

    /// The beginning of a text that may be searched.
    fn beginning_of<'t>(&mut self, text: &'t str) -> &'t str {
        let beginning = &text[..floor_char_boundary(text, self.share)];
        self.share -= beginning.len();
        self.bytes = self.bytes.saturating_sub(beginning.len());
        beginning
    }
}

/// Groups near-duplicates under the best of them, which keeps its rank.
pub(crate) fn group_duplicates(
    hits: Vec<SketchedHit>,
    pictures: &PictureHashes,
) -> Vec<SketchedHit> {
    let mut grouped: Vec<(SketchedHit, DuplicateSignature)> = Vec::with_capacity(hits.len());
    for (hit, sketch) in hits {
        let signature = DuplicateSignature::new(&hit.asset, sketch, pictures);
        let group = grouped
            .iter_mut()
            .find(|(_, first)| first.is_near_duplicate_of(&signature));
        match group {
            Some(((first, _), _)) => first.duplicates.push(hit.asset.id),
            None => grouped.push(((hit, sketch), signature)),
        }
    }
    grouped.into_iter().map(|(hit, _)| hit).collect()
}

fn snippets(
    texts: &WorkTexts,
    highlighter: &Highlighter,
    budget: &mut SnippetBudget,
) -> Vec<Snippet> {
    if highlighter.is_empty() {
        return Vec::new();
    }
    let work = &texts.asset.work;
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
    let mut fragments: Vec<(f32, Snippet)> = short
        .filter_map(|(field, text)| {
            let (score, fragment) = highlighter.best_fragment(text)?;
            Some((
                score,
                Snippet {
                    field,
                    fragment,
                    passage: None,
                },
            ))
        })
        .collect();
    let body = work.body.as_deref();
    let body = body.map(|body| TimedText::read(budget.beginning_of(body)));
    fragments.extend(body.and_then(|body| long_text_fragment(TextField::Body, &body, highlighter)));
    fragments.extend(texts.files.iter().filter_map(|of_file| {
        let field = match of_file.origin {
            Origin::Transcript => TextField::Transcript(of_file.file),
            Origin::Document => TextField::Document(of_file.file),
        };
        long_text_fragment(field, &of_file.text, highlighter)
    }));
    fragments.sort_by(|a, b| b.0.total_cmp(&a.0));
    fragments.truncate(MAX_SNIPPETS);
    fragments.into_iter().map(|(_, snippet)| snippet).collect()
}

fn long_text_fragment(
    field: TextField,
    text: &TimedText,
    highlighter: &Highlighter,
) -> Option<(f32, Snippet)> {
    // No fragment goes over the end of a page: it would have two.
    let mut best: Option<(f32, Fragment)> = None;
    let mut begin = 0;
    for page in text.text.split(PAGE_BREAK) {
        if let Some((score, mut fragment)) = highlighter.best_fragment(page)
            && best.as_ref().is_none_or(|(most, _)| score > *most)
        {
            fragment.range = fragment.range.start + begin..fragment.range.end + begin;
            best = Some((score, fragment));
        }
        begin += page.len() + PAGE_BREAK.len_utf8();
    }
    let (score, fragment) = best?;
    let first = fragment.highlights.first().map_or(0, |light| light.start);
    let passage = Some(text.passage_at(fragment.range.start + first));
    Some((
        score,
        Snippet {
            field,
            fragment,
            passage,
        },
    ))
}
