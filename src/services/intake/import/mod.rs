//! Imports of many works: every record has a result, and a bad one does not stop the others.
//!
//! A record whose first identifier belongs to a work of the same organisation updates that work, otherwise
//! it creates one: numbers of one organisation mean nothing to another, which may not even learn that they are
//! taken. Running the same import twice changes nothing. Records are committed in batches, one change set
//! for each step of their plans ([`plan`]): first all are created or described, then all are
//! published, and so on. When somebody else changed one of the works in the meantime, the records of
//! the batch are committed one by one.

mod plan;
mod record;
mod row;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use futures_util::{Stream, StreamExt as _, stream};
use tokio::time::sleep;

pub use record::{ImportLine, ImportRecord, ImportResult, Imported, ImportedAs};
pub(in crate::services) use row::RowPlan;
pub use row::RowRequest;

use self::plan::{Plan, Planner};
use super::Intake;
use crate::domain::Slug;
use crate::domain::access::{Actor, policy};
use crate::domain::asset::{Asset, AssetId, Identifier, ProcessingStates, State};
use crate::services::works::{ChangeError, NewIdentifiers, WorkAccess};
use crate::storage::catalog::{CatalogError, ChangeSet, Entry};

/// The most records in one change set.
pub const BATCH: usize = 500;

/// No more records are added to a batch once its body texts have this length.
const BATCH_BYTES: usize = 4 * 1024 * 1024;

/// The longest time to wait for further records of a batch.
const MAX_BATCH_DELAY: Duration = Duration::from_millis(100);

/// Attempts to commit a record that conflicts with other changes.
const MAX_ATTEMPTS: usize = 3;

/// What is looked up for a batch before its records are planned one by one.
#[derive(Default)]
struct Batch {
    /// The identifiers of works of the batch that are not committed yet.
    new_identifiers: NewIdentifiers,
    /// The works that have the first identifiers of the records.
    owners: HashMap<Identifier, Vec<AssetId>>,
}

/// A record with its plan, or why it cannot be planned.
type Planned = (ImportRecord, Result<Plan, ChangeError>);

