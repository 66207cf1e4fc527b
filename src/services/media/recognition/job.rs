//! The job that recognises the text of a scan.
//!
//! While a program is missing nothing is made, and the file says for what it waits; the job that finds missing texts finds
//! it again.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::Serialize;

use super::grey_page::GreyPage;
use super::layout::PageLayout;
use super::page_images;
use super::reading::read_page;
use crate::clock::Clock;
use crate::domain::Timestamp;
use crate::domain::access::Actor;
use crate::domain::asset::{AssetId, File, ProcessingFailure};
use crate::services::jobs::{Handler, JobFailure, Policy, WorkerPool};
use crate::services::media::file_job::RenditionStore;
use crate::services::media::file_job::{self, JobFile, contain};
use crate::services::media::originals;
use crate::services::media::recipe;
use crate::services::media::render::{Limits, RenderError};
use crate::services::media::text::builder::TextBuilder;
use crate::services::programs::{Program, ProgramError, Programs, RECOGNISED_LANGUAGE, Version};
use crate::storage::blocking;
use crate::storage::catalog::{
    BlobKey, ChangeSet, Job, NewJob, ProcessingResult, Rendition, Works, Write,
};
use crate::telemetry::error_chain;

/// The kind of job.
const KIND: &str = "recognise-text";

/// How much of a scan is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScanLimits {
    /// For all pages together; a scan that takes longer is too large. Less than the time that the job has.
    pub time: Duration,
    /// Pages that are read of a file; what follows is left out, and the layout says so.
    pub pages: usize,
}

/// Three hours: 1,000 pages that are read well.
impl Default for ScanLimits {
    fn default() -> Self {
        Self {
            time: Duration::from_secs(3 * 60 * 60),
            pages: 1000,
        }
    }
}

/// After so many pages in a row that cannot be read the rest is not tried.
const MAX_FAILURES_IN_A_ROW: usize = 10;

/// The job to enqueue for a scan.
pub fn job(asset: AssetId, blob: BlobKey, now: Timestamp) -> NewJob {
    file_job::new(KIND, asset, blob, None, now)
}

/// Recognises the texts of scans.
pub struct RecogniseTexts {
    works: Arc<dyn Works>,
    store: RenditionStore,
    programs: Programs,
    limits: Limits,
    scan_limits: ScanLimits,
}

/// What was read of all pages.
#[derive(Debug)]
struct Scan {
    text: TextBuilder,
    layout: Layout,
    /// That of Tesseract.
    version: Version,
    /// Tesseract read a page, whatever is on it.
    has_read_page: bool,
}

impl Scan {
    /// Nothing yet, by this version of Tesseract.
    fn by(version: Version) -> Self {
        Self {
            text: TextBuilder::default(),
            layout: Layout::default(),
            version,
            has_read_page: false,
        }
    }
}

/// The places of words, as they are stored.
#[derive(Debug, Default, Serialize)]
struct Layout {
    /// One for each page; none for pages on which nothing could be read.
    pages: Vec<Option<PageLayout>>,
    /// There are further pages, which were not read.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    has_further_pages: bool,
}

