//! The stored form of jobs.

use serde::{Deserialize, Serialize};

use super::InvalidRecord;
use super::field::{millis, moment, name_of, named};
use crate::domain::Timestamp;
use crate::storage::catalog::{Job, JobId, JobKind, JobState};

/// A stored job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum JobRecord {
    /// Since 0.1.
    #[serde(rename = "v1")]
    V1(JobV1),
}

/// Version 1 of a stored job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain type")]
pub struct JobV1 {
    pub id: u64,
    pub kind: String,
    pub payload: String,
    pub run_at_ms: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unique_key: Option<String>,
    pub state: String,
    pub failures: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    pub created_at_ms: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at_ms: Option<i64>,
}

impl JobRecord {
    /// The newest version of this record.
    pub fn upgrade(self) -> JobV1 {
        match self {
            Self::V1(job) => job,
        }
    }
}

impl From<Job> for JobRecord {
    fn from(job: Job) -> Self {
        Self::V1(JobV1 {
            id: job.id.0,
            kind: job.kind.0,
            payload: job.payload,
            run_at_ms: job.run_at.as_millis(),
            unique_key: job.unique_key,
            state: name_of(&JobState::NAMES, &job.state),
            failures: job.failures,
            last_error: job.last_error,
            created_at_ms: job.created_at.as_millis(),
            finished_at_ms: millis(job.finished_at),
        })
    }
}

impl TryFrom<JobRecord> for Job {
    type Error = InvalidRecord;

    fn try_from(record: JobRecord) -> Result<Self, InvalidRecord> {
        let stored = record.upgrade();
        Ok(Self {
            id: JobId(stored.id),
            kind: JobKind(stored.kind),
            payload: stored.payload,
            run_at: Timestamp::from_millis(stored.run_at_ms),
            unique_key: stored.unique_key,
            state: named("job state", &JobState::NAMES, &stored.state)?,
            failures: stored.failures,
            last_error: stored.last_error,
            created_at: Timestamp::from_millis(stored.created_at_ms),
            finished_at: moment(stored.finished_at_ms),
        })
    }
}
