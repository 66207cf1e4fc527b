//! Checks, starts, reads and cancels imports of tables.

use super::check::{Checker, ReadRow};
use super::error::TableImportError;
use super::queue::{forget_job, job};
use super::record::{
    CountsV1, NamedUploadV1, Phase, ReasonV1, RowOutcome, RowResultRecord, RowResultV1,
    TableImportId, TableImportRecord, TableImportV1, TableRowRecord, TableRowV1, row_key,
    row_prefix,
};
use super::sources::Sources;
use super::words::Words;
use crate::domain::access::{Actor, Operation, Permission};
use crate::services::audit::{Act, AuditTrail, NewEntry};
use crate::services::curation::bulk::ByV1;
use crate::services::intake::Intake;
use crate::services::uploads::{UploadId, Uploads, UploadsError};
use crate::services::works::WorkAccess;
use crate::storage::blocking;
use crate::storage::catalog::typed_records::ReadKeyed as _;
use crate::storage::catalog::{CatalogError, ChangeSet, KeyRange, Versioned};

/// Rows that are written or read at once.
const PAGE: usize = 200;

/// Imports that are looked through for those of one actor.
const LOOKED_THROUGH: usize = 1_000;

/// A table to be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTable {
    /// Its name.
    pub name: String,
    /// The column names as sent.
    pub header: Vec<String>,
    /// Its rows.
    pub rows: Vec<ReadRow>,
    /// Uploads that are opened as archives.
    pub archives: Vec<UploadId>,
    /// Uploads that are files by themselves, with their names.
    pub uploads: Vec<(UploadId, String)>,
}

/// An import and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableImportState {
    /// As stored.
    pub import: TableImportV1,
    /// What came of the rows so far.
    pub imported: CountsV1,
}

/// Imports tables.
#[derive(Clone)]
pub struct TableImports {
    pub(super) works: WorkAccess,
    pub(super) intake: Intake,
    pub(super) words: Words,
    uploads: Uploads,
    trail: AuditTrail,
}

impl TableImports {
    /// Imports into these works.
    pub fn new(
        works: WorkAccess,
        intake: Intake,
        uploads: Uploads,
        trail: AuditTrail,
        words: Words,
    ) -> Self {
        Self {
            works,
            intake,
            words,
            uploads,
            trail,
        }
    }

    /// Tells for each row what would come of it, and keeps that as the report of a new import. No work is changed.
    ///
    /// # Errors
    /// [`TableImportError::Forbidden`], [`TableImportError::Source`], [`TableImportError::Upload`]; those of the catalogue.
    pub async fn check(
        &self,
        actor: &Actor,
        table: NewTable,
    ) -> Result<TableImportState, TableImportError> {
        check_may_import(actor)?;
        let now = self.works.now();
        let id = TableImportId::new(now, &self.works.clock.random_bytes());
        let named = |(id, name): &(UploadId, String)| NamedUploadV1 {
            id: id.to_string(),
            name: name.clone(),
        };
        let key = id.to_string();
        let import = TableImportV1 {
            id: key.clone(),
            by: ByV1::from(actor),
            name: table.name,
            header: table.header,
            archives: table.archives.iter().map(UploadId::to_string).collect(),
            uploads: table.uploads.iter().map(named).collect(),
            total: u32::try_from(table.rows.len()).unwrap_or(u32::MAX),
            phase: Phase::Checking,
            checked: CountsV1::default(),
            imported: CountsV1::default(),
            created_at_ms: now.as_millis(),
            started_at_ms: None,
            finished_at_ms: None,
        };
        let sources = self.sources_of(actor, &import).await?;
        let record = TableImportRecord::V1(import);
        let changes = ChangeSet::by(actor, now).insert_keyed(&record)?;
        let changes = changes.job(forget_job(id, now));
        self.works.catalog.commit(changes).await?;
        let checked = self.check_rows(actor, &key, table.rows, &sources);
        let checked = checked.await?;
        let read = self.works.catalog.keyed::<TableImportRecord>(&key);
        let read = read.await?.ok_or(TableImportError::NotFound)?;
        let finished = read.value.with(|import| {
            import.checked = checked;
            import.phase = Phase::Checked;
        });
        let changes = ChangeSet::by(actor, self.works.now()).replace_keyed(&read, &finished)?;
        self.works.catalog.commit(changes).await?;
        self.state(&finished).await
    }

    async fn check_rows(
        &self,
        actor: &Actor,
        import: &str,
        rows: Vec<ReadRow>,
        sources: &Sources,
    ) -> Result<CountsV1, TableImportError> {
        let mut checker = Checker::new(&self.intake, actor, sources, self.words);
        let mut counts = CountsV1::default();
        let mut changes = ChangeSet::by(actor, self.works.now());
        let mut waiting = 0;
        for (position, row) in (0..).zip(rows) {
            let row = checker.check((import, position), row).await?;
            counts.add(row.outcome);
            changes = changes.insert_keyed(&TableRowRecord::V1(row))?;
            waiting += 1;
            if waiting == PAGE {
                self.works.catalog.commit(changes).await?;
                changes = ChangeSet::by(actor, self.works.now());
                waiting = 0;
            }
        }
        if waiting > 0 {
            self.works.catalog.commit(changes).await?;
        }
        Ok(counts)
    }

