//! The order of Vietnamese lists: letters first, then tones, then case.
//!
//! Follows the tailoring of CLDR for `vi`: `ă â đ ê ô ơ ư` are letters of their own, after the
//! plain letter; words that differ in tones alone stand in the order none, huyền, hỏi, ngã, sắc,
//! nặng; small letters stand before capitals. Blanks and punctuation count and stand before
//! digits, digits before letters. Other scripts follow in the order of their code points.
//!
//! A key of three levels instead of the ICU crates: those carry tables of some megabytes for all
//! languages, and this archive sorts by one. `ƀ` (Jrai, Bahnar) stands after `b`.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{compose, is_combining_mark};

/// A text's place in Vietnamese order. Keys compare as their bytes do, so that an index can sort
/// by them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SortKey(String);

/// What has a place of its own, in order. Capitals are looked up as small letters.
const ORDER: &str = "_-–—,;:!¡?¿.…'‘’\"“”«»()[]{}§¶@*/\\&#%†•`´^¨°©®+±÷×<=>|~$£¥0123456789\
                     aăâbƀcdđeêfghijklmnoôơpqrstuưvwxyz";
/// Tones in order: huyền, hỏi, ngã, sắc, nặng (Unicode combining marks).
const TONES: [char; 5] = ['\u{300}', '\u{309}', '\u{303}', '\u{301}', '\u{323}'];
/// Marks that make another letter: breve, circumflex, horn.
const LETTER_MARKS: [char; 3] = ['\u{306}', '\u{302}', '\u{31B}'];

/// Ends a level; lower than every weight.
const END_OF_LEVEL: char = '\u{1}';
/// Blanks of any kind.
const BLANK: char = '\u{2}';
/// The first weight of [`ORDER`], and the first code point that keeps its own place.
const FIRST: u32 = 0x10;
const FIRST_OTHER: u32 = 0x300;
const BASE: char = '\u{2}';
const CAPITAL: char = '\u{3}';

impl SortKey {
    /// The key of a text, in any normalisation form.
    pub fn new(text: &str) -> Self {
        let (mut letters, mut tones, mut case) = (String::new(), String::new(), String::new());
        let mut rest = text
            .nfd()
            .filter(|c| !c.is_control() || c.is_whitespace())
            .peekable();
        while let Some(base) = rest.next() {
            let mut marks = Vec::new();
            while let Some(mark) = rest.next_if(|c| is_combining_mark(*c)) {
                marks.push(mark);
            }
            let small = base.to_lowercase().next().unwrap_or(base);
            letters.push(letter_weight(with_letter_mark(small, &mut marks)));
            tones.push(BASE);
            tones.extend(marks.into_iter().map(tone_weight));
            case.push(if small == base { BASE } else { CAPITAL });
        }
        Self(format!(
            "{letters}{END_OF_LEVEL}{tones}{END_OF_LEVEL}{case}"
        ))
    }

    /// The bytes that sort as the text does.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// Joins the mark that makes another letter (`a` and breve: `ă`) and takes it from `marks`.
fn with_letter_mark(base: char, marks: &mut Vec<char>) -> char {
    let joined = marks.iter().enumerate().find_map(|(position, mark)| {
        let letter = LETTER_MARKS
            .contains(mark)
            .then(|| compose(base, *mark))
            .flatten()?;
        ORDER.contains(letter).then_some((position, letter))
    });
    let Some((position, letter)) = joined else {
        return base;
    };
    marks.remove(position);
    letter
}

fn letter_weight(letter: char) -> char {
    if letter.is_whitespace() {
        return BLANK;
    }
    let ranked = (FIRST..)
        .zip(ORDER.chars())
        .find(|(_, known)| *known == letter);
    let weight = match ranked {
        Some((weight, _)) => weight,
        None if u32::from(letter) < FIRST_OTHER => u32::from(letter) + FIRST_OTHER,
        None => u32::from(letter),
    };
    char::from_u32(weight).unwrap_or(letter)
}

/// Weights above [`CAPITAL`]; marks of other languages come after the tones.
fn tone_weight(mark: char) -> char {
    let ranked = ('\u{4}'..).zip(TONES).find(|(_, tone)| *tone == mark);
    ranked.map_or(mark, |(weight, _)| weight)
}

#[cfg(test)]
mod tests {
    use super::SortKey;
    use unicode_normalization::UnicodeNormalization;

