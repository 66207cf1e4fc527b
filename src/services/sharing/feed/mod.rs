//! Feeds: any search as Atom (RFC 4287), last published or changed first, a page at a time
//! (RFC 5005).
//!
//! A feed is a search that is asked again and again, so it goes through the search service and
//! its policy like any other, and a work that was withdrawn a moment ago is not in it. What makes
//! a feed of a search: its order is fixed, every work has all the words (a feed that fills up
//! with near misses while hits are few would change under its readers), and near-duplicates are
//! works like all others.
//!
//! [`atom`] writes the document; [`xml`] keeps what is written well-formed.

mod atom;
mod id;
mod xml;

pub use id::FeedId;

use std::io;
use std::sync::Arc;

use super::address::Addresses;
use crate::clock::Clock;
use crate::domain::access::Actor;
use crate::domain::asset::Asset;
use crate::domain::vocabulary::Vocabularies;
use crate::domain::{Sha256, Timestamp};
use crate::services::delivery::{Deliverable, Delivery};
use crate::services::search::{Cursor, Order, Search, SearchError, SearchRequest};
use crate::storage::catalog::{Catalog, CatalogError, EventNumber};

/// Files told of one work; its address has all of them.
pub const MOST_FILES: usize = 50;

/// A moment this far back brings no more changes: longer than a commit takes.
const SETTLING_SECONDS: i64 = 3;

/// Makes feeds of searches. Cheap to clone.
#[derive(Clone)]
pub struct Feeds {
    search: Arc<Search>,
    delivery: Delivery,
    catalog: Arc<dyn Catalog>,
    vocabularies: Arc<Vocabularies>,
    clock: Clock,
}

/// What a feed says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// Its id, for ever.
    pub id: FeedId,
    /// What it is called.
    pub title: String,
    /// Language of titles and labels, BCP 47 primary tag.
    pub language: String,
    /// When it was last changed as long as nothing is in it.
    pub began: Timestamp,
    /// Address of this page.
    pub this_page: String,
    /// Address of its first page.
    pub first_page: String,
    /// Address of the next page; none on the last.
    pub next_page: Option<String>,
    /// Address of the same works as search results.
    pub results: String,
}

/// One page of works.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The works, last changed first.
    pub entries: Vec<Entry>,
    /// Where the next page begins; none on the last.
    pub next: Option<Cursor>,
    /// When the log last moved, before the page was made.
    pub moved_at: Timestamp,
    /// What to tell of it to those who come back with a date: the same once it is settled. As
    /// long as what happened may not all be in the page, an earlier moment.
    pub told_at: Timestamp,
}

/// One work in a feed.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The work at its present revision.
    pub asset: Asset,
    /// Its original files with what the reader gets of each.
    pub files: Vec<(Sha256, Deliverable)>,
}

impl Feeds {
    /// Feeds of what this search finds.
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

    /// A page of the works that the actor may see of those asked for.
    ///
    /// # Errors
    /// Those of the search and the catalogue.
    pub async fn page(&self, actor: &Actor, asked: SearchRequest) -> Result<Page, SearchError> {
        // Read before the search: what happens meanwhile makes the page newer than it says.
        let (last, moved_at) = self.last_event().await?;
        let is_indexed = self.search.searchable() >= last;
        let found = self.search.search(actor, as_feed(asked)).await?;
        let is_whole = is_indexed && !found.is_partial;
        let mut entries = Vec::with_capacity(found.hits.len());
        for hit in found.hits {
            let asset = hit.asset;
            let files = self.delivery.originals(actor, &asset, MOST_FILES).await?;
            entries.push(Entry { asset, files });
        }
        Ok(Page {
            entries,
            next: found.next,
            moved_at,
            told_at: told_at(moved_at, self.clock.now(), is_whole),
        })
    }

    /// The page as an Atom document. `base` is the public address of the archive.
    ///
    /// # Errors
    /// None in practice: it is written into memory.
    pub fn atom(&self, channel: &Channel, page: &Page, base: &str) -> io::Result<Vec<u8>> {
        let words = atom::Words {
            addresses: Addresses::below(base),
            vocabularies: &self.vocabularies,
            language: &channel.language,
        };
        atom::document(channel, page, &words)
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

/// Dates are told to the second, and a second just passed may bring another change. Whoever was
/// told of a moment in an earlier second than the last change gets the page again.
fn told_at(moved_at: Timestamp, now: Timestamp, is_whole: bool) -> Timestamp {
    let settled = now.plus_seconds(-SETTLING_SECONDS);
    if is_whole && moved_at <= settled {
        moved_at
    } else {
        moved_at.min(settled).plus_seconds(-1)
    }
}

fn as_feed(asked: SearchRequest) -> SearchRequest {
    SearchRequest {
        order: Order::Changed,
        all_words: true,
        group_duplicates: false,
        with_snippets: false,
        facets: Vec::new(),
        ..asked
    }
}

#[cfg(test)]
mod tests {
    use super::told_at;
    use crate::domain::Timestamp;

    #[test]
    fn a_moment_is_told_once_nothing_of_it_can_be_missing() {
        let second = |n: i64| Timestamp::from_millis(n * 1000);
        for (moved, now, is_whole, told) in [
            (100, 103, true, 100),
            (100, 1000, true, 100),
            // Another commit of the same second may be on its way.
            (100, 102, true, 98),
            (100, 100, true, 96),
            // The index has not read of it yet.
            (100, 103, false, 99),
            (100, 1000, false, 99),
        ] {
            let found = told_at(second(moved), second(now), is_whole);
            assert_eq!(found, second(told), "{moved} {now} {is_whole}");
        }
    }
}
