//! Resolves the targets of relations: an id, or an identifier to look up.
//!
//! A target that the actor may not see counts as unknown, and works are shown without their relations to
//! such targets ([`hide_unseen_targets`]), so relations cannot be used to find out which works exist.

use std::collections::{HashMap, HashSet};

use super::{ChangeError, Deposit, FindError, RequestedRelation, WorkAccess};
use crate::domain::access::Actor;
use crate::domain::access::policy::{self, Disclosure};
use crate::domain::asset::{Asset, AssetId, Identifier, Relation, RelationTarget, Work};
use crate::domain::{Rule, Timestamp, Violations};
use crate::storage::catalog::{CatalogError, Entry, Works};

/// The identifiers of works of one import batch that are not committed yet.
pub(in crate::services) type NewIdentifiers = HashMap<Identifier, AssetId>;

/// Removes the relations to works of which nothing is disclosed to the actor from works that are shown to it.
///
/// # Errors
/// Those of the catalogue.
pub(in crate::services) async fn hide_unseen_targets(
    catalog: &dyn Works,
    actor: &Actor,
    now: Timestamp,
    shown: impl IntoIterator<Item = &mut Asset>,
) -> Result<(), CatalogError> {
    if policy::sees_everything(actor) {
        return Ok(());
    }
    let shown: Vec<&mut Asset> = shown.into_iter().collect();
    let relations = shown.iter().flat_map(|asset| &asset.work.relations);
    let targets: HashSet<AssetId> = relations.map(|relation| relation.target).collect();
    if targets.is_empty() {
        return Ok(());
    }
    let targets: Vec<AssetId> = targets.into_iter().collect();
    let entries = catalog.entries(&targets).await?;
    let is_disclosed = |entry: Entry| match entry {
        Entry::Asset(asset) => policy::disclosure(actor, &asset, now) != Disclosure::Hidden,
        Entry::Tombstone(tombstone) => {
            policy::may_learn_of_removal(actor, tombstone.widest_audience)
        }
    };
    let entries = targets.into_iter().zip(entries);
    let disclosed = entries.filter_map(|(id, entry)| is_disclosed(entry?).then_some(id));
    let disclosed: HashSet<AssetId> = disclosed.collect();
    for asset in shown {
        let relations = &mut asset.work.relations;
        relations.retain(|relation| disclosed.contains(&relation.target));
    }
    Ok(())
}

impl WorkAccess {
    /// A work as it is shown to the actor: without relations to works that are hidden from it.
    pub(in crate::services) async fn shown_to(
        &self,
        actor: &Actor,
        mut asset: Asset,
    ) -> Result<Asset, CatalogError> {
        hide_unseen_targets(&*self.catalog, actor, self.now(), [&mut asset]).await?;
        Ok(asset)
    }

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
