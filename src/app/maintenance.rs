//! Checks and repairs a data folder that no server has open.

use std::collections::BTreeMap;
use std::path::Path;

use super::backends::{catalog_engine, catalog_options, open_error};
use super::{Archive, OpenError, Texts};
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::access::Actor;
use crate::services::search::{SearchError, last_indexed};
use crate::storage::backup::{self, BackupError, Restored, Until};
use crate::storage::blobs::{BlobError, BlobStore, LocalBlobs, fixity};
use crate::storage::blocking;
use crate::storage::catalog::{
    Audit, AuditOutcome, BlobKey, BlobRecord, Catalog, CatalogError, ChangeSet, Commits, Entry,
    OwnedCatalog, Salvage, Works, Write,
};

/// How many entries are read at once.
const PAGE: usize = 500;

/// Why a folder could not be checked to the end.
#[derive(Debug, thiserror::Error)]
pub enum MaintenanceError {
    /// The folder cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The catalogue cannot be read.
    #[error("the catalogue cannot be read to its end")]
    Catalog(#[from] CatalogError),
    /// The blob store cannot be read.
    #[error("the blob store cannot be read to its end")]
    Blobs(#[from] BlobError),
    /// The search index cannot be built.
    #[error("the search index cannot be built")]
    Search(#[from] SearchError),
}

/// A fault that the check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The index of the catalogue differs from its journal, or the journal is damaged.
    Catalogue(String),
    /// A blob that the catalogue names is missing.
    Missing(BlobKey),
    /// A blob does not have the length in the catalogue.
    WrongLength(BlobKey),
    /// The hash of a blob is not its name; it was quarantined.
    Damaged(BlobKey),
}

/// What was checked and what was found.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Change sets read from the journal.
    pub change_sets: u64,
    /// Blobs checked.
    pub blobs: u64,
    /// The faults.
    pub findings: Vec<Finding>,
}

/// Checks journal against index, and that every blob the catalogue names is there with its
/// length. `deep` reads and hashes every blob, quarantines damaged ones and records the audit.
/// `progress` is called with the number of checked blobs.
///
/// # Errors
/// What prevents the check; damage is not an error but a finding.
pub async fn verify(
    config: &Config,
    deep: bool,
    progress: impl Fn(u64),
) -> Result<Report, MaintenanceError> {
    let mut report = Report::default();
    let engine = catalog_engine(config);
    let opened = blocking(move || engine.open().map_err(open_error)).await;
    let catalog = match opened {
        Err(OpenError::Catalog(CatalogError::Damaged(place) | CatalogError::Lost(place))) => {
            report.findings.push(Finding::Catalogue(place));
            return Ok(report);
        }
        opened => opened?,
    };
    if let Some((log, indexed)) = last_indexed(&config.storage.data_dir.join("index")) {
        let last = *catalog.watch_events().borrow();
        if log == catalog.log_id() && indexed > last {
            let lost = CatalogError::lost_events(last, indexed, "the search index");
            report.findings.push(Finding::Catalogue(lost.to_string()));
        }
    }
    // With a damaged journal the names of the blobs cannot all be read.
    if verify_catalogue(&*catalog, &mut report).await? {
        verify_blobs(config, &*catalog, deep, progress, &mut report).await?;
    }
    catalog.close().await;
    Ok(report)
}

async fn verify_blobs(
    config: &Config,
    catalog: &dyn Catalog,
    deep: bool,
    progress: impl Fn(u64),
    report: &mut Report,
) -> Result<(), MaintenanceError> {
    let blobs = LocalBlobs::open(&config.storage.data_dir)?;
    let sizes = known_sizes(catalog).await?;
    let mut after = None;
    loop {
        let page = catalog.blobs(after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = Some(last.key);
        for BlobRecord { key, .. } in page {
            let length = check_length(&blobs, key, sizes.get(&key).copied()).await?;
            let finding = match length {
                None if deep => check_bytes(catalog, &blobs, key).await?,
                other => other,
            };
            report.findings.extend(finding);
            report.blobs += 1;
            progress(report.blobs);
        }
    }
}

/// Whether the whole journal can be read.
async fn verify_catalogue(
    catalog: &dyn OwnedCatalog,
    report: &mut Report,
) -> Result<bool, CatalogError> {
    match catalog.verify().await {
        Ok(verification) => {
            report.change_sets = verification.change_sets;
            let differences = verification.differences.into_iter();
            report.findings.extend(differences.map(Finding::Catalogue));
            Ok(true)
        }
        Err(CatalogError::Damaged(place)) => {
            report.findings.push(Finding::Catalogue(place));
            Ok(false)
        }
        Err(other) => Err(other),
    }
}

/// The lengths of the files of all works.
async fn known_sizes(catalog: &dyn Works) -> Result<BTreeMap<BlobKey, u64>, CatalogError> {
    let mut sizes = BTreeMap::new();
    let mut after = None;
    loop {
        let page = catalog.list(after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(sizes);
        };
        after = Some(last.id());
        for entry in page {
            if let Entry::Asset(asset) = entry {
                sizes.extend(asset.blobs());
            }
        }
    }
}

async fn check_length(
    blobs: &LocalBlobs,
    key: BlobKey,
    known: Option<u64>,
) -> Result<Option<Finding>, BlobError> {
    match blobs.size(key).await {
        Ok(size) if known.is_none_or(|known| known == size) => Ok(None),
        Ok(_) => Ok(Some(Finding::WrongLength(key))),
        Err(BlobError::Missing(_)) => Ok(Some(Finding::Missing(key))),
        Err(other) => Err(other),
    }
}

async fn check_bytes(
    catalog: &dyn Commits,
    blobs: &LocalBlobs,
    key: BlobKey,
) -> Result<Option<Finding>, MaintenanceError> {
    let outcome = fixity::check(blobs, key).await?;
    let at = Clock::system().now();
    let audit = Audit {
        blob: key,
        at,
        outcome,
    };
    let changes = ChangeSet::by(&Actor::System, at).write(Write::Audit(audit));
    catalog.commit(changes).await?;
    Ok(match outcome {
        AuditOutcome::Intact => None,
        AuditOutcome::Damaged => Some(Finding::Damaged(key)),
        AuditOutcome::Missing => Some(Finding::Missing(key)),
    })
}

/// Keeps the journal before its first damage and moves the rest aside.
///
/// # Errors
/// The folder is in use, or cannot be read.
pub async fn discard_after_damage(config: &Config) -> Result<Salvage, OpenError> {
    let engine = catalog_engine(config);
    let search_index = config.storage.data_dir.join("index");
    blocking(move || engine.discard_after_damage(last_indexed(&search_index)))
        .await
        .map_err(open_error)
}

/// Copies the data folder to `dest`, while it is in use or not. `seen` gets the number of files
/// examined.
///
/// # Errors
/// [`BackupError`].
pub fn back_up(
    config: &Config,
    dest: &Path,
    seen: &dyn Fn(u64),
) -> Result<backup::Created, BackupError> {
    backup::create(&config.storage.data_dir, dest, Clock::system().now(), seen)
}

/// Restores a backup into the data folder, which must be empty or missing.
///
/// # Errors
/// [`BackupError`].
pub fn restore(
    config: &Config,
    src: &Path,
    until: Until,
    seen: &dyn Fn(u64),
) -> Result<Restored, BackupError> {
    let options = catalog_options(config);
    backup::restore(src, &config.storage.data_dir, until, options, seen)
}

/// Rebuilds the index of the catalogue from its journal.
///
/// # Errors
/// The folder is in use, or the journal damaged.
pub async fn rebuild(config: &Config) -> Result<(), OpenError> {
    let engine = catalog_engine(config);
    blocking(move || engine.rebuild()).await.map_err(open_error)
}

/// Rebuilds the search index from the catalogue. `progress` is called with the number of indexed works.
///
/// # Errors
/// The folder is in use, or the build failed; the old index stays.
pub async fn reindex(
    config: Config,
    texts: Texts,
    progress: impl FnMut(u64),
) -> Result<(), MaintenanceError> {
    let archive = Archive::start(config, texts).await?;
    let built = archive.search.reindex(progress).await;
    archive.close().await;
    Ok(built?)
}
