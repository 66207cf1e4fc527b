//! The text of presentations (PPTX, ECMA-376 part 1, clause 19): a page for each slide, in the order of the presentation,
//! with its notes.

use std::collections::BTreeMap;

use super::error::TextError;
use super::package::{MAX_PARTS, Package};
use super::relations;
use super::xml::{Node, walk};
use crate::services::media::text::builder::TextBuilder;

const PRESENTATION: &str = "ppt/presentation.xml";

/// Reads a presentation. Blocks.
///
/// # Errors
/// [`TextError`].
pub(super) fn read(mut package: Package) -> Result<String, TextError> {
    let slides = slides(&mut package)?;
    let mut builder = TextBuilder::default();
    for slide in slides {
        if builder.is_full() {
            break;
        }
        let Some(xml) = package.read(&slide)? else {
            builder.end_page();
            continue;
        };
        paragraphs(&xml, &mut builder)?;
        let relations = relations::of(&mut package, &slide)?;
        let mut relations = relations.iter();
        let notes = relations.find(|relation| relation.kind == "notesSlide");
        if let Some(notes) = notes
            && let Some(xml) = package.read(&notes.target)?
        {
            paragraphs(&xml, &mut builder)?;
        }
        builder.end_page();
    }
    Ok(builder.finish())
}

/// The names of the slides in their order; that of their files may be another.
fn slides(package: &mut Package) -> Result<Vec<String>, TextError> {
    let mut ids = Vec::new();
    walk(&package.require(PRESENTATION)?, |node| {
        if let Node::Start(element) = node
            && element.name == "sldId"
            && ids.len() < MAX_PARTS
        {
            ids.extend(element.attribute("r:id"));
        }
    })?;
    let relations = relations::of(package, PRESENTATION)?;
    let targets = relations.into_iter();
    let targets = targets.map(|relation| (relation.id, relation.target));
    let targets: BTreeMap<String, String> = targets.collect();
    let target = |id: String| targets.get(&id).cloned();
    Ok(ids.into_iter().filter_map(target).collect())
}

/// The text of a slide. Fields, such as the number of the slide, are no text.
fn paragraphs(xml: &[u8], builder: &mut TextBuilder) -> Result<(), TextError> {
    let mut is_text = false;
    let mut is_field = false;
    walk(xml, |node| match node {
        Node::Start(element) => match element.name {
            "t" => is_text = true,
            "fld" => is_field = true,
            "br" => builder.end_line(),
            _ => {}
        },
        Node::Text(text) if is_text && !is_field => builder.push(&text),
        Node::Text(_) => {}
        Node::End(name) => match name {
            "t" => is_text = false,
            "fld" => is_field = false,
            "p" => builder.end_line(),
            _ => {}
        },
    })
}
