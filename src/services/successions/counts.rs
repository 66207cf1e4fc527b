//! How much passes, or has passed, and to whom.

use std::collections::BTreeMap;

use super::passed::{Kind, PassedRecord};
use super::record::{PassedCountsV1, SuccessionV1};
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

/// What each successor gets.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Tally {
    by_successor: BTreeMap<String, Counts>,
}

impl Counts {
    fn add(&mut self, kind: Kind) {
        *match kind {
            Kind::Account => &mut self.accounts,
            Kind::SavedSearch => &mut self.saved_searches,
            Kind::Grant | Kind::Token => &mut self.tokens,
            Kind::Work => &mut self.works,
        } += 1;
    }
}

impl Tally {
    /// What a succession has passed on, counted record by record.
    pub(super) async fn of_records<C: RecordStore + ?Sized>(
        catalog: &C,
        succession: &SuccessionV1,
    ) -> Result<Self, CatalogError> {
        let range = KeyRange::prefix(PassedRecord::prefix(&succession.id));
        let passed = catalog.all_keyed::<PassedRecord>(range, usize::MAX).await?;
        let mut tally = Self::default();
        for read in &passed {
            let record = read.value.latest();
            let to = record.to.as_ref().unwrap_or(&succession.to);
            tally.add(record.kind, to);
        }
        Ok(tally)
    }

    /// Counts one that goes to this successor.
    pub(super) fn add(&mut self, kind: Kind, to: &str) {
        if let Some(counts) = self.by_successor.get_mut(to) {
            return counts.add(kind);
        }
        let counts = self.by_successor.entry(to.to_owned()).or_default();
        counts.add(kind);
    }

    /// What this successor gets.
    pub(super) fn of(&self, to: &str) -> Counts {
        self.by_successor.get(to).copied().unwrap_or_default()
    }

    /// What all of them get.
    pub(super) fn total(&self) -> Counts {
        let each = self.by_successor.values();
        each.fold(Counts::default(), |sum, counts| Counts {
            works: sum.works + counts.works,
            accounts: sum.accounts + counts.accounts,
            tokens: sum.tokens + counts.tokens,
            saved_searches: sum.saved_searches + counts.saved_searches,
        })
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
