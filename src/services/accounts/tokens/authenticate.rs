//! Who calls with a secret.

use super::super::error::AccountsError;
use super::super::scope::subordinates;
use super::super::stored::AccountRecord;
use super::service::{PREFIX, Tokens, hash};
use crate::domain::access::{Actor, Credential};
use crate::domain::{Slug, Timestamp};
use crate::storage::catalog::typed_records::ReadKeyed as _;
use crate::storage::catalog::{TokenHash, TokenRecord};

impl Tokens {
    /// The actor of this secret. It is looked up by its hash, so the duration reveals nothing about valid
    /// secrets.
    ///
    /// # Errors
    /// [`AccountsError::NotValid`], the same for unknown, revoked, replaced and expired ones, and for those of an
    /// account that is closed or has another role or body since.
    pub async fn authenticate(&self, secret: &str) -> Result<Actor, AccountsError> {
        if !secret.starts_with(PREFIX) {
            return Err(AccountsError::NotValid);
        }
        let now = self.clock.now();
        let record = self.record(hash(secret), now).await?;
        if record.has_ended(now) {
            return Err(AccountsError::NotValid);
        }
        self.last_use.note(&record.id, now);
        Ok(Actor::Holder {
            credential: match record.account {
                Some(account) => Credential::Account(account),
                None => Credential::Token(record.id),
            },
            role: record.role,
            subordinates: subordinates(&self.vocabularies, record.organisation.as_ref(), now),
            organisation: record.organisation,
            narrowed_to: record.permissions,
        })
    }

    async fn record(&self, hash: TokenHash, now: Timestamp) -> Result<TokenRecord, AccountsError> {
        let (cached, endings) = self.cache().find(&hash, now);
        if let Some(record) = cached {
            return Ok(record);
        }
        let found = self.catalog.token(&hash).await?;
        let record = found.ok_or(AccountsError::NotValid)?;
        self.check_account(&record).await?;
        self.cache().keep(&record, now, endings);
        Ok(record)
    }

    /// A token of an account is worth what the account was when the token was made, or nothing: also when the
    /// process was killed between the change of the account and the end of its tokens.
    async fn check_account(&self, record: &TokenRecord) -> Result<(), AccountsError> {
        let Some(account) = &record.account else {
            return Ok(());
        };
        let found = self
            .catalog
            .keyed::<AccountRecord>(account.as_str())
            .await?;
        let found = found.ok_or(AccountsError::NotValid)?;
        let account = found.value.account();
        let is_same = account.closed_at_ms.is_none()
            && account.role == record.role.name()
            && account.organisation.as_deref() == record.organisation.as_ref().map(Slug::as_str);
        is_same.then_some(()).ok_or(AccountsError::NotValid)
    }
}
