//! Previews, starts, reads and undoes bulk acts.

use super::act::{Act, Selected};
use super::plan;
use super::record::{
    ActV1, BulkId, BulkItemRecord, BulkItemV1, BulkRecord, BulkV1, ByV1, Outcome, Phase,
    UndoOutcome,
};
use super::run::job;
use super::state::{BulkError, BulkState, Counts, ItemResult, Preview, undo_until};
use crate::domain::Timestamp;
use crate::domain::access::{Actor, Operation, Permission};
use crate::domain::asset::{AssetId, Revision};
use crate::services::works::{ChangeError, Completed, FindError, IdempotentRequest, WorkAccess};
use crate::storage::blobs::Hasher;
use crate::storage::catalog::typed_records::ReadKeyed as _;
use crate::storage::catalog::{CatalogError, ChangeSet, KeyRange, Versioned};

/// Results that are read at once.
const PAGE: usize = 1_000;

/// Does one act to many works.
#[derive(Clone)]
pub struct Bulk {
    works: WorkAccess,
}

impl Bulk {
    /// Bulk acts on these works.
    pub fn new(works: WorkAccess) -> Self {
        Self { works }
    }

    /// What the act would do to each work now.
    ///
    /// # Errors
    /// Those of the catalogue.
    pub async fn preview(
        &self,
        actor: &Actor,
        act: &Act,
        selected: &[Selected],
    ) -> Result<Vec<Preview>, CatalogError> {
        let mut previews = Vec::with_capacity(selected.len());
        for selected in self.pinned(actor, selected).await? {
            let planned = match selected.revision {
                Some(_) => plan::act(&self.works, actor, act, selected).await,
                None => Err(FindError::NotFound.into()),
            };
            let result = match planned {
                Ok(planned) => Ok(planned.is_some()),
                Err(error) => Err(plan::refusal(error)?),
            };
            previews.push(Preview { selected, result });
        }
        Ok(previews)
    }

