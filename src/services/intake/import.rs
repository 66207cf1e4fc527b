//! Many works at once: every record gets an answer, and a bad one does not stop the others.
//!
//! A record whose first identifier is known updates the work that carries it, otherwise it makes
//! a new one; running the same import twice changes nothing. Records are committed in batches,
//! one change set for each step of their way ([`super::plan`]): all are taken in, then all are
//! published. When somebody else changed one of them meanwhile, the batch is
//! gone through record by record.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use futures_util::{Stream, StreamExt as _, stream};
use tokio::time::sleep;

use super::plan::{Plan, Planner};
use super::relations::{self, InBatch};
use super::{ChangeError, Deposit, Intake, with_asset};
use crate::domain::Violations;
use crate::domain::access::{Actor, policy};
use crate::domain::asset::{Asset, AssetId, Identifier, Revision, State};
use crate::storage::catalog::{CatalogError, ChangeSet, Entry};

/// The most records in one change set.
pub const BATCH: usize = 500;

/// The length of body texts after which no more records are added to a batch.
const BATCH_BYTES: usize = 4 * 1024 * 1024;

/// How long a batch is gathered: a moment for a person, long for a fast sender.
const GATHERING: Duration = Duration::from_millis(100);

/// How often a record is tried again when somebody else was faster.
const ATTEMPTS: usize = 3;

/// One line of an import, parsed or found wanting.
#[derive(Debug)]
pub struct ImportLine {
    /// Its number, counted from 1.
    pub number: u64,
    /// What it says.
    pub record: Result<ImportRecord, Violations>,
}

/// One work to take in or bring up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRecord {
    /// The description.
    pub deposit: Deposit,
    /// Where it is to stand; `None` leaves it where it is, a new one as a draft.
    pub state: Option<State>,
}

/// What became of one line.
#[derive(Debug)]
pub struct ImportResult {
    /// The number of the line.
    pub number: u64,
    /// The work, or why there is none.
    pub outcome: Result<Imported, ChangeError>,
}

/// A work after its import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// Its id.
    pub id: AssetId,
    /// Its revision now.
    pub revision: Revision,
    /// Where it stands now: a wire name of [`State`].
    pub state: &'static str,
    /// What was done.
    pub done: ImportedAs,
}

/// What an import did with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportedAs {
    /// A new work.
    Created,
    /// A known work was changed.
    Updated,
    /// A known work was as described already.
    Unchanged,
}

impl ImportedAs {
    /// Every value with its wire name.
    pub const NAMES: [(&'static str, Self); 3] = [
        ("created", Self::Created),
        ("updated", Self::Updated),
        ("unchanged", Self::Unchanged),
    ];
}

/// What is known of a batch before its records are planned one by one.
#[derive(Default)]
struct Batch {
    /// Works that are still to be written.
    to_come: InBatch,
    /// The works that carry the first identifiers of its records.
    carriers: HashMap<Identifier, Vec<AssetId>>,
}

/// A record on its way: its place in the answer, and the plan or the refusal.
type Planned = (ImportRecord, Result<Plan, ChangeError>);

impl Intake {
    /// Imports lines as they come, gathered into batches (see [`BATCH`]), giving one result for
    /// each in the same order.
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

    /// Imports lines that belong together; results are in the order of the lines.
    pub async fn import_batch(&self, actor: &Actor, lines: Vec<ImportLine>) -> Vec<ImportResult> {
        let mut results = Vec::with_capacity(lines.len());
        let mut batch = Vec::new();
        let mut keys = HashSet::new();
        for line in lines {
            let key = line.record.as_ref().ok().and_then(upsert_key).cloned();
            // The second record of a work must see what the first one did.
            let is_known = key.as_ref().is_some_and(|key| keys.contains(key));
            if is_known || batch.len() >= BATCH {
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

    /// Imports at most one batch, in which no work occurs twice.
    async fn import_distinct(&self, actor: &Actor, lines: Vec<ImportLine>) -> Vec<ImportResult> {
        let mut batch = Batch {
            // If this fails, so does asking for each record, which then has its own error.
            carriers: self.carriers(&lines).await.unwrap_or_default(),
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
                        remember(&mut batch.to_come, plan);
                    }
                    Ok((record, plan))
                }
            });
        }
        let done = self.commit_together(actor, &planned).await;
        let mut results = Vec::with_capacity(planned.len());
        for (number, planned) in numbers.into_iter().zip(planned) {
            let outcome = match planned {
                Err(error) | Ok((_, Err(error))) => Err(error),
                Ok((record, Ok(plan))) => self.finish(actor, &record, plan, done).await,
            };
            results.push(ImportResult { number, outcome });
        }
        results
    }

    /// Commits the first step of every plan, then the second of every plan, and so on. Gives how
    /// many steps were committed before the first failure.
    async fn commit_together(
        &self,
        actor: &Actor,
        planned: &[Result<Planned, ChangeError>],
    ) -> usize {
        let plans = || planned.iter().flatten().flat_map(|(_, plan)| plan);
        let rounds = plans().map(|plan| plan.steps.len()).max().unwrap_or(0);
        for round in 0..rounds {
            let changes = plans().fold(ChangeSet::by(actor, self.desk.now()), |changes, plan| {
                with_step(changes, plan, round)
            });
            if self.desk.catalog.commit(changes).await.is_err() {
                return round;
            }
        }
        rounds
    }

