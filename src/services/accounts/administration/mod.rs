//! Accounts for their administrators: invite, change, reset, close, forget.

mod hand_over;
mod invite;

use std::sync::Arc;

pub use hand_over::{HandOver, HandedOver};
pub use invite::{Invite, Invited, NewAccount};

use super::access::Access;
use super::error::AccountsError;
use super::links::Links;
use super::passkeys::without_passkeys;
use super::post::check_post;
use super::scope::administers;
use super::store::{AccountStore, FullAccount};
use crate::domain::Slug;
use crate::domain::access::{AccountId, Actor, Role};
use crate::domain::account::{Account, AccountState};
use crate::domain::asset::Revision;
use crate::domain::vocabulary::Vocabularies;
use crate::services::audit::{Act, NewEntry};
use crate::services::mail::{LinkPurpose, Mail};
use crate::storage::catalog::ChangeSet;

/// After so many days a closed account keeps nothing but its id, role and body.
pub const FORGET_AFTER_DAYS: i64 = 30;

/// Accounts for their administrators.
pub struct Administration {
    pub(super) store: AccountStore,
    pub(super) vocabularies: Arc<Vocabularies>,
    pub(super) access: Access,
    pub(super) links: Links,
    pub(super) mail: Mail,
}

/// What changes in an account; none: stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountChange {
    /// The role.
    pub role: Option<Role>,
    /// The body; `Some(None)` takes it away.
    pub organisation: Option<Option<Slug>>,
}

