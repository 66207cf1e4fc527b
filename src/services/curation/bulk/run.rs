//! The jobs that do a bulk act, undo it, and forget it.

use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};

use super::act::{Act, Selected};
use super::plan::{self, Planned};
use super::record::{
    BulkId, BulkItemRecord, BulkItemV1, BulkRecord, ByV1, Outcome, Phase, UndoOutcome,
};
use crate::clock::Clock;
use crate::domain::Timestamp;
use crate::domain::access::Actor;
use crate::domain::asset::Revision;
use crate::services::jobs::{Handler, JobFailure, Policy, payload};
use crate::services::works::WorkAccess;
use crate::storage::catalog::typed_records::ReadKeyed as _;
use crate::storage::catalog::{CatalogError, ChangeSet, Job, JobKind, KeyRange, NewJob, Versioned};

const RUN: &str = "bulk-act";
const FORGET: &str = "forget-bulk-act";

/// How long the results of a bulk act can be read after its end: thirty days.
const RETENTION_SECONDS: i64 = 30 * 24 * 60 * 60;

/// Works that are changed at the same time. Their commits share one write to the disk.
const AT_ONCE: usize = 8;

/// Results that are read at once.
const PAGE: usize = 256;

#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    #[serde(with = "payload::as_text")]
    bulk: BulkId,
}

/// The job that does, or undoes, what is not done yet.
pub(super) fn job(bulk: BulkId, now: Timestamp) -> NewJob {
    NewJob {
        kind: JobKind(RUN.to_owned()),
        payload: payload::to_text(&Payload { bulk }),
        run_at: now,
        unique_key: None,
    }
}

fn forget_job(bulk: BulkId, now: Timestamp) -> NewJob {
    NewJob {
        kind: JobKind(FORGET.to_owned()),
        payload: payload::to_text(&Payload { bulk }),
        run_at: now.plus_seconds(RETENTION_SECONDS),
        unique_key: Some(bulk.to_string()),
    }
}

/// Does and undoes bulk acts.
pub struct RunBulk {
    works: WorkAccess,
}

impl RunBulk {
    /// Runs those on these works.
    pub fn new(works: WorkAccess) -> Self {
        Self { works }
    }

    fn actor(&self, by: &ByV1) -> Result<Actor, CatalogError> {
        by.actor(&self.works.vocabularies, self.works.now())
    }

    /// Gives every pending work a result.
    async fn run_all(&self, id: &str, record: &BulkRecord) -> Result<(), CatalogError> {
        let bulk = record.latest();
        let (actor, act) = (self.actor(&bulk.by)?, bulk.act.act()?);
        let works = self.works.because(bulk.reason.as_deref());
        let run = |item| change(&works, &actor, &act, item);
        let is_open = |item: &BulkItemV1| item.outcome == Outcome::Pending;
        self.for_each(id, is_open, run).await
    }

    /// Changes every changed work back, or records that it cannot be.
    async fn undo_all(&self, id: &str, record: &BulkRecord) -> Result<(), CatalogError> {
        let bulk = record.latest();
        let by = bulk.undone_by.as_ref().unwrap_or(&bulk.by);
        let actor = self.actor(by)?;
        let works = self.works.because(bulk.undo_reason.as_deref());
        let act = bulk.act.act()?;
        let run = |item| change_back(&works, &actor, &act, item);
        let is_open =
            |item: &BulkItemV1| matches!(item.outcome, Outcome::Changed(_)) && item.undo.is_none();
        self.for_each(id, is_open, run).await
    }

    /// Runs for every open item, some at a time.
    async fn for_each<F>(
        &self,
        id: &str,
        is_open: impl Fn(&BulkItemV1) -> bool,
        run: impl Fn(Versioned<BulkItemRecord>) -> F,
    ) -> Result<(), CatalogError>
    where
        F: Future<Output = Result<(), CatalogError>>,
    {
        let mut after = None;
        loop {
            let range = KeyRange::prefix(BulkItemRecord::prefix_of(id)).after(after);
            let page = self
                .works
                .catalog
                .all_keyed::<BulkItemRecord>(range, PAGE)
                .await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = Some(BulkItemRecord::key_of(id, last.value.latest().position));
            let mut open = page.into_iter().filter(|item| is_open(item.value.latest()));
            loop {
                let some: Vec<_> = open.by_ref().take(AT_ONCE).map(&run).collect();
                if some.is_empty() {
                    break;
                }
                join_all(some)
                    .await
                    .into_iter()
                    .collect::<Result<(), _>>()?;
            }
        }
    }
}

#[async_trait]
impl Handler for RunBulk {
    fn kind(&self) -> &str {
        RUN
    }

    /// Results are committed one by one, so another attempt goes on where this one ended.
    fn policy(&self) -> Policy {
        Policy {
            timeout: Duration::from_secs(60 * 60),
            max_attempts: u32::MAX,
            ..Policy::default()
        }
    }

