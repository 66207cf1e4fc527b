//! Reads and writes accounts with their private part.

use std::sync::Arc;

use super::error::AccountsError;
use super::private;
use super::scope::subordinates;
use super::stored::{AccountRecord, AccountV1, LoginRecord, LoginV1, PrivateV1};
use crate::clock::Clock;
use crate::domain::Slug;
use crate::domain::Timestamp;
use crate::domain::access::{AccountId, Actor, Credential, Role};
use crate::domain::account::{Account, AccountState, Login};
use crate::domain::vocabulary::Vocabularies;
use crate::services::audit::{Act, AuditTrail, NewEntry};
use crate::storage::blocking;
use crate::storage::catalog::typed_records::ReadKeyed as _;
use crate::storage::catalog::{CatalogError, ChangeSet, KeyRange, RecordStore, Versioned};
use crate::storage::keys::KeyStore;

/// Accounts in the catalogue.
#[derive(Clone)]
pub(super) struct AccountStore {
    pub(super) catalog: Arc<dyn RecordStore>,
    pub(super) keys: Arc<KeyStore>,
    pub(super) vocabularies: Arc<Vocabularies>,
    pub(super) trail: AuditTrail,
    pub(super) clock: Clock,
}

/// An account with its private part, as it was read.
#[derive(Debug, Clone)]
pub(super) struct FullAccount {
    pub(super) public: AccountV1,
    /// None once it was forgotten.
    pub(super) private: Option<PrivateV1>,
    /// The provider through which its holder signs in, instead of a password.
    pub(super) provider: Option<String>,
    /// The bodies below its own.
    subordinates: Arc<[Slug]>,
    read: Versioned<AccountRecord>,
}

impl FullAccount {
    pub(super) fn is_closed(&self) -> bool {
        self.public.closed_at_ms.is_some()
    }

    /// Whether a confirmed second factor is asked for at sign-in.
    pub(super) fn has_second_factor(&self) -> bool {
        let totp = self
            .private
            .as_ref()
            .and_then(|private| private.totp.as_ref());
        totp.is_some_and(|totp| totp.is_confirmed)
    }

    /// The change set, refused if the account has changed since it was read.
    pub(super) fn expect_unchanged(&self, changes: ChangeSet) -> ChangeSet {
        changes.expect_keyed(&self.read)
    }

    /// The actor that its holder is.
    ///
    /// # Errors
    /// [`AccountsError::NotValid`] for a closed account.
    pub(super) fn actor(&self) -> Result<Actor, AccountsError> {
        if self.is_closed() {
            return Err(AccountsError::NotValid);
        }
        Ok(Actor::Holder {
            credential: Credential::Account(id_of(&self.public)?),
            role: role_of(&self.public)?,
            organisation: organisation_of(&self.public)?,
            subordinates: Arc::clone(&self.subordinates),
            narrowed_to: None,
        })
    }

    pub(super) fn view(&self) -> Result<Account, AccountsError> {
        let private = self.private.as_ref();
        let login = private.and_then(|private| Login::parse(&private.login).ok());
        let has_password = private.is_some_and(|private| private.password.is_some());
        let is_active = has_password || self.provider.is_some();
        let state = match self.public.closed_at_ms {
            Some(at) => AccountState::Closed {
                at: Timestamp::from_millis(at),
            },
            None if is_active => AccountState::Active,
            None => AccountState::Invited,
        };
        Ok(Account {
            id: id_of(&self.public)?,
            revision: self.read.revision,
            login,
            display: private.map(|private| private.display.clone()),
            role: role_of(&self.public)?,
            organisation: organisation_of(&self.public)?,
            state,
            created_at: Timestamp::from_millis(self.public.created_at_ms),
            has_second_factor: self.has_second_factor(),
        })
    }
}

impl AccountStore {
    /// The account with this id.
    ///
    /// # Errors
    /// The catalogue fails, or the private part cannot be decrypted.
    pub(super) async fn read(&self, id: &str) -> Result<Option<FullAccount>, AccountsError> {
        let found = self.catalog.keyed::<AccountRecord>(id).await?;
        found.map(|found| self.full(found)).transpose()
    }

