//! The composition root: the only place that names concrete back ends.
//!
//! [`Archive::start`] opens a data folder and puts services on top of it; interfaces are handed
//! the archive and never see what it is made of. [`maintenance`] is for folders nobody has open.

mod background;
pub mod maintenance;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use background::Workshop;
use tokio::sync::Mutex;

use crate::clock::Clock;
use crate::config::Config;
use crate::domain::vocabulary::Vocabularies;
use crate::services::accounts::Accounts;
use crate::services::curation::Curation;
use crate::services::delivery::Delivery;
use crate::services::intake::{AcceptedTypes, Desk, Intake};
use crate::services::jobs::{Jobs, RunnerHandle};
use crate::services::search::{Search, SearchError, SearchSettings, WriterSettings};
use crate::services::sharing::{Feeds, SavedSearches, Sharing};
use crate::storage::backup;
use crate::storage::blobs::{BlobError, BlobStore, LocalBlobs, Staging};
use crate::storage::blocking;
use crate::storage::catalog::embedded::{EmbeddedCatalog, Options};
use crate::storage::catalog::{Catalog, CatalogError, Counts, Health, LogId};
use crate::storage::vocabulary::{self, FaultyVocabularies};
use crate::telemetry::Metrics;

/// An open archive. Clones share it.
#[derive(Clone)]
pub struct Archive {
    /// The settings it was opened with.
    pub config: Arc<Config>,
    /// Its clock.
    pub clock: Clock,
    /// What it measures.
    pub metrics: Arc<Metrics>,
    /// The vocabularies.
    pub vocabularies: Arc<Vocabularies>,
    /// Tokens.
    pub accounts: Arc<Accounts>,
    /// Taking in.
    pub intake: Intake,
    /// Changing.
    pub curation: Curation,
    /// Reading, listing, the log.
    pub sharing: Sharing,
    /// Handing out files.
    pub delivery: Delivery,
    /// Finding.
    pub search: Arc<Search>,
    /// Feeds of searches.
    pub feeds: Feeds,
    /// Searches under a name.
    pub saved_searches: SavedSearches,
    /// Looking into background work.
    pub jobs: Jobs,
    /// Where uploads arrive.
    pub staging: Staging,
    catalog: Arc<EmbeddedCatalog>,
    runner: Arc<Mutex<Option<RunnerHandle>>>,
}

