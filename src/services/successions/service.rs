//! Plans, previews, reads and cancels successions.

use super::record::{Kind, PassedRecord, Phase, SuccessionRecord, SuccessionV1};
use super::run::{Successors, job};
use crate::domain::access::{Actor, Permission};
use crate::domain::{Rule, Slug, Timestamp, Violations, WorkDate, text};
use crate::services::accounts::AccountsError;
use crate::services::audit::{Act, AuditTrail, NewEntry};
use crate::storage::catalog::typed_records::ReadKeyed as _;
use crate::storage::catalog::{CatalogError, ChangeSet, KeyRange, Versioned};

/// The most bodies that pass to one at a time.
const MAX_FROM: usize = 20;
/// The longest reason.
const REASON: text::Limit = text::Limit::Characters(500);

/// A succession to plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSuccession {
    /// The bodies that end or give away what they have.
    pub from: Vec<Slug>,
    /// The body that it passes to.
    pub to: Slug,
    /// The day, in Viet Nam, at whose beginning it passes; an earlier one means at once.
    pub on: WorkDate,
    /// The decision it rests on.
    pub reason: Option<String>,
}

/// How much there is to pass on, or was passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Works in every state.
    pub works: u64,
    /// Accounts that are not closed.
    pub accounts: u64,
    /// Tokens of services that have not ended.
    pub tokens: u64,
    /// Saved searches.
    pub saved_searches: u64,
}

/// What a succession would do now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// What would pass.
    pub counts: Counts,
    /// The works among them that are not published: drafts, submitted, returned, accepted, withdrawn.
    pub unpublished_works: u64,
    /// Why it would be refused; none when it would not.
    pub refusals: Violations,
}

