//! Documentation of the interface: `/api/openapi.json`, the interactive page at `/api/docs`, the pages of
//! problem types.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use utoipa_swagger_ui::Config;

use super::delivery::FileBytes;
use super::extract::query;
use super::problem::{Problem, pages};
use crate::storage::blocking;

/// Where the text of the OpenAPI description is from.
pub struct OpenApiText(pub fn() -> &'static str);

/// The scripts and styles of the interactive page are served by the archive.
const INTERACTIVE_POLICY: &str = "default-src 'none'; script-src 'self'; \
    style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; \
    frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// The description of this interface.
#[utoipa::path(
    get, path = "/api/openapi.json", operation_id = "readDescription", tag = "operation",
    summary = "This description",
    responses((status = 200, description = "OpenAPI 3.1.", body = serde_json::Value))
)]
pub async fn description(text: web::Data<OpenApiText>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(blocking(text.0).await)
}

/// Leads to the interactive page.
#[utoipa::path(
    get, path = "/api/docs", operation_id = "openDocumentation", tag = "operation",
    summary = "Interactive description for people",
    responses((status = 308, description = "To the page.",
        headers(("Location" = String, description = "Address of the page."))))
)]
pub async fn documentation() -> HttpResponse {
    HttpResponse::PermanentRedirect()
        .insert_header((header::LOCATION, "/api/docs/"))
        .finish()
}

/// The interactive page and its files.
#[utoipa::path(
    get, path = "/api/docs/{file}", operation_id = "readDocumentation", tag = "operation",
    summary = "The interactive description and its files",
    params(("file" = String, Path, description = "Name of a file; empty for the page itself.")),
    responses((status = 200, description = "The page or file.",
        content((String = "text/html"), (String = "text/css"), (String = "text/javascript"), (FileBytes = "image/png"))))
)]
pub async fn interactive(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let file: String = query::path_part(&request, "file")?;
    let config = Config::new(["/api/openapi.json"]).persist_authorization(false);
    let page = utoipa_swagger_ui::serve(&file, Arc::new(config))
        .map_err(|error| Problem::internal(error.to_string()))?
        .ok_or(Problem::NotFound)?;
    let mut answer = HttpResponse::Ok();
    if page.gzpipped {
        answer.insert_header((header::CONTENT_ENCODING, "gzip"));
    }
    Ok(answer
        .insert_header((header::CONTENT_SECURITY_POLICY, INTERACTIVE_POLICY))
        .content_type(page.content_type.clone())
        .body(page.bytes.to_vec()))
}

/// The page about a type of problem.
#[utoipa::path(
    get, path = "/problems/{slug}", operation_id = "readProblemPage", tag = "operation",
    summary = "What a type of problem means",
    params(("slug" = String, Path, description = "Last part of the problem's `type`.")),
    responses((status = 200, description = "In Vietnamese and English.", body = String, content_type = "text/markdown"))
)]
pub async fn problem_page(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let slug: String = query::path_part(&request, "slug")?;
    let page = pages::page(&slug).ok_or(Problem::NotFound)?;
    Ok(HttpResponse::Ok()
        .content_type("text/markdown; charset=utf-8")
        .body(page))
}
