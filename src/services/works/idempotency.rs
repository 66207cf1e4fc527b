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

/// The result of an earlier request with this key, if there was one.
///
/// # Errors
/// [`ChangeError::KeyReused`] when the key belongs to another request.
pub(in crate::services) async fn earlier_result(
    works: &WorkAccess,
    actor: &Actor,
    request: Option<&IdempotentRequest>,
) -> Result<Option<Asset>, ChangeError> {
    let Some(request) = request else {
        return Ok(None);
    };
    match works.catalog.remembered(&request.scoped_key(actor)).await? {
        Some(earlier) => replay(works, actor, request, &earlier).await.map(Some),
        None => Ok(None),
    }
}

/// The work that an earlier, equal request created or changed.
///
/// # Errors
/// [`ChangeError::KeyReused`] when the earlier request was another one.
pub(in crate::services) async fn replay(
    works: &WorkAccess,
    actor: &Actor,
    request: &IdempotentRequest,
    earlier: &Idempotent,
) -> Result<Asset, ChangeError> {
    match earlier.made {
        Made::Asset(id) if earlier.request == request.request => Ok(works.find(actor, id).await?),
        Made::Asset(_) | Made::Search(_) => Err(ChangeError::KeyReused),
    }
}

/// Commits a change of `asset` and remembers its result under the key. Returns the earlier result
/// when a request with the same key was committed in the meantime; then nothing was written.
pub(in crate::services) async fn commit(
    works: &WorkAccess,
    actor: &Actor,
    changes: ChangeSet,
    asset: &Asset,
    request: Option<&IdempotentRequest>,
) -> Result<Option<Idempotent>, ChangeError> {
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
    match works.catalog.commit(changes).await {
        Ok(_) => Ok(None),
        Err(CatalogError::Repeated(earlier)) => Ok(Some(*earlier)),
        Err(error) => Err(error.into()),
    }
}
