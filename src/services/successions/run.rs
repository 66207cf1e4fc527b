//! The job that passes on what belongs to bodies.

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::allocation::Allocation;
use super::counts::Tally;
use super::passed::{Kind, PassedRecord};
use super::record::{Phase, SuccessionRecord};
use super::successors::{Successors, is_of};
use crate::clock::Clock;
use crate::domain::access::{AccountId, Actor};
use crate::domain::asset::AssetId;
use crate::domain::{Slug, Timestamp};
use crate::services::accounts::AccountsError;
use crate::services::audit::{Act, AuditTrail, NewEntry};
use crate::services::jobs::{Handler, JobFailure, Policy, payload};
use crate::storage::catalog::typed_records::ReadKeyed as _;
use crate::storage::catalog::{
    CatalogError, ChangeSet, Entry, EventKind, Job, JobKind, KeyRange, Keyed as _, NewJob,
};

const KIND: &str = "pass-on-body";

/// Passes on what belongs to the bodies of a succession.
pub struct PassOn {
    successors: Successors,
    trail: AuditTrail,
}

#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    succession: String,
}

/// The job of a succession.
pub(super) fn job(id: &str, run_at: Timestamp) -> NewJob {
    NewJob {
        kind: JobKind(KIND.to_owned()),
        payload: payload::to_text(&Payload {
            succession: id.to_owned(),
        }),
        run_at,
        unique_key: Some(id.to_owned()),
    }
}

/// What a run works on.
struct Run<'a> {
    id: &'a str,
    from: Vec<Slug>,
    to: Allocation,
    reason: Option<&'a str>,
}

impl Run<'_> {
    /// Who gets what is no work; nobody, when its body stays and keeps it.
    fn successor_of(&self, kind: Kind, id: &str) -> Option<&Slug> {
        let to = self.to.of(kind, id);
        (!self.from.contains(to)).then_some(to)
    }
}

impl PassOn {
    /// Passes on with these services.
    pub fn new(successors: Successors, trail: AuditTrail) -> Self {
        Self { successors, trail }
    }

    /// Accounts and tokens first: from then on nobody deposits for the bodies before. Grants before tokens: what is
    /// fetched in between is a token that passes.
    async fn pass_on(&self, run: &Run<'_>) -> Result<(), AccountsError> {
        let parts = &self.successors;
        self.end_sessions_left_behind(run).await?;
        for id in parts.access_requests.grants_of_bodies(&run.from).await? {
            let Some(to) = run.successor_of(Kind::Grant, &id) else {
                continue;
            };
            let changes = self.changes(run, Kind::Grant, &id, to).await?;
            parts.access_requests.pass_on(&id, to, changes).await?;
        }
        for id in parts.tokens.of_bodies(&run.from).await? {
            let Some(to) = run.successor_of(Kind::Token, &id.0) else {
                continue;
            };
            let changes = self.changes(run, Kind::Token, &id.0, to).await?;
            parts.tokens.pass_on(&id, to, changes).await?;
        }
        for id in parts.accounts.administration.of_bodies(&run.from).await? {
            let Some(to) = run.successor_of(Kind::Account, id.as_str()) else {
                continue;
            };
            let changes = self.changes(run, Kind::Account, id.as_str(), to).await?;
            let passed = parts.accounts.administration.pass_on(&id, to, changes);
            passed.await?;
        }
        for search in parts.saved_searches.of_bodies(&run.from).await? {
            let subject = search.id.to_string();
            let Some(to) = run.successor_of(Kind::SavedSearch, &subject) else {
                continue;
            };
            let changes = self.changes(run, Kind::SavedSearch, &subject, to).await?;
            parts.saved_searches.pass_on(search, to, changes).await?;
        }
        Ok(self.pass_works(run).await?)
    }

    async fn pass_works(&self, run: &Run<'_>) -> Result<(), CatalogError> {
        let mut after = None;
        loop {
            let page = self.successors.works_of(&run.from, after).await?;
            for work in page.works {
                self.pass_work(run, work.id).await?;
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(()),
            }
        }
    }

    /// An attempt that was killed between the commit of an account and the end of its sessions left them behind.
    async fn end_sessions_left_behind(&self, run: &Run<'_>) -> Result<(), AccountsError> {
        let parts = &self.successors;
        let range = KeyRange::prefix(PassedRecord::prefix_of(run.id, Kind::Account));
        let passed = parts
            .works
            .catalog
            .all_keyed::<PassedRecord>(range, usize::MAX);
        for read in passed.await? {
            if let Ok(account) = read.value.latest().subject.parse::<AccountId>() {
                parts.accounts.administration.end_sessions(&account).await?;
            }
        }
        Ok(())
    }

    /// Somebody may change the work at the same time: then it is read again.
    async fn pass_work(&self, run: &Run<'_>, id: AssetId) -> Result<(), CatalogError> {
        let works = &self.successors.works;
        loop {
            let Some(Entry::Asset(present)) = works.catalog.entry(id).await? else {
                return Ok(());
            };
            if !is_of(&present, &run.from) {
                return Ok(());
            }
            let to = run.to.of_work(&present);
            if run.from.contains(to) {
                return Ok(());
            }
            let changes = self.changes(run, Kind::Work, &id.to_string(), to).await?;
            let changes = changes.expect(id, present.revision);
            let curation = &self.successors.curation;
            let changes = curation
                .with_assignment_passed_on(changes, id, &run.from, to)
                .await?;
            // Not through the quota of the successor: nothing is lost because it has little room.
            let next = present.pass_to(to, changes.at);
            match works
                .catalog
                .commit(changes.put(next, EventKind::PassedOn))
                .await
            {
                Err(CatalogError::Conflict { .. } | CatalogError::RecordConflict { .. }) => {}
                committed => return committed.map(drop),
            }
        }
    }

