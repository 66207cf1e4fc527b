//! Correcting the text that was read from a file, a page at a time, beside the picture of the page where there is one.

mod texts;
mod view;

use std::str::FromStr;

use actix_web::{HttpRequest, HttpResponse, web};

use super::form::{FormFields, PostedForm};
use super::page::PageRequest;
use super::refusal;
use crate::app::Archive;
use crate::domain::Sha256;
use crate::domain::access::Actor;
use crate::domain::asset::Revision;
use crate::interfaces::http::extract::guard::{Allowed, Deposit};
use crate::interfaces::http::extract::query::{WorkId, path_part};
use crate::interfaces::http::frame::Caller;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::messages::portal::document::correction::TextCorrectionTexts;
use crate::services::works::ChangeError;
use texts::FileTexts;
use view::CorrectionPage;

/// Shows a page of the text in a form.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`]; those of catalogue and blobs.
pub async fn show(
    actor: Allowed<Deposit>,
    id: WorkId,
    request: HttpRequest,
    page: PageRequest,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let texts = FileTexts::read(&actor, id.0, path_part(&request, "sha256")?, &archive).await?;
    let number = page
        .parameter("page")
        .and_then(|number| number.parse().ok());
    let view = CorrectionPage::read(&actor, texts, number.unwrap_or(1), &page, &archive);
    page.respond(&view.await?)
}

/// Saves a page, or goes back to what was read.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`]; those of catalogue and blobs.
pub async fn act(
    form: PostedForm<Deposit>,
    id: WorkId,
    request: HttpRequest,
    caller: web::ReqData<Caller>,
    page: PageRequest,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let sha256: Sha256 = path_part(&request, "sha256")?;
    let texts = FileTexts::read(&form.actor, id.0, sha256, &archive).await?;
    let sent = Sent::read(&form.fields)?;
    let mut reasons = Vec::new();
    if !form.is_resumed() {
        match sent.make(&form.actor, &texts, &archive).await {
            Ok(()) => {
                return Ok(page.redirect(&view::address(id.0, sha256, sent.page, page.language)));
            }
            Err(ChangeError::Stale { .. }) => {
                reasons.push(TextCorrectionTexts::of(page.language).changed.to_owned());
            }
            Err(error) => reasons = refusal::words(refusal::reasons(&caller, error.into())?),
        }
    }
    let texts = FileTexts::read(&form.actor, id.0, sha256, &archive).await?;
    let view = CorrectionPage::read(&form.actor, texts, sent.page, &page, &archive).await?;
    page.respond(&view.with_refusal(sent.text, reasons))
}

/// What the form sent.
struct Sent {
    revision: Revision,
    /// The number of the page, from 1.
    page: usize,
    text: String,
    /// What was read is to be used again.
    drops: bool,
}

impl Sent {
    fn read(fields: &FormFields) -> Result<Self, Problem> {
        let malformed = |_| Problem::MalformedRequest;
        Ok(Self {
            revision: Revision(u64::from_str(fields.text("revision")).map_err(malformed)?),
            page: usize::from_str(fields.text("page")).map_err(malformed)?,
            text: fields.text("text").to_owned(),
            drops: fields.has("drop"),
        })
    }

    async fn make(
        &self,
        actor: &Actor,
        texts: &FileTexts,
        archive: &Archive,
    ) -> Result<(), ChangeError> {
        let (id, file, at) = (texts.work.id, texts.file, Some(self.revision));
        if self.drops {
            let dropped = archive.curation.drop_text_correction(actor, id, at, file);
            return dropped.await.map(drop);
        }
        let mut pages = texts.pages.clone();
        // A page that is not there is no page of this form.
        if let Some(page) = self
            .page
            .checked_sub(1)
            .and_then(|index| pages.get_mut(index))
        {
            page.clone_from(&self.text);
        }
        archive
            .intake
            .correct_text(actor, id, at, file, pages)
            .await
            .map(drop)
    }
}
