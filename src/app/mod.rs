//! The composition root: the only place that names concrete back ends.
//!
//! [`Archive::start`] opens a data folder ([`backends`]) and builds the services on it; interfaces get the
//! archive and never see its back ends. [`maintenance`] works on data folders that no server has open.

mod backends;
mod error;
mod job_runner;
pub mod mail;
pub mod maintenance;
mod oidc;
pub mod programs;

use std::sync::Arc;

pub use error::OpenError;
pub use oidc::ProvidersError;
use tokio::sync::Mutex;

use self::backends::{Backends, free_bytes};
use self::job_runner::JobRunnerSetup;
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::vocabulary::Vocabularies;
use crate::services::access_requests::{self, AccessRequests};
use crate::services::accounts::oidc::Provider;
use crate::services::accounts::{Accounts, Passwords, Tokens};
use crate::services::audit::AuditTrail;
use crate::services::curation::Curation;
use crate::services::curation::bulk::Bulk;
use crate::services::delivery::Delivery;
use crate::services::intake::{AcceptedTypes, Intake};
use crate::services::jobs::{Jobs, RunnerHandle};
use crate::services::mail::{Compose, Mail};
use crate::services::notifications::{Inbox, Notifications, Unsubscribe};
use crate::services::programs::{Availability, Program, Programs, Protection};
use crate::services::quotas::Quotas;
use crate::services::renditions::Renditions;
use crate::services::search::Search;
use crate::services::sharing::{Feeds, SavedSearches, Sharing};
use crate::services::successions::{Successions, Successors};
use crate::services::table_imports::{self, TableImports};
use crate::services::uploads::Uploads;
use crate::services::works::{History, WorkAccess};
use crate::storage::blobs::Staging;
use crate::storage::blocking;
use crate::storage::catalog::{self, CatalogError, Counts, LogId};
use crate::telemetry::Metrics;

/// An open archive. Clones share it.
#[derive(Clone)]
pub struct Archive {
    /// The settings it was opened with.
    pub config: Arc<Config>,
    /// Its clock.
    pub clock: Clock,
    /// Its metrics.
    pub metrics: Arc<Metrics>,
    /// The vocabularies.
    pub vocabularies: Arc<Vocabularies>,
    /// The tokens.
    pub tokens: Arc<Tokens>,
    /// Accounts and sessions.
    pub accounts: Accounts,
    /// What holders of accounts are told.
    pub inbox: Inbox,
    /// Ends mail with one click.
    pub unsubscribe: Arc<Unsubscribe>,
    /// Requests for access.
    pub access_requests: AccessRequests,
    /// What passes from bodies to their successors.
    pub successions: Successions,
    /// What bodies use and may use.
    pub quotas: Quotas,
    /// The audit trail.
    pub audit: AuditTrail,
    /// Deposits works and files.
    pub intake: Intake,
    /// Uploads that can be resumed.
    pub uploads: Uploads,
    /// Changes works.
    pub curation: Curation,
    /// Changes many works at once.
    pub bulk: Bulk,
    /// Imports tables.
    pub table_imports: TableImports,
    /// Reads the revisions of works.
    pub history: History,
    /// Reads works and the event log.
    pub sharing: Sharing,
    /// Delivers files.
    pub delivery: Delivery,
    /// Searches works.
    pub search: Arc<Search>,
    /// Feeds of searches.
    pub feeds: Feeds,
    /// Saved searches.
    pub saved_searches: SavedSearches,
    /// Makes renditions again.
    pub renditions: Renditions,
    /// The job queue for operators.
    pub jobs: Jobs,
    /// The staging area of uploads.
    pub staging: Staging,
    /// Programs of others.
    pub programs: Programs,
    notifications: Notifications,
    works: WorkAccess,
    backends: Arc<Backends>,
    runner: Arc<Mutex<Option<RunnerHandle>>>,
}

/// What writes texts for people in the services, which know no language.
#[derive(Clone, Copy)]
pub struct Texts {
    /// Writes letters.
    pub letters: Compose,
    /// Says why a row of a table was refused.
    pub refusals: table_imports::Words,
}

