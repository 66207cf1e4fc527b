//! Changes to the index before they are applied.

use std::collections::BTreeMap;

use super::table::Table;

type Rows = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// New values of rows (`None`: removed), by table.
#[derive(Debug, Clone, Default)]
pub(crate) struct Changes([Rows; Table::ALL.len()]);

impl Changes {
    /// Nothing.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// The changed rows of a table.
    pub(crate) fn of(&self, table: Table) -> &BTreeMap<Vec<u8>, Option<Vec<u8>>> {
        &self.0[table.position()]
    }

    /// How many rows are changed.
    pub(crate) fn len(&self) -> usize {
        self.0.iter().map(BTreeMap::len).sum()
    }

    /// Changes a row; `None` removes it.
    pub(crate) fn set(&mut self, table: Table, key: Vec<u8>, row: Option<Vec<u8>>) {
        self.0[table.position()].insert(key, row);
    }

    /// Adds changes that were made after these.
    pub(crate) fn absorb(&mut self, later: Self) {
        for (rows, later) in self.0.iter_mut().zip(later.0) {
            if rows.is_empty() {
                *rows = later;
            } else {
                rows.extend(later);
            }
        }
    }
}
