//! Detects the encoding of a text and decodes it.
//!
//! Unicode is recognised by its byte order mark, by the zero bytes of UTF-16, or because it is valid UTF-8. Of the
//! Vietnamese code pages the one whose
//! decoding looks most like Vietnamese wins ([`super::syllables`]). A text in none of them is of unknown
//! encoding: only its ASCII words are read, because a wrong letter is worse than none.

use encoding_rs::WINDOWS_1258;
use unicode_normalization::UnicodeNormalization as _;

use super::{code_pages, syllables};

/// The encodings of texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without byte order mark.
    Utf8,
    /// UTF-16, little end first.
    Utf16Le,
    /// UTF-16, big end first.
    Utf16Be,
    /// UTF-32, little end first.
    Utf32Le,
    /// UTF-32, big end first.
    Utf32Be,
    /// The Vietnamese code page of Windows.
    Windows1258,
    /// RFC 1456.
    Viscii,
    /// The code page of ABC fonts, TCVN 5712:1993.
    Tcvn3,
    /// The code page of VNI fonts.
    Vni,
    /// None of these.
    Unknown,
}

impl Encoding {
    /// Every encoding with its name in `charset` parameters: that of the IANA registry where it has one;
    /// `unknown-8bit` is of RFC 1428.
    const CHARSETS: [(&'static str, Self); 10] = [
        ("utf-8", Self::Utf8),
        ("utf-16le", Self::Utf16Le),
        ("utf-16be", Self::Utf16Be),
        ("utf-32le", Self::Utf32Le),
        ("utf-32be", Self::Utf32Be),
        ("windows-1258", Self::Windows1258),
        ("viscii", Self::Viscii),
        ("x-tcvn3", Self::Tcvn3),
        ("x-vni", Self::Vni),
        ("unknown-8bit", Self::Unknown),
    ];

    /// Its name in a `charset` parameter.
    pub fn charset(self) -> &'static str {
        let mut charsets = Self::CHARSETS.iter();
        charsets
            .find(|(_, encoding)| *encoding == self)
            .map_or("unknown-8bit", |(name, _)| name)
    }

    /// The encoding with this name in a `charset` parameter.
    pub fn from_charset(name: &str) -> Option<Self> {
        let mut charsets = Self::CHARSETS.iter();
        charsets
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, encoding)| *encoding)
    }
}

/// The Vietnamese code pages.
const CODE_PAGES: [Encoding; 4] = [
    Encoding::Windows1258,
    Encoding::Tcvn3,
    Encoding::Viscii,
    Encoding::Vni,
];
/// A valid character of several bytes for each invalid byte is the least for UTF-8 with errors.
const UTF8_CHARACTERS_PER_ERROR: usize = 4;
/// DOS programs end a text with it.
const DOS_END: char = '\u{1A}';

/// The encoding of bytes that are text; `None` when they are not.
pub(super) fn detect(bytes: &[u8]) -> Option<Encoding> {
    if let Some(encoding) = byte_order_mark(bytes).or_else(|| wide(bytes)) {
        return Some(encoding);
    }
    if bytes.contains(&0) {
        return None;
    }
    let (characters, errors) = utf8_characters(bytes);
    if errors == 0 || characters >= errors * UTF8_CHARACTERS_PER_ERROR {
        return Some(Encoding::Utf8);
    }
    let best = CODE_PAGES
        .into_iter()
        .map(|page| (page, syllables::count(&decode(bytes, page))))
        .filter(|(_, (possible, impossible))| *possible > 0 && possible >= &(impossible * 4))
        .max_by_key(|(_, (possible, impossible))| possible.saturating_sub(impossible * 4));
    Some(best.map_or(Encoding::Unknown, |(page, _)| page))
}

/// Whether bytes of this encoding can be nothing but text: UTF-8 without errors, or a byte order mark.
pub(super) fn is_certain(bytes: &[u8], encoding: Encoding) -> bool {
    byte_order_mark(bytes).is_some()
        || (encoding == Encoding::Utf8 && utf8_characters(bytes).1 == 0)
}