/// A succession and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuccessionState {
    /// Its id.
    pub id: String,
    /// The bodies before.
    pub from: Vec<String>,
    /// The successor.
    pub to: String,
    /// Its day.
    pub on: String,
    /// The decision it rests on.
    pub reason: Option<String>,
    /// How far it is.
    pub phase: Phase,
    /// What has passed.
    pub passed: Counts,
    /// When it was planned.
    pub created_at: Timestamp,
    /// When everything had passed, or it was cancelled.
    pub finished_at: Option<Timestamp>,
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

    /// What the succession would pass on if it were today, and why it would be refused.
    ///
    /// # Errors
    /// [`SuccessionError::Forbidden`]; those of the catalogue.
    pub async fn preview(
        &self,
        actor: &Actor,
        wanted: &NewSuccession,
    ) -> Result<Preview, SuccessionError> {
        administers(actor)?;
        let (works, unpublished_works) = self.successors.count_works(&wanted.from).await?;
        let parts = &self.successors;
        let accounts = parts
            .accounts
            .administration
            .of_bodies(&wanted.from)
            .await?;
        let tokens = parts.tokens.of_bodies(&wanted.from).await?;
        let searches = parts.saved_searches.of_bodies(&wanted.from).await?;
        let number = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        Ok(Preview {
            counts: Counts {
                works,
                accounts: number(accounts.len()),
                tokens: number(tokens.len()),
                saved_searches: number(searches.len()),
            },
            unpublished_works,
            refusals: self.refusals(wanted).await?,
        })
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
        let digits: String = clock
            .random_bytes::<6>()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let record = SuccessionRecord::V1(SuccessionV1 {
            id: format!("s-{digits}"),
            from: wanted.from.iter().map(Slug::to_string).collect(),
            to: wanted.to.to_string(),
            on: wanted.on.to_string(),
            reason: wanted.reason,
            phase: Phase::Planned,
            created_at_ms: now.as_millis(),
            finished_at_ms: None,
        });
        let id = &record.latest().id;
        let entry = NewEntry::new(actor, Act::SuccessionPlanned, id)
            .with("from", record.latest().from.join(" "))
            .with("to", &wanted.to)
            .with("on", wanted.on);
        let begins = Timestamp::beginning_of(&wanted.on).max(now);
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

    async fn refusals(&self, wanted: &NewSuccession) -> Result<Violations, CatalogError> {
        let mut broken = Violations::default();
        if wanted.from.is_empty() {
            broken.push("/from", Rule::Required);
        }
        if wanted.from.len() > MAX_FROM {
            broken.push("/from", Rule::TooLong { max: MAX_FROM });
        }
        let planned = self.planned_bodies().await?;
        for (position, body) in wanted.from.iter().enumerate() {
            let pointer = format!("/from/{position}");
            self.check_exists(body, &pointer, &mut broken);
            if *body == wanted.to {
                broken.push(&pointer, Rule::SelfReference);
            }
            if wanted.from.iter().take(position).any(|other| other == body) {
                broken.push(&pointer, Rule::Duplicate);
            }
            if planned.contains(body) {
                broken.push(&pointer, Rule::AlreadyPlanned);
            }
        }
        self.check_exists(&wanted.to, "/to", &mut broken);
        let vocabularies = &self.successors.works.vocabularies;
        let successor = vocabularies.find("organisation", wanted.to.as_str());
        if successor.is_some_and(|successor| !successor.is_valid_at(&wanted.on)) {
            broken.push("/to", Rule::NotInForce);
        }
        if wanted.on.first_day() != wanted.on.last_day() {
            broken.push("/on", Rule::InvalidDate);
        }
        if let Some(reason) = &wanted.reason
            && let Err(rule) = text::line(reason, REASON)
        {
            broken.push("/reason", rule);
        }
        Ok(broken)
    }

    /// The bodies of successions that are not over.
    async fn planned_bodies(&self) -> Result<Vec<Slug>, CatalogError> {
        let mut bodies = Vec::new();
        for read in self.records().await? {
            if matches!(read.value.latest().phase, Phase::Planned | Phase::Running) {
                bodies.extend(read.value.from()?);
            }
        }
        Ok(bodies)
    }

    fn check_exists(&self, body: &Slug, pointer: &str, broken: &mut Violations) {
        let vocabularies = &self.successors.works.vocabularies;
        if vocabularies.find("organisation", body.as_str()).is_none() {
            let rule = Rule::UnknownConcept {
                scheme: "organisation",
                slug: body.to_string(),
            };
            broken.push(pointer, rule);
        }
    }

    async fn state(&self, record: &SuccessionRecord) -> Result<SuccessionState, SuccessionError> {
        let range = KeyRange::prefix(PassedRecord::prefix(&record.latest().id));
        let catalog = &self.successors.works.catalog;
        let passed = catalog.all_keyed::<PassedRecord>(range, usize::MAX).await?;
        let mut counts = Counts::default();
        for read in passed {
            *match read.value.kind() {
                Kind::Account => &mut counts.accounts,
                Kind::SavedSearch => &mut counts.saved_searches,
                Kind::Token => &mut counts.tokens,
                Kind::Work => &mut counts.works,
            } += 1;
        }
        let record = record.latest().clone();
        Ok(SuccessionState {
            id: record.id,
            from: record.from,
            to: record.to,
            on: record.on,
            reason: record.reason,
            phase: record.phase,
            passed: counts,
            created_at: Timestamp::from_millis(record.created_at_ms),
            finished_at: record.finished_at_ms.map(Timestamp::from_millis),
        })
    }

    async fn records(&self) -> Result<Vec<Versioned<SuccessionRecord>>, CatalogError> {
        let catalog = &self.successors.works.catalog;
        catalog.all_keyed(KeyRange::default(), usize::MAX).await
    }

    async fn find(&self, id: &str) -> Result<Versioned<SuccessionRecord>, SuccessionError> {
        let catalog = &self.successors.works.catalog;
        let found = catalog.keyed::<SuccessionRecord>(id).await?;
        found.ok_or(SuccessionError::NotFound)
    }
}

fn administers(actor: &Actor) -> Result<(), SuccessionError> {
    if actor.may(Permission::Administer) {
        Ok(())
    } else {
        Err(SuccessionError::Forbidden)
    }
}
