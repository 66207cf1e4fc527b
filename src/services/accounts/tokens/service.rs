//! Creates, lists and revokes tokens.
//!
//! A revoked token is invalid at once on the node that revokes it, and within
//! [`CACHE_SECONDS`](super::CACHE_SECONDS) on others.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::super::error::AccountsError;
use super::super::post::check_post;
use super::super::scope::administers;
use super::super::secret::{self, Secret};
use super::cache::Cache;
use super::last_use::LastUse;
use super::token::Token;
use crate::clock::Clock;
use crate::domain::access::policy::table::Column;
use crate::domain::access::{AccountId, Actor, Permissions, Role, TokenId};
use crate::domain::asset::limits;
use crate::domain::hex;
use crate::domain::vocabulary::Vocabularies;
use crate::domain::{Rule, Slug, Timestamp, Violations, text};
use crate::services::audit::{Act, AuditTrail, NewEntry};
use crate::storage::catalog::{AccessStore, ChangeSet, TokenHash, TokenRecord, Write};
use crate::storage::keys::KeyStore;

/// The prefix of every secret, so that scanners find leaked ones.
pub(super) const PREFIX: &str = "kc_";

/// Creates, lists, rotates, revokes and authenticates tokens.
pub struct Tokens {
    pub(super) catalog: Arc<dyn AccessStore>,
    pub(super) trail: AuditTrail,
    pub(super) vocabularies: Arc<Vocabularies>,
    pub(super) keys: Arc<KeyStore>,
    pub(super) clock: Clock,
    pub(super) last_use: LastUse,
    /// Held while secrets are written, so that who rotates and who revokes a token see each other.
    pub(super) changing: tokio::sync::Mutex<()>,
    cache: Mutex<Cache>,
}

/// A token to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// The role of its holder.
    pub role: Role,
    /// The organisation of its holder; contributors need one.
    pub organisation: Option<Slug>,
    /// What it is for, in one line.
    pub label: String,
    /// When it expires.
    pub expires_at: Option<Timestamp>,
    /// The permissions of its role that it is narrowed to; none: all of them.
    pub permissions: Option<Permissions>,
}

impl Tokens {
    /// The tokens of this catalogue.
    pub fn new(
        catalog: Arc<dyn AccessStore>,
        trail: AuditTrail,
        vocabularies: Arc<Vocabularies>,
        keys: Arc<KeyStore>,
        clock: Clock,
    ) -> Self {
        Self {
            last_use: LastUse::new(catalog.clone()),
            catalog,
            trail,
            vocabularies,
            keys,
            clock,
            changing: tokio::sync::Mutex::default(),
            cache: Mutex::default(),
        }
    }

    /// Creates a token of a service. The secret cannot be read again.
    ///
    /// # Errors
    /// [`AccountsError::Forbidden`]; [`AccountsError::Invalid`] for a contributor without an
    /// organisation, an unknown organisation, an invalid label, an expiry in the past, or permissions that the role
    /// does not have.
    pub async fn create(
        &self,
        actor: &Actor,
        wanted: NewToken,
    ) -> Result<(Secret, TokenRecord), AccountsError> {
        administers(actor)?;
        self.create_checked(actor, wanted, None, self.new_secret())
            .await
    }

    /// Whether such a token can be made.
    ///
    /// # Errors
    /// [`AccountsError::Invalid`]
    pub(in crate::services) fn check(&self, wanted: &NewToken) -> Result<(), AccountsError> {
        let checked = self.checked(wanted, self.clock.now());
        checked.map(drop).map_err(AccountsError::Invalid)
    }

    /// Creates a token of a service together with what else changes, in the name of the archive.
    ///
    /// # Errors
    /// [`AccountsError::Invalid`]; those of the commit.
    pub(in crate::services) async fn create_with(
        &self,
        changes: ChangeSet,
        wanted: NewToken,
    ) -> Result<(Secret, TokenRecord), AccountsError> {
        self.create_in(changes, &Actor::System, wanted, None, self.new_secret())
            .await
    }

    /// All tokens, oldest first, revoked ones included. Secrets are not stored.
    ///
    /// # Errors
    /// [`AccountsError::Forbidden`], [`AccountsError::Catalog`].
    pub async fn list(&self, actor: &Actor) -> Result<Vec<Token>, AccountsError> {
        administers(actor)?;
        let secrets = self.catalog.tokens().await?;
        let days = self.last_use.days().await?;
        Ok(Token::all_of(secrets, &days, self.clock.now()))
    }