/// Why a scan has no text.
#[derive(Debug, thiserror::Error)]
enum ScanError {
    #[error("the image cannot be read")]
    Image(#[from] RenderError),
    #[error("a program failed")]
    Program(#[from] ProgramError),
    #[error("its pages take too long")]
    TooLong,
    #[error("the file cannot be read now")]
    Job(#[from] JobFailure),
}

impl RecogniseTexts {
    /// Reads from and writes to this store, images within these limits.
    pub fn new(
        works: Arc<dyn Works>,
        store: RenditionStore,
        programs: Programs,
        limits: Limits,
    ) -> Self {
        Self {
            works,
            store,
            programs,
            limits,
            scan_limits: ScanLimits::default(),
        }
    }

    /// The same within other limits of a scan.
    #[must_use]
    pub fn within(self, scan_limits: ScanLimits) -> Self {
        Self {
            scan_limits,
            ..self
        }
    }

    async fn scan_in_time(&self, file: &File) -> Result<Scan, ScanError> {
        let scan = tokio::time::timeout(self.scan_limits.time, self.scan(file)).await;
        scan.unwrap_or(Err(ScanError::TooLong))
    }

    async fn scan(&self, file: &File) -> Result<Scan, ScanError> {
        // Before anything is decoded or drawn in vain.
        let version = self.programs.version(Program::Tesseract).await?;
        let mut scan = Scan::by(version);
        if file.media_type.starts_with("image/") {
            let page = self.image(file).await?;
            self.add_page(&mut scan, page).await?;
            return Ok(scan);
        }
        self.programs.version(Program::Pdftoppm).await?;
        let path = self.store.path(file.sha256)?;
        self.add_pages(&mut scan, &path).await?;
        Ok(scan)
    }

    /// A page that cannot be read is left out; the failure of all is that of the first.
    async fn add_pages(&self, scan: &mut Scan, path: &Path) -> Result<(), ScanError> {
        let mut first_failure = None;
        let mut failures_in_a_row = 0;
        for number in 1.. {
            if failures_in_a_row == MAX_FAILURES_IN_A_ROW {
                scan.layout.has_further_pages = true;
                break;
            }
            let page = match page_images::of_pdf(&self.programs, path, number).await {
                Ok(None) => break,
                _ if number > self.scan_limits.pages => {
                    scan.layout.has_further_pages = true;
                    break;
                }
                Ok(Some(page)) => self.add_page(scan, page).await,
                Err(error) => Err(error.into()),
            };
            match page {
                Ok(()) => failures_in_a_row = 0,
                Err(ScanError::Program(error)) if error.is_caused_by_input() => {
                    tracing::info!(
                        page = number,
                        error = error_chain(&error),
                        "a page of a scan was left out"
                    );
                    scan.layout.pages.push(None);
                    failures_in_a_row += 1;
                    first_failure.get_or_insert(error);
                }
                Err(error) => return Err(error),
            }
            scan.text.end_page();
        }
        match first_failure {
            Some(failure) if !scan.has_read_page => Err(failure.into()),
            _ => Ok(()),
        }
    }

    async fn add_page(&self, scan: &mut Scan, page: GreyPage) -> Result<(), ScanError> {
        let (read, version) = read_page(&self.programs, page).await?;
        if let Some(page) = &read {
            scan.text.push_lines(&page.text());
        }
        scan.layout.pages.push(read);
        scan.version = version;
        scan.has_read_page = true;
        Ok(())
    }

    async fn image(&self, file: &File) -> Result<GreyPage, ScanError> {
        let bytes = originals::read(&*self.store.blobs, file.sha256, self.limits.file).await?;
        let bytes = bytes.ok_or(RenderError::TooLarge)?;
        let (media_type, limits) = (file.media_type.clone(), self.limits);
        let decode = move || {
            let page = || page_images::of_image(&bytes, &media_type, limits);
            contain(page, RenderError::panicked)
        };
        Ok(blocking(decode).await?)
    }

    async fn renditions(&self, of: BlobKey, scan: Scan) -> Result<[Rendition; 2], JobFailure> {
        let program = format!("tesseract-{}-{RECOGNISED_LANGUAGE}", scan.version);
        let text = (recipe::text(Some(&program)), "text/plain");
        let bytes = scan.text.finish().into_bytes();
        let text = self.store.put(of, text, bytes).await?;
        let layout = serde_json::to_vec(&scan.layout).map_err(JobFailure::give_up)?;
        let recipe = (recipe::text_layout(&program), "application/json");
        Ok([text, self.store.put(of, recipe, layout).await?])
    }
}

/// Why the text of a file cannot be read, if it is because of the file.
fn failure(error: &ScanError) -> Option<ProcessingFailure> {
    match error {
        ScanError::Image(error) => error.failure(),
        ScanError::Program(error) => error.file_failure(),
        ScanError::TooLong => Some(ProcessingFailure::TooLarge),
        ScanError::Job(_) => None,
    }
}

#[async_trait]
impl Handler for RecogniseTexts {
    fn kind(&self) -> &str {
        KIND
    }

    /// One at a time: it takes a processor for minutes, and documents can wait.
    fn policy(&self) -> Policy {
        Policy {
            timeout: Duration::from_secs(4 * 60 * 60),
            pool: WorkerPool::Long,
            max_attempts: 5,
            ..Policy::default()
        }
    }

    async fn run(&self, job: &Job, clock: &Clock) -> Result<ChangeSet, JobFailure> {
        let changes = ChangeSet::by(&Actor::System, clock.now());
        let Some(JobFile { asset, file, .. }) = file_job::file(&*self.works, job).await? else {
            return Ok(changes);
        };
        // What is redacted must not be read.
        if file.redaction().is_some() {
            return Ok(changes);
        }
        match self.scan_in_time(&file).await {
            Ok(scan) => {
                if scan.layout.has_further_pages {
                    let pages = scan.layout.pages.len();
                    tracing::info!(blob = %file.sha256, pages, "further pages of a scan were not read");
                }
                let renditions = self.renditions(file.sha256, scan).await?;
                let add = |changes: ChangeSet, one| changes.write(Write::Rendition(one, asset));
                Ok(renditions.into_iter().fold(changes, add))
            }
            Err(ScanError::Job(failure)) => Err(failure),
            Err(ScanError::Program(error)) if error.needs_installation() => {
                let error = error_chain(&error);
                tracing::warn!(blob = %file.sha256, error, "a scan waits for a program");
                Ok(changes)
            }
            Err(error) => {
                let Some(failure) = failure(&error) else {
                    return Err(JobFailure::retry(error));
                };
                tracing::info!(blob = %file.sha256, reason = failure.name(), "the text of a scan cannot be read");
                let result = ProcessingResult::Failed(failure);
                let failed = file_job::attempted(file.sha256, &recipe::text(None), result);
                Ok(changes.write(failed))
            }
        }
    }
}
