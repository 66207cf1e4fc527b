//! Reading and writing keyed records as their types.

use super::change::Expectation;
use super::{
    CatalogError, ChangeSet, KeyRange, Keyed, KeyedRecord, RecordKey, RecordStore, Versioned, Write,
};
use crate::domain::asset::Revision;

/// Reads typed records; implemented for every catalogue.
#[async_trait::async_trait]
pub trait ReadKeyed {
    /// The record with this key.
    ///
    /// # Errors
    /// When the catalogue fails or the record cannot be read.
    async fn keyed<T: Keyed>(&self, key: &str) -> Result<Option<Versioned<T>>, CatalogError>;

    /// Records of a table in the order of their keys, at most `limit`.
    ///
    /// # Errors
    /// When the catalogue fails or a record cannot be read.
    async fn all_keyed<T: Keyed>(
        &self,
        range: KeyRange,
        limit: usize,
    ) -> Result<Vec<Versioned<T>>, CatalogError>;
}

#[async_trait::async_trait]
impl<C: RecordStore + ?Sized> ReadKeyed for C {
    async fn keyed<T: Keyed>(&self, key: &str) -> Result<Option<Versioned<T>>, CatalogError> {
        let key = RecordKey {
            table: T::TABLE.to_owned(),
            key: key.to_owned(),
        };
        self.record(&key).await?.map(typed).transpose()
    }

    async fn all_keyed<T: Keyed>(
        &self,
        range: KeyRange,
        limit: usize,
    ) -> Result<Vec<Versioned<T>>, CatalogError> {
        let found = self.records(T::TABLE, range, limit).await?;
        found.into_iter().map(typed).collect()
    }
}

impl ChangeSet {
    /// Writes a record whose key must be free.
    ///
    /// # Errors
    /// None in practice: records are plain data.
    pub fn insert_keyed<T: Keyed>(self, record: &T) -> Result<Self, CatalogError> {
        self.put_keyed(record, None, Revision::FIRST)
    }

    /// Writes the next revision of a record that was read. It must not have changed since.
    ///
    /// # Errors
    /// None in practice: records are plain data.
    pub fn replace_keyed<T: Keyed>(
        self,
        read: &Versioned<T>,
        record: &T,
    ) -> Result<Self, CatalogError> {
        self.put_keyed(record, Some(read.revision), read.revision.next())
    }

    /// Deletes a record that was read. It must not have changed since.
    #[must_use]
    pub fn delete_keyed<T: Keyed>(mut self, read: &Versioned<T>) -> Self {
        let key = read.value.address();
        self.expectations
            .push(Expectation::Record(key.clone(), Some(read.revision)));
        self.write(Write::DropRecord(key))
    }

    /// There must be no record with this key.
    #[must_use]
    pub fn expect_no_keyed<T: Keyed>(mut self, key: &str) -> Self {
        let key = RecordKey {
            table: T::TABLE.to_owned(),
            key: key.to_owned(),
        };
        self.expectations.push(Expectation::Record(key, None));
        self
    }

    /// Refuses the change set if a record has changed since it was read.
    #[must_use]
    pub fn expect_keyed<T: Keyed>(mut self, read: &Versioned<T>) -> Self {
        let expected = Expectation::Record(read.value.address(), Some(read.revision));
        self.expectations.push(expected);
        self
    }

    fn put_keyed<T: Keyed>(
        mut self,
        record: &T,
        expected: Option<Revision>,
        revision: Revision,
    ) -> Result<Self, CatalogError> {
        let key = record.address();
        self.expectations
            .push(Expectation::Record(key.clone(), expected));
        let value = serde_json::to_value(record).map_err(|error| CatalogError::Io(error.into()))?;
        Ok(self.write(Write::Record(KeyedRecord {
            key,
            revision,
            value,
            held: record.held(),
        })))
    }
}

fn typed<T: Keyed>(record: KeyedRecord) -> Result<Versioned<T>, CatalogError> {
    let KeyedRecord {
        key,
        revision,
        value,
        ..
    } = record;
    match serde_json::from_value(value) {
        Ok(value) => Ok(Versioned { value, revision }),
        // Its line in the journal had the right checksum, so it is not damaged.
        Err(error) => Err(CatalogError::NewerVersion(format!(
            "the record `{}` of the table `{}` ({error})",
            key.key, key.table
        ))),
    }
}
