//! What one stored write does to the index.
//!
//! The same function serves commits, the replay at start, rebuilding and verifying, so all four
//! come to the same state.

use std::collections::{BTreeMap, BTreeSet};

use super::index::row::{AssetRow, BlobRow};
use super::index::{Staged, Table, history, key, references, usage};
use super::journal::Origin;
use crate::domain::asset::{Asset, AssetId, Identifier, Tombstone};
use crate::domain::{Slug, Timestamp};
use crate::storage::catalog::record::{
    AuditRecord, HashedPictureRecord, IdempotentRecord, JobRecord, ProcessedBlobRecord,
    RenditionRecord, SavedSearchRecord, Stored, StoredKeyed, StoredToken,
};
use crate::storage::catalog::{
    Audit, BlobKey, CatalogError, Event, HashedPicture, Idempotent, Job, JobId, JobState,
    KeyedRecord, ProcessedBlob, RecordKey, Rendition,
};

/// Writes into `staged` what the line of this origin does.
///
/// # Errors
/// When the index cannot be read.
pub(crate) fn stage(
    staged: &mut Staged<'_>,
    stored: &Stored,
    event: Option<&Event>,
    origin: Origin,
) -> Result<(), CatalogError> {
    if let Some(event) = event {
        staged.meta.events = event.number.0;
        staged.log(event)?;
    }
    staged.meta.last_line = Some(origin.place);
    match stored {
        Stored::Asset(asset) => put_asset(staged, asset, event, origin),
        Stored::Tombstone(tombstone) => put_tombstone(staged, tombstone, &origin),
        Stored::Rendition(rendition) => put_rendition(staged, rendition),
        Stored::Audit(audit) => put_audit(staged, audit),
        Stored::HashedPicture(picture) => put_picture(staged, picture),
        Stored::Processed(processed) => put_processed(staged, processed),
        Stored::Job(job) => put_job(staged, job),
        Stored::PruneJobs(before) => prune_jobs(staged, *before),
        Stored::Token(token) => {
            let row = StoredToken::from(token.clone());
            staged.put(Table::Tokens, *token.hash.0.as_bytes(), &row)
        }
        Stored::Search(search) => {
            let row = SavedSearchRecord::from(search.clone());
            staged.put(Table::Searches, *search.id.as_bytes(), &row)
        }
        Stored::DropSearch(id) => {
            staged.remove(Table::Searches, *id.as_bytes());
            Ok(())
        }
        Stored::Record(record) => put_record(staged, record),
        Stored::DropRecord(RecordKey { table, key }) => {
            let key = key::record(table, key);
            let old: Option<StoredKeyed> = staged.get(Table::Records, &key)?;
            staged.remove(Table::Records, key);
            usage::replace_held(staged, old.and_then(|old| old.held).as_ref(), None)
        }
        Stored::Remember(answer) => remember(staged, answer),
        Stored::Forget(before) => forget(staged, *before),
        Stored::Log(log) => {
            staged.meta.log = Some(log.id.to_string());
            Ok(())
        }
    }
}

fn put_asset(
    staged: &mut Staged<'_>,
    asset: &Asset,
    event: Option<&Event>,
    origin: Origin,
) -> Result<(), CatalogError> {
    let row = AssetRow {
        revision: asset.revision.0,
        alive: true,
        place: origin.place,
        identifiers: asset
            .work
            .identifiers
            .iter()
            .map(|named| (named.scheme.to_string(), named.value.clone()))
            .collect(),
        blobs: asset.open_blobs().map(|(blob, _)| blob.to_hex()).collect(),
        sizes: asset.open_blobs().map(|(_, size)| size).collect(),
        sealed: asset
            .sealed
            .iter()
            .map(|file| (file.sha256.to_hex(), file.size))
            .collect(),
        held_bytes: 0,
        organisation: asset.work.organisation.as_ref().map(Slug::to_string),
    };
    replace_asset_row(staged, asset.id, row, origin.keeps_former_files)?;
    match event {
        Some(event) => history::add(staged, asset.id, asset.revision, event, origin),
        None => Ok(()),
    }
}

fn put_tombstone(
    staged: &mut Staged<'_>,
    tombstone: &Tombstone,
    origin: &Origin,
) -> Result<(), CatalogError> {
    let row = AssetRow {
        revision: tombstone.revision.0,
        alive: false,
        place: origin.place,
        identifiers: Vec::new(),
        blobs: Vec::new(),
        sizes: Vec::new(),
        sealed: Vec::new(),
        held_bytes: 0,
        organisation: None,
    };
    replace_asset_row(staged, tombstone.id, row, false)?;
    history::forget(staged, tombstone.id)
}

