//! Bulk acts in requests and responses.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::interfaces::http::frame::Caller;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::problem::document::ProblemDocument;
use crate::interfaces::http::schemas;
use crate::services::curation::bulk::{
    BulkState, Counts, ItemResult, Outcome, Preview, UndoOutcome,
};

/// An act on many works.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; reading it reports every broken rule"
)]
pub(super) struct BulkBody {
    /// What is done to each work.
    #[schema(value_type = schemas::BulkActName, inline)]
    act: String,
    /// The works, at most 10,000: ids, or objects with `id` and the `revision` that you have seen. Either
    /// this or `search`.
    #[schema(schema_with = selected_works)]
    works: Option<Vec<Value>>,
    /// The works that a search finds: parameters of `/api/v1/search` by name. Only works with all words count.
    #[schema(value_type = Option<std::collections::BTreeMap<String, String>>)]
    search: Option<Value>,
    /// Of `return` and `withdraw`: why, for the contributor or for the public.
    #[schema(min_length = 1, max_length = 1000)]
    reason: Option<String>,
    /// Of `describe`: fields and their new values; `null` empties a field. All but titles, descriptions, body,
    /// relations and identifiers.
    #[schema(value_type = Option<Object>)]
    set: Option<Value>,
    /// Of `describe`: lists and the entries that are added to them.
    #[schema(value_type = Option<Object>)]
    add: Option<Value>,
    /// Only tell what would be done.
    #[schema(default = false)]
    dry_run: Option<bool>,
}

fn selected_works() -> utoipa::openapi::schema::Array {
    use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, OneOfBuilder, SchemaFormat, Type};
    let uuid = || {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::Custom("uuid".to_owned())))
    };
    let pinned = ObjectBuilder::new()
        .property("id", uuid())
        .property(
            "revision",
            ObjectBuilder::new()
                .schema_type(Type::Integer)
                .minimum(Some(1)),
        )
        .required("id")
        .required("revision");
    ArrayBuilder::new()
        .items(OneOfBuilder::new().item(uuid()).item(pinned))
        .max_items(Some(10_000))
        .description(Some(
            "The works: ids, or objects with the id and the revision that you have seen. Either this or \
             `search`.",
        ))
        .build()
}

/// What an act would do.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BulkPreview {
    /// The works.
    total: usize,
    /// Those that would change.
    changed: usize,
    /// Those that are like that already.
    unchanged: usize,
    /// Those that would be refused.
    refused: usize,
    /// Each work, in order.
    items: Vec<BulkPreviewItem>,
}

/// What an act would do to one work.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BulkPreviewItem {
    /// The work.
    #[schema(format = "uuid")]
    id: String,
    /// Its revision; absent when you may not see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<u64>,
    /// What would come of it.
    #[schema(value_type = schemas::BulkPreviewOutcome, inline)]
    outcome: &'static str,
    /// Why it would be refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<ProblemDocument>,
}

/// An act on many works and how far it is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BulkView {
    /// Its id.
    #[schema(format = "uuid")]
    id: String,
    /// What is done to each work.
    #[schema(value_type = schemas::BulkActName, inline)]
    act: &'static str,
    /// Who started it: role and token.
    by: String,
    /// `running`, `done` when every work has a result, `undoing`, `undone`.
    #[schema(value_type = schemas::BulkPhaseName, inline)]
    state: &'static str,
    /// The works by result.
    counts: BulkCounts,
    /// When it was started.
    #[schema(format = DateTime)]
    created_at: String,
    /// When the last work had a result.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    finished_at: Option<String>,
    /// Until when it can be undone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    undo_until: Option<String>,
}

/// Works by result.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BulkCounts {
    /// All.
    total: u64,
    /// Without a result yet.
    pending: u64,
    /// Changed, those that were changed back included.
    changed: u64,
    /// Like that already.
    unchanged: u64,
    /// Refused.
    refused: u64,
    /// Changed back.
    undone: u64,
    /// Not changed back: they were changed since, or it is not possible.
    not_undone: u64,
}

