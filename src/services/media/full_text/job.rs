//! The job that reads the text of a document.
//!
//! A document without text is no failure of the job: the reason is recorded and shown with the file. While a program is
//! missing nothing is recorded, and the file says for what it waits; the job that finds missing texts finds it again.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::error::TextError;
use super::formats::{Format, format, may_have_text};
use super::package::Package;
use super::{epub, open_document, pdf, plain, presentation, rtf, spreadsheet, word};
use crate::clock::Clock;
use crate::domain::Timestamp;
use crate::domain::access::Actor;
use crate::domain::asset::{AssetId, File, ProcessingFailure};
use crate::services::jobs::{Handler, JobFailure, Policy};
use crate::services::media::file_job::RenditionStore;
use crate::services::media::file_job::{self, JobFile, contain};
use crate::services::media::recipe;
use crate::services::media::recognition;
use crate::services::media::stop_sign::StopSign;
use crate::services::media::text::builder::PAGE_BREAK;
use crate::services::programs::Programs;
use crate::storage::blocking;
use crate::storage::catalog::{BlobKey, ChangeSet, Job, NewJob, ProcessingResult, Works, Write};
use crate::telemetry::error_chain;

/// The kind of job.
const KIND: &str = "read-text";

/// The media type of what is read.
const TEXT: &str = "text/plain";

/// A document whose reading takes longer is too large. Less than the time that the job has.
const READING_TIME: Duration = Duration::from_secs(5 * 60);

/// A file with fewer letters on average is a scan.
const LEAST_LETTERS_OF_A_PAGE: usize = 10;

/// The job to enqueue when a document is attached to a work.
pub fn job(asset: AssetId, blob: BlobKey, now: Timestamp) -> NewJob {
    file_job::new(KIND, asset, blob, None, now)
}

/// Reads the texts of documents.
pub struct ReadTexts {
    works: Arc<dyn Works>,
    store: RenditionStore,
    programs: Programs,
}

impl ReadTexts {
    /// Reads from and writes to this store.
    pub fn new(works: Arc<dyn Works>, store: RenditionStore, programs: Programs) -> Self {
        Self {
            works,
            store,
            programs,
        }
    }

    /// The text of a file, and the recipe by which it was read.
    async fn read(
        &self,
        file: &File,
        path: PathBuf,
        format: Format,
    ) -> Result<(String, String), TextError> {
        if format == Format::Pdf {
            let (text, version) = pdf::read(&self.programs, &path).await?;
            let maker = format!("pdftotext-{version}");
            return Ok((text, recipe::text(Some(&maker))));
        }
        let charset = file.charset().map(str::to_owned);
        let sign = StopSign::default();
        let _stop = sign.when_dropped();
        let read = move || {
            let read = || read_here(&path, format, charset.as_deref(), &sign);
            contain(read, damaged)
        };
        let text = tokio::time::timeout(READING_TIME, blocking(read)).await;
        let text = text.unwrap_or_else(|_| Err(ProcessingFailure::TooLarge.into()));
        Ok((text?, recipe::text(None)))
    }
}

/// Reads a document without a program, until `sign` says to stop. Blocks.
pub(super) fn read_here(
    path: &Path,
    format: Format,
    charset: Option<&str>,
    sign: &StopSign,
) -> Result<String, TextError> {
    let package = || Package::open(path, sign);
    match format {
        Format::Plain => plain::read(path, charset),
        Format::Html => plain::read_html(path, charset),
        Format::Rtf => rtf::read(path),
        Format::Word => word::read(package()?),
        Format::Presentation => presentation::read(package()?),
        Format::OpenDocument => open_document::read(package()?),
        Format::Epub => epub::read(package()?),
        Format::Spreadsheet => spreadsheet::read(package()?),
        Format::Pdf => Err(ProcessingFailure::Unsupported.into()),
    }
}

/// Whether the pages of a file are images: there are fewer letters than pages have numbers.
fn is_empty(text: &str) -> bool {
    let pages = text.matches(PAGE_BREAK).count();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    letters < LEAST_LETTERS_OF_A_PAGE * pages.max(1)
}

fn damaged() -> TextError {
    ProcessingFailure::Damaged.into()
}

/// Records that the words of a scan are awaited, and enqueues the job that recognises them.
fn with_recognition(changes: ChangeSet, asset: AssetId, of: BlobKey) -> ChangeSet {
    let job = recognition::job(asset, of, changes.at);
    let awaited = file_job::attempted(of, &recipe::text(None), ProcessingResult::Awaited);
    changes.write(awaited).job(job)
}

#[async_trait]
impl Handler for ReadTexts {
    fn kind(&self) -> &str {
        KIND
    }

    fn policy(&self) -> Policy {
        Policy {
            timeout: Duration::from_secs(10 * 60),
            max_attempts: 5,
            ..Policy::default()
        }
    }

    async fn run(&self, job: &Job, clock: &Clock) -> Result<ChangeSet, JobFailure> {
        let changes = ChangeSet::by(&Actor::System, clock.now());
        let Some(JobFile { asset, file, .. }) = file_job::file(&*self.works, job).await? else {
            return Ok(changes);
        };
        let Some(format) = format(&file) else {
            return Ok(if may_have_text(&file) {
                with_recognition(changes, asset, file.sha256)
            } else {
                changes
            });
        };
        let path = self.store.path(file.sha256)?;
        match self.read(&file, path, format).await {
            Ok((text, _)) if format == Format::Pdf && is_empty(&text) => {
                Ok(with_recognition(changes, asset, file.sha256))
            }
            Ok((text, recipe)) => {
                let stored = self
                    .store
                    .put(file.sha256, (recipe, TEXT), text.into_bytes());
                let rendition = stored.await?;
                Ok(changes.write(Write::Rendition(rendition, asset)))
            }
            Err(TextError::File(failure)) => {
                let blob = file.sha256;
                tracing::info!(%blob, reason = failure.name(), "the text of a file cannot be read");
                let result = ProcessingResult::Failed(failure);
                Ok(changes.write(file_job::attempted(blob, &recipe::text(None), result)))
            }
            Err(TextError::Program(error)) if error.needs_installation() => {
                let error = error_chain(&error);
                tracing::warn!(blob = %file.sha256, error, "a document waits for a program");
                Ok(changes)
            }
            Err(error) => Err(JobFailure::retry(error)),
        }
    }
}
