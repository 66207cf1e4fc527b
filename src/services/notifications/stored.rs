//! The stored form of notifications.

use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::domain::Timestamp;
use crate::domain::asset::AssetId;
use crate::domain::notification::NotificationKind;
use crate::storage::catalog::{CatalogError, Keyed};

/// A notification, under its account and id; ids sort by time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum NotificationRecord {
    /// Since 0.3.
    #[serde(rename = "v1")]
    V1(NotificationV1),
}

/// Version 1 of a stored notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NotificationV1 {
    pub(super) account: String,
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) work: String,
    pub(super) at_ms: i64,
    pub(super) is_read: bool,
    /// Whether it is to be in the next digest.
    pub(super) awaits_digest: bool,
}

impl Keyed for NotificationRecord {
    const TABLE: &'static str = "notifications";

    fn key(&self) -> String {
        let Self::V1(notification) = self;
        key(&notification.account, &notification.id)
    }
}

impl NotificationV1 {
    pub(super) fn new(
        account: &str,
        kind: NotificationKind,
        work: AssetId,
        at: Timestamp,
        clock: &Clock,
    ) -> Self {
        let random = u32::from_be_bytes(clock.random_bytes());
        Self {
            account: account.to_owned(),
            id: format!("{:013x}{random:08x}", at.as_millis().max(0)),
            kind: kind.name().to_owned(),
            work: work.to_string(),
            at_ms: at.as_millis(),
            is_read: false,
            awaits_digest: false,
        }
    }

    pub(super) fn kind(&self) -> Result<NotificationKind, CatalogError> {
        NotificationKind::of_name(&self.kind).ok_or_else(|| self.unreadable("kind"))
    }

    pub(super) fn work(&self) -> Result<AssetId, CatalogError> {
        self.work.parse().map_err(|_| self.unreadable("work"))
    }

    fn unreadable(&self, what: &str) -> CatalogError {
        CatalogError::NewerVersion(format!("the {what} of the notification {}", self.id))
    }
}

/// The key of a notification; all of an account begin alike.
pub(super) fn key(account: &str, id: &str) -> String {
    format!("{account}/{id}")
}

#[cfg(test)]
mod tests {
    use super::NotificationRecord;
    use crate::storage::catalog::Keyed as _;

    /// The bytes were written by hand from the description of the version.
    #[test]
    fn what_version_1_wrote_is_read_and_written_the_same() {
        let bytes = include_str!("../../../tests/fixtures/records/keyed/notification.v1.json");
        let record: NotificationRecord = serde_json::from_str(bytes).unwrap();
        assert_eq!(serde_json::to_string(&record).unwrap(), bytes);
        assert_eq!(record.key(), "a-0123456789ab/001a205e8080000000001");
    }
}
