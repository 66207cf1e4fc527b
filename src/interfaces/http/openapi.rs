//! The description of this interface: OpenAPI 3.1, collected from the handlers.
//!
//! Responses that groups of operations share (an operation that needs a token answers 401 and 403, one with
//! `If-Match` 412 and 428, and so on) are added here by rule, so that no handler can forget them. The
//! description is committed as `api/openapi.json` and compared by a test.

use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Content, OpenApi as Description, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{Modify, OpenApi};

use super::assets::{self, lifecycle};
use super::extract::precondition::REPLAYED;
use super::problem::document::{MEDIA_TYPE, ProblemDocument};
use super::search::{feed, neighbours};
use super::upload::attach;
use super::{
    changes, delivery, docs, health, imports, jobs, saved_searches, search, tokens, vocabularies,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Kho Chung",
        description = "An archive of works of public communication: deposit, preserve, find, \
            deliver. Failures are problem documents (RFC 9457) in Vietnamese or English by \
            `Accept-Language`; callers that prefer `text/html`, such as browsers, get a page. Changes need `If-Match` with the last `ETag`; creations may carry \
            an `Idempotency-Key`; lists have a cursor and `Link` headers (RFC 8288).",
        license(name = "Apache-2.0 OR MIT", identifier = "Apache-2.0 OR MIT")
    ),
    servers((url = "/", description = "This archive")),
    tags(
        (name = "works", description = "Works: deposit, describe, publish, withdraw; changes"),
        (name = "files", description = "Files of works: attach, detach, download"),
        (name = "search", description = "Search; saved searches and their feeds"),
        (name = "vocabularies", description = "The controlled vocabularies of the descriptions"),
        (name = "operation", description = "Health, tokens, and this description"),
    ),
    paths(
        assets::list, assets::create, assets::read, assets::patch, assets::delete,
        lifecycle::submit, lifecycle::return_to_draft, lifecycle::publish,
        lifecycle::withdraw, lifecycle::reopen,
        attach::attach, attach::detach, delivery::file, delivery::preview,
        imports::import, changes::list,
        search::search, feed::feed, neighbours::suggest, neighbours::similar,
        saved_searches::list, saved_searches::create, saved_searches::read,
        saved_searches::delete, saved_searches::feed,
        vocabularies::list, vocabularies::read_scheme, vocabularies::read_concept,
        jobs::list, jobs::read, jobs::requeue,
        tokens::list, tokens::create, tokens::revoke,
        docs::description, docs::problem_page,
        health::healthz, health::readyz, health::metrics,
    ),
    components(schemas(ProblemDocument)),
    modifiers(&SharedResponses)
)]
struct Api;

/// The whole description.
pub fn description() -> Description {
    Api::openapi()
}

/// The description as the text that is committed.
pub fn text() -> String {
    let mut text = description().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

struct SharedResponses;

impl Modify for SharedResponses {
    fn modify(&self, api: &mut Description) {
        if let Some(components) = &mut api.components {
            let bearer = HttpBuilder::new()
                .scheme(HttpAuthScheme::Bearer)
                .description(Some("A token made by `khochung token create`"));
            components.add_security_scheme("token", SecurityScheme::Http(bearer.build()));
        }
        for (path, item) in &mut api.paths.paths {
            let operations = [
                &mut item.get,
                &mut item.head,
                &mut item.post,
                &mut item.put,
                &mut item.patch,
                &mut item.delete,
            ];
            for operation in operations.into_iter().flatten() {
                add_shared_responses(path, operation);
            }
        }
    }
}

/// Adds the responses that an operation shares with its group.
fn add_shared_responses(path: &str, operation: &mut Operation) {
    let parameters: Vec<&Parameter> = operation
        .parameters
        .iter()
        .flatten()
        .filter_map(|parameter| match parameter {
            RefOr::T(parameter) => Some(parameter),
            RefOr::Ref(_) => None,
        })
        .collect();
    let has_header = |wanted: &str| {
        parameters.iter().any(|parameter| {
            parameter.parameter_in == ParameterIn::Header
                && parameter.name.eq_ignore_ascii_case(wanted)
        })
    };
    let in_query = |parameter: &&Parameter| parameter.parameter_in == ParameterIn::Query;
    let mut statuses = Vec::new();
    match access(operation) {
        Access::Open => operation.security = Some(Vec::new()),
        Access::TokenOptional => statuses.push("401"),
        Access::TokenNeeded => statuses.extend(["401", "403"]),
    }
    if parameters.iter().any(in_query) || operation.request_body.is_some() {
        statuses.push("400");
    }
    if path.contains('{') {
        statuses.push("404");
    }
    if operation.request_body.is_some() {
        statuses.extend(["408", "413", "415", "422", "507"]);
    }
    if has_header("If-Match") {
        statuses.extend(["409", "412", "428", "507"]);
    }
    let takes_key = has_header("Idempotency-Key");
    if takes_key {
        statuses.push("409");
    }
    statuses.extend(["500", "503"]);
    let responses = &mut operation.responses.responses;
    if takes_key && let Some(RefOr::T(created)) = responses.get_mut("201") {
        created
            .headers
            .insert(REPLAYED.to_owned(), RefOr::T(replayed()));
    }
    for status in statuses {
        responses
            .entry(status.to_owned())
            .or_insert_with(|| RefOr::T(problem(status)));
    }
}

fn replayed() -> Header {
    let schema = ObjectBuilder::new().schema_type(Type::String);
    HeaderBuilder::new()
        .schema(Some(schema.enum_values(Some(["true"]))))
        .description(Some(
            "Sent when the same request was carried out before under the same key: nothing was \
             done now, and this is the work or search as it is at present.",
        ))
        .build()
}

/// Whether an operation needs a token.
enum Access {
    Open,
    TokenOptional,
    TokenNeeded,
}

fn access(operation: &Operation) -> Access {
    let without = SecurityRequirement::default();
    match operation.security.as_deref() {
        None | Some([]) => Access::Open,
        Some(ways) if ways.contains(&without) => Access::TokenOptional,
        Some(_) => Access::TokenNeeded,
    }
}

fn problem(status: &str) -> Response {
    let description = match status {
        "400" => "The request is malformed, or a parameter has a value it cannot have.",
        "401" => "A token is needed, or the one sent is not valid.",
        "403" => "The token does not allow this.",
        "404" => "Nothing here, or nothing the caller may know of.",
        "408" => "The body came too slowly.",
        "409" => "The present state does not allow this.",
        "412" => "`If-Match` names an earlier revision.",
        "413" => "The body is larger than allowed.",
        "415" => "The media type of the body is not taken here.",
        "422" => "Rules are broken; all of them are listed.",
        "428" => "`If-Match` is missing.",
        "503" => "Not able to serve this now.",
        "507" => "No space left; nothing was written.",
        _ => "A fault of the archive; the log knows the request id.",
    };
    let document = Ref::from_schema_name("ProblemDocument");
    ResponseBuilder::new()
        .description(description)
        .content(MEDIA_TYPE, Content::new(Some(document)))
        .build()
}
