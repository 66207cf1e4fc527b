//! Opens the back ends that the settings name.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::{OpenError, programs};
use crate::clock::Clock;
use crate::config::{Config, Engine};
use crate::domain::vocabulary::Vocabularies;
use crate::services::access_requests::{Rules, WorkingDays};
use crate::services::accounts::Tokens;
use crate::services::audit::AuditTrail;
use crate::services::delivery::Delivery;
use crate::services::media::broadcast_copy::{BroadcastCopyJobs, Profiles};
use crate::services::media::full_text::TextJobs;
use crate::services::media::public_copy::PublicCopyJobs;
use crate::services::media::rebuild::RenditionJobs;
use crate::services::media::sound::SoundReportJobs;
use crate::services::programs::Programs;
use crate::services::quotas::{Quota, Quotas};
use crate::services::search::admission::AdmissionSettings;
use crate::services::search::admission::budget::Budget;
use crate::services::search::{Search, SearchSettings, WriterSettings};
use crate::services::uploads::{Limits, Uploads};
use crate::storage::backup;
use crate::storage::blobs::{BlobStore, LocalBlobs, PartialFiles, Staging};
use crate::storage::catalog::embedded::{EmbeddedEngine, Options};
use crate::storage::catalog::{Catalog, CatalogEngine, CatalogError, OwnedCatalog};
use crate::storage::keys::KeyStore;
use crate::storage::vocabulary;

/// The opened back ends, from which all services are built.
pub(super) struct Backends {
    pub(super) config: Arc<Config>,
    pub(super) clock: Clock,
    pub(super) vocabularies: Arc<Vocabularies>,
    pub(super) catalog: Arc<dyn OwnedCatalog>,
    pub(super) keys: Arc<KeyStore>,
    pub(super) blobs: LocalBlobs,
    pub(super) staging: Staging,
    pub(super) programs: Programs,
    pub(super) profiles: Profiles,
    pub(super) partial: PartialFiles,
}

impl Backends {
    /// Opens the data folder. The catalogue holds the lock of the whole folder, so it is opened before
    /// the blobs. Blocks.
    ///
    /// # Errors
    /// [`OpenError`].
    pub(super) fn open(config: Config) -> Result<Self, OpenError> {
        let data = &config.storage.data_dir;
        if backup::is_unfinished(data) {
            return Err(OpenError::Unrestored);
        }
        std::fs::create_dir_all(data).map_err(OpenError::Folder)?;
        let vocabularies = Arc::new(load_vocabularies(&config)?);
        let catalog = catalog_engine(&config).open().map_err(open_error)?;
        let clock = Clock::system();
        let keys = KeyStore::open(data, clock.random_bytes()).map_err(OpenError::Keys)?;
        let blobs = LocalBlobs::open(data).map_err(OpenError::Blobs)?;
        let staging = Staging::open(data, SystemTime::now()).map_err(OpenError::Blobs)?;
        let programs = programs::settings(&config, data.join("programs"));
        let programs = programs
            .and_then(Programs::open)
            .map_err(OpenError::Folder)?;
        let profiles = load_profiles(&config)?;
        let partial = PartialFiles::open(data).map_err(OpenError::Blobs)?;
        Ok(Self {
            config: Arc::new(config),
            clock,
            vocabularies,
            catalog,
            keys: Arc::new(keys),
            blobs,
            staging,
            programs,
            profiles,
            partial,
        })
    }

    pub(super) fn catalog(&self) -> Arc<dyn Catalog> {
        Arc::<dyn OwnedCatalog>::clone(&self.catalog)
    }

    pub(super) fn blobs(&self) -> Arc<dyn BlobStore> {
        Arc::new(self.blobs.clone())
    }

    pub(super) fn uploads(&self, quotas: Quotas) -> Uploads {
        let intake = &self.config.intake;
        let limits = Limits {
            bytes: intake.max_file_bytes,
            of_owner: intake.max_open_uploads_of_caller,
            lasts: Duration::from_secs(u64::from(intake.keep_uploads_hours) * 3600),
        };
        let files = (self.partial.clone(), self.staging.clone());
        Uploads::new(self.catalog(), files, quotas, self.clock.clone(), limits)
    }

    pub(super) fn tokens(&self, trail: AuditTrail) -> Tokens {
        let vocabularies = Arc::clone(&self.vocabularies);
        let keys = Arc::clone(&self.keys);
        Tokens::new(
            self.catalog(),
            trail,
            vocabularies,
            keys,
            self.clock.clone(),
        )
    }

    pub(super) fn delivery(&self, trail: AuditTrail) -> Delivery {
        Delivery::new(self.catalog(), self.blobs(), trail, self.clock.clone())
            .with_programs(self.programs.clone(), self.profiles.clone())
    }

