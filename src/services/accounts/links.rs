//! One-time links with which the holder of an account chooses a password: after an invitation, after a reset, and on its
//! own request.
//!
//! A link ends by itself and is deleted by its first use. An account has one at most: a new one replaces the earlier.
//! Its 256 bits are made from a random nonce with the key of the account, and stored as a hash. So a job that mails the
//! link needs the nonce only, and the journal, which has both nonce and hash, gives nobody the link (ADR 24).

use super::error::AccountsError;
use super::private;
use super::secret::{self, Secret};
use super::store::AccountStore;
use super::stored::{LinkRecord, LinkV1};
use crate::domain::Timestamp;
use crate::domain::hex;
use crate::storage::catalog::typed_records::ReadKeyed as _;
use crate::storage::catalog::{ChangeSet, Versioned};

/// How long a link can be used.
pub const LINK_SECONDS: i64 = 3 * 86_400;

/// Issues and redeems links.
#[derive(Clone)]
pub(super) struct Links {
    pub(super) store: AccountStore,
}

/// A link that was issued.
pub(super) struct IssuedLink {
    pub(super) account: String,
    /// What the secret is made from, beside the key of the account.
    pub(super) nonce: String,
    pub(super) secret: Secret,
}

impl Links {
    /// A nonce of a new link.
    pub(super) fn new_nonce(&self) -> String {
        hex(&self.store.clock.random_bytes::<16>())
    }

    /// The change set with a new link for the account, made from a nonce that was not used before.
    pub(super) async fn issue(
        &self,
        changes: ChangeSet,
        account: &str,
        nonce: String,
        now: Timestamp,
    ) -> Result<(ChangeSet, IssuedLink), AccountsError> {
        let secret = self.secret(account, &nonce)?;
        let record = LinkRecord::V1(LinkV1 {
            account: account.to_owned(),
            hash: secret.hash().to_hex(),
            expires_at_ms: now.plus_seconds(LINK_SECONDS).as_millis(),
        });
        let changes = match self.read(account).await? {
            Some(earlier) => changes.replace_keyed(&earlier, &record)?,
            None => changes.insert_keyed(&record)?,
        };
        let issued = IssuedLink {
            account: account.to_owned(),
            nonce,
            secret,
        };
        Ok((changes, issued))
    }

    /// The secret of the link with this nonce.
    ///
    /// # Errors
    /// [`AccountsError::NoSuchAccount`] when the key of the account was deleted.
    pub(super) fn secret(&self, account: &str, nonce: &str) -> Result<Secret, AccountsError> {
        let key = self.store.keys.of(account);
        let key = key.ok_or(AccountsError::NoSuchAccount)?;
        let bits = private::keyed_hash(&key, &format!("account-link\n{nonce}"));
        Ok(Secret::of_bits(&bits, &format!("{account}.")))
    }

    /// Until when a link can be used; none when it was used or replaced.
    pub(super) async fn expiry(
        &self,
        account: &str,
        secret: &Secret,
    ) -> Result<Option<Timestamp>, AccountsError> {
        let found = self.read(account).await?;
        Ok(found.and_then(|found| {
            let LinkRecord::V1(record) = found.value;
            let is_same = record.hash == secret.hash().to_hex();
            is_same.then_some(Timestamp::from_millis(record.expires_at_ms))
        }))
    }

    /// When the present link of an account was issued, if it has one that was not used.
    pub(super) async fn issued_at(
        &self,
        account: &str,
    ) -> Result<Option<Timestamp>, AccountsError> {
        let found = self.read(account).await?;
        Ok(found.map(|found| {
            let LinkRecord::V1(record) = found.value;
            Timestamp::from_millis(record.expires_at_ms).plus_seconds(-LINK_SECONDS)
        }))
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
