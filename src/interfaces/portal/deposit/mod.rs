//! Depositing works without a script: describe, add files, submit; and the works in progress.

mod fields;
mod files;
mod mine;
mod saved;
mod uploaded;
mod view;

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use serde_json::Value;

use super::form::PostedForm;
use super::page::PageRequest;
use super::place::Place;
use crate::app::Archive;
use crate::domain::Violations;
use crate::domain::access::Actor;
use crate::domain::asset::{AssetId, Revision, Work};
use crate::interfaces::http::extract::body::in_proportion;
use crate::interfaces::http::extract::guard::{Allowed, Deposit};
use crate::interfaces::http::extract::query::WorkId;
use crate::interfaces::http::frame::Caller;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::messages::portal::deposit::DepositTexts;
use crate::interfaces::wire::{parse_work, patch_work};
use crate::services::works::ChangeError;
use fields::Description;
pub use files::add_files;
pub use mine::show_mine;
use view::{DraftPage, NewPage};

/// Shows an empty form.
///
/// # Errors
/// The template fails.
pub async fn show_new(
    _: Allowed<Deposit>,
    page: PageRequest,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let empty = Description::default();
    page.respond(&NewPage::new(&page, &empty, Vec::new(), &archive))
}

/// Creates a draft and leads to it.
///
/// # Errors
/// Those of the intake.
pub async fn create(
    form: PostedForm<Deposit>,
    caller: web::ReqData<Caller>,
    page: PageRequest,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let description = Description::sent(&form.fields);
    let new = |errors| {
        let view = NewPage::new(&page, &description, errors, &archive);
        page.respond(&view.shown_again(&form.fields))
    };
    if form.is_resumed() {
        return new(Vec::new());
    }
    let work = description.to_json(&Description::default());
    let once = form.fields.idempotent_request(&work.to_string());
    let (length, vocabularies) = (description.bytes(), Arc::clone(&archive.vocabularies));
    let deposit = in_proportion(length, move || parse_work(&work, &vocabularies)).await;
    let created = match deposit {
        Ok(deposit) => {
            let intake = &archive.intake;
            intake.create(&form.actor, deposit, Some(&once)).await
        }
        Err(broken) => Err(ChangeError::Invalid(broken)),
    };
    match created {
        Ok(created) => {
            let id = created.result.id;
            let refused = uploaded::claim(&form.actor, id, &form.fields, &caller, &archive).await;
            saved::respond(&form.actor, id, refused, &page, &archive).await
        }
        Err(ChangeError::Invalid(broken)) if !page.is_of_script() => {
            new(fields::errors(&caller, broken))
        }
        Err(error) => Err(error.into()),
    }
}

/// Shows a draft: description, files, what is missing.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`]; those of the catalogue.
pub async fn show_draft(
    actor: Allowed<Deposit>,
    id: WorkId,
    page: PageRequest,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let draft = DraftPage::read(&actor, id.0, &page, &archive).await?;
    page.respond(&draft)
}

/// Changes the description of a draft.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`]; those of the catalogue.
pub async fn change(
    form: PostedForm<Deposit>,
    id: WorkId,
    caller: web::ReqData<Caller>,
    page: PageRequest,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let sent = Description::sent(&form.fields);
    let draft = || DraftPage::read(&form.actor, id.0, &page, &archive);
    if form.is_resumed() {
        return page.respond(&draft().await?.resumed(&form.fields, &archive));
    }
    let revision = form.fields.text("revision").parse().map(Revision);
    let revision = revision.map_err(|_| Problem::MalformedRequest)?;
    let described = describe(&form.actor, id.0, revision, &sent, &archive).await;
    let refused = uploaded::claim(&form.actor, id.0, &form.fields, &caller, &archive).await;
    match described {
        Ok(()) => saved::respond(&form.actor, id.0, refused, &page, &archive).await,
        Err(error) if page.is_of_script() => Err(error.into()),
        Err(ChangeError::Invalid(broken)) => {
            let errors = fields::errors(&caller, broken);
            let draft = draft().await?.with_refusal(refused);
            page.respond(&draft.with_description(&sent, errors, &archive))
        }
        Err(ChangeError::Stale { .. }) => {
            let changed = DepositTexts::of(page.language).both_values.to_owned();
            let reasons = std::iter::once(changed).chain(refused).collect();
            let draft = draft().await?.with_refusal(reasons);
            page.respond(&draft.with_conflict(&sent, &archive))
        }
        Err(error) => Err(error.into()),
    }
}

/// Writes the fields that differ from the present description. What is already there is saved, whatever revision it was
/// typed for: the script of the form may have sent the same text just before.
async fn describe(
    actor: &Actor,
    id: AssetId,
    revision: Revision,
    sent: &Description,
    archive: &Archive,
) -> Result<(), ChangeError> {
    let present = archive.sharing.read_for_change(actor, id).await?;
    let patch: Value = sent.to_json(&Description::of(&present.work.clone().into()));
    let (length, vocabularies) = (sent.bytes(), Arc::clone(&archive.vocabularies));
    let patched = move || {
        let deposit = patch_work(&present.work, &patch, &vocabularies)?;
        let is_there = deposit.work
            == Work {
                relations: Vec::new(),
                ..present.work
            };
        Ok((deposit, is_there))
    };
    let patched = in_proportion(length, patched).await;
    let (deposit, is_there) = patched.map_err(|broken: Violations| ChangeError::Invalid(broken))?;
    let curation = &archive.curation;
    match curation.describe(actor, id, Some(revision), deposit).await {
        Err(ChangeError::Stale { .. }) if is_there => Ok(()),
        changed => changed.map(drop),
    }
}

/// Submits a draft to the editors; the draft page becomes the receipt.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`]; those of the catalogue.
pub async fn submit(
    form: PostedForm<Deposit>,
    id: WorkId,
    page: PageRequest,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    if form.is_resumed() {
        return Ok(page.redirect(&Place::Draft(id.0).href(page.language)));
    }
    let revision = form.fields.text("revision").parse().map(Revision);
    let revision = revision.map_err(|_| Problem::MalformedRequest)?;
    let submitted = archive
        .curation
        .submit(&form.actor, id.0, Some(revision))
        .await;
    match submitted {
        Ok(_) => Ok(page.redirect(&Place::Draft(id.0).href(page.language))),
        Err(ChangeError::Stale { .. }) => {
            let draft = DraftPage::read(&form.actor, id.0, &page, &archive).await?;
            let changed = DepositTexts::of(page.language).changed;
            page.respond(&draft.with_refusal(vec![changed.to_owned()]))
        }
        Err(error) => Err(error.into()),
    }
}
