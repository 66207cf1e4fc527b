//! Imports of tables: CSV, XLSX and ODS, one work a row, with the files that rows name.
//!
//! [`TableImports::check`] tells for each row what would come of it and keeps the report; nothing is changed.
//! [`TableImports::start`] enqueues a job ([`run`]) that imports the rows one by one with the steps of an import
//! (`services::intake::import`). The result of a row is committed together with the change of its work, so that after a kill
//! nothing is lost or done twice. The rows that were refused can be read as a table again, mended and sent once more: a row
//! finds its work by the id in the archive or by an own id, and one that changes nothing makes no revision.
//!
//! Not here: what the columns are called and how a cell becomes a property (`interfaces`), and publication, which is a decision
//! on works and not a property of rows.

mod check;
mod error;
mod grid;
mod queue;
mod reading;
mod record;
mod run;
mod service;
mod sources;
mod words;
mod workbook;

pub use check::{ReadRow, RowFile, RowWithFiles};
pub use error::{FileRefusal, SourceError, TableError, TableImportError};
pub use grid::{MAX_ROWS, Table, TableRow};
pub use reading::{MAX_TABLE_BYTES, read_table};
pub use record::{
    CountsV1, DifferenceV1, NamedUploadV1, Phase, ReasonV1, RowOutcome, RowResultV1, TableImportId,
    TableImportV1, TableRowV1,
};
pub use run::{ForgetTableImport, RunTableImport};
pub use service::{NewTable, TableImportState, TableImports};
pub use words::Words;
