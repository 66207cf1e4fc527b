//! All works in order of creation, in pages.

use super::Sharing;
use crate::domain::access::{Actor, policy};
use crate::domain::asset::{Asset, AssetId, StateName};
use crate::domain::{Slug, Timestamp};
use crate::services::works::{FindError, PageBudget, hide_unseen_targets};
use crate::storage::catalog::{CatalogError, Entry};

/// How many entries are read at once, first and then.
const FIRST_READ_AHEAD: usize = 50;
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
    /// Only works last published at this moment or later.
    pub published_from: Option<Timestamp>,
    /// Only works last published before this moment.
    pub published_before: Option<Timestamp>,
    /// With their body texts.
    pub with_bodies: bool,
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
    /// Those of these works that the actor may see, in the order of the ids, until their texts reach 4 MiB; and how many of
    /// the ids were looked at.
    ///
    /// # Errors
    /// Those of the catalogue.
    pub async fn read_many(
        &self,
        actor: &Actor,
        ids: &[AssetId],
        with_bodies: bool,
    ) -> Result<(Vec<Asset>, usize), FindError> {
        let mut found = Vec::with_capacity(ids.len());
        let mut budget = PageBudget::default();
        for (examined, id) in ids.iter().enumerate() {
            if budget.is_used_up() {
                return Ok((found, examined));
            }
            match self.read(actor, *id).await {
                Ok(mut asset) => {
                    if !with_bodies {
                        asset.work.body = None;
                    }
                    budget.count(&asset);
                    found.push(asset);
                }
                Err(FindError::NotFound | FindError::Gone { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok((found, ids.len()))
    }

    /// Works after `after` that the actor may see, at most `limit`, without relations to works that are
    /// hidden from it. A page ends early when its texts reach 4 MiB.
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
        let mut page = self.page(actor, after, limit, filter).await?;
        let now = self.works.now();
        hide_unseen_targets(&*self.works.catalog, actor, now, &mut page.items).await?;
        Ok(page)
    }

    async fn page(
        &self,
        actor: &Actor,
        after: Option<AssetId>,
        limit: usize,
        filter: &Filter,
    ) -> Result<Listing, CatalogError> {
        let now = self.works.now();
        let mut items = Vec::new();
        let (mut cursor, mut examined, mut budget) = (after, 0, PageBudget::default());
        // One more than asked for tells whether there is a next page; works may have long texts.
        let mut read_ahead = limit.saturating_add(1).min(FIRST_READ_AHEAD);
        while examined < MAX_EXAMINED {
            let entries = self.works.catalog.list(cursor, read_ahead).await?;
            let is_last = entries.len() < read_ahead;
            examined += entries.len();
            for entry in entries {
                // The page is full and there are more works: the cursor is its last work.
                if items.len() == limit || budget.is_used_up() {
                    let next = cursor;
                    return Ok(Listing { items, next });
                }
                cursor = Some(entry.id());
                if let Entry::Asset(mut asset) = entry
                    && filter.matches(&asset)
                    && policy::may_see(actor, &asset, now)
                {
                    if !filter.with_bodies {
                        asset.work.body = None;
                    }
                    budget.count(&asset);
                    items.push(*asset);
                }
            }
            if is_last {
                return Ok(Listing { items, next: None });
            }
            read_ahead = (read_ahead * 2).min(READ_AHEAD);
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
            && self.matches_publication(asset.published_at)
    }
}

impl Filter {
    /// A work that was never published has no such moment, so it is in no interval.
    fn matches_publication(&self, published_at: Option<Timestamp>) -> bool {
        let is_after = |from: Timestamp| published_at.is_some_and(|moment| moment >= from);
        let is_before = |end: Timestamp| published_at.is_some_and(|moment| moment < end);
        self.published_from.is_none_or(is_after) && self.published_before.is_none_or(is_before)
    }
}

fn is_requested(requested: &Option<Slug>, actual: &Option<Slug>) -> bool {
    requested.is_none() || requested == actual
}
