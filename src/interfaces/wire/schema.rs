//! The JSON Schema of works.

use serde_json::{Map, Value};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema as _, ToSchema as _};

use super::asset::{AssetDto, LinksDto};
use super::file::{AvailableDto, FileDto, FileTextDto, ProcessingProblemDto, TextProblemDto};
use super::record_parts::ConceptLabelDto;
use super::review::{CorrectionDto, ReturnReasonDto};
use super::work::{CreatorDto, IdentifierDto, RelationDto, WorkDto};

/// The schema of a work in responses (JSON Schema 2020-12), as committed in
/// `schema/asset.schema.json`.
///
/// # Panics
/// Never: schemas are JSON.
pub fn asset_schema() -> Value {
    let definitions: Map<String, Value> = [
        (WorkDto::name(), WorkDto::schema()),
        (CreatorDto::name(), CreatorDto::schema()),
        (RelationDto::name(), RelationDto::schema()),
        (IdentifierDto::name(), IdentifierDto::schema()),
        (FileDto::name(), FileDto::schema()),
        (AvailableDto::name(), AvailableDto::schema()),
        (LinksDto::name(), LinksDto::schema()),
        (ConceptLabelDto::name(), ConceptLabelDto::schema()),
        (ProcessingProblemDto::name(), ProcessingProblemDto::schema()),
        (FileTextDto::name(), FileTextDto::schema()),
        (TextProblemDto::name(), TextProblemDto::schema()),
        (ReturnReasonDto::name(), ReturnReasonDto::schema()),
        (CorrectionDto::name(), CorrectionDto::schema()),
    ]
    .into_iter()
    .map(|(name, schema)| (name.into_owned(), plain(&schema)))
    .collect();
    let mut document = Map::new();
    let head = [
        ("$schema", "https://json-schema.org/draft/2020-12/schema"),
        ("$id", "https://khochung.example/schema/asset.schema.json"),
        ("title", "Asset"),
    ];
    for (name, text) in head {
        document.insert(name.to_owned(), text.into());
    }
    if let Value::Object(asset) = plain(&AssetDto::schema()) {
        document.extend(asset);
    }
    document.insert("$defs".to_owned(), definitions.into());
    Value::Object(document)
}

/// The schema with references into `$defs` instead of an OpenAPI document.
#[expect(clippy::expect_used, reason = "a schema is a JSON document")]
fn plain(schema: &RefOr<Schema>) -> Value {
    let text = serde_json::to_string(schema)
        .expect("schemas serialise")
        .replace("#/components/schemas/", "#/$defs/");
    serde_json::from_str(&text).expect("a serialised schema is JSON")
}
