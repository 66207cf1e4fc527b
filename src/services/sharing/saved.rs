//! Saved searches: kept under a name, read by those who may, taken away.
//!
//! A search belongs to a role and a body ([`SavedSearch`]); who sees it is the policy's to say.
//! To everybody else it does not exist. Nothing is noted of who reads it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::clock::Clock;
use crate::domain::access::{Actor, Permission, Role, policy};
use crate::domain::asset::Revision;
use crate::domain::{LanguageMap, SavedSearch, SavedSearchId, Slug, Visibility};
use crate::services::intake::{Completed, Repeatable};
use crate::storage::catalog::{Catalog, CatalogError, ChangeSet, Idempotent, Made, Write};

/// Searches that the tokens of one role and body may keep.
pub const MOST_KEPT: usize = 500;

/// How many are read at once.
const READ_AHEAD: usize = 200;

/// Keeps searches. Cheap to clone.
#[derive(Clone)]
pub struct SavedSearches {
    catalog: Arc<dyn Catalog>,
    clock: Clock,
}

/// A search to save.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewSearch {
    /// What it is called; at least one title.
    pub titles: LanguageMap,
    /// The parameters of the search, all of them understood.
    pub parameters: BTreeMap<String, String>,
    /// Who may read it.
    pub visibility: Visibility,
}

/// One page of saved searches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedPage {
    /// The searches, oldest first.
    pub items: Vec<SavedSearch>,
    /// Where to go on; none at the end.
    pub next: Option<SavedSearchId>,
}

/// Why a search was not saved, found or taken away.
#[derive(Debug, thiserror::Error)]
pub enum SavedSearchError {
    /// There is none, or none that this actor may know of.
    #[error("no such saved search")]
    NotFound,
    /// The actor may not do this.
    #[error("the actor may not do this to saved searches")]
    Forbidden,
    /// It is at another revision than the caller knows.
    #[error("the saved search is at another revision")]
    Stale {
        /// The present one.
        current: Revision,
    },
    /// The idempotency key belongs to another request.
    #[error("the key was used for another request")]
    KeyReused,
    /// [`MOST_KEPT`] are kept already.
    #[error("as many searches as are allowed are kept already")]
    TooMany,
    /// The catalogue refused or failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

impl SavedSearches {
    /// Keeps searches in this catalogue.
    pub fn new(catalog: Arc<dyn Catalog>, clock: Clock) -> Self {
        Self { catalog, clock }
    }

    /// Saves a search in the name of the actor's role and body.
    ///
    /// # Errors
    /// [`SavedSearchError::Forbidden`] without a token; [`SavedSearchError::TooMany`];
    /// [`SavedSearchError::KeyReused`]; [`SavedSearchError::NotFound`] when the request is a
    /// repeated one and its search was taken away since.
    pub async fn create(
        &self,
        actor: &Actor,
        wanted: NewSearch,
        repeat: Option<&Repeatable>,
    ) -> Result<Completed<SavedSearch>, SavedSearchError> {
        if !actor.may(Permission::KeepSearches) {
            return Err(SavedSearchError::Forbidden);
        }
        let Some(repeat) = repeat else {
            return self.save(actor, wanted, None).await.map(Completed::new);
        };
        if let Some(earlier) = self.earlier(actor, repeat).await? {
            return Ok(Completed::replay(earlier));
        }
        let refusal = match self.save(actor, wanted, Some(repeat)).await {
            Ok(search) => return Ok(Completed::new(search)),
            Err(refusal) => refusal,
        };
        // An equal request at the same time may have been faster: its answer is that to both.
        let faster = self.earlier(actor, repeat).await?;
        faster.map(Completed::replay).ok_or(refusal)
    }

    async fn save(
        &self,
        actor: &Actor,
        wanted: NewSearch,
        repeat: Option<&Repeatable>,
    ) -> Result<SavedSearch, SavedSearchError> {
        let (role, organisation) = keeper(actor);
        self.check_room(role, organisation).await?;
        let search = SavedSearch {
            id: self.clock.new_saved_search_id(),
            revision: Revision::FIRST,
            titles: wanted.titles,
            parameters: wanted.parameters,
            visibility: wanted.visibility,
            role,
            organisation: organisation.cloned(),
            created_at: self.clock.now(),
        };
        let mut changes =
            ChangeSet::by(actor, search.created_at).write(Write::Search(search.clone()));
        if let Some(repeat) = repeat {
            changes = changes.write(Write::Remember(remembered(actor, repeat, &search)));
        }
        self.catalog.commit(changes).await?;
        Ok(search)
    }

