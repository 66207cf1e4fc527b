//! Names of concepts as search sees them: indexed with the works that carry a concept, matched
//! in queries, and offered as completions.
//!
//! Acronym rings (`schema/search/acronyms.json`) are concepts without a scheme. Names are
//! compared folded, so hidden labels for stripped spellings are not needed.

use std::collections::HashMap;

use super::analysis::acronyms;
use super::filters::Facet;
use super::index::document::folded_words;
use crate::domain::vocabulary::{Direction, Scheme, Vocabularies};

/// A name of a concept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The scheme, e.g. `theme`.
    pub scheme: String,
    /// The concept in it.
    pub slug: String,
    /// BCP 47 tag of the name.
    pub language: String,
    /// The name.
    pub text: String,
}

/// A concept with its names: those of one language first come first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Concept {
    /// Scheme and slug; none for an acronym ring.
    pub(crate) key: Option<(String, String)>,
    /// Names with their language; acronyms have none.
    pub(crate) names: Vec<(Option<String>, String)>,
    /// Concepts one step narrower.
    pub(crate) narrower: Vec<usize>,
    /// Places or bodies that came before or after.
    pub(crate) succession: Vec<usize>,
}

/// All names, found by concept and by folded text.
#[derive(Debug, Clone, Default)]
pub struct Thesaurus {
    concepts: Vec<Concept>,
    by_key: HashMap<(String, String), usize>,
    by_words: HashMap<String, Vec<usize>>,
    longest: usize,
    /// Sorted by text.
    beginnings: Vec<Beginning>,
}

/// A name from one of its words on, folded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Beginning {
    text: String,
    /// Which word of the name it begins with, from 0.
    pub(crate) word: usize,
    /// The place of the concept.
    pub(crate) concept: usize,
    /// Which of its names.
    pub(crate) name: usize,
}

/// Words of a name at which typing may begin.
const MAX_BEGINNINGS: usize = 6;

/// Longest name that is looked for in a query, in words.
const MAX_WORDS: usize = 12;

impl Thesaurus {
    /// All names of the vocabularies that works are described with.
    pub fn of(vocabularies: &Vocabularies) -> Self {
        let facets = Facet::ALL.iter().filter_map(|(.., scheme)| *scheme);
        let schemes: Vec<&Scheme> = facets
            .filter_map(|scheme| vocabularies.scheme(scheme))
            .collect();
        let names = schemes.iter().flat_map(|scheme| {
            scheme
                .concepts()
                .flat_map(|concept| concept.names_in(&scheme.head.slug))
                .map(|label| Name {
                    scheme: label.scheme.to_string(),
                    slug: label.slug.to_string(),
                    language: label.language.to_string(),
                    text: label.text.to_owned(),
                })
        });
        let mut thesaurus = Self::new(names);
        for scheme in schemes {
            thesaurus.link(scheme);
        }
        thesaurus
    }

    fn link(&mut self, scheme: &Scheme) {
        let name = scheme.head.slug.as_str();
        for concept in scheme.concepts() {
            let slug = concept.slug.as_str();
            for narrower in scheme.neighbours(slug, Direction::Narrower) {
                self.link_narrower(name, slug, narrower.slug.as_str());
            }
            for successor in scheme.neighbours(slug, Direction::Successors) {
                self.link_succession(name, slug, successor.slug.as_str());
            }
        }
    }

    /// Takes all names, and adds the acronyms.
    pub fn new(names: impl IntoIterator<Item = Name>) -> Self {
        let mut thesaurus = Self::default();
        for name in names {
            let at = thesaurus.place_of(name.scheme, name.slug);
            thesaurus.add_name(at, Some(name.language), &name.text);
        }
        for ring in acronyms() {
            let at = thesaurus.concepts.len();
            thesaurus.concepts.push(Concept::default());
            for name in ring {
                thesaurus.add_name(at, None, name);
            }
        }
        thesaurus.beginnings.sort_unstable();
        thesaurus
    }

