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

/// The pieces of one letter, side by side with those of all others: analysis looks up little else.
#[derive(Debug, Clone, Copy)]
struct Pieces {
    signs: [Sign; MOST_PIECES],
    count: u8,
}

/// No letter of the table has more pieces.
const MOST_PIECES: usize = 3;

/// Letters above ASCII whose pieces are looked up instead of computed: Latin-1 to Latin
/// Extended-B, and Latin Extended Additional.
static PIECES: LazyLock<Vec<Pieces>> = LazyLock::new(|| {
    let codes = TABLED.iter().flat_map(Clone::clone);
    codes.map(|code| packed(&taken_apart(code))).collect()
});

const TABLED: [std::ops::Range<u32>; 2] = [0x80..0x250, 0x1E00..0x1F00];

fn packed(pieces: &[Sign]) -> Pieces {
    let count = pieces.len().min(MOST_PIECES);
    let mut signs = [Sign::Base(' '); MOST_PIECES];
    signs[..count].copy_from_slice(&pieces[..count]);
    Pieces {
        signs,
        count: count as u8,
    }
}

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
            let pieces = PIECES.get(at as usize)?;
            return Some(&pieces.signs[..usize::from(pieces.count)]);
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

/// Letters above ASCII of Vietnamese and its neighbours, told without a look-up: Latin-1 and
/// Latin Extended-A and -B to `ɏ`, and Latin Extended Additional.
pub(super) fn is_latin_letter(c: char) -> bool {
    matches!(c, 'À'..='Ö' | 'Ø'..='ö' | 'ø'..='ɏ' | 'Ḁ'..='ỿ')
}

/// Whether a character continues the letter before it.
pub(super) fn is_mark(c: char) -> bool {
    !c.is_ascii() && is_combining_mark(c)
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
    use super::{MOST_PIECES, TABLED, taken_apart};

    #[test]
    fn the_table_has_room_for_every_letter() {
        let codes = TABLED.iter().flat_map(Clone::clone);
        let most = codes.map(|code| taken_apart(code).len()).max();
        assert_eq!(most, Some(MOST_PIECES));
    }
}
