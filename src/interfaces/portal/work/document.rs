//! The text of a document: some pages of it at a time, or why there is none.

use std::sync::Arc;

use super::super::href::Href;
use super::super::page::PageRequest;
use super::super::place::Place;
use super::portions::{self, Portion};
use crate::domain::Sha256;
use crate::domain::access::Actor;
use crate::domain::asset::AssetId;
use crate::interfaces::http::extract::body::in_proportion;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::messages::Language;
use crate::interfaces::messages::portal::document::{self as texts, DocumentTexts};
use crate::interfaces::messages::portal::format;
use crate::interfaces::portal::works::Text;
use crate::interfaces::wire::{AssetDto, FileDto, FileTextDto};
use crate::services::delivery::{Delivery, DeliveryError, TextVersion};
use crate::services::media::text::builder::MAX_TEXT_BYTES;
use crate::telemetry::error_chain;

/// The most bytes that are read of a text: as many as are kept.
const MAX_BYTES: u64 = MAX_TEXT_BYTES as u64;
/// How much of the hash of a file names it in addresses.
const NAME_CHARS: usize = 12;
/// Where the text begins on the page.
pub(in crate::interfaces::portal) const ANCHOR: &str = "van-ban";

/// A document of a work.
pub(in crate::interfaces::portal) struct DocumentView {
    /// The beginning of its hash.
    name: String,
    /// Its caption.
    pub title: Option<Text>,
    /// What it is: type and size.
    pub kind: String,
    /// The tag of its language.
    pub language: String,
    /// What the reader should know of the text, or why there is none.
    pub notes: Vec<String>,
    /// The pages that are shown.
    pub portion: Portion,
    /// Which of how many pages they are.
    pub position: Option<String>,
    /// The pages before.
    pub previous: Option<Href>,
    /// The pages after.
    pub next: Option<Href>,
    /// The whole text, and what the link to it says.
    pub whole: Option<(Href, String)>,
    /// Its text on this page, when another document is open.
    pub open: Option<Href>,
    /// Where its text is corrected, for those who may.
    pub correct: Option<Href>,
}

/// What the address asks for.
pub(in crate::interfaces::portal) struct Chosen {
    file: Option<String>,
    page: Option<usize>,
    part: Option<usize>,
}

impl Chosen {
    /// The part of the query that is about documents. What is no number is ignored.
    pub(in crate::interfaces::portal) fn of(page: &PageRequest) -> Self {
        let number = |name| page.parameter(name)?.parse().ok();
        Self {
            file: page.parameter("document"),
            page: number("page"),
            part: number("part"),
        }
    }

    /// The document and its page that the address names, if they are shown.
    pub(super) fn page_of(&self, documents: &[DocumentView]) -> Option<(String, usize)> {
        let page = self.page?;
        let has_page = |document: &&DocumentView| {
            let mut pages = document.portion.pages.iter();
            pages.any(|shown| shown.number == Some(page))
        };
        let document = documents.iter().find(has_page)?;
        Some((document.name.clone(), page))
    }

    fn is(&self, file: &FileDto) -> bool {
        let chosen = self.file.as_deref();
        chosen.is_some_and(|name| name.len() >= NAME_CHARS && file.sha256.starts_with(name))
    }
}

/// What names a file in addresses.
pub(in crate::interfaces::portal) fn name(file: Sha256) -> String {
    file.to_string().chars().take(NAME_CHARS).collect()
}

/// The address of the document with this name, or of a page of it.
pub(in crate::interfaces::portal) fn address(
    (work, name): (AssetId, &str),
    page: Option<usize>,
    language: Language,
) -> Href {
    let number = page.map(|page| page.to_string());
    let page = number.as_deref().map(|number| ("page", number));
    let query = [("document", name)].into_iter().chain(page);
    let anchor = number
        .as_deref()
        .map_or(ANCHOR.to_owned(), portions::anchor);
    Place::Work(work).href_with(language, query).at(&anchor)
}

