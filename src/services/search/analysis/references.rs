//! Character references of WebVTT.

use std::borrow::Cow;

/// The text with its character references (`&amp;`, `&#7873;`) replaced by the characters.
pub(super) fn decoded(text: &str) -> Cow<'_, str> {
    html_escape::decode_html_entities(text)
}