    /// Each line as sorted by ICU: `node -p '[…].sort(new Intl.Collator("vi").compare)'`.
    const SORTED_BY_ICU: &[&[&str]] = &[
        &[
            "ma",
            "Ma",
            "mà",
            "mả",
            "mã",
            "má",
            "mạ",
            "mạm",
            "man",
            "màn",
            "mán nữa",
            "mă",
            "mằ",
            "mâ",
            "mấ",
            "mầm",
            "mb",
        ],
        &[
            "an", "ăn", "ân", "ba", "da", "Da", "dạ", "đa", "Đa", "ĐA", "đá", "e", "ê", "o", "ô",
            "ơ", "u", "ư", "z",
        ],
        &[
            "Huyện Chư Păh",
            "Huyện Chư Prông",
            "Huyện Chư Pưh",
            "Huyện Chư Sê",
            "Huyện Đak Đoa",
            "Huyện Đak Pơ",
            "Huyện Đức Cơ",
            "Huyện Ia Grai",
            "Huyện Ia Pa",
            "Huyện KBang",
            "Huyện Kông Chro",
            "Huyện Krông Pa",
            "Huyện Mang Yang",
            "Huyện Phú Thiện",
            "Thành phố Pleiku",
            "Thị xã An Khê",
            "Thị xã Ayun Pa",
        ],
        &[
            "Ảnh tư liệu",
            "Bài viết",
            "Bản tin",
            "Báo Gia Lai (đến 13/5/2025)",
            "Báo Gia Lai (từ 14/5/2025)",
            "Băng rôn, khẩu hiệu",
            "Bình luận",
            "Ca khúc tuyên truyền",
            "Đồ họa thông tin",
            "Ghi chép, phóng sự viết",
            "Giáo án",
            "Phim tài liệu",
            "Phóng sự ảnh",
            "Phóng sự phát thanh",
            "Phỏng vấn",
            "Phụ đề",
            "Podcast",
            "Quyền phụ nữ, bình đẳng giới",
            "Quyền trẻ em",
            "Số 10",
            "Số 9",
            "Số 9-10",
            "Sở Ngoại vụ",
            "Sở Y tế",
            "Uỷ ban",
            "Ủy ban",
            "Ưu tiên",
            "Video",
            "Video ngắn",
        ],
        &[
            "hoa", "hoà", "hoả", "hoạ", "hòa", "hỏa", "thuê", "thuế", "thuỷ", "thủy", "thưở",
            "toan", "Toan", "toàn", "toản", "toãn", "toán", "toạn",
        ],
        &[
            "bar", "bă", "ƀar", "č", "ca", "da", "E", "ĕ", "Êđê", "J'rai", "Jrai", "K'Ho", "Koho",
            "nu", "ñu",
        ],
        &[
            "_a", "-a", "\"a\"", "(a)", "10", "2", "a", "a b", "A b", "a-b", "ab", "aB",
        ],
    ];

    #[test]
    fn lists_stand_in_the_order_of_icu() {
        for sorted in SORTED_BY_ICU {
            let mut ours: Vec<&str> = sorted.iter().rev().copied().collect();
            ours.sort_by_key(|text| SortKey::new(text));
            assert_eq!(ours, *sorted);
        }
    }

    #[test]
    fn composed_and_decomposed_texts_share_a_key() {
        for text in ["Đường lối ngoại giao", "quyền tự do tín ngưỡng", "Ia Krêl"] {
            assert_eq!(
                SortKey::new(text),
                SortKey::new(&text.nfd().collect::<String>())
            );
        }
    }
}