/// Why a data folder could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it open.
    #[error("the data folder is in use by another process")]
    InUse,
    /// A restore into the folder was begun and not finished.
    #[error("a restore into this folder was not finished: repeat `khochung restore`")]
    Unrestored,
    /// The vocabularies are wrong.
    #[error("the vocabularies are faulty")]
    Vocabularies(#[source] FaultyVocabularies),
    /// The catalogue.
    #[error("the catalogue cannot be opened")]
    Catalog(#[source] CatalogError),
    /// The blob store.
    #[error("the blob store cannot be opened")]
    Blobs(#[source] BlobError),
    /// The search index.
    #[error("the search index cannot be opened")]
    Search(#[source] SearchError),
    /// The folder itself.
    #[error("the data folder cannot be made or read")]
    Folder(#[source] io::Error),
}

/// How the archive is doing.
#[derive(Debug, Clone)]
pub struct Vitals {
    /// What the catalogue holds.
    pub counts: Counts,
    /// The identity of the event log.
    pub log: LogId,
    /// Whether the catalogue takes changes, and what is damaged in it.
    pub catalog: Health,
    /// Events the search index has yet to read.
    pub index_lag_events: u64,
    /// Whether the search index answers.
    pub index_works: bool,
    /// Free bytes on the volume of the data folder.
    pub disk_free_bytes: u64,
}

impl Archive {
    /// Opens the data folder, which is made if it is missing, and starts what works in the
    /// background.
    ///
    /// # Errors
    /// [`OpenError`]; nothing is running then.
    pub async fn start(config: Config) -> Result<Self, OpenError> {
        let storage = blocking(move || Storage::open(config)).await?;
        let search = storage.search().await?;
        let archive = Self::compose(&storage, search);
        let workshop = Workshop {
            catalog: storage.catalog(),
            blobs: storage.blobs,
            staging: archive.staging.clone(),
            curation: archive.curation.clone(),
            clock: archive.clock.clone(),
        };
        let runner = workshop.open(&archive.config).await;
        *archive.runner.lock().await = Some(runner.map_err(OpenError::Catalog)?);
        Ok(archive)
    }

    fn compose(storage: &Storage, search: Search) -> Self {
        let catalog = || storage.catalog();
        let blobs = || storage.blobs();
        let vocabularies = || Arc::clone(&storage.vocabularies);
        let clock = || storage.clock.clone();
        let desk = Desk::new(catalog(), vocabularies(), clock());
        let search = Arc::new(search);
        let delivery = Delivery::new(catalog(), blobs(), clock());
        let feeds = Feeds::new(
            Arc::clone(&search),
            delivery.clone(),
            catalog(),
            vocabularies(),
            clock(),
        );
        let accepted = AcceptedTypes::new(storage.config.intake.allowed_types.clone());
        Self {
            config: Arc::clone(&storage.config),
            clock: clock(),
            metrics: Arc::new(Metrics::new()),
            vocabularies: vocabularies(),
            accounts: Arc::new(Accounts::new(catalog(), vocabularies(), clock())),
            intake: Intake::new(desk.clone(), blobs(), accepted),
            curation: Curation::new(desk.clone()),
            sharing: Sharing::new(desk, catalog(), clock()),
            delivery,
            search,
            feeds,
            saved_searches: SavedSearches::new(catalog(), clock()),
            jobs: Jobs::new(catalog(), clock()),
            staging: storage.staging.clone(),
            catalog: Arc::clone(&storage.catalog),
            runner: Arc::default(),
        }
    }

    /// How it is doing.
    ///
    /// # Errors
    /// The catalogue does not answer.
    pub async fn vitals(&self) -> Result<Vitals, CatalogError> {
        let counts = self.catalog.counts().await?;
        let index = self.search.status();
        let data = self.config.storage.data_dir.clone();
        Ok(Vitals {
            counts,
            log: self.catalog.log_id(),
            catalog: self.catalog.health(),
            index_lag_events: index.lag,
            index_works: index.rebuilding.is_none(),
            disk_free_bytes: blocking(move || free_bytes(&data)).await,
        })
    }

    /// Finishes what runs in the background and closes the data folder.
    pub async fn close(&self) {
        let runner = self.runner.lock().await.take();
        if let Some(runner) = runner {
            runner.stop().await;
        }
        self.search.close().await;
        self.catalog.close().await;
    }
}

/// The opened back ends, from which everything else is put together.
struct Storage {
    config: Arc<Config>,
    clock: Clock,
    vocabularies: Arc<Vocabularies>,
    catalog: Arc<EmbeddedCatalog>,
    blobs: LocalBlobs,
    staging: Staging,
}

impl Storage {
    /// The catalogue holds the lock of the whole folder, so it is opened before the rest.
    fn open(config: Config) -> Result<Self, OpenError> {
        let data = &config.storage.data_dir;
        if backup::is_unfinished(data) {
            return Err(OpenError::Unrestored);
        }
        std::fs::create_dir_all(data).map_err(OpenError::Folder)?;
        let vocabularies = Arc::new(load_vocabularies(&config)?);
        let catalog = Arc::new(open_catalog(&config)?);
        let blobs = LocalBlobs::open(data).map_err(OpenError::Blobs)?;
        let staging = Staging::open(data, SystemTime::now()).map_err(OpenError::Blobs)?;
        Ok(Self {
            config: Arc::new(config),
            clock: Clock::system(),
            vocabularies,
            catalog,
            blobs,
            staging,
        })
    }

    fn catalog(&self) -> Arc<dyn Catalog> {
        Arc::clone(&self.catalog) as Arc<dyn Catalog>
    }

    fn blobs(&self) -> Arc<dyn BlobStore> {
        Arc::new(self.blobs.clone())
    }

    async fn search(&self) -> Result<Search, OpenError> {
        let settings = SearchSettings {
            writer: WriterSettings {
                threads: self.config.search.writer_threads,
                bytes_per_thread: self.config.search.writer_memory_bytes,
            },
            cache_bytes: self.config.search.cache_bytes,
            max_commit_delay: Duration::from_millis(self.config.search.max_commit_delay_ms),
            time_budget: Duration::from_millis(self.config.search.time_budget_ms),
            ..SearchSettings::default()
        };
        let folder = self.config.storage.data_dir.join("index");
        let vocabularies = Arc::clone(&self.vocabularies);
        let opened = Search::open(
            &folder,
            self.catalog(),
            self.blobs(),
            vocabularies,
            self.clock.clone(),
            settings,
        )
        .await;
        opened.map_err(OpenError::Search)
    }
}

fn load_vocabularies(config: &Config) -> Result<Vocabularies, OpenError> {
    let folder = &config.vocabulary.folder;
    let own = (!folder.as_os_str().is_empty()).then_some(folder.as_path());
    vocabulary::load(own).map_err(OpenError::Vocabularies)
}

fn open_catalog(config: &Config) -> Result<EmbeddedCatalog, OpenError> {
    let folder = config.storage.data_dir.join("catalog");
    EmbeddedCatalog::open(&folder, catalog_options(config)).map_err(in_use_or_not)
}

fn in_use_or_not(error: CatalogError) -> OpenError {
    match error {
        CatalogError::Io(io) if io.kind() == io::ErrorKind::ResourceBusy => OpenError::InUse,
        other => OpenError::Catalog(other),
    }
}

fn catalog_options(config: &Config) -> Options {
    Options {
        segment_bytes: config.storage.segment_bytes,
        reserve_bytes: config.storage.min_free_bytes,
        cache_bytes: config.storage.cache_bytes,
        new_log_id: Clock::system().new_log_id(),
    }
}

/// Zero when the volume does not tell.
fn free_bytes(data: &Path) -> u64 {
    rustix::fs::statvfs(data).map_or(0, |volume| volume.f_bavail * volume.f_frsize)
}
