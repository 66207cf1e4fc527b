//! Whether the text of a file was read.

use super::formats::{Format, format, may_have_text};
use crate::domain::asset::{File, ProcessingFailure};
use crate::services::media::recipe::{self, Purpose};
use crate::services::programs::Program;
use crate::storage::catalog::{BlobRecord, ProcessingResult, Rendition};

/// How far the archive is with the text of a file. That it waits for a program is not recorded, but seen when one asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TextState {
    /// Files of this type have no text.
    #[default]
    None,
    /// It was read.
    Ready,
    /// It is being read, or will be, with these programs.
    Working(&'static [Program]),
    /// It is read when this program is installed.
    Waiting(Program),
    /// It cannot be read.
    Failed(ProcessingFailure),
}

/// The text of a file, if it was read: of several the one of the newest recipe.
pub fn current<'r>(file: &File, renditions: &'r [Rendition]) -> Option<&'r Rendition> {
    may_have_text(file).then_some(())?;
    let texts = renditions.iter();
    let texts = texts.filter(|copy| recipe::serves(&copy.recipe, Purpose::Text, None));
    texts.max_by(|one, other| recipe::compare_versions(&one.recipe, &other.recipe))
}

/// The state of a file, by what is recorded of its bytes and the renditions made from them.
pub fn state(file: &File, record: Option<&BlobRecord>, renditions: &[Rendition]) -> TextState {
    if current(file, renditions).is_some() {
        return TextState::Ready;
    }
    let processed = record.and_then(|record| record.result_of(recipe::TEXT));
    let result = processed.map(|processed| processed.result);
    match (result, format(file)) {
        _ if !may_have_text(file) => TextState::None,
        (Some(ProcessingResult::Failed(failure)), _) => TextState::Failed(failure),
        // Its pages are images.
        (Some(ProcessingResult::Awaited), Some(_)) => {
            TextState::Working(&[Program::Pdftoppm, Program::Tesseract])
        }
        (Some(ProcessingResult::Awaited), None) => TextState::Working(&[Program::Tesseract]),
        (_, Some(Format::Pdf)) => TextState::Working(&[Program::Pdftotext]),
        (_, Some(_)) => TextState::Working(&[]),
        (_, None) => TextState::None,
    }
}

/// Whether the text of a file that has some should be read: it was not, or an earlier version of the archive could not.
pub(super) fn is_missing(
    file: &File,
    record: Option<&BlobRecord>,
    renditions: &[Rendition],
) -> bool {
    match state(file, record, renditions) {
        TextState::Ready => false,
        TextState::None | TextState::Working(_) | TextState::Waiting(_) => true,
        TextState::Failed(_) => {
            let processed = record.and_then(|record| record.result_of(recipe::TEXT));
            processed.is_some_and(|one| recipe::is_attempt_of_another_version(&one.recipe))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::current;
    use crate::domain::asset::{File, FileRole, MediaFacts};
    use crate::domain::{LanguageMap, Sha256, Timestamp};
    use crate::storage::catalog::Rendition;

    #[test]
    fn the_text_of_the_newest_program_is_the_text() {
        let file = File {
            sha256: Sha256::from_bytes([1; 32]),
            role: FileRole::Original,
            media_type: "application/pdf".into(),
            size: 1,
            name: "a.pdf".into(),
            title: LanguageMap::default(),
            alt: LanguageMap::default(),
            language: None,
            facts: MediaFacts::default(),
            redacted: Vec::new(),
            text_correction: None,
            attached_at: Timestamp::from_millis(0),
        };
        let rendition = |recipe: &str| Rendition {
            of: file.sha256,
            recipe: recipe.to_owned(),
            blob: file.sha256,
            size: 1,
            media_type: "text/plain".into(),
            width_px: None,
            height_px: None,
        };
        let recipes = ["text/1+pdftotext-24.12.0", "text/1+pdftotext-24.2.0"];
        let renditions = recipes.map(rendition);
        let newest = current(&file, &renditions).unwrap();
        assert_eq!(newest.recipe, "text/1+pdftotext-24.12.0");
    }
}
