//! Decomposes letters: a Vietnamese letter is a base, shape marks and a tone.
//!
//! Texts contain the same letter precomposed, decomposed, half of each (as Windows-1258 stores it),
//! and with its marks in any order. All of these give the same [`LetterPart`]s once the caller has
//! sorted the shape marks and stored the tone separately.

use std::sync::LazyLock;

use unicode_normalization::char::{decompose_canonical, decompose_compatible, is_combining_mark};

/// One part of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LetterPart {
    /// A base letter in lower case.
    Base(char),
    /// A mark that makes it another letter: one of [`SHAPES`], in the notation of VIQR.
    Shape(char),
    /// One of the five tone marks, in the notation of VIQR (RFC 1456).
    Tone(char),
    /// Another diacritic; folding drops it.
    Accent(char),
    /// A vowel sign or similar mark of a script where it carries meaning; folding keeps it.
    Vowel(char),
}

/// Shape marks in the order in which they follow a base: stroke, circumflex, horn, breve.
pub(super) const SHAPES: [char; 4] = ['-', '^', '+', '('];

/// The parts of one letter, in a fixed-size array: the table below is the hot data of analysis.
#[derive(Debug, Clone, Copy)]
struct PackedParts {
    parts: [LetterPart; MAX_PARTS],
    count: u8,
}

/// Most parts of any letter in the table.
const MAX_PARTS: usize = 3;

/// Precomputed parts of the letters in [`TABLED`].
static PARTS: LazyLock<Vec<PackedParts>> = LazyLock::new(|| {
    let codes = TABLED.iter().flat_map(Clone::clone);
    codes.map(|code| packed(&parts_of(code))).collect()
});

/// Code points whose parts are precomputed: Latin-1 to Latin Extended-B, and Latin Extended
/// Additional.
const TABLED: [std::ops::Range<u32>; 2] = [0x80..0x250, 0x1E00..0x1F00];

fn packed(parts: &[LetterPart]) -> PackedParts {
    let count = parts.len().min(MAX_PARTS);
    let mut packed = [LetterPart::Base(' '); MAX_PARTS];
    packed[..count].copy_from_slice(&parts[..count]);
    PackedParts {
        parts: packed,
        count: count as u8,
    }
}

/// Calls `each` with the parts of one character, in order.
pub(super) fn decompose(c: char, mut each: impl FnMut(LetterPart)) {
    if c.is_ascii() {
        return each(LetterPart::Base(c.to_ascii_lowercase()));
    }
    match table_entry(c) {
        Some(parts) => parts.iter().copied().for_each(each),
        None => parts_of(u32::from(c)).into_iter().for_each(each),
    }
}

fn table_entry(c: char) -> Option<&'static [LetterPart]> {
    let mut offset = 0;
    for range in &TABLED {
        if range.contains(&u32::from(c)) {
            let at = offset + (u32::from(c) - range.start);
            let parts = PARTS.get(at as usize)?;
            return Some(&parts.parts[..usize::from(parts.count)]);
        }
        offset += range.end - range.start;
    }
    None
}

fn parts_of(code: u32) -> Vec<LetterPart> {
    let mut parts = Vec::new();
    let Some(c) = char::from_u32(code) else {
        return parts;
    };
    if is_hangul(c) {
        return vec![LetterPart::Base(c)];
    }
    // The upper-case look-alikes of Đ: Icelandic Eth and African D.
    let c = if matches!(c, 'Ð' | 'ð' | 'Ɖ' | 'ɖ') {
        'đ'
    } else {
        c
    };
    let mut plain = Vec::with_capacity(MAX_PARTS);
    if is_form_of_letters(c) {
        decompose_compatible(c, |part| plain.push(part));
    } else {
        plain.push(c);
    }
    for lower in plain.into_iter().flat_map(char::to_lowercase) {
        decompose_canonical(lower, |part| push_part(part, &mut parts));
    }
    parts
}

/// Ligatures (PDFs have them: `ﬁ`, `ﬃ`) and full-width forms are found as the letters they stand for.
fn is_form_of_letters(c: char) -> bool {
    matches!(c, '\u{FB00}'..='\u{FB06}' | '\u{FF10}'..='\u{FF5A}')
}

fn push_part(mark: char, parts: &mut Vec<LetterPart>) {
    let part = match mark {
        '\u{300}' => LetterPart::Tone('`'),
        '\u{301}' => LetterPart::Tone('\''),
        '\u{309}' => LetterPart::Tone('?'),
        '\u{303}' => LetterPart::Tone('~'),
        '\u{323}' => LetterPart::Tone('.'),
        '\u{302}' => LetterPart::Shape('^'),
        '\u{31B}' => LetterPart::Shape('+'),
        '\u{306}' => LetterPart::Shape('('),
        '\u{300}'..='\u{36F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' => {
            LetterPart::Accent(mark)
        }
        _ if is_combining_mark(mark) => LetterPart::Vowel(mark),
        _ => return push_base(mark, parts),
    };
    parts.push(part);
}

/// Pushes a base letter. Letters with a stroke and ligatures have no decomposition in Unicode.
fn push_base(letter: char, parts: &mut Vec<LetterPart>) {
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
        _ => return parts.push(LetterPart::Base(letter)),
    };
    parts.extend(bases.chars().map(LetterPart::Base));
    if stroke {
        parts.push(LetterPart::Shape('-'));
    }
}

fn is_hangul(c: char) -> bool {
    matches!(c, '\u{AC00}'..='\u{D7A3}')
}

/// Whether the script is written without spaces (or in syllable blocks): each base character with
/// its marks becomes one token.
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

/// Letters above ASCII of Vietnamese and related alphabets, recognised without a table: Latin-1 and
/// Latin Extended-A and -B to `ɏ`, and Latin Extended Additional.
pub(super) fn is_latin_letter(c: char) -> bool {
    matches!(c, 'À'..='Ö' | 'Ø'..='ö' | 'ø'..='ɏ' | 'Ḁ'..='ỿ')
}

/// Whether a character is a combining mark of the letter before it.
pub(super) fn is_mark(c: char) -> bool {
    !c.is_ascii() && is_combining_mark(c)
}

/// The apostrophes of K'Bang, J’rai, HʼKin.
pub(super) fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | 'ʼ' | '‘' | 'ʹ' | 'ꞌ')
}

/// Invisible characters inside words: soft hyphen, joiners, byte order mark.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{200C}' | '\u{200D}' | '\u{2060}' | '\u{FEFF}'
    )
}

#[cfg(test)]
mod tests {
    use crate::services::search::analysis::folded_words;

    #[test]
    fn ligatures_and_full_width_forms_are_the_letters_they_stand_for() {
        assert_eq!(
            folded_words("o\u{FB03}ce \u{FB01}nancial ＵＮＥＳＣＯ"),
            "office financial unesco"
        );
    }

    use super::{MAX_PARTS, TABLED, parts_of};

    #[test]
    fn the_table_has_room_for_every_letter() {
        let codes = TABLED.iter().flat_map(Clone::clone);
        let most = codes.map(|code| parts_of(code).len()).max();
        assert_eq!(most, Some(MAX_PARTS));
    }
}
