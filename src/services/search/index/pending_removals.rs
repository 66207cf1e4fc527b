//! Works that were withdrawn or deleted after the last commit of the index.
//!
//! The index applies a removal some time after the catalogue has acknowledged it, longer during a
//! purge or merge. Hits are checked against the access policy at their current revision anyway.
//! Excluding these works from matching keeps totals and facet counts correct as well, from the
//! moment of the acknowledgement.

use std::collections::BTreeMap;

use tokio::sync::Mutex;

use crate::domain::asset::AssetId;
use crate::storage::catalog::{CatalogError, Event, EventKind, EventLog, EventNumber, Subject};

/// Events read in one batch.
const BATCH: usize = 2_000;

/// The removals that are not yet in the index. Each event is read once, by the first search after it.
#[derive(Debug, Default)]
pub(crate) struct PendingRemovals {
    log: Mutex<RemovalLog>,
}

#[derive(Debug, Default)]
struct RemovalLog {
    /// The last event that was read.
    last_read: EventNumber,
    /// Removed works by the event that removed them.
    works: BTreeMap<EventNumber, AssetId>,
}

impl PendingRemovals {
    /// Works removed by events after `searchable`, up to the last event in the catalogue. A searcher
    /// taken afterwards already excludes those removed by earlier events.
    pub(crate) async fn since(
        &self,
        searchable: EventNumber,
        catalog: &dyn EventLog,
    ) -> Result<Vec<AssetId>, CatalogError> {
        let last = *catalog.watch_events().borrow();
        let mut log = self.log.lock().await;
        log.last_read = log.last_read.max(searchable);
        while log.last_read < last {
            let events = catalog.events(log.last_read, BATCH).await?;
            let Some(last_read) = events.last().map(|event| event.number) else {
                break;
            };
            events.iter().for_each(|event| log.record(event));
            log.last_read = last_read;
        }
        log.works.retain(|event, _| *event > searchable);
        Ok(log.works.values().copied().collect())
    }
}

impl RemovalLog {
    fn record(&mut self, event: &Event) {
        let Subject::Asset(id, _) = event.subject else {
            return;
        };
        match event.kind {
            EventKind::Withdrawn | EventKind::Unpublished | EventKind::Deleted => {
                self.works.insert(event.number, id);
            }
            // The withdrawn work was returned to its contributor, or is public again, and can be found.
            EventKind::Returned | EventKind::Published => {
                self.works.retain(|_, removed| *removed != id)
            }
            _ => {}
        }
    }
}
