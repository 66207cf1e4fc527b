//! The relations between the parts of an Office Open XML package (ECMA-376 part 2, clause 9.3).

use super::error::TextError;
use super::package::{MAX_PARTS, Package};
use super::xml::{Node, walk};

/// A part that another one names.
pub(super) struct Relation {
    /// Its id within the part that names it.
    pub(super) id: String,
    /// What it is, the last step of its type: `slide`, `notesSlide`, `header`.
    pub(super) kind: String,
    /// The name of the part.
    pub(super) target: String,
}

/// The parts that a part names.
///
/// # Errors
/// As [`Package::read`], and when the relations are no XML.
pub(super) fn of(package: &mut Package, part: &str) -> Result<Vec<Relation>, TextError> {
    let (folder, name) = part.rsplit_once('/').unwrap_or(("", part));
    let Some(xml) = package.read(&format!("{folder}/_rels/{name}.rels"))? else {
        return Ok(Vec::new());
    };
    let mut relations = Vec::new();
    walk(&xml, |node| {
        if let Node::Start(element) = node
            && element.name == "Relationship"
            && relations.len() < MAX_PARTS
            && element.attribute("TargetMode").as_deref() != Some("External")
            && let (Some(id), Some(kind), Some(target)) = (
                element.attribute("Id"),
                element.attribute("Type"),
                element.attribute("Target"),
            )
        {
            relations.push(Relation {
                id,
                kind: kind.rsplit('/').next().unwrap_or_default().to_owned(),
                target: resolve(folder, &target),
            });
        }
    })?;
    Ok(relations)
}

/// A path as it is written in a part in this folder: `../notes/1.xml` in `ppt/slides` is `ppt/notes/1.xml`.
pub(super) fn resolve(folder: &str, path: &str) -> String {
    if let Some(absolute) = path.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut steps: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in path.split('/') {
        match step {
            ".." => drop(steps.pop()),
            "." | "" => {}
            step => steps.push(step),
        }
    }
    steps.join("/")
}

#[cfg(test)]
mod tests {
    use super::resolve;

    #[test]
    fn paths_are_resolved_within_the_package() {
        for (folder, path, wanted) in [
            (
                "ppt/slides",
                "../notesSlides/a.xml",
                "ppt/notesSlides/a.xml",
            ),
            ("word", "header1.xml", "word/header1.xml"),
            ("word", "/word/header1.xml", "word/header1.xml"),
            ("", "../../../etc/passwd", "etc/passwd"),
            ("OEBPS", "./text/1.xhtml", "OEBPS/text/1.xhtml"),
        ] {
            assert_eq!(resolve(folder, path), wanted);
        }
    }
}
