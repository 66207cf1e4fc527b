//! The jobs of an import, as they are enqueued.

use serde::{Deserialize, Serialize};

use super::record::TableImportId;
use crate::domain::Timestamp;
use crate::services::jobs::payload;
use crate::storage::catalog::{JobKind, NewJob};

pub(super) const RUN: &str = "import-table";
pub(super) const FORGET: &str = "forget-table-import";

/// How long an import can be read after its check: thirty days.
pub(super) const RETENTION_SECONDS: i64 = 30 * 24 * 60 * 60;

/// Which import.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Payload {
    #[serde(with = "payload::as_text")]
    pub(super) import: TableImportId,
}

/// The job that imports the rows without a result.
pub(super) fn job(import: TableImportId, now: Timestamp) -> NewJob {
    NewJob {
        kind: JobKind(RUN.to_owned()),
        payload: payload::to_text(&Payload { import }),
        run_at: now,
        unique_key: Some(import.to_string()),
    }
}

/// The job that forgets an import.
pub(super) fn forget_job(import: TableImportId, now: Timestamp) -> NewJob {
    NewJob {
        kind: JobKind(FORGET.to_owned()),
        payload: payload::to_text(&Payload { import }),
        run_at: now.plus_seconds(RETENTION_SECONDS),
        unique_key: Some(import.to_string()),
    }
}
