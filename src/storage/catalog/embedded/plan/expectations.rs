//! What must hold before a change set is committed.

use super::{Plan, conflict};
use crate::domain::SavedSearchId;
use crate::domain::asset::Revision;
use crate::storage::catalog::change::Expectation;
use crate::storage::catalog::embedded::index::row::readable;
use crate::storage::catalog::embedded::index::{Table, key};
use crate::storage::catalog::record::IdempotentRecord;
use crate::storage::catalog::{CatalogError, Idempotent};

impl Plan<'_> {
    pub(super) fn check(&self, expectation: &Expectation) -> Result<(), CatalogError> {
        match expectation {
            Expectation::Revision(id, revision) => {
                let row = self.asset(*id)?;
                let holds = row
                    .as_ref()
                    .is_some_and(|row| row.alive && row.revision == revision.0);
                if holds {
                    Ok(())
                } else {
                    Err(conflict(*id, row))
                }
            }
            Expectation::Absent(id) => match self.asset(*id)? {
                None => Ok(()),
                row => Err(conflict(*id, row)),
            },
            Expectation::Search(id, revision) => self.must_be_at(*id, *revision),
            Expectation::Record(key, expected) => {
                let current = self.revision_of_record(key)?;
                if current == *expected {
                    return Ok(());
                }
                let key = key.clone();
                Err(CatalogError::RecordConflict { key, current })
            }
            Expectation::Unused(identifier, known) => {
                let carriers = self
                    .staged
                    .keys(Table::Identifiers, &key::identifier(identifier))?;
                let mut owners = carriers.iter().filter_map(|key| key::asset_in(key));
                match owners.find(|owner| !known.contains(owner)) {
                    Some(owner) => Err(CatalogError::IdentifierTaken { owner }),
                    None => Ok(()),
                }
            }
            // On what the change set leaves behind.
            Expectation::Within(_) => Ok(()),
        }
    }

    fn must_be_at(&self, id: SavedSearchId, revision: Revision) -> Result<(), CatalogError> {
        match self.revision_of(id)? {
            Some(present) if present == revision => Ok(()),
            current => Err(CatalogError::SearchConflict { id, current }),
        }
    }

    /// No equal request was carried out.
    pub(super) fn must_be_new(&self, answer: &Idempotent) -> Result<(), CatalogError> {
        let key = key::answer(&answer.key);
        match self.staged.get::<IdempotentRecord>(Table::Answers, &key)? {
            Some(known) => Err(CatalogError::Repeated(Box::new(readable(known)?))),
            None => Ok(()),
        }
    }
}
