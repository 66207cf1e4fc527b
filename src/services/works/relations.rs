//! Resolves the targets of relations: an id, or an identifier to look up.
//!
//! A target that the actor may not see counts as unknown, so relations cannot be used to find out
//! which works exist.

use std::collections::HashMap;

use super::{ChangeError, Deposit, FindError, RequestedRelation, WorkAccess};
use crate::domain::access::Actor;
use crate::domain::asset::{AssetId, Identifier, Relation, RelationTarget, Work};
use crate::domain::{Rule, Violations};

/// The identifiers of works of one import batch that are not committed yet.
pub(in crate::services) type NewIdentifiers = HashMap<Identifier, AssetId>;

impl WorkAccess {
    /// The work of a deposit, with its depositor and its resolved relations. `id` is that of the
    /// described work, when it exists already.
    pub(in crate::services) async fn resolve_deposit(
        &self,
        actor: &Actor,
        deposit: Deposit,
        id: Option<AssetId>,
    ) -> Result<Work, ChangeError> {
        let mut work = self.with_depositor(actor, deposit.work)?;
        work.relations = self
            .resolve_relations(actor, &deposit.relations, id, None)
            .await?;
        Ok(work)
    }

    /// Every relation with the id of its target. `id` is that of the work that has the relations.
    ///
    /// # Errors
    /// [`ChangeError::Invalid`] with every unknown target, self-reference and repetition.
    pub(in crate::services) async fn resolve_relations(
        &self,
        actor: &Actor,
        requested: &[RequestedRelation],
        id: Option<AssetId>,
        batch: Option<&NewIdentifiers>,
    ) -> Result<Vec<Relation>, ChangeError> {
        let mut resolved: Vec<Relation> = Vec::with_capacity(requested.len());
        let mut violations = Violations::default();
        for (index, relation) in requested.iter().enumerate() {
            let pointer = || format!("/relations/{index}/target");
            match self.resolve_target(actor, &relation.target, batch).await? {
                None => violations.push(pointer(), Rule::UnknownTarget),
                Some(target) if id == Some(target) => {
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

    async fn resolve_target(
        &self,
        actor: &Actor,
        target: &RelationTarget,
        batch: Option<&NewIdentifiers>,
    ) -> Result<Option<AssetId>, FindError> {
        let candidates = match target {
            RelationTarget::Id(id) => vec![*id],
            RelationTarget::Identifier(identifier) => {
                if let Some(id) = batch.and_then(|batch| batch.get(identifier)) {
                    return Ok(Some(*id));
                }
                self.catalog.with_identifier(identifier).await?
            }
        };
        let visible = self.filter_visible(actor, &candidates).await?;
        // An identifier of several works names none of them.
        match visible.as_slice() {
            [one] => Ok(Some(*one)),
            _ => Ok(None),
        }
    }
}
