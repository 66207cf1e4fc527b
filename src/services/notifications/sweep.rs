//! Deletes notifications after their time, and those of closed accounts.

use std::time::Duration;

use super::stored::NotificationRecord;
use super::write::Notifications;
use crate::domain::Timestamp;
use crate::domain::access::Actor;
use crate::services::jobs::{JobFailure, Periodic, Schedule};
use crate::storage::catalog::typed_records::ReadKeyed as _;
use crate::storage::catalog::{CatalogError, ChangeSet, KeyRange, Keyed as _};

/// Four times a day; to be enqueued at every start.
pub const SWEEP: Schedule = Schedule::new("sweep-notifications", Duration::from_secs(6 * 60 * 60));
const TIMEOUT: Duration = Duration::from_secs(5 * 60);
/// Records read at once.
const PAGE: usize = 500;

/// The job that deletes notifications older than `keep_days`.
pub fn sweep(notifications: Notifications, keep_days: u32) -> Periodic {
    Periodic::new(SWEEP, TIMEOUT, move |now| {
        let notifications = notifications.clone();
        async move {
            let oldest = now.plus_seconds(-i64::from(keep_days) * 86_400);
            let deleted = notifications.delete_old(now, oldest).await;
            let deleted = deleted.map_err(JobFailure::retry)?;
            tracing::debug!(deleted, "deleted old notifications");
            Ok(ChangeSet::by(&Actor::System, now))
        }
    })
}

impl Notifications {
    /// Deletes notifications from before `oldest`, and those of closed accounts. Gives their number.
    ///
    /// # Errors
    /// The catalogue fails.
    pub async fn delete_old(
        &self,
        now: Timestamp,
        oldest: Timestamp,
    ) -> Result<usize, CatalogError> {
        let (mut after, mut count) = (None, 0);
        let mut account = (String::new(), false);
        loop {
            let range = KeyRange::default().after(after);
            let page = self
                .catalog
                .all_keyed::<NotificationRecord>(range, PAGE)
                .await?;
            let Some(last) = page.last() else {
                return Ok(count);
            };
            after = Some(last.value.key());
            let mut changes = ChangeSet::by(&Actor::System, now);
            let before = count;
            for read in &page {
                let NotificationRecord::V1(stored) = &read.value;
                if stored.account != account.0 {
                    let is_open = self.posts.is_open(&stored.account).await?;
                    account = (stored.account.clone(), !is_open);
                }
                if account.1 || stored.at_ms < oldest.as_millis() {
                    changes = changes.delete_keyed(read);
                    count += 1;
                }
            }
            if count > before {
                self.catalog.commit(changes).await?;
            }
        }
    }
}
