//! The text of OpenDocument files (ODT, ODP, OpenDocument 1.3 part 3): the content, then headers and footers. A page for each slide.

use super::error::TextError;
use super::package::Package;
use super::xml::{Node, walk};
use crate::domain::asset::ProcessingFailure;
use crate::services::media::text::builder::TextBuilder;

/// Elements whose text is not shown: comments, deleted text, and names of things that can be drawn.
pub(super) const HIDDEN: [&str; 5] = [
    "annotation",
    "tracked-changes",
    "title",
    "desc",
    "sender-firstname",
];

/// Reads a document. Blocks.
///
/// # Errors
/// [`TextError`].
pub(super) fn read(mut package: Package) -> Result<String, TextError> {
    if is_encrypted(&mut package)? {
        return Err(ProcessingFailure::Encrypted.into());
    }
    let mut builder = TextBuilder::default();
    paragraphs(&package.require("content.xml")?, &mut builder)?;
    if let Some(styles) = package.read("styles.xml")? {
        paragraphs(&styles, &mut builder)?;
    }
    Ok(builder.finish())
}

/// Whether parts of a document are encrypted.
///
/// # Errors
/// As [`Package::read`], and when the manifest is no XML.
pub(super) fn is_encrypted(package: &mut Package) -> Result<bool, TextError> {
    let Some(manifest) = package.read("META-INF/manifest.xml")? else {
        return Ok(false);
    };
    let mut is_encrypted = false;
    walk(&manifest, |node| {
        if let Node::Start(element) = node {
            is_encrypted |= element.name == "encryption-data";
        }
    })?;
    Ok(is_encrypted)
}

fn paragraphs(xml: &[u8], builder: &mut TextBuilder) -> Result<(), TextError> {
    let (mut paragraphs, mut hidden) = (0_usize, 0_usize);
    walk(xml, |node| match node {
        Node::Start(element) => match element.name {
            "p" | "h" => {
                // A text box or footnote begins within a paragraph.
                builder.end_line();
                paragraphs += 1;
            }
            "s" | "tab" if paragraphs > 0 => builder.push(" "),
            "line-break" => builder.end_line(),
            name if HIDDEN.contains(&name) => hidden += 1,
            _ => {}
        },
        Node::Text(text) if paragraphs > 0 && hidden == 0 => builder.push(&text),
        Node::Text(_) => {}
        Node::End(name) => match name {
            "p" | "h" => {
                builder.end_line();
                paragraphs = paragraphs.saturating_sub(1);
            }
            "page" => builder.end_page(),
            name if HIDDEN.contains(&name) => hidden = hidden.saturating_sub(1),
            _ => {}
        },
    })
}
