//! Answers from index and journal. Blocking; [`super::port`] calls it from the blocking pool.

use super::index::row::{AssetRow, BlobRow, EventsRow, RevisionRow, UsageRow, readable};
use super::index::{Index, Table, key};
use super::journal::Place;
use super::live::Shared;
use crate::domain::asset::{Asset, AssetId, Identifier, Revision};
use crate::domain::{SavedSearch, SavedSearchId, Slug, Timestamp};
use crate::storage::catalog::record::{
    IdempotentRecord, JobRecord, RenditionRecord, SavedSearchRecord, Stored, StoredKeyed,
    StoredToken,
};
use crate::storage::catalog::{
    BlobKey, BlobRecord, CatalogError, Counts, Entry, Event, EventNumber, IdempotencyKey,
    Idempotent, Job, JobId, JobKind, JobState, KeyRange, KeyedRecord, Lease, RecordKey, Rendition,
    RevisionEntry, TokenHash, TokenRecord, Usage,
};

type Answer<T> = Result<T, CatalogError>;

impl Shared {
    pub(super) fn entries(&self, ids: &[AssetId]) -> Answer<Vec<Option<Entry>>> {
        self.with_index(|index| {
            ids.iter()
                .map(|id| {
                    let row = index.get(Table::Assets, id.as_bytes())?;
                    row.map(|row| self.entry_at(&row)).transpose()
                })
                .collect()
        })
    }

    pub(super) fn list(&self, after: Option<AssetId>, limit: usize) -> Answer<Vec<Entry>> {
        let from = after.map_or_else(Vec::new, |after| behind(after.as_bytes()));
        self.with_index(|index| {
            let rows = index.rows::<AssetRow>(Table::Assets, &from).take(limit);
            rows.map(|row| self.entry_at(&row?.1)).collect()
        })
    }

    /// The work or tombstone whose line the row names.
    fn entry_at(&self, row: &AssetRow) -> Answer<Entry> {
        match self.read_line(row.place)?.into_parts()? {
            (Stored::Asset(asset), _) => Ok(Entry::Asset(asset)),
            (Stored::Tombstone(tombstone), _) => Ok(Entry::Tombstone(tombstone)),
            _ => Err(wrong_place(row.place)),
        }
    }

    pub(super) fn revisions(
        &self,
        id: AssetId,
        before: Option<Revision>,
        limit: usize,
    ) -> Answer<Vec<RevisionEntry>> {
        let newest = Revision(u64::MAX);
        let from = before.map_or_else(
            || key::revision(id, newest),
            |before| behind(&key::revision(id, before)),
        );
        self.with_index(|index| {
            index
                .rows::<RevisionRow>(Table::Revisions, &from)
                .take_while(|row| !matches!(row, Ok((key, _)) if !key.starts_with(id.as_bytes())))
                .take(limit)
                .map(|row| {
                    let (key, row) = row?;
                    revision_entry(&key, row)
                })
                .collect()
        })
    }

    pub(super) fn asset_at(
        &self,
        id: AssetId,
        revision: Revision,
    ) -> Answer<Option<(RevisionEntry, Asset)>> {
        let key = key::revision(id, revision);
        self.with_index(|index| {
            let row: Option<RevisionRow> = index.get(Table::Revisions, &key)?;
            let Some(row) = row else { return Ok(None) };
            match self.read_line(row.place)?.into_parts()? {
                (Stored::Asset(asset), _) => Ok(Some((revision_entry(&key, row)?, *asset))),
                _ => Err(wrong_place(row.place)),
            }
        })
    }

    pub(super) fn events_after(&self, after: EventNumber, limit: usize) -> Answer<Vec<Event>> {
        let from = key::number(after.0.saturating_add(1));
        self.with_index(|index| {
            let mut events = Vec::new();
            for row in index.rows::<EventsRow>(Table::Events, &from) {
                for record in row?.1.into_records() {
                    let event: Event = readable(record)?;
                    if event.number > after && events.len() < limit {
                        events.push(event);
                    }
                }
                if events.len() >= limit {
                    break;
                }
            }
            Ok(events)
        })
    }

    pub(super) fn with_identifiers(&self, identifiers: &[Identifier]) -> Answer<Vec<Vec<AssetId>>> {
        self.with_index(|index| {
            let carriers =
                |identifier| assets_under(index, Table::Identifiers, &key::identifier(identifier));
            identifiers.iter().map(carriers).collect()
        })
    }

    pub(super) fn with_blob(&self, blob: BlobKey) -> Answer<Vec<AssetId>> {
        self.with_index(|index| assets_under(index, Table::BlobAssets, blob.as_bytes()))
    }