/// The text in bytes of this encoding, composed (NFC). What cannot be decoded is left out.
pub fn decode(bytes: &[u8], encoding: Encoding) -> String {
    let text = match encoding {
        Encoding::Utf8 => String::from_utf8_lossy(without_cut_character(bytes)).into_owned(),
        Encoding::Utf16Le => utf16(bytes, u16::from_le_bytes),
        Encoding::Utf16Be => utf16(bytes, u16::from_be_bytes),
        Encoding::Utf32Le => utf32(bytes, u32::from_le_bytes),
        Encoding::Utf32Be => utf32(bytes, u32::from_be_bytes),
        Encoding::Windows1258 => {
            let (text, _) = WINDOWS_1258.decode_without_bom_handling(bytes);
            text.into_owned()
        }
        Encoding::Viscii => code_pages::viscii(bytes),
        Encoding::Tcvn3 => code_pages::tcvn3(bytes),
        Encoding::Vni => code_pages::vni(bytes),
        Encoding::Unknown => ascii_words(bytes),
    };
    let text = text
        .trim_start_matches('\u{feff}')
        .trim_end_matches(DOS_END);
    text.nfc().collect()
}

fn byte_order_mark(bytes: &[u8]) -> Option<Encoding> {
    match bytes {
        [0xFF, 0xFE, 0, 0, ..] => Some(Encoding::Utf32Le),
        [0, 0, 0xFE, 0xFF, ..] => Some(Encoding::Utf32Be),
        [0xFF, 0xFE, ..] => Some(Encoding::Utf16Le),
        [0xFE, 0xFF, ..] => Some(Encoding::Utf16Be),
        _ => None,
    }
}

/// UTF-16 without a byte order mark: a third of its bytes are zero, all on one side, because blanks and
/// most letters are below U+0100.
fn wide(bytes: &[u8]) -> Option<Encoding> {
    let zeros = |first: usize| {
        let bytes = bytes.iter().skip(first).step_by(2);
        bytes.filter(|byte| **byte == 0).count()
    };
    let (high, low) = (zeros(0), zeros(1));
    let pairs = bytes.len() / 2;
    let encoding = match (high, low) {
        (0, zeros) if zeros * 2 >= pairs && pairs > 1 => Encoding::Utf16Le,
        (zeros, 0) if zeros * 2 >= pairs && pairs > 1 => Encoding::Utf16Be,
        _ => return None,
    };
    let text = decode(bytes, encoding);
    let is_text = |c: char| c != char::REPLACEMENT_CHARACTER && !is_binary(c);
    text.chars().all(is_text).then_some(encoding)
}

/// Whether a character does not occur in texts.
pub(super) fn is_binary(c: char) -> bool {
    c.is_ascii_control() && !matches!(c, '\t' | '\n' | '\r' | '\x0c' | DOS_END)
}

/// Characters of several bytes, and bytes that are not UTF-8.
fn utf8_characters(bytes: &[u8]) -> (usize, usize) {
    let (mut characters, mut errors) = (0, 0);
    for chunk in without_cut_character(bytes).utf8_chunks() {
        characters += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        errors += chunk.invalid().len();
    }
    (characters, errors)
}

/// The bytes without a character that is cut off at their end.
fn without_cut_character(bytes: &[u8]) -> &[u8] {
    let start = bytes.len().saturating_sub(3);
    for at in (start..bytes.len()).rev() {
        if let Err(error) = std::str::from_utf8(&bytes[at..])
            && error.valid_up_to() == 0
            && error.error_len().is_none()
        {
            return &bytes[..at];
        }
    }
    bytes
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units)
        .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

