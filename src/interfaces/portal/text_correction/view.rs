//! What the page shows on which a text is corrected.

use askama::Template;

use super::texts::FileTexts;
use crate::app::Archive;
use crate::domain::Sha256;
use crate::domain::access::Actor;
use crate::domain::asset::AssetId;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::messages::Language;
use crate::interfaces::messages::portal::document::correction::{
    self as texts, TextCorrectionTexts,
};
use crate::interfaces::portal::href::Href;
use crate::interfaces::portal::layout::Layout;
use crate::interfaces::portal::page::PageRequest;
use crate::interfaces::portal::place::Place;
use crate::interfaces::portal::work::{self, ON_PHOTO_PX, PictureView};
use crate::interfaces::portal::works::WorkCard;

/// A page of the text of a file in a form.
#[derive(Template)]
#[template(path = "text_correction.html")]
pub(super) struct CorrectionPage {
    layout: Layout,
    t: &'static TextCorrectionTexts,
    card: WorkCard,
    action: Href,
    revision: u64,
    /// The number of the page, from 1.
    number: usize,
    position: String,
    /// The language of the text.
    language: String,
    text: String,
    /// What was read of this page, when it was corrected.
    machine: Option<String>,
    is_corrected: bool,
    picture: Option<PictureView>,
    previous: Option<Href>,
    next: Option<Href>,
    refusal: Vec<String>,
}

/// The address of a page of the text of a file.
pub(super) fn address(work: AssetId, file: Sha256, number: usize, language: Language) -> Href {
    let number = number.to_string();
    Place::TextCorrection(work, file).href_with(language, [("page", number.as_str())])
}

impl CorrectionPage {
    /// The page with this number; the first when there is no such page.
    ///
    /// # Errors
    /// Those of the catalogue.
    pub(super) async fn read(
        actor: &Actor,
        mut texts: FileTexts,
        number: usize,
        page: &PageRequest,
        archive: &Archive,
    ) -> Result<Self, Problem> {
        let (id, file, language) = (texts.work.id, texts.file, page.language);
        let (count, revision) = (texts.pages.len(), texts.work.revision.0);
        let number = if (1..=count).contains(&number) {
            number
        } else {
            1
        };
        let record = work::record(actor, texts.work, archive).await?;
        let mut pictures = work::pictures(&record, ON_PHOTO_PX, language).into_iter();
        let hash = file.to_string();
        let is_of_file = |picture: &PictureView| {
            let of = record.files.get(picture.file);
            of.is_some_and(|of| of.sha256 == hash)
        };
        let of_file = record.files.iter().find(|known| known.sha256 == hash);
        let t = TextCorrectionTexts::of(language);
        let at = |number: usize| address(id, file, number, language);
        Ok(Self {
            layout: page.layout(t.title, Place::TextCorrection(id, file)),
            t,
            card: WorkCard::new(&record, &archive.vocabularies, language),
            action: Place::TextCorrection(id, file).href(language),
            revision,
            number,
            position: texts::position(number, count, language),
            language: of_file
                .and_then(|file| file.language.clone())
                .unwrap_or_else(|| "vi".to_owned()),
            text: texts.pages.swap_remove(number - 1),
            is_corrected: texts.machine.is_some(),
            machine: texts
                .machine
                .and_then(|pages| pages.into_iter().nth(number - 1)),
            picture: pictures.find(is_of_file),
            previous: (number > 1).then(|| at(number - 1)),
            next: (number < count).then(|| at(number + 1)),
            refusal: Vec::new(),
        })
    }

    /// The page with what was typed, which was not saved, and why.
    pub(super) fn with_refusal(self, text: String, refusal: Vec<String>) -> Self {
        Self {
            text,
            refusal,
            ..self
        }
    }
}
