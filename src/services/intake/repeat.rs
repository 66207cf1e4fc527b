//! Requests that may arrive twice (`Idempotency-Key`): carried out once, answered twice.

use super::{ChangeError, Desk};
use crate::domain::Sha256;
use crate::domain::access::Actor;
use crate::domain::asset::Asset;
use crate::storage::catalog::{CatalogError, ChangeSet, IdempotencyKey, Idempotent, Made, Write};

/// What a client says to make a request repeatable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeatable {
    /// 1 to 255 visible ASCII characters, chosen by the client.
    pub key: String,
    /// SHA-256 over method, path and body.
    pub request: Sha256,
}

impl Repeatable {
    /// The key as the catalogue knows it: keys of different tokens never meet.
    pub(in crate::services) fn key_of(&self, actor: &Actor) -> IdempotencyKey {
        let scope = match actor {
            Actor::Holder { token, .. } => token.0.clone(),
            Actor::Anonymous | Actor::System => actor.to_string(),
        };
        IdempotencyKey {
            scope,
            key: self.key.clone(),
        }
    }
}

/// The answer given before under this key, if there was one.
///
/// # Errors
/// [`ChangeError::KeyReused`] when the key belongs to another request.
pub(super) async fn earlier(
    desk: &Desk,
    actor: &Actor,
    repeat: Option<&Repeatable>,
) -> Result<Option<Asset>, ChangeError> {
    let Some(repeat) = repeat else {
        return Ok(None);
    };
    match desk.catalog.remembered(&repeat.key_of(actor)).await? {
        Some(idempotent) => answer(desk, actor, repeat, &idempotent).await.map(Some),
        None => Ok(None),
    }
}

/// The work that an earlier, equal request made or changed.
pub(super) async fn answer(
    desk: &Desk,
    actor: &Actor,
    repeat: &Repeatable,
    earlier: &Idempotent,
) -> Result<Asset, ChangeError> {
    match earlier.made {
        Made::Asset(id) if earlier.request == repeat.request => Ok(desk.find(actor, id).await?),
        Made::Asset(_) | Made::Search(_) => Err(ChangeError::KeyReused),
    }
}

/// Commits, remembering the answer under the key. Gives what was remembered when an equal key was
/// committed in the meantime; nothing was written then.
pub(super) async fn commit(
    desk: &Desk,
    actor: &Actor,
    changes: ChangeSet,
    asset: &Asset,
    repeat: Option<&Repeatable>,
) -> Result<Option<Idempotent>, ChangeError> {
    let at = changes.at;
    let changes = match repeat {
        None => changes,
        Some(repeat) => changes.write(Write::Remember(Idempotent {
            key: repeat.key_of(actor),
            request: repeat.request,
            made: Made::Asset(asset.id),
            revision: asset.revision,
            at,
        })),
    };
    match desk.catalog.commit(changes).await {
        Ok(_) => Ok(None),
        Err(CatalogError::Repeated(earlier)) => Ok(Some(*earlier)),
        Err(error) => Err(error.into()),
    }
}
