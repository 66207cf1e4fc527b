//! Plans, previews, reads and cancels successions.

use super::allocation::Part;
use super::counts::{Counts, Tally};
use super::record::{PartV1, Phase, SuccessionRecord, SuccessionV1};
use super::run::job;
use super::successors::Successors;
use crate::domain::access::{Actor, Permission};
use crate::domain::{Slug, Timestamp, Violations, WorkDate, hex};
use crate::services::accounts::AccountsError;
use crate::services::audit::{Act, AuditTrail, NewEntry};
use crate::storage::catalog::typed_records::ReadKeyed as _;
use crate::storage::catalog::{CatalogError, ChangeSet, KeyRange, Versioned};

/// A succession to plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSuccession {
    /// The bodies that end or give away what they have.
    pub from: Vec<Slug>,
    /// The body that it passes to, apart from what `parts` name. The only body of `from`: it stays and keeps that.
    pub to: Slug,
    /// What other successors get.
    pub parts: Vec<Part>,
    /// The day, in Viet Nam, at whose beginning it passes; an earlier one means at once.
    pub on: WorkDate,
    /// The decision it rests on.
    pub reason: Option<String>,
}

/// A succession and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuccessionState {
    /// Its id.
    pub id: String,
    /// The bodies before.
    pub from: Vec<String>,
    /// The successor of what no part names.
    pub to: String,
    /// What other successors get.
    pub parts: Vec<PartState>,
    /// Its day.
    pub on: String,
    /// The decision it rests on.
    pub reason: Option<String>,
    /// How far it is.
    pub phase: Phase,
    /// What has passed, to all successors.
    pub passed: Counts,
    /// When it was planned.
    pub created_at: Timestamp,
    /// When everything had passed, or it was cancelled.
    pub finished_at: Option<Timestamp>,
}

/// What another successor gets, and has got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartState {
    /// What it gets.
    pub part: Part,
    /// What it has got.
    pub passed: Counts,
}

