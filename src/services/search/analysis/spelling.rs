//! The two spellings under which a word is indexed and looked for.
//!
//! *Folded* has no marks at all: `quyền` is `quyen`, `Đăk` is `dak`. *Exact* is the folded form,
//! a separator, and the word in VIQR (RFC 1456) with its tone at the end: wherever the tone mark
//! stood (hòa, hoà, even hoaì), the exact form is one. Because it begins with the folded form,
//! the term dictionary can be asked for all accented forms of `quyen` by a prefix.
//!
//! Both spellings write `i` for the `y` of hy, ky, ly, my, sy, ty and quy, so that kỹ and kĩ are
//! one word. Other languages pass through the same steps unharmed, because both sides do.

use super::letters::SHAPES;
use super::letters::Sign;
use super::letters::is_apostrophe;
use super::letters::is_invisible;
use super::letters::take_apart;

/// Between the folded form and the marks in an exact term.
pub(crate) const SEPARATOR: char = '\u{1}';

/// Longest folded form, in bytes; the rest of a longer word is cut off on both sides.
const MAX_BYTES: usize = 60;
/// Length of the form with marks, in bytes, at which no further letter begins.
const MAX_MARKED_BYTES: usize = 4 * MAX_BYTES;
/// Different marks of a letter that are told apart, tones aside; no alphabet has more.
const MAX_MARKS: usize = 4;

/// A word taken apart. Kept by callers and filled again, so that a text costs no allocation for
/// each of its words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Spelling {
    folded: String,
    viqr: String,
    tone: Option<char>,
    /// Where the marks of the last base letter begin in `viqr`.
    marks_from: usize,
    is_marked: bool,
    /// The rest of the word is cut off.
    is_full: bool,
}

impl Spelling {
    /// Takes a word of a text apart, as cut by [`super::word_splitter`].
    pub(crate) fn of(word: &str) -> Self {
        let mut spelling = Self::default();
        spelling.fill(word);
        spelling
    }

    /// Takes another word apart into the same buffers.
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
                self.take(Sign::Base(c.to_ascii_lowercase()));
            } else if !is_apostrophe(c) && !is_invisible(c) {
                take_apart(c, |sign| self.take(sign));
            }
        }
        self.prefer_i();
    }

    /// Without any mark.
    pub(crate) fn folded(&self) -> &str {
        &self.folded
    }

    /// Whether the word carries any mark.
    pub(crate) fn is_marked(&self) -> bool {
        self.is_marked
    }

    /// Writes the exact term behind what `term` holds.
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

    /// Ends a long word between two signs, so that composed and decomposed text end at the same.
    fn take(&mut self, sign: Sign) {
        let is_letter = matches!(sign, Sign::Base(_) | Sign::Vowel(_));
        let is_long = self.folded.len() >= MAX_BYTES || self.viqr.len() >= MAX_MARKED_BYTES;
        self.is_full |= is_letter && is_long;
        if self.is_full {
            return;
        }
        match sign {
            Sign::Base(base) => {
                self.folded.push(base);
                self.viqr.push(base);
                self.marks_from = self.viqr.len();
            }
            Sign::Shape(mark) | Sign::Accent(mark) => self.add_mark(mark),
            // Of two tones, which no syllable has, the same one whatever their order.
            Sign::Tone(tone) => {
                self.is_marked = true;
                self.tone = self.tone.max(Some(tone));
            }
            Sign::Vowel(vowel) => {
                self.folded.push(vowel);
                self.viqr.push(vowel);
            }
        }
    }

    /// Marks stand once and in one order behind their letter, shapes before accents, whatever order
    /// they were typed in: composed and decomposed text tell them in different ones.
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

/// The first letter of the folded form of a word, told without taking it apart.
pub(crate) fn initial(word: &str) -> Option<char> {
    let first = word
        .chars()
        .find(|c| !is_apostrophe(*c) && !is_invisible(*c))?;
    let mut initial = None;
    take_apart(first, |sign| {
        if let (None, Sign::Base(letter) | Sign::Vowel(letter)) = (initial, sign) {
            initial = Some(letter);
        }
    });
    initial
}

/// The written form of an exact term, in NFC and lower case: `quyen␁quye^n\`` is `quyền`.
/// The tone is put where the modern rule wants it.
pub(crate) fn written(exact: &str) -> String {
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
    use super::{Spelling, initial, written};

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
                initial(word),
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
            assert_eq!(written(&Spelling::of(word).exact()), word);
        }
    }
}
