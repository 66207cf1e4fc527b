//! Validation of text: NFC, trimmed, within its length, without characters that hide or reorder others.
//!
//! Two shapes: a *line* (titles, names, credits) and *prose* (descriptions, bodies), which keeps
//! line ends and tabs. Nothing is corrected beyond that: spelling and tone placement stay as
//! they were printed, analysis for search works on its own copy.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use crate::domain::Rule;

/// The longest text, in the measure that suits it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Unicode scalar values after NFC.
    Characters(usize),
    /// Bytes of UTF-8 after NFC.
    Bytes(usize),
}

/// One line: NFC, trimmed, no control characters, no bidirectional controls.
///
/// # Errors
/// [`Rule::Required`] when nothing is left, [`Rule::ForbiddenCharacters`], [`Rule::TooLong`].
pub fn line(raw: &str, limit: Limit) -> Result<String, Rule> {
    checked(raw, limit, hides_in_a_line)
}

/// Prose: like a line, but with line ends (brought to `\n`), tabs, and the directional marks that
/// right-to-left scripts need; overrides are refused here too.
///
/// # Errors
/// As [`line()`].
pub fn prose(raw: &str, limit: Limit) -> Result<String, Rule> {
    if raw.contains('\r') {
        let unix = raw.replace("\r\n", "\n").replace('\r', "\n");
        checked(&unix, limit, hides_in_prose)
    } else {
        checked(raw, limit, hides_in_prose)
    }
}

/// The text in Normalisation Form C (Unicode Standard Annex 15).
pub fn nfc(text: &str) -> Cow<'_, str> {
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => Cow::Borrowed(text),
        IsNormalized::No | IsNormalized::Maybe => Cow::Owned(text.nfc().collect()),
    }
}

/// Whether a character is not allowed in one line of text: controls, line separators,
/// bidirectional controls.
pub fn hides_in_a_line(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') || is_bidi_control(c)
}

fn hides_in_prose(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t')) || is_bidi_override(c)
}

/// Explicit embeddings, overrides and isolates (Unicode Standard Annex 9, section 2).
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

fn is_bidi_override(c: char) -> bool {
    matches!(c, '\u{202D}' | '\u{202E}')
}

/// Characters that leave no mark on the page (Unicode: `Default_Ignorable_Code_Point`, blank letters). A text
/// of nothing else is empty for those who read it.
fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
                | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2065}'
                | '\u{206A}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}'
                | '\u{FEFF}' | '\u{FFA0}' | '\u{E0000}'..='\u{E0FFF}'
        )
}

fn checked(raw: &str, limit: Limit, forbidden: fn(char) -> bool) -> Result<String, Rule> {
    // Files saved by old editors carry a byte order mark or a zero-width space in front.
    let trimmed = raw
        .trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '\u{FEFF}' | '\u{200B}'))
        .trim_end();
    if trimmed.chars().all(is_invisible) {
        return Err(Rule::Required);
    }
    let text = nfc(trimmed);
    let (length, max) = match limit {
        Limit::Bytes(max) => (text.len(), max),
        // Counting characters of something hopelessly long would only cost time.
        Limit::Characters(max) if text.len() > max.saturating_mul(4) => (usize::MAX, max),
        Limit::Characters(max) => (text.chars().count(), max),
    };
    if length > max {
        return Err(Rule::TooLong { max });
    }
    if text.chars().any(forbidden) {
        return Err(Rule::ForbiddenCharacters);
    }
    Ok(text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::{Limit, line, prose};
    use crate::domain::Rule;

    const SHORT: Limit = Limit::Characters(5);

    #[test]
    fn a_line_is_nfc_and_trimmed() {
        // "quyền" decomposed is seven scalar values, composed five.
        let decomposed = "  quye\u{302}\u{300}n ";
        assert_eq!(line(decomposed, SHORT), Ok("quyền".into()));
        assert_eq!(line("\u{FEFF}\u{200B} tin", SHORT), Ok("tin".into()));
    }

    #[test]
    fn a_line_refuses_what_hides() {
        for (raw, rule) in [
            (" ", Rule::Required),
            ("\u{FEFF}", Rule::Required),
            ("\u{200D}\u{2060}\u{3164}", Rule::Required),
            ("ab\nc", Rule::ForbiddenCharacters),
            ("a\0b", Rule::ForbiddenCharacters),
            ("a\u{85}b", Rule::ForbiddenCharacters),
            ("a\u{202E}b", Rule::ForbiddenCharacters),
            ("a\u{2066}b", Rule::ForbiddenCharacters),
            ("a\u{2028}b", Rule::ForbiddenCharacters),
            ("quyền!", Rule::TooLong { max: 5 }),
        ] {
            assert_eq!(line(raw, SHORT), Err(rule), "{raw:?}");
        }
        assert_eq!(line("đất", Limit::Bytes(5)), Err(Rule::TooLong { max: 5 }));
    }

    #[test]
    fn prose_keeps_lines_and_marks_but_no_overrides() {
        let wide = Limit::Characters(100);
        assert_eq!(prose("a\r\nb\tc\rd\n", wide), Ok("a\nb\tc\nd".into()));
        assert_eq!(prose("a\u{202B}b", wide), Ok("a\u{202B}b".into()));
        for raw in ["a\u{202E}b", "a\0b", "a\u{1B}[31mb"] {
            assert_eq!(prose(raw, wide), Err(Rule::ForbiddenCharacters), "{raw:?}");
        }
    }
}
