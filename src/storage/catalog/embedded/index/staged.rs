//! A view of the index that already sees changes which are not applied yet.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::changes::Changes;
use super::key;
use super::row::{EventsRow, Meta, from_row, to_row};
use super::store::Index;
use super::table::Table;
use crate::storage::catalog::{CatalogError, Event};

/// The index as it will be: what is applied, then the change sets accepted so far, then the one
/// being written. A change set that is refused half-way leaves no trace.
#[derive(Debug)]
pub(crate) struct Staged<'a> {
    index: &'a Index,
    accepted: Changes,
    current: Changes,
    accepted_meta: Meta,
    /// Events of the change set being written that are in no row yet.
    events: Option<EventsRow>,
    /// Counters, as the change set being written leaves them.
    pub(crate) meta: Meta,
}

impl<'a> Staged<'a> {
    /// Begins with the state of the index.
    pub(crate) fn new(index: &'a Index, meta: Meta) -> Self {
        Self {
            index,
            accepted: Changes::new(),
            current: Changes::new(),
            accepted_meta: meta.clone(),
            events: None,
            meta,
        }
    }

    /// Keeps the change set being written.
    ///
    /// # Errors
    /// None in practice: rows are plain data.
    pub(crate) fn accept(&mut self) -> Result<(), CatalogError> {
        self.finish_events()?;
        let current = std::mem::take(&mut self.current);
        self.accepted.absorb(current);
        self.accepted_meta = self.meta.clone();
        Ok(())
    }

    /// Drops the change set being written.
    pub(crate) fn refuse(&mut self) {
        self.events = None;
        self.current = Changes::new();
        self.meta = self.accepted_meta.clone();
    }

    /// How many rows the accepted change sets change.
    pub(crate) fn len(&self) -> usize {
        self.accepted.len()
    }

    /// All changes accepted, and the state behind them.
    pub(crate) fn finish(self) -> (Changes, Meta) {
        (self.accepted, self.accepted_meta)
    }

    /// One row.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub(crate) fn get<T: DeserializeOwned>(
        &self,
        table: Table,
        key: &[u8],
    ) -> Result<Option<T>, CatalogError> {
        let changed = [&self.current, &self.accepted]
            .into_iter()
            .find_map(|changes| changes.of(table).get(key));
        match changed {
            Some(row) => row.as_deref().map(|row| from_row(table, row)).transpose(),
            None => self.index.get(table, key),
        }
    }

    /// The keys that begin with `prefix`, ascending.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub(crate) fn keys(&self, table: Table, prefix: &[u8]) -> Result<Vec<Vec<u8>>, CatalogError> {
        self.keys_while(table, prefix, |key| key.starts_with(prefix))
    }

    /// The keys from `from` on, ascending, as long as they are wanted.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub(crate) fn keys_while(
        &self,
        table: Table,
        from: &[u8],
        wanted: impl Fn(&[u8]) -> bool,
    ) -> Result<Vec<Vec<u8>>, CatalogError> {
        let mut keys = BTreeMap::new();
        for key in self.index.keys(table, from) {
            let key = key?;
            if !wanted(&key) {
                break;
            }
            keys.insert(key, true);
        }
        for changes in [&self.accepted, &self.current] {
            let rows = changes.of(table).range(from.to_vec()..);
            for (key, row) in rows.take_while(|(key, _)| wanted(key)) {
                keys.insert(key.clone(), row.is_some());
            }
        }
        Ok(keys
            .into_iter()
            .filter_map(|(key, present)| present.then_some(key))
            .collect())
    }

    /// Writes a row.
    ///
    /// # Errors
    /// None in practice: rows are plain data.
    pub(crate) fn put(
        &mut self,
        table: Table,
        key: impl Into<Vec<u8>>,
        row: &impl Serialize,
    ) -> Result<(), CatalogError> {
        let row = to_row(row)?;
        self.current.set(table, key.into(), Some(row));
        Ok(())
    }

    /// Appends an event to the log.
    ///
    /// # Errors
    /// None in practice: rows are plain data.
    pub(crate) fn log(&mut self, event: &Event) -> Result<(), CatalogError> {
        if let Some(row) = self.events.as_mut().filter(|row| row.takes(event)) {
            row.push(event);
            return Ok(());
        }
        self.finish_events()?;
        self.events = Some(EventsRow::new(event));
        Ok(())
    }

    fn finish_events(&mut self) -> Result<(), CatalogError> {
        match self.events.take() {
            Some(row) => self.put(Table::Events, key::number(row.last()), &row),
            None => Ok(()),
        }
    }

    /// Writes a key whose presence is all it says.
    pub(crate) fn mark(&mut self, table: Table, key: impl Into<Vec<u8>>) {
        self.current.set(table, key.into(), Some(Vec::new()));
    }

    /// Removes a row.
    pub(crate) fn remove(&mut self, table: Table, key: impl Into<Vec<u8>>) {
        self.current.set(table, key.into(), None);
    }
}