fn utf32(bytes: &[u8], unit: fn([u8; 4]) -> u32) -> String {
    let units = bytes
        .chunks_exact(4)
        .map(|four| unit([four[0], four[1], four[2], four[3]]));
    units
        .map(|unit| char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// The words without bytes beyond ASCII.
fn ascii_words(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for word in bytes.split_inclusive(u8::is_ascii_whitespace) {
        match std::str::from_utf8(word) {
            Ok(word) if word.is_ascii() => text.push_str(word),
            _ => text.push(if word.ends_with(b"\n") { '\n' } else { ' ' }),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Encoding, decode, detect};

    const TEXT: &str = "Mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền lợi.";

    /// The text in each encoding: windows-1258, VISCII, TCVN and UTF-16 by `iconv`, VNI by the tables of
    /// the VNI fonts.
    fn samples() -> Vec<(Encoding, Vec<u8>)> {
        let wide = |le: bool| {
            let unit = move |unit: u16| {
                if le {
                    unit.to_le_bytes()
                } else {
                    unit.to_be_bytes()
                }
            };
            TEXT.encode_utf16().flat_map(unit).collect::<Vec<u8>>()
        };
        vec![
            (Encoding::Utf8, TEXT.as_bytes().to_vec()),
            (Encoding::Utf16Le, [vec![0xFF, 0xFE], wide(true)].concat()),
            (Encoding::Utf16Be, [vec![0xFE, 0xFF], wide(false)].concat()),
            (Encoding::Utf16Le, wide(true)),
            (Encoding::Windows1258, WINDOWS_1258.to_vec()),
            (Encoding::Viscii, VISCII.to_vec()),
            (Encoding::Tcvn3, TCVN3.to_vec()),
            (Encoding::Vni, VNI.to_vec()),
        ]
    }

    const WINDOWS_1258: &[u8] = b"Mo\xF2i ng\xFD\xF5\xCCi sinh ra \xF0\xEA\xCCu \xF0\xFD\xF5\xF2c t\xFD\xF2 do v\xE0 bi\xCCnh \xF0\xE3\xD2ng v\xEA\xCC nh\xE2n ph\xE2\xD2m v\xE0 quy\xEA\xCCn l\xF5\xF2i.";
    const VISCII: &[u8] = b"M\xF7i ng\xDF\xB6i sinh ra \xF0\xABu \xF0\xDF\xFEc t\xF1 do v\xE0 b\xECnh \xF0\xC6ng v\xAB nh\xE2n ph\xA6m v\xE0 quy\xABn l\xFEi.";
    const TCVN3: &[u8] = b"M\xE4i ng\xAD\xEAi sinh ra \xAE\xD2u \xAE\xAD\xEEc t\xF9 do v\xB5 b\xD7nh \xAE\xBCng v\xD2 nh\xA9n ph\xC8m v\xB5 quy\xD2n l\xEEi.";
    const VNI: &[u8] = b"Mo\xEFi ng\xF6\xF4\xF8i sinh ra \xF1e\xE0u \xF1\xF6\xF4\xEFc t\xF6\xEF do va\xF8 b\xECnh \xF1a\xFAng ve\xE0 nha\xE2n pha\xE5m va\xF8 quye\xE0n l\xF4\xEFi.";

    #[test]
    fn texts_in_legacy_and_wide_encodings_are_read() {
        for (encoding, bytes) in samples() {
            assert_eq!(detect(&bytes), Some(encoding), "{encoding:?}");
            assert_eq!(decode(&bytes, encoding), TEXT, "{encoding:?}");
        }
    }

    #[test]
    fn a_stray_byte_and_a_dos_end_mark_do_not_change_the_encoding() {
        let mut bytes = TEXT.as_bytes().to_vec();
        bytes.splice(4..4, [0xA0]);
        bytes.push(0x1A);
        assert_eq!(detect(&bytes), Some(Encoding::Utf8));
        let text = decode(&bytes, Encoding::Utf8);
        assert!(text.ends_with("quyền lợi."), "{text}");
    }

    #[test]
    fn what_is_in_no_known_encoding_gives_no_wrong_letters() {
        // KOI8-R: "Права человека" beside Latin words.
        let bytes = b"UNESCO \xF0\xD2\xC1\xD7\xC1 \xDE\xC5\xCC\xCF\xD7\xC5\xCB\xC1 1948\n";
        assert_eq!(detect(bytes), Some(Encoding::Unknown));
        assert_eq!(decode(bytes, Encoding::Unknown), "UNESCO   1948\n");
    }

    #[test]
    fn bytes_with_zeros_are_no_text() {
        assert_eq!(detect(b"a\0b\0\0\0c"), None);
    }
}