/// One page of results.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BulkItemList {
    /// The results, in the order of the works.
    pub(super) items: Vec<BulkItem>,
    /// Cursor of the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<u32>,
}

/// What came of one work.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BulkItem {
    /// Its position, from 0.
    position: u32,
    /// The work.
    #[schema(format = "uuid")]
    id: String,
    /// The revision on which the act is based.
    #[serde(skip_serializing_if = "Option::is_none")]
    expected_revision: Option<u64>,
    /// What came of it.
    #[schema(value_type = schemas::BulkOutcome, inline)]
    outcome: &'static str,
    /// The revision that was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<u64>,
    /// What came of changing it back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::BulkUndoOutcome>, inline)]
    undo: Option<&'static str>,
    /// The revision that was made by changing it back.
    #[serde(skip_serializing_if = "Option::is_none")]
    undo_revision: Option<u64>,
    /// Why a refused work is refused in its present state. Absent when it would be accepted now.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<ProblemDocument>,
}

impl BulkPreview {
    /// The preview in the language of the caller.
    pub(super) fn render(previews: Vec<Preview>, caller: &Caller) -> Self {
        let mut rendered = Self {
            total: previews.len(),
            changed: 0,
            unchanged: 0,
            refused: 0,
            items: Vec::with_capacity(previews.len()),
        };
        for preview in previews {
            let (count, outcome, problem) = match preview.result {
                Ok(true) => (&mut rendered.changed, "changed", None),
                Ok(false) => (&mut rendered.unchanged, "unchanged", None),
                Err(error) => {
                    let problem = caller.document(&Problem::from(error));
                    (&mut rendered.refused, "refused", Some(problem))
                }
            };
            *count += 1;
            rendered.items.push(BulkPreviewItem {
                id: preview.selected.id.to_string(),
                revision: preview.selected.revision.map(|revision| revision.0),
                outcome,
                problem,
            });
        }
        rendered
    }
}

impl BulkView {
    /// Its id.
    pub(super) fn id(&self) -> &str {
        &self.id
    }
}

impl From<BulkState> for BulkView {
    fn from(state: BulkState) -> Self {
        Self {
            id: state.id,
            act: state.act,
            by: state.by,
            state: state.phase.name(),
            counts: state.counts.into(),
            created_at: state.created_at.to_string(),
            finished_at: state.finished_at.map(|moment| moment.to_string()),
            undo_until: state.undo_until.map(|moment| moment.to_string()),
        }
    }
}

impl From<Counts> for BulkCounts {
    fn from(counts: Counts) -> Self {
        let Counts {
            total,
            pending,
            changed,
            unchanged,
            refused,
            undone,
            not_undone,
        } = counts;
        Self {
            total,
            pending,
            changed,
            unchanged,
            refused,
            undone,
            not_undone,
        }
    }
}

impl BulkItem {
    /// The result in the language of the caller.
    pub(super) fn render(result: ItemResult, caller: &Caller) -> Self {
        let item = result.item;
        let (outcome, revision) = match item.outcome {
            Outcome::Pending => ("pending", None),
            Outcome::Changed(revision) => ("changed", Some(revision)),
            Outcome::Unchanged => ("unchanged", None),
            Outcome::Refused => ("refused", None),
        };
        let (undo, undo_revision) = match item.undo {
            Some(UndoOutcome::Undone(revision)) => (Some("undone"), Some(revision)),
            Some(UndoOutcome::Refused) => (Some("refused"), None),
            None => (None, None),
        };
        Self {
            position: item.position,
            id: item.asset,
            expected_revision: item.expected,
            outcome,
            revision,
            undo,
            undo_revision,
            problem: result
                .problem
                .map(|error| caller.document(&Problem::from(error))),
        }
    }
}