    /// Revokes a token with all its secrets. Revoking it again changes nothing.
    ///
    /// # Errors
    /// [`AccountsError::Forbidden`], [`AccountsError::NoSuchToken`].
    pub async fn revoke(&self, actor: &Actor, id: &TokenId) -> Result<Token, AccountsError> {
        administers(actor)?;
        self.revoke_those(actor, id, |_| true).await?;
        let token = self.token(id).await?;
        token.ok_or(AccountsError::NoSuchToken)
    }

    pub(super) async fn create_checked(
        &self,
        actor: &Actor,
        wanted: NewToken,
        account: Option<AccountId>,
        secret: Secret,
    ) -> Result<(Secret, TokenRecord), AccountsError> {
        let changes = ChangeSet::by(actor, self.clock.now());
        self.create_in(changes, actor, wanted, account, secret)
            .await
    }

    async fn create_in(
        &self,
        changes: ChangeSet,
        actor: &Actor,
        wanted: NewToken,
        account: Option<AccountId>,
        secret: Secret,
    ) -> Result<(Secret, TokenRecord), AccountsError> {
        let now = self.clock.now();
        let label = self.checked(&wanted, now).map_err(AccountsError::Invalid)?;
        let record = TokenRecord {
            id: TokenId(hex(&self.clock.random_bytes::<6>())),
            hash: hash(secret.reveal()),
            role: wanted.role,
            organisation: wanted.organisation,
            permissions: wanted.permissions,
            account,
            label,
            created_at: now,
            expires_at: wanted.expires_at,
            revoked_at: None,
            secret_since: now,
            secret_expires_at: None,
        };
        let mut entry =
            NewEntry::new(actor, Act::TokenCreated, &record.id.0).with("role", record.role.name());
        if let Some(account) = &record.account {
            entry = entry.with("account", account);
        }
        let changes = changes.write(Write::Token(record.clone()));
        self.trail.commit(changes, &entry).await?;
        Ok((secret, record))
    }

    pub(super) fn new_secret(&self) -> Secret {
        Secret::random(&self.clock, PREFIX)
    }

    pub(super) async fn revoke_those(
        &self,
        actor: &Actor,
        id: &TokenId,
        is_theirs: impl Fn(&TokenRecord) -> bool,
    ) -> Result<(), AccountsError> {
        let _changing = self.changing.lock().await;
        let mut secrets = self.secrets_of(id).await?;
        secrets.retain(is_theirs);
        let Some(first) = secrets.first() else {
            return Err(AccountsError::NoSuchToken);
        };
        let now = self.clock.now();
        let entry = NewEntry::new(actor, Act::TokenRevoked, &id.0).with("role", first.role.name());
        let mut changes = ChangeSet::by(actor, now);
        for secret in secrets.iter().filter(|one| one.revoked_at.is_none()) {
            changes = changes.write(Write::Token(TokenRecord {
                revoked_at: Some(now),
                ..secret.clone()
            }));
        }
        if !changes.writes.is_empty() {
            self.trail.commit(changes, &entry).await?;
        }
        self.cache().forget(&secrets);
        Ok(())
    }

    /// One token.
    pub(super) async fn token(&self, id: &TokenId) -> Result<Option<Token>, AccountsError> {
        let secrets = self.secrets_of(id).await?;
        let days = self.last_use.days().await?;
        Ok(Token::all_of(secrets, &days, self.clock.now()).pop())
    }

    /// All secrets that a token has or had.
    pub(super) async fn secrets_of(&self, id: &TokenId) -> Result<Vec<TokenRecord>, AccountsError> {
        let mut secrets = self.catalog.tokens().await?;
        secrets.retain(|secret| secret.id == *id);
        Ok(secrets)
    }

    pub(super) fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn checked(&self, wanted: &NewToken, now: Timestamp) -> Result<String, Violations> {
        let mut violations = Violations::default();
        let label = text::line(&wanted.label, limits::LINE).unwrap_or_else(|rule| {
            violations.push("/label", rule);
            String::new()
        });
        let organisation = wanted.organisation.as_ref();
        if let Err(rule) = check_post(wanted.role, organisation, &self.vocabularies) {
            violations.push("/organisation", rule);
        }
        if wanted.expires_at.is_some_and(|end| end <= now) {
            violations.push("/expires_at", Rule::InvalidTimestamp);
        }
        let mut permissions = wanted.permissions.into_iter().flat_map(Permissions::iter);
        if permissions.any(|one| !Column::Role(wanted.role).has(one)) {
            violations.push("/scopes", Rule::BeyondRole);
        }
        violations.into_result(label)
    }
}

pub(super) fn hash(secret: &str) -> TokenHash {
    TokenHash(secret::hash(secret))
}
