//! Responses that groups of operations share: an operation that needs a token answers 401 and 403, one with `If-Match` 412 and
//! 428, and so on. They are added by rule, so that no handler can forget them.

use std::collections::BTreeMap;

use utoipa::Modify;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{Content, OpenApi as Description, Ref, RefOr, Response, ResponseBuilder};

use crate::interfaces::http::extract::precondition::REPLAYED;
use crate::interfaces::http::problem::document::MEDIA_TYPE;
use crate::interfaces::http::uploads::UPLOADS_PATH;

/// Adds them, and the ways of signing in.
pub(super) struct SharedResponses;

impl Modify for SharedResponses {
    fn modify(&self, api: &mut Description) {
        if let Some(components) = &mut api.components {
            let bearer = HttpBuilder::new()
                .scheme(HttpAuthScheme::Bearer)
                .description(Some("A token made by `khochung token create`"));
            components.add_security_scheme("token", SecurityScheme::Http(bearer.build()));
            let cookie = ApiKeyValue::with_description(
                "khochung-session",
                "The session of a browser, begun by `POST /api/v1/session`. Over TLS the cookie is called \
                 `__Host-khochung-session`. Changes need `X-CSRF-Token`, too.",
            );
            components
                .add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
        }
        for (path, item) in &mut api.paths.paths {
            let operations = [
                &mut item.get,
                &mut item.head,
                &mut item.post,
                &mut item.put,
                &mut item.patch,
                &mut item.delete,
                &mut item.options,
            ];
            for operation in operations.into_iter().flatten() {
                accept_sessions(operation);
                add_shared_responses(path, operation);
            }
        }
    }
}

/// Adds the responses that an operation shares with its group.
#[expect(clippy::too_many_lines, reason = "one line for each shared status")]
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
    // Unknown parameters and codings are refused everywhere.
    let mut statuses = vec!["400", "406", "414"];
    match access(operation) {
        Access::Open => operation.security = Some(Vec::new()),
        Access::TokenOptional => statuses.push("401"),
        Access::TokenNeeded => statuses.extend(["401", "403"]),
    }
    if operation.tags.iter().flatten().any(|tag| tag == "accounts") {
        statuses.extend(["401", "403", "409"]);
    }
    if path.contains('{') {
        statuses.push("404");
    }
    if path.contains("/assets/{id}") {
        statuses.push("410");
    }
    statuses.extend(upload_statuses(path, operation));
    if path.starts_with("/api/v1") || path.starts_with("/auth/") {
        statuses.push("429");
    }
    if operation.request_body.is_some() {
        statuses.extend(["408", "413", "415", "422", "507"]);
    }
    if has_header("If-Match") {
        statuses.extend(["409", "412", "422", "428", "507"]);
    }
    let takes_key = has_header("Idempotency-Key");
    if takes_key {
        statuses.extend(["409", "422"]);
    }
    let responses = &mut operation.responses.responses;
    match responses.get("200").cloned() {
        Some(RefOr::T(found)) if is_file(&found) => {
            add_file_responses(responses, found);
            statuses.push("412");
        }
        Some(RefOr::T(found)) if is_feed(&found) => {
            add_feed_responses(responses, found);
            statuses.push("412");
        }
        _ => {}
    }
    statuses.extend(["500", "503"]);
    if takes_key && let Some(RefOr::T(created)) = responses.get_mut("201") {
        created
            .headers
            .insert(REPLAYED.to_owned(), RefOr::T(replayed()));
    }
    let is_dated = matches!(
        responses.get("200"),
        Some(RefOr::T(found)) if found.headers.contains_key("Last-Modified")
    );
    if let Some(RefOr::T(known)) = responses.get_mut("304") {
        add_header(known, "ETag", "The present one.");
        if is_dated {
            add_header(known, "Last-Modified", "When it last changed.");
        }
    }
    if has_header("If-Match")
        && let Some(RefOr::T(changed)) = responses.get_mut("200")
    {
        add_header(changed, "ETag", "The new revision, for `If-Match`.");
    }
    for status in statuses {
        responses
            .entry(status.to_owned())
            .or_insert_with(|| RefOr::T(problem(status)));
    }
    if path.starts_with(UPLOADS_PATH) {
        describe_protocol(responses);
        if let Some(RefOr::T(body)) = &mut operation.request_body {
            // utoipa says of an optional body that it may be `null`.
            for content in body.content.values_mut() {
                *content = RefOr::T(Content::new(Some(Ref::from_schema_name("FileBytes"))));
            }
        }
    }
}

/// What every answer of tus 1.0 has.
fn describe_protocol(responses: &mut BTreeMap<String, RefOr<Response>>) {
    for (status, response) in responses {
        let RefOr::T(response) = response else {
            continue;
        };
        add_optional_header(response, "Tus-Resumable", "The version of the protocol.");
        if status == "412" {
            add_optional_header(response, "Tus-Version", "The versions that are spoken.");
        }
    }
}

