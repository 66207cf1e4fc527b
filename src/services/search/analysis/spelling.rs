//! The two forms under which a word is indexed and searched.
//!
//! The *folded* form has no diacritics: `quyền` is `quyen`, `Đăk` is `dak`. The *exact* form is the folded form,
//! a separator, and the word in VIQR (RFC 1456) with its tone at the end: hòa, hoà and even hoaì have
//! the same exact form. It begins with the folded form, so a prefix scan of the term dictionary
//! lists all accented forms of `quyen`.
//!
//! Both forms replace the `y` of hy, ky, ly, my, sy, ty and quy by `i`, so that kỹ and kĩ are one
//! word. Works and queries go through the same steps, so other languages are not affected.

use super::letters::{LetterPart, SHAPES, decompose, is_apostrophe, is_invisible};

/// Separates the folded form from the marks in an exact term.
pub(crate) const SEPARATOR: char = '\u{1}';

/// Longest folded form, in bytes; longer words are truncated, in works and in queries.
const MAX_BYTES: usize = 60;
/// Length of the form with marks, in bytes, at which no further letter is added.
const MAX_MARKED_BYTES: usize = 4 * MAX_BYTES;
/// Most different marks kept for one letter, not counting tones; no alphabet has more.
const MAX_MARKS: usize = 4;

/// The forms of one word. Callers reuse the value with [`Spelling::fill`], which saves allocations
/// for every word of a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Spelling {
    folded: String,
    viqr: String,
    tone: Option<char>,
    /// Offset in `viqr` of the marks of the last base letter.
    marks_from: usize,
    is_marked: bool,
    /// The word is truncated: no further letter is added.
    is_full: bool,
}

impl Spelling {
    /// The forms of a word as [`super::word_splitter`] returns it.
    pub(crate) fn of(word: &str) -> Self {
        let mut spelling = Self::default();
        spelling.fill(word);
        spelling
    }

    /// Replaces the forms by those of another word, in the same buffers.
    pub(crate) fn fill(&mut self, word: &str) {
        self.folded.clear();
        self.viqr.clear();
        self.tone = None;
        self.marks_from = 0;
        self.is_marked = false;
        self.is_full = false;
        for c in word.chars() {
            if self.is_full {
                break;
            }
            if c.is_ascii_alphanumeric() {
                self.push(LetterPart::Base(c.to_ascii_lowercase()));
            } else if !is_apostrophe(c) && !is_invisible(c) {
                decompose(c, |part| self.push(part));
            }
        }
        self.prefer_i();
    }

    /// The word without diacritics.
    pub(crate) fn folded(&self) -> &str {
        &self.folded
    }

    /// Whether the word has any diacritic.
    pub(crate) fn is_marked(&self) -> bool {
        self.is_marked
    }

    /// Appends the exact term to `term`.
    pub(crate) fn write_exact(&self, term: &mut String) {
        term.push_str(&self.folded);
        term.push(SEPARATOR);
        if self.is_marked {
            term.push_str(&self.viqr);
            term.extend(self.tone);
        }
    }

    /// The exact term.
    pub(crate) fn exact(&self) -> String {
        let mut term = String::with_capacity(2 * self.folded.len() + 2);
        self.write_exact(&mut term);
        term
    }

    /// Adds one part. A long word is truncated before a letter, so that composed and decomposed text
    /// are truncated at the same place.
    fn push(&mut self, part: LetterPart) {
        let is_letter = matches!(part, LetterPart::Base(_) | LetterPart::Vowel(_));
        let is_long = self.folded.len() >= MAX_BYTES || self.viqr.len() >= MAX_MARKED_BYTES;
        self.is_full |= is_letter && is_long;
        if self.is_full {
            return;
        }
        match part {
            LetterPart::Base(base) => {
                self.folded.push(base);
                self.viqr.push(base);
                self.marks_from = self.viqr.len();
            }
            LetterPart::Shape(mark) | LetterPart::Accent(mark) => self.add_mark(mark),
            // No syllable has two tones; if a text has, keep one that does not depend on their order.
            LetterPart::Tone(tone) => {
                self.is_marked = true;
                self.tone = self.tone.max(Some(tone));
            }
            LetterPart::Vowel(vowel) => {
                self.folded.push(vowel);
                self.viqr.push(vowel);
            }
        }
    }

