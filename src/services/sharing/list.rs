//! All works in order of intake, a page at a time.

use super::Sharing;
use crate::domain::Slug;
use crate::domain::access::{Actor, policy};
use crate::domain::asset::{Asset, AssetId};
use crate::storage::catalog::{CatalogError, Entry};

/// How many entries are read at once.
const READ_AHEAD: usize = 200;

/// How many entries one page looks at: a reader who sees little gets short pages, not slow ones.
const MOST_LOOKED_AT: usize = 4_000;

/// Which works to list; everything when nothing is said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Only works in this state (a wire name of `State`).
    pub state: Option<String>,
    /// Only works of this body.
    pub organisation: Option<Slug>,
    /// Only works of this kind.
    pub kind: Option<Slug>,
}

/// One page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The works, oldest intake first. May be fewer than asked for, even none, before the end.
    pub items: Vec<Asset>,
    /// Where to go on; none at the end.
    pub next: Option<AssetId>,
}

impl Sharing {
    /// Works after `after` that the actor may see, at most `limit`.
    ///
    /// # Errors
    /// Those of the catalogue.
    pub async fn list(
        &self,
        actor: &Actor,
        after: Option<AssetId>,
        limit: usize,
        filter: &Filter,
    ) -> Result<Listing, CatalogError> {
        let now = self.clock.now();
        let mut items = Vec::new();
        let (mut cursor, mut looked_at) = (after, 0);
        while looked_at < MOST_LOOKED_AT {
            let entries = self.catalog.list(cursor, READ_AHEAD).await?;
            let is_last = entries.len() < READ_AHEAD;
            looked_at += entries.len();
            for entry in entries {
                // The page is full and there is more: the cursor stands on its last work.
                if items.len() == limit {
                    let next = cursor;
                    return Ok(Listing { items, next });
                }
                cursor = Some(id_of(&entry));
                if let Entry::Asset(asset) = entry
                    && filter.takes(&asset)
                    && policy::may_see(actor, &asset, now)
                {
                    items.push(*asset);
                }
            }
            if is_last {
                return Ok(Listing { items, next: None });
            }
        }
        Ok(Listing {
            items,
            next: cursor,
        })
    }
}

impl Filter {
    fn takes(&self, asset: &Asset) -> bool {
        let work = &asset.work;
        self.state
            .as_ref()
            .is_none_or(|state| asset.state.name() == state)
            && is_wanted(&self.organisation, &work.organisation)
            && is_wanted(&self.kind, &work.kind)
    }
}

fn is_wanted(wanted: &Option<Slug>, has: &Option<Slug>) -> bool {
    wanted.is_none() || wanted == has
}

fn id_of(entry: &Entry) -> AssetId {
    match entry {
        Entry::Asset(asset) => asset.id,
        Entry::Tombstone(tombstone) => tombstone.id,
    }
}
