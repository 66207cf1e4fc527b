//! Vietnamese code pages that no crate decodes: VISCII (RFC 1456), TCVN3 (TCVN 5712:1993, VN3) and VNI.
//!
//! The first two have one byte for each letter. VNI writes the base letter and, after it, a byte for its
//! marks.

/// VISCII from 0x80 on.
#[rustfmt::skip]
const VISCII: [char; 128] = [
    'Ạ', 'Ắ', 'Ằ', 'Ặ', 'Ấ', 'Ầ', 'Ẩ', 'Ậ', 'Ẽ', 'Ẹ', 'Ế', 'Ề', 'Ể', 'Ễ', 'Ệ', 'Ố',
    'Ồ', 'Ổ', 'Ỗ', 'Ộ', 'Ợ', 'Ớ', 'Ờ', 'Ở', 'Ị', 'Ỏ', 'Ọ', 'Ỉ', 'Ủ', 'Ũ', 'Ụ', 'Ỳ',
    'Õ', 'ắ', 'ằ', 'ặ', 'ấ', 'ầ', 'ẩ', 'ậ', 'ẽ', 'ẹ', 'ế', 'ề', 'ể', 'ễ', 'ệ', 'ố',
    'ồ', 'ổ', 'ỗ', 'Ỡ', 'Ơ', 'ộ', 'ờ', 'ở', 'ị', 'Ự', 'Ứ', 'Ừ', 'Ử', 'ơ', 'ớ', 'Ư',
    'À', 'Á', 'Â', 'Ã', 'Ả', 'Ă', 'ẳ', 'ẵ', 'È', 'É', 'Ê', 'Ẻ', 'Ì', 'Í', 'Ĩ', 'ỳ',
    'Đ', 'ứ', 'Ò', 'Ó', 'Ô', 'ạ', 'ỷ', 'ừ', 'ử', 'Ù', 'Ú', 'ỹ', 'ỵ', 'Ý', 'ỡ', 'ư',
    'à', 'á', 'â', 'ã', 'ả', 'ă', 'ữ', 'ẫ', 'è', 'é', 'ê', 'ẻ', 'ì', 'í', 'ĩ', 'ỉ',
    'đ', 'ự', 'ò', 'ó', 'ô', 'õ', 'ỏ', 'ọ', 'ụ', 'ù', 'ú', 'ũ', 'ủ', 'ý', 'ợ', 'Ữ',
];

/// The letters of VISCII among the control characters.
const VISCII_CONTROLS: [(u8, char); 6] = [
    (0x02, 'Ẳ'),
    (0x05, 'Ẵ'),
    (0x06, 'Ẫ'),
    (0x14, 'Ỷ'),
    (0x19, 'Ỹ'),
    (0x1E, 'Ỵ'),
];

/// TCVN3 from 0xA0 on; NUL where it has no letter.
#[rustfmt::skip]
const TCVN3: [char; 96] = [
    '\u{a0}', 'Ă', 'Â', 'Ê', 'Ô', 'Ơ', 'Ư', 'Đ', 'ă', 'â', 'ê', 'ô', 'ơ', 'ư', 'đ', 'Ằ',
    '\u{300}', '\u{309}', '\u{303}', '\u{301}', '\u{323}', 'à', 'ả', 'ã', 'á', 'ạ', 'Ẳ', 'ằ', 'ẳ', 'ẵ', 'ắ', 'Ẵ',
    'Ắ', 'Ầ', 'Ẩ', 'Ẫ', 'Ấ', 'Ề', 'ặ', 'ầ', 'ẩ', 'ẫ', 'ấ', 'ậ', 'è', 'Ể', 'ẻ', 'ẽ',
    'é', 'ẹ', 'ề', 'ể', 'ễ', 'ế', 'ệ', 'ì', 'ỉ', 'Ễ', 'Ế', 'Ồ', 'ĩ', 'í', 'ị', 'ò',
    'Ổ', 'ỏ', 'õ', 'ó', 'ọ', 'ồ', 'ổ', 'ỗ', 'ố', 'ộ', 'ờ', 'ở', 'ỡ', 'ớ', 'ợ', 'ù',
    'Ỗ', 'ủ', 'ũ', 'ú', 'ụ', 'ừ', 'ử', 'ữ', 'ứ', 'ự', 'ỳ', 'ỷ', 'ỹ', 'ý', 'ỵ', 'Ố',
];

