//! Reads works that an actor may see.

use crate::domain::Timestamp;
use crate::domain::access::Actor;
use crate::domain::access::policy::may_see;
use crate::domain::asset::{Asset, AssetId, State};
use crate::services::search::state::SearchState;
use crate::storage::catalog::{CatalogError, Entry};

/// Whether the access policy lets an actor see a work; withdrawn works are never found.
pub(crate) fn is_visible_to(actor: &Actor, asset: &Asset, now: Timestamp) -> bool {
    !matches!(asset.state, State::Withdrawn { .. }) && may_see(actor, asset, now)
}

/// The works among `ids` that the actor may see now, at their current revision, in the same order.
pub(crate) async fn visible_works(
    state: &SearchState,
    actor: &Actor,
    ids: &[AssetId],
) -> Result<Vec<Asset>, CatalogError> {
    let now = state.clock.now();
    let entries = state.catalog.entries(ids).await?;
    let works = entries
        .into_iter()
        .flatten()
        .filter_map(|entry| match entry {
            Entry::Asset(asset) if is_visible_to(actor, &asset, now) => Some(*asset),
            _ => None,
        });
    Ok(works.collect())
}
