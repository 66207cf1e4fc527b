//! Checking and mending a data folder that nobody has open.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Archive, OpenError, catalog_options, in_use_or_not, open_catalog};
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::access::Actor;
use crate::services::search::SearchError;
use crate::storage::backup::{self, BackupError, Restored, Until};
use crate::storage::blobs::{BlobError, BlobStore, LocalBlobs, fixity};
use crate::storage::blocking;
use crate::storage::catalog::embedded::{self, EmbeddedCatalog, Salvage};
use crate::storage::catalog::{
    Audit, AuditOutcome, BlobKey, BlobRecord, Catalog, CatalogError, ChangeSet, Entry, Write,
};

/// How many entries are read at once.
const PAGE: usize = 500;

/// Why a folder could not be checked to the end.
#[derive(Debug, thiserror::Error)]
pub enum MaintenanceError {
    /// It cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The catalogue.
    #[error("the catalogue cannot be read to its end")]
    Catalog(#[from] CatalogError),
    /// The blob store.
    #[error("the blob store cannot be read to its end")]
    Blobs(#[from] BlobError),
    /// The search index.
    #[error("the search index cannot be built")]
    Search(#[from] SearchError),
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The catalogue's index says something else than its journal, or the journal is damaged.
    Catalogue(String),
    /// A blob the catalogue names is not there.
    Missing(BlobKey),
    /// A blob does not have the length the catalogue knows.
    WrongLength(BlobKey),
    /// A blob does not hash to its name; it was set aside.
    Damaged(BlobKey),
}

/// What was looked at and what was found.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Change sets read from the journal.
    pub change_sets: u64,
    /// Blobs looked at.
    pub blobs: u64,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

/// Checks journal against index, and that every blob the catalogue names is there with its
/// length. `deep` reads and hashes every blob, sets damaged ones aside and writes down the audit.
/// `seen` is told of every blob looked at.
///
/// # Errors
/// What keeps the check from going on; damage is not an error but a finding.
pub async fn verify(
    config: &Config,
    deep: bool,
    seen: impl Fn(u64),
) -> Result<Report, MaintenanceError> {
    let mut report = Report::default();
    let opening = config.clone();
    let catalog = match blocking(move || open_catalog(&opening)).await {
        Err(OpenError::Catalog(CatalogError::Damaged(place) | CatalogError::Lost(place))) => {
            report.findings.push(Finding::Catalogue(place));
            return Ok(report);
        }
        opened => opened?,
    };
    // With a damaged journal not even the names of all blobs can be read.
    if verify_catalogue(&catalog, &mut report).await? {
        verify_blobs(config, &catalog, deep, seen, &mut report).await?;
    }
    catalog.close().await;
    Ok(report)
}

async fn verify_blobs(
    config: &Config,
    catalog: &EmbeddedCatalog,
    deep: bool,
    seen: impl Fn(u64),
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
            seen(report.blobs);
        }
    }
}

/// Whether the whole journal can be read.
async fn verify_catalogue(
    catalog: &EmbeddedCatalog,
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

/// The lengths the catalogue knows of the files of all works.
async fn known_sizes(catalog: &EmbeddedCatalog) -> Result<BTreeMap<BlobKey, u64>, CatalogError> {
    let mut sizes = BTreeMap::new();
    let mut after = None;
    loop {
        let page = catalog.list(after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(sizes);
        };
        after = Some(match last {
            Entry::Asset(asset) => asset.id,
            Entry::Tombstone(tombstone) => tombstone.id,
        });
        for entry in page {
            if let Entry::Asset(asset) = entry {
                sizes.extend(asset.files.iter().map(|file| (file.sha256, file.size)));
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
    catalog: &EmbeddedCatalog,
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

/// Keeps what stands in the journal before its first damage and sets the rest aside.
///
/// # Errors
/// The folder is in use, or cannot be read.
pub async fn discard_after_damage(config: &Config) -> Result<Salvage, OpenError> {
    let (folder, options) = (
        config.storage.data_dir.join("catalog"),
        catalog_options(config),
    );
    blocking(move || embedded::discard_after_damage(&folder, options))
        .await
        .map_err(in_use_or_not)
}

/// Copies the data folder to `dest`, while it is in use or not. `seen` is told of every file
/// looked at.
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

/// Builds the catalogue's index anew from its journal.
///
/// # Errors
/// The folder is in use, or the journal damaged.
pub async fn rebuild(config: &Config) -> Result<(), OpenError> {
    let (folder, options) = (
        config.storage.data_dir.join("catalog"),
        catalog_options(config),
    );
    blocking(move || embedded::rebuild(&folder, options))
        .await
        .map_err(in_use_or_not)
}

/// Builds the search index anew from the catalogue. `progress` is told how many works are done.
///
/// # Errors
/// The folder is in use, or the build failed; the old index stays.
pub async fn reindex(config: Config, progress: impl FnMut(u64)) -> Result<(), MaintenanceError> {
    let archive = Archive::start(config).await?;
    let built = archive.search.reindex(progress).await;
    archive.close().await;
    Ok(built?)
}