/// The health of the archive.
#[derive(Debug, Clone)]
pub struct Health {
    /// The counts of the catalogue.
    pub counts: Counts,
    /// The identity of the event log.
    pub log: LogId,
    /// Whether the catalogue accepts changes, and what is damaged in it.
    pub catalog: catalog::Health,
    /// Events that the search index has not read yet.
    pub index_lag_events: u64,
    /// Whether the search index answers.
    pub index_is_available: bool,
    /// Free bytes on the volume of the data folder.
    pub disk_free_bytes: u64,
    /// Programs of others, and whether they are there.
    pub programs: Vec<(Program, Availability)>,
    /// What confines them, once it was found out.
    pub protection: Option<Protection>,
}

impl Archive {
    /// Opens the data folder, which is created if it is missing, and starts the background jobs. `texts` are those for people.
    ///
    /// # Errors
    /// [`OpenError`]; nothing is running then.
    pub async fn start(config: Config, texts: Texts) -> Result<Self, OpenError> {
        let compose = texts.letters;
        let (backends, accounts, rules) = blocking(move || open(config, compose)).await?;
        let mail = accounts.mail.clone();
        let search = backends.open_search().await?;
        let quotas = backends.load_quotas().await.map_err(OpenError::Catalog)?;
        let archive = Self::compose(
            Arc::new(backends),
            Arc::new(search),
            accounts,
            (quotas, rules),
            texts.refusals,
        );
        let setup = JobRunnerSetup {
            catalog: archive.backends.catalog(),
            blobs: archive.backends.blobs.clone(),
            staging: archive.staging.clone(),
            programs: archive.programs.clone(),
            profiles: archive.backends.profiles.clone(),
            rendition_jobs: archive.backends.rendition_jobs(),
            curation: archive.curation.clone(),
            works: archive.works.clone(),
            uploads: archive.uploads.clone(),
            table_imports: archive.table_imports.clone(),
            notifications: archive.notifications.clone(),
            inbox: archive.inbox.clone(),
            mail,
            accounts: archive.accounts.clone(),
            successors: archive.successions.successors.clone(),
            access_requests: archive.access_requests.clone(),
            trail: archive.audit.clone(),
            clock: archive.clock.clone(),
        };
        let runner = setup.start(&archive.config).await;
        *archive.runner.lock().await = Some(runner.map_err(OpenError::Catalog)?);
        tokio::spawn(programs::warn_if_unprotected(archive.programs.clone()));
        Ok(archive)
    }

    fn compose(
        backends: Arc<Backends>,
        search: Arc<Search>,
        accounts: AccountSettings,
        (quotas, rules): (Quotas, access_requests::Rules),
        refusals: table_imports::Words,
    ) -> Self {
        let catalog = || backends.catalog();
        let vocabularies = || Arc::clone(&backends.vocabularies);
        let clock = || backends.clock.clone();
        let trail = AuditTrail::new(catalog(), clock());
        let tokens = Arc::new(backends.tokens(trail.clone()));
        let mail = accounts.mail.clone();
        let accounts = compose_accounts(&backends, &trail, accounts, &tokens);
        let notifications = Notifications::new(catalog(), clock(), mail.is_configured());
        let works = WorkAccess::new(catalog(), trail.clone(), vocabularies(), clock())
            .with_notifications(notifications.clone())
            .with_quotas(quotas.clone());
        let delivery = backends.delivery(trail.clone());
        let accepted = AcceptedTypes::new(backends.config.intake.allowed_types.clone());
        let curation = Curation::new(works.clone());
        let saved_searches = SavedSearches::new(catalog(), clock());
        let access_requests = access_requests(&backends, &trail, &tokens, mail, rules);
        let successors = Successors {
            works: works.clone(),
            curation: curation.clone(),
            accounts: accounts.clone(),
            tokens: Arc::clone(&tokens),
            access_requests: access_requests.clone(),
            saved_searches: saved_searches.clone(),
        };
        let intake = Intake::new(works.clone(), backends.blobs(), accepted);
        let uploads = backends.uploads(quotas.clone());
        Self {
            config: Arc::clone(&backends.config),
            table_imports: imports_of_tables((&works, &trail), &intake, &uploads, refusals),
            clock: clock(),
            metrics: Arc::new(Metrics::new()),
            vocabularies: vocabularies(),
            access_requests,
            tokens,
            inbox: Inbox::new(catalog(), clock()),
            unsubscribe: Arc::new(Unsubscribe::new(Arc::clone(&accounts.recipients))),
            accounts,
            notifications,
            works: works.clone(),
            successions: Successions::new(successors, trail.clone()),
            intake,
            uploads,
            curation,
            bulk: Bulk::new(works.clone()),
            history: History::new(works.clone()),
            sharing: Sharing::new(works.clone()),
            quotas,
            audit: trail,
            feeds: Feeds::new(Arc::clone(&search), delivery.clone(), vocabularies()),
            delivery,
            search,
            saved_searches,
            jobs: Jobs::new(catalog(), clock()),
            renditions: Renditions::new(works.clone(), backends.rendition_jobs()),
            staging: backends.staging.clone(),
            programs: backends.programs.clone(),
            backends: Arc::clone(&backends),
            runner: Arc::default(),
        }
    }

