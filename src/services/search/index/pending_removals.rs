//! Works that were withdrawn or deleted since the last commit of the index.
//!
//! The index reads of a removal a moment after the catalogue has acknowledged it, and for as long
//! as a purge or a merge takes. Hits are put to the policy at their present revision anyway; this
//! keeps totals and facet counts true as well: who asks after the acknowledgement is told of
//! nothing that is gone.

use std::collections::BTreeMap;

use tokio::sync::Mutex;

use crate::domain::asset::AssetId;
use crate::storage::catalog::{Catalog, CatalogError, Event, EventKind, EventNumber, Subject};

/// Events read in one go.
const BATCH: usize = 2_000;

/// What was removed and is not yet out of the index. Every event is read once, by the search that
/// needs to know of it first.
#[derive(Debug, Default)]
pub(crate) struct Removed {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// The last event looked at.
    read: EventNumber,
    works: BTreeMap<EventNumber, AssetId>,
}

impl Removed {
    /// Works removed by events after `searchable`, up to the last that is committed now. A
    /// snapshot of the index taken afterwards knows of all earlier ones.
    pub(crate) async fn since(
        &self,
        searchable: EventNumber,
        catalog: &dyn Catalog,
    ) -> Result<Vec<AssetId>, CatalogError> {
        let last = *catalog.watch_events().borrow();
        let mut known = self.known.lock().await;
        known.read = known.read.max(searchable);
        while known.read < last {
            let events = catalog.events(known.read, BATCH).await?;
            let Some(read) = events.last().map(|event| event.number) else {
                break;
            };
            events.iter().for_each(|event| known.take(event));
            known.read = read;
        }
        known.works.retain(|event, _| *event > searchable);
        Ok(known.works.values().copied().collect())
    }
}

impl Known {
    fn take(&mut self, event: &Event) {
        let Subject::Asset(id, _) = event.subject else {
            return;
        };
        match event.kind {
            EventKind::Withdrawn | EventKind::Deleted => {
                self.works.insert(event.number, id);
            }
            // A withdrawn work went back to its contributor.
            EventKind::Returned => self.works.retain(|_, removed| *removed != id),
            _ => {}
        }
    }
}
