//! How much a text looks like Vietnamese: whether its words with marks are possible syllables.
//!
//! Decides between code pages that all give letters for the same bytes. Bytes read with the wrong page
//! give capitals inside words, two tones in one syllable, or marks on consonants.

use unicode_normalization::UnicodeNormalization as _;

const ONSETS: [&str; 28] = [
    "", "b", "c", "ch", "d", "đ", "g", "gh", "gi", "h", "k", "kh", "l", "m", "n", "ng", "ngh",
    "nh", "p", "ph", "qu", "r", "s", "t", "th", "tr", "v", "x",
];
const CODAS: [&str; 9] = ["", "c", "ch", "m", "n", "ng", "nh", "p", "t"];
const VOWELS: &str = "aăâeêioôơuưy";
/// Grave, acute, tilde, hook above, dot below.
const TONES: [char; 5] = ['\u{300}', '\u{301}', '\u{303}', '\u{309}', '\u{323}'];

/// Words with letters beyond ASCII that are possible syllables, and those that are not.
pub(super) fn count(text: &str) -> (usize, usize) {
    let (mut possible, mut impossible) = (0, 0);
    let text: String = text.nfc().collect();
    for word in text.split(|c: char| c != char::REPLACEMENT_CHARACTER && !c.is_alphabetic()) {
        if word.is_ascii() {
            continue;
        }
        if is_possible(word) {
            possible += 1;
        } else {
            impossible += 1;
        }
    }
    // Signs beyond ASCII that Vietnamese text does not have: wrong bytes are often among them.
    let signs = text
        .chars()
        .filter(|c| !c.is_ascii() && !c.is_alphanumeric());
    impossible += signs.filter(|c| !is_usual_sign(*c)).count();
    (possible, impossible)
}

fn is_usual_sign(c: char) -> bool {
    matches!(
        c,
        '“' | '”'
            | '‘'
            | '’'
            | '–'
            | '—'
            | '…'
            | '•'
            | '«'
            | '»'
            | '·'
            | '°'
            | '§'
            | '\u{a0}'
    ) || c == char::REPLACEMENT_CHARACTER
}

fn is_possible(word: &str) -> bool {
    let is_capitalised = word.chars().skip(1).all(|c| !c.is_uppercase());
    let is_all_capitals = word.chars().all(|c| !c.is_lowercase());
    if !is_capitalised && !is_all_capitals {
        return false;
    }
    let decomposed: Vec<char> = word.to_lowercase().nfd().collect();
    let tones = decomposed.iter().filter(|c| TONES.contains(c)).count();
    let toneless: String = decomposed
        .into_iter()
        .filter(|c| !TONES.contains(c))
        .collect();
    let toneless: String = toneless.nfc().collect();
    tones <= 1 && has_syllable_shape(&toneless)
}

fn has_syllable_shape(syllable: &str) -> bool {
    ONSETS.iter().any(|onset| {
        let Some(rest) = syllable.strip_prefix(onset) else {
            return false;
        };
        let end = rest.find(|c| !VOWELS.contains(c)).unwrap_or(rest.len());
        let vowels = rest[..end].chars().count();
        (1..=3).contains(&vowels) && CODAS.contains(&&rest[end..])
    })
}
