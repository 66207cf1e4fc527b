//! Tables as people write them: columns with Vietnamese or English names, cells with names of concepts, days and files.
//!
//! [`Columns`] recognises the names, [`Reader`] makes of each row what `services::table_imports` checks, [`template`] and
//! [`result_table`] write tables that are read the same way.

mod columns;
mod reader;
mod written;

pub use columns::Columns;
pub use reader::{Reader, named_files};
pub use written::{result_table, template, template_workbook};
