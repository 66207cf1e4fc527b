//! The jobs that import the rows of a table, and forget it.

use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::join_all;

use super::check;
use super::error::{FileRefusal, TableImportError};
use super::queue::{FORGET, Payload, RETENTION_SECONDS, RUN};
use super::record::{
    Phase, ReasonV1, RequestV1, RowOutcome, RowResultRecord, RowResultV1, TableImportRecord,
    TableRowRecord, row_key, row_prefix,
};
use super::service::TableImports;
use super::sources::Sources;
use crate::clock::Clock;
use crate::domain::access::Actor;
use crate::domain::asset::{AssetId, File};
use crate::services::intake::{ImportedAs, RowPlan, RowRequest};
use crate::services::jobs::{Handler, JobFailure, Policy, WorkerPool, payload};
use crate::services::works::{ChangeError, FindError};
use crate::storage::catalog::typed_records::ReadKeyed as _;
use crate::storage::catalog::{
    CatalogError, ChangeSet, Job, KeyRange, Keyed as _, RecordKey, Versioned,
};

/// Rows that are imported at the same time. Their commits share writes to the disk.
const AT_ONCE: usize = 16;

/// Attempts to commit a row that conflicts with other changes.
const MAX_ATTEMPTS: usize = 3;

/// Imports the rows of tables.
pub struct RunTableImport {
    imports: TableImports,
}

/// One run of an import.
struct Run<'a> {
    imports: &'a TableImports,
    actor: Actor,
    sources: Sources,
}

impl RunTableImport {
    /// Runs those of this service.
    pub fn new(imports: TableImports) -> Self {
        Self { imports }
    }

    /// Imports every row that has no final result. Gives false when the import was cancelled meanwhile.
    async fn run_all(
        &self,
        id: &str,
        record: &TableImportRecord,
    ) -> Result<bool, TableImportError> {
        let import = record.latest();
        let imports = &self.imports;
        let actor = imports.actor(&import.by)?;
        let sources = imports.sources_of(&actor, import).await?;
        let run = Run {
            imports,
            actor,
            sources,
        };
        let catalog = &imports.works.catalog;
        let mut after = None;
        loop {
            let range = KeyRange::prefix(row_prefix(id)).after(after);
            let page = catalog.all_keyed::<TableRowRecord>(range, AT_ONCE).await?;
            let Some(last) = page.last() else {
                return Ok(true);
            };
            after = Some(row_key(id, last.value.latest().position));
            let present = catalog.keyed::<TableImportRecord>(id).await?;
            if present.is_none_or(|import| import.value.latest().phase != Phase::Running) {
                return Ok(false);
            }
            let rows = page.iter().map(|row| run.row(&row.value));
            let done = join_all(rows).await;
            done.into_iter().collect::<Result<(), _>>()?;
        }
    }
}

