//! Other names of the things a query names.
//!
//! The longest names of concepts in the query are replaced by nothing and joined by their other
//! names, in other languages too, with a bounded weight in total: a concept with ten synonyms
//! does not win over one with one. Every expansion is told and can be struck out by its id.

use std::collections::BTreeSet;
use std::ops::Range;

use super::glossary::Into;
use super::glossary::translated;
use super::parser::Word;
use crate::services::search::index::document::folded_words;
use crate::services::search::thesaurus::Concept;
use crate::services::search::thesaurus::Thesaurus;

/// What a search may add by itself or on request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ExpansionWishes {
    /// Add nothing at all.
    pub none: bool,
    /// Ids of expansions that were struck out.
    pub without: Vec<String>,
    /// Add narrower concepts too.
    pub narrower: bool,
    /// Add what places and bodies were before and what they became.
    pub succession: bool,
}

/// Why names were added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpansionReason {
    /// They name the same thing.
    SameConcept,
    /// They name something narrower.
    Narrower,
    /// They name what it was before or became.
    Succession,
    /// They say it in the language of the works that are looked for.
    Translation,
}

/// Names that were added for a part of the query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expansion {
    /// By this it can be struck out: `scheme/slug`, or the first name of an acronym ring.
    pub id: String,
    /// The words of the query that named it, as typed.
    pub matched: String,
    /// Why.
    pub reason: ExpansionReason,
    /// What was added.
    pub added: Vec<String>,
}

/// An expansion with its place in the query.
#[derive(Debug, Clone)]
pub(crate) struct Added {
    /// The words it stands for.
    pub(crate) span: Range<usize>,
    /// Told to the caller.
    pub(crate) told: Expansion,
    /// Folded words of each added name.
    pub(crate) names: Vec<Vec<String>>,
}

/// Most names added for one concept.
const MAX_NAMES: usize = 12;
/// Most names added in one query: what a province became can be a hundred communes.
const MAX_ADDED: usize = 120;

/// Finds the concepts a query names and what to add for them; words that name none are
/// translated where works in another language are looked for.
pub(crate) fn expansions(
    words: &[Word],
    thesaurus: &Thesaurus,
    wishes: &ExpansionWishes,
    translate: Option<Into>,
) -> Vec<Added> {
    if wishes.none {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let (length, concepts) = longest_name(&words[at..], thesaurus);
        for concept in concepts {
            found.extend(added_for(
                words,
                at..at + length,
                concept,
                thesaurus,
                wishes,
            ));
        }
        let translation = translate.filter(|_| length == 0);
        if let Some(added) = translation.and_then(|into| translation_at(words, at, into, wishes)) {
            at = added.span.end;
            found.push(added);
        } else {
            at += length.max(1);
        }
    }
    bounded(found)
}

/// As much as there is room for: other names of the things themselves before what was wished for
/// beside them.
fn bounded(found: Vec<Added>) -> Vec<Added> {
    let is_wished = |added: &Added| {
        matches!(
            added.told.reason,
            ExpansionReason::Narrower | ExpansionReason::Succession
        )
    };
    let mut room = MAX_ADDED;
    let mut has_room = vec![false; found.len()];
    for wished in [false, true] {
        for (added, fits) in found.iter().zip(&mut has_room) {
            if is_wished(added) == wished && added.names.len() <= room {
                room -= added.names.len();
                *fits = true;
            }
        }
    }
    let kept = found.into_iter().zip(has_room).filter(|(_, fits)| *fits);
    kept.map(|(added, _)| added).collect()
}

fn translation_at(
    words: &[Word],
    at: usize,
    into: Into,
    wishes: &ExpansionWishes,
) -> Option<Added> {
    let rest = words[at..].iter().take_while(|word| !word.is_whole_number);
    let folded: Vec<&str> = rest.map(Word::folded).collect();
    let (length, translations) = translated(&folded, into)?;
    let span = at..at + length;
    let id = format!("glossary/{}", folded[..length].join("-"));
    if wishes.without.contains(&id) {
        return None;
    }
    let typed: Vec<&str> = words[span.clone()]
        .iter()
        .map(|w| w.typed.as_str())
        .collect();
    let names = translations
        .iter()
        .map(|name| folded_words(name).split(' ').map(str::to_owned).collect());
    Some(Added {
        span,
        names: names.collect(),
        told: Expansion {
            id,
            matched: typed.join(" "),
            reason: ExpansionReason::Translation,
            added: translations.to_vec(),
        },
    })
}

fn longest_name(words: &[Word], thesaurus: &Thesaurus) -> (usize, Vec<usize>) {
    let most = words.len().min(thesaurus.longest());
    for length in (1..=most).rev() {
        let span = &words[..length];
        if span.iter().any(|w| w.is_whole_number) || span.iter().all(|w| w.is_stop) {
            continue;
        }
        let name = span.iter().map(Word::folded).collect::<Vec<_>>().join(" ");
        let concepts = thesaurus.named(&name);
        if !concepts.is_empty() && (length > 1 || reads_as_name(&span[0])) {
            return (length, concepts.to_vec());
        }
    }
    (0, Vec::new())
}

/// A short word that could as well be an ordinary one ("cat", "an") must be typed in capitals to
/// stand for an acronym.
fn reads_as_name(word: &Word) -> bool {
    let capitals = word.typed.chars().filter(|c| c.is_uppercase()).count();
    let has_vowel = word.folded().contains(['a', 'e', 'i', 'o', 'u', 'y']);
    capitals > 1 || !has_vowel || word.folded().len() > 3
}

fn added_for(
    words: &[Word],
    span: Range<usize>,
    at: usize,
    thesaurus: &Thesaurus,
    wishes: &ExpansionWishes,
) -> Vec<Added> {
    let concept = thesaurus.concept(at);
    let mut sources = vec![(ExpansionReason::SameConcept, vec![at])];
    if wishes.narrower {
        sources.push((ExpansionReason::Narrower, concept.narrower.clone()));
    }
    if wishes.succession {
        sources.push((ExpansionReason::Succession, concept.succession.clone()));
    }
    let mut all = Vec::new();
    for (reason, concepts) in sources {
        let concepts = concepts.into_iter().map(|at| thesaurus.concept(at));
        all.extend(
            concepts.filter_map(|concept| added(words, span.clone(), concept, reason, wishes)),
        );
    }
    all
}

fn added(
    words: &[Word],
    span: Range<usize>,
    concept: &Concept,
    reason: ExpansionReason,
    wishes: &ExpansionWishes,
) -> Option<Added> {
    let id = match &concept.key {
        Some((scheme, slug)) => format!("{scheme}/{slug}"),
        None => concept.names.first()?.1.clone(),
    };
    if wishes.without.contains(&id) {
        return None;
    }
    let said: Vec<&str> = words[span.clone()].iter().map(Word::folded).collect();
    let mut known = BTreeSet::from([said.join(" ")]);
    let mut told = Vec::new();
    let mut names = Vec::new();
    for (_, name) in concept.names.iter() {
        let folded = folded_words(name);
        if folded.is_empty() || names.len() == MAX_NAMES || !known.insert(folded.clone()) {
            continue;
        }
        names.push(folded.split(' ').map(str::to_owned).collect());
        told.push(name.clone());
    }
    let typed: Vec<&str> = words[span.clone()]
        .iter()
        .map(|w| w.typed.as_str())
        .collect();
    (!names.is_empty()).then(|| Added {
        span,
        told: Expansion {
            id,
            matched: typed.join(" "),
            reason,
            added: told,
        },
        names,
    })
}