/// What tus 1.0 answers beside what others answer.
fn upload_statuses(path: &str, operation: &Operation) -> &'static [&'static str] {
    let ways = operation.security.as_deref().unwrap_or_default();
    let needs_token = !ways.is_empty();
    match operation.request_body {
        Some(_) if path.starts_with(UPLOADS_PATH) => &["409", "412", "423", "460"],
        None if path.starts_with(UPLOADS_PATH) && needs_token => &["412", "423"],
        None if path.contains("/uploads/{upload}") => &["415", "423"],
        _ => &[],
    }
}

/// Whether a response has the bytes of a file.
fn is_file(found: &Response) -> bool {
    found.headers.contains_key("Accept-Ranges")
}

/// Files are delivered whole or in parts, with the same headers.
fn add_file_responses(responses: &mut BTreeMap<String, RefOr<Response>>, mut whole: Response) {
    add_header(&mut whole, "ETag", "Strong: the hash of the bytes.");
    add_header(&mut whole, "Repr-Digest", "RFC 9530: SHA-256 of the whole.");
    add_header(
        &mut whole,
        "Content-Disposition",
        "The name to save it under.",
    );
    let added = "When the file was attached, or the copy made.";
    add_optional_header(&mut whole, "Last-Modified", added);
    let mut part = whole.clone();
    part.description = "Part of the bytes; several parts as `multipart/byteranges`.".to_owned();
    let bytes = part.content.values().next().cloned();
    let parts = bytes.map(|bytes| ("multipart/byteranges".to_owned(), bytes));
    part.content.extend(parts);
    add_optional_header(&mut part, "Content-Range", "Which part.");
    let mut outside = problem("416");
    add_header(&mut outside, "Content-Range", "`bytes */` and the length.");
    responses.insert("200".to_owned(), RefOr::T(whole));
    responses.insert("206".to_owned(), RefOr::T(part));
    responses.insert("416".to_owned(), RefOr::T(outside));
}

/// Whether a response is an Atom feed.
fn is_feed(found: &Response) -> bool {
    found.content.contains_key("application/atom+xml")
}

/// Feeds are fetched again and again: with conditions, page by page.
fn add_feed_responses(responses: &mut BTreeMap<String, RefOr<Response>>, mut page: Response) {
    add_header(&mut page, "ETag", "Changes with the content.");
    add_optional_header(&mut page, "Link", "`rel=\"next\"` until the end.");
    responses.insert("200".to_owned(), RefOr::T(page));
}

/// A header that is not always sent: `require_headers` knows it by its schema.
fn add_optional_header(response: &mut Response, name: &str, description: &str) {
    let text = SchemaType::from_iter([Type::String, Type::Null]);
    let header = HeaderBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(text)))
        .description(Some(description))
        .build();
    response.headers.insert(name.to_owned(), RefOr::T(header));
}

fn add_header(response: &mut Response, name: &str, description: &str) {
    let header = HeaderBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .description(Some(description))
        .build();
    let headers = &mut response.headers;
    headers.entry(name.to_owned()).or_insert(RefOr::T(header));
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

/// A session does where a token does.
fn accept_sessions(operation: &mut Operation) {
    let session = || SecurityRequirement::new::<_, _, String>("session", []);
    let token = SecurityRequirement::new::<_, _, String>("token", []);
    if let Some(ways) = &mut operation.security
        && ways.contains(&token)
        && !ways.contains(&session())
    {
        ways.push(session());
    }
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
        "401" => "A token or a session is needed, or the one sent is not valid.",
        "403" => "The token or session does not allow this.",
        "404" => "Nothing here, or nothing the caller may know of.",
        "406" => "None of the accepted codings or forms can be given.",
        "408" => "The body came too slowly.",
        "409" => "The present state does not allow this.",
        "410" => "The work was withdrawn or deleted.",
        "412" => "`If-Match` names another revision or state.",
        "413" => "The body is larger than allowed.",
        "415" => "The media type of the body is not taken here.",
        "422" => "Rules are broken; all of them are listed.",
        "428" => "`If-Match` is missing.",
        "416" => "The file has no such bytes.",
        "414" => "The address with its parameters is too long.",
        "423" => "Another request works on the upload.",
        "429" => "Too many requests.",
        "460" => "The body does not have its checksum; nothing of it was kept.",
        "503" => "Not able to serve this now.",
        "507" => "No space left, or the quota of the body is used up; nothing was written.",
        _ => "A fault of the archive; the log knows the request id.",
    };
    let document = Ref::from_schema_name("ProblemDocument");
    let mut response = ResponseBuilder::new()
        .description(description)
        .content(MEDIA_TYPE, Content::new(Some(document)))
        .build();
    match status {
        "415" => add_header(&mut response, "Accept", "The accepted media types."),
        "429" | "503" => add_header(&mut response, "Retry-After", "Seconds to wait."),
        _ => {}
    }
    response
}
