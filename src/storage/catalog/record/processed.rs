//! The stored form of what processing a blob came to.

use serde::{Deserialize, Serialize};

use super::InvalidRecord;
use super::field::{named, sha256};
use crate::domain::asset::ProcessingFailure;
use crate::storage::catalog::{ProcessedBlob, ProcessingResult};

/// The stored name of [`ProcessingResult::NothingToRemove`].
const NOTHING_TO_REMOVE: &str = "nothing-to-remove";

/// The stored name of [`ProcessingResult::Awaited`].
const AWAITED: &str = "awaited";

/// What is stored of a processed blob.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProcessedBlobRecord {
    /// Since 0.1.
    #[serde(rename = "v1")]
    V1(ProcessedBlobV1),
}

/// Version 1 of a processed blob. `result` is `nothing-to-remove`, `awaited` or the wire name of a failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain type")]
pub struct ProcessedBlobV1 {
    pub of: String,
    pub recipe: String,
    pub result: String,
}

impl ProcessedBlobRecord {
    /// The newest version of this record.
    pub fn upgrade(self) -> ProcessedBlobV1 {
        match self {
            Self::V1(processed) => processed,
        }
    }
}

impl From<ProcessedBlob> for ProcessedBlobRecord {
    fn from(processed: ProcessedBlob) -> Self {
        let result = match processed.result {
            ProcessingResult::NothingToRemove => NOTHING_TO_REMOVE,
            ProcessingResult::Awaited => AWAITED,
            ProcessingResult::Failed(failure) => failure.name(),
        };
        Self::V1(ProcessedBlobV1 {
            of: processed.of.to_hex(),
            recipe: processed.recipe,
            result: result.to_owned(),
        })
    }
}

impl TryFrom<ProcessedBlobRecord> for ProcessedBlob {
    type Error = InvalidRecord;

    fn try_from(record: ProcessedBlobRecord) -> Result<Self, InvalidRecord> {
        let stored = record.upgrade();
        let result = if stored.result == NOTHING_TO_REMOVE {
            ProcessingResult::NothingToRemove
        } else if stored.result == AWAITED {
            ProcessingResult::Awaited
        } else {
            let names = &ProcessingFailure::NAMES;
            ProcessingResult::Failed(named("result of processing", names, &stored.result)?)
        };
        Ok(Self {
            of: sha256(&stored.of)?,
            recipe: stored.recipe,
            result,
        })
    }
}
