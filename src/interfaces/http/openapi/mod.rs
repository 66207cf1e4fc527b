//! The description of this interface: OpenAPI 3.1, collected from the handlers in the list of [`operations`](super::operations).
//!
//! Responses that groups of operations share are added by rule ([`shared_responses`]). The description is committed as
//! `api/openapi.json` and compared by a test.

mod shared_responses;

use std::sync::LazyLock;

use serde_json::Value;
use utoipa::openapi::OpenApi as Description;
use utoipa::{Modify, OpenApi};

use super::extract::precondition::REPLAYED;
use super::operations::Operations;
use super::problem::document::ProblemDocument;
use shared_responses::SharedResponses;

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
        (name = "accounts", description = "Accounts of posts, sessions of browsers"),
        (name = "operation", description = "Health, tokens, and this description"),
    ),
    components(schemas(ProblemDocument))
)]
struct Api;

/// The whole description.
pub fn description() -> Description {
    let mut description = Api::openapi();
    description.merge(Operations::openapi());
    SharedResponses.modify(&mut description);
    description
}

/// The description as the text that is committed.
pub fn text() -> String {
    let mut description = serde_json::to_value(description()).unwrap_or_default();
    require_headers(&mut description);
    merge_documentation(&mut description);
    // Whatever else of the build asks `serde_json` to keep an order, the committed text has this one.
    description.sort_all_objects();
    let mut text = serde_json::to_string_pretty(&description).unwrap_or_default();
    text.push('\n');
    text
}

/// The same, made once: that takes some milliseconds.
pub fn shared_text() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(text);
    &TEXT
}

/// States which headers of responses are always sent, which the types of utoipa cannot say: a header is
/// optional when its handler describes it as an `Option`, or when a whole group of responses shares it.
fn require_headers(description: &mut Value) {
    let paths = description["paths"].as_object_mut().into_iter().flatten();
    let operations = paths.flat_map(|(_, path)| path.as_object_mut().into_iter().flatten());
    for (_, operation) in operations {
        let answers = operation["responses"].as_object_mut().into_iter().flatten();
        for (status, answer) in answers {
            let is_shared = ["304", "415", "429", "503"].contains(&status.as_str());
            let headers = answer.get_mut("headers").and_then(Value::as_object_mut);
            for (name, header) in headers.into_iter().flatten() {
                let is_optional = is_shared || name == REPLAYED || is_nullable(&header["schema"]);
                header["schema"] = without_null(header["schema"].take());
                header["required"] = (!is_optional).into();
            }
        }
    }
}

/// For an inlined type with a comment of the field utoipa writes `allOf` of the type and of an object that has
/// only the comment, so that nothing can be both. The comment belongs to the type.
fn merge_documentation(value: &mut Value) {
    match value {
        Value::Object(members) => members.values_mut().for_each(merge_documentation),
        Value::Array(entries) => entries.iter_mut().for_each(merge_documentation),
        _ => return,
    }
    let is_documentation = |part: &Value| {
        let names = ["type", "description", "default", "example"];
        let mut members = part.as_object().into_iter().flatten();
        part["type"] == "object" && members.all(|(name, _)| names.contains(&name.as_str()))
    };
    if let Some([inlined, documentation]) = value["allOf"].as_array().map(Vec::as_slice)
        && is_documentation(documentation)
        && inlined.get("type").is_some()
    {
        let mut merged = inlined.clone();
        for (name, text) in documentation.as_object().into_iter().flatten() {
            if name != "type" {
                merged[name] = text.clone();
            }
        }
        *value = merged;
    }
}

fn is_nullable(schema: &Value) -> bool {
    let types = schema["type"].as_array();
    types.is_some_and(|types| types.iter().any(|name| name == "null"))
}

fn without_null(mut schema: Value) -> Value {
    if let Some(types) = schema["type"].as_array()
        && let Some(single) = types.iter().find(|name| *name != "null").cloned()
    {
        schema["type"] = single;
    }
    schema
}
