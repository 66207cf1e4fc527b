//! Splits a text into words, as byte ranges of the original text.
//!
//! A word is a run of letters, digits and combining marks, so a highlight never separates a letter
//! from its marks, in decomposed text too. In scripts without spaces every base character with its
//! marks is a word; the field of pairs preserves their order. A document number (`1079/QĐ-TTg`) is
//! returned first as a whole and then in its parts.

use std::ops::Range;

use unicode_normalization::char::decompose_canonical;

use super::letters::{is_apostrophe, is_invisible, is_latin_letter, is_mark, is_unspaced};

/// One word, or one whole document number, of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WordSpan {
    /// Byte range in the original text.
    pub(crate) span: Range<usize>,
    /// Number of words before it; a whole document number has the position of its first part.
    pub(crate) position: usize,
    /// This is a whole document number; its parts follow as words.
    pub(crate) is_document_number: bool,
}

/// Iterator over the words of a text.
#[derive(Debug, Clone)]
pub(crate) struct WordSplitter<'a> {
    text: &'a str,
    at: usize,
    position: usize,
    /// End of the last document number returned: its parts are not parsed as numbers again.
    number_end: usize,
}

impl<'a> WordSplitter<'a> {
    /// Splits `text` from its beginning.
    pub(crate) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            position: 0,
            number_end: 0,
        }
    }

    fn word_end(&self, start: usize, first: char) -> usize {
        let mut end = start + first.len_utf8();
        if is_unspaced(first) {
            return self.skip_while(end, is_mark);
        }
        let bytes = self.text.as_bytes();
        loop {
            while bytes.get(end).is_some_and(u8::is_ascii_alphanumeric) {
                end += 1;
            }
            let mut rest = self.text[end..].chars();
            match rest.next() {
                Some(c) if is_latin_letter(c) => end += c.len_utf8(),
                Some(c) if is_apostrophe(c) => {
                    let next = rest.next();
                    if !joins(&self.text[start..end], next) {
                        return end;
                    }
                    end += c.len_utf8();
                }
                // Most words end here: the characters that the next arms accept are not ASCII.
                Some(c) if c.is_ascii() => return end,
                Some(c) if is_mark(c) || is_invisible(c) => end += c.len_utf8(),
                Some(c) if c.is_alphanumeric() && !is_unspaced(c) => end += c.len_utf8(),
                _ => return end,
            }
        }
    }

    fn skip_while(&self, from: usize, keep: impl Fn(char) -> bool) -> usize {
        let rest = &self.text[from..];
        from + rest.find(|c| !keep(c)).unwrap_or(rest.len())
    }

    fn next_start(&self) -> Option<(usize, char)> {
        self.text[self.at..]
            .char_indices()
            .find(|(_, c)| begins_word(*c))
            .map(|(offset, c)| (self.at + offset, c))
    }
}

impl Iterator for WordSplitter<'_> {
    type Item = WordSpan;

    fn next(&mut self) -> Option<WordSpan> {
        let (start, first) = self.next_start()?;
        if first.is_ascii_digit()
            && start >= self.number_end
            && let Some(end) = document_number(self.text, start)
        {
            self.number_end = end;
            self.at = start;
            let position = self.position;
            return Some(WordSpan {
                span: start..end,
                position,
                is_document_number: true,
            });
        }
        let end = self.word_end(start, first);
        self.at = end;
        let position = self.position;
        self.position += 1;
        Some(WordSpan {
            span: start..end,
            position,
            is_document_number: false,
        })
    }
}

fn begins_word(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || is_latin_letter(c)
        || (!c.is_ascii() && c.is_alphanumeric() && !is_apostrophe(c) && !is_mark(c))
}

/// Whether an apostrophe is part of a word: after a single letter as in K'Bang and H'Kin, but not
/// in the French elision of l'homme and d'eau, and never after a longer word (people's).
fn joins(left: &str, right: Option<char>) -> bool {
    let mut left = left.chars();
    let (Some(letter), true) = (left.next(), left.all(is_mark)) else {
        return false;
    };
    let Some(right) = right.filter(|c| c.is_alphabetic()).map(base) else {
        return false;
    };
    let elides = matches!(
        base(letter).to_ascii_lowercase(),
        'c' | 'd' | 'j' | 'l' | 'm' | 'n' | 's' | 't'
    );
    let is_consonant = right.is_ascii()
        && !matches!(
            right.to_ascii_lowercase(),
            'a' | 'e' | 'h' | 'i' | 'o' | 'u' | 'y'
        );
    !elides || is_consonant
}

