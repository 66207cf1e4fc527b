//! Saved searches: create, read, list, delete.
//!
//! A search belongs to a role and an organisation, or to a token without one ([`SavedSearch`]). A public
//! one is published: that takes an editor. The access policy decides who may
//! see it; for everybody else it does not exist. Reads are not recorded.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::clock::Clock;
use crate::domain::access::{Actor, Credential, Permission, Role, policy};
use crate::domain::asset::Revision;
use crate::domain::{LanguageMap, SavedSearch, SavedSearchId, Slug, Visibility};
use crate::services::works::{Completed, IdempotentRequest};
use crate::storage::catalog::{CatalogError, ChangeSet, Idempotent, Made, SavedSearchStore, Write};

/// The most searches that the tokens of one role and organisation, or one token without organisation, may
/// save.
pub const MAX_SAVED_SEARCHES: usize = 500;

/// How many searches are read at once.
const READ_AHEAD: usize = 200;

/// The saved searches. Cheap to clone.
#[derive(Clone)]
pub struct SavedSearches {
    catalog: Arc<dyn SavedSearchStore>,
    clock: Clock,
}

/// A search to save.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewSearch {
    /// Its titles; at least one.
    pub titles: LanguageMap,
    /// The valid parameters of the search.
    pub parameters: BTreeMap<String, String>,
    /// Who may read it.
    pub visibility: Visibility,
}

/// One page of saved searches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedPage {
    /// The searches, oldest first.
    pub items: Vec<SavedSearch>,
    /// The cursor of the next page; `None` at the end.
    pub next: Option<SavedSearchId>,
}

/// Why a search was not saved, found or deleted.
#[derive(Debug, thiserror::Error)]
pub enum SavedSearchError {
    /// There is no such search, or the actor may not see it.
    #[error("no such saved search")]
    NotFound,
    /// The actor may not do this.
    #[error("the actor may not do this to saved searches")]
    Forbidden,
    /// It is not at the expected revision.
    #[error("the saved search is at another revision")]
    Stale {
        /// The present one.
        current: Revision,
    },
    /// The idempotency key belongs to another request.
    #[error("the key was used for another request")]
    KeyReused,
    /// [`MAX_SAVED_SEARCHES`] are saved already.
    #[error("the largest number of saved searches is reached")]
    TooMany,
    /// The catalogue refused or failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

impl SavedSearches {
    /// Stores searches in this catalogue.
    pub fn new(catalog: Arc<dyn SavedSearchStore>, clock: Clock) -> Self {
        Self { catalog, clock }
    }

    /// Saves a search for the actor's role and organisation.
    ///
    /// # Errors
    /// [`SavedSearchError::Forbidden`] without a token, and for a public search without [`Permission::Curate`];
    /// [`SavedSearchError::TooMany`];
    /// [`SavedSearchError::KeyReused`]; [`SavedSearchError::NotFound`] when the request is a
    /// repeated one and its search was deleted since.
    pub async fn create(
        &self,
        actor: &Actor,
        wanted: NewSearch,
        idempotent: Option<&IdempotentRequest>,
    ) -> Result<Completed<SavedSearch>, SavedSearchError> {
        let is_published = wanted.visibility == Visibility::Public;
        if !actor.may(Permission::KeepSearches) || (is_published && !actor.may(Permission::Curate))
        {
            return Err(SavedSearchError::Forbidden);
        }
        let Some(idempotent) = idempotent else {
            return self.save(actor, wanted, None).await.map(Completed::new);
        };
        if let Some(earlier) = self.earlier(actor, idempotent).await? {
            return Ok(Completed::replay(earlier));
        }
        let refusal = match self.save(actor, wanted, Some(idempotent)).await {
            Ok(search) => return Ok(Completed::new(search)),
            Err(refusal) => refusal,
        };
        // An equal request at the same time may have been faster: its answer is that to both.
        let faster = self.earlier(actor, idempotent).await?;
        faster.map(Completed::replay).ok_or(refusal)
    }