    /// The account with this login name, if it is not closed.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub(super) async fn with_login(
        &self,
        login: &Login,
    ) -> Result<Option<FullAccount>, AccountsError> {
        self.with_login_key(&private::login_key(login, &self.keys.master()))
            .await
    }

    /// The account whose login name has this keyed hash, if it is not closed.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub(super) async fn with_login_key(
        &self,
        key: &str,
    ) -> Result<Option<FullAccount>, AccountsError> {
        let found = self.catalog.keyed::<LoginRecord>(key).await?;
        let Some(LoginRecord::V1(found)) = found.map(|found| found.value) else {
            return Ok(None);
        };
        self.read(&found.account).await
    }

    /// Accounts with ids behind `after`, ascending.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub(super) async fn list(
        &self,
        after: Option<String>,
        limit: usize,
    ) -> Result<Vec<FullAccount>, AccountsError> {
        let range = KeyRange::default().after(after);
        let found = self
            .catalog
            .all_keyed::<AccountRecord>(range, limit)
            .await?;
        found.into_iter().map(|found| self.full(found)).collect()
    }

    /// The change set with a new account and its login name. Its key is stored first: one without an
    /// account is harmless.
    ///
    /// # Errors
    /// The key cannot be stored.
    pub(super) async fn insert(
        &self,
        changes: ChangeSet,
        public: AccountV1,
        provider: Option<String>,
        private: &PrivateV1,
        login: &Login,
    ) -> Result<ChangeSet, AccountsError> {
        let key = self.clock.random_bytes::<32>();
        let (keys, id) = (Arc::clone(&self.keys), public.id.clone());
        // An equal request at the same time may have been faster: its key stays.
        let key = blocking(move || keys.ensure(&id, key))
            .await
            .map_err(CatalogError::Io)?;
        let login = LoginRecord::V1(LoginV1 {
            key: private::login_key(login, &self.keys.master()),
            account: public.id.clone(),
        });
        let sealed = private::seal(private, &public.id, &key, &self.clock)?;
        let public = AccountV1 {
            sealed: Some(sealed),
            ..public
        };
        let record = AccountRecord::new(public, provider);
        Ok(changes.insert_keyed(&record)?.insert_keyed(&login)?)
    }

    /// The change set with the next state of an account.
    ///
    /// # Errors
    /// The account was forgotten.
    pub(super) fn replace(
        &self,
        changes: ChangeSet,
        account: &FullAccount,
    ) -> Result<ChangeSet, AccountsError> {
        let private = account
            .private
            .as_ref()
            .ok_or(AccountsError::NoSuchAccount)?;
        let id = &account.public.id;
        let key = self.keys.of(id).ok_or(AccountsError::NoSuchAccount)?;
        let public = AccountV1 {
            sealed: Some(private::seal(private, id, &key, &self.clock)?),
            ..account.public.clone()
        };
        let record = AccountRecord::new(public, account.provider.clone());
        Ok(changes.replace_keyed(&account.read, &record)?)
    }

    /// Commits the next state of an account, at the revision that was read, with an entry of the audit trail.
    ///
    /// # Errors
    /// The account changed meanwhile; the catalogue fails.
    pub(super) async fn commit(
        &self,
        changes: ChangeSet,
        account: &FullAccount,
        entry: &NewEntry,
    ) -> Result<(), AccountsError> {
        let changes = self.replace(changes, account)?;
        self.trail.commit(changes, entry).await?;
        Ok(())
    }

    /// Whether nothing private is left of an account, its key included.
    pub(super) fn is_forgotten(&self, account: &FullAccount) -> bool {
        account.public.sealed.is_none() && self.keys.of(&account.public.id).is_none()
    }

    /// Deletes the key of a closed account, and then what is private in it. The key first: what is left after a kill in
    /// between is unreadable, and the next run deletes it.
    ///
    /// # Errors
    /// The catalogue or the store of keys fails; it may be repeated.
    pub(super) async fn forget(
        &self,
        changes: ChangeSet,
        account: &FullAccount,
    ) -> Result<(), AccountsError> {
        let (keys, id) = (Arc::clone(&self.keys), account.public.id.clone());
        blocking(move || keys.remove(&id))
            .await
            .map_err(CatalogError::Io)?;
        if account.public.sealed.is_none() {
            return Ok(());
        }
        let public = AccountV1 {
            sealed: None,
            ..account.public.clone()
        };
        let record = AccountRecord::new(public, account.provider.clone());
        let changes = changes.replace_keyed(&account.read, &record)?;
        let entry = NewEntry::new(&Actor::System, Act::AccountForgotten, &account.public.id);
        self.trail.commit(changes, &entry).await?;
        Ok(())
    }

    /// Releases the login name of an account that is being closed.
    ///
    /// # Errors
    /// The catalogue fails.
    pub(super) async fn release_login(
        &self,
        changes: ChangeSet,
        account: &FullAccount,
    ) -> Result<ChangeSet, AccountsError> {
        let login = account.view()?.login;
        let Some(login) = login else {
            return Ok(changes);
        };
        let key = private::login_key(&login, &self.keys.master());
        let found = self.catalog.keyed::<LoginRecord>(&key).await?;
        Ok(match found {
            Some(found) => changes.delete_keyed(&found),
            None => changes,
        })
    }

    fn full(&self, read: Versioned<AccountRecord>) -> Result<FullAccount, AccountsError> {
        let public = read.value.account().clone();
        let provider = read.value.provider().map(str::to_owned);
        let private = match (&public.sealed, self.keys.of(&public.id)) {
            (Some(sealed), Some(key)) => Some(private::open(sealed, &public.id, &key)?),
            _ => None,
        };
        let organisation = organisation_of(&public)?;
        let now = self.clock.now();
        Ok(FullAccount {
            subordinates: subordinates(&self.vocabularies, organisation.as_ref(), now),
            public,
            private,
            provider,
            read,
        })
    }
}

fn id_of(public: &AccountV1) -> Result<AccountId, AccountsError> {
    public.id.parse().map_err(|_| unreadable(public, "id"))
}

fn role_of(public: &AccountV1) -> Result<Role, AccountsError> {
    Role::of_name(&public.role).ok_or_else(|| unreadable(public, "role"))
}

fn organisation_of(public: &AccountV1) -> Result<Option<Slug>, AccountsError> {
    let organisation = public.organisation.as_deref().map(Slug::parse);
    organisation
        .transpose()
        .map_err(|_| unreadable(public, "organisation"))
}

fn unreadable(public: &AccountV1, what: &str) -> AccountsError {
    let what = format!("the {what} of the account {}", public.id);
    CatalogError::NewerVersion(what).into()
}
