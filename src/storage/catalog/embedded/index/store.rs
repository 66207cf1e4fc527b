//! The index in sled: reading rows and applying changes.

use std::fs;
use std::io;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use sled::transaction::{ConflictableTransactionError, TransactionError};
use sled::{Batch, Transactional};

use super::super::error::full_or_io;
use super::changes::Changes;
use super::key;
use super::row::{Meta, from_row, to_row};
use super::table::Table;
use crate::storage::catalog::CatalogError;

/// How long to wait for the threads of an index just closed to let go of its files.
const RELEASE_WAIT: Duration = Duration::from_secs(10);

/// The open index.
#[derive(Debug)]
pub(crate) struct Index {
    db: sled::Db,
    trees: Vec<sled::Tree>,
    dir: PathBuf,
    has_failed: Arc<AtomicBool>,
}

impl Index {
    /// Opens or makes the index in `dir`.
    ///
    /// A `snap.*.generating` left by a killed process would be taken for the newest snapshot and
    /// make every later open fail as corrupt (sled issues 1166, 1533), so it is removed first.
    /// sled can also panic on damage; it is opened in a thread of its own to catch that. It does
    /// not write in the background: what it has not written when the process is killed is
    /// replayed, and on a full disk nothing of it fails behind our back.
    ///
    /// # Errors
    /// Those of the file system; [`CatalogError::Damaged`] when sled cannot read it.
    pub(crate) fn open(dir: &Path, cache_bytes: u64) -> Result<Self, CatalogError> {
        remove_unfinished_snapshots(dir).map_err(CatalogError::Io)?;
        let config = sled::Config::new()
            .path(dir)
            .cache_capacity(cache_bytes)
            .mode(sled::Mode::HighThroughput)
            .flush_every_ms(None);
        let open = move || -> sled::Result<(sled::Db, Vec<sled::Tree>)> {
            let db = open_when_released(&config)?;
            let trees = Table::ALL
                .iter()
                .map(|table| db.open_tree(table.name()))
                .collect::<sled::Result<_>>()?;
            Ok((db, trees))
        };
        let opened = std::thread::Builder::new()
            .name("open-index".into())
            .spawn(open)
            .map_err(CatalogError::Io)?
            .join()
            .map_err(|_| CatalogError::Damaged("sled panicked on the index".into()))?;
        let has_failed = Arc::default();
        let (db, trees) = opened.map_err(|error| failed(&has_failed, error))?;
        Ok(Self {
            db,
            trees,
            dir: dir.to_owned(),
            has_failed,
        })
    }

    /// One row.
    ///
    /// # Errors
    /// When sled fails.
    pub(crate) fn get<T: DeserializeOwned>(
        &self,
        table: Table,
        key: &[u8],
    ) -> Result<Option<T>, CatalogError> {
        let row = self.tree(table).get(key);
        let row = row.map_err(|error| failed(&self.has_failed, error))?;
        row.map(|row| from_row(table, &row)).transpose()
    }

    /// The keys from `from` on, ascending.
    pub(crate) fn keys(
        &self,
        table: Table,
        from: &[u8],
    ) -> impl Iterator<Item = Result<Vec<u8>, CatalogError>> + use<> {
        let has_failed = Arc::clone(&self.has_failed);
        let range = self.tree(table).range(from.to_vec()..);
        range.keys().map(move |key| {
            key.map(|key| key.to_vec())
                .map_err(|error| failed(&has_failed, error))
        })
    }

    /// The rows from `from` on, ascending by key.
    pub(crate) fn rows<T: DeserializeOwned>(
        &self,
        table: Table,
        from: &[u8],
    ) -> impl Iterator<Item = Result<(Vec<u8>, T), CatalogError>> + use<T> {
        let has_failed = Arc::clone(&self.has_failed);
        self.tree(table).range(from.to_vec()..).map(move |row| {
            let (key, row) = row.map_err(|error| failed(&has_failed, error))?;
            Ok((key.to_vec(), from_row(table, &row)?))
        })
    }

    /// The rows whose keys begin with `prefix`, in either order; only those behind `after` in that order.
    pub(crate) fn rows_below<T: DeserializeOwned>(
        &self,
        table: Table,
        prefix: &[u8],
        after: Option<&[u8]>,
        descending: bool,
    ) -> impl Iterator<Item = Result<T, CatalogError>> + use<T> {
        let (mut from, mut to) = (
            Bound::Included(prefix.to_vec()),
            end_of_prefix(prefix).map_or(Bound::Unbounded, Bound::Excluded),
        );
        if let Some(after) = after {
            let bound = Bound::Excluded(after.to_vec());
            if descending && after < end_of_prefix(prefix).as_deref().unwrap_or(&[0xff]) {
                to = bound;
            } else if !descending && after >= prefix {
                from = bound;
            }
        }
        let is_empty = match (&from, &to) {
            (Bound::Included(from) | Bound::Excluded(from), Bound::Excluded(to)) => from >= to,
            _ => false,
        };
        let rows = (!is_empty).then(|| self.tree(table).range((from, to)));
        let has_failed = Arc::clone(&self.has_failed);
        let mut rows = rows.into_iter().flatten();
        std::iter::from_fn(move || {
            if descending {
                rows.next_back()
            } else {
                rows.next()
            }
        })
        .map(move |row| {
            let (_, row) = row.map_err(|error| failed(&has_failed, error))?;
            from_row(table, &row)
        })
    }

