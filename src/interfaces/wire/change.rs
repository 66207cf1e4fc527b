//! Entries of the change feed.

use serde::Serialize;
use utoipa::ToSchema;

use super::schema_fields;
use crate::services::sharing::Change;

/// One entry of the change feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Change)]
pub struct ChangeDto {
    /// Its place in the log; the cursor of a reader.
    pub number: u64,
    /// When it was committed.
    #[schema(format = DateTime)]
    pub at: String,
    /// What happened.
    #[schema(schema_with = schema_fields::event_kind)]
    pub kind: &'static str,
    /// The work.
    #[schema(format = "uuid")]
    pub asset: String,
    /// Its revision after the change.
    pub revision: u64,
    /// `available`: it can be read. `gone`: not any more, forget it.
    #[schema(schema_with = schema_fields::presence)]
    pub state: &'static str,
}

impl From<&Change> for ChangeDto {
    fn from(change: &Change) -> Self {
        Self {
            number: change.number.0,
            at: change.at.to_string(),
            kind: change.kind.name(),
            asset: change.asset.to_string(),
            revision: change.revision.0,
            state: change.presence.name(),
        }
    }
}
