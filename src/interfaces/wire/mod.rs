//! The JSON forms of works, files, events and import results: one for HTTP and command line.
//!
//! [`parse_work`] and its siblings read JSON into domain types and report every broken rule at once, each
//! with its JSON pointer; unknown properties are refused, `null` counts as absent. The `…Dto` types render
//! what an actor may see. A change is a JSON Merge
//! Patch (RFC 7396) on the rendered form, which is parsed like a new work.

mod asset;
mod bulk;
mod change;
mod comparison;
mod file;
mod handling;
mod import;
mod incoming;
mod names;
mod patch;
mod pointer;
mod reader;
mod record_parts;
mod review;
mod saved_search;
pub mod schema;
mod schema_fields;
mod sound;
mod work;

pub use asset::{AssetDto, Inclusions, LinksDto, RecordContext};
pub use bulk::{BulkRequest, MAX_WORKS, Selection, parse_bulk_request};
pub use change::ChangeDto;
pub use comparison::{FieldChangeDto, PassageDto, compare_works};
pub use file::{AvailableDto, FileDto, FileTextDto, RegionDto, parse_pages, parse_regions};
pub use handling::{
    AssignedWork, AssignmentDto, CommentDto, HandlingDto, parse_assignment, parse_comment,
};
pub use import::{ImportResultDto, parse_import_line};
pub use incoming::{FileDescription, parse_file_description, parse_part_of_work, parse_work};
pub use patch::patch_work;
pub use review::{
    ChecklistDto, ConditionDto, CorrectionDto, DecisionDto, ReturnReasonDto, parse_return_reasons,
};
pub use saved_search::{SavedSearchDto, parse_saved_search};
pub use sound::{CopyDto, SoundDto, SoundNoteDto};
pub(in crate::interfaces) use work::texts_by_language;
pub use work::{CreatorDto, IdentifierDto, RelationDto, WorkDto};

use serde_json::Value;

/// The bytes are not JSON (RFC 8259).
#[derive(Debug, thiserror::Error)]
#[error("not JSON at line {line}, column {column}")]
pub struct MalformedJson {
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1.
    pub column: usize,
    #[source]
    source: serde_json::Error,
}

/// Reads a JSON text.
///
/// # Errors
/// [`MalformedJson`] with the place where it stops being JSON; also for invalid UTF-8.
pub fn parse_json(bytes: &[u8]) -> Result<Value, MalformedJson> {
    serde_json::from_slice(bytes).map_err(|source| MalformedJson {
        line: source.line(),
        column: source.column(),
        source,
    })
}