    /// Which jobs make the renditions of each kind.
    pub(super) fn rendition_jobs(&self) -> Arc<[Box<dyn RenditionJobs>]> {
        let (programs, profiles) = (self.programs.clone(), self.profiles.clone());
        Arc::new([
            Box::new(PublicCopyJobs::new(self.catalog())) as Box<dyn RenditionJobs>,
            Box::new(TextJobs::new(self.catalog(), programs.clone())),
            Box::new(SoundReportJobs::new(self.catalog(), self.blobs())),
            Box::new(BroadcastCopyJobs::new(self.catalog(), programs, profiles)),
        ])
    }

    pub(super) async fn load_quotas(&self) -> Result<Quotas, CatalogError> {
        let limit = |number: u64| Some(number).filter(|number| *number > 0);
        let default = &self.config.quotas;
        let default = Quota {
            works: limit(default.works),
            bytes: limit(default.bytes),
            requests_per_minute: limit(default.requests_per_minute),
        };
        let (catalog, clock) = (self.catalog(), self.clock.clone());
        let trail = AuditTrail::new(self.catalog(), self.clock.clone());
        Quotas::load(
            catalog,
            trail,
            Arc::clone(&self.vocabularies),
            clock,
            default,
        )
        .await
    }

    /// How requests for access are decided, with the holidays of the settings. Blocks.
    pub(super) fn rules_of_access_requests(&self) -> Result<Rules, OpenError> {
        let settings = &self.config.access_requests;
        let mut calendar = WorkingDays::viet_nam().map_err(OpenError::Calendar)?;
        if !settings.holidays_file.as_os_str().is_empty() {
            let own = std::fs::read_to_string(&settings.holidays_file);
            let own =
                own.map_err(|error| OpenError::Holidays(settings.holidays_file.clone(), error))?;
            calendar = calendar.extended_by(WorkingDays::parse(&own).map_err(OpenError::Calendar)?);
        }
        Ok(Rules {
            decide_within: settings.decide_within_working_days,
            keep_contact_days: settings.keep_contact_days,
            calendar,
        })
    }

    fn admission(&self) -> AdmissionSettings {
        let search = &self.config.search;
        let defaults = AdmissionSettings::default();
        let each_second = match search.caller_cpu_ms_per_second {
            0 => defaults.budget.each_second,
            milliseconds => Duration::from_millis(milliseconds),
        };
        AdmissionSettings {
            waiting: search.max_waiting,
            waiting_of_one: search.max_waiting_of_caller,
            longest_wait: Duration::from_millis(search.max_wait_ms),
            budget: Budget {
                each_second,
                window: Duration::from_secs(search.caller_window_seconds),
            },
            ..defaults
        }
    }

    pub(super) async fn open_search(&self) -> Result<Search, OpenError> {
        let settings = SearchSettings {
            writer: WriterSettings {
                threads: self.config.search.writer_threads,
                bytes_per_thread: self.config.search.writer_memory_bytes,
            },
            cache_bytes: self.config.search.cache_bytes,
            max_commit_delay: Duration::from_millis(self.config.search.max_commit_delay_ms),
            time_budget: Duration::from_millis(self.config.search.time_budget_ms),
            admission: self.admission(),
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

/// The back end of the catalogue that `storage.engine` names.
pub(super) fn catalog_engine(config: &Config) -> Arc<dyn CatalogEngine> {
    match config.storage.engine {
        Engine::Embedded => Arc::new(EmbeddedEngine {
            dir: config.storage.data_dir.join("catalog"),
            options: catalog_options(config),
        }),
    }
}

pub(super) fn catalog_options(config: &Config) -> Options {
    Options {
        segment_bytes: config.storage.segment_bytes,
        reserve_bytes: config.storage.min_free_bytes,
        cache_bytes: config.storage.cache_bytes,
        new_log_id: Clock::system().new_log_id(),
    }
}

/// A catalogue that cannot be opened: its lock is held, or any other error.
pub(super) fn open_error(error: CatalogError) -> OpenError {
    match error {
        CatalogError::Io(io) if io.kind() == io::ErrorKind::ResourceBusy => OpenError::InUse,
        other => OpenError::Catalog(other),
    }
}

/// Free bytes on the volume of a folder; 0 when the volume does not report them. Blocks.
pub(super) fn free_bytes(folder: &Path) -> u64 {
    rustix::fs::statvfs(folder).map_or(0, |volume| volume.f_bavail * volume.f_frsize)
}

fn load_vocabularies(config: &Config) -> Result<Vocabularies, OpenError> {
    let folder = &config.vocabulary.folder;
    let own = (!folder.as_os_str().is_empty()).then_some(folder.as_path());
    vocabulary::load(own).map_err(OpenError::Vocabularies)
}

/// The profiles of copies for stations. Blocks.
fn load_profiles(config: &Config) -> Result<Profiles, OpenError> {
    let path = &config.media.broadcast_profiles;
    if path.as_os_str().is_empty() {
        return Ok(Profiles::built_in());
    }
    let json = std::fs::read_to_string(path);
    let json = json.map_err(|error| OpenError::ProfilesFile(path.clone(), error))?;
    Profiles::parse(&json).map_err(OpenError::Profiles)
}