    /// Begins to import the rows of a checked table. Sent twice, it begins once.
    ///
    /// # Errors
    /// [`TableImportError::WrongPhase`] unless it is checked, running or done; [`TableImportError::NotFound`].
    pub async fn start(
        &self,
        actor: &Actor,
        id: TableImportId,
    ) -> Result<TableImportState, TableImportError> {
        check_may_import(actor)?;
        let read = self.find(actor, id).await?;
        match read.value.latest().phase {
            Phase::Checked => {}
            Phase::Running | Phase::Done => return self.state(&read.value).await,
            Phase::Checking | Phase::Cancelled => return Err(TableImportError::WrongPhase),
        }
        if read.value.latest().by != ByV1::from(actor) {
            return Err(TableImportError::Forbidden);
        }
        let now = self.works.now();
        let running = read.value.with(|import| {
            import.phase = Phase::Running;
            import.started_at_ms = Some(now.as_millis());
        });
        let changes = ChangeSet::by(actor, now).replace_keyed(&read, &running)?;
        let entry = NewEntry::new(actor, Act::TableImported, id)
            .with("rows", running.latest().total)
            .with("table", &running.latest().name);
        match self.trail.commit(changes.job(job(id, now)), &entry).await {
            Ok(_) => self.state(&running).await,
            Err(CatalogError::RecordConflict { .. }) => {
                let read = self.find(actor, id).await?;
                self.state(&read.value).await
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Cancels an import: rows that have no result yet are not imported.
    ///
    /// # Errors
    /// [`TableImportError::WrongPhase`] when it is done; [`TableImportError::NotFound`].
    pub async fn cancel(
        &self,
        actor: &Actor,
        id: TableImportId,
    ) -> Result<TableImportState, TableImportError> {
        let read = self.find(actor, id).await?;
        match read.value.latest().phase {
            Phase::Checking | Phase::Checked | Phase::Running => {}
            Phase::Cancelled => return self.state(&read.value).await,
            Phase::Done => return Err(TableImportError::WrongPhase),
        }
        let now = self.works.now();
        let cancelled = read.value.with(|import| {
            import.phase = Phase::Cancelled;
            import.finished_at_ms = Some(now.as_millis());
        });
        let changes = ChangeSet::by(actor, now).replace_keyed(&read, &cancelled)?;
        match self.works.catalog.commit(changes).await {
            Ok(_) => self.state(&cancelled).await,
            Err(CatalogError::RecordConflict { .. }) => Err(TableImportError::WrongPhase),
            Err(error) => Err(error.into()),
        }
    }

    /// An import and how far it is, for who checked it and for editors.
    ///
    /// # Errors
    /// [`TableImportError::NotFound`]; those of the catalogue.
    pub async fn read(
        &self,
        actor: &Actor,
        id: TableImportId,
    ) -> Result<TableImportState, TableImportError> {
        let read = self.find(actor, id).await?;
        self.state(&read.value).await
    }

    /// The imports of the actor, the newest first, at most `limit`.
    ///
    /// # Errors
    /// Those of the catalogue.
    pub async fn list(
        &self,
        actor: &Actor,
        limit: usize,
    ) -> Result<Vec<TableImportV1>, TableImportError> {
        let by = ByV1::from(actor);
        let range = KeyRange::prefix("").descending();
        let catalog = &self.works.catalog;
        let all = catalog.all_keyed::<TableImportRecord>(range, LOOKED_THROUGH);
        let own = all
            .await?
            .into_iter()
            .map(|read| read.value.latest().clone());
        Ok(own.filter(|import| import.by == by).take(limit).collect())
    }

    /// Rows after a position with their results, at most `limit`; with an outcome only those.
    ///
    /// # Errors
    /// As [`TableImports::read`].
    pub async fn rows(
        &self,
        actor: &Actor,
        id: TableImportId,
        only: Option<RowOutcome>,
        (after, limit): (Option<u32>, usize),
    ) -> Result<Vec<(TableRowV1, Option<RowResultV1>)>, TableImportError> {
        self.find(actor, id).await?;
        let (text, catalog) = (id.to_string(), &self.works.catalog);
        let mut found = Vec::new();
        let mut after = after.map(|position| row_key(&text, position));
        while found.len() < limit {
            let range = KeyRange::prefix(row_prefix(&text)).after(after.clone());
            let rows = catalog
                .all_keyed::<TableRowRecord>(range.clone(), PAGE)
                .await?;
            let Some(last) = rows.last() else { break };
            let results = catalog.all_keyed::<RowResultRecord>(range, PAGE).await?;
            after = Some(row_key(&text, last.value.latest().position));
            for row in rows {
                let row = row.value.latest().clone();
                let mut results = results.iter().map(|read| read.value.latest());
                let result = results.find(|result| result.position == row.position);
                let outcome = result.map_or(row.outcome, |result| result.outcome);
                if only.is_none_or(|only| only == outcome) && found.len() < limit {
                    found.push((row, result.cloned()));
                }
            }
        }
        Ok(found)
    }

    /// The rows to be mended: those that were refused, and those that a cancelled import did not reach.
    ///
    /// # Errors
    /// As [`TableImports::read`].
    pub async fn rows_to_mend(
        &self,
        actor: &Actor,
        id: TableImportId,
    ) -> Result<(TableImportV1, Vec<(TableRowV1, Vec<ReasonV1>)>), TableImportError> {
        let state = self.read(actor, id).await?;
        let is_cancelled = state.import.phase == Phase::Cancelled;
        let rows = self.rows(actor, id, None, (None, usize::MAX)).await?;
        let mut to_mend = Vec::new();
        for (row, result) in rows {
            let is_left_out = is_cancelled && result.as_ref().is_none_or(|result| !result.is_final);
            let outcome = result.as_ref().map_or(row.outcome, |result| result.outcome);
            if outcome == RowOutcome::Refused
                || (is_left_out && row.outcome != RowOutcome::Unchanged)
            {
                let reasons = result.map_or_else(|| row.reasons.clone(), |result| result.reasons);
                to_mend.push((row, reasons));
            }
        }
        Ok((state.import, to_mend))
    }

    /// What came of the rows of an import so far.
    pub(super) async fn imported(&self, id: &str) -> Result<CountsV1, CatalogError> {
        let range = KeyRange::prefix(row_prefix(id));
        let catalog = &self.works.catalog;
        let results = catalog
            .all_keyed::<RowResultRecord>(range, usize::MAX)
            .await?;
        let mut counts = CountsV1::default();
        for result in &results {
            let result = result.value.latest();
            if result.is_final {
                counts.add(result.outcome);
            }
        }
        Ok(counts)
    }

    /// Who checked an import, with what its post may do now.
    pub(super) fn actor(&self, by: &ByV1) -> Result<Actor, CatalogError> {
        by.actor(&self.works.vocabularies, self.works.now())
    }

    /// The files that rows of an import can name.
    pub(super) async fn sources_of(
        &self,
        actor: &Actor,
        import: &TableImportV1,
    ) -> Result<Sources, TableImportError> {
        let upload = |id: &str| id.parse().map_err(|_| UploadsError::NotFound);
        let mut archives = Vec::new();
        for id in &import.archives {
            archives.push(self.uploads.finished(actor, upload(id)?).await?);
        }
        let mut uploads = Vec::new();
        for named in &import.uploads {
            let finished = self.uploads.finished(actor, upload(&named.id)?).await?;
            uploads.push((finished, named.name.clone()));
        }
        let (files, limit) = (self.uploads.files(), self.uploads.limits().bytes);
        let open = move || Sources::open(&archives, uploads, files, limit);
        Ok(blocking(open).await?)
    }

    /// Ends the uploads of an import of which every row was imported. What cannot be ended now expires.
    pub(super) async fn end_uploads(&self, import: &TableImportV1) {
        let Ok(actor) = self.actor(&import.by) else {
            return;
        };
        let named = import.uploads.iter().map(|named| &named.id);
        for id in import.archives.iter().chain(named) {
            if let Ok(id) = id.parse()
                && let Err(error) = self.uploads.terminate(&actor, id).await
            {
                tracing::info!(upload = %id, %error, "an upload of a finished import stays until it expires");
            }
        }
    }

    async fn find(
        &self,
        actor: &Actor,
        id: TableImportId,
    ) -> Result<Versioned<TableImportRecord>, TableImportError> {
        let key = id.to_string();
        let read = self.works.catalog.keyed::<TableImportRecord>(&key);
        let read = read.await?.ok_or(TableImportError::NotFound)?;
        let is_own = read.value.latest().by == ByV1::from(actor);
        if is_own || actor.may(Permission::Curate) {
            Ok(read)
        } else {
            Err(TableImportError::NotFound)
        }
    }

    async fn state(
        &self,
        record: &TableImportRecord,
    ) -> Result<TableImportState, TableImportError> {
        let import = record.latest().clone();
        let imported = match import.phase {
            Phase::Checking | Phase::Checked => CountsV1::default(),
            Phase::Done => import.imported,
            Phase::Running | Phase::Cancelled => self.imported(&import.id).await?,
        };
        Ok(TableImportState { import, imported })
    }
}

/// The job that imports knows the role of the actor, not what its token was narrowed to.
fn check_may_import(actor: &Actor) -> Result<(), TableImportError> {
    let is_narrowed = match actor {
        Actor::Holder {
            narrowed_to: Some(kept),
            ..
        } => !kept.contains(Operation::Edit.permission()),
        _ => false,
    };
    if actor.may(Permission::Deposit) && !is_narrowed {
        Ok(())
    } else {
        Err(TableImportError::Forbidden)
    }
}