fn replace_asset_row(
    staged: &mut Staged<'_>,
    id: AssetId,
    mut row: AssetRow,
    keeps_former_files: bool,
) -> Result<(), CatalogError> {
    let old: Option<AssetRow> = staged.get(Table::Assets, id.as_bytes())?;
    if let Some(old) = &old {
        *count_of(staged, old.alive) -= 1;
    }
    *count_of(staged, row.alive) += 1;

    let old = old.as_ref();
    let (old_names, names) = (old.map(identifiers_in), identifiers_in(&row));
    let old_names = old_names.unwrap_or_default();
    for gone in old_names.difference(&names) {
        staged.remove(Table::Identifiers, key::identifier_of(gone, id));
    }
    for new in names.difference(&old_names) {
        staged.mark(Table::Identifiers, key::identifier_of(new, id));
    }
    let held_bytes = replace_blobs(staged, id, (old, &row), keeps_former_files)?;
    row.held_bytes = if row.alive { held_bytes } else { 0 };
    usage::replace(staged, old, &row)?;
    staged.put(Table::Assets, *id.as_bytes(), &row)
}

/// Moves the references of a work from the files of one row to those of the next: a file has one and a sealed file has
/// one, also when both have the same bytes. Earlier revisions keep files, never sealed ones. Gives the bytes held.
fn replace_blobs(
    staged: &mut Staged<'_>,
    id: AssetId,
    (old, row): (Option<&AssetRow>, &AssetRow),
    keeps_former_files: bool,
) -> Result<u64, CatalogError> {
    let (old_files, files) = (old.map(files_of).unwrap_or_default(), files_of(row));
    let (old_sealed, sealed) = (old.map(sealed_of).unwrap_or_default(), sealed_of(row));
    let mut held_bytes = old.map_or(0, |old| old.held_bytes);
    for (blob, size) in all_of([&old_files, &files, &old_sealed, &sealed]) {
        let (was_file, is_file) = (old_files.contains_key(&blob), files.contains_key(&blob));
        let (was_sealed, is_sealed) = (old_sealed.contains_key(&blob), sealed.contains_key(&blob));
        let (had, has) = (was_file || was_sealed, is_file || is_sealed);
        let was_held = had || history::is_former(staged, id, blob)?;
        // What comes before what goes: at no reference left a blob would lose what is known of it.
        if is_sealed && !was_sealed {
            references::add(staged, blob)?;
        }
        if is_file && !was_file && !history::take_back_file(staged, id, blob)? {
            references::add(staged, blob)?;
        }
        if was_file && !is_file && keeps_former_files {
            history::keep_file(staged, id, blob);
        } else if was_file && !is_file {
            references::remove(staged, blob)?;
        }
        if was_sealed && !is_sealed {
            references::remove(staged, blob)?;
        }
        match (had, has) {
            (false, true) => staged.mark(Table::BlobAssets, key::blob_asset(blob, id)),
            (true, false) => staged.remove(Table::BlobAssets, key::blob_asset(blob, id)),
            _ => {}
        }
        match (was_held, has || history::is_former(staged, id, blob)?) {
            (false, true) => held_bytes += size,
            (true, false) => held_bytes = held_bytes.saturating_sub(size),
            _ => {}
        }
    }
    Ok(held_bytes)
}

fn count_of<'s>(staged: &'s mut Staged<'_>, alive: bool) -> &'s mut u64 {
    if alive {
        &mut staged.meta.assets
    } else {
        &mut staged.meta.tombstones
    }
}

fn identifiers_in(row: &AssetRow) -> BTreeSet<Identifier> {
    let identifier = |(scheme, value): &(String, String)| {
        let scheme = Slug::parse(scheme).ok()?;
        let value = value.clone();
        Some(Identifier { scheme, value })
    };
    row.identifiers.iter().filter_map(identifier).collect()
}

/// Blobs with their lengths.
type Blobs = BTreeMap<BlobKey, u64>;

/// The blobs of the files of a work.
fn files_of(row: &AssetRow) -> Blobs {
    let files = row.blobs.iter().zip(row.sizes.iter().copied());
    files
        .filter_map(|(blob, size)| Some((blob.parse().ok()?, size)))
        .collect()
}

fn put_record(staged: &mut Staged<'_>, record: &KeyedRecord) -> Result<(), CatalogError> {
    let RecordKey { table, key } = &record.key;
    let key = key::record(table, key);
    let old: Option<StoredKeyed> = staged.get(Table::Records, &key)?;
    let row = StoredKeyed::from(record.clone());
    usage::replace_held(
        staged,
        old.and_then(|old| old.held).as_ref(),
        row.held.as_ref(),
    )?;
    staged.put(Table::Records, key, &row)
}

/// The blobs of the sealed files of a work.
fn sealed_of(row: &AssetRow) -> Blobs {
    let sealed = row.sealed.iter();
    sealed
        .filter_map(|(blob, size)| Some((blob.parse().ok()?, *size)))
        .collect()
}

fn all_of(sets: [&Blobs; 4]) -> Blobs {
    let blobs = sets.into_iter().flatten();
    blobs.map(|(blob, size)| (*blob, *size)).collect()
}

fn put_rendition(staged: &mut Staged<'_>, rendition: &Rendition) -> Result<(), CatalogError> {
    let key = key::rendition(rendition.of, &rendition.recipe);
    let old: Option<RenditionRecord> = staged.get(Table::Renditions, &key)?;
    staged.put(
        Table::Renditions,
        key,
        &RenditionRecord::from(rendition.clone()),
    )?;
    references::add(staged, rendition.blob)?;
    match old.and_then(|old| old.upgrade().blob.parse().ok()) {
        Some(old) => references::remove(staged, old),
        None => Ok(()),
    }
}