    /// The searches that roles of these bodies own.
    ///
    /// # Errors
    /// The catalogue fails.
    pub(in crate::services) async fn of_bodies(
        &self,
        bodies: &[Slug],
    ) -> Result<Vec<SavedSearch>, CatalogError> {
        let mut found = self.catalog.saved_searches(None, usize::MAX).await?;
        found.retain(|search| {
            let owner = search.organisation.as_ref();
            owner.is_some_and(|owner| bodies.contains(owner))
        });
        Ok(found)
    }

    /// Gives a search to the same role of another body, together with a record of it.
    ///
    /// # Errors
    /// It was changed or deleted meanwhile; the catalogue fails.
    pub(in crate::services) async fn pass_on(
        &self,
        search: SavedSearch,
        to: &Slug,
        changes: ChangeSet,
    ) -> Result<(), CatalogError> {
        let changes = changes.expect_search(search.id, search.revision);
        let passed = SavedSearch {
            revision: search.revision.next(),
            organisation: Some(to.clone()),
            ..search
        };
        self.catalog
            .commit(changes.write(Write::Search(passed)))
            .await?;
        Ok(())
    }

    async fn save(
        &self,
        actor: &Actor,
        wanted: NewSearch,
        idempotent: Option<&IdempotentRequest>,
    ) -> Result<SavedSearch, SavedSearchError> {
        let owner = Owner::of(actor);
        self.check_limit(&owner).await?;
        let search = SavedSearch {
            id: self.clock.new_saved_search_id(),
            revision: Revision::FIRST,
            titles: wanted.titles,
            parameters: wanted.parameters,
            visibility: wanted.visibility,
            role: owner.role,
            organisation: owner.organisation.cloned(),
            credential: owner.credential.cloned(),
            created_at: self.clock.now(),
        };
        let mut changes =
            ChangeSet::by(actor, search.created_at).write(Write::Search(search.clone()));
        if let Some(idempotent) = idempotent {
            changes = changes.write(Write::Remember(remembered(actor, idempotent, &search)));
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
                // The cursor is the last visible search, so that it reveals nothing of others.
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

    /// Deletes a saved search.
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
            // Another request deleted it first.
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
        idempotent: &IdempotentRequest,
    ) -> Result<Option<SavedSearch>, SavedSearchError> {
        let Some(earlier) = self
            .catalog
            .remembered(&idempotent.scoped_key(actor))
            .await?
        else {
            return Ok(None);
        };
        match earlier.made {
            Made::Search(id) if earlier.request == idempotent.request => {
                self.read(actor, id).await.map(Some)
            }
            Made::Search(_) | Made::Asset(_) => Err(SavedSearchError::KeyReused),
        }
    }

    async fn check_limit(&self, owner: &Owner<'_>) -> Result<(), SavedSearchError> {
        let (mut count, mut cursor) = (0, None);
        loop {
            let read = self.catalog.saved_searches(cursor, READ_AHEAD).await?;
            count += read.iter().filter(|search| owner.owns(search)).count();
            if count >= MAX_SAVED_SEARCHES {
                return Err(SavedSearchError::TooMany);
            }
            cursor = read.last().map(|search| search.id);
            if read.len() < READ_AHEAD {
                return Ok(());
            }
        }
    }
}

/// Who owns the searches of an actor. The operator counts as an administrator.
struct Owner<'a> {
    role: Role,
    organisation: Option<&'a Slug>,
    /// Of a holder without organisation.
    credential: Option<&'a Credential>,
}

impl<'a> Owner<'a> {
    fn of(actor: &'a Actor) -> Self {
        match actor {
            Actor::Holder {
                credential,
                role,
                organisation,
                ..
            } => Self {
                role: *role,
                organisation: organisation.as_ref(),
                credential: organisation.is_none().then_some(credential),
            },
            Actor::System | Actor::Anonymous => Self {
                role: Role::Admin,
                organisation: None,
                credential: None,
            },
        }
    }

    fn owns(&self, search: &SavedSearch) -> bool {
        search.role == self.role
            && search.organisation.as_ref() == self.organisation
            && search.credential.as_ref() == self.credential
    }
}

fn remembered(actor: &Actor, idempotent: &IdempotentRequest, search: &SavedSearch) -> Idempotent {
    Idempotent {
        key: idempotent.scoped_key(actor),
        request: idempotent.request,
        made: Made::Search(search.id),
        revision: search.revision,
        at: search.created_at,
    }
}
