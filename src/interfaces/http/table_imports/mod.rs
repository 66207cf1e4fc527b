//! `/api/v1/table-imports`: tables of works, checked first, then imported in the background.
//!
//! The table is the body of the request that checks it; archives and files come before as uploads. [`mod@events`] follows an import,
//! [`received`] reads tables and keeps files of forms as uploads, [`view`] has the forms of the answers.

mod events;
pub mod received;
mod result;
mod view;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::BaseAddress;
use super::authentication::Counted;
use super::delivery::FileBytes;
use super::extract::guard::{Allowed, Deposit};
use super::extract::query::{Query, listed, path_part};
use super::frame::Caller;
use super::pagination;
use super::problem::Problem;
use super::problem::document::ProblemDocument;
use super::schemas;
use super::upload::receive::Receiver;
use super::upload::slots::UploadSlots;
use crate::app::Archive;
use crate::services::table_imports::{
    MAX_TABLE_BYTES, RowOutcome, TableImportId, TableImportState,
};
pub use events::{__path_events, events};
pub use result::{__path_result, __path_template, result, template};
use view::{TableImportList, TableImportView, TableRowList, TableRowView};

/// Imports that a list has.
const LISTED: usize = 50;

/// What comes with a table.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CheckQuery {
    /// The name of the table.
    name: Option<String>,
    /// Ids of finished uploads that are ZIP archives with the files.
    archive: Option<Vec<String>>,
    /// Ids of finished uploads that are files by themselves; rows name them by `filename` of their `Upload-Metadata`.
    file: Option<Vec<String>>,
}

/// Which rows to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RowsQuery {
    /// Only rows with this outcome.
    #[param(value_type = Option<schemas::TableRowOutcome>, inline)]
    outcome: Option<String>,
    /// Go on after this position, as the `next` link does.
    after: Option<u32>,
    /// The number of rows, at most 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
}

/// Checks a table.
#[utoipa::path(
    post, path = "/api/v1/table-imports", operation_id = "checkTable", tag = "works",
    summary = "Check a table of works before it is imported",
    description = "The body is the table: CSV in UTF-8 (with `,`, `;` or tabs), XLSX or ODS, with Vietnamese or English column names. Each \
        row is a work. A row finds its work by the id in the archive or by an own id, and then changes what it says of it; else it \
        creates one. Nothing is changed yet: the answer counts what would come of the rows, and the report of each can be read.",
    params(CheckQuery),
    request_body(content = FileBytes, content_type = "application/octet-stream", description = "The table."),
    responses((
        status = 201, description = "The report.", body = TableImportView,
        headers(("Location" = String, description = "Where it can be read."))
    )),
    security(("token" = []))
)]
#[expect(clippy::too_many_arguments, reason = "each is one part of the request")]
pub async fn check(
    actor: Allowed<Deposit>,
    counted: Counted,
    query: Query<CheckQuery>,
    request: HttpRequest,
    archive: web::Data<Archive>,
    slots: web::Data<UploadSlots>,
    base: web::Data<BaseAddress>,
    body: web::Payload,
) -> Result<HttpResponse, Problem> {
    let _slot = slots.take(&counted.0)?;
    let receiver = Receiver {
        limit: MAX_TABLE_BYTES,
        ..Receiver::of(&archive)
    };
    let upload = receiver.raw(request.headers(), body.into_inner()).await?;
    let named = received::Named {
        name: query.0.name.or(upload.name).unwrap_or_default(),
        archives: received::ids(listed(&query.0.archive), "archive")?,
        files: received::ids(listed(&query.0.file), "file")?,
    };
    let state = received::check(&actor, &upload.staged, named, &archive).await?;
    let location = format!("{}/api/v1/table-imports/{}", base.as_str(), state.import.id);
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, location))
        .json(TableImportView::from(state)))
}

/// Lists imports of tables.
#[utoipa::path(
    get, path = "/api/v1/table-imports", operation_id = "listTableImports", tag = "works",
    summary = "List your imports of tables",
    description = "The newest first, at most 50, of the last thirty days.",
    responses((status = 200, description = "The imports.", body = TableImportList)),
    security(("token" = []))
)]
pub async fn list(
    actor: Allowed<Deposit>,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let imports = archive.table_imports.list(&actor, LISTED).await?;
    let views = imports.into_iter().map(|import| {
        let imported = import.imported;
        TableImportView::from(TableImportState { import, imported })
    });
    Ok(HttpResponse::Ok().json(TableImportList {
        items: views.collect(),
    }))
}

