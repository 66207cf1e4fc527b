//! Writes and reads the trail.

use std::sync::Arc;

use tokio::sync::Mutex;

use super::chain::{self, Check, Verified};
use super::entry::{AuditEntry, NewEntry};
use super::stored::{EntryRecord, EntryV1, HashedV1, key};
use crate::clock::Clock;
use crate::domain::Sha256;
use crate::domain::access::{Actor, Permission};
use crate::storage::catalog::typed_records::ReadKeyed as _;
use crate::storage::catalog::{
    CatalogError, ChangeSet, KeyRange, Keyed as _, Receipt, RecordStore,
};

/// Entries read at once when checking.
const PAGE: usize = 1_000;
/// How often an entry is tried behind another number, when nodes write at the same time.
const ATTEMPTS: usize = 8;

/// The audit trail. Clones share it.
#[derive(Clone)]
pub struct AuditTrail {
    catalog: Arc<dyn RecordStore>,
    clock: Clock,
    /// Number and hash of the last entry, once known. Held while an entry is committed: the next needs its hash.
    last: Arc<Mutex<Option<(u64, Sha256)>>>,
}

/// Why the trail was not read.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The actor may not read it.
    #[error("the audit trail is for administrators and inspectors")]
    Forbidden,
    /// The catalogue failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

impl AuditTrail {
    /// The trail in this catalogue.
    pub fn new(catalog: Arc<dyn RecordStore>, clock: Clock) -> Self {
        Self {
            catalog,
            clock,
            last: Arc::default(),
        }
    }

    /// Commits a change set together with the entry about it.
    ///
    /// # Errors
    /// Those of [the commit](crate::storage::catalog::Commits::commit); neither is written then.
    pub async fn commit(
        &self,
        changes: ChangeSet,
        entry: &NewEntry,
    ) -> Result<Receipt, CatalogError> {
        let mut last = self.last.lock().await;
        let mut attempt = 1;
        loop {
            let (number, before) = match *last {
                Some(last) => last,
                None => self.read_last().await?,
            };
            let record = self.record(number + 1, &before, entry);
            let EntryRecord::V1(EntryV1 { hashed, .. }) = &record;
            let hash = chain::hash(&before, hashed);
            let address = record.address();
            let committed = self
                .catalog
                .commit(changes.clone().insert_keyed(&record)?)
                .await;
            match committed {
                Ok(receipt) => {
                    *last = Some((number + 1, hash));
                    return Ok(receipt);
                }
                // Another node has written this number.
                Err(CatalogError::RecordConflict { key, .. })
                    if key == address && attempt < ATTEMPTS =>
                {
                    *last = None;
                    attempt += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Entries with numbers greater than `after`, ascending, at most `limit`.
    ///
    /// # Errors
    /// [`AuditError::Forbidden`]; the catalogue fails.
    pub async fn read(
        &self,
        actor: &Actor,
        after: u64,
        limit: usize,
    ) -> Result<Vec<AuditEntry>, AuditError> {
        if !actor.may(Permission::Audit) {
            return Err(AuditError::Forbidden);
        }
        let found = self.page(after, limit).await?;
        let entries = found.into_iter().map(AuditEntry::try_from);
        Ok(entries.collect::<Result<_, _>>()?)
    }

    /// The newest entries, at most `limit`, in the order of their numbers.
    ///
    /// # Errors
    /// As [`AuditTrail::read`].
    pub async fn newest(&self, actor: &Actor, limit: u64) -> Result<Vec<AuditEntry>, AuditError> {
        let (last, _) = self.read_last().await?;
        let limit = limit.min(last);
        let entries = usize::try_from(limit).unwrap_or(usize::MAX);
        self.read(actor, last - limit, entries).await
    }

    /// Checks the whole chain.
    ///
    /// # Errors
    /// [`AuditError::Forbidden`]; the catalogue fails.
    pub async fn verify(&self, actor: &Actor) -> Result<Verified, AuditError> {
        if !actor.may(Permission::Audit) {
            return Err(AuditError::Forbidden);
        }
        let mut check = Check::new();
        let mut after = 0;
        loop {
            let page = self.page(after, PAGE).await?;
            let is_whole = page.iter().all(|record| check.take(record));
            let Some(EntryRecord::V1(last)) = page.last().filter(|_| is_whole) else {
                return Ok(check.finish());
            };
            after = last.hashed.number;
        }
    }

    async fn page(&self, after: u64, limit: usize) -> Result<Vec<EntryRecord>, CatalogError> {
        let range = KeyRange::default().after(Some(key(after)));
        let found = self.catalog.all_keyed::<EntryRecord>(range, limit).await?;
        Ok(found.into_iter().map(|read| read.value).collect())
    }

    async fn read_last(&self) -> Result<(u64, Sha256), CatalogError> {
        let range = KeyRange::default().descending();
        let found = self.catalog.all_keyed::<EntryRecord>(range, 1).await?;
        let Some(record) = found.into_iter().next() else {
            return Ok((0, chain::START));
        };
        let entry = AuditEntry::try_from(record.value)?;
        Ok((entry.number, entry.hash))
    }

    fn record(&self, number: u64, before: &Sha256, entry: &NewEntry) -> EntryRecord {
        let hashed = HashedV1 {
            number,
            at_ms: self.clock.now().as_millis(),
            by: entry.by.to_string(),
            organisation: entry.by.organisation().map(ToString::to_string),
            act: entry.act.name().to_owned(),
            subject: entry.subject.clone(),
            details: entry.details.clone(),
        };
        let hash = chain::hash(before, &hashed).to_hex();
        EntryRecord::V1(EntryV1 { hashed, hash })
    }
}
