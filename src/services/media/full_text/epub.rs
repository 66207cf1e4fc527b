//! The text of books (EPUB 3.3): the documents of the spine, in its order.

use std::collections::{BTreeMap, BTreeSet};

use super::error::TextError;
use super::html;
use super::package::{MAX_PARTS, Package};
use super::relations::resolve;
use super::xml::{Node, walk};
use crate::domain::asset::ProcessingFailure;
use crate::services::media::text::builder::TextBuilder;

/// Reads a book. Blocks.
///
/// # Errors
/// [`TextError`].
pub(super) fn read(mut package: Package) -> Result<String, TextError> {
    let documents = spine(&mut package)?;
    let encrypted = encrypted(&mut package)?;
    if documents
        .iter()
        .any(|document| encrypted.contains(document))
    {
        return Err(ProcessingFailure::Encrypted.into());
    }
    let mut builder = TextBuilder::default();
    for document in documents {
        if builder.is_full() {
            break;
        }
        if let Some(page) = package.read(&document)? {
            builder.push_lines(&html::readable_text(&String::from_utf8_lossy(&page)));
        }
    }
    Ok(builder.finish())
}

/// The names of the documents in reading order.
fn spine(package: &mut Package) -> Result<Vec<String>, TextError> {
    let mut root = None;
    walk(&package.require("META-INF/container.xml")?, |node| {
        if let Node::Start(element) = node
            && element.name == "rootfile"
            && root.is_none()
        {
            root = element.attribute("full-path");
        }
    })?;
    let root = root.ok_or(ProcessingFailure::Damaged)?;
    let folder = root.rsplit_once('/').map_or("", |(folder, _)| folder);
    let (mut items, mut order) = (BTreeMap::new(), Vec::new());
    walk(&package.require(&root)?, |node| {
        let Node::Start(element) = node else { return };
        match element.name {
            "item" if items.len() < MAX_PARTS => {
                items.extend(element.attribute("id").zip(element.attribute("href")))
            }
            "itemref" if order.len() < MAX_PARTS => order.extend(element.attribute("idref")),
            _ => {}
        }
    })?;
    let document = |id: String| {
        let href = items.get(&id)?;
        let path = percent_encoding::percent_decode_str(href).decode_utf8_lossy();
        Some(resolve(folder, &path))
    };
    Ok(order.into_iter().filter_map(document).collect())
}

/// The names of encrypted parts. Fonts often are, which does not matter here.
fn encrypted(package: &mut Package) -> Result<BTreeSet<String>, TextError> {
    let mut parts = BTreeSet::new();
    if let Some(xml) = package.read("META-INF/encryption.xml")? {
        walk(&xml, |node| {
            if let Node::Start(element) = node
                && element.name == "CipherReference"
            {
                parts.extend(element.attribute("URI"));
            }
        })?;
    }
    Ok(parts)
}
