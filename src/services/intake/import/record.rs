//! The records of an import and their results.

use crate::domain::Violations;
use crate::domain::asset::{AssetId, Revision, State, StateName};
use crate::services::works::{ChangeError, Deposit};

/// One line of an import, parsed or with its violations.
#[derive(Debug)]
pub struct ImportLine {
    /// Its number, counted from 1.
    pub number: u64,
    /// The parsed record.
    pub record: Result<ImportRecord, Violations>,
}

/// One work to create or update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRecord {
    /// The description.
    pub deposit: Deposit,
    /// The requested state; `None` keeps the state, that of a new work is draft.
    pub state: Option<State>,
}

/// The result of one line.
#[derive(Debug)]
pub struct ImportResult {
    /// The number of the line.
    pub number: u64,
    /// The work, or why it was not imported.
    pub outcome: Result<Imported, ChangeError>,
}

/// A work after its import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// Its id.
    pub id: AssetId,
    /// Its revision after the import.
    pub revision: Revision,
    /// Its state after the import.
    pub state: StateName,
    /// What the import did.
    pub outcome: ImportedAs,
}

/// What an import did with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportedAs {
    /// A new work.
    Created,
    /// An existing work was changed.
    Updated,
    /// An existing work had this description and state already.
    Unchanged,
}

impl ImportedAs {
    /// Every value with its wire name.
    pub const NAMES: [(&'static str, Self); 3] = [
        ("created", Self::Created),
        ("updated", Self::Updated),
        ("unchanged", Self::Unchanged),
    ];
}
