//! Forgets the addresses of offices some time after the decision.

use std::sync::Arc;
use std::time::Duration;

use super::error::AccessRequestError;
use super::record::RequestRecord;
use super::service::AccessRequests;
use crate::domain::access::Actor;
use crate::services::jobs::{JobFailure, Periodic, Schedule};
use crate::storage::blocking;
use crate::storage::catalog::{CatalogError, ChangeSet, Versioned};

/// Once an hour; to be enqueued at every start.
pub const HOUSEKEEPING: Schedule =
    Schedule::new("access-request-housekeeping", Duration::from_secs(60 * 60));
const TIMEOUT: Duration = Duration::from_secs(5 * 60);
const DAY_MS: i64 = 86_400_000;

/// The job that forgets them.
pub fn housekeeping(requests: AccessRequests) -> Periodic {
    Periodic::new(HOUSEKEEPING, TIMEOUT, move |now| {
        let requests = requests.clone();
        async move {
            let forgotten = requests.forget_contacts().await;
            let forgotten = forgotten.map_err(JobFailure::retry)?;
            tracing::debug!(
                forgotten,
                "forgot the addresses of decided requests for access"
            );
            Ok(ChangeSet::by(&Actor::System, now))
        }
    })
}

impl AccessRequests {
    /// Deletes the addresses of requests that were decided long enough ago, with their keys. Gives their number.
    ///
    /// # Errors
    /// The catalogue or the store of keys fails; it may be repeated.
    pub async fn forget_contacts(&self) -> Result<usize, AccessRequestError> {
        let now = self.clock.now();
        let kept_ms = i64::from(self.rules.keep_contact_days) * DAY_MS;
        let mut forgotten = 0;
        for read in self.records().await? {
            let record = read.value.latest();
            let is_due = record
                .decided_at_ms
                .is_some_and(|at| at.saturating_add(kept_ms) <= now.as_millis());
            let has_key = self.keys.of(&record.id).is_some();
            if !is_due || (record.sealed_contact.is_none() && !has_key) {
                continue;
            }
            // The key first: what is left after a kill in between is unreadable, and the next run deletes it.
            let (keys, id) = (Arc::clone(&self.keys), record.id.clone());
            blocking(move || keys.remove(&id))
                .await
                .map_err(CatalogError::Io)?;
            if record.sealed_contact.is_some() {
                self.delete_contact(&read).await?;
            }
            forgotten += 1;
        }
        Ok(forgotten)
    }

    async fn delete_contact(&self, read: &Versioned<RequestRecord>) -> Result<(), CatalogError> {
        let without = read.value.with(|record| record.sealed_contact = None);
        let changes = ChangeSet::by(&Actor::System, self.clock.now());
        let changes = changes.replace_keyed(read, &without)?;
        self.catalog.commit(changes).await.map(drop)
    }
}
