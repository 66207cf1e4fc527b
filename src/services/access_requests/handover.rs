//! The asker fetches its token with the one-time link.

use super::error::AccessRequestError;
use super::record::{GrantV1, RequestV1};
use super::service::AccessRequests;
use crate::domain::access::{Actor, Permission, Permissions, Role};
use crate::domain::{Slug, Timestamp};
use crate::services::accounts::{NewToken, Secret};
use crate::storage::catalog::{CatalogError, ChangeSet, TokenRecord};

/// The longest label of a token, in characters.
const LABEL: usize = 120;

impl AccessRequests {
    /// Makes the token of a granted request. The link is used up in the same commit.
    ///
    /// # Errors
    /// [`AccessRequestError::LinkNotValid`], the same for unknown, used, replaced and expired ones.
    pub async fn hand_over(&self, link: &str) -> Result<(Secret, TokenRecord), AccessRequestError> {
        let not_valid = || AccessRequestError::LinkNotValid;
        let (id, _) = link.split_once('.').ok_or_else(not_valid)?;
        let read = match self.find(id).await {
            Err(AccessRequestError::NotFound) => return Err(not_valid()),
            found => found?,
        };
        let request = read.value.latest();
        let grant = request.grant.as_ref().ok_or_else(not_valid)?;
        let now = self.clock.now();
        let given = Secret::from_text(link.to_owned()).hash().to_hex();
        let is_right = grant.link_hash.as_ref() == Some(&given);
        if !is_right || now.as_millis() >= grant.link_expires_at_ms {
            return Err(not_valid());
        }
        let wanted = self.token_of(request, grant)?;
        let used = read.value.with(|record| {
            if let Some(grant) = record.grant.as_mut() {
                grant.link_hash = None;
            }
        });
        let changes = ChangeSet::by(&Actor::System, now).replace_keyed(&read, &used)?;
        match self.tokens.create_with(changes, wanted).await {
            Err(crate::services::accounts::AccountsError::Catalog(
                CatalogError::RecordConflict { .. },
            )) => Err(not_valid()),
            made => Ok(made?),
        }
    }

    /// The token that a grant is for.
    pub(super) fn token_of(
        &self,
        request: &RequestV1,
        grant: &GrantV1,
    ) -> Result<NewToken, CatalogError> {
        let unreadable =
            || CatalogError::NewerVersion(format!("the request for access {}", request.id));
        let mut roles = Role::NAMES.iter();
        let role = roles.find(|(name, _)| *name == request.role);
        let organisation = grant.organisation.as_deref().map(Slug::parse);
        let permissions = grant.permissions.as_ref().map(|names| {
            let named = |name: &String| {
                let mut known = Permission::NAMES.iter();
                known.find(|(known, _)| known == name).map(|(_, one)| *one)
            };
            let found = names.iter().map(named);
            found.collect::<Option<Vec<_>>>().map(Permissions::new)
        });
        Ok(NewToken {
            role: role.map(|(_, role)| *role).ok_or_else(unreadable)?,
            organisation: organisation.transpose().map_err(|_| unreadable())?,
            label: request.body.chars().take(LABEL).collect(),
            expires_at: grant.expires_at_ms.map(Timestamp::from_millis),
            permissions: permissions
                .map(|found| found.ok_or_else(unreadable))
                .transpose()?,
        })
    }
}
