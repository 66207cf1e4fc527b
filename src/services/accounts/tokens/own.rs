//! Tokens of an account, which its holder makes for programs of the post.
//!
//! They act as the account and end with it, and with its role and its body.

use super::super::error::AccountsError;
use super::super::repeatable::RepeatableRequest;
use super::super::secret::Secret;
use super::super::sessions::Session;
use super::service::{NewToken, PREFIX, Tokens, hash};
use super::token::Token;
use crate::domain::access::{AccountId, Actor, Permissions, TokenId};
use crate::domain::{Rule, Timestamp};
use crate::services::audit::{Act, NewEntry};
use crate::storage::catalog::{ChangeSet, TokenRecord, Write};

/// Tokens that an account can have at a time.
pub const MAX_OWN_TOKENS: usize = 20;
/// The longest life of a token of an account, in days: somebody at the post looks at it once a year.
const MAX_OWN_DAYS: i64 = 366;
/// Its life, unless the holder chooses, in days.
const DEFAULT_OWN_DAYS: i64 = 90;
const DAY_SECONDS: i64 = 86_400;

/// A token to create for the own account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOwnToken {
    /// What it is for, in one line.
    pub label: String,
    /// When it expires; by default in ninety days.
    pub expires_at: Option<Timestamp>,
    /// The permissions it is narrowed to.
    pub permissions: Option<Permissions>,
}

impl Tokens {
    /// Creates a token of the account of this session; a request that is repeated gets the one that it has made.
    ///
    /// # Errors
    /// [`AccountsError::Invalid`], [`AccountsError::TooManyTokens`]; [`AccountsError::TokenEnded`] for a repeated request
    /// whose token has ended.
    pub async fn create_own(
        &self,
        session: &Session,
        wanted: NewOwnToken,
        repeatable: Option<&RepeatableRequest>,
    ) -> Result<(Secret, TokenRecord), AccountsError> {
        let _changing = self.changing.lock().await;
        let now = self.clock.now();
        let secrets = self.own_secrets(session).await?;
        let secret = self.own_secret(session, "own-token", repeatable);
        if let Some(made) = secrets.iter().find(|one| one.hash == hash(secret.reveal())) {
            let is_over = made.has_ended(now);
            return if is_over {
                Err(AccountsError::TokenEnded)
            } else {
                Ok((secret, made.clone()))
            };
        }
        let running = secrets.iter().filter(|one| !one.has_ended(now));
        let newest = running.filter(|one| one.secret_expires_at.is_none());
        if newest.count() >= MAX_OWN_TOKENS {
            return Err(AccountsError::TooManyTokens);
        }
        let latest = now.plus_seconds(MAX_OWN_DAYS * DAY_SECONDS);
        if wanted.expires_at.is_some_and(|end| end > latest) {
            let rule = Rule::TooFarAway { days: MAX_OWN_DAYS };
            return Err(AccountsError::broken("/expires_at", rule));
        }
        let Actor::Holder {
            role, organisation, ..
        } = &session.actor
        else {
            return Err(AccountsError::NotValid);
        };
        let default = now.plus_seconds(DEFAULT_OWN_DAYS * DAY_SECONDS);
        let wanted = NewToken {
            role: *role,
            organisation: organisation.clone(),
            label: wanted.label,
            expires_at: Some(wanted.expires_at.unwrap_or(default)),
            permissions: wanted.permissions,
        };
        let account = account_of(session)?;
        self.create_checked(&session.actor, wanted, Some(account), secret)
            .await
    }

    /// The tokens of the account of this session, oldest first.
    ///
    /// # Errors
    /// The catalogue fails.
    pub async fn list_own(&self, session: &Session) -> Result<Vec<Token>, AccountsError> {
        let secrets = self.own_secrets(session).await?;
        let days = self.last_use.days().await?;
        Ok(Token::all_of(secrets, &days, self.clock.now()))
    }

    /// Revokes a token of the account of this session.
    ///
    /// # Errors
    /// [`AccountsError::NoSuchToken`].
    pub async fn revoke_own(&self, session: &Session, id: &TokenId) -> Result<(), AccountsError> {
        let account = account_of(session)?;
        let is_own = |one: &TokenRecord| one.account.as_ref() == Some(&account);
        self.revoke_those(&session.actor, id, is_own).await
    }

    /// Gives a token of the account of this session a new secret, as [`Tokens::rotate`] does; a request that is repeated
    /// gets the one that it has made.
    ///
    /// # Errors
    /// [`AccountsError::NoSuchToken`], [`AccountsError::TokenEnded`].
    pub async fn rotate_own(
        &self,
        session: &Session,
        id: &TokenId,
        overlap_seconds: i64,
        repeatable: Option<&RepeatableRequest>,
    ) -> Result<(Secret, Token), AccountsError> {
        let account = account_of(session)?;
        let is_own = |one: &TokenRecord| one.account.as_ref() == Some(&account);
        let purpose = format!("own-token-rotation\n{}", id.0);
        let secret = self.own_secret(session, &purpose, repeatable);
        self.rotate_those(&session.actor, id, overlap_seconds, secret, is_own)
            .await
    }

    /// Revokes all tokens of an account: it was closed, reset, or has another role or body.
    pub(in crate::services::accounts) async fn end_of_account(
        &self,
        actor: &Actor,
        account: &AccountId,
    ) -> Result<(), AccountsError> {
        let _changing = self.changing.lock().await;
        let mut secrets = self.catalog.tokens().await?;
        secrets.retain(|one| one.account.as_ref() == Some(account));
        let now = self.clock.now();
        let running = secrets.iter().filter(|one| one.revoked_at.is_none());
        let mut changes = ChangeSet::by(actor, now);
        for one in running {
            changes = changes.write(Write::Token(TokenRecord {
                revoked_at: Some(now),
                ..one.clone()
            }));
        }
        if !changes.writes.is_empty() {
            let entry = NewEntry::new(actor, Act::TokenRevoked, account);
            self.trail.commit(changes, &entry).await?;
        }
        self.cache().forget(&secrets);
        Ok(())
    }

    /// A random secret, or the same for each equal request.
    fn own_secret(
        &self,
        session: &Session,
        purpose: &str,
        repeatable: Option<&RepeatableRequest>,
    ) -> Secret {
        repeatable.map_or_else(
            || self.new_secret(),
            |request| {
                let bits = request.bits(&session.account, purpose, &self.keys.master());
                Secret::of_bits(&bits, PREFIX)
            },
        )
    }

    async fn own_secrets(&self, session: &Session) -> Result<Vec<TokenRecord>, AccountsError> {
        let account = account_of(session)?;
        let mut secrets = self.catalog.tokens().await?;
        secrets.retain(|one| one.account.as_ref() == Some(&account));
        Ok(secrets)
    }
}

fn account_of(session: &Session) -> Result<AccountId, AccountsError> {
    let account = session.account.parse();
    account.map_err(|_| AccountsError::NotValid)
}
