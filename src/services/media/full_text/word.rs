//! The text of Word documents (DOCX, ECMA-376 part 1, clause 17): the document, then footnotes, endnotes, headers and footers.

use super::error::TextError;
use super::package::Package;
use super::relations;
use super::xml::{Node, walk};
use crate::services::media::text::builder::TextBuilder;

const DOCUMENT: &str = "word/document.xml";

/// Parts beside the document that have text, in the order in which it is taken.
const FURTHER: [&str; 4] = ["footnotes", "endnotes", "header", "footer"];

/// Reads a document. Blocks.
///
/// # Errors
/// [`TextError`].
pub(super) fn read(mut package: Package) -> Result<String, TextError> {
    let mut builder = TextBuilder::default();
    paragraphs(&package.require(DOCUMENT)?, &mut builder)?;
    let relations = relations::of(&mut package, DOCUMENT)?;
    for kind in FURTHER {
        for relation in relations.iter().filter(|relation| relation.kind == kind) {
            if let Some(part) = package.read(&relation.target)? {
                paragraphs(&part, &mut builder)?;
            }
        }
    }
    Ok(builder.finish())
}

/// The text of a part. Deleted text is in elements of another name; the second form of a text box, for programs that do not know the
/// first, is left out.
fn paragraphs(xml: &[u8], builder: &mut TextBuilder) -> Result<(), TextError> {
    let mut is_text = false;
    let mut fallbacks = 0_usize;
    walk(xml, |node| match node {
        Node::Start(element) => match element.name {
            "Fallback" => fallbacks += 1,
            "t" => is_text = true,
            "tab" => builder.push(" "),
            "br" | "cr" => builder.end_line(),
            // A text box begins within a paragraph.
            "txbxContent" => builder.end_line(),
            _ => {}
        },
        Node::Text(text) if is_text && fallbacks == 0 => builder.push(&text),
        Node::Text(_) => {}
        Node::End(name) => match name {
            "Fallback" => fallbacks = fallbacks.saturating_sub(1),
            "t" => is_text = false,
            "p" => builder.end_line(),
            "tc" => builder.end_line(),
            _ => {}
        },
    })
}
