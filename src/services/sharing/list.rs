//! All works in order of creation, in pages.

use super::Sharing;
use crate::domain::Slug;
use crate::domain::access::{Actor, policy};
use crate::domain::asset::{Asset, AssetId, StateName};
use crate::storage::catalog::{CatalogError, Entry};

/// How many entries are read at once.
const READ_AHEAD: usize = 200;

/// The most entries that one page examines: a reader that may see few works gets short pages, not
/// slow ones.
const MAX_EXAMINED: usize = 4_000;

/// Which works to list; all of them by default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Only works in this state.
    pub state: Option<StateName>,
    /// Only works of this organisation.
    pub organisation: Option<Slug>,
    /// Only works of this kind.
    pub kind: Option<Slug>,
}

/// One page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The works, oldest first. May be fewer than the limit, even none, before the end.
    pub items: Vec<Asset>,
    /// The cursor of the next page; `None` at the end.
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
        let now = self.works.now();
        let mut items = Vec::new();
        let (mut cursor, mut examined) = (after, 0);
        while examined < MAX_EXAMINED {
            let entries = self.works.catalog.list(cursor, READ_AHEAD).await?;
            let is_last = entries.len() < READ_AHEAD;
            examined += entries.len();
            for entry in entries {
                // The page is full and there are more works: the cursor is its last work.
                if items.len() == limit {
                    let next = cursor;
                    return Ok(Listing { items, next });
                }
                cursor = Some(entry.id());
                if let Entry::Asset(asset) = entry
                    && filter.matches(&asset)
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
    fn matches(&self, asset: &Asset) -> bool {
        let work = &asset.work;
        self.state.is_none_or(|state| asset.state.kind() == state)
            && is_requested(&self.organisation, &work.organisation)
            && is_requested(&self.kind, &work.kind)
    }
}

fn is_requested(requested: &Option<Slug>, actual: &Option<Slug>) -> bool {
    requested.is_none() || requested == actual
}
