//! The rights of an account: its post, and what acts with it.

use std::sync::Arc;

use super::error::AccountsError;
use super::sessions::Sessions;
use super::store::{AccountStore, FullAccount};
use super::tokens::Tokens;
use crate::domain::Slug;
use crate::domain::access::{AccountId, Actor, Role};
use crate::services::audit::{Act, NewEntry};
use crate::storage::catalog::ChangeSet;

/// Changes and ends the rights of accounts.
#[derive(Clone)]
pub(super) struct Access {
    pub(super) store: AccountStore,
    pub(super) sessions: Arc<Sessions>,
    pub(super) tokens: Arc<Tokens>,
}

impl Access {
    /// Gives an account a role and a body. Its sessions and tokens end, so that none keeps earlier rights.
    ///
    /// # Errors
    /// It was changed meanwhile; the catalogue fails.
    pub(super) async fn set_post(
        &self,
        actor: &Actor,
        mut account: FullAccount,
        role: Role,
        organisation: Option<&Slug>,
    ) -> Result<FullAccount, AccountsError> {
        let present = account.view()?;
        account.public.role = role.name().to_owned();
        account.public.organisation = organisation.map(Slug::to_string);
        let changes = ChangeSet::by(actor, self.store.clock.now());
        let entry = NewEntry::new(actor, Act::AccountChanged, &present.id)
            .with("from", present.role.name())
            .with("to", role.name());
        self.store.commit(changes, &account, &entry).await?;
        self.end(actor, &present.id).await?;
        let again = self.store.read(present.id.as_str()).await?;
        again.ok_or(AccountsError::NoSuchAccount)
    }

    /// Ends all sessions and tokens of an account.
    ///
    /// # Errors
    /// The catalogue fails; it may be repeated.
    pub(super) async fn end(&self, actor: &Actor, id: &AccountId) -> Result<(), AccountsError> {
        self.sessions.end_all(id.as_str(), None, actor).await?;
        self.tokens.end_of_account(actor, id).await
    }
}
