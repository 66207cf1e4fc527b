//! Files of a draft, sent by a form with one or several of them.

use actix_web::{HttpRequest, HttpResponse, web};

use super::view::DraftPage;
use crate::app::Archive;
use crate::domain::access::Actor;
use crate::domain::asset::AssetId;
use crate::interfaces::http::authentication::Counted;
use crate::interfaces::http::extract::guard::{Deposit, RequiredPermission as _};
use crate::interfaces::http::extract::query::WorkId;
use crate::interfaces::http::frame::Caller;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::upload::Upload;
use crate::interfaces::http::upload::attach::into_file_details;
use crate::interfaces::http::upload::receive::Receiver;
use crate::interfaces::http::upload::slots::UploadSlots;
use crate::interfaces::portal::form::{self, FormFields, TOKEN_FIELD};
use crate::interfaces::portal::page::PageRequest;
use crate::interfaces::portal::place::Place;
use crate::interfaces::portal::refusal::sentence;
use crate::services::intake::Placement;

/// Takes the files one after the other. One that is refused stops no other; the page says which and why.
///
/// # Errors
/// [`Problem::CrossSite`], [`Problem::NotFound`], [`Problem::Forbidden`]; the body is no form or too large.
#[expect(clippy::too_many_arguments, reason = "each is one part of the request")]
pub async fn add_files(
    request: HttpRequest,
    counted: Counted,
    id: WorkId,
    caller: web::ReqData<Caller>,
    page: PageRequest,
    archive: web::Data<Archive>,
    slots: web::Data<UploadSlots>,
    body: web::Payload,
) -> Result<HttpResponse, Problem> {
    let receiver = Receiver::of(&archive);
    let Ok(actor) = form::holder(&request) else {
        let typed = receiver.leading_fields(request.headers(), body).await?;
        let draft = Place::Draft(id.0).path(page.language);
        form::keep_refused(&request, &FormFields::new(typed), Some(draft));
        return Err(Problem::Unauthenticated);
    };
    if !actor.may(Deposit::PERMISSION) {
        return Err(Problem::Forbidden);
    }
    archive
        .intake
        .check_may_attach(&actor, id.0, None, None)
        .await?;
    let _slot = slots.take(&counted.0)?;
    let (fields, uploads) = receiver.files(request.headers(), body).await?;
    let token = fields.iter().find(|(name, _)| name == TOKEN_FIELD);
    form::check_token(&request, token.map_or("", |(_, token)| token))?;
    let alt = fields.iter().find(|(name, _)| name == "alt_text");
    let alt = alt.map_or("", |(_, alt)| alt.trim());
    let mut refused = Vec::new();
    for mut upload in uploads {
        describe_picture(&mut upload, alt);
        let name = upload.name.clone().unwrap_or_default();
        if let Err(problem) = attach(&actor, id.0, upload, &archive).await {
            let why = sentence(&caller, &problem);
            refused.push(format!("{name}: {why}"));
        }
    }
    if refused.is_empty() {
        let files = Place::Draft(id.0).href(page.language).at("tep");
        return Ok(page.redirect(&files));
    }
    let draft = DraftPage::read(&actor, id.0, &page, &archive).await?;
    page.respond(&draft.with_refusal(refused))
}

/// What a picture shows, as the field of the interface.
fn describe_picture(upload: &mut Upload, alt: &str) {
    let declared = upload.declared_type.as_deref().unwrap_or_default();
    if declared.starts_with("image/") && !alt.is_empty() {
        let alt = serde_json::json!({ "vi": alt }).to_string();
        upload.fields.push(("alt".to_owned(), alt));
    }
}

async fn attach(
    actor: &Actor,
    id: AssetId,
    upload: Upload,
    archive: &Archive,
) -> Result<(), Problem> {
    let (staged, details) = into_file_details(upload, Placement::Last, &archive.vocabularies)?;
    archive
        .intake
        .attach(actor, id, None, staged, details, None)
        .await?;
    Ok(())
}
