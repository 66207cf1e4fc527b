//! Requests that may arrive twice (`Idempotency-Key`): carried out once, answered twice.

use super::{ChangeError, Desk};
use crate::domain::Sha256;
use crate::domain::access::Actor;
use crate::domain::asset::Asset;
use crate::storage::catalog::{ChangeSet, IdempotencyKey, Idempotent, Made, Write};

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

/// What came of a request that may be repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completed<T> {
    /// What it made or changed.
    pub result: T,
    /// Whether an earlier request with the same key did so, and this one nothing.
    pub is_replay: bool,
}

impl<T> Completed<T> {
    /// By the request itself.
    pub fn new(result: T) -> Self {
        Self {
            result,
            is_replay: false,
        }
    }

    /// By an earlier request.
    pub fn replay(result: T) -> Self {
        Self {
            result,
            is_replay: true,
        }
    }
}

/// Carries `request` out, which commits with [`commit`], unless an equal one was carried out under
/// the same key. When it is refused, the key is looked up once more: an equal request that ran at
/// the same time may have been faster, and then its answer is the answer to both.
///
/// # Errors
/// [`ChangeError::KeyReused`] when the key belongs to another request; those of `request`.
pub(super) async fn once(
    desk: &Desk,
    actor: &Actor,
    repeat: Option<&Repeatable>,
    request: impl Future<Output = Result<Asset, ChangeError>>,
) -> Result<Completed<Asset>, ChangeError> {
    let Some(repeat) = repeat else {
        return request.await.map(Completed::new);
    };
    if let Some(earlier) = earlier(desk, actor, repeat).await? {
        return Ok(Completed::replay(earlier));
    }
    let refusal = match request.await {
        Ok(asset) => return Ok(Completed::new(asset)),
        Err(refusal) => refusal,
    };
    let faster = earlier(desk, actor, repeat).await?;
    faster.map(Completed::replay).ok_or(refusal)
}

/// The work that an earlier, equal request made or changed, if there was one.
async fn earlier(
    desk: &Desk,
    actor: &Actor,
    repeat: &Repeatable,
) -> Result<Option<Asset>, ChangeError> {
    let Some(earlier) = desk.catalog.remembered(&repeat.key_of(actor)).await? else {
        return Ok(None);
    };
    match earlier.made {
        Made::Asset(id) if earlier.request == repeat.request => {
            Ok(Some(desk.find(actor, id).await?))
        }
        Made::Asset(_) | Made::Search(_) => Err(ChangeError::KeyReused),
    }
}

/// Commits, remembering the answer under the key.
///
/// # Errors
/// Also when an equal key was committed in the meantime; nothing was written then.
pub(super) async fn commit(
    desk: &Desk,
    actor: &Actor,
    changes: ChangeSet,
    asset: &Asset,
    repeat: Option<&Repeatable>,
) -> Result<(), ChangeError> {
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
    desk.catalog.commit(changes).await?;
    Ok(())
}