    /// Its health.
    ///
    /// # Errors
    /// The catalogue does not answer.
    pub async fn health(&self) -> Result<Health, CatalogError> {
        let counts = self.backends.catalog.counts().await?;
        let index = self.search.status();
        let data = self.config.storage.data_dir.clone();
        let programs = self.programs.clone();
        let look = move || (free_bytes(&data), programs.availability());
        let (disk_free_bytes, programs) = blocking(look).await;
        Ok(Health {
            counts,
            log: self.backends.catalog.log_id(),
            catalog: self.backends.catalog.health(),
            index_lag_events: index.lag,
            index_is_available: index.rebuilding.is_none(),
            disk_free_bytes,
            programs,
            protection: self.programs.known_protection(),
        })
    }

    /// Stops the background jobs and closes the data folder.
    pub async fn close(&self) {
        let runner = self.runner.lock().await.take();
        if let Some(runner) = runner {
            runner.stop().await;
        }
        self.search.close().await;
        self.backends.catalog.close().await;
    }
}

/// Opens the back ends and reads the files that the settings name. Blocks.
fn open(
    config: Config,
    compose: Compose,
) -> Result<(Backends, AccountSettings, access_requests::Rules), OpenError> {
    // Before the data folder, which a mistake in the settings does not touch.
    let mail = mail::service(&config, compose).map_err(OpenError::Mail)?;
    let backends = Backends::open(config)?;
    let file = &backends.config.oidc.providers;
    let providers = oidc::providers(file, &backends.vocabularies).map_err(OpenError::Providers)?;
    let rules = backends.rules_of_access_requests()?;
    Ok((backends, AccountSettings { mail, providers }, rules))
}

/// How holders of accounts are reached and sign in.
struct AccountSettings {
    mail: Mail,
    providers: Vec<Provider>,
}

fn compose_accounts(
    backends: &Backends,
    trail: &AuditTrail,
    settings: AccountSettings,
    tokens: &Arc<Tokens>,
) -> Accounts {
    Accounts::new(
        backends.catalog(),
        trail.clone(),
        Arc::clone(&backends.keys),
        Arc::clone(&backends.vocabularies),
        Passwords::new(backends.clock.clone()),
        settings.mail,
        &backends.config.server.public_address,
        settings.providers,
        Arc::clone(tokens),
        backends.clock.clone(),
    )
}

fn imports_of_tables(
    (works, trail): (&WorkAccess, &AuditTrail),
    intake: &Intake,
    uploads: &Uploads,
    refusals: table_imports::Words,
) -> TableImports {
    let (intake, uploads) = (intake.clone(), uploads.clone());
    TableImports::new(works.clone(), intake, uploads, trail.clone(), refusals)
}

fn access_requests(
    backends: &Backends,
    trail: &AuditTrail,
    tokens: &Arc<Tokens>,
    mail: Mail,
    rules: access_requests::Rules,
) -> AccessRequests {
    AccessRequests::new(
        backends.catalog(),
        trail.clone(),
        Arc::clone(&backends.keys),
        Arc::clone(tokens),
        mail,
        backends.clock.clone(),
        rules,
    )
}