/// The base letter, so that composed and decomposed text give the same words.
fn base(letter: char) -> char {
    let mut first = None;
    decompose_canonical(letter, |piece| {
        first.get_or_insert(piece);
    });
    first.unwrap_or(letter)
}

/// Longest document number, in characters without marks.
const MAX_NUMBER_CHARS: usize = 48;

/// The end of a document number that begins at `start`: digits, then parts joined by single slashes
/// and hyphens, with at least one slash and one letter (`91/2025/QH15`, `09/2017/NĐ-CP`).
fn document_number(text: &str, start: usize) -> Option<usize> {
    if text[..start].ends_with(['-', '/']) {
        return None;
    }
    let mut end = start;
    let (mut slashes, mut letters, mut bound) = (0, 0, false);
    // Marks are not counted, so that composed and decomposed numbers have the same limit.
    let mut chars = 0;
    for (offset, c) in text[start..].char_indices() {
        chars += usize::from(!is_mark(c));
        match c {
            _ if chars > MAX_NUMBER_CHARS => break,
            '/' | '-' if !bound && offset > 0 => {
                bound = true;
                slashes += usize::from(c == '/');
                if letters == 0 && c == '-' {
                    return None;
                }
            }
            _ if c.is_alphanumeric() || is_mark(c) => {
                if slashes == 0 && !c.is_ascii_digit() {
                    return None;
                }
                letters += usize::from(c.is_alphabetic());
                bound = false;
                end = start + offset + c.len_utf8();
            }
            _ => break,
        }
    }
    (slashes > 0 && letters > 0).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::WordSplitter;

    fn words(text: &str) -> Vec<&str> {
        WordSplitter::new(text).map(|cut| &text[cut.span]).collect()
    }

    #[test]
    fn words_end_between_letters_and_never_inside_one() {
        let nfd = "tie\u{302}\u{301}ng Vie\u{323}\u{302}t";
        assert_eq!(words(nfd), ["tie\u{302}\u{301}ng", "Vie\u{323}\u{302}t"]);
        for (text, expected) in [
            (
                "Quyền con người, quyền công dân.",
                vec!["Quyền", "con", "người", "quyền", "công", "dân"],
            ),
            (
                "K'Bang, J’rai và HʼKin",
                vec!["K'Bang", "J’rai", "và", "HʼKin"],
            ),
            (
                "l'homme d'eau people's",
                vec!["l", "homme", "d", "eau", "people", "s"],
            ),
            ("dê\u{306} ơ\u{306}i", vec!["dê\u{306}", "ơ\u{306}i"]),
            ("世界人权 2024", vec!["世", "界", "人", "权", "2024"]),
            ("ສິດ", vec!["ສິ", "ດ"]),
            ("COVID-19/vắc-xin", vec!["COVID", "19", "vắc", "xin"]),
            (
                "14/9/2022 53,77% 1.000",
                vec!["14", "9", "2022", "53", "77", "1", "000"],
            ),
            ("'' ’ … \u{301}", vec![]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn a_document_number_is_returned_whole_and_in_parts() {
        for (text, expected) in [
            (
                "số 1079/QĐ-TTg ngày",
                vec!["số", "1079/QĐ-TTg", "1079", "QĐ", "TTg", "ngày"],
            ),
            ("91/2025/QH15", vec!["91/2025/QH15", "91", "2025", "QH15"]),
            (
                "09/2017/NĐ-CP.",
                vec!["09/2017/NĐ-CP", "09", "2017", "NĐ", "CP"],
            ),
            ("155/KH-UBND/", vec!["155/KH-UBND", "155", "KH", "UBND"]),
        ] {
            assert_eq!(words(text), expected);
        }
        let cuts: Vec<_> = WordSplitter::new("1079/QĐ-TTg x")
            .map(|c| (c.position, c.is_document_number))
            .collect();
        assert_eq!(
            cuts,
            [(0, true), (0, false), (1, false), (2, false), (3, false)]
        );
    }
}