    /// A change set with the record that something has passed. What an earlier attempt passed on and somebody gave back
    /// passes again, because nothing stays with the bodies before; its record is there already, so it counts once.
    async fn changes(
        &self,
        run: &Run<'_>,
        kind: Kind,
        subject: &str,
        to: &Slug,
    ) -> Result<ChangeSet, CatalogError> {
        let works = &self.successors.works;
        let changes = ChangeSet::by(&Actor::System, works.clock.now()).because(run.reason);
        let passed = PassedRecord::new(run.id, kind, subject, to.as_str());
        match works.catalog.keyed::<PassedRecord>(&passed.key()).await? {
            Some(read) if read.value == passed => Ok(changes),
            Some(read) => changes.replace_keyed(&read, &passed),
            None => changes.insert_keyed(&passed),
        }
    }

    fn run_of<'a>(&self, record: &'a SuccessionRecord) -> Result<Run<'a>, CatalogError> {
        let vocabularies = &self.successors.works.vocabularies;
        Ok(Run {
            id: &record.latest().id,
            from: record.from()?,
            to: Allocation::new(record.to()?, &record.parts()?, vocabularies),
            reason: record.latest().reason.as_deref(),
        })
    }

    /// A succession whose day is not later and which still gives something to a body of this one: what it gives would
    /// stay behind. Both can be due at once when the archive did not run on their days.
    async fn unfinished_before(&self, id: &str) -> Result<Option<String>, CatalogError> {
        let catalog = &self.successors.works.catalog;
        let Some(own) = catalog.keyed::<SuccessionRecord>(id).await? else {
            return Ok(None);
        };
        let (from, on) = (own.value.from()?, own.value.on()?);
        let all = catalog.all_keyed::<SuccessionRecord>(KeyRange::default(), usize::MAX);
        for other in all.await? {
            let successors = other.value.successors()?;
            let gives = successors.iter().any(|to| from.contains(to));
            let is_other = other.value.latest().id != id;
            if is_other
                && gives
                && !other.value.is_over()
                && other.value.on()?.first_day() <= on.first_day()
            {
                return Ok(Some(other.value.latest().id.clone()));
            }
        }
        Ok(None)
    }

    /// The record of a succession that is to be carried out now, which says that it runs.
    async fn begin(
        &self,
        id: &str,
        now: Timestamp,
    ) -> Result<Option<SuccessionRecord>, CatalogError> {
        let catalog = &self.successors.works.catalog;
        let Some(read) = catalog.keyed::<SuccessionRecord>(id).await? else {
            return Ok(None);
        };
        match read.value.latest().phase {
            Phase::Running => Ok(Some(read.value)),
            Phase::Done | Phase::Cancelled => Ok(None),
            Phase::Planned => {
                let running = read.value.with(|record| record.phase = Phase::Running);
                let changes = ChangeSet::by(&Actor::System, now).replace_keyed(&read, &running)?;
                catalog.commit(changes).await?;
                Ok(Some(running))
            }
        }
    }

    async fn finish(&self, id: &str, now: Timestamp) -> Result<(), CatalogError> {
        let catalog = &self.successors.works.catalog;
        let Some(read) = catalog.keyed::<SuccessionRecord>(id).await? else {
            return Ok(());
        };
        let passed = Tally::of_records(&**catalog, read.value.latest()).await?;
        let done = read.value.with(|record| {
            record.phase = Phase::Done;
            record.passed = Some(passed.total().into());
            for part in &mut record.parts {
                part.passed = Some(passed.of(&part.to).into());
            }
            record.finished_at_ms = Some(now.as_millis());
        });
        let changes = ChangeSet::by(&Actor::System, now).replace_keyed(&read, &done)?;
        let entry = NewEntry::new(&Actor::System, Act::SuccessionDone, id);
        self.trail.commit(changes, &entry).await.map(drop)
    }
}

#[async_trait]
impl Handler for PassOn {
    fn kind(&self) -> &str {
        KIND
    }

    /// Each thing is committed by itself, so another attempt goes on where this one ended.
    fn policy(&self) -> Policy {
        Policy {
            timeout: Duration::from_secs(60 * 60),
            max_attempts: u32::MAX,
            ..Policy::default()
        }
    }

    /// Its day is what an administrator chose.
    fn longest_wait(&self) -> Option<Duration> {
        None
    }

    async fn run(&self, job: &Job, clock: &Clock) -> Result<ChangeSet, JobFailure> {
        let Payload { succession: id } = payload::parse(job)?;
        if let Some(earlier) = self
            .unfinished_before(&id)
            .await
            .map_err(JobFailure::retry)?
        {
            let cause = format!("the succession {earlier} of an earlier day is not over");
            return Err(JobFailure::retry(cause));
        }
        let begun = self.begin(&id, clock.now()).await;
        if let Some(record) = begun.map_err(JobFailure::retry)? {
            let run = self.run_of(&record).map_err(JobFailure::retry)?;
            self.pass_on(&run).await.map_err(JobFailure::retry)?;
            let finished = self.finish(&id, clock.now()).await;
            finished.map_err(JobFailure::retry)?;
            tracing::info!(succession = %id, "a body has passed to its successor");
        }
        Ok(ChangeSet::by(&Actor::System, clock.now()))
    }
}
