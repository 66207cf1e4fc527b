//! A hit: the card of the work, and the piece of its text with the words.

use crate::domain::asset::{Asset, AssetId};
use crate::domain::vocabulary::Vocabularies;
use crate::interfaces::messages::Language;
use crate::interfaces::messages::portal::document::{self, DocumentTexts};
use crate::interfaces::messages::portal::format;
use crate::interfaces::messages::portal::search::SearchTexts;
use crate::interfaces::portal::href::Href;
use crate::interfaces::portal::place::Place;
use crate::interfaces::portal::work;
use crate::interfaces::portal::works::WorkCard;
use crate::interfaces::wire::AssetDto;
use crate::services::search::{Fragment, Hit, Snippet, TextField};

/// What a hit has beside its work.
pub(super) struct HitMatch {
    snippets: Vec<Snippet>,
    duplicates: usize,
}

/// The work of a hit, and the rest of it.
pub(super) fn split(hit: Hit) -> (Asset, HitMatch) {
    let found = HitMatch {
        snippets: hit.snippets,
        duplicates: hit.duplicates.len(),
    };
    (hit.asset, found)
}

/// A hit.
pub(super) struct HitView {
    /// The work.
    pub card: WorkCard,
    /// The best piece of its texts.
    pub snippet: Option<SnippetView>,
    /// Whether one may use it: the short answer.
    pub may_use: &'static str,
    /// Near-duplicates without a hit of their own.
    pub duplicates: usize,
}

/// A piece of a text.
pub(super) struct SnippetView {
    /// Parts of the text, and whether each is one of the words.
    pub parts: Vec<(String, bool)>,
    /// Where it is in a recording or a document, and the link to it.
    pub passage: Option<(String, Href)>,
}

impl HitView {
    /// The view of a record and what was found in it.
    pub(super) fn new(
        record: &AssetDto,
        found: HitMatch,
        vocabularies: &Vocabularies,
        language: Language,
    ) -> Self {
        let card = WorkCard::new(record, vocabularies, language);
        let snippet = chosen(&found.snippets);
        let snippet = snippet.map(|snippet| SnippetView::new(snippet, &card, language));
        Self {
            snippet,
            may_use: SearchTexts::of(language).may_use(card.may_use),
            duplicates: found.duplicates,
            card,
        }
    }
}

/// The best piece beside titles. One that leads to a second or a page stands for a script that says no more.
fn chosen(snippets: &[Snippet]) -> Option<&Snippet> {
    let is_title = |snippet: &Snippet| matches!(snippet.field, TextField::Title(_));
    let mut pieces = snippets.iter().filter(|snippet| !is_title(snippet));
    let best = pieces.next()?;
    let words = |snippet: &Snippet| snippet.fragment.highlights.len();
    let leads_on = |snippet: &&Snippet| {
        let passage = snippet.passage;
        passage.is_some_and(|passage| passage.at_ms.is_some() || passage.page.is_some())
            && words(snippet) >= words(best)
    };
    let is_script = best.field == TextField::Body;
    let instead = is_script.then(|| pieces.find(leads_on)).flatten();
    Some(instead.unwrap_or(best))
}

impl SnippetView {
    fn new(snippet: &Snippet, card: &WorkCard, language: Language) -> Self {
        Self {
            parts: parts(&snippet.fragment),
            passage: passage(snippet, card, language),
        }
    }
}

/// The link to the second or the page of a piece.
fn passage(snippet: &Snippet, card: &WorkCard, language: Language) -> Option<(String, Href)> {
    let passage = snippet.passage?;
    let work: AssetId = card.id.parse().ok()?;
    if let TextField::Document(file) = snippet.field {
        let href =
            work::document_address((work, &work::document_name(file)), passage.page, language);
        let name = match passage.page {
            Some(page) => document::page_link(page, language),
            None => DocumentTexts::of(language).read.to_owned(),
        };
        return Some((name, href));
    }
    let at_ms = passage.at_ms?;
    let href = work::moment_address(Place::Work(work), at_ms, language);
    let play_from = SearchTexts::of(language).play_from;
    let name = format!("{play_from} {}", format::clock(at_ms));
    Some((name, href))
}

/// The parts of a fragment, in its order. Ranges that do not fit the text are ignored.
fn parts(fragment: &Fragment) -> Vec<(String, bool)> {
    let (text, mut parts, mut done) = (&fragment.text, Vec::new(), 0);
    for range in &fragment.highlights {
        let (before, word) = (text.get(done..range.start), text.get(range.clone()));
        if let (Some(before), Some(word)) = (before, word) {
            parts.push((before.to_owned(), false));
            parts.push((word.to_owned(), true));
            done = range.end;
        }
    }
    parts.push((text.get(done..).unwrap_or_default().to_owned(), false));
    parts.retain(|(text, _)| !text.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::{chosen, parts};
    use crate::domain::LanguageTag;
    use crate::services::search::{Fragment, Passage, Snippet, TextField};

    fn snippet(field: TextField, words: usize, at_ms: Option<u64>) -> Snippet {
        Snippet {
            field,
            fragment: Fragment {
                range: 0..0,
                text: "quyền ".repeat(words),
                highlights: vec![0..1; words],
            },
            passage: at_ms.map(|ms| Passage {
                paragraph: 1,
                at_ms: Some(ms),
                page: None,
            }),
        }
    }

    #[test]
    fn a_piece_with_its_second_stands_for_the_script() {
        let file = "7".repeat(64).parse().unwrap();
        let title = snippet(TextField::Title(LanguageTag::parse("vi").unwrap()), 9, None);
        let body = snippet(TextField::Body, 2, None);
        let spoken = |words| snippet(TextField::Transcript(file), words, Some(4_248));
        for (others, expected) in [
            (vec![], body.clone()),
            (vec![spoken(2)], spoken(2)),
            (vec![spoken(1)], body.clone()),
            (vec![spoken(1), spoken(3)], spoken(3)),
        ] {
            let all = [vec![title.clone(), body.clone()], others].concat();
            assert_eq!(chosen(&all), Some(&expected));
        }
        assert_eq!(chosen(&[title]), None);
    }

    #[test]
    fn words_are_parts_of_their_own() {
        let owned = |text: &str, is_word| (text.to_owned(), is_word);
        let whole = vec![owned("về quyền trẻ em", false)];
        let apart = ["về ", "quyền", " trẻ em"].map(|part| owned(part, part == "quyền"));
        for (highlight, expected) in [
            (Some(5..12), apart.to_vec()),
            (None, whole.clone()),
            // Not on the border of a character.
            (Some(2..3), whole),
        ] {
            let fragment = Fragment {
                range: 0..0,
                text: "về quyền trẻ em".to_owned(),
                highlights: highlight.into_iter().collect(),
            };
            assert_eq!(parts(&fragment), expected);
        }
    }
}