fn put_audit(staged: &mut Staged<'_>, audit: &Audit) -> Result<(), CatalogError> {
    let key = audit.blob.as_bytes();
    if let Some(mut row) = staged.get::<BlobRow>(Table::Blobs, key)? {
        row.audit = Some(AuditRecord::from(audit.clone()));
        staged.put(Table::Blobs, *key, &row)?;
    }
    Ok(())
}

fn put_picture(staged: &mut Staged<'_>, picture: &HashedPicture) -> Result<(), CatalogError> {
    let key = picture.of.as_bytes();
    if let Some(mut row) = staged.get::<BlobRow>(Table::Blobs, key)? {
        row.picture = Some(HashedPictureRecord::from(picture.clone()));
        staged.put(Table::Blobs, *key, &row)?;
    }
    Ok(())
}

fn put_processed(staged: &mut Staged<'_>, processed: &ProcessedBlob) -> Result<(), CatalogError> {
    let key = processed.of.as_bytes();
    if let Some(mut row) = staged.get::<BlobRow>(Table::Blobs, key)? {
        let record = ProcessedBlobRecord::from(processed.clone());
        match processed.name() {
            Some(name) => drop(row.further.insert(name.to_owned(), record)),
            None => row.processed = Some(record),
        }
        staged.put(Table::Blobs, *key, &row)?;
    }
    Ok(())
}

fn put_job(staged: &mut Staged<'_>, job: &Job) -> Result<(), CatalogError> {
    remove_job(staged, job.id)?;
    staged.meta.jobs = staged.meta.jobs.max(job.id.0);
    staged.put(
        Table::Jobs,
        key::number(job.id.0),
        &JobRecord::from(job.clone()),
    )?;
    staged.mark(Table::JobsByState, key::job_in(job.state, job.id));
    match job.state {
        JobState::Waiting => {
            staged.meta.jobs_open += 1;
            staged.mark(Table::JobsDue, key::job_due(&job.kind, job.run_at, job.id));
            if let Some(unique) = &job.unique_key {
                let key = key::job_unique(&job.kind, unique);
                let newest = staged.get(Table::JobsUnique, &key)?.unwrap_or(0);
                staged.put(Table::JobsUnique, key, &job.id.0.max(newest))?;
            }
        }
        JobState::Dead => staged.meta.jobs_dead += 1,
        JobState::Done => {}
    }
    if let Some(at) = job.finished_at {
        staged.mark(Table::JobsFinished, key::job_finished(at, job.id));
    }
    Ok(())
}

/// Removes a job with everything that points at it.
fn remove_job(staged: &mut Staged<'_>, id: JobId) -> Result<(), CatalogError> {
    let Some(record) = staged.get::<JobRecord>(Table::Jobs, &key::number(id.0))? else {
        return Ok(());
    };
    let job = Job::try_from(record).map_err(|bad| CatalogError::Damaged(bad.to_string()))?;
    staged.remove(Table::Jobs, key::number(id.0));
    staged.remove(Table::JobsByState, key::job_in(job.state, id));
    match job.state {
        JobState::Waiting => {
            staged.meta.jobs_open -= 1;
            staged.remove(Table::JobsDue, key::job_due(&job.kind, job.run_at, id));
            if let Some(unique) = &job.unique_key {
                let key = key::job_unique(&job.kind, unique);
                if staged.get(Table::JobsUnique, &key)? == Some(id.0) {
                    staged.remove(Table::JobsUnique, key);
                }
            }
        }
        JobState::Dead => staged.meta.jobs_dead -= 1,
        JobState::Done => {}
    }
    if let Some(at) = job.finished_at {
        staged.remove(Table::JobsFinished, key::job_finished(at, id));
    }
    Ok(())
}

fn prune_jobs(staged: &mut Staged<'_>, before: Timestamp) -> Result<(), CatalogError> {
    let end = key::moment(before);
    let old = staged.keys_while(Table::JobsFinished, &[], |key| key < end.as_slice())?;
    for id in old.iter().filter_map(|key| key::number_in(key)) {
        remove_job(staged, JobId(id))?;
    }
    Ok(())
}

fn remember(staged: &mut Staged<'_>, answer: &Idempotent) -> Result<(), CatalogError> {
    staged.mark(Table::AnswersByTime, key::answer_at(answer.at, &answer.key));
    let row = IdempotentRecord::from(answer.clone());
    staged.put(Table::Answers, key::answer(&answer.key), &row)
}

fn forget(staged: &mut Staged<'_>, before: Timestamp) -> Result<(), CatalogError> {
    let end = key::moment(before);
    for key in staged.keys_while(Table::AnswersByTime, &[], |key| key < end.as_slice())? {
        let answer = key.get(end.len()..).unwrap_or_default().to_vec();
        staged.remove(Table::Answers, answer);
        staged.remove(Table::AnswersByTime, key);
    }
    Ok(())
}