/// Letters of VNI that are one byte.
const VNI_LETTERS: [(u8, char); 18] = [
    (0xF4, 'ơ'),
    (0xD4, 'Ơ'),
    (0xF6, 'ư'),
    (0xD6, 'Ư'),
    (0xF1, 'đ'),
    (0xD1, 'Đ'),
    (0xED, 'í'),
    (0xCD, 'Í'),
    (0xEC, 'ì'),
    (0xCC, 'Ì'),
    (0xE6, 'ỉ'),
    (0xC6, 'Ỉ'),
    (0xF3, 'ĩ'),
    (0xD3, 'Ĩ'),
    (0xF2, 'ị'),
    (0xD2, 'Ị'),
    (0xEE, 'ỵ'),
    (0xCE, 'Ỵ'),
];

/// Marks of VNI after a small letter, as combining characters; those after a capital are 0x20 less.
const VNI_MARKS: [(u8, &str); 17] = [
    (0xF9, "\u{301}"),
    (0xF8, "\u{300}"),
    (0xFB, "\u{309}"),
    (0xF5, "\u{303}"),
    (0xEF, "\u{323}"),
    (0xE2, "\u{302}"),
    (0xE1, "\u{302}\u{301}"),
    (0xE0, "\u{302}\u{300}"),
    (0xE5, "\u{302}\u{309}"),
    (0xE3, "\u{302}\u{303}"),
    (0xE4, "\u{302}\u{323}"),
    (0xEA, "\u{306}"),
    (0xE9, "\u{306}\u{301}"),
    (0xE8, "\u{306}\u{300}"),
    (0xFA, "\u{306}\u{309}"),
    (0xFC, "\u{306}\u{303}"),
    (0xEB, "\u{306}\u{323}"),
];

/// Text from VISCII; bytes that are no letter become the replacement character.
pub(super) fn viscii(bytes: &[u8]) -> String {
    let letter = |byte: &u8| match byte {
        0x80.. => VISCII[usize::from(byte - 0x80)],
        _ => VISCII_CONTROLS
            .iter()
            .find(|(code, _)| code == byte)
            .map_or(char::from(*byte), |(_, letter)| *letter),
    };
    bytes.iter().map(letter).collect()
}

/// Text from TCVN3.
pub(super) fn tcvn3(bytes: &[u8]) -> String {
    let letter = |byte: &u8| match byte {
        0xA0.. => match TCVN3[usize::from(byte - 0xA0)] {
            '\0' => char::REPLACEMENT_CHARACTER,
            letter => letter,
        },
        0x80.. => char::REPLACEMENT_CHARACTER,
        _ => char::from(*byte),
    };
    bytes.iter().map(letter).collect()
}

/// Text from VNI, with combining marks.
pub(super) fn vni(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut takes_marks = false;
    for byte in bytes {
        if byte.is_ascii() {
            text.push(char::from(*byte));
            takes_marks = matches!(byte.to_ascii_lowercase(), b'a' | b'e' | b'o' | b'u' | b'y');
            continue;
        }
        let mark = VNI_MARKS
            .iter()
            .find(|(code, _)| takes_marks && (byte == code || *byte == code - 0x20));
        let letter = VNI_LETTERS.iter().find(|(code, _)| code == byte);
        match (mark, letter) {
            (Some((_, marks)), _) => text.push_str(marks),
            (None, Some((_, letter))) => text.push(*letter),
            (None, None) => text.push(char::REPLACEMENT_CHARACTER),
        }
        // A tone can follow ơ and ư.
        takes_marks = mark.is_none() && matches!(byte, 0xF4 | 0xD4 | 0xF6 | 0xD6);
    }
    text
}