/// The documents of a work. The text of one of them is read: the chosen one, else the first.
///
/// # Errors
/// Those of the catalogue. When the bytes cannot be read, the document says so.
pub(super) async fn read(
    (actor, may_edit): (&Actor, bool),
    record: &AssetDto,
    delivery: &Delivery,
    chosen: &Chosen,
    language: Language,
) -> Result<Vec<DocumentView>, Problem> {
    let work: AssetId = record.id.parse().map_err(|_| Problem::NotFound)?;
    let files = record.files.iter();
    let files = files.filter_map(|file| Some((file, file.text.as_ref()?)));
    let files: Vec<(&FileDto, &FileTextDto)> = files.collect();
    let open = files.iter().position(|(file, _)| chosen.is(file));
    let open = open.or_else(|| files.iter().position(|(_, text)| text.address.is_some()));
    let mut views = Vec::new();
    for (number, (file, text)) in files.into_iter().enumerate() {
        let mut view = DocumentView::closed(file, text, language);
        let sha256: Option<Sha256> = file.sha256.parse().ok();
        let correct = sha256.filter(|_| may_edit && text.state != "working");
        view.correct = correct.map(|file| Place::TextCorrection(work, file).href(language));
        match sha256 {
            Some(sha256) if text.address.is_some() && open == Some(number) => {
                let read = view.read(actor, (work, sha256), delivery, (chosen, language));
                read.await?;
            }
            Some(sha256) if text.address.is_some() => {
                view.open = Some(address((work, &name(sha256)), None, language));
            }
            _ => {}
        }
        views.push(view);
    }
    Ok(views)
}

impl DocumentView {
    /// A document without its text, but with the reason why there is none.
    fn closed(file: &FileDto, text: &FileTextDto, language: Language) -> Self {
        let t = DocumentTexts::of(language);
        let problem = text.problem.as_ref();
        let problem = problem.map(|problem| language.pick(&problem.vi, &problem.en).clone());
        let notes = [
            (text.state == "working").then(|| t.working.to_owned()),
            problem,
            text.recognised.then(|| t.recognised.to_owned()),
            text.corrected.then(|| t.corrected.to_owned()),
        ];
        let kind = format::media_type(&file.media_type);
        Self {
            name: file.sha256.chars().take(NAME_CHARS).collect(),
            title: Text::best(&file.title, language),
            kind: format!("{kind}, {}", format::size(file.size, language)),
            language: file.language.clone().unwrap_or_else(|| "vi".to_owned()),
            notes: notes.into_iter().flatten().collect(),
            portion: Portion::default(),
            position: None,
            previous: None,
            next: None,
            whole: text.address.as_ref().map(|address| {
                let address = Href::own(address.clone());
                (address, t.whole.to_owned())
            }),
            open: None,
            correct: None,
        }
    }

    async fn read(
        &mut self,
        actor: &Actor,
        (work, file): (AssetId, Sha256),
        delivery: &Delivery,
        (chosen, language): (&Chosen, Language),
    ) -> Result<(), Problem> {
        let text = match whole_text(actor, (work, file), delivery).await {
            Ok(text) => text,
            Err(DeliveryError::NoSuchFile | DeliveryError::Forbidden) => return Ok(()),
            Err(DeliveryError::Blobs(error)) => {
                let error = error_chain(&error);
                tracing::warn!(%work, %file, error, "the text of a document cannot be read");
                self.notes
                    .push(DocumentTexts::of(language).unreadable.to_owned());
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        let (page, part) = (chosen.page, chosen.part);
        let length = text.len();
        let portion = in_proportion(length, move || portions::choose(&text, page, part)).await;
        let name = self.name.clone();
        let at = |part: usize| {
            let part = part.to_string();
            let query = [("document", name.as_str()), ("part", part.as_str())];
            Place::Work(work).href_with(language, query).at(ANCHOR)
        };
        self.previous = (portion.number > 1).then(|| at(portion.number - 1));
        self.next = (portion.number < portion.count).then(|| at(portion.number + 1));
        let pages = portion.pages_shown().zip(portion.last_page);
        self.position = (portion.count > 1).then(|| match pages {
            Some((shown, all)) => texts::pages(shown, all, language),
            None => texts::part(portion.number, portion.count, language),
        });
        if portion.count == 0 {
            self.notes
                .push(DocumentTexts::of(language).empty.to_owned());
        }
        let size = format::size(length as u64, language);
        self.whole = self
            .whole
            .take()
            .map(|(href, name)| (href, format!("{name}: TXT, {size}")));
        self.portion = portion;
        Ok(())
    }
}

async fn whole_text(
    actor: &Actor,
    (work, file): (AssetId, Sha256),
    delivery: &Delivery,
) -> Result<String, DeliveryError> {
    let deliverable = delivery
        .text(actor, work, file, TextVersion::Current)
        .await?;
    let content = Arc::new(delivery.open(&deliverable).await?);
    let bytes = content.read(0..deliverable.size.min(MAX_BYTES)).await?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
