//! Committing change sets.

use async_trait::async_trait;

use crate::storage::catalog::{CatalogError, ChangeSet, IdempotencyKey, Idempotent, Receipt};

/// Writes to the catalogue. Every change goes through it, whatever it changes.
#[async_trait]
pub trait Commits: Send + Sync + 'static {
    /// Commits a change set: checks every expectation against the present state, and limits of usage
    /// against the state that the change set leaves, then writes all or nothing. Durable (fsync or the database's commit) when it returns. Two commits that
    /// expect the same revision: exactly one wins.
    ///
    /// # Errors
    /// [`CatalogError::Conflict`], [`CatalogError::SearchConflict`],
    /// [`CatalogError::RecordConflict`], [`CatalogError::IdentifierTaken`], [`CatalogError::Repeated`], [`CatalogError::LeaseLost`]
    /// when an expectation fails; [`CatalogError::Exceeds`] beyond a limit of usage; [`CatalogError::Full`] when the device is full. In every error
    /// case nothing has changed.
    async fn commit(&self, changes: ChangeSet) -> Result<Receipt, CatalogError>;

    /// The answer remembered under an idempotency key.
    async fn remembered(&self, key: &IdempotencyKey) -> Result<Option<Idempotent>, CatalogError>;
}
