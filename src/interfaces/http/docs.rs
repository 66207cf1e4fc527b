//! The pages about the interface itself: `/api/openapi.json`, the interactive page at
//! `/api/docs`, the pages of problem types, and the front door.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use utoipa_swagger_ui::Config;

use super::problem::Problem;
use super::{openapi, query};

/// Registers the addresses of this module.
pub fn routes(config: &mut web::ServiceConfig) {
    let description = web::get().to(description);
    config
        .app_data(web::Data::new(Page(openapi::text())))
        .service(
            web::resource("/")
                .route(web::get().to(door))
                .route(web::head().to(door)),
        )
        .service(web::resource("/api/openapi.json").route(description))
        .service(web::resource("/api/docs").route(web::get().to(to_interactive)))
        .service(web::resource("/api/docs/{file:.*}").route(web::get().to(interactive)))
        .service(web::resource("/problems/{slug}").route(web::get().to(problem_page)));
}

/// The text of the description, written once.
pub struct Page(String);

/// The scripts and styles of the interactive page come from the archive itself.
const INTERACTIVE_POLICY: &str = "default-src 'none'; script-src 'self'; \
    style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; \
    frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// The description of this interface.
#[utoipa::path(
    get, path = "/api/openapi.json", operation_id = "readDescription", tag = "operation",
    summary = "This description",
    responses((status = 200, description = "OpenAPI 3.1.", body = serde_json::Value))
)]
pub async fn description(page: web::Data<Page>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(page.0.clone())
}

async fn door() -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, "/api/docs/"))
        .finish()
}

async fn to_interactive() -> HttpResponse {
    HttpResponse::PermanentRedirect()
        .insert_header((header::LOCATION, "/api/docs/"))
        .finish()
}

async fn interactive(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let file: String = query::part(&request, "file")?;
    let config = Config::new(["/api/openapi.json"]).persist_authorization(false);
    let page = utoipa_swagger_ui::serve(&file, Arc::new(config));
    let page = page
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
    let slug: String = query::part(&request, "slug")?;
    let page = super::problem_pages::page(&slug).ok_or(Problem::NotFound)?;
    Ok(HttpResponse::Ok()
        .content_type("text/markdown; charset=utf-8")
        .body(page))
}