/// Why a succession is not planned, read or cancelled.
#[derive(Debug, thiserror::Error)]
pub enum SuccessionError {
    /// The actor does not administer the archive.
    #[error("only administrators handle successions")]
    Forbidden,
    /// There is no such succession.
    #[error("there is no such succession")]
    NotFound,
    /// Its day has come, or it was cancelled already.
    #[error("the succession does not wait any more")]
    NotPlanned,
    /// The plan breaks rules; pointers are into its wire form.
    #[error("the plan breaks rules")]
    Invalid(#[source] Violations),
    /// Accounts or tokens cannot be read.
    #[error(transparent)]
    Accounts(#[from] AccountsError),
    /// The catalogue refused or failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

/// Plans successions.
#[derive(Clone)]
pub struct Successions {
    /// What is passed on with.
    pub successors: Successors,
    trail: AuditTrail,
    /// Held while one is planned, so that no body is planned twice.
    planning: std::sync::Arc<tokio::sync::Mutex<()>>,
}

impl Successions {
    /// Plans what is passed on with these services.
    pub fn new(successors: Successors, trail: AuditTrail) -> Self {
        Self {
            successors,
            trail,
            planning: std::sync::Arc::default(),
        }
    }

    /// Plans a succession. What there is on its day passes, not what there is now.
    ///
    /// # Errors
    /// [`SuccessionError::Forbidden`], [`SuccessionError::Invalid`].
    pub async fn plan(
        &self,
        actor: &Actor,
        wanted: NewSuccession,
    ) -> Result<SuccessionState, SuccessionError> {
        administers(actor)?;
        let _planning = self.planning.lock().await;
        let refusals = self.refusals(&wanted).await?;
        refusals.into_result(()).map_err(SuccessionError::Invalid)?;
        let clock = &self.successors.works.clock;
        let now = clock.now();
        let record = SuccessionRecord::V1(SuccessionV1 {
            id: format!("s-{}", hex(&clock.random_bytes::<6>())),
            from: wanted.from.iter().map(Slug::to_string).collect(),
            to: wanted.to.to_string(),
            parts: wanted.parts.iter().map(PartV1::from).collect(),
            on: wanted.on.to_string(),
            reason: wanted.reason,
            phase: Phase::Planned,
            created_at_ms: now.as_millis(),
            finished_at_ms: None,
            passed: None,
        });
        let id = &record.latest().id;
        let successors: Vec<String> = record.successors()?.iter().map(Slug::to_string).collect();
        let entry = NewEntry::new(actor, Act::SuccessionPlanned, id)
            .with("from", record.latest().from.join(" "))
            .with("to", successors.join(" "))
            .with("on", wanted.on);
        let begins = self.begins(&wanted.on);
        let changes = ChangeSet::by(actor, now).insert_keyed(&record)?;
        self.trail
            .commit(changes.job(job(id, begins)), &entry)
            .await?;
        self.state(&record).await
    }

    /// All successions, in the order of their ids.
    ///
    /// # Errors
    /// [`SuccessionError::Forbidden`]; those of the catalogue.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<SuccessionState>, SuccessionError> {
        administers(actor)?;
        let mut states = Vec::new();
        for read in self.records().await? {
            states.push(self.state(&read.value).await?);
        }
        states.sort_by_key(|state| state.created_at);
        Ok(states)
    }

    /// One succession.
    ///
    /// # Errors
    /// [`SuccessionError::Forbidden`], [`SuccessionError::NotFound`].
    pub async fn read(&self, actor: &Actor, id: &str) -> Result<SuccessionState, SuccessionError> {
        administers(actor)?;
        let read = self.find(id).await?;
        self.state(&read.value).await
    }

    /// Cancels a succession that waits for its day.
    ///
    /// # Errors
    /// [`SuccessionError::Forbidden`], [`SuccessionError::NotFound`]; [`SuccessionError::NotPlanned`].
    pub async fn cancel(&self, actor: &Actor, id: &str) -> Result<(), SuccessionError> {
        administers(actor)?;
        let read = self.find(id).await?;
        if read.value.latest().phase != Phase::Planned {
            return Err(SuccessionError::NotPlanned);
        }
        let now = self.successors.works.clock.now();
        let cancelled = read.value.with(|record| {
            record.phase = Phase::Cancelled;
            record.finished_at_ms = Some(now.as_millis());
        });
        let changes = ChangeSet::by(actor, now).replace_keyed(&read, &cancelled)?;
        let entry = NewEntry::new(actor, Act::SuccessionCancelled, id);
        match self.trail.commit(changes, &entry).await {
            // Its job was faster.
            Err(CatalogError::RecordConflict { .. }) => Err(SuccessionError::NotPlanned),
            committed => Ok(committed.map(drop)?),
        }
    }

    async fn state(&self, record: &SuccessionRecord) -> Result<SuccessionState, SuccessionError> {
        let parts = record.parts()?;
        let (passed, of_parts) = self.passed(record.latest()).await?;
        let record = record.latest().clone();
        let parts = parts.into_iter().zip(of_parts);
        Ok(SuccessionState {
            id: record.id,
            from: record.from,
            to: record.to,
            parts: parts
                .map(|(part, passed)| PartState { part, passed })
                .collect(),
            on: record.on,
            reason: record.reason,
            phase: record.phase,
            passed,
            created_at: Timestamp::from_millis(record.created_at_ms),
            finished_at: record.finished_at_ms.map(Timestamp::from_millis),
        })
    }

    /// What has passed, altogether and of each part: counted while it runs, and kept in its record from its end on.
    async fn passed(&self, record: &SuccessionV1) -> Result<(Counts, Vec<Counts>), CatalogError> {
        let of_parts = |of: &dyn Fn(&PartV1) -> Counts| record.parts.iter().map(of).collect();
        if let Some(passed) = record.passed {
            let kept = |part: &PartV1| part.passed.map(Counts::from).unwrap_or_default();
            return Ok((passed.into(), of_parts(&kept)));
        }
        let tally = match record.phase {
            Phase::Planned | Phase::Cancelled => Tally::default(),
            Phase::Running | Phase::Done => {
                Tally::of_records(&*self.successors.works.catalog, record).await?
            }
        };
        Ok((tally.total(), of_parts(&|part| tally.of(&part.to))))
    }

    pub(super) async fn records(&self) -> Result<Vec<Versioned<SuccessionRecord>>, CatalogError> {
        let catalog = &self.successors.works.catalog;
        catalog.all_keyed(KeyRange::default(), usize::MAX).await
    }

    pub(super) async fn find(
        &self,
        id: &str,
    ) -> Result<Versioned<SuccessionRecord>, SuccessionError> {
        let catalog = &self.successors.works.catalog;
        let found = catalog.keyed::<SuccessionRecord>(id).await?;
        found.ok_or(SuccessionError::NotFound)
    }
}

impl NewSuccession {
    /// Whether a body gives parts away and stays.
    pub(super) fn body_stays(&self) -> bool {
        !self.parts.is_empty() && self.from.as_slice() == [self.to.clone()]
    }
}

pub(super) fn administers(actor: &Actor) -> Result<(), SuccessionError> {
    if actor.may(Permission::Administer) {
        Ok(())
    } else {
        Err(SuccessionError::Forbidden)
    }
}
