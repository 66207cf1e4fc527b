//! Walks through an XML document, whose names are taken without their namespace.
//!
//! No tree is built and nothing calls itself, so depth costs nothing. Of entities only the five of XML and numbers are
//! replaced: those that a document defines itself are left out.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::error::TextError;
use crate::domain::asset::ProcessingFailure;

/// A piece of a document.
#[derive(Debug)]
pub(in crate::services::media) enum Node<'n> {
    /// The beginning of an element.
    Start(Element<'n>),
    /// Characters.
    Text(Cow<'n, str>),
    /// The end of an element with this name.
    End(&'n str),
}

/// The beginning of an element.
#[derive(Debug)]
pub(in crate::services::media) struct Element<'n> {
    /// Its name without its namespace.
    pub(in crate::services::media) name: &'n str,
    /// The line in which it begins, from 1.
    pub(in crate::services::media) line: usize,
    start: &'n BytesStart<'n>,
}

impl Element<'_> {
    /// The value of an attribute, by its name with or without a namespace.
    pub(in crate::services::media) fn attribute(&self, wanted: &str) -> Option<String> {
        let mut attributes = self.start.attributes();
        let attributes = attributes.with_checks(false).flatten();
        let mut found = attributes.filter(|attribute| {
            let name: &str = attribute.key.as_ref();
            name == wanted || name.rsplit(':').next() == Some(wanted)
        });
        let attribute = found.next()?;
        let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0);
        value.ok().map(Cow::into_owned)
    }
}

/// Calls `visit` with everything in a document, in its order.
///
/// # Errors
/// [`TextError::File`] when it is no XML. What came before was visited.
pub(in crate::services::media) fn walk(
    xml: &[u8],
    mut visit: impl FnMut(Node<'_>),
) -> Result<(), TextError> {
    let text = decode(xml);
    let mut reader = Reader::from_str(&text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let (mut line, mut position) = (1, 0);
    loop {
        let begin = usize::try_from(reader.buffer_position()).unwrap_or(text.len());
        let passed = text.get(position..begin).unwrap_or_default();
        line += passed.bytes().filter(|byte| *byte == b'\n').count();
        position = begin;
        let event = reader.read_event();
        match event.map_err(|_| TextError::from(ProcessingFailure::Damaged))? {
            Event::Start(start) => visit_start((&start, line), &mut visit),
            Event::Empty(start) => {
                visit_start((&start, line), &mut visit);
                visit(Node::End(local(start.name().as_ref())));
            }
            Event::End(end) => visit(Node::End(local(end.name().as_ref()))),
            Event::Text(text) => visit(Node::Text(text.xml10_content())),
            Event::CData(text) => visit(Node::Text(text.xml10_content())),
            Event::GeneralRef(reference) => {
                let text = format!("&{};", &*reference);
                if let Ok(text) = quick_xml::escape::unescape(&text) {
                    visit(Node::Text(text));
                }
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

fn visit_start((start, line): (&BytesStart<'_>, usize), visit: &mut impl FnMut(Node<'_>)) {
    let name = start.name();
    visit(Node::Start(Element {
        name: local(name.as_ref()),
        line,
        start,
    }));
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// XML is UTF-8, or UTF-16 with a mark; other encodings are not written by the programs of offices.
fn decode(xml: &[u8]) -> Cow<'_, str> {
    let (text, _, _) = encoding_rs::UTF_8.decode(xml);
    text
}