impl Run<'_> {
    /// Imports one row and records what came of it. A row with a final result is left alone.
    async fn row(&self, row: &TableRowRecord) -> Result<(), TableImportError> {
        let row = row.latest();
        let key = row_key(&row.import, row.position);
        let catalog = &self.imports.works.catalog;
        for _ in 0..MAX_ATTEMPTS {
            let before = catalog.keyed::<RowResultRecord>(&key).await?;
            if before
                .as_ref()
                .is_some_and(|result| result.value.latest().is_final)
            {
                return Ok(());
            }
            let refused = |reasons| RowResultV1 {
                import: row.import.clone(),
                position: row.position,
                outcome: RowOutcome::Refused,
                asset: made_before(before.as_ref()).map(|made| made.to_string()),
                is_final: true,
                reasons,
            };
            let result = match &row.request {
                // The check refused it; whatever was missing then is missing in this import.
                Some(request) if row.outcome != RowOutcome::Refused => {
                    let begin = refused(Vec::new());
                    match self.import(request, begin, before.as_ref()).await {
                        Ok(()) => return Ok(()),
                        Err(Stop::Again) => continue,
                        Err(Stop::Failed(error)) => return Err(error),
                        Err(Stop::Refused(reasons)) => refused(reasons),
                    }
                }
                _ => refused(row.reasons.clone()),
            };
            let changes = ChangeSet::by(&self.actor, self.imports.works.now());
            let changes = with_result(changes, before.as_ref(), result)?;
            return match catalog.commit(changes).await {
                // Another attempt of the job has it.
                Ok(_) | Err(CatalogError::RecordConflict { .. }) => Ok(()),
                Err(error) => Err(error.into()),
            };
        }
        // Somebody changes the work all the time: the job comes back to it.
        let key = RecordKey {
            table: RowResultRecord::TABLE.to_owned(),
            key,
        };
        let current = None;
        Err(CatalogError::RecordConflict { key, current }.into())
    }

    /// Stores the files, then commits the steps of the row, each with the record of how far it is.
    async fn import(
        &self,
        request: &RequestV1,
        begin: RowResultV1,
        before: Option<&Versioned<RowResultRecord>>,
    ) -> Result<(), Stop> {
        let mut row = check::request_of(request)?;
        // An interrupted row goes on with the work that it made.
        let made = made_before(before);
        row.id = made.or(row.id);
        let files = self.store_files(request).await?;
        let plan = self.plan(&row, &files).await?;
        let outcome = match (before, plan.outcome().outcome) {
            // What was done before the interruption.
            (Some(before), _) => before.value.latest().outcome,
            (None, ImportedAs::Created) => RowOutcome::Created,
            (None, ImportedAs::Updated) => RowOutcome::Changed,
            (None, ImportedAs::Unchanged) => RowOutcome::Unchanged,
        };
        let result = |is_final| RowResultV1 {
            outcome,
            asset: Some(plan.outcome().id.to_string()),
            is_final,
            ..begin.clone()
        };
        let mut before = before.cloned();
        for step in 0..plan.steps() {
            let recorded = result(step + 1 == plan.steps());
            let complete = |changes| with_result(changes, before.as_ref(), recorded.clone());
            let intake = &self.imports.intake;
            let committed = intake.commit_row_step(&self.actor, &plan, step, complete);
            committed.await.map_err(Stop::of_commit)?;
            let key = row_key(&recorded.import, recorded.position);
            let catalog = &self.imports.works.catalog;
            before = catalog.keyed::<RowResultRecord>(&key).await?;
        }
        if plan.steps() == 0 {
            let changes = ChangeSet::by(&self.actor, self.imports.works.now());
            let changes = with_result(changes, before.as_ref(), result(true))?;
            let committed = self.imports.works.catalog.commit(changes).await;
            committed.map_err(Stop::of_commit)?;
        }
        Ok(())
    }

    async fn plan(&self, row: &RowRequest, files: &[File]) -> Result<RowPlan, Stop> {
        let planned = self.imports.intake.plan_row(&self.actor, row, files).await;
        planned.map_err(|error| self.stop(error))
    }

    async fn store_files(&self, request: &RequestV1) -> Result<Vec<File>, Stop> {
        let mut files: Vec<File> = Vec::with_capacity(request.files.len());
        for file in &request.files {
            let details = check::details_of(file)?;
            let staged = match self.sources.stage(&file.path).await? {
                Ok(staged) => staged,
                Err(refusal) => return Err(self.refused_file(&file.path, refusal)),
            };
            let stored = self.imports.intake.store_row_file(staged, details).await;
            let stored = stored.map_err(|error| self.stop(error))?;
            if !files.iter().any(|other| other.sha256 == stored.sha256) {
                files.push(stored);
            }
        }
        Ok(files)
    }

    fn refused_file(&self, path: &str, refusal: FileRefusal) -> Stop {
        Stop::Refused(vec![(self.imports.words.file)(path, refusal)])
    }

    /// A refusal is a result of the row; a failure of the archive is none.
    fn stop(&self, error: ChangeError) -> Stop {
        match error {
            ChangeError::Catalog(CatalogError::Exceeds(over)) => {
                let error = ChangeError::Catalog(CatalogError::Exceeds(over));
                Stop::Refused((self.imports.words.change)(error))
            }
            ChangeError::Catalog(failure) | ChangeError::Find(FindError::Catalog(failure)) => {
                Stop::Failed(failure.into())
            }
            ChangeError::Blobs(failure) => Stop::Failed(failure.into()),
            refusal => Stop::Refused((self.imports.words.change)(refusal)),
        }
    }
}

/// Why a row was not imported.
enum Stop {
    /// Something changed meanwhile.
    Again,
    /// For these reasons it cannot be.
    Refused(Vec<ReasonV1>),
    /// The archive failed.
    Failed(TableImportError),
}