    /// One saved search.
    ///
    /// # Errors
    /// [`SavedSearchError::NotFound`] also for those the actor may not see.
    pub async fn read(
        &self,
        actor: &Actor,
        id: SavedSearchId,
    ) -> Result<SavedSearch, SavedSearchError> {
        let search = self.catalog.saved_search(id).await?;
        search
            .filter(|search| policy::may_see_search(actor, search))
            .ok_or(SavedSearchError::NotFound)
    }

    /// Saved searches after `after` that the actor may see, at most `limit`, oldest first.
    ///
    /// # Errors
    /// Those of the catalogue.
    pub async fn list(
        &self,
        actor: &Actor,
        after: Option<SavedSearchId>,
        limit: usize,
    ) -> Result<SavedPage, CatalogError> {
        let mut items: Vec<SavedSearch> = Vec::new();
        let mut cursor = after;
        loop {
            let read = self.catalog.saved_searches(cursor, READ_AHEAD).await?;
            let is_last = read.len() < READ_AHEAD;
            for search in read {
                cursor = Some(search.id);
                if !policy::may_see_search(actor, &search) {
                    continue;
                }
                // The cursor stands on the last one shown, so that it tells nothing of others.
                if items.len() == limit {
                    let next = items.last().map(|search| search.id);
                    return Ok(SavedPage { items, next });
                }
                items.push(search);
            }
            if is_last {
                return Ok(SavedPage { items, next: None });
            }
        }
    }

    /// Takes a saved search away.
    ///
    /// # Errors
    /// [`SavedSearchError::NotFound`], [`SavedSearchError::Forbidden`] for one the actor may only
    /// read, [`SavedSearchError::Stale`].
    pub async fn delete(
        &self,
        actor: &Actor,
        id: SavedSearchId,
        expected: Revision,
    ) -> Result<(), SavedSearchError> {
        let search = self.read(actor, id).await?;
        if !policy::may_delete_search(actor, &search) {
            return Err(SavedSearchError::Forbidden);
        }
        if search.revision != expected {
            let current = search.revision;
            return Err(SavedSearchError::Stale { current });
        }
        let changes = ChangeSet::by(actor, self.clock.now())
            .expect_search(id, expected)
            .write(Write::DropSearch(id));
        match self.catalog.commit(changes).await {
            Ok(_) => Ok(()),
            // Somebody was faster.
            Err(CatalogError::SearchConflict { current: None, .. }) => {
                Err(SavedSearchError::NotFound)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The search that an earlier, equal request saved, if there was one.
    async fn earlier(
        &self,
        actor: &Actor,
        repeat: &Repeatable,
    ) -> Result<Option<SavedSearch>, SavedSearchError> {
        let Some(earlier) = self.catalog.remembered(&repeat.key_of(actor)).await? else {
            return Ok(None);
        };
        match earlier.made {
            Made::Search(id) if earlier.request == repeat.request => {
                self.read(actor, id).await.map(Some)
            }
            Made::Search(_) | Made::Asset(_) => Err(SavedSearchError::KeyReused),
        }
    }

    async fn check_room(
        &self,
        role: Role,
        organisation: Option<&Slug>,
    ) -> Result<(), SavedSearchError> {
        let (mut kept, mut cursor) = (0, None);
        loop {
            let read = self.catalog.saved_searches(cursor, READ_AHEAD).await?;
            let is_own = |search: &&SavedSearch| {
                search.role == role && search.organisation.as_ref() == organisation
            };
            kept += read.iter().filter(is_own).count();
            if kept >= MOST_KEPT {
                return Err(SavedSearchError::TooMany);
            }
            cursor = read.last().map(|search| search.id);
            if read.len() < READ_AHEAD {
                return Ok(());
            }
        }
    }
}

/// In whose name an actor keeps searches. Whoever runs the archive counts as an administrator.
fn keeper(actor: &Actor) -> (Role, Option<&Slug>) {
    match actor {
        Actor::Holder {
            role, organisation, ..
        } => (*role, organisation.as_ref()),
        Actor::System | Actor::Anonymous => (Role::Admin, None),
    }
}

fn remembered(actor: &Actor, repeat: &Repeatable, search: &SavedSearch) -> Idempotent {
    Idempotent {
        key: repeat.key_of(actor),
        request: repeat.request,
        made: Made::Search(search.id),
        revision: search.revision,
        at: search.created_at,
    }
}
