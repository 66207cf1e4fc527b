//! The services whose records pass from body to body, and what of them is of a body now.

use std::sync::Arc;

use super::passed::Kind;
use crate::domain::Slug;
use crate::domain::access::AccountId;
use crate::domain::asset::{Asset, AssetId};
use crate::services::access_requests::AccessRequests;
use crate::services::accounts::{Accounts, AccountsError, Tokens};
use crate::services::curation::Curation;
use crate::services::sharing::SavedSearches;
use crate::services::works::WorkAccess;
use crate::storage::catalog::{CatalogError, Entry};

/// Works read at once.
const PAGE: usize = 200;

/// The services whose records pass from body to body.
#[derive(Clone)]
pub struct Successors {
    /// Works.
    pub works: WorkAccess,
    /// Their assignments.
    pub curation: Curation,
    /// Accounts.
    pub accounts: Accounts,
    /// Tokens of services.
    pub tokens: Arc<Tokens>,
    /// Requests for access, whose grants are tokens to come.
    pub access_requests: AccessRequests,
    /// Saved searches.
    pub saved_searches: SavedSearches,
}

/// Some works of bodies.
pub(super) struct WorksPage {
    /// In the order of their ids.
    pub(super) works: Vec<Asset>,
    /// Where the next page begins; none at the end.
    pub(super) next: Option<AssetId>,
}

impl Successors {
    /// The ids of what these bodies have now, apart from works.
    pub(super) async fn subjects_of(
        &self,
        bodies: &[Slug],
    ) -> Result<[(Kind, Vec<String>); 4], AccountsError> {
        let grants = self.access_requests.grants_of_bodies(bodies).await?;
        let tokens = self.tokens.of_bodies(bodies).await?;
        let accounts = self.accounts.administration.of_bodies(bodies).await?;
        let searches = self.saved_searches.of_bodies(bodies).await?;
        Ok([
            (Kind::Grant, grants),
            (Kind::Token, tokens.into_iter().map(|id| id.0).collect()),
            (
                Kind::Account,
                accounts.iter().map(AccountId::to_string).collect(),
            ),
            (
                Kind::SavedSearch,
                searches
                    .iter()
                    .map(|search| search.id.to_string())
                    .collect(),
            ),
        ])
    }

    /// The works of these bodies among those behind `after`; a page may have none.
    pub(super) async fn works_of(
        &self,
        bodies: &[Slug],
        after: Option<AssetId>,
    ) -> Result<WorksPage, CatalogError> {
        let page = self.works.catalog.list(after, PAGE).await?;
        let next = page.last().map(Entry::id);
        let works = page.into_iter().filter_map(|entry| match entry {
            Entry::Asset(work) if is_of(&work, bodies) => Some(*work),
            Entry::Asset(_) | Entry::Tombstone(_) => None,
        });
        Ok(WorksPage {
            works: works.collect(),
            next,
        })
    }
}

/// Whether a work is of one of these bodies.
pub(super) fn is_of(work: &Asset, bodies: &[Slug]) -> bool {
    let own = work.work.organisation.as_ref();
    own.is_some_and(|own| bodies.contains(own))
}