    /// Inserts a mark once and in sorted order after its letter, shapes before accents: composed and
    /// decomposed text contain them in different orders.
    fn add_mark(&mut self, mark: char) {
        self.is_marked = true;
        let rank = |c: char| {
            (
                SHAPES.iter().position(|s| *s == c).unwrap_or(SHAPES.len()),
                c,
            )
        };
        let behind = self.viqr[self.marks_from..]
            .char_indices()
            .find(|(_, other)| rank(*other) >= rank(mark));
        match behind {
            Some((_, same)) if same == mark => {}
            Some((at, _)) => self.viqr.insert(self.marks_from + at, mark),
            None => self.viqr.push(mark),
        }
        let beyond = self.viqr[self.marks_from..].char_indices().nth(MAX_MARKS);
        if let Some((at, _)) = beyond {
            self.viqr.truncate(self.marks_from + at);
        }
    }

    fn prefer_i(&mut self) {
        if matches!(
            self.folded.as_str(),
            "hy" | "ky" | "ly" | "my" | "sy" | "ty" | "quy"
        ) {
            self.folded.pop();
            self.folded.push('i');
            if self.viqr.ends_with('y') {
                self.viqr.pop();
                self.viqr.push('i');
            }
        }
    }
}

/// The first letter of the folded form of a word, without computing the whole form.
pub(crate) fn folded_initial(word: &str) -> Option<char> {
    let first = word
        .chars()
        .find(|c| !is_apostrophe(*c) && !is_invisible(*c))?;
    let mut initial = None;
    decompose(first, |part| {
        if let (None, LetterPart::Base(letter) | LetterPart::Vowel(letter)) = (initial, part) {
            initial = Some(letter);
        }
    });
    initial
}

/// An exact term as people write it, in NFC and lower case: `quyen␁quye^n\`` is `quyền`.
/// The tone mark is placed by the modern rule.
pub(crate) fn display_form(exact: &str) -> String {
    let Some((folded, viqr)) = exact.split_once(SEPARATOR) else {
        return exact.to_owned();
    };
    if viqr.is_empty() {
        return folded.to_owned();
    }
    let tone = viqr.chars().last().and_then(tone_mark);
    let body = if tone.is_some() {
        &viqr[..viqr.len() - 1]
    } else {
        viqr
    };
    let mut letters: Vec<String> = Vec::new();
    for c in body.chars() {
        match (shape_mark(c), letters.last_mut()) {
            (Some('\u{335}'), Some(last)) if last == "d" => *last = "đ".to_owned(),
            (Some('\u{335}'), Some(last)) if last == "b" => *last = "ƀ".to_owned(),
            (Some(mark), Some(last)) => last.push(mark),
            _ => letters.push(c.to_string()),
        }
    }
    if let Some(tone) = tone {
        let at = tone_place(&letters);
        if let Some(letter) = letters.get_mut(at) {
            letter.push(tone);
        }
    }
    use unicode_normalization::UnicodeNormalization as _;
    letters.concat().nfc().collect()
}

fn tone_mark(viqr: char) -> Option<char> {
    match viqr {
        '`' => Some('\u{300}'),
        '\'' => Some('\u{301}'),
        '?' => Some('\u{309}'),
        '~' => Some('\u{303}'),
        '.' => Some('\u{323}'),
        _ => None,
    }
}

fn shape_mark(viqr: char) -> Option<char> {
    match viqr {
        '-' => Some('\u{335}'),
        '^' => Some('\u{302}'),
        '+' => Some('\u{31B}'),
        '(' => Some('\u{306}'),
        _ => None,
    }
}

