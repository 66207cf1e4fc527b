//! Compares two texts word by word.
//!
//! A word of Vietnamese is written in syllables, and these are what is compared. Two syllables that
//! differ only in where the tone mark stands (`hòa`, `hoà`) are the same word in another spelling: they
//! are aligned and reported as [`Passage::Respelled`], so that a change of spelling throughout a text does
//! not hide a change of its words, and yet is not hidden itself. Blanks and line ends between the same
//! words are treated the same way. Composed and decomposed letters do not differ at all: stored texts
//! are NFC.

use std::time::Instant;

use similar::{Algorithm, DiffOp, capture_diff_slices_by_key_deadline};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Words at each end of an unchanged passage that are given; what is between them is left out.
const CONTEXT_WORDS: usize = 12;

/// The Vietnamese tones, as combining marks: huyền, hỏi, ngã, sắc, nặng.
const TONES: [char; 5] = ['\u{300}', '\u{309}', '\u{303}', '\u{301}', '\u{323}'];

/// A part of a comparison, in reading order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Passage {
    /// In both texts.
    Same(String),
    /// In both texts, not given because it is far from any difference.
    Omitted {
        /// Its length in characters of the later text.
        characters: usize,
    },
    /// Only in the earlier text.
    Removed(String),
    /// Only in the later text.
    Added(String),
    /// The same words with tone marks in other places, or with other blanks.
    Respelled {
        /// In the earlier text.
        before: String,
        /// In the later text.
        after: String,
    },
}

/// The differences between two texts. After the deadline the rest is reported as one removed and one
/// added passage.
pub fn compare(before: &str, after: &str, deadline: Instant) -> Vec<Passage> {
    let (before, after) = (words(before), words(after));
    let differences = capture_diff_slices_by_key_deadline(
        Algorithm::Myers,
        &before,
        &after,
        |word| word.key.clone(),
        Some(deadline),
    );
    let mut passages = Vec::new();
    for (index, difference) in differences.iter().enumerate() {
        let (old, new) = (difference.old_range(), difference.new_range());
        match difference {
            DiffOp::Equal { .. } => {
                let is_first = index == 0;
                let is_last = index + 1 == differences.len();
                let pairs = before[old].iter().zip(&after[new]).collect::<Vec<_>>();
                add_equal(&mut passages, &pairs, is_first, is_last);
            }
            DiffOp::Delete { .. } | DiffOp::Insert { .. } | DiffOp::Replace { .. } => {
                let (removed, added) = (text_of(&before[old]), text_of(&after[new]));
                passages.extend((!removed.is_empty()).then_some(Passage::Removed(removed)));
                passages.extend((!added.is_empty()).then_some(Passage::Added(added)));
            }
        }
    }
    passages
}

/// A word or a punctuation mark with the blanks after it.
#[derive(Debug)]
struct Word<'t> {
    text: &'t str,
    /// Equal for words that are the same.
    key: String,
}

fn words(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let written = if is_letter(first) {
            rest.find(|c| !is_letter(c)).unwrap_or(rest.len())
        } else if first.is_whitespace() {
            0
        } else {
            first.len_utf8()
        };
        let blanks = rest[written..].find(|c: char| !c.is_whitespace());
        let end = written + blanks.unwrap_or(rest.len() - written);
        let (word, behind) = rest.split_at(end);
        words.push(Word {
            text: word,
            key: without_tone_placement(&word[..written]),
        });
        rest = behind;
    }
    words
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

/// The letters of a word with its tones behind them, wherever they stand.
fn without_tone_placement(word: &str) -> String {
    if word.is_ascii() {
        return word.to_owned();
    }
    let (tones, letters): (Vec<char>, Vec<char>) = word.nfd().partition(|c| TONES.contains(c));
    letters.into_iter().chain(tones).collect()
}

