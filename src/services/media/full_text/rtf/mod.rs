//! The text of RTF files (Rich Text Format 1.9.1).
//!
//! Of two readers that were tried, one drops the letter after each `\uN?` and ignores code pages, and the other was not
//! kept; so this is our own: what is text, in which code page, and nothing else.

mod fonts;
mod scanner;

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::error::TextError;
use crate::domain::asset::ProcessingFailure;
use crate::services::media::text::builder::TextBuilder;
use fonts::{Fonts, TextEncoding};
use scanner::{Scanner, Token};

/// Bytes of a file that are read; pictures in it are written as digits.
const MAX_BYTES: u64 = 64 << 20;

/// Groups within groups. Deeper ones are no document of a word processor.
const MAX_DEPTH: usize = 1000;

/// Groups that are no text of the document.
const NO_TEXT: [&str; 22] = [
    "colortbl",
    "stylesheet",
    "info",
    "pict",
    "object",
    "themedata",
    "colorschememapping",
    "datastore",
    "latentstyles",
    "listtable",
    "listoverridetable",
    "rsidtbl",
    "generator",
    "fldinst",
    "xmlnstbl",
    "bkmkstart",
    "bkmkend",
    "nonshppict",
    "sp",
    "annotation",
    "atnid",
    "filetbl",
];

/// Reads a document. Blocks.
///
/// # Errors
/// [`TextError`].
pub(super) fn read(path: &Path) -> Result<String, TextError> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_BYTES).read_to_end(&mut bytes)?;
    text(&bytes)
}

/// The text of a document.
///
/// # Errors
/// [`TextError::File`] when it is no RTF. Of a document that is cut off, what is there.
pub(super) fn text(rtf: &[u8]) -> Result<String, TextError> {
    let start = rtf.trim_ascii_start();
    if !start.starts_with(b"{\\rtf") {
        return Err(ProcessingFailure::Damaged.into());
    }
    let mut document = Document::default();
    for token in Scanner::new(start) {
        if document.groups.len() > MAX_DEPTH {
            return Err(ProcessingFailure::Damaged.into());
        }
        document.take(token);
        if document.builder.is_full() {
            break;
        }
    }
    document.end_bytes();
    Ok(document.builder.finish())
}

/// What a group inherits from the one around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Group {
    is_hidden: bool,
    /// Characters that stand for each `\uN` for readers without Unicode.
    replacements: usize,
    font: Option<i32>,
    is_font_table: bool,
    /// The group begins with `\*`: what follows is left out by readers that do not know it.
    is_optional: bool,
    /// Marked as deleted or hidden, by the properties of characters.
    is_struck: bool,
}

impl Default for Group {
    fn default() -> Self {
        Self {
            is_hidden: false,
            replacements: 1,
            font: None,
            is_font_table: false,
            is_optional: false,
            is_struck: false,
        }
    }
}

#[derive(Debug, Default)]
struct Document {
    builder: TextBuilder,
    groups: Vec<Group>,
    present: Group,
    fonts: Fonts,
    /// Bytes of a code page that were not decoded yet.
    bytes: Vec<u8>,
    /// Characters to be left out after `\uN`.
    skipped: usize,
    /// The first half of a character beyond U+FFFF.
    high_surrogate: Option<u16>,
}

impl Document {
    fn take(&mut self, token: Token<'_>) {
        match token {
            Token::Open => {
                self.end_bytes();
                self.groups.push(self.present);
                self.present.is_optional = false;
            }
            Token::Close => {
                self.end_bytes();
                self.skipped = 0;
                self.present = self.groups.pop().unwrap_or_default();
            }
            Token::Byte(byte) if self.skipped > 0 => {
                let _ = byte;
                self.skipped -= 1;
            }
            Token::Byte(byte) => self.bytes.push(byte),
            Token::Symbol(symbol) => self.symbol(symbol),
            Token::Word(name, number) => self.word(name, number),
        }
    }

    fn symbol(&mut self, symbol: u8) {
        if symbol == b'*' {
            self.present.is_optional = true;
            return;
        }
        self.end_bytes();
        match symbol {
            b'~' => self.push(" "),
            b'_' => self.push("-"),
            b'\n' | b'\r' => self.end_line(),
            _ => {}
        }
    }

