//! Finds the names of concepts in a query.
//!
//! Names are looked up folded, and then compared as typed: most wrong matches are everyday words that
//! become a name once their diacritics are gone ("trạng" is not the commune Trang, "lao động" not the
//! commune Đông).
//!
//! - A word typed with diacritics matches only a name with the same ones.
//! - A place whose name is also an everyday word needs a capital on each of its syllables.
//! - A syllable that makes an everyday word with its neighbour is no name ("chính sách" is policy,
//!   and no "sách", book).

use super::glossary::everyday_expressions;
use super::parser::Word;
use crate::services::search::analysis::Spelling;
use crate::services::search::analysis::WordSplitter;
use crate::services::search::analysis::folded_words;
use crate::services::search::analysis::is_syllable;
use crate::services::search::thesaurus::Concept;
use crate::services::search::thesaurus::Thesaurus;

/// The scheme of places.
const PLACES: &str = "place";

/// The longest name that begins at a word: its length in words, and the concepts it names. The length
/// is 0 when there is none.
pub(crate) fn longest_name(
    words: &[Word],
    at: usize,
    thesaurus: &Thesaurus,
) -> (usize, Vec<usize>) {
    let most = (words.len() - at).min(thesaurus.longest_name() + 1);
    for length in (1..=most).rev() {
        let typed = TypedName {
            query: words,
            at,
            words: &words[at..at + length],
        };
        if typed.words.iter().any(|w| w.is_document_number) {
            continue;
        }
        let concepts = typed.concepts(thesaurus);
        if !concepts.is_empty() {
            return (length, concepts);
        }
    }
    (0, Vec::new())
}

/// A run of words of a query that may be a name.
struct TypedName<'a> {
    query: &'a [Word],
    at: usize,
    words: &'a [Word],
}

impl TypedName<'_> {
    fn concepts(&self, thesaurus: &Thesaurus) -> Vec<usize> {
        if self.words.iter().all(|word| word.is_stop_word) {
            return Vec::new();
        }
        let spellings: Vec<Spelling> = self.words.iter().map(|w| w.spelling.clone()).collect();
        let found = self.concepts_spelled(&spellings, thesaurus);
        match self.with_joined_letters() {
            Some(joined) if found.is_empty() => self.concepts_spelled(&joined, thesaurus),
            _ => found,
        }
    }

    fn concepts_spelled(&self, spellings: &[Spelling], thesaurus: &Thesaurus) -> Vec<usize> {
        let words: Vec<&str> = spellings.iter().map(Spelling::folded).collect();
        let folded = words.join(" ");
        let concepts = thesaurus.named(&folded).iter().copied();
        let is_named = |at: &usize| {
            let concept = thesaurus.concept(*at);
            has_name(concept, &folded, spellings) && self.is_typed_as_name(concept, spellings)
        };
        concepts.filter(is_named).collect()
    }

    /// The names of the highlands are typed in one word and in two: "KBang", "K Bang".
    fn with_joined_letters(&self) -> Option<Vec<Spelling>> {
        let mut joined = Vec::new();
        let mut initial = String::new();
        for word in self.words {
            if word.folded().len() == 1 && !"aeiouy".contains(word.folded()) {
                initial.push_str(&word.typed);
            } else {
                initial.push_str(&word.typed);
                joined.push(Spelling::of(&initial));
                initial.clear();
            }
        }
        (initial.is_empty() && joined.len() < self.words.len()).then_some(joined)
    }

    fn is_typed_as_name(&self, concept: &Concept, spellings: &[Spelling]) -> bool {
        let is_place = concept
            .key
            .as_ref()
            .is_some_and(|(scheme, _)| scheme == PLACES);
        match spellings {
            [only] if is_syllable(only.folded()) => self.is_syllable_typed_as_name(is_place),
            [_] => can_be_acronym(&self.words[0]),
            _ if !is_place || self.has_capitals() => true,
            _ => !is_everyday(spellings) && !self.makes_everyday_word_with_neighbour(),
        }
    }

    /// A single syllable can be any of several words.
    fn is_syllable_typed_as_name(&self, is_place: bool) -> bool {
        let word = &self.words[0];
        if self.makes_everyday_word_with_neighbour() {
            return false;
        }
        let is_whole_query = self.query.len() == 1;
        // The first word of a sentence has a capital whatever it is.
        let has_telling_capital = self.has_capitals() && (self.at > 0 || is_whole_query);
        if is_place {
            return has_telling_capital;
        }
        can_be_acronym(word)
            && (is_whole_query
                || has_telling_capital
                || word.spelling.is_marked()
                || !reads_as_vietnamese(self.query))
    }

    fn makes_everyday_word_with_neighbour(&self) -> bool {
        let end = self.at + self.words.len();
        let before = self.at.checked_sub(1).map(|at| at..self.at + 1);
        let after = (end < self.query.len()).then_some(end - 1..end + 1);
        before.into_iter().chain(after).any(|pair| {
            let spellings: Vec<Spelling> = self.query[pair]
                .iter()
                .map(|word| word.spelling.clone())
                .collect();
            is_everyday(&spellings)
        })
    }

    /// Every word begins with a capital in a query that is not in capitals altogether.
    fn has_capitals(&self) -> bool {
        let begins_with_capital = |word: &Word| word.typed.starts_with(char::is_uppercase);
        let is_in_capitals = |word: &Word| !word.typed.contains(char::is_lowercase);
        let is_telling =
            self.query.len() == self.words.len() || !self.query.iter().all(is_in_capitals);
        is_telling && self.words.iter().all(begins_with_capital)
    }
}

/// Whether one of the names of a concept is written like the typed words.
fn has_name(concept: &Concept, folded: &str, typed: &[Spelling]) -> bool {
    concept
        .names
        .iter()
        .filter(|(_, name)| folded_words(name) == folded)
        .any(|(_, name)| is_written_like(typed, name))
}

/// Words typed without diacritics match a name with any.
fn is_written_like(typed: &[Spelling], name: &str) -> bool {
    let mut written = WordSplitter::new(name)
        .filter(|found| !found.is_document_number)
        .map(|found| Spelling::of(&name[found.span]));
    typed.iter().all(|word| {
        let other = written.next();
        other.is_some_and(|other| !word.is_marked() || word.exact() == other.exact())
    })
}

fn is_everyday(typed: &[Spelling]) -> bool {
    let words: Vec<&str> = typed.iter().map(Spelling::folded).collect();
    let folded = words.join(" ");
    let mut expressions = everyday_expressions(&folded);
    expressions.any(|expression| is_written_like(typed, expression))
}

fn reads_as_vietnamese(query: &[Word]) -> bool {
    let syllables = query.iter().filter(|w| is_syllable(w.folded())).count();
    2 * syllables > query.len()
}

/// A short word that can be an ordinary word ("cat", "an") is an acronym only when typed in capitals.
fn can_be_acronym(word: &Word) -> bool {
    let capitals = word.typed.chars().filter(|c| c.is_uppercase()).count();
    let has_vowel = word.folded().contains(['a', 'e', 'i', 'o', 'u', 'y']);
    capitals > 1 || !has_vowel || word.folded().len() > 3
}
