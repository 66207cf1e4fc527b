//! Which code page the bytes of each font are in.

use std::borrow::Cow;
use std::collections::BTreeMap;

use encoding_rs::{Encoding as CodePage, WINDOWS_1252};

use crate::services::media::text::encoding::{self, Encoding};

/// Fonts that are kept.
const MAX_FONTS: usize = 10_000;

/// Character sets of fonts (`\fcharset`) with the label of their code page.
const CHARSETS: [(i32, &str); 13] = [
    (77, "macintosh"),
    (128, "shift_jis"),
    (129, "euc-kr"),
    (134, "gbk"),
    (136, "big5"),
    (161, "windows-1253"),
    (162, "windows-1254"),
    (163, "windows-1258"),
    (177, "windows-1255"),
    (178, "windows-1256"),
    (186, "windows-1257"),
    (204, "windows-1251"),
    (238, "windows-1250"),
];

/// The encoding of bytes in a font.
#[derive(Debug, Clone, Copy)]
pub(super) enum TextEncoding {
    /// A code page of Windows.
    CodePage(&'static CodePage),
    /// One of the Vietnamese encodings that belong to fonts.
    OfFont(Encoding),
}

impl TextEncoding {
    /// The text of bytes; what is no text in this encoding becomes U+FFFD.
    pub(super) fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        match self {
            Self::CodePage(page) => page.decode_without_bom_handling(bytes).0,
            Self::OfFont(encoding) => encoding::decode(bytes, encoding).into(),
        }
    }
}

/// The fonts of a document.
#[derive(Debug)]
pub(super) struct Fonts {
    /// Of the document.
    code_page: &'static CodePage,
    by_number: BTreeMap<i32, TextEncoding>,
    /// The font of the table that is being read, with what its name has so far.
    present: i32,
    present_name: Vec<u8>,
}

impl Default for Fonts {
    fn default() -> Self {
        Self {
            code_page: WINDOWS_1252,
            by_number: BTreeMap::new(),
            present: 0,
            present_name: Vec::new(),
        }
    }
}

impl Fonts {
    /// The code page of the document, by its number.
    pub(super) fn set_code_page(&mut self, number: i32) {
        let label = match number {
            65001 => "utf-8".to_owned(),
            874 => "windows-874".to_owned(),
            932 => "shift_jis".to_owned(),
            936 => "gbk".to_owned(),
            949 => "euc-kr".to_owned(),
            950 => "big5".to_owned(),
            number => format!("windows-{number}"),
        };
        if let Some(page) = CodePage::for_label(label.as_bytes()) {
            self.code_page = page;
        }
    }

    /// Another font of the table begins.
    pub(super) fn begin(&mut self, number: i32) {
        self.present = number;
        self.present_name.clear();
    }

    /// The character set of the present font. 0 and 1 are the code page of the document.
    pub(super) fn set_charset(&mut self, charset: i32) {
        let label = CHARSETS.iter().find(|(number, _)| *number == charset);
        let page = label.and_then(|(_, label)| CodePage::for_label(label.as_bytes()));
        if let Some(page) = page
            && self.by_number.len() < MAX_FONTS
        {
            self.by_number
                .insert(self.present, TextEncoding::CodePage(page));
        }
    }

    /// A piece of the name of the present font. Fonts of the encodings TCVN3 and VNI are known by their names.
    pub(super) fn name(&mut self, piece: &[u8]) {
        self.present_name.extend(piece.iter().take(64));
        let name = self.present_name.trim_ascii_start();
        let encoding = if name.starts_with(b".Vn") {
            Encoding::Tcvn3
        } else if name.starts_with(b"VNI-") {
            Encoding::Vni
        } else {
            return;
        };
        if self.by_number.len() < MAX_FONTS {
            self.by_number
                .insert(self.present, TextEncoding::OfFont(encoding));
        }
    }

    /// The encoding of bytes in a font.
    pub(super) fn encoding(&self, font: Option<i32>) -> TextEncoding {
        let known = font.and_then(|font| self.by_number.get(&font)).copied();
        known.unwrap_or(TextEncoding::CodePage(self.code_page))
    }
}
