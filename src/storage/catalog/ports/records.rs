//! Reading what is no work: keyed records, tokens, saved searches. They are written by commits.

use async_trait::async_trait;

use super::Commits;
use crate::domain::{SavedSearch, SavedSearchId};
use crate::storage::catalog::{
    CatalogError, KeyRange, KeyedRecord, RecordKey, TokenHash, TokenRecord,
};

/// Keyed records; typed by [`ReadKeyed`](crate::storage::catalog::typed_records::ReadKeyed).
#[async_trait]
pub trait RecordStore: Commits {
    /// The keyed record at this address. Sees every commit that has returned.
    async fn record(&self, key: &RecordKey) -> Result<Option<KeyedRecord>, CatalogError>;

    /// The keyed records of a table in this range, in the order of the bytes of their keys, at most
    /// `limit`.
    async fn records(
        &self,
        table: &str,
        range: KeyRange,
        limit: usize,
    ) -> Result<Vec<KeyedRecord>, CatalogError>;
}

/// Tokens.
#[async_trait]
pub trait TokenStore: Commits {
    /// The token with this hash, revoked ones included.
    async fn token(&self, hash: &TokenHash) -> Result<Option<TokenRecord>, CatalogError>;

    /// All tokens, oldest first.
    async fn tokens(&self) -> Result<Vec<TokenRecord>, CatalogError>;
}

/// Saved searches.
#[async_trait]
pub trait SavedSearchStore: Commits {
    /// The saved search with this id. Sees every commit that has returned.
    async fn saved_search(&self, id: SavedSearchId) -> Result<Option<SavedSearch>, CatalogError>;

    /// Saved searches with ids after `after`, ascending, at most `limit`. Cursors never expire,
    /// not even when the search they stand on goes.
    async fn saved_searches(
        &self,
        after: Option<SavedSearchId>,
        limit: usize,
    ) -> Result<Vec<SavedSearch>, CatalogError>;
}