    /// Names that hold a folded text at the beginning of a word.
    pub(crate) fn beginning_with(&self, prefix: &str) -> impl Iterator<Item = &Beginning> {
        let from = self
            .beginnings
            .partition_point(|beginning| beginning.text.as_str() < prefix);
        self.beginnings[from..]
            .iter()
            .take_while(move |beginning| beginning.text.starts_with(prefix))
    }

    /// Notes that one concept is narrower than another.
    pub fn link_narrower(&mut self, scheme: &str, broader: &str, narrower: &str) {
        if let (Some(from), Some(to)) = (self.find(scheme, broader), self.find(scheme, narrower)) {
            self.concepts[from].narrower.push(to);
        }
    }

    /// Notes that one place or body became another; it is followed both ways.
    pub fn link_succession(&mut self, scheme: &str, before: &str, after: &str) {
        if let (Some(a), Some(b)) = (self.find(scheme, before), self.find(scheme, after)) {
            self.concepts[a].succession.push(b);
            self.concepts[b].succession.push(a);
        }
    }

    /// Every name of a concept.
    pub(crate) fn names_of(&self, scheme: &str, slug: &str) -> impl Iterator<Item = &str> {
        let concept = self.find(scheme, slug).map(|at| &self.concepts[at]);
        concept
            .into_iter()
            .flat_map(|c| c.names.iter().map(|(_, name)| name.as_str()))
    }

    /// The concepts that have exactly this name, given as folded words with single spaces.
    pub(crate) fn named(&self, words: &str) -> &[usize] {
        self.by_words.get(words).map_or(&[], Vec::as_slice)
    }

    /// A concept by its place.
    pub(crate) fn concept(&self, at: usize) -> &Concept {
        &self.concepts[at]
    }

    /// Words in the longest name that is matched.
    pub(crate) fn longest(&self) -> usize {
        self.longest
    }

    fn find(&self, scheme: &str, slug: &str) -> Option<usize> {
        self.by_key
            .get(&(scheme.to_owned(), slug.to_owned()))
            .copied()
    }

    fn place_of(&mut self, scheme: String, slug: String) -> usize {
        let concepts = &mut self.concepts;
        *self.by_key.entry((scheme, slug)).or_insert_with_key(|key| {
            concepts.push(Concept {
                key: Some(key.clone()),
                ..Concept::default()
            });
            concepts.len() - 1
        })
    }

    fn add_name(&mut self, at: usize, language: Option<String>, text: &str) {
        let concept = &mut self.concepts[at];
        if concept.names.iter().any(|(_, known)| known == text) {
            return;
        }
        concept.names.push((language, text.to_owned()));
        let name = concept.names.len() - 1;
        let words = folded_words(text);
        let count = words.split(' ').count();
        let starts = words.match_indices(' ').map(|(at, _)| at + 1);
        let starts = std::iter::once(0)
            .chain(starts)
            .take(MAX_BEGINNINGS)
            .enumerate();
        let beginning = |(word, start): (usize, usize)| Beginning {
            text: words[start..].to_owned(),
            word,
            concept: at,
            name,
        };
        self.beginnings.extend(starts.map(beginning));
        if words.is_empty() || count > MAX_WORDS {
            return;
        }
        self.longest = self.longest.max(count);
        let holders = self.by_words.entry(words).or_default();
        if !holders.contains(&at) {
            holders.push(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Name, Thesaurus};

    #[test]
    fn a_concept_is_found_by_any_name_without_marks() {
        let name = |language: &str, text: &str| Name {
            scheme: "rights-group".into(),
            slug: "children".into(),
            language: language.into(),
            text: text.into(),
        };
        let thesaurus = Thesaurus::new([
            name("vi", "Quyền trẻ em"),
            name("en", "Rights of the child"),
        ]);
        let [at] = thesaurus.named("quyen tre em") else {
            panic!("one concept has this name")
        };
        assert_eq!(thesaurus.named("rights of the child"), [*at]);
        assert_eq!(thesaurus.concept(*at).names.len(), 2);
        assert!(!thesaurus.named("ubnd").is_empty());
        assert_eq!(thesaurus.named("ubnd"), thesaurus.named("uy ban nhan dan"));
    }
}
