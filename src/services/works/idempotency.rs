//! Requests with an `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a repeated
//! request is carried out once and answered with the result of the first.

use super::{ChangeError, WorkAccess};
use crate::domain::Sha256;
use crate::domain::access::Actor;
use crate::domain::asset::Asset;
use crate::storage::catalog::{CatalogError, ChangeSet, IdempotencyKey, Idempotent, Made, Write};

/// The idempotency key of a request and a digest of the request itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotentRequest {
    /// 1 to 255 visible ASCII characters, chosen by the client.
    pub key: String,
    /// SHA-256 over method, path and body.
    pub request: Sha256,
}

impl IdempotentRequest {
    /// The key within the scope of the actor's token: keys of different tokens never collide.
    pub(in crate::services) fn scoped_key(&self, actor: &Actor) -> IdempotencyKey {
        scoped(actor, &self.key)
    }
}

fn scoped(actor: &Actor, key: &str) -> IdempotencyKey {
    let scope = match actor {
        Actor::Holder { credential, .. } => credential.to_string(),
        Actor::Anonymous | Actor::System => actor.to_string(),
    };
    IdempotencyKey {
        scope,
        key: key.to_owned(),
    }
}

/// Whether a request of the actor with this key was carried out.
///
/// # Errors
/// The catalogue.
pub(in crate::services) async fn is_remembered(
    works: &WorkAccess,
    actor: &Actor,
    key: &str,
) -> Result<bool, CatalogError> {
    let earlier = works.catalog.remembered(&scoped(actor, key)).await?;
    Ok(earlier.is_some())
}

/// The result of a request that may be repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completed<T> {
    /// What was created or changed.
    pub result: T,
    /// Whether an earlier request with the same key did it, and this one nothing.
    pub is_replay: bool,
}

impl<T> Completed<T> {
    /// The result of the request itself.
    pub const fn new(result: T) -> Self {
        Self {
            result,
            is_replay: false,
        }
    }

    /// The result of an earlier request.
    pub const fn replay(result: T) -> Self {
        Self {
            result,
            is_replay: true,
        }
    }
}

/// Carries out `request`, which commits with [`commit`], unless an equal one was carried out under
/// the same key. When it is refused, the key is looked up again: an equal request that ran at the
/// same time may have been faster, and then its result answers both.
///
/// # Errors
/// [`ChangeError::KeyReused`] when the key belongs to another request; those of `request`.
pub(in crate::services) async fn once(
    works: &WorkAccess,
    actor: &Actor,
    idempotent: Option<&IdempotentRequest>,
    request: impl Future<Output = Result<Asset, ChangeError>>,
) -> Result<Completed<Asset>, ChangeError> {
    let Some(idempotent) = idempotent else {
        return request.await.map(Completed::new);
    };
    if let Some(earlier) = earlier_result(works, actor, idempotent).await? {
        return Ok(Completed::replay(earlier));
    }
    let refusal = match request.await {
        Ok(asset) => return Ok(Completed::new(asset)),
        Err(refusal) => refusal,
    };
    let faster = earlier_result(works, actor, idempotent).await?;
    faster.map(Completed::replay).ok_or(refusal)
}

/// The work that an earlier, equal request created or changed, if there was one.
async fn earlier_result(
    works: &WorkAccess,
    actor: &Actor,
    request: &IdempotentRequest,
) -> Result<Option<Asset>, ChangeError> {
    let Some(earlier) = works.catalog.remembered(&request.scoped_key(actor)).await? else {
        return Ok(None);
    };
    match earlier.made {
        Made::Asset(id) if earlier.request == request.request => {
            Ok(Some(works.find(actor, id).await?))
        }
        Made::Asset(_) | Made::Search(_) => Err(ChangeError::KeyReused),
    }
}

/// Commits a change of `asset` and remembers its result under the key.
///
/// # Errors
/// Also when an equal key was committed in the meantime; nothing was written then.
pub(in crate::services) async fn commit(
    works: &WorkAccess,
    actor: &Actor,
    changes: ChangeSet,
    asset: &Asset,
    request: Option<&IdempotentRequest>,
) -> Result<(), ChangeError> {
    let at = changes.at;
    let changes = match request {
        None => changes,
        Some(request) => changes.write(Write::Remember(Idempotent {
            key: request.scoped_key(actor),
            request: request.request,
            made: Made::Asset(asset.id),
            revision: asset.revision,
            at,
        })),
    };
    works.catalog.commit(changes).await?;
    Ok(())
}
