//! `Content-Disposition` (RFC 6266) with names in any script (RFC 8187).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::domain::asset::file_name;

/// What RFC 8187 calls `attr-char` stays as it is.
const ATTR_CHAR: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// Whether a browser displays the bytes or saves them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposition {
    /// Displays them if it can.
    Inline,
    /// Saves them.
    Attachment,
}

/// The value of the header: the name, and an ASCII form of it for old clients. Any name is safe: the
/// result has no path, no control characters and no bidirectional control characters.
pub fn content_disposition(disposition: Disposition, name: &str) -> String {
    let kind = match disposition {
        Disposition::Inline => "inline",
        Disposition::Attachment => "attachment",
    };
    let name = file_name::clean(name);
    let plain = plain(&name);
    if plain == name {
        return format!("{kind}; filename=\"{plain}\"");
    }
    let encoded = percent_encode(name.as_bytes(), ATTR_CHAR);
    format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

/// ASCII: Vietnamese without its marks, anything else as an underscore.
fn plain(name: &str) -> String {
    let base = name.nfd().filter(|c| !is_combining_mark(*c));
    base.map(|c| match c {
        'đ' => 'd',
        'Đ' => 'D',
        // Quotes and backslashes end the string; some clients decode a percent sign.
        '"' | '\\' | '%' => '_',
        ' '..='~' => c,
        _ => '_',
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::{Disposition, content_disposition};

    fn field(name: &str) -> String {
        content_disposition(Disposition::Attachment, name)
    }

    #[test]
    fn names_in_vietnamese_have_both_spellings() {
        // Percent encoding by `python3 -c "import urllib.parse; print(urllib.parse.quote(...))"`.
        assert_eq!(
            field("Áp phích Đắk Lắk.jpg"),
            "attachment; filename=\"Ap phich Dak Lak.jpg\"; \
             filename*=UTF-8''%C3%81p%20ph%C3%ADch%20%C4%90%E1%BA%AFk%20L%E1%BA%AFk.jpg"
        );
        assert_eq!(
            field("poster-1.jpg"),
            "attachment; filename=\"poster-1.jpg\""
        );
        assert_eq!(
            content_disposition(Disposition::Inline, "a.pdf"),
            "inline; filename=\"a.pdf\""
        );
        // RFC 8187, section 3.2.3: "€ rates".
        assert_eq!(
            field("€ rates"),
            "attachment; filename=\"_ rates\"; filename*=UTF-8''%E2%82%AC%20rates"
        );
        // NFD comes out as NFC.
        assert_eq!(field("Vie\u{302}\u{323}t"), field("Việt"));
    }

    #[test]
    fn hostile_names_cannot_leave_the_field_or_the_folder() {
        for (name, expected) in [
            ("../../etc/passwd", "filename=\"passwd\""),
            ("C:\\temp\\x.txt", "filename=\"x.txt\""),
            (
                "a\r\nSet-Cookie: b=c.txt",
                "filename=\"aSet-Cookie: b=c.txt\"",
            ),
            ("a\0b", "filename=\"ab\""),
            ("photo\u{202e}gpj.exe", "filename=\"photogpj.exe\""),
            ("", "filename=\"unnamed\""),
            ("..", "filename=\"unnamed\""),
            (".bashrc", "filename=\"bashrc\""),
            (
                "say \"hi\".txt",
                "filename=\"say _hi_.txt\"; filename*=UTF-8''say%20%22hi%22.txt",
            ),
            (
                "100%25.txt",
                "filename=\"100_25.txt\"; filename*=UTF-8''100%2525.txt",
            ),
        ] {
            assert_eq!(field(name), format!("attachment; {expected}"), "{name:?}");
        }
    }

    #[test]
    fn a_name_of_4_kib_keeps_its_extension_within_255_bytes() {
        let long = format!("{}.jpeg", "ệ".repeat(1400));
        let field = field(&long);
        // 83 characters of three bytes and the five of the extension are 254 bytes.
        let expected = format!("filename*=UTF-8''{}.jpeg", "%E1%BB%87".repeat(83));
        assert!(field.ends_with(&expected), "{field}");
    }
}