impl Administration {
    /// Accounts with ids behind `after`, ascending, at most `limit`.
    ///
    /// # Errors
    /// [`AccountsError::Forbidden`].
    pub async fn list(
        &self,
        actor: &Actor,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Vec<Account>, AccountsError> {
        administers(actor)?;
        let after = after.map(|after| after.to_string());
        let found = self.store.list(after, limit).await?;
        found.iter().map(FullAccount::view).collect()
    }

    /// One account.
    ///
    /// # Errors
    /// [`AccountsError::Forbidden`], [`AccountsError::NoSuchAccount`].
    pub async fn read(&self, actor: &Actor, id: &AccountId) -> Result<Account, AccountsError> {
        administers(actor)?;
        self.find(id.as_str()).await?.view()
    }

    /// Changes role or body. All sessions and tokens of the account end, so that none keeps earlier rights.
    ///
    /// # Errors
    /// [`AccountsError::Forbidden`], [`AccountsError::NoSuchAccount`], [`AccountsError::Stale`],
    /// [`AccountsError::Invalid`]; [`AccountsError::LastAdministrator`].
    pub async fn change(
        &self,
        actor: &Actor,
        id: &AccountId,
        expected: Revision,
        change: AccountChange,
    ) -> Result<Account, AccountsError> {
        let account = self.open(actor, id, Some(expected)).await?;
        let present = account.view()?;
        let role = change.role.unwrap_or(present.role);
        let organisation = change.organisation.unwrap_or(present.organisation.clone());
        check_post(role, organisation.as_ref(), &self.vocabularies)
            .map_err(|rule| AccountsError::broken("/organisation", rule))?;
        if present.role == Role::Admin && role != Role::Admin {
            self.check_not_last_administrator(actor, id).await?;
        }
        let organisation = organisation.as_ref();
        let changed = self.access.set_post(actor, account, role, organisation);
        changed.await?.view()
    }

    /// Takes password, second factor and passkeys away and gives a one-time link to choose new ones. All sessions and
    /// tokens end.
    ///
    /// # Errors
    /// [`AccountsError::Forbidden`], [`AccountsError::NoSuchAccount`]; [`AccountsError::OfProvider`].
    pub async fn reset(
        &self,
        actor: &Actor,
        id: &AccountId,
        wanted: HandOver,
    ) -> Result<HandedOver, AccountsError> {
        let mut account = self.open(actor, id, None).await?;
        if account.provider.is_some() {
            return Err(AccountsError::OfProvider);
        }
        let login = account.view()?.login.ok_or(AccountsError::NoSuchAccount)?;
        if let Some(private) = account.private.as_mut() {
            private.password = None;
            private.totp = None;
            private.recovery_codes.clear();
        }
        let now = self.store.clock.now();
        let changes = self.store.replace(ChangeSet::by(actor, now), &account)?;
        let changes = without_passkeys(&*self.store.catalog, changes, id.as_str()).await?;
        let nonce = self.links.new_nonce();
        let (changes, link) = self.links.issue(changes, id.as_str(), nonce, now).await?;
        let purpose = LinkPurpose::Reset;
        let (changes, handed_over) = wanted.apply(&self.mail, changes, link, purpose, &login, now);
        let entry = NewEntry::new(actor, Act::AccountReset, id);
        self.store.trail.commit(changes, &entry).await?;
        self.access.end(actor, id).await?;
        Ok(handed_over)
    }

    /// Closes an account at once. Its login name is free again. Closing it again changes nothing.
    ///
    /// # Errors
    /// [`AccountsError::Forbidden`], [`AccountsError::NoSuchAccount`];
    /// [`AccountsError::LastAdministrator`].
    pub async fn close(&self, actor: &Actor, id: &AccountId) -> Result<Account, AccountsError> {
        administers(actor)?;
        let mut account = self.find(id.as_str()).await?;
        if !account.is_closed() {
            self.check_not_last_administrator(actor, id).await?;
            let now = self.store.clock.now();
            account.public.closed_at_ms = Some(now.as_millis());
            let changes = self.store.replace(ChangeSet::by(actor, now), &account)?;
            let changes = self.links.revoke(changes, id.as_str()).await?;
            let changes = self.store.release_login(changes, &account).await?;
            let entry = NewEntry::new(actor, Act::AccountClosed, id);
            self.store.trail.commit(changes, &entry).await?;
        }
        self.access.end(actor, id).await?;
        self.find(id.as_str()).await?.view()
    }

    /// The accounts of these bodies that are not closed.
    ///
    /// # Errors
    /// The catalogue fails.
    pub(in crate::services) async fn of_bodies(
        &self,
        bodies: &[Slug],
    ) -> Result<Vec<AccountId>, AccountsError> {
        let accounts = self.list(&Actor::System, None, usize::MAX).await?;
        let is_theirs = |account: &Account| {
            let own = account.organisation.as_ref();
            !matches!(account.state, AccountState::Closed { .. })
                && own.is_some_and(|own| bodies.contains(own))
        };
        let theirs = accounts.into_iter().filter(is_theirs);
        Ok(theirs.map(|account| account.id).collect())
    }

    /// Gives an account another body, together with what else changes. Its tokens go on with it; its sessions end
    /// behind the commit, so who repeats after a kill calls [`Administration::end_sessions`].
    ///
    /// # Errors
    /// It was changed meanwhile; the catalogue fails.
    pub(in crate::services) async fn pass_on(
        &self,
        id: &AccountId,
        to: &Slug,
        changes: ChangeSet,
    ) -> Result<(), AccountsError> {
        let mut account = self.open(&Actor::System, id, None).await?;
        account.public.organisation = Some(to.to_string());
        let entry = NewEntry::new(&Actor::System, Act::AccountChanged, id).with("organisation", to);
        let passed = self
            .access
            .tokens
            .pass_on_of_account(id, to, changes, async |changes| {
                self.store.commit(changes, &account, &entry).await
            });
        passed.await?;
        self.end_sessions(id).await
    }

    /// Ends the sessions of an account whose rights have changed.
    ///
    /// # Errors
    /// The catalogue fails; it may be repeated.
    pub(in crate::services) async fn end_sessions(
        &self,
        id: &AccountId,
    ) -> Result<(), AccountsError> {
        self.access
            .sessions
            .end_all(id.as_str(), None, &Actor::System)
            .await
    }

    /// Deletes what is private in accounts that were closed [`FORGET_AFTER_DAYS`] ago. Gives their number.
    ///
    /// # Errors
    /// The catalogue or the store of keys fails.
    pub async fn forget_closed(&self) -> Result<usize, AccountsError> {
        let now = self.store.clock.now();
        let (mut after, mut count) = (None, 0);
        loop {
            let page = self.store.list(after, 200).await?;
            let Some(last) = page.last() else {
                return Ok(count);
            };
            after = Some(last.public.id.clone());
            let is_due = |account: &&FullAccount| {
                let closed_at = account.public.closed_at_ms;
                let days_ms = FORGET_AFTER_DAYS * 86_400_000;
                !self.store.is_forgotten(account)
                    && closed_at.is_some_and(|at| at.saturating_add(days_ms) <= now.as_millis())
            };
            for account in page.iter().filter(is_due) {
                let changes = ChangeSet::by(&Actor::System, now);
                let id = account.public.id.as_str();
                let changes = self.store.without_preferences(changes, id).await?;
                let changes = without_passkeys(&*self.store.catalog, changes, id).await?;
                self.store.forget(changes, account).await?;
                count += 1;
            }
        }
    }

    /// Whether nobody can administer the archive with an account yet.
    ///
    /// # Errors
    /// The catalogue fails.
    pub async fn has_no_administrator(&self) -> Result<bool, AccountsError> {
        let accounts = self.list(&Actor::System, None, usize::MAX).await?;
        Ok(!accounts.iter().any(is_working_administrator))
    }

    /// An account that is not closed, at the expected revision.
    async fn open(
        &self,
        actor: &Actor,
        id: &AccountId,
        expected: Option<Revision>,
    ) -> Result<FullAccount, AccountsError> {
        administers(actor)?;
        let account = self.find(id.as_str()).await?;
        if account.is_closed() {
            return Err(AccountsError::Closed);
        }
        let current = account.view()?.revision;
        if expected.is_some_and(|expected| expected != current) {
            return Err(AccountsError::Stale { current });
        }
        Ok(account)
    }

    async fn find(&self, id: &str) -> Result<FullAccount, AccountsError> {
        let found = self.store.read(id).await?;
        found.ok_or(AccountsError::NoSuchAccount)
    }

    /// The operator of the machine can always make another one; an account cannot remove the last.
    async fn check_not_last_administrator(
        &self,
        actor: &Actor,
        id: &AccountId,
    ) -> Result<(), AccountsError> {
        let accounts = self.list(actor, None, usize::MAX).await?;
        let (own, others): (Vec<_>, Vec<_>) = accounts
            .iter()
            .filter(|account| is_working_administrator(account))
            .partition(|account| account.id == *id);
        if *actor != Actor::System && !own.is_empty() && others.is_empty() {
            return Err(AccountsError::LastAdministrator);
        }
        Ok(())
    }
}

fn is_working_administrator(account: &Account) -> bool {
    account.role == Role::Admin && account.state == AccountState::Active
}
