//! Rotation: a token gets a new secret, and the one before it stays valid for an overlap, so that a program can be
//! moved to the new one without a gap.

use super::super::error::AccountsError;
use super::super::scope::administers;
use super::super::secret::Secret;
use super::service::{Tokens, hash};
use super::token::Token;
use crate::domain::access::{Actor, TokenId};
use crate::services::audit::{Act, NewEntry};
use crate::storage::catalog::{ChangeSet, TokenRecord, Write};

/// For how long the former secret stays valid, unless the caller chooses: a day.
pub const DEFAULT_OVERLAP_SECONDS: i64 = 24 * 3_600;
/// For how long it can stay valid: thirty days.
pub const MAX_OVERLAP_SECONDS: i64 = 30 * DEFAULT_OVERLAP_SECONDS;

impl Tokens {
    /// Gives a token a new secret. The present one ends after the overlap; one that was replaced before and is
    /// still valid ends now, so that a token never has more than two.
    ///
    /// # Errors
    /// [`AccountsError::Forbidden`], [`AccountsError::NoSuchToken`]; [`AccountsError::TokenEnded`].
    pub async fn rotate(
        &self,
        actor: &Actor,
        id: &TokenId,
        overlap_seconds: i64,
    ) -> Result<(Secret, Token), AccountsError> {
        administers(actor)?;
        self.rotate_those(actor, id, overlap_seconds, self.new_secret(), |_| true)
            .await
    }

    pub(super) async fn rotate_those(
        &self,
        actor: &Actor,
        id: &TokenId,
        overlap_seconds: i64,
        secret: Secret,
        is_theirs: impl Fn(&TokenRecord) -> bool,
    ) -> Result<(Secret, Token), AccountsError> {
        let _changing = self.changing.lock().await;
        let mut secrets = self.secrets_of(id).await?;
        secrets.retain(is_theirs);
        if let Some(made) = secrets.iter().find(|one| one.hash == hash(secret.reveal())) {
            return self.made_before(secret, made).await;
        }
        let newest = secrets.iter().find(|one| one.secret_expires_at.is_none());
        let newest = newest.ok_or(AccountsError::NoSuchToken)?.clone();
        let now = self.clock.now();
        if newest.has_ended(now) {
            return Err(AccountsError::TokenEnded);
        }
        let next = TokenRecord {
            hash: hash(secret.reveal()),
            secret_since: now,
            ..newest
        };
        let mut changes = ChangeSet::by(actor, now).write(Write::Token(next));
        for former in secrets.iter().filter(|one| !one.has_ended(now)) {
            let end = match former.secret_expires_at {
                None => now.plus_seconds(overlap_seconds.clamp(0, MAX_OVERLAP_SECONDS)),
                Some(_) => now,
            };
            changes = changes.write(Write::Token(TokenRecord {
                secret_expires_at: Some(end),
                ..former.clone()
            }));
        }
        let entry =
            NewEntry::new(actor, Act::TokenRotated, &id.0).with("overlap_seconds", overlap_seconds);
        self.trail.commit(changes, &entry).await?;
        self.cache().forget(&secrets);
        let token = self.token(id).await?;
        Ok((secret, token.ok_or(AccountsError::NoSuchToken)?))
    }

    /// What an equal request has made; nothing once it has ended.
    async fn made_before(
        &self,
        secret: Secret,
        made: &TokenRecord,
    ) -> Result<(Secret, Token), AccountsError> {
        if made.has_ended(self.clock.now()) {
            return Err(AccountsError::TokenEnded);
        }
        let token = self.token(&made.id).await?;
        Ok((secret, token.ok_or(AccountsError::NoSuchToken)?))
    }
}
