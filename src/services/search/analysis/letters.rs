//! Letters taken apart: a Vietnamese letter is a base, shape marks and a tone.
//!
//! The same letter is found precomposed, decomposed, half of each (the Windows-1258 habit), and
//! with its marks in any order. Taken apart here, all of these are the same sequence of
//! [`Sign`]s once the caller has put shapes in order and moved the tone aside.

use std::sync::LazyLock;

use unicode_normalization::char::{decompose_canonical, is_combining_mark};

/// One piece of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// A base letter in lower case.
    Base(char),
    /// A mark that makes another letter of it: one of [`SHAPES`], as written in VIQR.
    Shape(char),
    /// One of the five tone marks, as written in VIQR (RFC 1456).
    Tone(char),
    /// Another diacritical mark that folding drops.
    Accent(char),
    /// A vowel sign or the like of a script where it carries meaning; never dropped.
    Vowel(char),
}

/// Shape marks in their order behind a base: stroke, circumflex, horn, breve.
pub(super) const SHAPES: [char; 4] = ['-', '^', '+', '('];

/// Letters above ASCII whose pieces are looked up instead of computed: Latin-1 to Latin
/// Extended-B, and Latin Extended Additional.
static PIECES: LazyLock<Vec<Vec<Sign>>> = LazyLock::new(|| {
    TABLED
        .iter()
        .flat_map(Clone::clone)
        .map(taken_apart)
        .collect()
});

const TABLED: [std::ops::Range<u32>; 2] = [0x80..0x250, 0x1E00..0x1F00];

/// Calls `each` with the pieces of one character, in order.
pub(super) fn take_apart(c: char, mut each: impl FnMut(Sign)) {
    if c.is_ascii() {
        return each(Sign::Base(c.to_ascii_lowercase()));
    }
    match tabled(c) {
        Some(pieces) => pieces.iter().copied().for_each(each),
        None => taken_apart(u32::from(c)).into_iter().for_each(each),
    }
}

fn tabled(c: char) -> Option<&'static [Sign]> {
    let mut offset = 0;
    for range in &TABLED {
        if range.contains(&u32::from(c)) {
            let at = offset + (u32::from(c) - range.start);
            return PIECES.get(at as usize).map(Vec::as_slice);
        }
        offset += range.end - range.start;
    }
    None
}

fn taken_apart(code: u32) -> Vec<Sign> {
    let mut pieces = Vec::new();
    let Some(c) = char::from_u32(code) else {
        return pieces;
    };
    if is_hangul(c) {
        return vec![Sign::Base(c)];
    }
    // The upper-case look-alikes of Đ: Icelandic Eth and African D.
    let c = if matches!(c, 'Ð' | 'ð' | 'Ɖ' | 'ɖ') {
        'đ'
    } else {
        c
    };
    for lower in c.to_lowercase() {
        decompose_canonical(lower, |piece| sort_out(piece, &mut pieces));
    }
    pieces
}

fn sort_out(piece: char, pieces: &mut Vec<Sign>) {
    let simple = match piece {
        '\u{300}' => Sign::Tone('`'),
        '\u{301}' => Sign::Tone('\''),
        '\u{309}' => Sign::Tone('?'),
        '\u{303}' => Sign::Tone('~'),
        '\u{323}' => Sign::Tone('.'),
        '\u{302}' => Sign::Shape('^'),
        '\u{31B}' => Sign::Shape('+'),
        '\u{306}' => Sign::Shape('('),
        '\u{300}'..='\u{36F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' => {
            Sign::Accent(piece)
        }
        _ if is_combining_mark(piece) => Sign::Vowel(piece),
        _ => return spell_out(piece, pieces),
    };
    pieces.push(simple);
}

/// Letters with a stroke or tied together have no decomposition in Unicode.
fn spell_out(letter: char, pieces: &mut Vec<Sign>) {
    let (bases, stroke) = match letter {
        'đ' => ("d", true),
        'ƀ' => ("b", true),
        'ł' => ("l", true),
        'ø' => ("o", true),
        'ħ' => ("h", true),
        'ŧ' => ("t", true),
        'ı' => ("i", true),
        'ß' => ("ss", false),
        'æ' => ("ae", false),
        'œ' => ("oe", false),
        'þ' => ("th", false),
        _ => return pieces.push(Sign::Base(letter)),
    };
    pieces.extend(bases.chars().map(Sign::Base));
    if stroke {
        pieces.push(Sign::Shape('-'));
    }
}

fn is_hangul(c: char) -> bool {
    matches!(c, '\u{AC00}'..='\u{D7A3}')
}

/// Whether a script is written without spaces (or in blocks of syllables), so that one base
/// character with its marks is the longest safe token.
pub(super) fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{0E00}'..='\u{0EFF}' // Thai, Lao
        | '\u{1000}'..='\u{109F}' | '\u{A9E0}'..='\u{A9FF}' | '\u{AA60}'..='\u{AA7F}' // Myanmar
        | '\u{1780}'..='\u{17FF}' // Khmer
        | '\u{3040}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}' // kana
        | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' // Han
        | '\u{AC00}'..='\u{D7A3}' // Hangul
        | '\u{20000}'..='\u{3FFFF}') // Han extensions
}

/// Whether a character is a letter or digit. Asked of every character of every text, so that
/// Latin letters, which make up Vietnamese, are told by their range without Unicode's tables.
pub(super) fn is_alphanumeric(c: char) -> bool {
    match c {
        '\0'..='\u{7F}' => c.is_ascii_alphanumeric(),
        '×' | '÷' => false,
        '\u{C0}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' => true,
        _ => c.is_alphanumeric(),
    }
}

/// Whether a character continues the letter before it.
pub(super) fn is_mark(c: char) -> bool {
    let is_whole_letter = matches!(c, '\0'..='\u{2FF}' | '\u{1E00}'..='\u{1EFF}');
    !is_whole_letter && is_combining_mark(c)
}

/// The apostrophes of K'Bang, J’rai, HʼKin.
pub(super) fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | 'ʼ' | '‘' | 'ʹ' | 'ꞌ')
}

/// Characters inside words that nobody sees: soft hyphen, joiners, byte order mark.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{200C}' | '\u{200D}' | '\u{2060}' | '\u{FEFF}'
    )
}

#[cfg(test)]
mod tests {
    use unicode_normalization::char::is_combining_mark;

    use super::{is_alphanumeric, is_mark};

    #[test]
    fn ranges_agree_with_the_tables_of_unicode() {
        for c in '\0'..=char::MAX {
            assert_eq!(is_alphanumeric(c), c.is_alphanumeric(), "{c:?}");
            assert_eq!(is_mark(c), is_combining_mark(c), "{c:?}");
        }
    }
}
