//! Accounts as recipients of messages: their post, language, address, and what they chose.

use std::sync::Arc;

use super::error::AccountsError;
use super::preferences::{self, Preferences};
use super::private;
use super::secret;
use super::store::AccountStore;
use super::stored::AccountRecord;
use crate::domain::Slug;
use crate::domain::access::{Actor, Role};
use crate::domain::account::Login;
use crate::domain::hex;
use crate::domain::notification::{NotificationKind, NotificationWay};
use crate::storage::catalog::typed_records::ReadKeyed as _;
use crate::storage::catalog::{CatalogError, ChangeSet, KeyRange, RecordStore};
use crate::storage::keys::Key;

/// Finds the recipients of messages.
pub struct Recipients {
    pub(super) store: AccountStore,
}

/// What everybody may know of accounts: which are open, and at which post. It needs no keys.
#[derive(Clone)]
pub struct Posts {
    catalog: Arc<dyn RecordStore>,
}

/// An open account.
#[derive(Clone)]
pub struct Recipient {
    /// Its id.
    pub account: String,
    /// What its holder may see.
    pub actor: Actor,
    /// The login name.
    pub login: String,
    /// Whether the login name is an address of mail.
    pub has_address: bool,
    /// What its holder chose.
    pub preferences: Preferences,
    key: Key,
}

impl Recipient {
    /// A signature that only this archive can make, as long as the account has its key.
    pub fn signature(&self, text: &str) -> String {
        hex(&private::keyed_hash(&self.key, text))
    }

    /// Whether this is the signature of the text.
    pub fn has_signed(&self, text: &str, signature: &str) -> bool {
        // Hashes are compared, so the time tells nothing about the right signature.
        secret::hash(&self.signature(text)) == secret::hash(signature)
    }
}

impl Recipients {
    /// The account with this id, if it is open.
    ///
    /// # Errors
    /// The catalogue fails, or the private part cannot be decrypted.
    pub async fn find(&self, account: &str) -> Result<Option<Recipient>, AccountsError> {
        let found = self.store.read(account).await?;
        let Some(found) = found.filter(|found| !found.is_closed()) else {
            return Ok(None);
        };
        let (Some(private), Some(key)) = (&found.private, self.store.keys.of(account)) else {
            return Ok(None);
        };
        let login = Login::parse(&private.login);
        Ok(Some(Recipient {
            account: account.to_owned(),
            actor: found.actor()?,
            login: private.login.clone(),
            has_address: login.is_ok_and(|login| login.is_mail_address()),
            preferences: preferences::of(self.store.preferences(account).await?.as_ref()),
            key,
        }))
    }

    /// Ends mail for those kinds of which `is_ended` says so; they stay in the inbox.
    ///
    /// # Errors
    /// The catalogue fails.
    pub async fn keep_in_inbox(
        &self,
        account: &str,
        is_ended: impl Fn(NotificationKind, NotificationWay) -> bool + Send,
    ) -> Result<(), AccountsError> {
        let stored = self.store.preferences(account).await?;
        let present = preferences::of(stored.as_ref());
        let mut next = present.clone();
        for (_, kind) in NotificationKind::NAMES {
            if is_ended(kind, present.way(kind)) {
                next.ways.insert(kind, NotificationWay::Inbox);
            }
        }
        if next != present {
            let changes = ChangeSet::by(&Actor::System, self.store.clock.now());
            let changes = preferences::write(changes, account, stored.as_ref(), &next)?;
            self.store.catalog.commit(changes).await?;
        }
        Ok(())
    }
}

impl Posts {
    /// The accounts in this catalogue.
    pub fn new(catalog: Arc<dyn RecordStore>) -> Self {
        Self { catalog }
    }

    /// Whether there is an open account with this id.
    ///
    /// # Errors
    /// The catalogue fails.
    pub async fn is_open(&self, account: &str) -> Result<bool, CatalogError> {
        let found = self.catalog.keyed::<AccountRecord>(account).await?;
        Ok(found.is_some_and(|found| found.value.account().closed_at_ms.is_none()))
    }

    /// How the holder of an account wants to be told; none when there is no such open account.
    ///
    /// # Errors
    /// The catalogue fails.
    pub async fn way(
        &self,
        account: &str,
        kind: NotificationKind,
    ) -> Result<Option<NotificationWay>, CatalogError> {
        if !self.is_open(account).await? {
            return Ok(None);
        }
        let stored = preferences::read(&*self.catalog, account).await?;
        Ok(Some(preferences::of(stored.as_ref()).way(kind)))
    }

    /// The open accounts of a post: a role, of one body if one is named.
    ///
    /// # Errors
    /// The catalogue fails.
    pub async fn at_post(
        &self,
        role: Role,
        organisation: Option<&Slug>,
    ) -> Result<Vec<String>, CatalogError> {
        let range = KeyRange::default();
        let all = self
            .catalog
            .all_keyed::<AccountRecord>(range, usize::MAX)
            .await?;
        let accounts = all.iter().map(|read| read.value.account());
        let at_post = accounts.filter(|account| {
            let is_of_body = organisation
                .is_none_or(|wanted| account.organisation.as_deref() == Some(wanted.as_str()));
            account.closed_at_ms.is_none() && account.role == role.name() && is_of_body
        });
        Ok(at_post.map(|account| account.id.clone()).collect())
    }
}
