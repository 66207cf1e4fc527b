//! Writes elements, text and attributes as well-formed XML 1.0, for any input.

use std::borrow::Cow;
use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

/// Attributes by name.
pub(super) type Attributes<'a> = [(&'a str, &'a str)];

/// A document being written.
pub(super) struct Document {
    writer: Writer<Vec<u8>>,
}

impl Document {
    /// Begins with the declaration.
    pub(super) fn new() -> io::Result<Self> {
        let mut writer = Writer::new(Vec::new());
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
        Ok(Self { writer })
    }

    /// An element with others inside.
    pub(super) fn element(
        &mut self,
        name: &str,
        attributes: &Attributes<'_>,
        inside: impl FnOnce(&mut Self) -> io::Result<()>,
    ) -> io::Result<()> {
        let start = start(name, attributes);
        self.writer.write_event(Event::Start(start))?;
        inside(self)?;
        self.writer.write_event(Event::End(BytesEnd::new(name)))
    }

    /// An element with text inside.
    pub(super) fn text(
        &mut self,
        name: &str,
        attributes: &Attributes<'_>,
        text: &str,
    ) -> io::Result<()> {
        self.element(name, attributes, |document| {
            let text = BytesText::new(&allowed(text)).into_owned();
            document.writer.write_event(Event::Text(text))
        })
    }

    /// An element with attributes only.
    pub(super) fn empty(&mut self, name: &str, attributes: &Attributes<'_>) -> io::Result<()> {
        let start = start(name, attributes);
        self.writer.write_event(Event::Empty(start))
    }

    /// The bytes, in UTF-8.
    pub(super) fn finish(self) -> Vec<u8> {
        self.writer.into_inner()
    }
}

fn start<'a>(name: &'a str, attributes: &Attributes<'_>) -> BytesStart<'a> {
    let mut start = BytesStart::new(name);
    for (name, value) in attributes {
        start.push_attribute((*name, allowed(value).as_ref()));
    }
    start
}

/// The text without the characters that XML 1.0 (fifth edition, production 2) does not allow.
fn allowed(text: &str) -> Cow<'_, str> {
    let is_allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..);
    if text.chars().all(is_allowed) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.chars().filter(|c| is_allowed(*c)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::Document;

    fn written(text: &str) -> String {
        let mut document = Document::new().unwrap();
        document.text("t", &[("a", text)], text).unwrap();
        String::from_utf8(document.finish()).unwrap()
    }

    #[test]
    fn what_is_given_stays_text_and_is_escaped_once() {
        for (given, expected) in [
            ("<script>", "&lt;script&gt;"),
            ("a ]]> b", "a ]]&gt; b"),
            ("Hỏi & đáp", "Hỏi &amp; đáp"),
            ("đã &amp; rồi", "đã &amp;amp; rồi"),
            ("\"nói\" 'thật'", "&quot;nói&quot; &apos;thật&apos;"),
            // NUL, vertical tab, escape, and the two that UTF-8 can write and XML cannot.
            ("a\0b\u{B}c\u{1B}d\u{FFFE}e\u{FFFF}f", "abcdef"),
            ("\u{1F4FB} đài", "\u{1F4FB} đài"),
        ] {
            let xml = format!(
                "<?xml version=\"1.0\" encoding=\"utf-8\"?><t a=\"{expected}\">{expected}</t>"
            );
            assert_eq!(written(given), xml, "{given:?}");
        }
    }
}
