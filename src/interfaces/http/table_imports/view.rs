//! Imports of tables in answers.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::Timestamp;
use crate::interfaces::http::schemas;
use crate::interfaces::messages::Language;
use crate::interfaces::tables::Columns;
use crate::services::table_imports::{
    CountsV1, DifferenceV1, ReasonV1, RowResultV1, TableImportState, TableRowV1,
};

/// The import of a table.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TableImport)]
pub(super) struct TableImportView {
    /// Its id.
    #[schema(format = "uuid")]
    id: String,
    /// The name of the table.
    name: String,
    /// How far it is.
    #[schema(value_type = schemas::TableImportPhase, inline)]
    state: &'static str,
    /// The number of rows.
    total: u32,
    /// What would come of the rows, as they were checked.
    checked: TableCounts,
    /// What came of the rows so far.
    imported: TableCounts,
    /// Columns whose names mean nothing here. They were not read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unknown_columns: Vec<String>,
    /// When it was checked.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it was started.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    started_at: Option<String>,
    /// When it was done or cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    finished_at: Option<String>,
}

/// Rows by outcome.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TableCounts {
    /// New works.
    created: u32,
    /// Works that are changed.
    changed: u32,
    /// Works that are like that already.
    unchanged: u32,
    /// Refused rows.
    refused: u32,
}

/// Imports.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TableImportList {
    /// The imports, the newest first.
    pub(super) items: Vec<TableImportView>,
}

/// One page of rows.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TableRowList {
    /// The rows, in the order of the table.
    pub(super) items: Vec<TableRowView>,
    /// Cursor of the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<u32>,
}

/// A row of a table.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TableRow)]
pub(super) struct TableRowView {
    /// Its position, from 0.
    position: u32,
    /// The number that a spreadsheet shows beside it.
    row: u32,
    /// What came of it, or would.
    #[schema(value_type = schemas::TableRowOutcome, inline)]
    outcome: &'static str,
    /// Whether it was imported, or refused in the attempt.
    is_done: bool,
    /// The work.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uuid")]
    asset: Option<String>,
    /// What it changes of a work that is there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    differences: Vec<TableDifference>,
    /// Why it is refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<TableReason>,
}

/// A field that a row changes.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TableDifference {
    /// The name of the field.
    field: String,
    /// Its value before, in one line and shortened.
    before: String,
    /// Its value afterwards.
    after: String,
}

/// Why a row is refused.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TableReason {
    /// The column, as the table names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<String>,
    /// The reason in words.
    detail: String,
}

impl From<TableImportState> for TableImportView {
    fn from(state: TableImportState) -> Self {
        let TableImportState { import, imported } = state;
        let moment = |millis: i64| Timestamp::from_millis(millis).to_string();
        let unknown = Columns::of(&import.header);
        let unknown = unknown.unknown(&import.header);
        Self {
            unknown_columns: unknown.into_iter().map(str::to_owned).collect(),
            id: import.id,
            name: import.name,
            state: import.phase.name(),
            total: import.total,
            checked: import.checked.into(),
            imported: imported.into(),
            created_at: moment(import.created_at_ms),
            started_at: import.started_at_ms.map(moment),
            finished_at: import.finished_at_ms.map(moment),
        }
    }
}

impl From<CountsV1> for TableCounts {
    fn from(counts: CountsV1) -> Self {
        Self {
            created: counts.created,
            changed: counts.changed,
            unchanged: counts.unchanged,
            refused: counts.refused,
        }
    }
}

impl TableRowView {
    /// Rows of a table with this header.
    pub(super) fn of_rows(
        rows: Vec<(TableRowV1, Option<RowResultV1>)>,
        header: &[String],
        language: Language,
    ) -> Vec<Self> {
        let columns = Columns::of(header);
        let reason = |reason: &ReasonV1| TableReason {
            column: columns.at(&reason.pointer, header).map(str::to_owned),
            detail: language.pick(&reason.vi, &reason.en).clone(),
        };
        let difference = |difference: DifferenceV1| TableDifference {
            field: difference.field,
            before: difference.before,
            after: difference.after,
        };
        let rows = rows.into_iter();
        rows.map(|(row, result)| {
            let reasons = result
                .as_ref()
                .map_or(&row.reasons, |result| &result.reasons);
            Self {
                position: row.position,
                row: row.line,
                outcome: result
                    .as_ref()
                    .map_or(row.outcome, |result| result.outcome)
                    .name(),
                is_done: result.as_ref().is_some_and(|result| result.is_final),
                reasons: reasons.iter().map(reason).collect(),
                asset: result.and_then(|result| result.asset).or(row.asset),
                differences: row.differences.into_iter().map(difference).collect(),
            }
        })
        .collect()
    }
}