    pub(super) fn blobs(&self, after: Option<BlobKey>, limit: usize) -> Answer<Vec<BlobRecord>> {
        let from = after.map_or_else(Vec::new, |after| behind(after.as_bytes()));
        self.with_index(|index| {
            let rows = index.rows::<BlobRow>(Table::Blobs, &from).take(limit);
            rows.map(|row| {
                let (key, row) = row?;
                blob_record(key::blob(&key)?, row)
            })
            .collect()
        })
    }

    pub(super) fn blob_records(&self, keys: &[BlobKey]) -> Answer<Vec<Option<BlobRecord>>> {
        self.with_index(|index| {
            let record = |key: &BlobKey| {
                let row: Option<BlobRow> = index.get(Table::Blobs, key.as_bytes())?;
                row.map(|row| blob_record(*key, row)).transpose()
            };
            keys.iter().map(record).collect()
        })
    }

    pub(super) fn renditions(&self, of: &[BlobKey]) -> Answer<Vec<Vec<Rendition>>> {
        self.with_index(|index| {
            let of_blob = |key: &BlobKey| {
                index
                    .rows::<RenditionRecord>(Table::Renditions, key.as_bytes())
                    .take_while(
                        |row| !matches!(row, Ok((at, _)) if !at.starts_with(key.as_bytes())),
                    )
                    .map(|row| readable(row?.1))
                    .collect()
            };
            of.iter().map(of_blob).collect()
        })
    }

    pub(super) fn remembered(&self, key: &IdempotencyKey) -> Answer<Option<Idempotent>> {
        self.one::<IdempotentRecord, _>(Table::Answers, &key::answer(key))
    }

    pub(super) fn token(&self, hash: &TokenHash) -> Answer<Option<TokenRecord>> {
        self.one::<StoredToken, _>(Table::Tokens, hash.0.as_bytes())
    }

    pub(super) fn tokens(&self) -> Answer<Vec<TokenRecord>> {
        let tokens: Answer<Vec<TokenRecord>> = self.with_index(|index| {
            let rows = index.rows::<StoredToken>(Table::Tokens, &[]);
            rows.map(|row| readable(row?.1)).collect()
        });
        let mut tokens = tokens?;
        tokens.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        Ok(tokens)
    }

    pub(super) fn usage(&self, organisation: &Slug) -> Answer<Usage> {
        self.with_index(|index| {
            let row: Option<UsageRow> =
                index.get(Table::Usage, organisation.as_str().as_bytes())?;
            Ok(row.map(Usage::from).unwrap_or_default())
        })
    }

    pub(super) fn saved_search(&self, id: SavedSearchId) -> Answer<Option<SavedSearch>> {
        self.one::<SavedSearchRecord, _>(Table::Searches, id.as_bytes())
    }

    pub(super) fn saved_searches(
        &self,
        after: Option<SavedSearchId>,
        limit: usize,
    ) -> Answer<Vec<SavedSearch>> {
        let from = after.map_or_else(Vec::new, |after| behind(after.as_bytes()));
        self.with_index(|index| {
            let rows = index.rows::<SavedSearchRecord>(Table::Searches, &from);
            rows.take(limit).map(|row| readable(row?.1)).collect()
        })
    }

    pub(super) fn record(&self, key: &RecordKey) -> Answer<Option<KeyedRecord>> {
        let key = key::record(&key.table, &key.key);
        self.with_index(|index| {
            let row: Option<StoredKeyed> = index.get(Table::Records, &key)?;
            row.map(readable).transpose()
        })
    }

    pub(super) fn records(
        &self,
        table: &str,
        range: &KeyRange,
        limit: usize,
    ) -> Answer<Vec<KeyedRecord>> {
        let prefix = key::record(table, &range.prefix);
        let after = range.after.as_ref().map(|after| key::record(table, after));
        self.with_index(|index| {
            let rows = index.rows_below::<StoredKeyed>(
                Table::Records,
                &prefix,
                after.as_deref(),
                range.descending,
            );
            rows.take(limit).map(|row| readable(row?)).collect()
        })
    }

    pub(super) fn claim_job(
        &self,
        kinds: &[JobKind],
        now: Timestamp,
        until: Timestamp,
    ) -> Answer<Option<(Job, Lease)>> {
        self.with_index(|index| {
            let lease = self.leases.claim(now, until, |is_free| {
                let mut earliest = None;
                for kind in kinds {
                    let first = first_due(index, kind, now, is_free)?;
                    earliest = earliest.into_iter().chain(first).min();
                }
                Ok(earliest.map(|(_, id)| id))
            })?;
            let Some(lease) = lease else { return Ok(None) };
            let record: Option<JobRecord> = index.get(Table::Jobs, &key::number(lease.job.0))?;
            let job: Option<Job> = record.map(readable).transpose()?;
            Ok(job.map(|job| (job, lease)))
        })
    }