    /// Records the works at their revisions and enqueues the job that does the act. A repeated request
    /// starts nothing.
    ///
    /// # Errors
    /// [`BulkError::KeyReused`], [`BulkError::Forbidden`]; those of the catalogue.
    pub async fn start(
        &self,
        actor: &Actor,
        act: &Act,
        selected: &[Selected],
        reason: Option<&str>,
        idempotent: Option<&IdempotentRequest>,
    ) -> Result<Completed<BulkState>, BulkError> {
        check_not_narrowed(actor, act.operation())?;
        let id = match idempotent {
            Some(request) => id_of_key(actor, request),
            None => BulkId::from_bytes(self.works.clock.random_bytes()),
        };
        if let Some(earlier) = self.earlier(id, idempotent).await? {
            return Ok(Completed::replay(earlier));
        }
        let now = self.works.now();
        let record = BulkRecord::V1(BulkV1 {
            id: id.to_string(),
            act: ActV1::from(act),
            by: ByV1::from(actor),
            reason: reason.map(str::to_owned),
            request: idempotent.map(|request| request.request.to_hex()),
            total: u32::try_from(selected.len()).unwrap_or(u32::MAX),
            phase: Phase::Running,
            created_at_ms: now.as_millis(),
            finished_at_ms: None,
            undone_by: None,
            undo_reason: None,
        });
        let mut changes = ChangeSet::by(actor, now).insert_keyed(&record)?;
        let pinned = self.pinned(actor, selected).await?;
        for (position, selected) in (0..).zip(pinned) {
            changes = changes.insert_keyed(&new_item(id, position, selected))?;
        }
        match self.works.catalog.commit(changes.job(job(id, now))).await {
            Ok(_) => Ok(Completed::new(self.state(&record).await?)),
            // An equal request was faster.
            Err(CatalogError::RecordConflict { .. }) => {
                let earlier = self.earlier(id, idempotent).await?;
                Ok(Completed::replay(earlier.ok_or(BulkError::NotFound)?))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// A bulk act and how far it is, for who started it and for editors.
    ///
    /// # Errors
    /// [`BulkError::NotFound`]; those of the catalogue.
    pub async fn read(&self, actor: &Actor, id: BulkId) -> Result<BulkState, BulkError> {
        let record = self.find(actor, id).await?;
        self.state(&record.value).await
    }

    /// The results from position `after` on, at most `limit`.
    ///
    /// # Errors
    /// As [`Bulk::read`].
    pub async fn results(
        &self,
        actor: &Actor,
        id: BulkId,
        after: Option<u32>,
        limit: usize,
    ) -> Result<Vec<ItemResult>, BulkError> {
        let record = self.find(actor, id).await?;
        let (bulk, id) = (record.value.latest(), id.to_string());
        let (starter, act) = (self.actor(&bulk.by)?, bulk.act.act()?);
        let undoer = bulk
            .undone_by
            .as_ref()
            .map(|by| self.actor(by))
            .transpose()?;
        let after = after.map(|position| BulkItemRecord::key_of(&id, position));
        let range = KeyRange::prefix(BulkItemRecord::prefix_of(&id)).after(after);
        let items = self
            .works
            .catalog
            .all_keyed::<BulkItemRecord>(range, limit)
            .await?;
        let mut results = Vec::with_capacity(items.len());
        for item in items {
            let problem = match (item.value.latest().outcome, item.value.latest().undo) {
                (Outcome::Refused, _) => self.refusal(&starter, &act, &item.value).await?,
                (Outcome::Changed(made), Some(UndoOutcome::Refused)) => {
                    let asset = item.value.asset()?;
                    let by = undoer.as_ref().unwrap_or(&starter);
                    let planned = plan::undo(&self.works, by, &act, asset, Revision(made)).await;
                    planned.err().map(plan::refusal).transpose()?
                }
                _ => None,
            };
            results.push(ItemResult {
                item: item.value.latest().clone(),
                problem,
            });
        }
        Ok(results)
    }

    /// Begins to change the works back.
    ///
    /// # Errors
    /// [`BulkError::WrongPhase`] unless it is done; [`BulkError::TooLate`], [`BulkError::Forbidden`]; as [`Bulk::read`].
    pub async fn undo(
        &self,
        actor: &Actor,
        id: BulkId,
        reason: Option<&str>,
    ) -> Result<BulkState, BulkError> {
        let record = self.find(actor, id).await?;
        let bulk = record.value.latest();
        check_not_narrowed(actor, bulk.act.act()?.operation_of_undo())?;
        if bulk.phase != Phase::Done {
            return Err(BulkError::WrongPhase);
        }
        let now = self.works.now();
        if undo_until(bulk).is_none_or(|until| until < now) {
            return Err(BulkError::TooLate);
        }
        let undoing = record.value.with(|bulk| {
            bulk.phase = Phase::Undoing;
            bulk.undone_by = Some(ByV1::from(actor));
            bulk.undo_reason = reason.map(str::to_owned);
        });
        let changes = ChangeSet::by(actor, now).replace_keyed(&record, &undoing)?;
        match self.works.catalog.commit(changes.job(job(id, now))).await {
            Ok(_) => self.state(&undoing).await,
            Err(CatalogError::RecordConflict { .. }) => Err(BulkError::WrongPhase),
            Err(error) => Err(error.into()),
        }
    }

    /// The works with the revision that they have now, unless the caller names one; none for works that the
    /// actor cannot see.
    async fn pinned(
        &self,
        actor: &Actor,
        selected: &[Selected],
    ) -> Result<Vec<Selected>, CatalogError> {
        let mut pinned = Vec::with_capacity(selected.len());
        for selected in selected {
            let revision = match self.works.find(actor, selected.id).await {
                Ok(asset) => selected.revision.or(Some(asset.revision)),
                Err(FindError::NotFound | FindError::Gone { .. }) => None,
                Err(FindError::Catalog(error)) => return Err(error),
            };
            pinned.push(Selected {
                revision,
                ..*selected
            });
        }
        Ok(pinned)
    }

    fn actor(&self, by: &ByV1) -> Result<Actor, CatalogError> {
        by.actor(&self.works.vocabularies, self.works.now())
    }

    async fn refusal(
        &self,
        starter: &Actor,
        act: &Act,
        item: &BulkItemRecord,
    ) -> Result<Option<ChangeError>, CatalogError> {
        let (id, revision) = (item.asset()?, item.expected());
        if revision.is_none() {
            return Ok(Some(FindError::NotFound.into()));
        }
        let selected = Selected { id, revision };
        let planned = plan::act(&self.works, starter, act, selected).await;
        planned.err().map(plan::refusal).transpose()
    }

    async fn find(&self, actor: &Actor, id: BulkId) -> Result<Versioned<BulkRecord>, BulkError> {
        let record = self
            .works
            .catalog
            .keyed::<BulkRecord>(&id.to_string())
            .await?;
        let record = record.ok_or(BulkError::NotFound)?;
        let is_starter = record.value.latest().by == ByV1::from(actor);
        if is_starter || actor.may(Permission::Curate) {
            Ok(record)
        } else {
            Err(BulkError::NotFound)
        }
    }

    /// What an earlier request with the same key started.
    async fn earlier(
        &self,
        id: BulkId,
        request: Option<&IdempotentRequest>,
    ) -> Result<Option<BulkState>, BulkError> {
        let record = self
            .works
            .catalog
            .keyed::<BulkRecord>(&id.to_string())
            .await?;
        let Some(record) = record else {
            return Ok(None);
        };
        let digest = request.map(|request| request.request.to_hex());
        if record.value.latest().request != digest {
            return Err(BulkError::KeyReused);
        }
        self.state(&record.value).await.map(Some)
    }

    async fn state(&self, record: &BulkRecord) -> Result<BulkState, BulkError> {
        let bulk = record.latest();
        Ok(BulkState {
            id: bulk.id.clone(),
            act: bulk.act.act()?.name(),
            by: self.actor(&bulk.by)?.to_string(),
            phase: bulk.phase,
            counts: self.counts(bulk).await?,
            created_at: Timestamp::from_millis(bulk.created_at_ms),
            finished_at: bulk.finished_at_ms.map(Timestamp::from_millis),
            undo_until: undo_until(bulk).filter(|_| bulk.phase == Phase::Done),
        })
    }

    async fn counts(&self, bulk: &BulkV1) -> Result<Counts, CatalogError> {
        let mut counts = Counts {
            total: bulk.total.into(),
            ..Counts::default()
        };
        let mut after = None;
        loop {
            let range = KeyRange::prefix(BulkItemRecord::prefix_of(&bulk.id)).after(after);
            let items = self
                .works
                .catalog
                .all_keyed::<BulkItemRecord>(range, PAGE)
                .await?;
            for item in &items {
                counts.add(item.value.latest());
            }
            match items.last().filter(|_| items.len() == PAGE) {
                Some(last) => {
                    let last = last.value.latest();
                    after = Some(BulkItemRecord::key_of(&last.bulk, last.position));
                }
                None => return Ok(counts),
            }
        }
    }
}

fn new_item(id: BulkId, position: u32, selected: Selected) -> BulkItemRecord {
    let asset: AssetId = selected.id;
    BulkItemRecord::V1(BulkItemV1 {
        bulk: id.to_string(),
        position,
        asset: asset.to_string(),
        expected: selected.revision.map(|revision| revision.0),
        outcome: match selected.revision {
            Some(_) => Outcome::Pending,
            None => Outcome::Refused,
        },
        undo: None,
    })
}

/// The same key of the same caller is the same bulk act.
fn id_of_key(actor: &Actor, request: &IdempotentRequest) -> BulkId {
    let key = request.scoped_key(actor);
    let mut hasher = Hasher::new();
    for part in [key.scope.as_str(), "\n", key.key.as_str()] {
        hasher.update(part.as_bytes());
    }
    let digest = hasher.finish();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.as_bytes()[..16]);
    BulkId::from_bytes(bytes)
}

/// The job that does the act knows the role of the actor, not what its token was narrowed to.
fn check_not_narrowed(actor: &Actor, operation: Operation) -> Result<(), BulkError> {
    match actor {
        Actor::Holder {
            narrowed_to: Some(kept),
            ..
        } if !kept.contains(operation.permission()) => Err(BulkError::Forbidden),
        _ => Ok(()),
    }
}