impl Stop {
    fn of_commit(error: CatalogError) -> Self {
        match error {
            CatalogError::Conflict { .. }
            | CatalogError::IdentifierTaken { .. }
            | CatalogError::RecordConflict { .. } => Self::Again,
            failure => Self::Failed(failure.into()),
        }
    }
}

impl<E: Into<TableImportError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// The work that an interrupted attempt made or changed.
fn made_before(before: Option<&Versioned<RowResultRecord>>) -> Option<AssetId> {
    let asset = before?.value.latest().asset.as_deref()?;
    asset.parse().ok()
}

fn with_result(
    changes: ChangeSet,
    before: Option<&Versioned<RowResultRecord>>,
    result: RowResultV1,
) -> Result<ChangeSet, CatalogError> {
    let result = RowResultRecord::V1(result);
    match before {
        Some(before) => changes.replace_keyed(before, &result),
        None => changes.insert_keyed(&result),
    }
}

#[async_trait]
impl Handler for RunTableImport {
    fn kind(&self) -> &str {
        RUN
    }

    /// Results are committed row by row, so another attempt goes on where this one ended.
    fn policy(&self) -> Policy {
        Policy {
            timeout: Duration::from_secs(12 * 60 * 60),
            concurrency: 2,
            pool: WorkerPool::Long,
            max_attempts: u32::MAX,
            ..Policy::default()
        }
    }

    async fn run(&self, job: &Job, clock: &Clock) -> Result<ChangeSet, JobFailure> {
        let Payload { import: id } = payload::parse(job)?;
        let text = id.to_string();
        let catalog = &self.imports.works.catalog;
        let read = catalog.keyed::<TableImportRecord>(&text).await;
        let nothing = || ChangeSet::by(&Actor::System, clock.now());
        let Some(record) = read.map_err(JobFailure::retry)? else {
            return Ok(nothing());
        };
        if record.value.latest().phase != Phase::Running {
            return Ok(nothing());
        }
        let ran = self.run_all(&text, &record.value).await;
        if !ran.map_err(JobFailure::retry)? {
            return Ok(nothing());
        }
        let imported = self.imports.imported(&text).await;
        let imported = imported.map_err(JobFailure::retry)?;
        let now = clock.now();
        if imported.refused == 0 {
            self.imports.end_uploads(record.value.latest()).await;
        }
        let finished = record.value.with(|import| {
            import.phase = Phase::Done;
            import.imported = imported;
            import.finished_at_ms = Some(now.as_millis());
        });
        let changes = nothing().replace_keyed(&record, &finished);
        changes.map_err(JobFailure::retry)
    }
}

/// Forgets imports a month after their check.
pub struct ForgetTableImport {
    imports: TableImports,
}

impl ForgetTableImport {
    /// Forgets those of this service.
    pub fn new(imports: TableImports) -> Self {
        Self { imports }
    }
}

#[async_trait]
impl Handler for ForgetTableImport {
    fn kind(&self) -> &str {
        FORGET
    }

    fn longest_wait(&self) -> Option<Duration> {
        Some(Duration::from_secs(RETENTION_SECONDS.unsigned_abs()))
    }

    async fn run(&self, job: &Job, clock: &Clock) -> Result<ChangeSet, JobFailure> {
        let Payload { import: id } = payload::parse(job)?;
        let (id, catalog) = (id.to_string(), &self.imports.works.catalog);
        let range = || KeyRange::prefix(row_prefix(&id));
        let rows = catalog
            .all_keyed::<TableRowRecord>(range(), usize::MAX)
            .await;
        let results = catalog.all_keyed::<RowResultRecord>(range(), usize::MAX);
        let results = results.await.map_err(JobFailure::retry)?;
        let record = catalog.keyed::<TableImportRecord>(&id).await;
        let changes = ChangeSet::by(&Actor::System, clock.now());
        let changes = rows
            .map_err(JobFailure::retry)?
            .iter()
            .fold(changes, ChangeSet::delete_keyed);
        let changes = results.iter().fold(changes, ChangeSet::delete_keyed);
        Ok(match record.map_err(JobFailure::retry)? {
            Some(record) => changes.delete_keyed(&record),
            None => changes,
        })
    }
}