    pub(super) fn next_job(&self, kinds: &[JobKind], now: Timestamp) -> Answer<Option<Timestamp>> {
        let later = Timestamp::from_millis(now.as_millis().saturating_add(1));
        self.with_index(|index| {
            let mut next = None;
            for kind in kinds {
                let prefix = key::jobs_of(kind);
                let mut keys = index.keys(Table::JobsDue, &key::job_due(kind, later, JobId(0)));
                if let Some(key) = keys.next().transpose()?
                    && let Some(rest) = key.strip_prefix(prefix.as_slice())
                {
                    next = next.into_iter().chain(key::moment_in(rest)).min();
                }
            }
            Ok(next)
        })
    }

    pub(super) fn job(&self, id: JobId) -> Answer<Option<Job>> {
        self.one::<JobRecord, _>(Table::Jobs, &key::number(id.0))
    }

    pub(super) fn jobs(
        &self,
        state: Option<JobState>,
        after: Option<JobId>,
        limit: usize,
    ) -> Answer<Vec<Job>> {
        let first = JobId(after.map_or(0, |after| after.0.saturating_add(1)));
        self.with_index(|index| {
            let Some(state) = state else {
                let rows = index.rows::<JobRecord>(Table::Jobs, &key::number(first.0));
                return rows.take(limit).map(|row| readable(row?.1)).collect();
            };
            let prefix = key::state_byte(state);
            index
                .keys(Table::JobsByState, &key::job_in(state, first))
                .take_while(|key| !matches!(key, Ok(key) if !key.starts_with(&prefix)))
                .take(limit)
                .filter_map(|key| {
                    let id = match key {
                        Ok(key) => key::number_in(&key)?,
                        Err(error) => return Some(Err(error)),
                    };
                    let record = index.get::<JobRecord>(Table::Jobs, &key::number(id));
                    record.and_then(|r| r.map(readable).transpose()).transpose()
                })
                .collect()
        })
    }

    pub(super) fn counts(&self) -> Answer<Counts> {
        self.with_index(|index| Ok(index.meta()?.counts()))
    }

    fn one<R, T>(&self, table: Table, key: &[u8]) -> Answer<Option<T>>
    where
        R: serde::de::DeserializeOwned,
        T: TryFrom<R>,
        T::Error: std::fmt::Display,
    {
        let record: Option<R> = self.with_index(|index| index.get(table, key))?;
        record.map(readable).transpose()
    }
}

fn wrong_place(place: Place) -> CatalogError {
    CatalogError::Damaged(format!(
        "the index takes journal line {place:?} for a work; stop the archive and delete its \
         folder `index`: it is rebuilt from the journal at the next start"
    ))
}

fn revision_entry(key: &[u8], row: RevisionRow) -> Answer<RevisionEntry> {
    Ok(RevisionEntry {
        revision: key::revision_in(key).unwrap_or(Revision(0)),
        kind: row.kind()?,
        at: Timestamp::from_millis(row.at_ms),
        by: row.by,
        reason: row.reason,
    })
}

fn blob_record(key: BlobKey, row: BlobRow) -> Answer<BlobRecord> {
    Ok(BlobRecord {
        key,
        audit: row.audit.map(readable).transpose()?,
        picture: row.picture.map(readable).transpose()?,
        processed: row.processed.map(readable).transpose()?,
    })
}

/// The asset ids at the end of all keys that begin with `prefix`.
fn assets_under(index: &Index, table: Table, prefix: &[u8]) -> Answer<Vec<AssetId>> {
    let mut ids = Vec::new();
    for key in index.keys(table, prefix) {
        let key = key?;
        if !key.starts_with(prefix) {
            break;
        }
        ids.extend(key::asset_in(&key));
    }
    Ok(ids)
}

/// The free job of a kind that has been due longest.
fn first_due(
    index: &Index,
    kind: &JobKind,
    now: Timestamp,
    is_free: &dyn Fn(JobId) -> bool,
) -> Answer<Option<(Timestamp, JobId)>> {
    let prefix = key::jobs_of(kind);
    for key in index.keys(Table::JobsDue, &prefix) {
        let key = key?;
        let Some(rest) = key.strip_prefix(prefix.as_slice()) else {
            break;
        };
        let (Some(run_at), Some(id)) = (key::moment_in(rest), key::number_in(rest)) else {
            continue;
        };
        if run_at > now {
            break;
        }
        if is_free(JobId(id)) {
            return Ok(Some((run_at, JobId(id))));
        }
    }
    Ok(None)
}

/// The least key behind this one.
fn behind(key: &[u8]) -> Vec<u8> {
    [key, &[0]].concat()
}
