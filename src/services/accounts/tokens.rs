//! Tokens: who may act for which organisation, and for how long.
//!
//! A token is 256 random bits; the archive stores their hash and shows the secret once, when it is
//! created. Tokens belong to machines. A revoked token
//! is invalid at once on the node that revokes it, and within [`CACHE_SECONDS`] on others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::administration::administers;
use super::error::AccountsError;
use super::scope::subordinates;
use super::secret::{self, Secret, hex};
use crate::clock::Clock;
use crate::domain::access::{Actor, Credential, Role, TokenId};
use crate::domain::asset::limits;
use crate::domain::vocabulary::Vocabularies;
use crate::domain::{Rule, Slug, Timestamp, Violations, text};
use crate::services::audit::{Act, AuditTrail, NewEntry};
use crate::storage::catalog::{CatalogError, ChangeSet, TokenHash, TokenRecord, TokenStore, Write};

/// How long a node caches a token.
pub const CACHE_SECONDS: i64 = 30;

/// The prefix of every secret, so that scanners find leaked ones.
const PREFIX: &str = "kc_";

/// More tokens than any archive has; invalid ones are never cached.
const CACHE_ENTRIES: usize = 4_096;

/// Creates, lists, revokes and authenticates tokens.
pub struct Tokens {
    catalog: Arc<dyn TokenStore>,
    trail: AuditTrail,
    vocabularies: Arc<Vocabularies>,
    clock: Clock,
    cache: Mutex<Cache>,
}

/// Tokens with the time they were read. The number of revocations tells a slow reader that the token it
/// read may be out of date.
#[derive(Default)]
struct Cache {
    entries: HashMap<TokenHash, (TokenRecord, Timestamp)>,
    revocations: u64,
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
}

impl Tokens {
    /// The tokens of this catalogue.
    pub fn new(
        catalog: Arc<dyn TokenStore>,
        trail: AuditTrail,
        vocabularies: Arc<Vocabularies>,
        clock: Clock,
    ) -> Self {
        Self {
            catalog,
            trail,
            vocabularies,
            clock,
            cache: Mutex::default(),
        }
    }

    /// Creates a token. The secret cannot be read again.
    ///
    /// # Errors
    /// [`AccountsError::Forbidden`]; [`AccountsError::Invalid`] for a contributor without an
    /// organisation, an unknown organisation, an invalid label or an expiry in the past.
    pub async fn create(
        &self,
        actor: &Actor,
        wanted: NewToken,
    ) -> Result<(Secret, TokenRecord), AccountsError> {
        administers(actor)?;
        let now = self.clock.now();
        let label = self.checked(&wanted, now).map_err(AccountsError::Invalid)?;
        let secret = Secret::random(&self.clock, PREFIX);
        let record = TokenRecord {
            id: TokenId(hex(&self.clock.random_bytes::<6>())),
            hash: hash(secret.reveal()),
            role: wanted.role,
            organisation: wanted.organisation,
            label,
            created_at: now,
            expires_at: wanted.expires_at,
            revoked_at: None,
        };
        self.write(actor, now, Act::TokenCreated, record.clone())
            .await?;
        Ok((secret, record))
    }

    /// All tokens, oldest first, revoked ones included. Secrets are not stored.
    ///
    /// # Errors
    /// [`AccountsError::Forbidden`], [`AccountsError::Catalog`].
    pub async fn list(&self, actor: &Actor) -> Result<Vec<TokenRecord>, AccountsError> {
        administers(actor)?;
        Ok(self.catalog.tokens().await?)
    }

    /// Revokes a token. Revoking it again changes nothing.
    ///
    /// # Errors
    /// [`AccountsError::Forbidden`], [`AccountsError::NoSuchToken`].
    pub async fn revoke(&self, actor: &Actor, id: &TokenId) -> Result<TokenRecord, AccountsError> {
        let known = self.list(actor).await?;
        let mut record = known
            .into_iter()
            .find(|record| record.id == *id)
            .ok_or(AccountsError::NoSuchToken)?;
        if record.revoked_at.is_none() {
            let now = self.clock.now();
            record.revoked_at = Some(now);
            self.write(actor, now, Act::TokenRevoked, record.clone())
                .await?;
            let mut cache = self.cache();
            cache.revocations += 1;
            cache.entries.remove(&record.hash);
        }
        Ok(record)
    }

    /// The actor of this secret. It is looked up by its hash, so the duration reveals nothing about valid
    /// secrets.
    ///
    /// # Errors
    /// [`AccountsError::NotValid`], the same for unknown, revoked and expired ones.
    pub async fn authenticate(&self, secret: &str) -> Result<Actor, AccountsError> {
        if !secret.starts_with(PREFIX) {
            return Err(AccountsError::NotValid);
        }
        let now = self.clock.now();
        let record = self.record(hash(secret), now).await?;
        let has_expired = record.expires_at.is_some_and(|end| end <= now);
        if record.revoked_at.is_some() || has_expired {
            return Err(AccountsError::NotValid);
        }
        Ok(Actor::Holder {
            credential: Credential::Token(record.id),
            role: record.role,
            subordinates: subordinates(&self.vocabularies, record.organisation.as_ref(), now),
            organisation: record.organisation,
        })
    }

    async fn record(&self, hash: TokenHash, now: Timestamp) -> Result<TokenRecord, AccountsError> {
        let (remembered, revocations) = {
            let cache = self.cache();
            (cache.entries.get(&hash).cloned(), cache.revocations)
        };
        if let Some((record, read_at)) = remembered
            && now < read_at.plus_seconds(CACHE_SECONDS)
        {
            return Ok(record);
        }
        let found = self.catalog.token(&hash).await?;
        let record = found.ok_or(AccountsError::NotValid)?;
        let mut cache = self.cache();
        if cache.revocations == revocations {
            if cache.entries.len() >= CACHE_ENTRIES {
                cache.entries.clear();
            }
            cache.entries.insert(hash, (record.clone(), now));
        }
        Ok(record)
    }

    fn checked(&self, wanted: &NewToken, now: Timestamp) -> Result<String, Violations> {
        let mut violations = Violations::default();
        let label = text::line(&wanted.label, limits::LINE).unwrap_or_else(|rule| {
            violations.push("/label", rule);
            String::new()
        });
        match &wanted.organisation {
            None if wanted.role == Role::Contributor => {
                violations.push("/organisation", Rule::Required);
            }
            Some(slug)
                if self
                    .vocabularies
                    .find("organisation", slug.as_str())
                    .is_none() =>
            {
                violations.push(
                    "/organisation",
                    Rule::UnknownConcept {
                        scheme: "organisation",
                        slug: slug.to_string(),
                    },
                );
            }
            _ => {}
        }
        if wanted.expires_at.is_some_and(|end| end <= now) {
            violations.push("/expires_at", Rule::InvalidTimestamp);
        }
        violations.into_result(label)
    }

    async fn write(
        &self,
        actor: &Actor,
        now: Timestamp,
        act: Act,
        record: TokenRecord,
    ) -> Result<(), CatalogError> {
        let entry = NewEntry::new(actor, act, &record.id.0).with("role", record.role.name());
        let changes = ChangeSet::by(actor, now).write(Write::Token(record));
        self.trail.commit(changes, &entry).await.map(|_| ())
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn hash(secret: &str) -> TokenHash {
    TokenHash(secret::hash(secret))
}
