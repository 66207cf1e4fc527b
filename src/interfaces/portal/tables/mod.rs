//! Imports of tables: a form with a table and a ZIP, the report of the check, the import and what came of it.
//!
//! The report is shown as it was kept. Without a script one reloads the page to see how far an import is.

mod view;

use actix_web::{HttpRequest, HttpResponse, web};

use super::form::{self, FormFields, PostedForm, TOKEN_FIELD};
use super::page::PageRequest;
use super::place::Place;
use super::refusal;
use crate::app::Archive;
use crate::domain::access::Actor;
use crate::interfaces::http::authentication::Counted;
use crate::interfaces::http::extract::guard::{Allowed, Deposit, RequiredPermission as _};
use crate::interfaces::http::extract::query::path_part;
use crate::interfaces::http::frame::Caller;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::table_imports::received::{self, Named};
use crate::interfaces::http::upload::Upload;
use crate::interfaces::http::upload::receive::Receiver;
use crate::interfaces::http::upload::slots::UploadSlots;
use crate::interfaces::messages::portal::tables::TableTexts;
use crate::services::table_imports::{TableImportId, TableImportState};
use view::{ImportPage, TablesPage};

/// Shows the form and the imports of the caller.
///
/// # Errors
/// Those of the catalogue.
pub async fn show(
    actor: Allowed<Deposit>,
    page: PageRequest,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    page.respond(&TablesPage::read(&actor, &page, &archive, Vec::new()).await?)
}

/// Checks a table and leads to its report.
///
/// # Errors
/// [`Problem::CrossSite`], [`Problem::Forbidden`]; the body is no form or too large.
pub async fn check(
    request: HttpRequest,
    counted: Counted,
    caller: web::ReqData<Caller>,
    page: PageRequest,
    archive: web::Data<Archive>,
    slots: web::Data<UploadSlots>,
    body: web::Payload,
) -> Result<HttpResponse, Problem> {
    let receiver = Receiver::of(&archive);
    let Ok(actor) = form::holder(&request) else {
        let typed = receiver.leading_fields(request.headers(), body).await?;
        let tables = Place::Tables.path(page.language);
        form::keep_refused(&request, &FormFields::new(typed), Some(tables));
        return Err(Problem::Unauthenticated);
    };
    if !actor.may(Deposit::PERMISSION) {
        return Err(Problem::Forbidden);
    }
    let _slot = slots.take(&counted.0)?;
    let (fields, uploads) = receiver.files(request.headers(), body).await?;
    let token = fields.iter().find(|(name, _)| name == TOKEN_FIELD);
    form::check_token(&request, token.map_or("", |(_, token)| token))?;
    let refused = match checked(&actor, uploads, &archive).await {
        Ok(Some(state)) => {
            let id = state.import.id.parse();
            let id = id.map_err(|_| Problem::internal("the id of an import"))?;
            return Ok(page.redirect(&Place::TableImport(id).href(page.language)));
        }
        Ok(None) => vec![TableTexts::of(page.language).no_table.to_owned()],
        Err(problem) => refusal::words(refusal::reasons(&caller, problem)?),
    };
    page.respond(&TablesPage::read(&actor, &page, &archive, refused).await?)
}

/// Checks the table among the files of the form; none when there is none.
async fn checked(
    actor: &Actor,
    files: Vec<Upload>,
    archive: &Archive,
) -> Result<Option<TableImportState>, Problem> {
    let is_archive = |upload: &Upload| {
        let name = upload.name.as_deref().unwrap_or_default();
        name.to_ascii_lowercase().ends_with(".zip")
    };
    let (archives, tables): (Vec<Upload>, Vec<Upload>) = files.into_iter().partition(is_archive);
    let Some(table) = tables.into_iter().next() else {
        return Ok(None);
    };
    let mut named = Named {
        name: table.name.clone().unwrap_or_default(),
        ..Named::default()
    };
    for upload in archives {
        let name = upload.name.as_deref().unwrap_or_default();
        let kept = received::keep(actor, &upload.staged, name, archive).await?;
        named.archives.push(kept);
    }
    received::check(actor, &table.staged, named, archive)
        .await
        .map(Some)
}

/// Shows the report of an import and how far it is.
///
/// # Errors
/// [`Problem::NotFound`]; those of the catalogue.
pub async fn show_import(
    actor: Allowed<Deposit>,
    request: HttpRequest,
    page: PageRequest,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let id = path_part(&request, "id")?;
    page.respond(&ImportPage::read(&actor, id, &page, &archive).await?)
}

/// Starts or cancels an import.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`]; those of the catalogue.
pub async fn act(
    form: PostedForm<Deposit>,
    request: HttpRequest,
    page: PageRequest,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let id: TableImportId = path_part(&request, "id")?;
    if !form.is_resumed() {
        let imports = &archive.table_imports;
        match form.fields.text("step") {
            "start" => drop(imports.start(&form.actor, id).await?),
            "cancel" => drop(imports.cancel(&form.actor, id).await?),
            _ => return Err(Problem::MalformedRequest),
        }
    }
    Ok(page.redirect(&Place::TableImport(id).href(page.language)))
}
