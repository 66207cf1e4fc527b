//! Vietnamese alphabetical order as bytes that compare.
//!
//! Letters come first (a ă â b c d đ e ê … o ô ơ … u ư … y), tones only decide between equal
//! letters: none, huyền, hỏi, ngã, sắc, nặng. Digits stand before letters, other scripts after.

use super::analysis::{Cutter, Spelling};

/// Letters of a title that are compared; longer beginnings in common are rare.
const MAX_LETTERS: usize = 64;

/// The key of a title: compares as the titles do in a Vietnamese list.
pub(crate) fn title_key(title: &str) -> Vec<u8> {
    let mut key = Vec::with_capacity(2 * MAX_LETTERS);
    let mut tones = Vec::new();
    let mut spelling = Spelling::default();
    for cut in Cutter::new(title).filter(|cut| !cut.is_whole_number) {
        if key.len() >= MAX_LETTERS {
            break;
        }
        spelling.fill_literally(&title[cut.span]);
        let (letters, tone) = spelling.viqr();
        push_letters(letters, &mut key);
        key.push(1);
        tones.push(tone_rank(tone));
    }
    key.push(0);
    key.append(&mut tones);
    key
}

fn push_letters(viqr: &str, key: &mut Vec<u8>) {
    for c in viqr.chars() {
        match c {
            '0'..='9' => key.push(2 + (c as u8 - b'0')),
            'a'..='z' => key.push(16 + 4 * (c as u8 - b'a')),
            // Breve before circumflex before horn; the stroke of đ is the only mark on its letter.
            '(' | '-' => raise(key, 1),
            '^' => raise(key, 2),
            '+' => raise(key, 3),
            c if c.is_alphanumeric() => {
                key.push(0xF0);
                key.extend_from_slice(&u32::from(c).to_be_bytes());
            }
            _ => {}
        }
    }
}

fn raise(key: &mut [u8], by: u8) {
    if let Some(letter) = key.last_mut() {
        *letter = letter.saturating_add(by);
    }
}

fn tone_rank(tone: Option<char>) -> u8 {
    match tone {
        None => 1,
        Some('`') => 2,
        Some('?') => 3,
        Some('~') => 4,
        Some('\'') => 5,
        Some(_) => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::title_key;

    /// The order taught in schools; letters as in CLDR `vi`.
    #[test]
    fn titles_stand_as_in_a_vietnamese_list() {
        let sorted = [
            "12 điều",
            "2024",
            "An Khê",
            "Ăn quả",
            "Âm nhạc",
            "ba",
            "bà",
            "bả",
            "bã",
            "bá",
            "bạ",
            "ba lô",
            "ca",
            "Dân số",
            "Đak Đoa",
            "Đức Cơ",
            "em",
            "êm",
            "Ia Pa",
            "khi",
            "ky",
            "la",
            "o",
            "ô",
            "ơ",
            "u",
            "ư",
            "Ya Ma",
            "人权",
        ];
        for pair in sorted.windows(2) {
            assert!(title_key(pair[0]) < title_key(pair[1]), "{pair:?}");
        }
    }
}
