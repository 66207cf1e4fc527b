//! Feeds: any search as Atom (RFC 4287), last published or changed first, a page at a time
//! (RFC 5005).
//!
//! A feed runs its search again for every request, through the search service and the access policy, so a
//! work that was withdrawn a moment ago is not in it. Differences from a search: the order is fixed, every
//! work has all the words (otherwise works would leave the feed when better matches are published), and
//! near-duplicates are not grouped.
//!
//! [`atom`] writes the document; [`xml`] writes well-formed XML.

mod atom;
mod id;
mod page;
mod xml;

pub use id::FeedId;
pub use page::{Channel, Entry, Page};

use std::io;
use std::sync::Arc;

use super::address::Addresses;
use crate::clock::Clock;
use crate::domain::Timestamp;
use crate::domain::access::Actor;
use crate::domain::vocabulary::Vocabularies;
use crate::services::delivery::Delivery;
use crate::services::search::{Order, Search, SearchError, SearchRequest};
use crate::storage::catalog::{Catalog, CatalogError, EventNumber};

/// The most enclosures of one entry; the address of the work lists all its files.
pub const MAX_FILES: usize = 50;

/// After this time no further change gets an earlier timestamp: longer than a commit takes.
const SETTLING_SECONDS: i64 = 3;

/// Builds feeds of searches. Cheap to clone.
#[derive(Clone)]
pub struct Feeds {
    search: Arc<Search>,
    delivery: Delivery,
    catalog: Arc<dyn Catalog>,
    vocabularies: Arc<Vocabularies>,
    clock: Clock,
}

impl Feeds {
    /// Feeds of this search.
    pub fn new(
        search: Arc<Search>,
        delivery: Delivery,
        catalog: Arc<dyn Catalog>,
        vocabularies: Arc<Vocabularies>,
        clock: Clock,
    ) -> Self {
        Self {
            search,
            delivery,
            catalog,
            vocabularies,
            clock,
        }
    }

    /// A page of the requested works that the actor may see.
    ///
    /// # Errors
    /// Those of the search and the catalogue.
    pub async fn page(&self, actor: &Actor, request: SearchRequest) -> Result<Page, SearchError> {
        // Read before the search: changes in the meantime make the page newer than it states.
        let (last, last_event_at) = self.last_event().await?;
        let is_indexed = self.search.searchable() >= last;
        let found = self.search.search(actor, as_feed(request)).await?;
        let is_complete = is_indexed && !found.is_partial;
        let mut entries = Vec::with_capacity(found.hits.len());
        for hit in found.hits {
            let asset = hit.asset;
            let files = self.delivery.originals(actor, &asset, MAX_FILES).await?;
            entries.push(Entry { asset, files });
        }
        Ok(Page {
            entries,
            next: found.next,
            last_event_at,
            last_modified: settled_last_modified(last_event_at, self.clock.now(), is_complete),
        })
    }

    /// The page as an Atom document. `base` is the public address of the archive.
    ///
    /// # Errors
    /// None in practice: the document is written to memory.
    pub fn atom(&self, channel: &Channel, page: &Page, base: &str) -> io::Result<Vec<u8>> {
        let context = atom::AtomContext {
            addresses: Addresses::below(base),
            vocabularies: &self.vocabularies,
            language: &channel.language,
        };
        atom::document(channel, page, &context)
    }

    /// The last event of the log and when it happened.
    async fn last_event(&self) -> Result<(EventNumber, Timestamp), CatalogError> {
        let last = *self.catalog.watch_events().borrow();
        let before = EventNumber(last.0.saturating_sub(1));
        let event = self.catalog.events(before, 1).await?.pop();
        let at = event.map_or(Timestamp::from_millis(0), |event| event.at);
        Ok((last, at))
    }
}

/// `Last-Modified` has a resolution of one second, and another commit may follow in the same second. A
/// client with an earlier second gets the page again.
fn settled_last_modified(last_event_at: Timestamp, now: Timestamp, is_complete: bool) -> Timestamp {
    let settled = now.plus_seconds(-SETTLING_SECONDS);
    if is_complete && last_event_at <= settled {
        last_event_at
    } else {
        last_event_at.min(settled).plus_seconds(-1)
    }
}

fn as_feed(request: SearchRequest) -> SearchRequest {
    SearchRequest {
        order: Order::Changed,
        all_words: true,
        group_duplicates: false,
        with_snippets: false,
        facets: Vec::new(),
        ..request
    }
}

#[cfg(test)]
mod tests {
    use super::settled_last_modified;
    use crate::domain::Timestamp;

    #[test]
    fn last_modified_is_the_last_event_once_no_change_can_be_missing() {
        let second = |n: i64| Timestamp::from_millis(n * 1000);
        for (moved, now, is_complete, told) in [
            (100, 103, true, 100),
            (100, 1000, true, 100),
            // Another commit of the same second may follow.
            (100, 102, true, 98),
            (100, 100, true, 96),
            // The index has not read the event yet.
            (100, 103, false, 99),
            (100, 1000, false, 99),
        ] {
            let actual = settled_last_modified(second(moved), second(now), is_complete);
            assert_eq!(actual, second(told), "{moved} {now} {is_complete}");
        }
    }
}
