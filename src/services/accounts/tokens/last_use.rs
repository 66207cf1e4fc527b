//! The last day on which a token was used, so that forgotten ones are found.
//!
//! The day and nothing else (ADR 27): no hour, no address, no count. It is written behind the request, at most
//! once a day for each token; when that fails, it is missing until the next day.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::domain::access::{Actor, TokenId};
use crate::domain::{Timestamp, WorkDate};
use crate::storage::catalog::typed_records::ReadKeyed as _;
use crate::storage::catalog::{CatalogError, ChangeSet, KeyRange, Keyed, RecordStore};
use crate::telemetry::error_chain;

/// More tokens than any archive has.
const NOTED: usize = 4_096;

/// The last day of use of each token.
pub(super) struct LastUse {
    catalog: Arc<dyn RecordStore>,
    /// What this process has written already.
    noted: Mutex<HashMap<TokenId, WorkDate>>,
}

/// The last day of use of a token, under its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum TokenDayRecord {
    /// Since 0.3.
    #[serde(rename = "v1")]
    V1(TokenDayV1),
}

/// Version 1 of a stored day of use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenDayV1 {
    token: String,
    day: String,
}

impl Keyed for TokenDayRecord {
    const TABLE: &'static str = "token-days";

    fn key(&self) -> String {
        let Self::V1(day) = self;
        day.token.clone()
    }
}

impl LastUse {
    pub(super) fn new(catalog: Arc<dyn RecordStore>) -> Self {
        Self {
            catalog,
            noted: Mutex::default(),
        }
    }

    /// Notes that a token is used now. Returns at once.
    pub(super) fn note(&self, token: &TokenId, now: Timestamp) {
        let day = now.day();
        {
            let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
            if noted.get(token) == Some(&day) {
                return;
            }
            if noted.len() >= NOTED {
                noted.clear();
            }
            noted.insert(token.clone(), day);
        }
        let (catalog, token) = (Arc::clone(&self.catalog), token.clone());
        tokio::spawn(async move {
            if let Err(error) = write(&*catalog, token, day, now).await {
                tracing::debug!(
                    error = error_chain(&error),
                    "the day of use of a token was not written"
                );
            }
        });
    }

    /// The days of all tokens that were ever used.
    pub(super) async fn days(&self) -> Result<BTreeMap<TokenId, WorkDate>, CatalogError> {
        let all = KeyRange::default();
        let found = self
            .catalog
            .all_keyed::<TokenDayRecord>(all, usize::MAX)
            .await?;
        let days = found.into_iter().filter_map(|read| {
            let TokenDayRecord::V1(record) = read.value;
            Some((TokenId(record.token), record.day.parse().ok()?))
        });
        Ok(days.collect())
    }
}

async fn write(
    catalog: &dyn RecordStore,
    token: TokenId,
    day: WorkDate,
    now: Timestamp,
) -> Result<(), CatalogError> {
    let read = catalog.keyed::<TokenDayRecord>(&token.0).await?;
    let record = TokenDayRecord::V1(TokenDayV1 {
        token: token.0,
        day: day.to_string(),
    });
    let changes = ChangeSet::by(&Actor::System, now);
    let changes = match read {
        Some(read) if read.value == record => return Ok(()),
        Some(read) => changes.replace_keyed(&read, &record)?,
        None => changes.insert_keyed(&record)?,
    };
    catalog.commit(changes).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::{Keyed as _, TokenDayRecord};

    /// The bytes were written by hand from the description of each version.
    #[test]
    fn what_version_1_wrote_is_read_and_written_the_same() {
        let bytes = include_str!("../../../../tests/fixtures/records/keyed/token-day.v1.json");
        let record: TokenDayRecord = serde_json::from_str(bytes).unwrap();
        assert_eq!(serde_json::to_string(&record).unwrap(), bytes);
        assert_eq!(record.key(), "4f9a2c");
    }
}
