//! Tables to download: templates, and the rows of an import to be mended.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::Archive;
use crate::interfaces::http::delivery::FileBytes;
use crate::interfaces::http::delivery::disposition::{Disposition, content_disposition};
use crate::interfaces::http::extract::guard::{Allowed, Deposit};
use crate::interfaces::http::extract::query::{Query, path_part};
use crate::interfaces::http::frame::Caller;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::schemas;
use crate::interfaces::messages::Language;
use crate::interfaces::tables;

const CSV: &str = "text/csv; charset=utf-8";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Which template.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TemplateQuery {
    /// The format.
    #[param(value_type = Option<schemas::TableFormat>, inline)]
    format: Option<String>,
    /// The language of the column names: `vi` or `en`; else that of `Accept-Language`.
    #[param(value_type = Option<schemas::LabelLanguage>, inline)]
    language: Option<String>,
}

/// Gives the template of a table.
#[utoipa::path(
    get, path = "/api/v1/table-imports/template", operation_id = "readTableTemplate", tag = "works",
    summary = "Download an empty table with the names of all columns",
    params(TemplateQuery),
    responses((
        status = 200, description = "The table.",
        content((FileBytes = "text/csv"), (FileBytes = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")),
        headers(("Content-Disposition" = String, description = "The name of the table."))
    )),
    security(("token" = []))
)]
pub async fn template(
    _: Allowed<Deposit>,
    query: Query<TemplateQuery>,
    caller: web::ReqData<Caller>,
) -> Result<HttpResponse, Problem> {
    let language = match query.0.language.as_deref() {
        Some(tag) => Language::of_tag(tag),
        None => caller.language,
    };
    let name = language.pick("mau-bang-nhap", "import-template");
    if query.0.format.as_deref() == Some("xlsx") {
        let book = tables::template_workbook(language).map_err(Problem::internal)?;
        return Ok(download(&format!("{name}.xlsx"), XLSX, book));
    }
    let table = tables::template(language);
    Ok(download(&format!("{name}.csv"), CSV, table))
}

/// Gives the rows to be mended.
#[utoipa::path(
    get, path = "/api/v1/table-imports/{id}/result", operation_id = "readTableImportResult", tag = "works",
    summary = "Download the refused rows as a table",
    description = "CSV: the columns as sent, with the number of each row and its reasons in front. Mended, it can be sent as it is. Rows \
        that a cancelled import did not reach are in it, too.",
    params(("id" = String, Path, description = "Id of the import.", format = "uuid")),
    responses((status = 200, description = "The table.", body = FileBytes, content_type = "text/csv", headers(("Content-Disposition" = String, description = "The name of the table.")))),
    security(("token" = []))
)]
pub async fn result(
    actor: Allowed<Deposit>,
    request: HttpRequest,
    caller: web::ReqData<Caller>,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let id = path_part(&request, "id")?;
    let (import, rows) = archive.table_imports.rows_to_mend(&actor, id).await?;
    let table = tables::result_table(&import, &rows, caller.language);
    let stem = import.name.rsplit_once('.').map_or("", |(stem, _)| stem);
    let name = caller.language.pick("cần sửa", "to mend");
    Ok(download(&format!("{stem} {name}.csv"), CSV, table))
}

fn download(name: &str, media_type: &str, bytes: Vec<u8>) -> HttpResponse {
    let disposition = content_disposition(Disposition::Attachment, name.trim());
    HttpResponse::Ok()
        .content_type(media_type)
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(bytes)
}
