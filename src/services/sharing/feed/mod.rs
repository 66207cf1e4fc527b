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
use crate::domain::access::Actor;
use crate::domain::vocabulary::Vocabularies;
use crate::services::delivery::Delivery;
use crate::services::search::{Order, Search, SearchError, SearchRequest};

/// The most enclosures of one entry; the address of the work lists all its files.
pub const MAX_FILES: usize = 50;

/// Builds feeds of searches. Cheap to clone.
#[derive(Clone)]
pub struct Feeds {
    search: Arc<Search>,
    delivery: Delivery,
    vocabularies: Arc<Vocabularies>,
}

impl Feeds {
    /// Feeds of this search.
    pub fn new(search: Arc<Search>, delivery: Delivery, vocabularies: Arc<Vocabularies>) -> Self {
        Self {
            search,
            delivery,
            vocabularies,
        }
    }

    /// A page of the requested works that the actor may see.
    ///
    /// # Errors
    /// Those of the search and the catalogue.
    pub async fn page(&self, actor: &Actor, request: SearchRequest) -> Result<Page, SearchError> {
        let found = self.search.search(actor, as_feed(request)).await?;
        let mut entries = Vec::with_capacity(found.hits.len());
        for hit in found.hits {
            let asset = hit.asset;
            let files = self.delivery.originals(actor, &asset, MAX_FILES).await?;
            entries.push(Entry { asset, files });
        }
        Ok(Page {
            entries,
            next: found.next,
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
            correction_label: &channel.correction_label,
        };
        atom::document(channel, page, &context)
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
