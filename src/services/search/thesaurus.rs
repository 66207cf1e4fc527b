//! The names of concepts for search: indexed with the works that have a concept, matched in queries,
//! and offered as completions.
//!
//! Acronym rings (`schema/search/acronyms.json`) are concepts without a scheme. Names are compared in
//! folded form, so the vocabularies need no hidden labels without diacritics.

use std::collections::HashMap;

use super::analysis::{acronyms, folded_words};
use super::filters::Facet;
use crate::domain::vocabulary::{self, Direction, Scheme, Vocabularies};

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

/// A concept with its names.
#[derive(Debug, Clone, Default)]
pub(crate) struct Concept {
    /// Scheme and slug; none for an acronym ring.
    pub(crate) key: Option<(String, String)>,
    /// Names with their language; acronyms have none.
    pub(crate) names: Vec<(Option<String>, String)>,
    /// Indices of the directly narrower concepts.
    pub(crate) narrower: Vec<usize>,
    /// Indices of predecessors and successors, for places and organisations.
    pub(crate) succession: Vec<usize>,
}

/// All names, indexed by concept and by folded text.
#[derive(Debug, Clone, Default)]
pub struct Thesaurus {
    concepts: Vec<Concept>,
    by_key: HashMap<(String, String), usize>,
    by_words: HashMap<String, Vec<usize>>,
    longest_name: usize,
    /// Sorted by text.
    suffixes: Vec<NameSuffix>,
    /// From each place to those that it was ever part of.
    wider_places: HashMap<String, Vec<String>>,
}

/// A name in folded form, starting at one of its words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NameSuffix {
    text: String,
    /// Index of the word at which it starts.
    pub(crate) word: usize,
    /// Index of the concept.
    pub(crate) concept: usize,
    /// Index of the name.
    pub(crate) name: usize,
}

/// Words of a name at which a typed prefix may start.
const MAX_STARTS: usize = 6;

/// Longest name that is matched in a query, in words.
const MAX_WORDS: usize = 12;

impl Thesaurus {
    /// The names of all concepts of the vocabularies that works are described with.
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
        if let Some(places) = Facet::Place
            .scheme()
            .and_then(|name| vocabularies.scheme(name))
        {
            thesaurus.wider_places = wider_places(places);
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

    /// A thesaurus of these names and the acronyms.
    pub fn new(names: impl IntoIterator<Item = Name>) -> Self {
        let mut thesaurus = Self::default();
        for name in names {
            let at = thesaurus.index_of(name.scheme, name.slug);
            thesaurus.add_name(at, Some(name.language), &name.text);
        }
        for ring in acronyms() {
            let at = thesaurus.concepts.len();
            thesaurus.concepts.push(Concept::default());
            for name in ring {
                thesaurus.add_name(at, None, name);
            }
        }
        thesaurus.suffixes.sort_unstable();
        thesaurus
    }

    /// Names that contain a folded prefix at the beginning of a word.
    pub(crate) fn suffixes_with_prefix(&self, prefix: &str) -> impl Iterator<Item = &NameSuffix> {
        let from = self
            .suffixes
            .partition_point(|suffix| suffix.text.as_str() < prefix);
        self.suffixes[from..]
            .iter()
            .take_while(move |suffix| suffix.text.starts_with(prefix))
    }

    /// Adds the relation of a concept to a narrower one.
    pub fn link_narrower(&mut self, scheme: &str, broader: &str, narrower: &str) {
        if let (Some(from), Some(to)) = (self.find(scheme, broader), self.find(scheme, narrower)) {
            self.concepts[from].narrower.push(to);
        }
    }

    /// Adds the succession of two places or organisations, in both directions.
    pub fn link_succession(&mut self, scheme: &str, before: &str, after: &str) {
        if let (Some(a), Some(b)) = (self.find(scheme, before), self.find(scheme, after)) {
            self.concepts[a].succession.push(b);
            self.concepts[b].succession.push(a);
        }
    }

    /// All names of a concept.
    pub(crate) fn names_of(&self, scheme: &str, slug: &str) -> impl Iterator<Item = &str> {
        let concept = self.find(scheme, slug).map(|at| &self.concepts[at]);
        concept
            .into_iter()
            .flat_map(|c| c.names.iter().map(|(_, name)| name.as_str()))
    }

    /// The places that a place was ever part of.
    pub(crate) fn wider_places(&self, slug: &str) -> &[String] {
        self.wider_places.get(slug).map_or(&[], Vec::as_slice)
    }

    /// Indices of the concepts with this name in folded form.
    pub(crate) fn named(&self, words: &str) -> &[usize] {
        self.by_words.get(words).map_or(&[], Vec::as_slice)
    }

    /// The concept at an index.
    pub(crate) fn concept(&self, at: usize) -> &Concept {
        &self.concepts[at]
    }

    /// Words in the longest name that is matched.
    pub(crate) fn longest_name(&self) -> usize {
        self.longest_name
    }

    fn find(&self, scheme: &str, slug: &str) -> Option<usize> {
        self.by_key
            .get(&(scheme.to_owned(), slug.to_owned()))
            .copied()
    }

    fn index_of(&mut self, scheme: String, slug: String) -> usize {
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
            .take(MAX_STARTS)
            .enumerate();
        let suffix = |(word, start): (usize, usize)| NameSuffix {
            text: words[start..].to_owned(),
            word,
            concept: at,
            name,
        };
        self.suffixes.extend(starts.map(suffix));
        if words.is_empty() || count > MAX_WORDS {
            return;
        }
        self.longest_name = self.longest_name.max(count);
        let concepts = self.by_words.entry(words).or_default();
        if !concepts.contains(&at) {
            concepts.push(at);
        }
    }
}

fn wider_places(places: &Scheme) -> HashMap<String, Vec<String>> {
    let wider = |place: &vocabulary::Concept| {
        let slug = place.slug.to_string();
        let wider = places.expand(&slug, Direction::Broader, None).into_iter();
        let wider = wider.map(|place| place.slug.to_string()).collect();
        (slug, wider)
    };
    places.concepts().map(wider).collect()
}

#[cfg(test)]
mod tests {
    use super::{Name, Thesaurus};

    #[test]
    fn a_concept_is_found_by_any_name_without_diacritics() {
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
