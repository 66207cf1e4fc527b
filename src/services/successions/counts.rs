//! How much passes, or has passed.

use super::record::{Kind, PassedCountsV1, PassedRecord};
use crate::storage::catalog::typed_records::ReadKeyed as _;
use crate::storage::catalog::{CatalogError, KeyRange, RecordStore};

/// How much there is to pass on, or was passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Works in every state.
    pub works: u64,
    /// Accounts that are not closed.
    pub accounts: u64,
    /// Tokens of services that have not ended, and those that were granted and not fetched yet.
    pub tokens: u64,
    /// Saved searches.
    pub saved_searches: u64,
}

impl Counts {
    /// What a succession has passed on, counted record by record.
    pub(super) async fn of_records<C: RecordStore + ?Sized>(
        catalog: &C,
        succession: &str,
    ) -> Result<Self, CatalogError> {
        let range = KeyRange::prefix(PassedRecord::prefix(succession));
        let passed = catalog.all_keyed::<PassedRecord>(range, usize::MAX).await?;
        let mut counts = Self::default();
        for read in passed {
            *match read.value.kind() {
                Kind::Account => &mut counts.accounts,
                Kind::SavedSearch => &mut counts.saved_searches,
                Kind::Grant | Kind::Token => &mut counts.tokens,
                Kind::Work => &mut counts.works,
            } += 1;
        }
        Ok(counts)
    }
}

impl From<Counts> for PassedCountsV1 {
    fn from(counts: Counts) -> Self {
        Self {
            works: counts.works,
            accounts: counts.accounts,
            tokens: counts.tokens,
            saved_searches: counts.saved_searches,
        }
    }
}

impl From<PassedCountsV1> for Counts {
    fn from(counts: PassedCountsV1) -> Self {
        Self {
            works: counts.works,
            accounts: counts.accounts,
            tokens: counts.tokens,
            saved_searches: counts.saved_searches,
        }
    }
}