/// Reads an import of a table.
#[utoipa::path(
    get, path = "/api/v1/table-imports/{id}", operation_id = "readTableImport", tag = "works",
    summary = "How far the import of a table is",
    description = "For who checked the table, and for editors. It can be read for thirty days.",
    params(("id" = String, Path, description = "Id of the import.", format = "uuid")),
    responses((status = 200, description = "The import.", body = TableImportView)),
    security(("token" = []))
)]
pub async fn read(
    actor: Allowed<Deposit>,
    request: HttpRequest,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let id = path_part(&request, "id")?;
    let state = archive.table_imports.read(&actor, id).await?;
    Ok(HttpResponse::Ok().json(TableImportView::from(state)))
}

/// Starts an import.
#[utoipa::path(
    post, path = "/api/v1/table-imports/{id}/start", operation_id = "startTableImport", tag = "works",
    summary = "Import the rows of a checked table",
    description = "In the background, row by row; each row is committed by itself together with its result. Sent twice, it starts once.",
    params(("id" = String, Path, description = "Id of the import.", format = "uuid")),
    responses(
        (status = 202, description = "It has begun.", body = TableImportView),
        (status = 409, description = "It is in another phase.", body = ProblemDocument, content_type = "application/problem+json")
    ),
    security(("token" = []))
)]
pub async fn start(
    actor: Allowed<Deposit>,
    request: HttpRequest,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let id: TableImportId = path_part(&request, "id")?;
    let state = archive.table_imports.start(&actor, id).await?;
    Ok(HttpResponse::Accepted().json(TableImportView::from(state)))
}

/// Cancels an import.
#[utoipa::path(
    post, path = "/api/v1/table-imports/{id}/cancel", operation_id = "cancelTableImport", tag = "works",
    summary = "Cancel the import of a table",
    description = "Rows that have no result yet are not imported. What was imported stays.",
    params(("id" = String, Path, description = "Id of the import.", format = "uuid")),
    responses(
        (status = 200, description = "It is cancelled.", body = TableImportView),
        (status = 409, description = "It is in another phase.", body = ProblemDocument, content_type = "application/problem+json")
    ),
    security(("token" = []))
)]
pub async fn cancel(
    actor: Allowed<Deposit>,
    request: HttpRequest,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let id: TableImportId = path_part(&request, "id")?;
    let state = archive.table_imports.cancel(&actor, id).await?;
    Ok(HttpResponse::Ok().json(TableImportView::from(state)))
}

/// Lists the rows of an import.
#[utoipa::path(
    get, path = "/api/v1/table-imports/{id}/rows", operation_id = "listTableImportRows", tag = "works",
    summary = "What would come of each row, and what came of it",
    description = "The report as it was kept when the table was checked, with the results of the rows that were imported since.",
    params(("id" = String, Path, description = "Id of the import.", format = "uuid"), RowsQuery),
    responses((
        status = 200, description = "One page, in the order of the rows.", body = TableRowList,
        headers(("Link" = Option<String>, description = "`rel=\"next\"` until the end."))
    )),
    security(("token" = []))
)]
pub async fn rows(
    actor: Allowed<Deposit>,
    query: Query<RowsQuery>,
    request: HttpRequest,
    caller: web::ReqData<Caller>,
    archive: web::Data<Archive>,
    base: web::Data<BaseAddress>,
) -> Result<HttpResponse, Problem> {
    let id: TableImportId = path_part(&request, "id")?;
    let limit = pagination::limit(query.0.limit)?;
    let only = outcome(query.0.outcome.as_deref())?;
    let imports = &archive.table_imports;
    let header = imports.read(&actor, id).await?.import.header;
    let rows = imports
        .rows(&actor, id, only, (query.0.after, limit))
        .await?;
    let last = rows.last().filter(|_| rows.len() == limit);
    let next = last.map(|(row, _)| row.position);
    let mut answer = HttpResponse::Ok();
    if let Some(next) = next {
        let path = format!("/api/v1/table-imports/{id}/rows");
        let mut query = vec![("after", next.to_string()), ("limit", limit.to_string())];
        query.extend(only.map(|only| ("outcome", only.name().to_owned())));
        pagination::link_next(&mut answer, &base, &path, &query);
    }
    let views = TableRowView::of_rows(rows, &header, caller.language);
    Ok(answer.json(TableRowList { items: views, next }))
}

fn outcome(name: Option<&str>) -> Result<Option<RowOutcome>, Problem> {
    let Some(name) = name else { return Ok(None) };
    let mut names = RowOutcome::NAMES.iter();
    let found = names.find(|(known, _)| *known == name);
    let found = found.ok_or_else(|| Problem::parameter("outcome"))?;
    Ok(Some(found.1))
}
