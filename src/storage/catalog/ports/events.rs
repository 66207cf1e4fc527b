//! Following the event log.

use async_trait::async_trait;

use crate::storage::catalog::{CatalogError, Event, EventNumber, LogId};

/// The one ordered log of the changes of works.
#[async_trait]
pub trait EventLog: Send + Sync + 'static {
    /// Events with numbers greater than `after`, ascending, without holes, at most `limit`.
    async fn events(&self, after: EventNumber, limit: usize) -> Result<Vec<Event>, CatalogError>;

    /// Watches the number of the last committed event, which is updated at the latest when the commit returns;
    /// wakes its receivers at every commit.
    fn watch_events(&self) -> tokio::sync::watch::Receiver<EventNumber>;

    /// The number of the last committed event: not less than that of any event that was read before.
    async fn last_event(&self) -> Result<EventNumber, CatalogError>;

    /// The identity of the event log. A cursor of another log means nothing in this one.
    fn log_id(&self) -> LogId;
}
