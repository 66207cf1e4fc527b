//! The stored form of the identity of the log.

use serde::{Deserialize, Serialize};

use super::InvalidRecord;
use super::field::{name_of, named, parsed};
use crate::storage::catalog::{Log, LogStart};

/// A stored identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LogRecord {
    /// Since 0.2.
    #[serde(rename = "v1")]
    V1(LogV1),
}

/// Version 1 of a stored identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain type")]
pub struct LogV1 {
    pub id: String,
    pub start: String,
}

impl From<Log> for LogRecord {
    fn from(log: Log) -> Self {
        Self::V1(LogV1 {
            id: log.id.to_string(),
            start: name_of(&LogStart::NAMES, &log.start),
        })
    }
}

impl TryFrom<LogRecord> for Log {
    type Error = InvalidRecord;

    fn try_from(record: LogRecord) -> Result<Self, InvalidRecord> {
        let LogRecord::V1(stored) = record;
        Ok(Self {
            id: parsed("log id", &stored.id, |text| text.parse().ok())?,
            start: named("start of a log", &LogStart::NAMES, &stored.start)?,
        })
    }
}