fn text_of(words: &[Word<'_>]) -> String {
    words.iter().map(|word| word.text).collect()
}

/// Adds words that are the same. Of a long run without any other spelling only the ends next to a
/// difference are given.
fn add_equal(
    passages: &mut Vec<Passage>,
    pairs: &[(&Word<'_>, &Word<'_>)],
    is_first: bool,
    is_last: bool,
) {
    let is_same = |pair: &(&Word<'_>, &Word<'_>)| pair.0.text == pair.1.text;
    let runs = pairs.chunk_by(|one, other| is_same(one) == is_same(other));
    let count = runs.clone().count();
    for (index, run) in runs.enumerate() {
        if !is_same(&run[0]) {
            passages.push(Passage::Respelled {
                before: run.iter().map(|(before, _)| before.text).collect(),
                after: run.iter().map(|(_, after)| after.text).collect(),
            });
            continue;
        }
        let head = if is_first && index == 0 {
            0
        } else {
            CONTEXT_WORDS
        };
        let tail = if is_last && index + 1 == count {
            0
        } else {
            CONTEXT_WORDS
        };
        add_same(passages, run, head, tail);
    }
}

/// Adds the first `head` and the last `tail` words, and between them how much is left out.
fn add_same(passages: &mut Vec<Passage>, run: &[(&Word<'_>, &Word<'_>)], head: usize, tail: usize) {
    let text = |run: &[(&Word<'_>, &Word<'_>)]| -> String {
        run.iter().map(|(_, after)| after.text).collect()
    };
    if run.len() <= head + tail {
        passages.push(Passage::Same(text(run)));
        return;
    }
    let (first, rest) = run.split_at(head);
    let (left_out, last) = rest.split_at(rest.len() - tail);
    let characters = text(left_out).chars().count();
    passages.extend((!first.is_empty()).then(|| Passage::Same(text(first))));
    passages.push(Passage::Omitted { characters });
    passages.extend((!last.is_empty()).then(|| Passage::Same(text(last))));
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Passage, compare};

    fn differences(before: &str, after: &str) -> Vec<Passage> {
        compare(before, after, Instant::now() + Duration::from_secs(60))
    }

    fn same(text: &str) -> Passage {
        Passage::Same(text.into())
    }

    fn removed(text: &str) -> Passage {
        Passage::Removed(text.into())
    }

    fn added(text: &str) -> Passage {
        Passage::Added(text.into())
    }

    fn respelled(before: &str, after: &str) -> Passage {
        Passage::Respelled {
            before: before.into(),
            after: after.into(),
        }
    }

    #[test]
    fn texts_differ_by_syllables_and_marks() {
        for (before, after, expected) in [
            ("", "", vec![]),
            (
                "quyền trẻ em",
                "quyền trẻ em",
                vec![Passage::Omitted { characters: 12 }],
            ),
            ("", "mới", vec![added("mới")]),
            (
                "quyền trẻ em gái",
                "quyền phụ nữ gái",
                vec![
                    same("quyền "),
                    removed("trẻ em "),
                    added("phụ nữ "),
                    same("gái"),
                ],
            ),
            (
                "Có 12 xã.",
                "Có 14 xã, phường.",
                vec![
                    same("Có "),
                    removed("12 "),
                    added("14 "),
                    same("xã"),
                    added(", phường"),
                    same("."),
                ],
            ),
            // Another tone is another word, another case too.
            ("ma", "má", vec![removed("ma"), added("má")]),
            ("Đất", "đất", vec![removed("Đất"), added("đất")]),
        ] {
            assert_eq!(differences(before, after), expected, "{before:?} {after:?}");
        }
    }

    #[test]
    fn another_place_of_the_tone_is_another_spelling_of_the_same_word() {
        for (before, after, expected) in [
            ("hòa", "hoà", vec![respelled("hòa", "hoà")]),
            ("thủy", "thuỷ", vec![respelled("thủy", "thuỷ")]),
            // The letters ê and ơ are others than e and o.
            ("thuê", "thue", vec![removed("thuê"), added("thue")]),
            (
                "Ủy ban xã hòa giải",
                "Uỷ ban phường hoà giải",
                vec![
                    respelled("Ủy ", "Uỷ "),
                    same("ban "),
                    removed("xã "),
                    added("phường "),
                    respelled("hòa ", "hoà "),
                    same("giải"),
                ],
            ),
            (
                "một\nhai",
                "một hai",
                vec![respelled("một\n", "một "), same("hai")],
            ),
        ] {
            assert_eq!(differences(before, after), expected, "{before:?} {after:?}");
        }
    }

    #[test]
    fn composed_and_decomposed_letters_are_respelled_at_most() {
        let found = differences("quyền con người", "quye\u{302}\u{300}n con người");
        assert_eq!(found[0], respelled("quyền ", "quye\u{302}\u{300}n "));
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn what_is_far_from_a_difference_is_counted_and_left_out() {
        let unchanged = "một hai ba ".repeat(1_000);
        let found = differences(&format!("{unchanged}bốn"), &format!("{unchanged}năm"));
        let context = "một hai ba ".repeat(4);
        let characters = 11 * 1_000 - context.chars().count();
        assert_eq!(
            found,
            [
                Passage::Omitted { characters },
                same(&context),
                removed("bốn"),
                added("năm")
            ]
        );
    }

    /// Both texts can be read back from the passages when nothing is left out.
    #[test]
    fn passages_add_up_to_both_texts() {
        let before = "Hòa bình.\n\n  Quyền được học\tlà quyền của trẻ em!";
        let after = "Hoà bình. Quyền được học hành là của mọi trẻ em?";
        let (mut old, mut new) = (String::new(), String::new());
        for passage in differences(before, after) {
            match passage {
                Passage::Same(text) => {
                    old.push_str(&text);
                    new.push_str(&text);
                }
                Passage::Removed(text) => old.push_str(&text),
                Passage::Added(text) => new.push_str(&text),
                Passage::Respelled { before, after } => {
                    old.push_str(&before);
                    new.push_str(&after);
                }
                Passage::Omitted { .. } => panic!("a short text"),
            }
        }
        assert_eq!((old.as_str(), new.as_str()), (before, after));
    }

    #[test]
    fn long_texts_without_a_common_word_end_at_the_deadline() {
        let text =
            |prefix: &str| -> String { (0..200_000).map(|n| format!("{prefix}{n} ")).collect() };
        let began = Instant::now();
        let found = compare(&text("a"), &text("b"), began + Duration::from_millis(50));
        assert_eq!(found.len(), 2);
        assert!(
            began.elapsed() < Duration::from_secs(30),
            "{:?}",
            began.elapsed()
        );
    }
}
