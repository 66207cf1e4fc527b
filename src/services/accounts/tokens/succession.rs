//! Tokens pass to another body.

use super::super::error::AccountsError;
use super::service::Tokens;
use crate::domain::Slug;
use crate::domain::access::{AccountId, TokenId};
use crate::storage::catalog::{ChangeSet, TokenRecord, Write};

impl Tokens {
    /// The tokens of services of these bodies that have not ended.
    ///
    /// # Errors
    /// The catalogue fails.
    pub(in crate::services) async fn of_bodies(
        &self,
        bodies: &[Slug],
    ) -> Result<Vec<TokenId>, AccountsError> {
        let now = self.clock.now();
        let secrets = self.catalog.tokens().await?;
        let theirs = secrets.into_iter().filter(|one| {
            let own = one.organisation.as_ref();
            one.account.is_none()
                && !one.has_ended(now)
                && own.is_some_and(|own| bodies.contains(own))
        });
        let mut ids: Vec<TokenId> = theirs.map(|one| one.id).collect();
        ids.sort();
        ids.dedup();
        Ok(ids)
    }

    /// Gives a token another body, together with what else changes.
    ///
    /// # Errors
    /// The catalogue fails.
    pub(in crate::services) async fn pass_on(
        &self,
        id: &TokenId,
        to: &Slug,
        changes: ChangeSet,
    ) -> Result<(), AccountsError> {
        let _changing = self.changing.lock().await;
        let secrets = self.secrets_of(id).await?;
        let changes = with_body(changes, &secrets, to);
        self.catalog.commit(changes).await?;
        self.cache().forget(&secrets);
        Ok(())
    }

    /// Adds to the change of an account that its tokens have the other body, too, and commits it.
    pub(in crate::services::accounts) async fn pass_on_of_account<F>(
        &self,
        account: &AccountId,
        to: &Slug,
        changes: ChangeSet,
        commit: F,
    ) -> Result<(), AccountsError>
    where
        F: AsyncFnOnce(ChangeSet) -> Result<(), AccountsError>,
    {
        let _changing = self.changing.lock().await;
        let mut secrets = self.catalog.tokens().await?;
        secrets.retain(|one| one.account.as_ref() == Some(account));
        commit(with_body(changes, &secrets, to)).await?;
        self.cache().forget(&secrets);
        Ok(())
    }
}

fn with_body(changes: ChangeSet, secrets: &[TokenRecord], to: &Slug) -> ChangeSet {
    secrets.iter().fold(changes, |changes, secret| {
        changes.write(Write::Token(TokenRecord {
            organisation: Some(to.clone()),
            ..secret.clone()
        }))
    })
}
