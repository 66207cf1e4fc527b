//! Revisions in responses.

use serde::Serialize;
use utoipa::ToSchema;

use crate::interfaces::http::schemas;
use crate::interfaces::wire::{AssetDto, FieldChangeDto};
use crate::storage::catalog::RevisionEntry;

/// A revision of a work: what was done, by whom, when and why.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RevisionView {
    /// Its number: the entity tag of the work then.
    revision: u64,
    /// What happened.
    #[schema(value_type = schemas::EventKindName, inline)]
    kind: &'static str,
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// Who: role and token, or `system`.
    #[schema(example = "editor:4f9a2c")]
    by: String,
    /// Why, in the words of who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// One page of revisions.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RevisionList {
    /// The revisions, newest first.
    pub(super) items: Vec<RevisionView>,
    /// Cursor of the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<u64>,
}

/// A work as it was.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EarlierWork {
    /// What made the revision.
    #[serde(flatten)]
    pub(super) revision: RevisionView,
    /// The work as it was.
    pub(super) asset: AssetDto,
    /// Those of its files that the archive does not have any more, by SHA-256. A revision with such a file
    /// cannot be restored.
    pub(super) missing_files: Vec<String>,
}

/// The differences between two revisions.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RevisionDiff {
    /// The revision that is compared; absent when the first one is compared with nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) before: Option<RevisionView>,
    /// The revision with which it is compared.
    pub(super) after: RevisionView,
    /// The fields that differ.
    pub(super) changes: Vec<FieldChangeDto>,
}

impl From<RevisionEntry> for RevisionView {
    fn from(entry: RevisionEntry) -> Self {
        Self {
            revision: entry.revision.0,
            kind: entry.kind.name(),
            at: entry.at.to_string(),
            by: entry.by,
            reason: entry.reason,
        }
    }
}
