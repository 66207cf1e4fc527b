//! An administrator reviews, grants and refuses requests.

use super::error::AccessRequestError;
use super::record::{GrantV1, RequestRecord, RequestState};
use super::request::AccessRequest;
use super::service::{AccessRequests, administers};
use crate::domain::access::{Actor, Permission, Permissions};
use crate::domain::{Rule, Slug, Timestamp, text};
use crate::services::accounts::{LINK_SECONDS, Secret};
use crate::services::audit::{Act, NewEntry};
use crate::storage::catalog::{CatalogError, ChangeSet};

const REASON: text::Limit = text::Limit::Characters(500);

/// What is granted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grant {
    /// The body in the vocabulary that the token is for.
    pub organisation: Option<Slug>,
    /// The permissions that it is narrowed to.
    pub permissions: Option<Permissions>,
    /// When the token expires.
    pub expires_at: Option<Timestamp>,
}

impl AccessRequests {
    /// Says that somebody looks into a request.
    ///
    /// # Errors
    /// [`AccessRequestError::Forbidden`], [`AccessRequestError::NotFound`], [`AccessRequestError::WrongState`].
    pub async fn review(
        &self,
        actor: &Actor,
        id: &str,
    ) -> Result<AccessRequest, AccessRequestError> {
        administers(actor)?;
        let read = self.find(id).await?;
        let entry = NewEntry::new(actor, Act::AccessReviewed, id);
        let reviewed = self.decide(&read, actor, entry, |record| {
            record.state = RequestState::InReview;
        });
        reviewed.await
    }

    /// Refuses a request with a reason, which the asker reads.
    ///
    /// # Errors
    /// As [`AccessRequests::review`]; [`AccessRequestError::Invalid`].
    pub async fn refuse(
        &self,
        actor: &Actor,
        id: &str,
        reason: &str,
    ) -> Result<AccessRequest, AccessRequestError> {
        administers(actor)?;
        let reason = text::line(reason, REASON)
            .map_err(|rule: Rule| AccessRequestError::broken("/reason", rule))?;
        let read = self.find(id).await?;
        let entry = NewEntry::new(actor, Act::AccessRefused, id);
        let refused = self.decide(&read, actor, entry, |record| {
            record.state = RequestState::Refused;
            record.reason = Some(reason);
        });
        refused.await
    }

    /// Grants a request: gives the one-time link with which the asker fetches its token.
    ///
    /// # Errors
    /// As [`AccessRequests::review`]; [`AccessRequestError::Accounts`] for a token that cannot be made so.
    pub async fn grant(
        &self,
        actor: &Actor,
        id: &str,
        grant: Grant,
    ) -> Result<(Secret, AccessRequest), AccessRequestError> {
        administers(actor)?;
        let read = self.find(id).await?;
        let stored = GrantV1 {
            organisation: grant.organisation.as_ref().map(Slug::to_string),
            permissions: grant.permissions.map(names),
            expires_at_ms: grant.expires_at.map(Timestamp::as_millis),
            link_hash: None,
            link_expires_at_ms: 0,
        };
        let wanted = self.token_of(read.value.latest(), &stored)?;
        self.tokens.check(&wanted)?;
        let (link, stored) = self.with_link(id, stored);
        let entry = NewEntry::new(actor, Act::AccessGranted, id);
        let granted = self.decide(&read, actor, entry, |record| {
            record.state = RequestState::Granted;
            record.grant = Some(stored);
        });
        Ok((link, granted.await?))
    }

    /// A new one-time link for a granted request whose token was not fetched; the one before is not valid any more.
    ///
    /// # Errors
    /// [`AccessRequestError::Forbidden`], [`AccessRequestError::NotFound`], [`AccessRequestError::WrongState`].
    pub async fn renew_link(
        &self,
        actor: &Actor,
        id: &str,
    ) -> Result<(Secret, AccessRequest), AccessRequestError> {
        administers(actor)?;
        let read = self.find(id).await?;
        let grant = read.value.latest().grant.clone();
        let grant = grant.filter(|grant| grant.link_hash.is_some());
        let grant = grant.ok_or(AccessRequestError::WrongState)?;
        let (link, grant) = self.with_link(id, grant);
        let next = read.value.with(|record| record.grant = Some(grant));
        let changes = ChangeSet::by(actor, self.clock.now()).replace_keyed(&read, &next)?;
        match self.catalog.commit(changes).await {
            Err(CatalogError::RecordConflict { .. }) => Err(AccessRequestError::WrongState),
            committed => {
                committed?;
                Ok((link, self.view(&RequestRecord::clone(&next))?))
            }
        }
    }

    fn with_link(&self, id: &str, grant: GrantV1) -> (Secret, GrantV1) {
        let link = Secret::random(&self.clock, &format!("{id}."));
        let expires_at = self.clock.now().plus_seconds(LINK_SECONDS);
        let grant = GrantV1 {
            link_hash: Some(link.hash().to_hex()),
            link_expires_at_ms: expires_at.as_millis(),
            ..grant
        };
        (link, grant)
    }
}

fn names(permissions: Permissions) -> Vec<String> {
    let names = permissions.iter().map(Permission::name);
    names.map(str::to_owned).collect()
}