impl Intake {
    /// Imports lines as they arrive, in batches (see [`BATCH`]); one result for each line, in the same
    /// order.
    pub fn import<'a, S>(
        &'a self,
        actor: &'a Actor,
        lines: S,
    ) -> impl Stream<Item = ImportResult> + 'a
    where
        S: Stream<Item = ImportLine> + 'a,
    {
        batches(lines)
            .then(move |batch| self.import_batch(actor, batch))
            .flat_map(stream::iter)
    }

    /// Imports lines; results are in the order of the lines.
    pub async fn import_batch(&self, actor: &Actor, lines: Vec<ImportLine>) -> Vec<ImportResult> {
        let mut results = Vec::with_capacity(lines.len());
        let mut batch = Vec::new();
        let mut keys = HashSet::new();
        for line in lines {
            let key = line.record.as_ref().ok().and_then(upsert_key).cloned();
            // A second record of the same work must see the changes of the first.
            let is_repeated = key.as_ref().is_some_and(|key| keys.contains(key));
            if is_repeated || batch.len() >= BATCH {
                let full = std::mem::take(&mut batch);
                results.extend(self.import_distinct(actor, full).await);
                keys.clear();
            }
            keys.extend(key);
            batch.push(line);
        }
        results.extend(self.import_distinct(actor, batch).await);
        results
    }

    /// Imports at most one batch in which no work occurs twice.
    async fn import_distinct(&self, actor: &Actor, lines: Vec<ImportLine>) -> Vec<ImportResult> {
        let mut batch = Batch {
            // When this fails, the lookup of each record fails too and reports its own error.
            owners: self.owners(&lines).await.unwrap_or_default(),
            ..Batch::default()
        };
        let mut numbers = Vec::with_capacity(lines.len());
        let mut planned: Vec<Result<Planned, ChangeError>> = Vec::with_capacity(lines.len());
        for ImportLine { number, record } in lines {
            numbers.push(number);
            planned.push(match record {
                Err(violations) => Err(ChangeError::Invalid(violations)),
                Ok(record) => {
                    let plan = self.plan(actor, &record, Some(&batch)).await;
                    if let Ok(plan) = &plan {
                        add_identifiers(&mut batch.new_identifiers, plan);
                    }
                    Ok((record, plan))
                }
            });
        }
        let committed = self.commit_steps(actor, &planned).await;
        let mut results = Vec::with_capacity(planned.len());
        for (number, planned) in numbers.into_iter().zip(planned) {
            let outcome = match planned {
                Err(error) | Ok((_, Err(error))) => Err(error),
                Ok((record, Ok(plan))) => self.finish(actor, &record, plan, committed).await,
            };
            results.push(ImportResult { number, outcome });
        }
        results
    }

    /// Commits the first step of every plan, then the second of every plan, and so on. Returns the
    /// number of steps committed before the first failure.
    async fn commit_steps(&self, actor: &Actor, planned: &[Result<Planned, ChangeError>]) -> usize {
        let plans = || planned.iter().flatten().flat_map(|(_, plan)| plan);
        let steps = plans().map(|plan| plan.steps.len()).max().unwrap_or(0);
        for step in 0..steps {
            let changes = plans().fold(ChangeSet::by(actor, self.works.now()), |changes, plan| {
                with_step(&self.works, changes, plan, step)
            });
            if self.works.catalog.commit(changes).await.is_err() {
                return step;
            }
        }
        steps
    }

    /// Commits the remaining steps of one plan. Plans again after a conflict when none of its steps is
    /// committed yet.
    async fn finish(
        &self,
        actor: &Actor,
        record: &ImportRecord,
        mut plan: Plan,
        committed: usize,
    ) -> Result<Imported, ChangeError> {
        let mut attempt = 1;
        loop {
            match self.commit_remaining(actor, &plan, committed).await {
                Ok(()) => return Ok(plan.outcome),
                Err((0, CatalogError::Conflict { .. } | CatalogError::IdentifierTaken { .. }))
                    if attempt < MAX_ATTEMPTS =>
                {
                    attempt += 1;
                    plan = self.plan(actor, record, None).await?;
                }
                Err((_, error)) => return Err(error.into()),
            }
        }
    }

    /// Commits the steps of a plan after the first `committed`; an error names the step.
    async fn commit_remaining(
        &self,
        actor: &Actor,
        plan: &Plan,
        committed: usize,
    ) -> Result<(), (usize, CatalogError)> {
        for step in committed..plan.steps.len() {
            let changes = ChangeSet::by(actor, self.works.now());
            let changes = with_step(&self.works, changes, plan, step);
            let result = self.works.catalog.commit(changes).await;
            result.map_err(|error| (step, error))?;
        }
        Ok(())
    }

    async fn plan(
        &self,
        actor: &Actor,
        record: &ImportRecord,
        batch: Option<&Batch>,
    ) -> Result<Plan, ChangeError> {
        let mut work = self
            .works
            .with_depositor(actor, record.deposit.work.clone())?;
        let (present, others_with_key) = self
            .present(actor, work.organisation.as_ref(), upsert_key(record), batch)
            .await?;
        let id = present.as_ref().map(|asset| asset.id);
        let new_identifiers = batch.map(|batch| &batch.new_identifiers);
        work.relations = self
            .works
            .resolve_relations(actor, &record.deposit.relations, id, new_identifiers)
            .await?;
        let is_publication = matches!(
            record.state,
            Some(State::Published | State::Withdrawn { .. })
        );
        let processing = match &present {
            Some(asset) if is_publication && asset.state != State::Published => {
                self.works.settled_processing(asset).await?
            }
            _ => ProcessingStates::default(),
        };
        let now = self.works.now();
        let planner = Planner {
            actor,
            vocabularies: &self.works.vocabularies,
            now,
            processing: &processing,
        };
        let create = |work| Asset::take_in(self.works.clock.new_asset_id(), work, now);
        let mut plan = planner.plan(present, create, work, record.state.as_ref())?;
        plan.others_with_key = others_with_key;
        Ok(plan)
    }

    /// The works that have the first identifiers of these records, from one catalogue read.
    async fn owners(
        &self,
        lines: &[ImportLine],
    ) -> Result<HashMap<Identifier, Vec<AssetId>>, CatalogError> {
        let records = lines.iter().filter_map(|line| line.record.as_ref().ok());
        let keys: Vec<Identifier> = records.filter_map(upsert_key).cloned().collect();
        let owners = self.works.catalog.with_identifiers(&keys).await?;
        Ok(keys.into_iter().zip(owners).collect())
    }

    /// The work of the organisation that has this identifier, and the works of others that have it.
    async fn present(
        &self,
        actor: &Actor,
        organisation: Option<&Slug>,
        identifier: Option<&Identifier>,
        batch: Option<&Batch>,
    ) -> Result<(Option<Asset>, Vec<AssetId>), ChangeError> {
        let Some(identifier) = identifier else {
            return Ok((None, Vec::new()));
        };
        let looked_up = batch.and_then(|batch| batch.owners.get(identifier));
        let owners = match looked_up {
            Some(owners) => owners.clone(),
            None => self.works.catalog.with_identifier(identifier).await?,
        };
        if owners.is_empty() {
            return Ok((None, owners));
        }
        let mut own = Vec::new();
        let mut others = Vec::new();
        for entry in self
            .works
            .catalog
            .entries(&owners)
            .await?
            .into_iter()
            .flatten()
        {
            match entry {
                Entry::Asset(asset) if asset.work.organisation.as_ref() == organisation => {
                    own.push(*asset);
                }
                entry => others.push(entry.id()),
            }
        }
        let may_see = |asset: &Asset| policy::may_see(actor, asset, self.works.now());
        match own.len() {
            0 | 1 if own.iter().all(may_see) => Ok((own.pop(), others)),
            0 | 1 => Err(ChangeError::IdentifierTaken { owner: None }),
            _ => Err(ChangeError::IdentifierTaken {
                owner: own
                    .iter()
                    .find(|asset| may_see(asset))
                    .map(|asset| asset.id),
            }),
        }
    }
}