    /// The rows of a table as they are, for comparing two indexes.
    pub(crate) fn raw_rows(
        &self,
        table: Table,
    ) -> impl Iterator<Item = Result<(Vec<u8>, Vec<u8>), CatalogError>> + use<> {
        let has_failed = Arc::clone(&self.has_failed);
        self.tree(table).iter().map(move |row| {
            row.map(|(key, row)| (key.to_vec(), row.to_vec()))
                .map_err(|error| failed(&has_failed, error))
        })
    }

    /// How far it is; that of a new index if it is empty.
    ///
    /// # Errors
    /// When sled fails.
    pub(crate) fn meta(&self) -> Result<Meta, CatalogError> {
        Ok(self.get(Table::Meta, key::STATE)?.unwrap_or_else(Meta::new))
    }

    /// Applies changes and the state behind them: all or nothing, for readers and for a restart.
    ///
    /// # Errors
    /// When sled fails; it is then not known what was applied, and the index must be opened again.
    pub(crate) fn apply(&self, changes: &Changes, meta: &Meta) -> Result<(), CatalogError> {
        let mut touched = Vec::new();
        for table in Table::ALL {
            let mut batch = Batch::default();
            for (key, row) in changes.of(table) {
                match row {
                    Some(row) => batch.insert(key.as_slice(), row.as_slice()),
                    None => batch.remove(key.as_slice()),
                }
            }
            if table == Table::Meta {
                batch.insert(key::STATE, to_row(meta)?);
            }
            if table == Table::Meta || !changes.of(table).is_empty() {
                touched.push((self.tree(table), batch));
            }
        }
        let trees: Vec<&sled::Tree> = touched.iter().map(|(tree, _)| *tree).collect();
        trees
            .as_slice()
            .transaction(|trees| {
                for (tree, (_, batch)) in trees.iter().zip(&touched) {
                    tree.apply_batch(batch)?;
                }
                Ok::<(), ConflictableTransactionError<()>>(())
            })
            .map_err(|error| match error {
                TransactionError::Storage(error) => failed(&self.has_failed, error),
                TransactionError::Abort(()) => CatalogError::Closed,
            })
    }

    /// Writes everything and syncs it.
    ///
    /// # Errors
    /// Those of sled and the file system.
    pub(crate) fn sync(&self) -> Result<(), CatalogError> {
        let flushed = self.db.flush();
        flushed.map_err(|error| failed(&self.has_failed, error))?;
        sync_files(&self.dir).map_err(CatalogError::Io)
    }

    /// Whether sled has failed: it then refuses everything until it is opened again.
    pub(crate) fn has_failed(&self) -> bool {
        self.has_failed.load(Ordering::Relaxed)
    }

    fn tree(&self, table: Table) -> &sled::Tree {
        &self.trees[table.position()]
    }
}

/// The first key behind all that begin with `prefix`; none when there is no such key.
fn end_of_prefix(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte != u8::MAX)?;
    let mut end = prefix[..=last].to_vec();
    end[last] += 1;
    Some(end)
}

/// sled's background threads may hold its file lock for a moment after it was dropped. Nobody
/// else can have it: the catalogue's own lock is held.
fn open_when_released(config: &sled::Config) -> sled::Result<sled::Db> {
    let began = Instant::now();
    loop {
        match config.open() {
            Err(sled::Error::Io(error))
                if is_lock_error(&error) && began.elapsed() < RELEASE_WAIT =>
            {
                std::thread::sleep(Duration::from_millis(2));
            }
            opened => return opened,
        }
    }
}

/// sled says only in words that another process has the database open. That is no damage.
fn is_lock_error(error: &io::Error) -> bool {
    error.to_string().contains("could not acquire lock")
}

/// sled's own flush leaves out the sync of what it has written.
fn sync_files(dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_file() {
            fs::File::open(path)?.sync_all()?;
        }
    }
    fs::File::open(dir)?.sync_all()
}

fn remove_unfinished_snapshots(dir: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("snap.") && name.ends_with(".generating") {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn failed(has_failed: &AtomicBool, error: sled::Error) -> CatalogError {
    has_failed.store(true, Ordering::Relaxed);
    match error {
        sled::Error::Io(error) if is_lock_error(&error) => {
            CatalogError::Io(io::Error::new(io::ErrorKind::ResourceBusy, error))
        }
        sled::Error::Io(error) => full_or_io(error),
        other => CatalogError::Damaged(format!(
            "the index failed ({other}); restart the archive: it is rebuilt from the journal"
        )),
    }
}