    fn word(&mut self, name: &str, number: Option<i32>) {
        if name == "u" {
            self.unicode(number.unwrap_or_default());
            return;
        }
        self.end_bytes();
        self.skipped = 0;
        let is_optional = std::mem::take(&mut self.present.is_optional);
        let is_on = number != Some(0);
        match name {
            "par" | "line" | "row" | "sect" | "page" | "column" | "cell" | "nestcell" => {
                self.end_line()
            }
            "tab" => self.push(" "),
            "emdash" => self.push("—"),
            "endash" => self.push("–"),
            "lquote" => self.push("‘"),
            "rquote" => self.push("’"),
            "ldblquote" => self.push("“"),
            "rdblquote" => self.push("”"),
            "bullet" => self.push("•"),
            "uc" => {
                self.present.replacements =
                    usize::try_from(number.unwrap_or(1)).unwrap_or(1).min(64)
            }
            "ansicpg" => self.fonts.set_code_page(number.unwrap_or_default()),
            "f" if self.present.is_font_table => self.fonts.begin(number.unwrap_or_default()),
            "f" => self.present.font = number,
            "deff" => self.present.font = number,
            "fcharset" => self.fonts.set_charset(number.unwrap_or_default()),
            "fonttbl" => self.present.is_font_table = true,
            "deleted" | "v" => self.present.is_struck = is_on,
            "plain" => self.present.is_struck = false,
            // The text of a shape, within what older readers leave out.
            "shptxt" => self.present.is_hidden = false,
            name if NO_TEXT.contains(&name) => self.present.is_hidden = true,
            _ => self.present.is_hidden |= is_optional,
        }
    }

    /// A character by the number of its UTF-16 unit, negative from U+8000 on.
    fn unicode(&mut self, number: i32) {
        self.end_bytes();
        self.skipped = self.present.replacements;
        let unit = u16::try_from(number & 0xFFFF).unwrap_or_default();
        let units = [self.high_surrogate.take().unwrap_or(unit), unit];
        let is_pair = units[0] != unit || (0xDC00..0xE000).contains(&unit);
        if (0xD800..0xDC00).contains(&unit) {
            self.high_surrogate = Some(unit);
            return;
        }
        let units = if is_pair { &units[..] } else { &units[..1] };
        let text = String::from_utf16_lossy(units);
        self.push(&text);
    }

    /// Decodes the bytes that have come so far.
    fn end_bytes(&mut self) {
        if self.bytes.is_empty() {
            return;
        }
        let bytes = std::mem::take(&mut self.bytes);
        if self.present.is_font_table {
            self.fonts.name(&bytes);
            return;
        }
        let encoding: TextEncoding = self.fonts.encoding(self.present.font);
        let text = encoding.decode(&bytes);
        self.push(&text);
    }

    fn push(&mut self, text: &str) {
        let is_shown = !self.present.is_hidden && !self.present.is_struck;
        if is_shown && !self.present.is_font_table {
            self.builder.push(text);
        }
    }

    fn end_line(&mut self) {
        if !self.present.is_hidden {
            self.builder.end_line();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::text;

    fn check(rtf: &[u8], wanted: &str) {
        assert_eq!(
            text(rtf).unwrap(),
            wanted,
            "{}",
            String::from_utf8_lossy(rtf)
        );
    }

    #[test]
    fn unicode_characters_replace_what_follows_them() {
        check(br"{\rtf1\ansi Ti\u234?u \u273?\u7873?}", "Tiêu đề\n");
        // The example of the specification: no replacement, and two characters of one.
        check(br"{\rtf1\uc0 Lab\u915 G\u273 i}", "LabΓGđi\n");
        check(br"{\rtf1\uc2\u7873\'c3\'aaa}", "ềa\n");
        check(br"{\rtf1{\uc2 \u7873 ??}\u7873?a}", "ềềa\n");
        // U+1F600 as two units, negative.
        check(br"{\rtf1\u-10179?\u-8704?!}", "\u{1f600}!\n");
    }

    #[test]
    fn bytes_are_of_the_code_page_of_their_font() {
        // "Quyền" in windows-1258: e with circumflex (ea) and a combining grave accent (cc).
        check(br"{\rtf1\ansi\ansicpg1258 Quy\'ea\'ccn}", "Quyền\n");
        let fonts = br"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset163 Times New Roman;}{\f2\fcharset0 .VnTime;}}\f0 caf\'e9 \f1 Quy\'ea\'ccn {\f2 Quy\'d2n}}";
        check(fonts, "café Quyền Quyền\n");
    }

    #[test]
    fn only_what_is_shown_is_text() {
        let rtf = br"{\rtf1{\info{\title x}}{\*\generator y;}{\stylesheet{\s0 Normal;}}{\header Trang}\par M\u7897?t{\deleted hai}{\v ba}\par{\pict\bin5 }}}}}}z{\field{\*\fldinst HYPERLINK a}{\fldrslt b\u7889?n}}}";
        check(rtf, "Trang\nMột\nzbốn\n");
    }

    #[test]
    fn a_cut_document_gives_what_is_there() {
        check(br"{\rtf1 M\u7897?t\par ha", "Một\nha\n");
        check(br"{\rtf1 M\u7897", "Mộ\n");
        check(br"{\rtf1 \'e", "");
        assert!(text(b"no rtf").is_err());
        assert!(text(&[b"{\\rtf1".as_slice(), &[b'{'; 5000]].concat()).is_err());
    }
}
