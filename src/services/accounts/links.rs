//! One-time links with which the holder of an account chooses a password: after an invitation and after a reset.
//!
//! A link has 256 random bits, is stored as a hash, ends by itself and is deleted by its first use. An account has
//! one at most: a new one replaces the earlier.

use super::error::AccountsError;
use super::secret::{self, Secret};
use super::store::AccountStore;
use super::stored::{LinkRecord, LinkV1};
use crate::domain::Timestamp;
use crate::storage::catalog::typed_records::ReadKeyed as _;
use crate::storage::catalog::{ChangeSet, Versioned};

/// How long a link can be used.
pub const LINK_SECONDS: i64 = 3 * 86_400;

/// Issues and redeems links.
#[derive(Clone)]
pub(super) struct Links {
    pub(super) store: AccountStore,
}

impl Links {
    /// The change set with a new link for the account.
    pub(super) async fn issue(
        &self,
        changes: ChangeSet,
        account: &str,
        now: Timestamp,
    ) -> Result<(ChangeSet, Secret), AccountsError> {
        let link = Secret::random(&self.store.clock, &format!("{account}."));
        let record = LinkRecord::V1(LinkV1 {
            account: account.to_owned(),
            hash: link.hash().to_hex(),
            expires_at_ms: now.plus_seconds(LINK_SECONDS).as_millis(),
        });
        let changes = match self.read(account).await? {
            Some(earlier) => changes.replace_keyed(&earlier, &record)?,
            None => changes.insert_keyed(&record)?,
        };
        Ok((changes, link))
    }

    /// The account that a link is for, and the change set that uses it up.
    ///
    /// # Errors
    /// [`AccountsError::LinkNotValid`], the same for unknown, used, replaced and expired ones.
    pub(super) async fn redeem(
        &self,
        link: &str,
        changes: ChangeSet,
        now: Timestamp,
    ) -> Result<(String, ChangeSet), AccountsError> {
        let (account, _) = link.split_once('.').ok_or(AccountsError::LinkNotValid)?;
        let found = self.read(account).await?;
        let found = found.ok_or(AccountsError::LinkNotValid)?;
        let LinkRecord::V1(record) = &found.value;
        let is_right = record.hash == secret::hash(link).to_hex();
        if !is_right || now.as_millis() >= record.expires_at_ms {
            return Err(AccountsError::LinkNotValid);
        }
        Ok((account.to_owned(), changes.delete_keyed(&found)))
    }

    /// The change set without a link for the account.
    pub(super) async fn revoke(
        &self,
        changes: ChangeSet,
        account: &str,
    ) -> Result<ChangeSet, AccountsError> {
        Ok(match self.read(account).await? {
            Some(found) => changes.delete_keyed(&found),
            None => changes,
        })
    }

    async fn read(&self, account: &str) -> Result<Option<Versioned<LinkRecord>>, AccountsError> {
        Ok(self.store.catalog.keyed(account).await?)
    }
}