    async fn run(&self, job: &Job, clock: &Clock) -> Result<ChangeSet, JobFailure> {
        let Payload { bulk: id } = payload::parse(job)?;
        let text = id.to_string();
        let read = self.works.catalog.keyed::<BulkRecord>(&text).await;
        let Some(record) = read.map_err(JobFailure::retry)? else {
            return Ok(ChangeSet::by(&Actor::System, clock.now()));
        };
        let (done, next) = match record.value.latest().phase {
            Phase::Running => (self.run_all(&text, &record.value).await, Phase::Done),
            Phase::Undoing => (self.undo_all(&text, &record.value).await, Phase::Undone),
            Phase::Done | Phase::Undone => return Ok(ChangeSet::by(&Actor::System, clock.now())),
        };
        done.map_err(JobFailure::retry)?;
        let now = clock.now();
        let finished = record.value.with(|bulk| {
            bulk.phase = next;
            bulk.finished_at_ms = Some(now.as_millis());
        });
        let changes = ChangeSet::by(&Actor::System, now).replace_keyed(&record, &finished);
        Ok(changes.map_err(JobFailure::retry)?.job(forget_job(id, now)))
    }
}

/// Does the act to one work and records what came of it, in one commit.
async fn change(
    works: &WorkAccess,
    actor: &Actor,
    act: &Act,
    item: Versioned<BulkItemRecord>,
) -> Result<(), CatalogError> {
    let selected = Selected {
        id: item.value.asset()?,
        revision: item.value.expected(),
    };
    let outcome = match plan::act(works, actor, act, selected).await {
        Ok(Some(planned)) => {
            let outcome = Outcome::Changed(planned.next.revision.0);
            let changed = item.value.with(|item| item.outcome = outcome);
            if commit_work(works, actor, planned, &item, &changed).await? {
                return Ok(());
            }
            Outcome::Refused
        }
        Ok(None) => Outcome::Unchanged,
        Err(error) => plan::refusal(error).map(|_| Outcome::Refused)?,
    };
    let decided = item.value.with(|item| item.outcome = outcome);
    commit_result(works, actor, &item, &decided).await
}

/// Changes one work back and records what came of it, in one commit.
async fn change_back(
    works: &WorkAccess,
    actor: &Actor,
    act: &Act,
    item: Versioned<BulkItemRecord>,
) -> Result<(), CatalogError> {
    let Outcome::Changed(made) = item.value.latest().outcome else {
        return Ok(());
    };
    match plan::undo(works, actor, act, item.value.asset()?, Revision(made)).await {
        Ok(planned) => {
            let undone = UndoOutcome::Undone(planned.next.revision.0);
            let changed = item.value.with(|item| item.undo = Some(undone));
            if commit_work(works, actor, planned, &item, &changed).await? {
                return Ok(());
            }
        }
        Err(error) => drop(plan::refusal(error)?),
    }
    let decided = item
        .value
        .with(|item| item.undo = Some(UndoOutcome::Refused));
    commit_result(works, actor, &item, &decided).await
}

/// Whether the work could be committed with its result. It cannot when somebody changed it meanwhile,
/// or when its body would exceed its quota. A
/// result that another attempt has committed already is none of ours.
async fn commit_work(
    works: &WorkAccess,
    actor: &Actor,
    planned: Planned,
    read: &Versioned<BulkItemRecord>,
    result: &BulkItemRecord,
) -> Result<bool, CatalogError> {
    let Planned {
        present,
        next,
        event,
    } = planned;
    let made = (next.id, next.revision);
    let changes = works.change_set(actor, &present, next, event);
    let changes = changes.replace_keyed(read, result)?;
    match works.commit(actor, changes, made, event).await {
        Ok(_) | Err(CatalogError::RecordConflict { .. }) => Ok(true),
        Err(CatalogError::Conflict { .. } | CatalogError::Exceeds(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

async fn commit_result(
    works: &WorkAccess,
    actor: &Actor,
    read: &Versioned<BulkItemRecord>,
    result: &BulkItemRecord,
) -> Result<(), CatalogError> {
    let changes = ChangeSet::by(actor, works.now()).replace_keyed(read, result)?;
    match works.catalog.commit(changes).await {
        Ok(_) | Err(CatalogError::RecordConflict { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Forgets bulk acts a month after their end.
pub struct ForgetBulk {
    works: WorkAccess,
}

impl ForgetBulk {
    /// Forgets those on these works.
    pub fn new(works: WorkAccess) -> Self {
        Self { works }
    }
}

#[async_trait]
impl Handler for ForgetBulk {
    fn kind(&self) -> &str {
        FORGET
    }

    fn longest_wait(&self) -> Option<Duration> {
        Some(Duration::from_secs(RETENTION_SECONDS.unsigned_abs()))
    }

    async fn run(&self, job: &Job, clock: &Clock) -> Result<ChangeSet, JobFailure> {
        let Payload { bulk: id } = payload::parse(job)?;
        let (id, catalog) = (id.to_string(), &self.works.catalog);
        let range = KeyRange::prefix(BulkItemRecord::prefix_of(&id));
        let items = catalog.all_keyed::<BulkItemRecord>(range, usize::MAX).await;
        let record = catalog.keyed::<BulkRecord>(&id).await;
        let changes = ChangeSet::by(&Actor::System, clock.now());
        let changes = items
            .map_err(JobFailure::retry)?
            .iter()
            .fold(changes, ChangeSet::delete_keyed);
        Ok(match record.map_err(JobFailure::retry)? {
            Some(record) => changes.delete_keyed(&record),
            None => changes,
        })
    }
}
