//! Resolving what a work points at: an id, or an identifier to look up.
//!
//! A target the actor may not see counts as unknown, so relations cannot be used to find out
//! what exists.

use std::collections::HashMap;

use super::{ChangeError, Desk, FindError, WantedRelation};
use crate::domain::access::Actor;
use crate::domain::asset::{AssetId, Identifier, Relation, RelationTarget};
use crate::domain::{Rule, Violations};

/// Works of one import batch that are not in the catalogue yet.
pub(super) type InBatch = HashMap<Identifier, AssetId>;

/// Every relation with the id of its target.
///
/// # Errors
/// [`ChangeError::Invalid`] with every unknown target, self-reference and repetition.
pub(super) async fn resolve(
    desk: &Desk,
    actor: &Actor,
    wanted: &[WantedRelation],
    about: Option<AssetId>,
    batch: Option<&InBatch>,
) -> Result<Vec<Relation>, ChangeError> {
    let mut resolved: Vec<Relation> = Vec::with_capacity(wanted.len());
    let mut violations = Violations::default();
    for (index, relation) in wanted.iter().enumerate() {
        let pointer = || format!("/relations/{index}/target");
        match target(desk, actor, &relation.target, batch).await? {
            None => violations.push(pointer(), Rule::UnknownTarget),
            Some(target) if about == Some(target) => {
                violations.push(pointer(), Rule::SelfReference);
            }
            Some(target) => {
                let kind = relation.kind;
                let next = Relation { kind, target };
                if resolved.contains(&next) {
                    violations.push(pointer(), Rule::Duplicate);
                }
                resolved.push(next);
            }
        }
    }
    violations
        .into_result(resolved)
        .map_err(ChangeError::Invalid)
}

async fn target(
    desk: &Desk,
    actor: &Actor,
    target: &RelationTarget,
    batch: Option<&InBatch>,
) -> Result<Option<AssetId>, FindError> {
    let candidates = match target {
        RelationTarget::Id(id) => vec![*id],
        RelationTarget::Identifier(identifier) => {
            if let Some(id) = batch.and_then(|batch| batch.get(identifier)) {
                return Ok(Some(*id));
            }
            desk.catalog.with_identifier(identifier).await?
        }
    };
    let visible = desk.visible(actor, &candidates).await?;
    // An identifier that several works carry names none of them.
    match visible.as_slice() {
        [one] => Ok(Some(*one)),
        _ => Ok(None),
    }
}
