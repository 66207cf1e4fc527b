//! What differs between two revisions of a work, field by field.

use std::collections::BTreeSet;
use std::time::Instant;

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::asset::AssetDto;
use super::schema_fields;
use crate::domain::word_diff::{self, Passage};

/// Texts: compared word by word.
const TEXTS: [&str; 3] = ["body", "credit_line", "withdrawn_reason"];
/// Texts by language.
const TEXTS_BY_LANGUAGE: [&str; 2] = ["titles", "descriptions"];
/// What every revision has of its own, and addresses.
const NOT_COMPARED: [&str; 5] = ["id", "revision", "created_at", "updated_at", "links"];
/// What the caller gets of a file now: no part of the revision.
const NOT_COMPARED_OF_FILES: [&str; 5] = [
    "available",
    "captions",
    "processing",
    "processing_problem",
    "text",
];

/// A field that differs.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = FieldChange)]
pub struct FieldChangeDto {
    /// The field: a JSON pointer (RFC 6901) into the work.
    #[schema(example = "/titles/vi")]
    pub field: String,
    /// Its earlier value; absent when it had none. Not of texts and lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// Its later value; absent when it has none. Not of texts and lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
    /// Of a list, or of the files: what only the earlier one has. When both lists have the same entries in
    /// another order, they are `before` and `after`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<Value>,
    /// Of a list, or of the files: what only the later one has.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<Value>,
    /// Of a text: its passages in reading order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub passages: Vec<PassageDto>,
}

/// A passage of a text that was compared word by word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Passage)]
pub struct PassageDto {
    /// `same` in both; `omitted`: the same and long, only its length is given; `removed`; `added`;
    /// `respelled`: the same words with tone marks in other places (`hòa`, `hoà`) or other blanks.
    #[schema(schema_with = schema_fields::passage_kind)]
    pub kind: &'static str,
    /// The passage; absent for `omitted` and `respelled`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Of `respelled`: in the earlier text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Of `respelled`: in the later text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Of `omitted`: the length.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub characters: Option<usize>,
}

/// The fields in which two revisions differ, by name; all that are set when there is no earlier one. After
/// the deadline texts are not compared any further.
pub fn compare_works(
    before: Option<&AssetDto>,
    after: &AssetDto,
    deadline: Instant,
) -> Vec<FieldChangeDto> {
    let comparison = Comparison { deadline };
    let (before, after) = (before.map(fields).unwrap_or_default(), fields(after));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let compared = names
        .into_iter()
        .filter(|name| !NOT_COMPARED.contains(&name.as_str()));
    compared
        .flat_map(|name| comparison.field(name, before.get(name), after.get(name)))
        .collect()
}

fn fields(work: &AssetDto) -> Map<String, Value> {
    let Ok(Value::Object(mut fields)) = serde_json::to_value(work) else {
        return Map::new();
    };
    let files = fields.get_mut("files").and_then(Value::as_array_mut);
    for file in files.into_iter().flatten().filter_map(Value::as_object_mut) {
        for name in NOT_COMPARED_OF_FILES {
            file.remove(name);
        }
    }
    fields
}

struct Comparison {
    deadline: Instant,
}

impl Comparison {
    fn field(
        &self,
        name: &str,
        before: Option<&Value>,
        after: Option<&Value>,
    ) -> Vec<FieldChangeDto> {
        if before == after {
            return Vec::new();
        }
        if TEXTS_BY_LANGUAGE.contains(&name) {
            return self.texts(name, before, after);
        }
        let pointer = format!("/{name}");
        let change = if TEXTS.contains(&name) {
            Some(self.text(pointer, before, after))
        } else if is_list(before) || is_list(after) {
            list(pointer, before, after)
        } else {
            Some(FieldChangeDto {
                before: before.cloned(),
                after: after.cloned(),
                ..unchanged(pointer)
            })
        };
        change.into_iter().collect()
    }

    fn texts(
        &self,
        name: &str,
        before: Option<&Value>,
        after: Option<&Value>,
    ) -> Vec<FieldChangeDto> {
        let languages = |texts: Option<&Value>| -> BTreeSet<String> {
            let texts = texts.and_then(Value::as_object);
            texts
                .map(|texts| texts.keys().cloned().collect())
                .unwrap_or_default()
        };
        let both = languages(before).into_iter().chain(languages(after));
        let both: BTreeSet<String> = both.collect();
        let of =
            |texts: Option<&Value>, language: &str| texts.and_then(|t| t.get(language)).cloned();
        let mut changes = Vec::new();
        for language in both {
            let (before, after) = (of(before, &language), of(after, &language));
            if before != after {
                let pointer = format!("/{name}/{language}");
                changes.push(self.text(pointer, before.as_ref(), after.as_ref()));
            }
        }
        changes
    }

    fn text(
        &self,
        pointer: String,
        before: Option<&Value>,
        after: Option<&Value>,
    ) -> FieldChangeDto {
        let text =
            |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        let passages = word_diff::compare(&text(before), &text(after), self.deadline);
        FieldChangeDto {
            passages: passages.into_iter().map(PassageDto::from).collect(),
            ..unchanged(pointer)
        }
    }
}

fn unchanged(field: String) -> FieldChangeDto {
    FieldChangeDto {
        field,
        before: None,
        after: None,
        removed: Vec::new(),
        added: Vec::new(),
        passages: Vec::new(),
    }
}

fn is_list(value: Option<&Value>) -> bool {
    value.is_some_and(Value::is_array)
}

/// `None` when a list became empty by not being there.
fn list(pointer: String, before: Option<&Value>, after: Option<&Value>) -> Option<FieldChangeDto> {
    let entries =
        |list: Option<&Value>| list.and_then(Value::as_array).cloned().unwrap_or_default();
    let (before, after) = (entries(before), entries(after));
    if before == after {
        return None;
    }
    let without = |list: &[Value], other: &[Value]| -> Vec<Value> {
        let only = list.iter().filter(|entry| !other.contains(entry));
        only.cloned().collect()
    };
    let (removed, added) = (without(&before, &after), without(&after, &before));
    let is_reordered = removed.is_empty() && added.is_empty();
    Some(FieldChangeDto {
        before: is_reordered.then_some(Value::Array(before)),
        after: is_reordered.then_some(Value::Array(after)),
        removed,
        added,
        ..unchanged(pointer)
    })
}

impl From<Passage> for PassageDto {
    fn from(passage: Passage) -> Self {
        let empty = |kind| Self {
            kind,
            text: None,
            before: None,
            after: None,
            characters: None,
        };
        let with_text = |kind, text| Self {
            text: Some(text),
            ..empty(kind)
        };
        match passage {
            Passage::Same(text) => with_text("same", text),
            Passage::Removed(text) => with_text("removed", text),
            Passage::Added(text) => with_text("added", text),
            Passage::Omitted { characters } => Self {
                characters: Some(characters),
                ..empty("omitted")
            },
            Passage::Respelled { before, after } => Self {
                before: Some(before),
                after: Some(after),
                ..empty("respelled")
            },
        }
    }
}