    /// Commits by itself what is left of a plan, planning anew when somebody else was faster and
    /// nothing of it is written yet.
    async fn finish(
        &self,
        actor: &Actor,
        record: &ImportRecord,
        mut plan: Plan,
        done: usize,
    ) -> Result<Imported, ChangeError> {
        let mut attempt = 1;
        loop {
            match self.commit_rest(actor, &plan, done).await {
                Ok(()) => return Ok(plan.outcome),
                Err((0, CatalogError::Conflict { .. } | CatalogError::IdentifierTaken { .. }))
                    if attempt < ATTEMPTS =>
                {
                    attempt += 1;
                    plan = self.plan(actor, record, None).await?;
                }
                Err((_, error)) => return Err(error.into()),
            }
        }
    }

    /// Commits the steps of a plan from `done` on; an error says at which step.
    async fn commit_rest(
        &self,
        actor: &Actor,
        plan: &Plan,
        done: usize,
    ) -> Result<(), (usize, CatalogError)> {
        for round in done..plan.steps.len() {
            let changes = with_step(ChangeSet::by(actor, self.desk.now()), plan, round);
            let committed = self.desk.catalog.commit(changes).await;
            committed.map_err(|error| (round, error))?;
        }
        Ok(())
    }

    async fn plan(
        &self,
        actor: &Actor,
        record: &ImportRecord,
        batch: Option<&Batch>,
    ) -> Result<Plan, ChangeError> {
        let mut work = self.desk.in_own_name(actor, record.deposit.work.clone())?;
        let present = self.present(actor, upsert_key(record), batch).await?;
        let about = present.as_ref().map(|asset| asset.id);
        let wanted = &record.deposit.relations;
        let to_come = batch.map(|batch| &batch.to_come);
        work.relations = relations::resolve(&self.desk, actor, wanted, about, to_come).await?;
        let now = self.desk.now();
        let planner = Planner {
            actor,
            vocabularies: &self.desk.vocabularies,
            now,
        };
        let fresh = |work| Asset::take_in(self.desk.clock.new_asset_id(), work, now);
        planner.plan(present, fresh, work, record.state.as_ref())
    }

    /// The works that carry the first identifiers of these records, asked for in one go.
    async fn carriers(
        &self,
        lines: &[ImportLine],
    ) -> Result<HashMap<Identifier, Vec<AssetId>>, CatalogError> {
        let records = lines.iter().filter_map(|line| line.record.as_ref().ok());
        let keys: Vec<Identifier> = records.filter_map(upsert_key).cloned().collect();
        let carriers = self.desk.catalog.with_identifiers(&keys).await?;
        Ok(keys.into_iter().zip(carriers).collect())
    }

    /// The work that carries this identifier.
    async fn present(
        &self,
        actor: &Actor,
        identifier: Option<&Identifier>,
        batch: Option<&Batch>,
    ) -> Result<Option<Asset>, ChangeError> {
        let Some(identifier) = identifier else {
            return Ok(None);
        };
        let known = batch.and_then(|batch| batch.carriers.get(identifier));
        let carriers = match known {
            Some(known) => known.clone(),
            None => self.desk.catalog.with_identifier(identifier).await?,
        };
        let id = match carriers.as_slice() {
            [] => return Ok(None),
            [one] => *one,
            [owner, ..] => return Err(ChangeError::IdentifierTaken { owner: *owner }),
        };
        match self.desk.catalog.entry(id).await? {
            Some(Entry::Asset(asset)) if policy::may_see(actor, &asset, self.desk.now()) => {
                Ok(Some(*asset))
            }
            Some(Entry::Asset(_)) => Err(ChangeError::Forbidden),
            Some(Entry::Tombstone(_)) | None => Ok(None),
        }
    }
}

/// Lines gathered until there are enough, or the caller makes a pause: many share one commit, and
/// a slow caller has its answers soon.
fn batches<'a>(
    lines: impl Stream<Item = ImportLine> + 'a,
) -> impl Stream<Item = Vec<ImportLine>> + 'a {
    stream::unfold(Box::pin(lines.fuse()), |mut lines| async {
        let first = lines.next().await?;
        let mut bytes = weight(&first);
        let mut batch = vec![first];
        let mut ready = lines.by_ref().take_until(Box::pin(sleep(GATHERING)));
        while batch.len() < BATCH && bytes < BATCH_BYTES {
            let Some(line) = ready.next().await else {
                break;
            };
            bytes += weight(&line);
            batch.push(line);
        }
        Some((batch, lines))
    })
}

/// The text of a line that can be long.
fn weight(line: &ImportLine) -> usize {
    let body = |record: &ImportRecord| record.deposit.work.body.as_ref().map_or(0, String::len);
    line.record.as_ref().map_or(0, body)
}

fn upsert_key(record: &ImportRecord) -> Option<&Identifier> {
    record.deposit.work.identifiers.first()
}

/// Lets later records of the batch point at a work that is still to be written.
fn remember(in_batch: &mut InBatch, plan: &Plan) {
    if plan.present.is_none()
        && let Some((asset, _)) = plan.steps.first()
    {
        for identifier in &asset.work.identifiers {
            in_batch.insert(identifier.clone(), asset.id);
        }
    }
}

/// Adds one step of a plan, with what must hold before it.
fn with_step(changes: ChangeSet, plan: &Plan, round: usize) -> ChangeSet {
    let Some((asset, event)) = plan.steps.get(round) else {
        return changes;
    };
    let before = match round.checked_sub(1) {
        None => plan.present.as_ref(),
        Some(previous) => plan.steps.get(previous).map(|(asset, _)| asset),
    };
    let changes = match before {
        Some(before) => changes.expect(before.id, before.revision),
        None => match asset.work.identifiers.first() {
            Some(key) => changes.expect_absent(asset.id).expect_unused(key.clone()),
            None => changes.expect_absent(asset.id),
        },
    };
    with_asset(changes, asset.clone(), *event)
}