/// Which letter carries the tone: the last shaped vowel; else the last vowel before a final
/// consonant; else the second of oa, oe, uy; else the first of two. `qu` and `gi` begin a
/// syllable like consonants when a vowel follows.
fn tone_place(letters: &[String]) -> usize {
    let first = |i: usize| letters[i].chars().next().unwrap_or(' ');
    let is_vowel = |i: usize| matches!(first(i), 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
    let mut vowels: Vec<usize> = (0..letters.len()).filter(|i| is_vowel(*i)).collect();
    let glides = letters.len() > 2 && matches!((first(0), first(1)), ('q', 'u') | ('g', 'i'));
    if glides && vowels.len() > 1 && vowels[0] == 1 {
        vowels.remove(0);
    }
    if let Some(shaped) = vowels
        .iter()
        .rev()
        .find(|i| letters[**i].chars().count() > 1)
    {
        return *shaped;
    }
    match vowels.as_slice() {
        [] => 0,
        [only] => *only,
        [.., last] if last + 1 < letters.len() => *last,
        [a, b] if matches!((first(*a), first(*b)), ('o', 'a' | 'e') | ('u', 'y')) => *b,
        [a, _] => *a,
        [_, b, ..] => *b,
    }
}

#[cfg(test)]
mod tests {
    use super::{Spelling, display_form, folded_initial};

    fn same(a: &str, b: &str) {
        assert_eq!(Spelling::of(a).exact(), Spelling::of(b).exact(), "{a} {b}");
        assert_eq!(
            Spelling::of(a).folded(),
            Spelling::of(b).folded(),
            "{a} {b}"
        );
    }

    #[test]
    fn a_word_that_is_too_long_ends_at_the_same_letter_composed_and_decomposed() {
        for letters in 55..65 {
            let beginning = "a".repeat(letters);
            same(
                &format!("{beginning}\u{1EAB}n"),
                &format!("{beginning}a\u{302}\u{303}n"),
            );
        }
    }

    #[test]
    fn one_word_is_one_term_however_it_was_typed() {
        for (a, b) in [
            ("hòa", "hoà"),
            ("thủy", "thuỷ"),
            ("taị", "tại"),
            ("vựơt", "vượt"),
            ("ti\u{00EA}\u{0301}ng", "ti\u{1EBF}ng"), // shape precomposed, tone combining
            ("tie\u{0301}\u{0302}ng", "ti\u{1EBF}ng"), // tone before shape
            ("bác", "ba\u{0301}c"),
            ("kỹ", "kĩ"),
            ("quý", "quí"),
            ("sỹ", "sĩ"),
            ("ÐĂK", "đăk"),
            ("Ɖoa", "đoa"),
            ("K'Bang", "KBang"),
            ("H’Kin", "HʼKin"),
            ("dê\u{0306}", "de\u{0306}\u{0302}"), // breve and circumflex in either order
            ("ơ\u{0306}", "o\u{0306}\u{031B}"),
            ("quy\u{AD}ền", "quyền"),
        ] {
            same(a, b);
        }
    }

    #[test]
    fn words_that_differ_in_a_mark_differ_exactly_and_agree_folded() {
        let marked = ["ma", "má", "mà", "mả", "mã", "mạ", "mâ", "mă", "mê\u{306}"];
        let exact: std::collections::BTreeSet<_> =
            marked.iter().map(|w| Spelling::of(w).exact()).collect();
        assert_eq!(exact.len(), marked.len());
        for word in &marked[..8] {
            assert_eq!(Spelling::of(word).folded(), "ma");
        }
        for (word, folded) in [
            ("Quyền", "quyen"),
            ("Đăk", "dak"),
            ("ƀan", "ban"),
            ("ơ\u{306}i", "oi"),
            ("Straße", "strasse"),
            ("ខ្មែរ", "ខ្មែរ"),
        ] {
            assert_eq!(Spelling::of(word).folded(), folded);
        }
    }

    #[test]
    fn the_initial_is_that_of_the_folded_form() {
        for word in [
            "Quyền",
            "Đăk",
            "ƀan",
            "ơ\u{306}i",
            "Ýên",
            "’Kin",
            "ខ្មែរ",
            "ßa",
            "9/2",
            "æon",
            "人",
        ] {
            assert_eq!(
                folded_initial(word),
                Spelling::of(word).folded().chars().next(),
                "{word}"
            );
        }
    }

    #[test]
    fn an_exact_term_can_be_written_out_again() {
        for word in [
            "quyền",
            "trẻ",
            "người",
            "hoà",
            "thuý",
            "của",
            "mía",
            "giữ",
            "giá",
            "quả",
            "đường",
            "khuya",
            "ngoại",
            "tiếng",
            "bahnar",
            "được",
            "ƀơ",
            "loài",
            "toán",
            "muốn",
            "gìn",
        ] {
            assert_eq!(display_form(&Spelling::of(word).exact()), word);
        }
    }
}