/// Batches of lines. A batch ends when it is large enough or no line arrived for
/// [`MAX_BATCH_DELAY`]: many lines share one commit, and a slow caller gets its results soon.
fn batches<'a>(
    lines: impl Stream<Item = ImportLine> + 'a,
) -> impl Stream<Item = Vec<ImportLine>> + 'a {
    stream::unfold(Box::pin(lines.fuse()), |mut lines| async {
        let first = lines.next().await?;
        let mut bytes = body_bytes(&first);
        let mut batch = vec![first];
        let mut ready = lines.by_ref().take_until(Box::pin(sleep(MAX_BATCH_DELAY)));
        while batch.len() < BATCH && bytes < BATCH_BYTES {
            let Some(line) = ready.next().await else {
                break;
            };
            bytes += body_bytes(&line);
            batch.push(line);
        }
        Some((batch, lines))
    })
}

/// The length of the body text of a line: the only part of it that can be long.
fn body_bytes(line: &ImportLine) -> usize {
    let body = |record: &ImportRecord| record.deposit.work.body.as_ref().map_or(0, String::len);
    line.record.as_ref().map_or(0, body)
}

fn upsert_key(record: &ImportRecord) -> Option<&Identifier> {
    record.deposit.work.identifiers.first()
}

/// Lets later records of the batch refer to a work that is not committed yet.
fn add_identifiers(new_identifiers: &mut NewIdentifiers, plan: &Plan) {
    if plan.present.is_none()
        && let Some((asset, _)) = plan.steps.first()
    {
        for identifier in &asset.work.identifiers {
            new_identifiers.insert(identifier.clone(), asset.id);
        }
    }
}

/// Adds one step of a plan with its expectations.
fn with_step(works: &WorkAccess, changes: ChangeSet, plan: &Plan, step: usize) -> ChangeSet {
    let Some((asset, event)) = plan.steps.get(step) else {
        return changes;
    };
    let before = match step.checked_sub(1) {
        None => plan.present.as_ref(),
        Some(previous) => plan.steps.get(previous).map(|(asset, _)| asset),
    };
    let expecting = match before {
        Some(before) => changes.expect(before.id, before.revision),
        None => match asset.work.identifiers.first() {
            Some(key) => changes
                .expect_absent(asset.id)
                .expect_unused_beside(key.clone(), plan.others_with_key.clone()),
            None => changes.expect_absent(asset.id),
        },
    };
    works.put_after(expecting, before, asset.clone(), *event)
}
